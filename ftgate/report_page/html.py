"""A document as one HTML file: no script, no outside resource, light and dark, screen and paper."""

from __future__ import annotations

from collections.abc import Iterator

from ftgate.report_page import svg
from ftgate.report_page.page import (
    Bars,
    Block,
    Column,
    Document,
    Figures,
    Items,
    Lines,
    Section,
    Spans,
    Table,
    Text,
)
from ftgate.report_page.style import STYLE

MARK = '<meta name="generator" content="ftgate report">'
_WIDE, _NARROW = 720, 340
_text = svg.text


def html(page: Document) -> str:
    """The whole file; every text of the document is escaped."""
    body = "\n".join(_section(section, number) for number, section in enumerate(page.sections, 1))
    links = "\n".join(
        f'<li><a href="#s{number}">{_text(section.title)}</a></li>'
        for number, section in enumerate(page.sections, 1)
    )
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
{MARK}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{_text(page.title)}</title>
<style>{STYLE}</style>
</head>
<body>
<header>
<p class="kicker">{_text(page.subtitle)}</p>
<h1>{_text(page.title)}</h1>
</header>
<nav aria-label="Contents"><ol>
{links}
</ol></nav>
<main>
{body}
</main>
<footer><p>{_text(page.note)}</p></footer>
</body>
</html>
"""


def _section(section: Section, number: int) -> str:
    blocks = "\n".join(
        part
        for place, block in enumerate(section.blocks, 1)
        for part in _block(block, f"c{number}-{place}")
    )
    return f'<section id="s{number}">\n<h2>{_text(section.title)}</h2>\n{blocks}\n</section>'


def _block(block: Block, name: str) -> Iterator[str]:
    if isinstance(block, Text):
        kind = "" if block.style == "plain" else f' class="{block.style}"'
        yield f"<p{kind}>{_text(block.text)}</p>"
    elif isinstance(block, Items):
        if block.items:
            yield f"<ul>{''.join(f'<li>{_text(item)}</li>' for item in block.items)}</ul>"
    elif isinstance(block, Figures):
        pairs = "".join(
            f"<div><dt>{_text(label)}</dt><dd>{_text(value)}</dd></div>"
            for label, value in block.pairs
        )
        yield f'<dl class="figures">{pairs}</dl>'
    elif isinstance(block, Table):
        yield _table(block)
    else:
        yield _figure(block, name)


def _figure(chart: Lines | Spans | Bars, name: str) -> str:
    """The chart twice, for a wide and for a narrow page: text in it must not shrink."""
    return (
        f"<figure><figcaption><strong>{_text(chart.title)}</strong></figcaption>\n"
        f'<div class="wide">{svg.draw(chart, _WIDE, f"{name}w")}</div>\n'
        f'<div class="narrow">{svg.draw(chart, _NARROW, f"{name}n")}</div>\n'
        f"<p>{_text(chart.summary)}</p>\n"
        f"<details><summary>The numbers of this chart</summary>{_table(chart.table)}</details>"
        "</figure>"
    )


def _table(table: Table) -> str:
    heads = "".join(
        f'<th scope="col"{_number(column)}>{_text(column.title)}</th>' for column in table.columns
    )
    last = len(table.rows) - 1
    total = ' class="total"' if table.total else ""
    rows = "\n".join(
        f"<tr{total if index == last else ''}>{_cells(row, table)}</tr>"
        for index, row in enumerate(table.rows)
    )
    caption = _text(table.caption)
    return (  # the caption is outside the box: it must not scroll away
        f'<p class="caption">{caption}</p>\n'
        f'<div class="scroll" tabindex="0" role="group" aria-label="{caption}"><table>\n'
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}\n</tbody></table></div>"
    )


def _cells(row: tuple[str, ...], table: Table) -> str:
    first, *others = zip(row, table.columns, strict=True)
    head = f'<th scope="row"{_number(first[1])}>{_text(first[0])}</th>'
    return head + "".join(f"<td{_number(column)}>{_text(cell)}</td>" for cell, column in others)


def _number(column: Column) -> str:
    return ' class="n"' if column.number else ""
