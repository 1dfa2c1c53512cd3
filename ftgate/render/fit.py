"""Tables and lines that fit the screen: 80 columns, and the 40 of a phone.

A table that is too wide becomes a short paragraph for each row, in which every number is named. A
single line is broken where words end, below the column in which its text began.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ftgate.render.style import columns

_GAP = "  "
_DOT = " \u00b7 "
_LEAST_TEXT = 32  # columns below which text beside a label is hard to read


def table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], width: int, right: Sequence[int] = ()
) -> list[list[str]]:
    """Lines of the heads and of every row; ``right`` are the columns of numbers.

    One line each where ``width`` allows it. Else there are no lines of heads, and a row is its
    first cell and below it ``head cell`` for the others.
    """
    sizes = [max(map(columns, column)) for column in zip(heads, *rows, strict=True)]
    if sum(sizes) + len(_GAP) * (len(sizes) - 1) <= width:
        return [[_row(row, sizes, right)] for row in (heads, *rows)]
    return [[], *(list(_paragraph(heads, row, width)) for row in rows)]


def fitted(text: str, width: int) -> str:
    """Text of which every line is broken that is wider; a word alone is never torn apart."""
    return "".join(f"{part}\n" for line in text.splitlines() for part in fit_line(line, width))


def fit_line(line: str, width: int) -> list[str]:
    """One line as lines of at most ``width`` columns.

    Two spaces part the cells of a row. Text stays beside what stands before it while that leaves
    room; else the cells follow each other.
    """
    if columns(line) <= width:
        return [line]
    body = line.lstrip(" ")
    indent = len(line) - len(body)
    *before, last = re.split("( {2,})", body)
    start = indent + columns("".join(before))
    if not before:
        return _wrapped(last, " " * indent, " " * (indent + 2), width)
    beside = start <= max(width - _LEAST_TEXT, width * 2 // 5)
    if beside and start + columns(last.partition(" ")[0]) <= width:
        return _wrapped(last, " " * indent + "".join(before), " " * start, width)
    return _packed([*before[::2], last], " " * indent, " " * (indent + 4), width)


def _row(cells: Sequence[str], sizes: Sequence[int], right: Sequence[int]) -> str:
    padded = []
    for number, (cell, size) in enumerate(zip(cells, sizes, strict=True)):
        blank = " " * (size - columns(cell))
        padded.append(blank + cell if number in right else cell + blank)
    return _GAP.join(padded).rstrip()


def _paragraph(heads: Sequence[str], row: Sequence[str], width: int) -> Iterator[str]:
    yield from _wrapped(row[0], "", "  ", width)
    named = [
        f"{head} {cell}".lstrip()
        for head, cell in zip(heads[1:], row[1:], strict=True)
        if cell.strip()
    ]
    line = ""
    for part in named:
        if line and columns(line) + columns(_DOT + part) + 2 > width:
            yield from _wrapped(line, "  ", "    ", width)
            line = ""
        line += _DOT * bool(line) + part
    if line:
        yield from _wrapped(line, "  ", "    ", width)


def _packed(cells: Sequence[str], first: str, rest: str, width: int) -> list[str]:
    """As many cells on a line as fit; a cell that is too long is wrapped."""
    lines = [first]
    for cell in cells:
        gap = _GAP if lines[-1].strip() else ""
        if columns(lines[-1] + gap + cell) <= width:
            lines[-1] += gap + cell
        elif gap:
            lines += _wrapped(cell, rest, rest, width)
        else:
            lines[-1:] = _wrapped(cell, first, rest, width)
    return lines


def _wrapped(text: str, first: str, rest: str, width: int) -> list[str]:
    lines = [first]
    begun = False
    for word in text.split():
        if begun and columns(lines[-1]) + 1 + columns(word) > width:
            lines.append(rest + word)
        else:
            lines[-1] += " " * begun + word
        begun = True
    return lines
