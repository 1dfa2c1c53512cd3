"""An audit for the terminal: as many columns as fit, names shortened in the middle."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from ftgate.render import inventory as table
from ftgate.render import words
from ftgate.render.escape import visible
from ftgate.render.fit import fit_line
from ftgate.render.inventory import AT_LEAST, NAME, UNKNOWN, Column
from ftgate.render.style import OUTCOME_COLORS, columns, paint

if TYPE_CHECKING:
    from ftgate.auditing.inventory import Inventory, Row

MIN_NAME, FAIR_NAME = 12, 18  # columns that a name has at least, and with all other columns
SHOWN = 10  # overlaps, and datasets that were not judged
_EASILY_MISSED = ("decision", "format", "personal data")  # the first that are left out
_LAST_LEFT_OUT = (
    *("leaked inside", "duplicates inside", "secrets", "goal", "leaked elsewhere"),
    *("duplicates elsewhere", "tokens"),
)
_TITLES = {
    "examples": ("exam-", "ples"),
    "duplicates inside": ("dup", "in"),
    "duplicates elsewhere": ("dup", "else"),
    "leaked inside": ("leak", "in"),
    "leaked elsewhere": ("leak", "else"),
    "secrets": ("sec-", "rets"),
    "personal data": ("pers.", "data"),
}
_SHORT = {"knowledge": "know.", "undecided": "undec."}
_ELLIPSIS = "\u2026"


class _Sheet:
    """The rows as text, column by column, with their totals and widths.

    ``short`` cuts the long words of goals and outcomes.
    """

    def __init__(self, inventory: Inventory, rows: Sequence[Row], *, short: bool) -> None:
        totals = inventory.totals
        self.rows = rows
        self.cells = {each: [_cell(row, each, short) for row in rows] for each in table.BRIEF}
        self.sums = {each: compact(table.total_cell(totals, each)) for each in table.BRIEF}
        self.widths = {
            each: max(map(columns, [*cells, self.sums[each], *_title(each)]))
            for each, cells in self.cells.items()
        }


class _Layout(NamedTuple):
    """Which columns of a sheet are shown, with so many spaces between them."""

    sheet: _Sheet
    shown: list[Column]
    gap: int

    def needed(self, name_width: int) -> int:
        """Columns of the terminal that the table takes."""
        others = sum(self.sheet.widths[each] for each in self.shown[1:])
        return name_width + others + self.gap * (len(self.shown) - 1)


def _cell(row: Row, column: Column, short: bool) -> str:
    text = table.cell(row, column)
    if column.kind == "count":
        return compact(text)
    if short and column.title in ("goal", "outcome"):
        first, space, rest = text.partition(" ")
        return _SHORT.get(first, first) + space + rest
    return text


def render(
    inventory: Inventory, *, width: int, color: bool = False, limit: int | None = None
) -> str:
    """The table of the first ``limit`` rows, the totals of all, and what is to be said beside."""
    rows = _named(inventory)[:limit]
    layout = _fitting(inventory, rows, width)
    lines = [*_table(layout, width, color)]
    if rest := len(inventory.rows) - len(rows):
        lines.insert(-2, f"{_ELLIPSIS} {rest:,} more: --limit, or -f csv for all")
    below = ["", table.headline(inventory), *_notes(inventory, layout)]
    below += [*_overlaps(inventory, width), *_errors(inventory, width)]
    lines += [part for line in below for part in _wrapped(line, width)]
    return "\n".join(lines) + "\n"


def _wrapped(line: str, width: int) -> list[str]:
    """The line on as many as it needs, those that follow indented like it."""
    indent = " " * (len(line) - len(line.lstrip()))
    return textwrap.wrap(line, width, subsequent_indent=indent, break_on_hyphens=False) or [""]


def _named(inventory: Inventory) -> list[Row]:
    """The rows, their names without the folder that all files are in.

    A dataset that is alone in its folder is called like that: its file is often "train.jsonl".
    """
    folders = [row.path.split("/")[:-1] for row in inventory.rows]
    size = 0
    for level in zip(*folders, strict=False):
        if len(set(level)) > 1:
            break
        size += len(level[0]) + 1
    start = inventory.rows[0].path[:size] if inventory.rows else ""
    names = [row.name.removeprefix(start) for row in inventory.rows]
    above = [name.rpartition("/")[0] for name in names]
    known = Counter([*names, *above])
    return [
        replace(row, name=folder if folder and known[folder] == 1 else name)
        for row, name, folder in zip(inventory.rows, names, above, strict=True)
    ]


def compact(text: str) -> str:
    """A count of five digits or more as ``12.3k``, ``4.56M``: three figures, cut."""
    bound, digits = text[: text.startswith(AT_LEAST)], text.removeprefix(AT_LEAST)
    digits = digits.replace(",", "")
    if not digits.isdecimal() or len(digits) < 5:
        return text
    thousands = (len(digits) - 1) // 3
    whole = len(digits) - 3 * thousands
    point = "." if whole < 3 else ""
    return f"{bound}{digits[:whole]}{point}{digits[whole:3]}{'kMGTPE'[thousands - 1]}"


def shortened(text: str, width: int) -> str:
    """``text`` in at most so many columns, its middle left out: both ends tell files apart."""
    if columns(text) <= width:
        return text
    head, tail = _beginning(text, (width - 1) // 2), _beginning(text[::-1], width // 2)[::-1]
    while tail and not columns(tail[0]):  # a mark whose letter is left out
        tail = tail[1:]
    return head + _ELLIPSIS + tail


def _beginning(text: str, width: int) -> str:
    """As many characters as fit."""
    for size in range(min(len(text), width), 0, -1):
        if columns(text[:size]) <= width:
            return text[:size]
    return ""


def _fitting(inventory: Inventory, rows: Sequence[Row], width: int) -> _Layout:
    """The most telling layout that fits: columns go before names are cut to pieces."""
    whole = _Sheet(inventory, rows, short=False)
    cut = _Sheet(inventory, rows, short=True)
    layout = _Layout(whole, list(table.BRIEF), 2)
    for wanted, title in _steps():
        sheet = whole if wanted == FAIR_NAME else cut
        shown = [each for each in layout.shown if each.title != title]
        for gap in (2, 1):
            layout = _Layout(sheet, shown, gap)
            if layout.needed(min(wanted, sheet.widths[NAME])) <= width:
                return layout
    return layout


def _steps() -> Iterator[tuple[int, str]]:
    """Least columns of a name, and the column to leave out from here on."""
    yield FAIR_NAME, ""
    for title in _EASILY_MISSED:
        yield FAIR_NAME, title
    yield MIN_NAME, ""
    for title in _LAST_LEFT_OUT:
        yield MIN_NAME, title


def _title(column: Column) -> tuple[str, str]:
    return _TITLES.get(column.title, ("", column.title))


def _table(layout: _Layout, width: int, color: bool) -> Iterator[str]:
    sheet, shown = layout.sheet, layout.shown
    room = max(width - layout.needed(0), MIN_NAME)
    widths = {**sheet.widths, NAME: min(room, sheet.widths[NAME])}
    for titles in zip(*(_title(each) for each in shown), strict=True):
        yield _line(titles, layout, widths)
    for index, row in enumerate(sheet.rows):
        cells = [sheet.cells[each][index] for each in shown]
        cells[0] = shortened(cells[0], widths[NAME])
        at = [each.title for each in shown].index("outcome")
        cells[at] = paint(cells[at], OUTCOME_COLORS[row.outcome], color=color)
        yield _line(cells, layout, widths)
    yield "-" * layout.needed(widths[NAME])
    yield _line([sheet.sums[each] for each in shown], layout, widths)


def _line(cells: Sequence[str], layout: _Layout, widths: dict[Column, int]) -> str:
    padded = []
    for text, column in zip(cells, layout.shown, strict=True):
        space = " " * (widths[column] - columns(text))
        padded.append(space + text if column.number else text + space)
    return (" " * layout.gap).join(padded).rstrip()


def _notes(inventory: Inventory, layout: _Layout) -> Iterator[str]:
    if any(AT_LEAST in layout.sheet.sums[each] for each in layout.shown):
        yield f"{UNKNOWN} is unknown; {AT_LEAST} leaves out the datasets that do not know it"
    if hidden := [each.title for each in table.BRIEF if each not in layout.shown]:
        yield f"not shown for want of room: {', '.join(hidden)}"
    if note := table.searched_in_part(inventory):
        yield note


def _overlaps(inventory: Inventory, width: int) -> Iterator[str]:
    told, rows = table.told(inventory.overlaps), _named(inventory)
    if not told:
        return
    yield from ("", "in several datasets:")
    for each in told[:SHOWN]:
        text = table.overlap_text(each, rows)
        names = [visible(rows[index].name) for index in (each.dataset, each.other)]
        yield "  " + " in ".join(shortened(name, (width - 6) // 2) for name in names)
        yield f"    {text}"
    if len(told) > SHOWN:
        yield f"  {_ELLIPSIS} and {words.count(len(told) - SHOWN, 'more pair')}: -f json"


def _errors(inventory: Inventory, width: int) -> Iterator[str]:
    failed = [row for row in inventory.rows if row.error]
    if not failed:
        return
    yield from ("", "not judged:")
    for row in failed[:SHOWN]:
        yield f"  {shortened(visible(row.name), width - 2)}"
        told = fit_line(f"    {shortened(visible(row.error), 3 * width)}", width)
        yield from (shortened(line, width) for line in told)
    if len(failed) > SHOWN:
        yield f"  {_ELLIPSIS} and {len(failed) - SHOWN:,} more: -f json"
