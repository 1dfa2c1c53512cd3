"""The columns of an audit, for every format that shows a table: values, totals, order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from ftgate.render import words
from ftgate.render.escape import visible
from ftgate.render.phrases import DECISIONS

if TYPE_CHECKING:
    from ftgate.auditing.inventory import Inventory, Overlap, Row, Totals

UNKNOWN = "-"
AT_LEAST = "\u2265"
"""Stands before a total that some datasets do not know their part of."""

WORST_FIRST = ("error", "fail", "undecided", "pass")

Kind = Literal["text", "count", "usd", "share"]


class Column(NamedTuple):
    """A column: what is shown is the sum of these fields of a row, the only field as it is."""

    title: str
    kind: Kind
    fields: tuple[str, ...]

    @property
    def number(self) -> bool:
        """Whether cells are aligned at the right."""
        return self.kind != "text"


_GOAL = ("goal", "knowledge_share")  # in one column
NAME = Column("dataset", "text", ("name",))
BRIEF = (
    NAME,
    Column("format", "text", ("formats",)),
    Column("examples", "count", ("examples",)),
    Column("tokens", "count", ("tokens",)),
    Column("cost", "usd", ("usd_high",)),
    Column("goal", "text", _GOAL),
    Column("duplicates inside", "count", ("duplicates", "near_duplicates")),
    Column("duplicates elsewhere", "count", ("same_elsewhere", "near_elsewhere")),
    Column("leaked inside", "count", ("leaked",)),
    Column("leaked elsewhere", "count", ("leaked_elsewhere",)),
    Column("secrets", "count", ("secrets",)),
    Column("personal data", "count", ("personal",)),
    Column("outcome", "text", ("outcome",)),
    Column("decision", "text", ("decision",)),
)
"""For a terminal and for a comment."""

FULL = (
    NAME,
    Column("outcome", "text", ("outcome",)),
    Column("decision", "text", ("decision",)),
    Column("examples", "count", ("examples",)),
    Column("tokens", "count", ("tokens",)),
    Column("training cost", "usd", ("usd_high",)),
    Column("goal", "text", ("goal",)),
    Column("knowledge", "share", ("knowledge_share",)),
    Column("duplicates", "count", ("duplicates",)),
    Column("near-duplicates", "count", ("near_duplicates",)),
    Column("same elsewhere", "count", ("same_elsewhere",)),
    Column("near elsewhere", "count", ("near_elsewhere",)),
    Column("leaked", "count", ("leaked",)),
    Column("leaked elsewhere", "count", ("leaked_elsewhere",)),
    Column("secrets", "count", ("secrets",)),
    Column("personal data", "count", ("personal",)),
    Column("held out", "count", ("held_out",)),
    Column("invalid", "count", ("invalid",)),
    Column("format", "text", ("formats",)),
    Column("files", "count", ("files",)),
    Column("bytes", "count", ("bytes",)),
    Column("model", "text", ("model",)),
    Column("errors", "text", ("codes",)),
)
"""For a page that scrolls."""

SORTS: dict[str, tuple[str, ...]] = {
    "dataset": ("name",),
    "format": ("formats",),
    "files": ("files",),
    "bytes": ("bytes",),
    "examples": ("examples",),
    "held-out": ("held_out",),
    "tokens": ("tokens",),
    "cost": ("usd_high",),
    "knowledge": ("knowledge_share",),
    "duplicates": ("duplicates", "near_duplicates"),
    "elsewhere": ("same_elsewhere", "near_elsewhere"),
    "leaked": ("leaked", "leaked_elsewhere"),
    "secrets": ("secrets",),
    "personal": ("personal",),
    "outcome": ("outcome",),
}
"""What ``--sort`` takes, and the fields it looks at: numbers from the largest, unknown last."""


def value(row: Row, fields: Sequence[str]) -> Any:
    """The sum of these fields; None when one is unknown, and the field itself if it is one."""
    values = [getattr(row, name) for name in fields]
    if any(each is None for each in values):
        return None
    return sum(values[1:], values[0]) if len(values) > 1 else values[0]


def total(totals: Totals, fields: Sequence[str]) -> tuple[int | Decimal | None, bool]:
    """The sum over all rows, and whether it is a lower bound."""
    known = [number for name in fields if (number := totals.sums[name]) is not None]
    bound = any(totals.unknown[name] for name in fields)
    return (sum(known[1:], known[0]) if len(known) == len(fields) else None), bound


def ordered(inventory: Inventory, sort: str | None) -> Inventory:
    """The same inventory with its rows sorted by a key of :data:`SORTS`, else by path."""
    rows = inventory.rows
    order = sorted(range(len(rows)), key=lambda index: (rows[index].path, rows[index].name))
    if sort:
        order.sort(key=lambda index: _sort_key(rows[index], SORTS[sort]))
    place = {index: position for position, index in enumerate(order)}
    overlaps = (
        replace(each, dataset=place[each.dataset], other=place[each.other])
        for each in inventory.overlaps
    )
    return replace(inventory, rows=tuple(rows[index] for index in order), overlaps=tuple(overlaps))


def _sort_key(row: Row, fields: Sequence[str]) -> tuple[bool, Any]:
    found = value(row, fields)
    if fields == ("outcome",):
        return False, WORST_FIRST.index(found)
    if found is None or found == ():
        return True, 0
    return False, found if isinstance(found, (str, tuple)) else -found


def cell(row: Row, column: Column) -> str:
    """What people read in this cell; text from data is made visible, not more."""
    if column.fields == _GOAL:
        return goal(row)
    found = value(row, column.fields)
    if column.fields == ("decision",):
        return DECISIONS[row.decision] if row.decision else UNKNOWN
    if isinstance(found, tuple):
        return visible(" ".join(found)) or UNKNOWN
    return shown(found, column.kind)


def goal(row: Row) -> str:
    """``knowledge 84%``: the label, and the share of answers that carry facts."""
    if row.goal is None or row.knowledge_share is None:
        return UNKNOWN
    return f"{row.goal} {row.knowledge_share:.0%}"


def shown(found: Any, kind: Kind) -> str:
    """A value as text of its kind, ``-`` for what is unknown."""
    if found is None:
        return UNKNOWN
    if kind == "usd":
        return words.usd(found)
    if kind == "share":
        return f"{found:.0%}"
    return f"{found:,}" if kind == "count" else visible(found)


def total_cell(totals: Totals, column: Column) -> str:
    """What people read in this column's total; nothing where a sum has no meaning."""
    if column == NAME:
        return "total"
    if column.kind not in ("count", "usd"):
        return ""
    found, bound = total(totals, column.fields)
    return (AT_LEAST if bound and found is not None else "") + shown(found, column.kind)


