"""What a provider or framework module has to say for itself, and the questions they share.

Every check looks at the record as it stands in the file, never raises, and names each place where
the target would refuse, drop or crash on it. What a target accepts is no problem, however unwise.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any

from ftgate.model import Problem

if TYPE_CHECKING:
    from ftgate.targets.chat import Chat

Record = dict[str, Any]

Check = Callable[[Record, "Chat"], list[Problem]]
"""Checks one record of one format; ``chat`` checks the messages in it by the sheet's terms."""


def only_keys(record: Record, known: AbstractSet[str], where: str = "") -> list[Problem]:
    """One problem when an object has keys that its target does not know."""
    if record.keys() <= known:
        return []
    extra = len(record.keys() - known)
    kind = "unknown-key" if where else "unknown-record-key"
    detail = f"{where or 'the record'} has {extra} more than {', '.join(sorted(known))}"
    return [Problem(kind, detail, where)]


def text_at(record: Record, key: str, where: str = "", *, filled: bool = False) -> list[Problem]:
    """One problem when ``record[key]`` is not a text, or is blank where it must be ``filled``."""
    path = f"{where}.{key}" if where else key
    value = record.get(key)
    if not isinstance(value, str):
        return [Problem("bad-field", f"{path} is {kind_of(value, key in record)}, not text", path)]
    if filled and not value.strip():
        return [Problem("empty-content", f"{path} is empty", path)]
    return []


def kind_of(value: Any, present: bool = True) -> str:
    """What a JSON value is, in words: ``missing``, ``null``, ``a number``."""
    if not present:
        return "missing"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    names = {int: "a number", float: "a number", str: "text", list: "a list", dict: "an object"}
    return names[type(value)]
