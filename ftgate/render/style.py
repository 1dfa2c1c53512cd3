"""Colour for the two things that carry it: the verdict word and rule codes."""

from __future__ import annotations

import functools
import re

OUTCOME_COLORS = {"pass": 32, "fail": 31, "undecided": 33, "error": 31}  # green, red, yellow
SEVERITY_COLORS = {"error": 31, "warning": 33, "info": 36}
_SGR = re.compile("\x1b\\[[0-9;]*m")
_WORDS = re.compile(r"(?<! )( *)([^ ]+)")
_WIDE = 2
_MARKS = ("Mn", "Me", "Mc", "Cf")
_SHOWN = frozenset(
    map(chr, (0xAD, *range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD))
)
"""Of category Cf, and drawn all the same: the soft hyphen, and signs that begin a number."""
_JOINING = frozenset(map(chr, (*range(0x1160, 0x1200), *range(0xD7B0, 0xD800), 0x3164, 0xFFA0)))
"""Vowels and final consonants of Hangul: drawn into the syllable that the first one began."""


def paint(text: str, code: int | None, *, color: bool) -> str:
    """``text`` in the SGR colour ``code``, or as it is."""
    return f"\x1b[{code}m{text}\x1b[0m" if color and code else text


def columns(text: str) -> int:
    """Columns that ``text`` takes: without its colours, wide characters counted twice.

    Marks that stand on another character take none (Unicode Standard Annex 11, and what terminals
    do with it: Markus Kuhn's wcwidth). Which way a script runs does not matter.
    """
    plain = _SGR.sub("", text)
    return len(plain) if plain.isascii() else sum(map(_cells, plain))


@functools.cache
def _cells(character: str) -> int:
    if character.isascii():
        return 1
    import unicodedata

    mark = unicodedata.category(character) in _MARKS and character not in _SHOWN
    if mark or character in _JOINING:
        return 0
    return _WIDE if unicodedata.east_asian_width(character) in "WF" else 1


def folded(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    """``text`` in lines of at most ``width`` columns, which begin with ``first``, then ``rest``.

    Words are never torn apart, but wide characters are, which are written without spaces. No text
    makes no line.
    """
    lines: list[str] = []
    line, used, begun = first, columns(first), False
    for blank, word in _WORDS.findall(text):
        for number, piece in enumerate(_pieces(word)):
            gap = "" if number else blank
            if begun and used + len(gap) + columns(piece) > width:
                lines.append(line)
                line, used, gap = rest, columns(rest), ""
            line += gap + piece
            used += len(gap) + columns(piece)
            begun = True
    return [*lines, line] if begun else lines


def _pieces(word: str) -> list[str]:
    """Where a word may go on in the next line: on either side of a wide character."""
    if word.isascii():
        return [word]
    pieces = [""]
    wide = False
    for character in word:
        cells = _cells(character)
        if pieces[-1] and cells and (wide or cells == _WIDE):
            pieces.append("")
        if cells:
            wide = cells == _WIDE
        pieces[-1] += character
    return pieces


def spread(left: str, right: str, width: int) -> list[str]:
    """``left`` and ``right`` at both ends of one line, or on two when they do not fit."""
    gap = width - columns(left) - columns(right)
    if gap >= 2:
        return [left + " " * gap + right]
    return [left, "  " + right]
