"""An audit as Markdown, within the limit of a comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ftgate.render import inventory as table
from ftgate.render import words
from ftgate.render.inventory import BRIEF
from ftgate.render.markdown import MAX_CHARS, escaped

if TYPE_CHECKING:
    from ftgate.auditing.inventory import Inventory

_ROOM = MAX_CHARS * 2 // 3
"""For the table: the lists below it get the rest."""

SHOWN = 20


def render(inventory: Inventory) -> str:
    """A table of the datasets with their totals, and what several of them have."""
    blocks = [f"## ftgate audit: {table.headline(inventory)}", "", *_table(inventory)]
    blocks += _list("In several datasets", [*_overlaps(inventory)])
    blocks += _list("Not judged", [*_errors(inventory)])
    closing = f"<sub>ftgate {inventory.version}, judged for {inventory.as_of}</sub>"
    return "\n".join([*blocks, "", closing]) + "\n"


def _table(inventory: Inventory) -> Iterator[str]:
    yield _row([column.title for column in BRIEF])
    yield "|" + "".join("--:|" if column.number else "---|" for column in BRIEF)
    sums = inventory.totals
    totals = _row([table.total_cell(sums, column) for column in BRIEF])
    room = _ROOM - len(totals)
    for number, row in enumerate(inventory.rows):
        line = _row([escaped(table.cell(row, column)) for column in BRIEF])
        room -= len(line) + 1
        if room < 0:
            rest = len(inventory.rows) - number
            yield _row([f"… and {rest:,} more", *[""] * (len(BRIEF) - 1)])
            break
        yield line
    yield totals


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _list(title: str, items: list[str]) -> Iterator[str]:
    """The first items; a long one is left out with the rest, so that the limit holds."""
    if not items:
        return
    yield from ("", f"**{title}**", "")
    room, shown = MAX_CHARS // 8, 0
    for item in items[:SHOWN]:
        room -= len(item) + 1
        if room < 0:
            break
        yield item
        shown += 1
    if rest := len(items) - shown:
        yield f"- … and {words.count(rest, 'more', 'more')}"


def _overlaps(inventory: Inventory) -> Iterator[str]:
    for each in table.told(inventory.overlaps):
        names = [escaped(inventory.rows[index].name) for index in (each.dataset, each.other)]
        text = table.overlap_text(each, inventory.rows)
        yield f"- {names[0]} in {names[1]}: {text}"


def _errors(inventory: Inventory) -> Iterator[str]:
    for row in inventory.rows:
        if row.error:
            yield f"- {escaped(row.name)}: {escaped(row.error)}"
