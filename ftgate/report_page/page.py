"""What a report consists of: sections of text, tables and charts, as values.

The text in it is raw, as the scenario has it; every writer (HTML, Markdown, plain text) escapes
what it writes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

MONTHS = "months"  # the label of an axis that counts them


class Column(NamedTuple):
    """The head of a column; numbers are set flush right."""

    title: str
    number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under a caption; the first cell of a row names it. ``total`` sets off the last
    row."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    total: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph: plain, the ``lead`` of the report, or a ``warning``."""

    text: str
    style: Literal["plain", "lead", "warning"] = "plain"


@dataclass(frozen=True, slots=True)
class Items:
    """A list of short texts."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """The few numbers that one looks for first: label and value."""

    pairs: tuple[tuple[str, str], ...]


class Series(NamedTuple):
    """One line of a chart, as points from left to right."""

    name: str
    points: tuple[tuple[float, float], ...]


class Mark(NamedTuple):
    """A point of a line chart with its label; ``y`` None is a vertical rule at ``x``."""

    x: float
    y: float | None
    label: str


@dataclass(frozen=True, slots=True)
class Lines:
    """A line chart. ``dollars`` says that y is money; ``table`` has the same in numbers."""

    title: str
    summary: str
    x_label: str
    y_label: str
    series: tuple[Series, ...]
    marks: tuple[Mark, ...]
    table: Table
    dollars: bool = True


class Span(NamedTuple):
    """One bar of a tornado: its label, and the dollars at both of its ends."""

    label: str
    low_usd: float
    high_usd: float


@dataclass(frozen=True, slots=True)
class Spans:
    """A tornado chart around ``base_usd``; ``table`` has the same in numbers."""

    title: str
    summary: str
    base_usd: float
    spans: tuple[Span, ...]
    table: Table


class Bar(NamedTuple):
    """One bar of a histogram: from, to, and how many."""

    low_usd: float
    high_usd: float
    futures: int


@dataclass(frozen=True, slots=True)
class Bars:
    """A histogram over dollars; ``table`` has the same in numbers."""

    title: str
    summary: str
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    table: Table


Chart = Lines | Spans | Bars
Block = Text | Items | Figures | Table | Chart


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what is below it."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report; ``note`` is its last line."""

    title: str
    subtitle: str
    sections: tuple[Section, ...]
    note: str
