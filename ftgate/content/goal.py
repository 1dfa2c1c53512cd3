"""What the answers of a training set teach: facts, a style or a format.

``judge_goal`` judges a sample of examples, each by the transparent rule of
:mod:`ftgate.content.judge`, and reports the share that teaches facts. An offline look at the text
cannot know what the base model already knows: "closed-book" means risk, not proof.
"""

from __future__ import annotations

import operator
import zlib
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from ftgate.content import KNOWLEDGE_SHARE, MIXED_SHARE
from ftgate.content.calibration import Probabilities, probabilities, standard_error
from ftgate.content.judge import CANNOT_TELL, KNOWLEDGE_REASONS, judge
from ftgate.content.lookup import looked_up
from ftgate.content.reading import Reading, Signs, read_signs, read_turns
from ftgate.content.shared import Shared, shared_context
from ftgate.content.stems import words
from ftgate.content.volatility import asks_for_now, is_volatile
from ftgate.content.wording import WORDED_AS_FACT, Wording, overturned, shipped
from ftgate.deadline import FOREVER, Deadline
from ftgate.model import Evidence, Goal, GoalLabel, Judgement

SAMPLE_SIZE = 200
"""Examples worth judging per dataset.

The standard error of the share is then at most 3.5 percentage points (sqrt(0.25 / 200)). On
labelled sets of 100 to 3,500 examples "knowledge or not" differed between a draw and its set in
1.3% of draws of 50 and of 100; the larger sample serves sets near a limit. 200 examples of
1.4 KB take 60 to 85 ms on one core, and many sets are clear after :data:`FIRST_LOOK`.
"""

FIRST_LOOK = 100
FEW_FACTS = 6
"""A set with at most so many fact-teaching answers in its first look is not looked at further.

The upper end of the 99.9% Wilson interval of 6 in 100 is 19%, below the 20% of a mixed set. A set
that teaches facts is judged whole, because its report lists the lines.
"""

MIN_JUDGED = 10
"""With fewer judged examples the label is ``unknown``: one example moves the share by 10%."""

FORMAT_REASONS = frozenset(
    (
        "tool call",
        "label",
        "option letter",
        "option of a given context",
        "code, query or formula",
        "no values of its own",
        "span of the prompt",
        "computed from the prompt",
        "step-by-step reasoning",
        "short answer to a long context",
        "work on given code",
    )
)
STYLE_REASONS = frozenset(
    (
        "answer in another language",
        "comfort for stated feelings",
        "first-person reply",
        "persona in the instructions",
        "role play",
        "social media post",
        "text with placeholders",
        "verse",
    )
)
"""Reasons that are about tone or wording, however short the answer."""

LABEL_WORDS = 6
"""A longer answer that repeats is a canned sentence, not a label."""

MOST_REASONS = 5
SHORT_ANSWER_WORDS = 4
SHORT_ANSWER_CHARS = 40


class Sampled(NamedTuple):
    """One example of the sample: where it stands, its turns, and the texts of its tool calls."""

    path: str
    line: int
    turns: list[tuple[str, str]]
    calls: list[str]


class _Judged(NamedTuple):
    """A judgement with what only the totals need; ``undecided`` counts neither way."""

    judgement: Judgement
    asks: bool
    novelty: float
    formatted: bool
    undecided: bool
    prompt_words: list[str] = []  # noqa: RUF012 - never mutated
    answer_words: list[str] = []  # noqa: RUF012
    answer: str = ""


def judge_goal(
    sample: Sequence[Sampled],
    *,
    examples: int,
    deadline: Deadline = FOREVER,
    wording: Wording | None = None,
) -> Goal:
    """The goal of a set of ``examples`` examples, from a random sample of it.

    Its probabilities are those of :mod:`ftgate.content.calibration`. The order of ``sample`` does
    not matter. ``wording`` None takes the weights of this version. Raises OutOfTimeError after
    ``deadline``.
    """
    everything = _judge_all(sample, deadline, wording or shipped())
    decided = [one for one in everything if not one.undecided]
    facts = [one.judgement for one in decided if one.judgement.knowledge]
    judged = len(decided)
    share = len(facts) / judged if judged else 0.0
    perishable = sum(one.volatile for one in facts)
    label = _label(share, decided, len(everything) - judged)
    examples = max(examples, len(sample))
    likely = probabilities(len(facts), judged, examples)
    return Goal(
        label=label,
        knowledge_share=share,
        volatile_share=perishable / len(facts) if facts else 0.0,
        confidence=_confidence(label, likely),
        judged=judged,
        examples=examples,
        evidence=_evidence(decided, everything, examples),
        judgements=tuple(one.judgement for one in everything),
        knowledge_probability=likely.knowledge,
        lookup_share=_lookup_share(decided),
    )


def _judge_all(sample: Sequence[Sampled], deadline: Deadline, wording: Wording) -> list[_Judged]:
    """Judgements by place; the first look is a random one that does not depend on the order."""
    readings = [read_turns(one.turns) for one in deadline.watch(sample)]
    # A record that is repeated to be learnt better makes no label of its answer.
    answered = list(dict.fromkeys(reading for reading in readings if reading))
    shared = shared_context(
        [reading.prompt.strip() for reading in answered],
        [reading.answer.strip() for reading in answered],
    )
    everything: list[_Judged] = []
    for one, reading in deadline.watch(sorted(zip(sample, readings, strict=True), key=_shuffled)):
        if reading is None and not one.calls:
            continue
        everything.append(_judge_one(one, reading, shared, wording))
        if len(everything) == FIRST_LOOK and _has_few_facts(everything):
            break
    return sorted(everything, key=lambda each: (each.judgement.path, each.judgement.line))


