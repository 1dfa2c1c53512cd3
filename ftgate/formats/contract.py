"""What a record schema has to say for itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, NamedTuple

from ftgate.model import Example, Problem

if TYPE_CHECKING:
    from ftgate.formats.as_chat import AsChat

Record = dict[str, Any]


class Format(NamedTuple):
    """One record schema.

    ``title`` names the family in messages, ``hint`` says how to turn it into OpenAI chat.
    ``matches`` recognises a record by its keys; ``parse`` may be called on any record that matches
    and never raises. ``as_chat`` tells the record in OpenAI's terms, None where a record of this
    schema is no chat with one answer, which ``not_chat`` explains.
    """

    name: str
    title: str
    hint: str
    matches: Callable[[Record], bool]
    parse: Callable[[Record], Example]
    as_chat: Callable[[Record], AsChat] | None = None
    not_chat: str = ""


def text_of(value: Any) -> str:
    """The text of a content value: a string, or the joined texts of a list of parts."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(text_of(part) for part in value if not isinstance(part, list))
    if isinstance(value, dict):
        text = value.get("text")
        return text if isinstance(text, str) else ""
    return ""


def first_of_each_kind(problems: list[Problem]) -> list[Problem]:
    """One problem of each kind, so that counts are counts of records."""
    if len(problems) < 2:
        return problems
    return list({problem.kind: problem for problem in reversed(problems)}.values())[::-1]


def a(role: str) -> str:
    """``a user``, ``an assistant``."""
    return f"{'an' if role[:1] in 'aeio' else 'a'} {role}"


def named(keys: Collection[str]) -> str:
    """``n, source and 2 more``: a few keys that look like keys; others stay out of messages."""
    plain = sorted(key for key in keys if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,29}", key))[:3]
    rest = len(keys) - len(plain)
    more = f"{rest} more" if plain else f"{rest} key{'' if rest == 1 else 's'}"
    return " and ".join(filter(None, (", ".join(plain), more if rest else "")))
