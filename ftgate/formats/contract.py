"""What a record schema has to say for itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from ftgate.model import Example

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
    judged: bool = False
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


def first_of_each_kind(example: Example) -> Example:
    """The same example with one problem of each kind, so that counts are counts of examples."""
    firsts = {problem.kind: problem for problem in reversed(example.problems)}
    return example._replace(problems=list(reversed(firsts.values())))
