"""On which line of ``ftgate.toml`` each setting stands."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator
from typing import Any


def lines_of(text: str, table: tuple[str, ...] = ()) -> dict[tuple[str | int, ...], int]:
    """The line (from 1) of each key of a valid TOML document, by its path.

    A path has names, and positions in arrays of tables: ``("dataset", 0, "train")``. ``table``
    takes the keys of that table only, without its name: ``("tool", "ftgate")``.
    """
    found: dict[tuple[str | int, ...], int] = {}
    header: tuple[str | int, ...] = ()
    seen: Counter[tuple[str | int, ...]] = Counter()
    for number, statement, value in _statements(text):
        if statement.lstrip().startswith("["):
            header = _header(value, seen)
        else:
            found.update(dict.fromkeys(_paths(value, header), number))
    return {path[len(table) :]: line for path, line in found.items() if path[: len(table)] == table}


def _statements(text: str) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Line, text and value of each key or table header; one may go on over several lines.

    Each is tried as a document of its own: only a whole statement is one.
    """
    held, first = "", 1
    for number, line in enumerate(text.split("\n"), 1):
        first = first if held else number
        held += f"{line}\n"
        try:
            value = tomllib.loads(held)
        except ValueError:
            continue
        if value:
            yield first, held, value
        held = ""


def _header(value: dict[str, Any], seen: Counter[tuple[str | int, ...]]) -> tuple[str | int, ...]:
    """The path of ``[a.b]`` or ``[[a.b]]``; the last table of an array is the one that is meant."""
    path: tuple[str | int, ...] = ()
    inner: Any = value
    while inner:
        if isinstance(inner, list):
            seen[path] += 1
            return (*path, seen[path] - 1)
        ((name, inner),) = inner.items()
        path = (*path, name)
        if isinstance(inner, dict) and seen[path]:
            path = (*path, seen[path] - 1)
    return path


def _paths(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    yield path
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _paths(inner, (*path, name))
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _paths(inner, (*path, position))
