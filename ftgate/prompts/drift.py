"""How far a prompt file is from the system messages that the training data carry."""

from __future__ import annotations

import re
from collections import Counter
from difflib import SequenceMatcher, unified_diff
from typing import NamedTuple

from ftgate.model.prompts import PromptText, Syntax
from ftgate.prompts.variables import static_prefix

_PLACEHOLDER: dict[Syntax, str] = {
    "jinja": r"\{\{[^{}]*\}\}|\{%[^%]*%\}|\{#[^#]*#\}",
    "fstring": r"(?<!\{)\{[^{}]*\}(?!\})",
    "braces": r"\{\{[^{}]*\}\}|\{%[^%]*%\}|\$\{\w+\}|<%[^%]*%>|\{[A-Za-z_]\w*\}",
}
_TAGS = r"\{\{[^{}]*\}\}|\{%[^%]*%\}"
_WORDS_COMPARED = 2_000  # above it, the cost of aligning words is not worth the last per cent
_SAME = 1.0


class System(NamedTuple):
    """One system message of the training data, and how many examples carry it."""

    text: str
    examples: int


class Drift(NamedTuple):
    """The prompt file beside the data: ``matching`` of ``examples`` carry its text.

    ``variants`` is the number of distinct system messages, None when there are too many to count;
    ``similarity`` (0-1, by words) is with the most frequent one that differs.
    """

    name: str
    matching: int
    examples: int
    variants: int | None
    similarity: float
    nearest: System | None


def measure_drift(
    name: str, prompt: PromptText, systems: tuple[System, ...], variants: int | None
) -> Drift | None:
    """Compare a prompt's system text with the data's; None when either has none."""
    own = system_text(prompt)
    if not own or not systems:
        return None
    fixed = _fixed_parts(own, prompt.syntax)
    other = [one for one in systems if not _carries(one.text, fixed)]
    nearest = max(other, key=lambda one: one.examples, default=None)
    examples = sum(one.examples for one in systems)
    return Drift(
        name,
        examples - sum(one.examples for one in other),
        examples,
        variants,
        similarity(own, nearest.text) if nearest else _SAME,
        nearest,
    )


def system_text(prompt: PromptText) -> str:
    """The system messages of a prompt, or the whole of one that has a single message."""
    system = [message.text for message in prompt.messages if message.role == "system"]
    if not system and len(prompt.messages) == 1:
        system = [prompt.messages[0].text]
    return "\n".join(system).strip()


def _fixed_parts(template: str, syntax: Syntax) -> list[str]:
    """What stands between the variables of a template, with its white space made equal."""
    template = template.strip()
    if static_prefix(template, syntax) == template:
        return [_normal(template)]
    return [_normal(part) for part in re.split(_PLACEHOLDER.get(syntax, _TAGS), template)]


def _carries(text: str, fixed: list[str]) -> bool:
    """Whether the text is these parts with anything between them; white space is not compared.

    Found by looking for one after the other, which no text can make slow.
    """
    text = _normal(text)
    if len(fixed) == 1:
        return text == fixed[0]
    if not text.startswith(fixed[0]) or not text.endswith(fixed[-1]):
        return False
    at = 0
    for part in fixed:
        at = text.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return True


def _normal(text: str) -> str:
    return " ".join(text.split())


def similarity(one: str, other: str) -> float:
    """Share of words (0-1) that both texts have in the same order: 2 x common / all."""
    first, second = one.split(), other.split()
    if not first and not second:
        return _SAME
    if max(len(first), len(second)) > _WORDS_COMPARED:
        common = sum((Counter(first) & Counter(second)).values())
    else:
        blocks = SequenceMatcher(None, first, second, autojunk=False).get_matching_blocks()
        common = sum(block.size for block in blocks)
    return 2 * common / (len(first) + len(second))


def difference(one: str, other: str, names: tuple[str, str]) -> list[str]:
    """A unified diff by lines; both texts are the user's, so only who asks for records sees it."""
    return list(
        unified_diff(one.strip().splitlines(), other.strip().splitlines(), *names, lineterm="")
    )
