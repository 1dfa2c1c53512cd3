"""The comments of a scenario file, by the key or table that they explain.

A comment is where a file says what a number rests on. TOML readers drop comments, so they are read
here; what looks like one inside a text that runs over several lines is taken for one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_HEADER = re.compile(r"\s*\[\[?\s*([A-Za-z0-9_.-]+)\s*\]\]?\s*$")
_KEY = re.compile(r"\s*([A-Za-z0-9_.-]+)\s*=")
_RUN = "Run:"  # how to print the file is no reason for a number
_ARRAY = re.compile(r"\s*\[\[")


def notes(text: str) -> Mapping[str, str]:
    """Comments by path: ``tokens.query``, ``risk``, ``alternative[2].model``; one line each.

    A comment on the line of a key or of a table's head is theirs; a block of whole lines right
    before a head, or with one empty line between, is the table's too. The first lines of the file
    are about the file: its path is empty.
    """
    found: dict[str, list[str]] = {}
    counts: dict[str, int] = {}
    block: list[str] = []
    table, gap = "", False
    for line in text.splitlines():
        code, comment = _split(line)
        if not code.strip():
            if comment and not comment.startswith(_RUN):
                block = [comment] if gap else [*block, comment]
            gap = not comment
            continue
        path, table = _path(code, table, counts)
        if _HEADER.match(code) or not found:
            found.setdefault(table, []).extend(block)
        block, gap = [], False
        if path and comment:
            found.setdefault(path, []).append(comment)
    return {path: " ".join(parts) for path, parts in found.items() if parts}


def _path(code: str, table: str, counts: dict[str, int]) -> tuple[str, str]:
    """The path of a line's key or head, and the table that the next lines are in."""
    head = _HEADER.match(code)
    if head:
        name = head[1]
        if _ARRAY.match(code):
            counts[name] = counts.get(name, 0) + 1
            name = f"{name}[{counts[name]}]"
        return name, name
    key = _KEY.match(code)
    if not key:
        return "", table
    return (f"{table}.{key[1]}" if table else key[1]), table


def _split(line: str) -> tuple[str, str]:
    """Code and comment of one line; a ``#`` inside quotes begins none."""
    quote = ""
    escaped = False
    for place, character in enumerate(line):
        if escaped:
            escaped = False
        elif quote:
            escaped = character == "\\" and quote == '"'
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character == "#":
            return line[:place], line[place + 1 :].strip()
    return line, ""
