"""What the answers of a training set teach: facts, a style or a format.

``judge_goal`` judges a sample of examples, each by the transparent rule of
:mod:`ftgate.content.judge`, and reports the share that teaches facts. An offline look at the text
cannot know what the base model already knows: "closed-book" means risk, not proof.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from ftgate.content.judge import judge
from ftgate.content.reading import Signs, read_signs, read_turns
from ftgate.content.shared import Shared, shared_context
from ftgate.content.volatility import is_volatile, names_recent_year
from ftgate.model import Evidence, Goal, GoalLabel, Judgement

SAMPLE_SIZE = 400
"""Examples worth judging per dataset.

The standard error of the share is then at most 2.5 percentage points (sqrt(0.25 / 400)). On
labelled sets of 100 to 3,500 examples "knowledge or not" differed between a draw and its set in
1.3% of draws of 50 and of 100; the larger sample serves sets near a limit. 400 examples of
400 bytes take 55 to 85 ms on one core.
"""

KNOWLEDGE_SHARE = 0.60
"""From this share of fact-teaching answers on, the goal is knowledge."""

MIXED_SHARE = 0.25
"""From this share on, facts are mixed in."""

MIN_JUDGED = 10
"""With fewer judged examples the label is ``unknown``: one example moves the share by 10%."""

FORMAT_REASONS = frozenset(
    (
        "tool call",
        "label",
        "option letter",
        "option of a given context",
        "code, query or formula",
        "empty structure",
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
        "first-person reply",
        "persona in the instructions",
        "role play",
        "text with placeholders",
    )
)
"""Reasons that are about tone or wording, however short the answer."""

LABEL_WORDS = 6
"""A longer answer that repeats is a canned sentence, not a label."""

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


def judge_goal(sample: Sequence[Sampled], *, examples: int) -> Goal:
    """The goal of a set of ``examples`` examples, from a random sample of it.

    ``confidence`` is the probability that judging all examples gives the same label: the normal
    approximation to the sampling error of the share, with (k + 1) / (n + 2) as its centre so that
    0% and 100% keep a width, and the finite population correction (N - n) / (N - 1). It is 1 when
    every example was judged, and says nothing about the rule's own mistakes. The order of
    ``sample`` does not matter.
    """
    ordered = sorted(sample, key=lambda one: (one.path, one.line))
    everything = _judge_all(ordered)
    decided = [one for one in everything if not one.undecided]
    facts = [one.judgement for one in decided if one.judgement.knowledge]
    judged = len(decided)
    share = len(facts) / judged if judged else 0.0
    perishable = sum(one.volatile for one in facts)
    label = _label(share, decided, len(everything) - judged)
    examples = max(examples, len(sample))
    return Goal(
        label=label,
        knowledge_share=share,
        volatile_share=perishable / len(facts) if facts else 0.0,
        confidence=0.0 if label == "unknown" else _confidence(len(facts), judged, examples),
        judged=judged,
        examples=examples,
        evidence=_evidence(share, decided, everything, perishable, examples),
        judgements=tuple(one.judgement for one in everything),
    )


def judge_example(one: Sampled, shared: Shared) -> Judgement | None:
    """Judge one example of a set with these templates and labels; None without an answer."""
    judged = _judge_one(one, shared)
    return judged.judgement if judged else None


def _judge_all(ordered: Sequence[Sampled]) -> list[_Judged]:
    readings = [reading for one in ordered if (reading := read_turns(one.turns))]
    shared = shared_context(
        [reading.prompt.strip() for reading in readings],
        [reading.answer.strip() for reading in readings],
    )
    return [judged for one in ordered if (judged := _judge_one(one, shared))]


def _judge_one(one: Sampled, shared: Shared) -> _Judged | None:
    reading = read_turns(one.turns)
    if reading is None:
        if not one.calls:
            return None
        called = Judgement(one.path, one.line, False, "tool call")
        return _Judged(called, asks=False, novelty=0.0, formatted=True, undecided=False)
    signs = read_signs(reading, shared)
    calls = one.calls if one.turns[-1][0] == "assistant" and not one.turns[-1][1].strip() else ()
    opinion = judge(signs, shared, calls)
    knowledge = bool(opinion.knowledge)
    judgement = Judgement(
        path=one.path,
        line=one.line,
        knowledge=knowledge,
        reason=opinion.reason,
        novel=signs.novel_terms() if knowledge else (),
        volatile=knowledge and (is_volatile(signs.raw_answer) or names_recent_year(signs.opening)),
    )
    return _Judged(
        judgement,
        asks=signs.asks,
        novelty=signs.novelty,
        formatted=_is_formatted(opinion.reason, signs),
        undecided=opinion.knowledge is None,
    )


def _is_formatted(reason: str, signs: Signs) -> bool:
    """True when the answer's shape is the lesson: labels, spans, code, JSON, calls."""
    if reason in STYLE_REASONS or (reason == "label" and len(signs.answer_words) > LABEL_WORDS):
        return False
    if reason in FORMAT_REASONS or signs.is_json:
        return True
    return (
        len(signs.raw_answer.split()) <= SHORT_ANSWER_WORDS
        and len(signs.raw_answer) < SHORT_ANSWER_CHARS
    )


