"""What a record schema has to say for itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ftgate.model import Example

Record = dict[str, Any]


class Format(NamedTuple):
    """One record schema.

    ``title`` names the family in messages, ``hint`` says how to turn it into OpenAI chat.
    ``judged`` is True when OpenAI trains on this schema, so that its records are checked in full;
    the other families are named, and parsed as far as their text goes. ``matches`` recognises a
    record by its keys; ``parse`` may be called on any record that matches and never raises.
    """

    name: str
    title: str
    hint: str
    judged: bool
    matches: Callable[[Record], bool]
    parse: Callable[[Record], Example]


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


def first_of_each_kind(example: Example) -> Example:
    """The same example with one problem of each kind, so that counts are counts of examples."""
    firsts = {problem.kind: problem for problem in reversed(example.problems)}
    return example._replace(problems=list(reversed(firsts.values())))