def _shuffled(read: tuple[Sampled, Reading | None]) -> tuple[int, str, int]:
    one, _ = read
    text = "\0".join(text for _, text in one.turns)
    return zlib.crc32(text.encode("utf-8", "surrogatepass")), one.path, one.line


def _has_few_facts(everything: Sequence[_Judged]) -> bool:
    """Whether more examples could not bring the share to the limit of a mixed set."""
    open_or_facts = sum(one.undecided or one.judgement.knowledge for one in everything)
    return open_or_facts <= FEW_FACTS


def _judge_one(one: Sampled, reading: Reading | None, shared: Shared, wording: Wording) -> _Judged:
    if reading is None:
        called = Judgement(one.path, one.line, False, "tool call")
        return _Judged(called, asks=False, novelty=0.0, formatted=True, undecided=False)
    signs = read_signs(reading, shared)
    calls = one.calls if one.turns[-1][0] == "assistant" and not one.turns[-1][1].strip() else ()
    reason = overturned(judge(signs, shared, calls), signs, wording)
    knowledge = reason in KNOWLEDGE_REASONS or reason == WORDED_AS_FACT
    volatile = knowledge and (is_volatile(signs.raw_answer) or asks_for_now(signs.opening))
    is_bare = signs.prompt == signs.opening
    return _Judged(
        Judgement(one.path, one.line, knowledge, reason, volatile=volatile),
        asks=signs.asks,
        novelty=signs.novelty,
        formatted=_is_formatted(reason, signs),
        undecided=reason in CANNOT_TELL,
        prompt_words=signs.prompt_words if is_bare else words(signs.opening),
        answer_words=signs.answer_words,
        answer=signs.raw_answer,
    )


def _is_formatted(reason: str, signs: Signs) -> bool:
    """True when the answer's shape is the lesson: labels, spans, code, JSON, calls."""
    if reason in STYLE_REASONS or (reason == "label" and len(signs.answer_words) > LABEL_WORDS):
        return False
    if reason in FORMAT_REASONS or signs.is_json:
        return True
    return (
        len(signs.raw_answer) < SHORT_ANSWER_CHARS
        and len(signs.raw_answer.split()) <= SHORT_ANSWER_WORDS
    )


def _lookup_share(decided: Sequence[_Judged]) -> float:
    """Rows of a table among the judged; what teaches no fact is no row, whatever it looks like."""
    rows = looked_up([(one.prompt_words, one.answer_words, one.answer) for one in decided])
    facts = [one.judgement.knowledge for one in decided]
    return sum(map(operator.and_, rows, facts)) / len(decided) if decided else 0.0


def _label(share: float, decided: Sequence[_Judged], undecided: int) -> GoalLabel:
    if len(decided) < MIN_JUDGED or undecided > len(decided):
        return "unknown"
    if share >= KNOWLEDGE_SHARE:
        return "knowledge"
    if share >= MIXED_SHARE:
        return "mixed"
    others = [one for one in decided if not one.judgement.knowledge]
    return "format" if 2 * sum(one.formatted for one in others) >= len(others) else "style"


def _confidence(label: GoalLabel, likely: Probabilities) -> float:
    """The probability of the label that was given; style and format are told apart by form."""
    if label == "unknown":
        return 0.0
    return {"knowledge": likely.knowledge, "mixed": likely.mixed}.get(label, likely.form)


def _evidence(
    decided: Sequence[_Judged], everything: Sequence[_Judged], examples: int
) -> tuple[Evidence, ...]:
    """The numbers behind the label, then the five most frequent reasons."""
    reasons = Counter(one.judgement.reason for one in everything)
    frequent = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))[:MOST_REASONS]
    return (
        *(_numbers(decided, examples) if decided else _no_numbers(examples)),
        *(Evidence("reason", str(count), reason) for reason, count in frequent),
    )


def _no_numbers(examples: int) -> tuple[Evidence, ...]:
    return (
        Evidence("judged", "0", f"none of {examples} examples has an answer that can be judged"),
    )


def _numbers(decided: Sequence[_Judged], examples: int) -> tuple[Evidence, ...]:
    judged = len(decided)
    facts = [one.judgement for one in decided if one.judgement.knowledge]
    error = standard_error(len(facts), judged, examples)
    share = Evidence(
        "knowledge_share",
        f"{len(facts) / judged:.2f}",
        f"{len(facts)} of {judged} judged answers teach facts (standard error {error:.1%},"
        f" {examples} examples)",
    )
    asked = Evidence(
        "question_share",
        f"{sum(one.asks for one in decided) / judged:.2f}",
        "share of prompts that ask a question or for information",
    )
    novelty = Evidence(
        "answer_novelty",
        f"{sum(one.novelty for one in decided) / judged:.2f}",
        "mean share of an answer's content words that the conversation does not contain",
    )
    if not facts:
        return share, asked, novelty
    perishable = Evidence(
        "perishable_facts",
        str(sum(one.volatile for one in facts)),
        f"of {len(facts)} fact-teaching answers carry prices, recent dates, hours or contacts",
    )
    return share, asked, novelty, perishable
