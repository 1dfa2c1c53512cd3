"""One prompt file as its reader understands it, the parts of a prompt, and how it is cached."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, NamedTuple

Syntax = Literal["none", "braces", "jinja", "mustache", "handlebars", "fstring"]
"""How a template marks its variables; ``braces`` is any of the usual ways, for plain text."""

Label = Literal["persona", "format", "rules", "examples", "facts", "legal", "variables"]
LABELS: tuple[Label, ...] = (
    *("persona", "format", "rules", "examples", "facts", "legal", "variables"),
)
"""Persona and tone, output format, rules and banned words, few-shot examples, facts, legal text,
template variables: in the order in which a report lists them."""


class Message(NamedTuple):
    """One message of a prompt.

    ``role`` is ``system``, ``user``, ``assistant``, ``tool`` or, where the format marks few-shot
    examples itself, ``example``. ``line`` is the line of the file on which the text starts (from
    1); ``exact`` says whether the text's lines are the file's, which JSON escapes and folds.
    """

    role: str
    text: str
    line: int = 1
    exact: bool = True


class PromptText(NamedTuple):
    """One prompt: a file may hold several.

    ``declared`` are the variables that the file says it takes, None where it says nothing of
    them; ``required`` are those of them that the text has to use.
    """

    messages: tuple[Message, ...]
    syntax: Syntax = "none"
    declared: frozenset[str] | None = None
    required: frozenset[str] = frozenset()


class PromptDefect(NamedTuple):
    """Why a prompt file cannot be read as its format: the line, and what is wrong without text."""

    line: int
    detail: str


class PromptIgnore(NamedTuple):
    """A comment ``ftgate: ignore[FT601] reason`` as it is written, complete or not.

    On a line of its own it is about the ``whole_file``, else about its line. ``column`` (from 0)
    is where a comment of YAML begins, -1 for other kinds.
    """

    line: int
    codes: tuple[str, ...]
    reason: str
    whole_file: bool
    column: int = -1


class PromptFile(NamedTuple):
    """A prompt file: what its format is, the prompts in it, what is wrong, and what is accepted."""

    format: str
    prompts: tuple[PromptText, ...]
    defects: tuple[PromptDefect, ...] = ()
    ignores: tuple[PromptIgnore, ...] = ()


USUAL_MINIMUM = 1_024
"""Tokens from which on OpenAI caches a prefix, and what is assumed where nobody says."""
USUAL_DISCOUNT = Decimal("0.90")
"""What current models take off cached tokens: gpt-5 and later, Claude, Gemini."""


class Caching(NamedTuple):
    """How a model caches; the usual discount (0-1) stands where its prices are not known."""

    minimum_tokens: int = USUAL_MINIMUM
    discount: Decimal = USUAL_DISCOUNT
