"""Answers that teach nothing, or the wrong thing, told from one example.

What is counted over a set has two forms. A defect of one example is a :class:`Problem`, with its
place. What only many examples show, that their answers all begin alike, is a signal: the name of a
bucket, never text.
"""

from __future__ import annotations

import zlib

from ftgate.content.patterns import lazy
from ftgate.content.placeholders import MAX_NOTHING_CHARS, Turns, says_nothing, stand_in, unfilled
from ftgate.content.refusals import ASCII_MANNERS, EAGER, HEAD_CHARS, OTHER_MANNERS, Table
from ftgate.content.roles import swapped
from ftgate.model import Example, Problem

PROSE_CHARS = 80
"""A shorter answer is a label, a name or a number; beginnings of those are no boilerplate."""

_PROSE = lazy(r"[^\W\d_][^\d_:<>{}\[\]=()/\\?#*|\"`]{23}")
"""An opener in words, not in code, Markdown or fields."""
OPENER_BYTES = 24
"""So much of an answer's beginning is compared: four or five words in Latin script, eight
characters of Chinese."""

OPENER_BUCKETS = 1024
"""Openers are counted by a hash of so many values, which bounds a profile whatever its size; a
collision overstates a share by a thousandth on average."""

LOOKED_AT = "answers looked at"
"""The signal that counts examples where not every answer was looked at."""

PROSE = "prose"
OPENER = "opener:"


def inspect(example: Example) -> list[Problem]:
    """What is wrong with the answers of one example; of a preference pair with the preferred one.

    Kinds: ``placeholder-answer``, ``unfilled-variable`` (any answer), ``empty-answer``,
    ``no-answer-word``, ``refusal``, ``self-reference``, ``boilerplate-opener`` and
    ``swapped-roles`` (last answer).
    """
    turns = taught(example)
    if not turns or turns[-1][0] != "assistant":
        return []
    kinds: list[str] = []
    prompt = ""
    for index, (role, text) in enumerate(turns):
        if role == "user":
            prompt = text
        elif role == "assistant":
            if stand_in(text, prompt):
                kinds.append("placeholder-answer")
            elif unfilled(text, turns[:index]):
                kinds.append("unfilled-variable")
    answer = turns[-1][1]
    if len(answer) <= MAX_NOTHING_CHARS and (nothing := says_nothing(answer, turns[:-1])):
        kinds.append(nothing)
    kinds += _manners(answer, prompt)
    if swapped(turns, prompt, answer):
        kinds.append("swapped-roles")
    return [Problem(kind) for kind in kinds]


def signals(example: Example) -> tuple[str, ...]:
    """What is counted over the whole set: answers in prose, and the bucket of their opener."""
    turns = taught(example)
    if not turns or turns[-1][0] != "assistant":
        return ()
    answer = turns[-1][1]
    if len(answer) < PROSE_CHARS or not _PROSE.match(answer):
        return ()
    head = answer[:OPENER_BYTES].casefold().encode("utf-8", "surrogatepass")[:OPENER_BYTES]
    return PROSE, f"{OPENER}{zlib.crc32(head) % OPENER_BUCKETS}"


def taught(example: Example) -> Turns:
    """The turns up to the answer that is taught: of a preference pair the preferred one."""
    if example.prompt is None:
        return example.turns
    return example.turns[: len(example.prompt.turns) + 1]


def _manners(answer: str, prompt: str) -> list[str]:
    """How an answer begins: a refusal, an introduction as a machine, words of assent.

    A short answer that stands in the prompt ("Cannot be determined") is an option, no refusal.
    """
    head = answer[:HEAD_CHARS].lower()
    if "’" in head:
        head = head.replace("’", "'")
    needles, refusals, selves = ASCII_MANNERS if head.isascii() else OTHER_MANNERS
    kinds = []
    if any(map(head.__contains__, needles)):  # three heads of four have none
        if _found(head, refusals) and not (len(answer) < PROSE_CHARS and answer.strip() in prompt):
            kinds.append("refusal")
        if _found(head, selves):
            kinds.append("self-reference")
    if len(answer) >= PROSE_CHARS and EAGER.match(head):
        kinds.append("boilerplate-opener")
    return kinds


def _found(head: str, table: Table) -> bool:
    """Whether a pattern of the table matches that has one of its needles in the text."""
    for needles, patterns in table:
        for needle in needles:
            if needle in head:
                for pattern in patterns:
                    if pattern.search(head):
                        return True
                break
    return False
