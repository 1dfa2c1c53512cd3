"""Charts as inline SVG: no script, no font and no file but the page's own.

Colours are classes, so that the page decides on light and dark; lines also differ in their dashes,
and what wins or loses lies on its side of zero.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from html import escape

from ftgate.render.escape import visible
from ftgate.report_page.page import MONTHS, Bars, Chart, Lines, Mark, Spans

_LETTER = 6.4  # of 12 px sans-serif, on average
_ROW, _PLOT, _AXIS = 20, 240, 40
_PAD = 12
_MONTHS = (1, 2, 3, 6, 12, 24, 60, 120, 600)


def draw(chart: Chart, width: int, name: str) -> str:
    """One chart as an ``<svg>``, ``width`` units wide; ``name`` is unique on the page."""
    if isinstance(chart, Lines):
        parts, height = _lines(chart, width)
    elif isinstance(chart, Spans):
        parts, height = _spans(chart, width)
    else:
        parts, height = _bars(chart, width)
    inside = "\n".join(parts)
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-labelledby="{name}-t {name}-d">\n'
        f'<title id="{name}-t">{text(chart.title)}</title>\n'
        f'<desc id="{name}-d">{text(chart.summary)}</desc>\n{inside}\n</svg>'
    )


def text(raw: str) -> str:
    """Any text, safe inside an element or a quoted attribute."""
    return escape(visible(raw))


class _Scale:
    """Values of a range on pixels: from a tick to a tick, whose steps are round numbers."""

    def __init__(self, low: float, high: float, start: float, end: float, wanted: int) -> None:
        if low == high:
            low, high = low - 1, high + 1
        self.step = _round_step((high - low) / wanted)
        self.low = math.floor(low / self.step) * self.step
        self.high = math.ceil(high / self.step) * self.step
        self._start, self._length = start, end - start

    @classmethod
    def of_months(cls, last: float, start: float, end: float, wanted: int) -> _Scale:
        """Months from 0, ending with the last one; years and parts of years are round here."""
        scale = cls(0, last, start, end, wanted)
        scale.step = next(step for step in _MONTHS if step * wanted >= last)
        scale.high = last
        return scale

    def __call__(self, value: float) -> float:
        return self._start + self._length * (value - self.low) / (self.high - self.low)

    def ticks(self) -> list[float]:
        count = math.floor((self.high - self.low) / self.step + 1e-9)
        return [self.low + self.step * index for index in range(count + 1)]


def _round_step(rough: float) -> float:
    """The next of 1, 2, 5, 10, 20, ... from here."""
    unit = 10.0 ** math.floor(math.log10(rough))
    return next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= rough * 0.999)


def _tick(value: float, step: float, *, dollars: bool) -> str:
    size, sign = abs(value), "-" if value < -step / 2 else ""
    for unit, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if step >= unit / 10 and size >= unit:
            number = f"{size / unit:,.{0 if step >= unit else 1}f}{letter}"
            break
    else:
        places = 0 if step >= 1 else math.ceil(-math.log10(step))
        number = f"{size:,.{places}f}"
    return f"{sign}{'$' if dollars else ''}{number}"


def _write(
    x: float, y: float, words: str, kind: str = "", anchor: str = "start", room: float = 1e9
) -> str:
    most = max(3, int(room / _LETTER))
    shown = words if len(words) <= most else f"{words[: most - 1]}…"
    named = f' class="{kind}"' if kind else ""
    aligned = f' text-anchor="{anchor}"' if anchor != "start" else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{named}{aligned}>{text(shown)}</text>'


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _rectangle(kind: str, x: float, y: float, width: float, height: float, about: str) -> str:
    return (
        f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{max(width, 0.5):.1f}"'
        f' height="{height:.1f}"><title>{text(about)}</title></rect>'
    )


def _gutter(labels: Iterable[str]) -> float:
    return max(len(label) for label in labels) * _LETTER + 14


def _lines(chart: Lines, width: int) -> tuple[list[str], int]:
    points = [point for series in chart.series for point in series.points]
    points += [(mark.x, mark.y) for mark in chart.marks if mark.y is not None]
    ys = [y for _, y in points]
    top = _PAD + _ROW * len(chart.series) + _ROW
    rules = [mark for mark in chart.marks if mark.y is None]
    top += _ROW * len(rules)
    bottom = top + _PLOT
    up = _Scale(min(0.0, *ys), max(0.0, *ys), bottom, top, 5)
    labels = [_tick(value, up.step, dollars=chart.dollars) for value in up.ticks()]
    left = _gutter(labels)
    xs = [x for x, _ in points]
    wanted, right = 6 if width > 500 else 4, width - _PAD - 8
    across = (
        _Scale.of_months(max(xs), left, right, wanted)
        if chart.x_label == MONTHS
        else _Scale(min(xs), max(xs), left, right, wanted)
    )
    parts = list(_legend(chart, width))
    for value, label in zip(up.ticks(), labels, strict=True):
        kind = "axis" if abs(value) < up.step / 2 else "grid"
        parts.append(_line(kind, left, up(value), width - _PAD, up(value)))
        parts.append(_write(left - 6, up(value) + 4, label, "tick", "end"))
    for value in across.ticks():
        label = _tick(value, across.step, dollars=False)
        parts.append(_write(across(value), bottom + 18, label, "tick", "middle"))
    parts.append(_write((left + width) / 2, bottom + 36, chart.x_label, "tick", "middle"))
    parts.append(_write(4, top - 8, chart.y_label, "tick"))
    for row, mark in enumerate(rules):
        parts += _rule(mark, across, top - _ROW * (len(rules) - row), bottom, width)
    for index, series in enumerate(chart.series):
        path = " ".join(f"{across(x):.1f},{up(y):.1f}" for x, y in series.points)
        parts.append(f'<polyline class="series s{index % 6}" points="{path}"/>')
    for mark in chart.marks:
        if mark.y is not None:
            parts += _mark(mark, across(mark.x), up(mark.y))
    return parts, bottom + _AXIS


def _legend(chart: Lines, width: int) -> Iterator[str]:
    for index, series in enumerate(chart.series):
        y = _PAD + _ROW * index + 6
        yield _line(f"series s{index % 6}", 4, y, 34, y)
        yield _write(42, y + 4, series.name, room=width - 50)


def _rule(mark: Mark, across: _Scale, top: float, bottom: float, width: int) -> Iterator[str]:
    x = across(mark.x)
    right = x + len(mark.label) * _LETTER + 8 > width
    yield _line("rule", x, top, x, bottom)
    yield _write(
        x - 5 if right else x + 5, top + 8, mark.label, "tick", "end" if right else "start"
    )


def _mark(mark: Mark, x: float, y: float) -> Iterator[str]:
    # Lines that rise leave room above to the left, where the label is not too long for it.
    left = x - len(mark.label) * _LETTER - 12 > 0
    yield f'<circle class="mark" cx="{x:.1f}" cy="{y:.1f}" r="5"/>'
    place = (x - 9, y - 9, "end") if left else (x + 9, y + 18, "start")
    yield _write(place[0], place[1], mark.label, "strong", place[2])


def _spans(chart: Spans, width: int) -> tuple[list[str], int]:
    nets = [0.0, chart.base_usd]
    nets += [end for span in chart.spans for end in (span.low_usd, span.high_usd)]
    scale = _Scale(min(nets), max(nets), 30, width - 30, 6 if width > 500 else 3)
    bottom = _PAD + _ROW + 40 * len(chart.spans)
    parts = [
        _line(
            "axis" if abs(tick) < scale.step / 2 else "grid", scale(tick), _PAD, scale(tick), bottom
        )
        for tick in scale.ticks()
    ]
    for tick in scale.ticks():
        label = _tick(tick, scale.step, dollars=True)
        parts.append(_write(scale(tick), bottom + 18, label, "tick", "middle"))
    for row, span in enumerate(chart.spans):
        y = _PAD + 40 * row
        low, high = sorted((span.low_usd, span.high_usd))
        about = f"{span.label}: {span.low_usd:,.0f} to {span.high_usd:,.0f} USD"
        for kind, start, end in (("lose", low, min(high, 0.0)), ("win", max(low, 0.0), high)):
            if start < end:
                left, right = scale(start), scale(end)
                parts.append(_rectangle(kind, left, y + 20, right - left, 14, about))
        parts.append(_write(4, y + 14, span.label, "halo", room=width - 8))
    parts.append(_line("rule", scale(chart.base_usd), _PAD, scale(chart.base_usd), bottom))
    parts.append(_write(scale(chart.base_usd), bottom - 4, "as stated", "tick halo", "middle"))
    return parts, bottom + 28


def _bars(chart: Bars, width: int) -> tuple[list[str], int]:
    edges = [bar.low_usd for bar in chart.bars] + [chart.bars[-1].high_usd]
    most = max(bar.futures for bar in chart.bars)
    top, bottom = _PAD + _ROW, _PAD + _ROW + _PLOT - 60
    scale = _Scale(min(edges), max(edges), 30, width - 30, 6 if width > 500 else 3)
    parts = [_line("axis", 30, bottom, width - 30, bottom)]
    for tick in scale.ticks():
        label = _tick(tick, scale.step, dollars=True)
        parts.append(_write(scale(tick), bottom + 18, label, "tick", "middle"))
    for bar in chart.bars:
        left, right = scale(bar.low_usd), scale(bar.high_usd)
        height = (bottom - top) * bar.futures / most
        kind = "win" if bar.low_usd + bar.high_usd > 0 else "lose"
        about = f"{bar.low_usd:,.0f} to {bar.high_usd:,.0f} USD: {bar.futures:,} futures"
        width_of = max(right - left - 1, 1)
        parts.append(_rectangle(kind, left, bottom - height, width_of, height, about))
    if scale.low <= 0 <= scale.high:
        parts.append(_line("rule", scale(0), top - 4, scale(0), bottom))
    for mark in chart.marks:
        parts += _rule(mark, scale, top - _ROW, bottom, width)
    return parts, int(bottom) + 28
