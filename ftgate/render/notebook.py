"""What Jupyter shows of a report and of a comparison: small tables in the notebook's own colours.

Self-contained: no script, no style sheet, nothing that is fetched. Text inherits its colour, so it
is legible in dark themes too; only the verdict has a colour of its own, with white on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING

from ftgate.render import words
from ftgate.render.escape import visible
from ftgate.render.money import money_rows
from ftgate.render.phrases import DECISIONS, break_even, decision
from ftgate.render.places import ordered, place, severity

if TYPE_CHECKING:
    from ftgate.model import Comparison, Option, Outcome
    from ftgate.report import DatasetReport, Report

MAX_DATASETS, MAX_FINDINGS = 50, 20
"""What is shown of one cell's result; the rest is counted."""

_COLORS: dict[Outcome, str] = {
    "pass": "#1a7f37",
    "fail": "#cf222e",
    "undecided": "#8a5a00",
    "error": "#82071e",
}
_CELL = "text-align:{};padding:2px 8px;vertical-align:top"
_SECONDARY = "opacity:.75"


def report_html(report: Report) -> str:
    """The verdict of every dataset, with findings and money below those that do not pass."""
    shown = report.datasets[:MAX_DATASETS]
    head = f"{_verdict(report.outcome)} {words.count(len(report.datasets), 'dataset')}"
    rest = len(report.datasets) - len(shown)
    lines = [f"<div>{head}</div>", *map(_dataset, shown)]
    if rest:
        lines.append(f"<div>\u2026 and {words.count(rest, 'more dataset')}</div>")
    closing = f"ftgate {report.version}, judged for {report.as_of}"
    lines.append(f'<div style="{_SECONDARY}">{_text(closing)}</div>')
    return _block(lines)


def comparison_html(comparison: Comparison) -> str:
    """Every option with its bill, the best one marked; or the answer at several volumes."""
    lines = []
    if comparison.options:
        months = words.count(comparison.horizon_months, "month")
        heads = ("option", "upfront", "a month", months)
        rows = [_option(each, comparison.best) for each in comparison.options]
        lines.append(_table(heads, rows, numbers=3))
        if not all(each.contends for each in comparison.options):
            lines.append(_note("* for comparison, never the best"))
    elif comparison.at_volumes:
        rows = [
            (f"{each.calls_per_month:,}", DECISIONS[each.decision], _text(each.best))
            for each in comparison.at_volumes
        ]
        lines.append(_table(("calls a month", "decision", "best"), rows, numbers=0))
    points = [comparison.break_even, comparison.break_even_best]
    said = [break_even(point, comparison) for point in points if point is not None]
    lines += [_note(f"break-even: {text}") for text in dict.fromkeys(said)]
    lines += [_note(f"{each.parameter}: {each.meaning}") for each in comparison.thresholds]
    lines += [_note(f"not known: {each.what}: {each.reason}") for each in comparison.undecided]
    return _block(lines)


def _dataset(dataset: DatasetReport) -> str:
    opened = "" if dataset.outcome == "pass" else " open"
    size = words.count(dataset.examples, "example")
    if dataset.tokens:
        size += f" \u00b7 {words.count(dataset.tokens.total, 'token')}"
    head = f"{_verdict(dataset.outcome)} <b>{_text(dataset.name)}</b>: {decision(dataset)}"
    findings = ordered(dataset.findings)
    rows = [
        (
            severity(each),
            f"{each.code}&nbsp;{_text(each.name)}",
            _message(each.message, place(each)),
        )
        for each in findings[:MAX_FINDINGS]
    ]
    parts = [_table(("", "rule", "finding"), rows, numbers=0)] if rows else []
    if len(findings) > MAX_FINDINGS:
        parts.append(
            _note(f"\u2026 and {words.count(len(findings) - MAX_FINDINGS, 'more finding')}")
        )
    parts += [_note(f"{label} {text}") for label, text in money_rows(dataset, verbose=False)]
    if dataset.next_command:
        parts.append(_note(f"next: {dataset.next_command}"))
    summary = f'<summary>{head} <span style="{_SECONDARY}">{size}</span></summary>'
    return f"<details{opened}>{summary}{''.join(parts)}</details>"


def _message(message: str, where: str) -> str:
    return _text(message) + (f'<br><span style="{_SECONDARY}">{_text(where)}</span>' * bool(where))


def _option(option: Option, best: str) -> Sequence[str]:
    name = _text(option.name)
    shown = f"<b>{name}</b> (best)" if option.name == best else name
    steady = sum((line.usd for line in option.lines if line.monthly), start=Decimal(0))
    amounts = (option.upfront_usd, steady, option.total_usd)
    return (shown + " *" * (not option.contends), *map(words.usd, amounts))


def _verdict(outcome: Outcome) -> str:
    style = f"background:{_COLORS[outcome]};color:#fff;padding:0 6px;border-radius:3px"
    return f'<b style="{style}">{outcome.upper()}</b>'


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: int) -> str:
    """Cells are markup already; the last ``numbers`` columns are aligned to the right."""
    first = len(heads) - numbers
    sides = [_CELL.format("left" if index < first else "right") for index in range(len(heads))]
    titles = [
        f'<th scope="col" style="{side}">{head}</th>'
        for side, head in zip(sides, heads, strict=True)
    ]
    lines = [f"<tr>{''.join(titles)}</tr>"]
    for row in rows:
        cells = [f'<td style="{side}">{cell}</td>' for side, cell in zip(sides, row, strict=True)]
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return f'<table style="margin:4px 0">{"".join(lines)}</table>'


def _note(text: str) -> str:
    return f"<div>{_text(text)}</div>"


def _block(lines: Iterable[str]) -> str:
    return f'<div style="overflow-x:auto;line-height:1.5">{"".join(lines)}</div>'


def _text(text: str) -> str:
    return escape(visible(text))
