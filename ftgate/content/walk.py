"""The texts of a record with their places, for a second look at the few records that need one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import orjson

from ftgate.content.patterns import lazy
from ftgate.model import Example

_PLAIN_KEY = lazy(r"[A-Za-z_][A-Za-z0-9_]{0,29}")
_SHORT = 200  # characters of a value that its key explains: {"password": "..."}
_LONG_NUMBER = 1_000_000


def texts(raw: bytes, example: Example) -> Iterator[tuple[str, str]]:
    """``(path, text)`` of every string, long number and key of a record, in order.

    The text of a short value begins with its key. A line that is not JSON, such as a row of a
    table, has the texts of its example, without paths.
    """
    try:
        record = orjson.loads(raw)
    except ValueError:
        try:
            record = json.loads(raw)
        except (ValueError, RecursionError):
            yield from (("", text) for _, text in example.turns)
            yield from (("", text) for text in example.calls)
            return
    yield from _walk(record)


def _walk(record: Any) -> Iterator[tuple[str, str]]:
    """Depth first without recursion: a record may be nested as deep as the parser allows."""
    todo: list[tuple[str, str, Any]] = [("", "", record)]
    while todo:
        path, key, value = todo.pop()
        if isinstance(value, dict):
            items = reversed(value.items())
            todo.extend((_below(path, name), name, inner) for name, inner in items)
        elif isinstance(value, list):
            numbered = [(f"{path}[{i}]", "", inner) for i, inner in enumerate(value)]
            todo.extend(reversed(numbered))
        elif isinstance(value, str):
            yield path, f"{key}: {value}" if key and len(value) <= _SHORT else value
        else:
            number = type(value) is int and abs(value) >= _LONG_NUMBER
            if number or len(key) >= _SHORT:
                yield path, f"{key}: {value}"


def _below(path: str, key: str) -> str:
    """The path of a value; a key that could be somebody's text is left out of it."""
    name = key if _PLAIN_KEY.fullmatch(key) else "*"
    return f"{path}.{name}" if path else name
