"""One example, prepared for the rule: what was asked, in which context, and what was answered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from ftgate.content import lexicon
from ftgate.content.patterns import lazy
from ftgate.content.shared import Shared, strip_template
from ftgate.content.stems import stems, words
from ftgate.content.values import is_tool_call_text, structured, without_code

MAX_CHARS = 6000
"""A longer text is judged by its first and last half of this many characters: cost stays linear
in the number of examples, and what an answer teaches shows well before that."""

MAX_JSON_CHARS = 200_000

_FIELD = lazy(r"(?:^|[\n,;|{])[ \t]*\"?\w[\w ()/-]{0,40}\"?[ \t]?[:=|\[]", re.MULTILINE)
_LABELLED = lazy(r"^\W*\w[\w ]{0,20}[:：]\s*")
_FIELD_NAME = lazy(r"\W*\w+\s?[:：]")
_SENTENCE_END = lazy(r"[.!?。！？؟।\n]+")

CLOSING_CHARS = 40
"""A last answer of at most so many characters ("You are welcome!") is no answer to judge when an
earlier one is longer."""


class Reading(NamedTuple):
    """The parts of one conversation around its last assistant turn."""

    prompt: str
    instructions: str
    context: str
    answer: str


class Signs(NamedTuple):
    """Everything the rule reads of one example; computed once.

    ``prompt`` and ``answer`` are without the set's templates (a JSON answer is its values);
    ``opening`` is the whole prompt. ``context_words`` counts prompt and earlier turns.
    """

    opening: str
    prompt: str
    raw_answer: str
    answer: str
    instructions: str
    prompt_words: list[str]
    answer_words: list[str]
    context_words: int
    answer_stems: set[str]
    novel: set[str]
    is_json: bool
    is_call: bool
    asks: bool

    @property
    def novelty(self) -> float:
        """Share (0-1) of the answer's content stems that the conversation does not contain."""
        return len(self.novel) / len(self.answer_stems) if self.answer_stems else 0.0


def read_turns(turns: Sequence[tuple[str, str]]) -> Reading | None:
    """Split a conversation at the answer that is judged; None without an answer."""
    last = _judged_turn(turns)
    if last is None:
        return None
    prompt = ""
    instructions: list[str] = []
    context: list[str] = []
    for role, text in turns[:last]:
        if role in ("system", "developer"):
            instructions.append(text)
        elif role == "user":
            context.append(prompt)
            prompt = text
        else:
            context.append(text)
    return Reading(prompt, "\n".join(instructions), "\n".join(context).strip(), turns[last][1])


def _judged_turn(turns: Sequence[tuple[str, str]]) -> int | None:
    """The last answer, or the longest one when the last only closes the conversation."""
    answers = [
        index for index, (role, text) in enumerate(turns) if role == "assistant" and text.strip()
    ]
    if not answers:
        return None
    last, longest = answers[-1], max(answers, key=lambda index: len(turns[index][1]))
    closing = len(turns[last][1])
    return longest if closing <= CLOSING_CHARS < len(turns[longest][1]) else last


def clip(text: str) -> str:
    """At most ``MAX_CHARS`` of a text, from both ends."""
    if len(text) <= MAX_CHARS:
        return text
    half = MAX_CHARS // 2
    return f"{text[:half]}\n{text[-half:]}"


def read_signs(reading: Reading, shared: Shared) -> Signs:
    """Prepare one example; ``shared`` are the templates of its set."""
    # JSON is parsed whole: half an object would no longer be one.
    parsed = structured(reading.answer) if len(reading.answer) <= MAX_JSON_CHARS else None
    answer = clip(reading.answer.strip())
    if parsed is not None:
        judged = clip(parsed.text)
    else:
        judged = strip_template(answer, shared.answer_prefix, shared.answer_suffix)
    opening = clip(reading.prompt.strip())
    prompt = strip_template(opening, shared.prompt_prefix, shared.prompt_suffix)
    prompt_words = words(prompt)
    answer_words = words(without_code(judged)) or words(judged)
    answer_stems = stems(answer_words)
    is_bare = prompt == opening
    known = stems(prompt_words if is_bare else words(opening))
    if reading.context:
        known |= stems(words(clip(reading.context)))
    if reading.instructions:
        known |= _stems_of(reading.instructions)
    return Signs(
        opening=opening,
        prompt=prompt,
        raw_answer=answer,
        answer=judged,
        instructions=_instructions(reading, opening, shared.prompt_prefix),
        prompt_words=prompt_words,
        answer_words=answer_words,
        context_words=len(prompt_words) + len(reading.context.split()),
        answer_stems=answer_stems,
        novel=answer_stems - known,
        is_json=parsed is not None,
        is_call=parsed.tool_call if parsed else is_tool_call_text(answer),
        asks=is_request(opening) or (not is_bare and is_request(prompt)),
    )


