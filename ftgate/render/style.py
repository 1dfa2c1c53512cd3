"""Colour for the two things that carry it: the verdict word and rule codes."""

from __future__ import annotations

import re

OUTCOME_COLORS = {"pass": 32, "fail": 31, "undecided": 33, "error": 31}  # green, red, yellow
SEVERITY_COLORS = {"error": 31, "warning": 33, "info": 36}
_SGR = re.compile("\x1b\\[[0-9;]*m")


def paint(text: str, code: int | None, *, color: bool) -> str:
    """``text`` in the SGR colour ``code``, or as it is."""
    return f"\x1b[{code}m{text}\x1b[0m" if color and code else text


def columns(text: str) -> int:
    """Columns that ``text`` takes: without its colours, wide characters counted twice."""
    plain = _SGR.sub("", text)
    if plain.isascii():
        return len(plain)
    import unicodedata

    return sum(
        0
        if unicodedata.combining(character)
        else 1 + (unicodedata.east_asian_width(character) in "WF")
        for character in plain
    )


def spread(left: str, right: str, width: int) -> list[str]:
    """``left`` and ``right`` at both ends of one line, or on two when they do not fit."""
    gap = width - columns(left) - columns(right)
    if gap >= 2:
        return [left + " " * gap + right]
    return [left, "  " + right]