def headline(inventory: Inventory) -> str:
    """``12 datasets: 3 pass, 8 fail, 1 error``."""
    totals = inventory.totals
    counts = [f"{number} {name}" for name, number in totals.outcomes.items() if number]
    return f"{words.count(totals.datasets, 'dataset')}: {', '.join(counts)}"


def searched_in_part(inventory: Inventory) -> str:
    """How many datasets were too large to be compared whole; nothing when none was."""
    parts = sum(1 for row in inventory.rows if row.searched is not None and row.searched < 1)
    if not parts:
        return ""
    return f"{words.count(parts, 'dataset')} compared in part: duplicates are at least so many"


def told(overlaps: Sequence[Overlap]) -> list[Overlap]:
    """Overlaps that say something new: two datasets with equal examples are told of once."""
    known: set[tuple[int, int]] = set()
    found = []
    for each in overlaps:
        if each.leaked or (each.other, each.dataset) not in known:
            known.add((each.dataset, each.other))
            found.append(each)
    return found


def overlap_text(each: Overlap, rows: Sequence[Row]) -> str:
    """``112 of 120 training examples, 3 of them nearly; 5 of 20 held-out examples``."""
    row = rows[each.dataset]
    parts = []
    if each.leaked:
        held = words.count(row.held_out or 0, "held-out example")
        parts.append(f"{each.leaked:,} of {held} trained on there")
    if each.same or each.near:
        examples = words.count(row.examples or 0, "example")
        nearly = f", {each.near:,} of them nearly" if each.near else ""
        parts.append(f"{each.same + each.near:,} of {examples} there too{nearly}")
    return "; ".join(parts)