def _label(share: float, decided: Sequence[_Judged], undecided: int) -> GoalLabel:
    if len(decided) < MIN_JUDGED or undecided > len(decided):
        return "unknown"
    if share >= KNOWLEDGE_SHARE:
        return "knowledge"
    if share >= MIXED_SHARE:
        return "mixed"
    others = [one for one in decided if not one.judgement.knowledge]
    return "format" if 2 * sum(one.formatted for one in others) >= len(others) else "style"


def _standard_error(facts: int, judged: int, examples: int) -> float:
    """Standard error of the share, with the finite population correction."""
    if judged >= examples:
        return 0.0
    centre = (facts + 1) / (judged + 2)
    unseen = (examples - judged) / (examples - 1)
    return math.sqrt(centre * (1 - centre) / judged * unseen)


def _confidence(facts: int, judged: int, examples: int) -> float:
    error = _standard_error(facts, judged, examples)
    if error == 0.0:
        return 1.0
    share = facts / judged
    low, high = 0.0, MIXED_SHARE
    if share >= KNOWLEDGE_SHARE:
        low, high = KNOWLEDGE_SHARE, 1.0
    elif share >= MIXED_SHARE:
        low, high = MIXED_SHARE, KNOWLEDGE_SHARE
    centre = (facts + 1) / (judged + 2)
    above = 1.0 if low == 0.0 else _normal_cdf((centre - low) / error)
    below = 1.0 if high == 1.0 else _normal_cdf((high - centre) / error)
    return max(0.0, above + below - 1.0)


def _normal_cdf(z: float) -> float:
    return 0.5 * (1.0 + math.erf(z / math.sqrt(2.0)))


def _evidence(
    share: float,
    decided: Sequence[_Judged],
    everything: Sequence[_Judged],
    perishable: int,
    examples: int,
) -> tuple[Evidence, ...]:
    judged = len(decided)
    if not judged:
        return (Evidence("judged", "0", f"none of {examples} examples has an answer to judge"),)
    facts = sum(one.judgement.knowledge for one in decided)
    error = _standard_error(facts, judged, examples)
    asked = sum(one.asks for one in decided)
    novelty = sum(one.novelty for one in decided) / judged
    lines = [
        Evidence(
            "knowledge_share",
            f"{share:.2f}",
            f"{facts} of {judged} judged answers teach facts (standard error {error:.1%},"
            f" {examples} examples)",
        ),
        Evidence(
            "question_share",
            f"{asked / judged:.2f}",
            "share of prompts that ask a question or for information",
        ),
        Evidence(
            "answer_novelty",
            f"{novelty:.2f}",
            "mean share of an answer's content words that the conversation does not contain",
        ),
    ]
    if facts:
        lines.append(
            Evidence(
                "perishable_facts",
                str(perishable),
                f"of {facts} fact-teaching answers carry prices, recent dates, hours or contacts",
            )
        )
    reasons = Counter(one.judgement.reason for one in everything)
    for reason, count in sorted(reasons.items(), key=lambda item: (-item[1], item[0]))[:5]:
        lines.append(Evidence("reason", str(count), reason))
    return tuple(lines)
