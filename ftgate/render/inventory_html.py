"""An audit as one HTML page: nothing is fetched, and without its script it is a table all the same.

The script adds a button to every head of a column; the content security policy lets no other one
run.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING, Any

from ftgate.render import inventory as table
from ftgate.render import words
from ftgate.render.escape import visible
from ftgate.render.inventory import AT_LEAST, FULL, NAME, UNKNOWN, Column

if TYPE_CHECKING:
    from ftgate.auditing.inventory import Inventory, Row

MAX_OVERLAPS = 500

STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5a6472; --paper: #ffffff;
  --tint: #f3f5f8; --edge: #d5dae1; --pass: #0b7a63; --fail: #a8233a; --undecided: #8a5a00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --soft: #a3adba; --paper: #14181e;
  --tint: #1d232b; --edge: #39424e; --pass: #4cc3a5; --fail: #ff8a9c; --undecided: #f0c05a; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 1.5rem 1rem 3rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; }
p, footer { color: var(--soft); margin: 0 0 1rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .875rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0;
  border-bottom: 1px solid var(--edge); white-space: nowrap; }
thead th { vertical-align: bottom; color: var(--soft); white-space: normal; }
tbody th { font-weight: 500; white-space: normal; min-width: 9rem; max-width: 45vw;
  overflow-wrap: anywhere; }
tbody tr:hover > * { background: var(--tint); }
tfoot > tr > * { font-weight: 650; border-bottom: 0; border-top: 2px solid var(--edge); }
tr > th:first-child { position: sticky; left: 0; background: var(--paper); }
.n { text-align: right; font-variant-numeric: tabular-nums; }
.pass { color: var(--pass); } .fail, .error { color: var(--fail); }
.undecided { color: var(--undecided); }
.note { white-space: normal; min-width: 14rem; }
button { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer;
  text-align: inherit; text-decoration: underline dotted; }
[aria-sort=ascending] button::after { content: " \\25b2"; }
[aria-sort=descending] button::after { content: " \\25bc"; }
@media print { body { padding: 0; font-size: 9pt; } .scroll { overflow: visible; } }
"""

SCRIPT = """
"use strict";
const body = document.querySelector("#datasets tbody");
const heads = [...document.querySelectorAll("#datasets thead th")];
const key = (row, at) => row.cells[at].dataset.v;
function compare(at, number, sign) {
  return (one, other) => {
    const a = key(one, at), b = key(other, at);
    if (a === undefined || b === undefined) return (a === undefined) - (b === undefined);
    return sign * (number ? a - b : a < b ? -1 : a > b ? 1 : 0);
  };
}
heads.forEach((head, at) => {
  const button = document.createElement("button");
  button.type = "button";
  button.append(...head.childNodes);
  head.append(button);
  button.addEventListener("click", () => {
    const number = head.classList.contains("n");
    const now = head.getAttribute("aria-sort");
    const down = now ? now === "ascending" : number;
    heads.forEach((each) => each.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    body.append(...[...body.rows].sort(compare(at, number, down ? -1 : 1)));
  });
});
"""


def render(inventory: Inventory) -> str:
    """The whole page; every text of the data is escaped."""
    allowed = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{allowed}'"
    title = _text(table.headline(inventory))
    body = "\n".join([*_table(inventory), *_overlaps(inventory), *_errors(inventory)])
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="generator" content="ftgate audit">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{title}</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{UNKNOWN} is unknown; {AT_LEAST} leaves out the datasets that do not know it.
{_in_part(inventory)}Judged for {inventory.as_of}.</p>
{body}
</main>
<footer>ftgate {_text(inventory.version)}</footer>
<script>{SCRIPT}</script>
</body>
</html>
"""


def _in_part(inventory: Inventory) -> str:
    note = table.searched_in_part(inventory)
    return f"{note}. " if note else ""


def _text(text: str) -> str:
    return escape(visible(text))


def _class(*names: str) -> str:
    found = " ".join(filter(None, names))
    return f' class="{found}"' if found else ""


def _table(inventory: Inventory) -> Iterator[str]:
    yield '<div class="scroll" tabindex="0" role="region" aria-label="Datasets">'
    yield '<table id="datasets">\n<thead><tr>' + "".join(
        f'<th scope="col"{_class("n" if column.number else "")}>{column.title}</th>'
        for column in FULL
    )
    yield "</tr></thead>\n<tbody>"
    for row in inventory.rows:
        yield f"<tr>{''.join(_cell(row, column) for column in FULL)}</tr>"
    totals = inventory.totals
    sums = (
        f"<td{_class('n' if column.number else '')}>{table.total_cell(totals, column)}</td>"
        for column in FULL[1:]
    )
    yield f'</tbody>\n<tfoot><tr><th scope="row">total</th>{"".join(sums)}</tr></tfoot>'
    yield "</table></div>"


def _cell(row: Row, column: Column) -> str:
    found, shown = table.value(row, column.fields), _text(table.cell(row, column))
    key = "" if found in (None, ()) else f' data-v="{_key(found)}"'
    if column == NAME:
        return f'<th scope="row"{key} title="{_text(row.path)}">{shown}</th>'
    outcome = row.outcome if column.fields == ("outcome",) else ""
    wraps = "note" if column.fields == ("codes",) else ""
    return f"<td{_class('n' if column.number else '', outcome, wraps)}{key}>{shown}</td>"


def _key(found: Any) -> str:
    """What the script sorts by."""
    if isinstance(found, Decimal):
        return f"{found:f}"
    return _text(" ".join(found) if isinstance(found, tuple) else str(found))


def _overlaps(inventory: Inventory) -> Iterator[str]:
    told = table.told(inventory.overlaps)
    items = [
        f"{_name(inventory.rows[each.dataset])} in {_name(inventory.rows[each.other])}: "
        + table.overlap_text(each, inventory.rows)
        for each in told[:MAX_OVERLAPS]
    ]
    if rest := len(told) - len(items):
        items.append(f"and {words.count(rest, 'more pair')}: ftgate audit -f json")
    yield from _list("In several datasets", items)


def _errors(inventory: Inventory) -> Iterator[str]:
    failed = [f"{_name(row)}: {_text(row.error)}" for row in inventory.rows if row.error]
    yield from _list("Not judged", failed)


def _name(row: Row) -> str:
    return f"<strong>{_text(row.name)}</strong>"


def _list(title: str, items: Sequence[str]) -> Iterator[str]:
    if items:
        yield f"<h2>{title}</h2>\n<ul>"
        yield from (f"<li>{item}</li>" for item in items)
        yield "</ul>"
