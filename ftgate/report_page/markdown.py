"""A document as Markdown for GitHub: tables instead of charts, the three lines of a decision first.

Text of the scenario is written so that none of it is markup: no link, image, mention, formula or
element comes of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ftgate.render.escape import visible
from ftgate.report_page.page import Block, Document, Figures, Items, Table, Text

MARK = "<!-- ftgate report -->"
_ELEMENTS = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_SIGNS = re.compile(r"[\\`*_{}\[\]#|~!]|^(?=[-+=])|^\d+(?=[.)](?:\s|$))")
# What GitHub turns into links, mentions and formulas without any sign of markup.
_BARE = re.compile(r"(?<=:)//|@|(?<=www)\.|\$(?!\d)", re.IGNORECASE)


def markdown(page: Document) -> str:
    """The whole file; every text of the document is escaped."""
    lines = [MARK, f"# {_text(page.title)}", "", f"_{_text(page.subtitle)}_", ""]
    for section in page.sections:
        lines += [f"## {_text(section.title)}", ""]
        for block in section.blocks:
            lines += [*_block(block), ""]
    return "\n".join([*lines, "---", "", _text(page.note), ""])


def _text(raw: str) -> str:
    safe = "".join(_ELEMENTS.get(character, character) for character in visible(raw))
    safe = _SIGNS.sub(_escaped, safe)
    return _BARE.sub(lambda match: "&#36;" if match[0] == "$" else f"<!-- -->{match[0]}", safe)


def _escaped(match: re.Match[str]) -> str:
    return f"{match[0]}\\" if match[0].isdecimal() else f"\\{match[0]}"


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Text):
        if block.style == "lead":
            yield f"**{_text(block.text)}**"
        else:
            yield ("> " if block.style == "warning" else "") + _text(block.text)
    elif isinstance(block, Items):
        yield from (f"- {_text(item)}" for item in block.items)
    elif isinstance(block, Figures):
        yield "| | |"
        yield "|:--|--:|"
        yield from (f"| {_text(label)} | **{_text(value)}** |" for label, value in block.pairs)
    elif isinstance(block, Table):
        yield from _table(block)
    else:
        yield f"**{_text(block.title)}.** {_text(block.summary)}"
        yield ""
        yield "<details><summary>The numbers</summary>"
        yield ""
        yield from _table(block.table)
        yield ""
        yield "</details>"


def _table(table: Table) -> Iterator[str]:
    yield f"**{_text(table.caption)}**"
    yield ""
    yield _row([_text(column.title) for column in table.columns])
    yield _row(["--:" if column.number else ":--" for column in table.columns])
    last = len(table.rows) - 1
    for index, row in enumerate(table.rows):
        cells = [_text(cell) for cell in row]
        if table.total and index == last:
            cells = [f"**{cell}**" if cell else "" for cell in cells]
        yield _row(cells)


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
