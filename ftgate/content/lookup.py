"""Does a set look values up in a table: the same question again and again, only the key differs?

A word that many prompts share belongs to the question, every other one to the key: "What is the
opening hour of **Velm pool**?". A bare key ("E-404") is a question of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ftgate.content.stems import stem

MOST_CHARS = 80
TEMPLATE_RATIO = 0.15
TEMPLATE_COUNT = 5
"""A word belongs to the question when 5 prompts, and 15% of all, contain it: keys have parts that
repeat too (makers, years), but a part with six values is rarely as frequent."""

KEY_WORDS = 6
"""A longer key is no key but a question of its own."""

KEY_PARTS = 3
"""A prompt of so many words ("E-404", "bin 12 b") is a bare key: it names nothing but itself."""

VALUE_WORDS = 6
VALUE_CHARS = 16
"""A longer answer explains; characters count where words have no spaces."""


def looked_up(pairs: Sequence[tuple[Sequence[str], Sequence[str], str]]) -> list[bool]:
    """For each ``(prompt words, answer words, answer)``: is it a row of a table?

    The answer's words come without the set's template, the answer with it.

    A row has one key in a question that at least :data:`TEMPLATE_COUNT` prompts share, and that
    names what is looked up, and a short value.
    """
    usual = Counter(word for prompt, _, _ in pairs for word in set(prompt))
    floor = max(TEMPLATE_COUNT, TEMPLATE_RATIO * len(pairs))
    common = {word for word, count in usual.items() if count >= floor}
    questions = [
        _question(prompt, common) if _is_value(answer_words, answer) else None
        for prompt, answer_words, answer in pairs
    ]
    asked = Counter(question for question in questions if question is not None)
    return [question is not None and asked[question] >= TEMPLATE_COUNT for question in questions]


def _is_value(answer_words: Sequence[str], answer: str) -> bool:
    if not answer_words or len(answer) > MOST_CHARS:
        return False
    return len(answer_words) <= VALUE_WORDS or len(answer) <= VALUE_CHARS


def _question(prompt: Sequence[str], common: set[str]) -> tuple[str, ...] | None:
    """The prompt with its key as ""; None without a single key or without anything asked of it."""
    parts: list[str] = []
    key = 0
    for word in prompt:
        if word in common:
            parts.append(word)
            continue
        key += 1
        if not parts or parts[-1]:
            parts.append("")
    names_value = any(stem(part) for part in parts if part) or len(prompt) <= KEY_PARTS
    return tuple(parts) if names_value and parts.count("") == 1 and key <= KEY_WORDS else None
