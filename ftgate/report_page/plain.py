"""A document as plain text: tables, and bars where they help."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from ftgate.render import fit
from ftgate.render.escape import visible
from ftgate.render.style import columns as width_of
from ftgate.report_page.page import Bars, Block, Document, Figures, Items, Spans, Table, Text

MARK = "ftgate report: "
WIDTH = 100
"""Columns of a file, and the most that a screen gets."""
_GAP, _NARROWEST, _BAR = 2, 10, 30


def plain(page: Document, width: int = WIDTH) -> str:
    """The whole file; characters that steer a terminal are written as escapes."""
    lines = [*_wrap(MARK + visible(page.title), width), visible(page.subtitle), ""]
    for section in page.sections:
        title = visible(section.title)
        lines += [*_wrap(title.upper(), width), ""]
        for block in section.blocks:
            lines += [*_block(block, width), ""]
    lines += _wrap(visible(page.note), width)
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _block(block: Block, width: int) -> Iterator[str]:
    if isinstance(block, Text):
        mark = {"lead": "=> ", "warning": "! "}.get(block.style, "")
        yield from _wrap(mark + visible(block.text), width)
    elif isinstance(block, Items):
        for item in block.items:
            yield from _wrap(f"- {visible(item)}", width, "  ")
    elif isinstance(block, Figures):
        widest = max(width_of(visible(label)) for label, _ in block.pairs)
        for label, value in block.pairs:
            yield f"{_pad(visible(label), widest)}  {visible(value)}"
    elif isinstance(block, Table):
        yield from _table(block, width)
    else:
        yield from _wrap(f"{visible(block.title)}. {visible(block.summary)}", width)
        yield ""
        table = _with_bars(block) if isinstance(block, Bars | Spans) else block.table
        yield from _table(table, width)


def _with_bars(chart: Bars | Spans) -> Table:
    """The chart's table with a bar at the end of each row, solid where it wins."""
    table = chart.table
    if isinstance(chart, Bars):
        most = max(bar.futures for bar in chart.bars)
        drawn = [
            ("█" if bar.low_usd + bar.high_usd > 0 else "▒") * round(_BAR * bar.futures / most)
            for bar in chart.bars
        ]
    else:
        swings = [abs(span.high_usd - span.low_usd) for span in chart.spans]
        drawn = ["█" * round(_BAR / 2 * swing / max(*swings, 1e-9)) for swing in swings]
    rows = tuple((*row, bar) for row, bar in zip(table.rows, drawn, strict=True))
    return Table(table.caption, (*table.columns, table.columns[0]._replace(title="")), rows)


def _table(table: Table, width: int) -> Iterator[str]:
    yield from _wrap(visible(table.caption), width)
    heads = [visible(column.title) for column in table.columns]
    rows = [[visible(cell) for cell in row] for row in table.rows]
    widths = _widths(heads, rows, width)
    if sum(widths) + _GAP * (len(widths) - 1) > width:
        for lines in fit.table(heads, rows, width):
            yield from lines
        return
    numbers = [column.number for column in table.columns]
    yield from _row(heads, widths, numbers)
    yield "-" * (sum(widths) + _GAP * (len(widths) - 1))
    for row in rows:
        yield from _row(row, widths, numbers)


def _widths(heads: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """As wide as the cells, the widest columns giving way until all fit."""
    widths = [
        max([*(width_of(row[index]) for row in rows), _longest_word(head)])
        for index, head in enumerate(heads)
    ]
    room = width - _GAP * (len(widths) - 1)
    while sum(widths) > room and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
    return widths


def _longest_word(text: str) -> int:
    return max((width_of(word) for word in text.split()), default=0)


def _row(cells: Sequence[str], widths: Sequence[int], numbers: Sequence[bool]) -> Iterator[str]:
    wrapped = [
        textwrap.wrap(cell, width) or [""] for cell, width in zip(cells, widths, strict=True)
    ]
    for line in range(max(len(cell) for cell in wrapped)):
        parts = [cell[line] if line < len(cell) else "" for cell in wrapped]
        yield (" " * _GAP).join(
            _pad(part, width, right=number)
            for part, width, number in zip(parts, widths, numbers, strict=True)
        )


def _pad(text: str, width: int, *, right: bool = False) -> str:
    blank = " " * max(0, width - width_of(text))
    return blank + text if right else text + blank


def _wrap(text: str, width: int, indent: str = "") -> list[str]:
    return textwrap.wrap(text, width, subsequent_indent=indent) or [""]