def _instructions(reading: Reading, opening: str, prefix: str) -> str:
    """System and developer turns, and the template that this prompt begins with."""
    if prefix and opening.startswith(prefix):
        return f"{reading.instructions}\n{prefix}".strip()
    return reading.instructions


# -- what the prompt is ------------------------------------------------------------------------


def _first_beyond(tokens: Sequence[str], skipped: frozenset[str]) -> str:
    return next((token for token in tokens[:6] if token not in skipped), "")


def _asks_at_start(tokens: Sequence[str]) -> bool:
    return (
        _first_beyond(tokens, lexicon.OPENERS) in lexicon.QUESTION_WORDS
        or _first_beyond(tokens, lexicon.POLITE_WORDS) in lexicon.INFORMATION_VERBS
    )


def _orders_at_start(tokens: Sequence[str]) -> bool:
    return _first_beyond(tokens, lexicon.POLITE_WORDS) in lexicon.TASK_VERBS


def _openings(prompt: str) -> list[str]:
    """The first line of the prompt, its last, and both without a label ("Question: …")."""
    first, _, rest = prompt.strip().partition("\n")
    lines = [first[:120], rest.rstrip().rpartition("\n")[2][:120]]
    lines += [line[label.end() :] for line in lines if (label := _LABELLED.match(line))]
    return [line for line in lines if line]


def is_request(prompt: str) -> bool:
    """True when the prompt is a question or asks for information."""
    if lexicon.QUESTION_MARK.search(prompt):
        return True
    # "Name: Lumo" is a field, though "name" alone would ask for one.
    openings = [line for line in _openings(prompt) if not _FIELD_NAME.match(line)]
    if any(_asks_at_start(words(line)[:8]) for line in openings):
        return True
    ending = words(_SENTENCE_END.split(prompt.rstrip(" .!\n")[-160:])[-1])
    if not lexicon.EMBEDDED_QUESTION_WORDS.isdisjoint(ending):
        return not lexicon.INFORMATION_VERBS.isdisjoint(ending)
    return not prompt.isascii() and lexicon.ASKS_WITHOUT_SPACES.search(prompt) is not None


def is_task(signs: Signs) -> bool:
    """True when the prompt, or the instruction above it, says to work on given text."""
    if any(_orders_at_start(words(line)[:8]) for line in _openings(signs.opening)):
        return True
    if not signs.opening.isascii() and lexicon.TASKS_WITHOUT_SPACES.search(signs.opening):
        return True
    return _instructs_task(signs.instructions)


@lru_cache(maxsize=64)
def has_persona(instructions: str) -> bool:
    """True when the instructions describe a character or a manner of speaking."""
    head = instructions[:1500].casefold()
    if not lexicon.PERSONA_WORDS.isdisjoint(words(head)):
        return True
    return any(phrase in head for phrase in lexicon.PERSONA_PHRASES)


def _is_about_answering(instructions: str) -> bool:
    head = instructions[:600].casefold()
    if not lexicon.ANSWERING_WORDS.isdisjoint(words(head)):
        return True
    return any(phrase in head for phrase in lexicon.ANSWERING_PHRASES)


@lru_cache(maxsize=64)
def _stems_of(text: str) -> frozenset[str]:
    """Stems of a text that many examples share: a system prompt is read once."""
    return frozenset(stems(words(clip(text))))


@lru_cache(maxsize=64)
def _instructs_task(instructions: str) -> bool:
    """True when a sentence of the instructions starts with a task verb or says "that …s"."""
    if not instructions or _is_about_answering(instructions):
        return False
    for sentence in _SENTENCE_END.split(instructions[:1200]):
        tokens = words(sentence)
        starts = [_first_beyond(tokens, lexicon.POLITE_WORDS)]
        starts += [token for before, token in pairwise(tokens) if before in lexicon.TASK_MARKERS]
        if any(_is_specific_task(token) for token in starts):
            return True
    return (
        not instructions.isascii()
        and lexicon.TASKS_WITHOUT_SPACES.search(instructions[:400]) is not None
    )


def _is_specific_task(verb: str) -> bool:
    """True for "classify" and "classifies", not for "make" as in "make sure"."""
    for form in (verb, verb.removesuffix("s"), verb.removesuffix("es"), verb[:-3] + "y"):
        if form in lexicon.TASK_VERBS and form not in lexicon.TOO_GENERAL:
            return True
    return False


def is_record(prompt: str) -> bool:
    """True when the prompt is a list of ``field: value`` pairs rather than sentences."""
    fields = len(_FIELD.findall(prompt[:1000]))
    return fields >= 3 and fields * 12 >= len(prompt[:1000].split())
