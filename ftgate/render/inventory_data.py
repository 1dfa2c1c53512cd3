"""An audit for machines: JSON by ``audit.schema.json``, and comma-separated values."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

from ftgate.render.escape import quiet, visible
from ftgate.report_json import plain

if TYPE_CHECKING:
    from ftgate.auditing.inventory import Inventory

SCHEMA = "ftgate/audit/1"
COLUMNS = (
    *("name", "path", "files", "bytes", "formats", "examples", "held_out", "invalid", "tokens"),
    *("model", "provider", "usd_low", "usd_high", "goal", "knowledge_share"),
    *("duplicates", "near_duplicates", "leaked"),
    *("same_elsewhere", "near_elsewhere", "leaked_elsewhere", "secrets", "personal", "searched"),
    *("outcome", "decision", "codes", "error", "digest"),
)
"""The fields of a row, in the order in which they are written."""

_FORMULA = tuple("=+-@＝＋－＠")  # noqa: RUF001 - a spreadsheet computes these, wide or not


def as_json(inventory: Inventory) -> str:
    """All rows, overlaps and totals; what is unknown is null, money a decimal string."""
    rows, totals = inventory.rows, inventory.totals
    document = {
        "schema": SCHEMA,
        "tool": {"name": "ftgate", "version": inventory.version},
        "as_of": inventory.as_of,
        "datasets": [plain(row) for row in rows],
        "overlaps": [
            {
                **plain(each),
                "dataset": plain(rows[each.dataset].name),
                "other": plain(rows[each.other].name),
            }
            for each in inventory.overlaps
        ],
        "totals": plain(totals),
    }
    return quiet(json.dumps(document, indent=2, allow_nan=False)) + "\n"


class _Pieces(list[str]):
    """What the csv module writes to."""

    write = list.append


def as_csv(inventory: Inventory) -> str:
    """A line for each dataset, without totals; what is unknown is an empty cell.

    A text that a spreadsheet would compute gets an apostrophe before it.
    """
    pieces = _Pieces()
    writer = csv.writer(pieces, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_cell(getattr(row, name)) for name in COLUMNS] for row in inventory.rows)
    return "".join(pieces)


def _cell(value: Any) -> str:
    if isinstance(value, tuple):
        value = " ".join(value)
    if not isinstance(value, str):
        return "" if value is None else str(plain(value))
    text = visible(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
