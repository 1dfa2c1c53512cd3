"""One example, prepared for the rule: what was asked, in which context, and what was answered."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from ftgate.content.dialogue import split_text
from ftgate.content.patterns import lazy
from ftgate.content.requests import is_request
from ftgate.content.shared import MAX_JSON_CHARS, Shared, strip_template
from ftgate.content.stems import stems, words
from ftgate.content.values import is_tool_call_text, structured, without_code

MAX_CHARS = 6000
"""A longer text is judged by its first and last half of this many characters: cost stays linear
in the number of examples, and what an answer teaches shows well before that."""

_SEPARATOR = lazy(r"(?:[ \t\n]{0,4}(?:->|=>|[#=]{2,6}|\|)){1,3}\s*\Z")
"""What older guides put between prompt and completion."""

_NAME = lazy(r"[a-z][a-z0-9]{0,30}(?:_[a-z0-9]{1,30}){1,9}")
FEW_VALUES = 3
"""In so small an object a name with underscores is that of an intent or a tool, not a fact."""

_TOOL_ROLES = frozenset(("tool", "function", "observation", "ipython"))
RESULT_WORDS = 4
"""A result of fewer words ("[]", "ok") is nothing to answer from."""

CLOSING_CHARS = 40
"""A last answer of at most so many characters ("You are welcome!") is no answer to judge when an
earlier one is longer."""


class Reading(NamedTuple):
    """The parts of one conversation around its last assistant turn.

    ``has_results``: between prompt and answer stands what a tool brought, to answer from.
    """

    prompt: str
    instructions: str
    context: str
    answer: str
    has_results: bool = False


class Signs(NamedTuple):
    """Everything the rule reads of one example; computed once.

    ``prompt`` and ``answer`` are without the set's templates (a JSON answer is its own values);
    ``opening`` is the whole prompt, ``novel`` are the content stems that the conversation lacks.
    ``context_words`` counts prompt and earlier turns; ``has_results`` as in :class:`Reading`.
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
    has_results: bool

    @property
    def novelty(self) -> float:
        """Share (0-1) of the answer's content stems that are new in it."""
        return len(self.novel) / len(self.answer_stems) if self.answer_stems else 0.0


def read_turns(turns: Sequence[tuple[str, str]]) -> Reading | None:
    """Split a conversation at the answer that is judged; None without an answer."""
    last = _judged_turn(turns)
    if last is None:
        return None
    if len(turns) == 1 and (cut := split_text(turns[last][1])):
        return Reading(cut[0], "", "", cut[1])
    prompt = ""
    instructions: list[str] = []
    context: list[str] = []
    has_results = False
    for role, text in turns[:last]:
        if role in ("system", "developer"):
            instructions.append(text)
        elif role == "user":
            context.append(prompt)
            prompt = text
            has_results = False
        else:
            context.append(text)
            has_results |= role in _TOOL_ROLES and len(text.split()) >= RESULT_WORDS
    given = "\n".join(context).strip()
    return Reading(prompt, "\n".join(instructions), given, turns[last][1], has_results)


def _judged_turn(turns: Sequence[tuple[str, str]]) -> int | None:
    """The last answer, or the longest one when the last only closes the conversation."""
    answers = [
        index for index, (role, text) in enumerate(turns) if role == "assistant" and text.strip()
    ]
    if not answers:
        return None
    if answers[-2:] == [len(turns) - 2, len(turns) - 1]:
        return answers[-2]  # of a preference pair, whose better answer comes first
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
        own = [value for value in parsed.values if value not in shared.values]
        if len(parsed.values) <= FEW_VALUES:
            own = [value for value in own if not _NAME.fullmatch(value)]
        judged = clip(" \n".join(own))
    else:
        judged = strip_template(answer, shared.answer_prefix, shared.answer_suffix)
    opening = clip(reading.prompt.strip())
    if opening[-1:] in ("#", ">", "|", "="):
        opening = _SEPARATOR.sub("", opening)
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
        has_results=reading.has_results,
    )


def _instructions(reading: Reading, opening: str, prefix: str) -> str:
    """System and developer turns, and the template that this prompt begins with."""
    if prefix and opening.startswith(prefix):
        return f"{reading.instructions}\n{prefix}".strip()
    return reading.instructions


@lru_cache(maxsize=64)
def _stems_of(text: str) -> frozenset[str]:
    """Stems of a text that many examples share: a system prompt is read once."""
    return frozenset(stems(words(clip(text))))
