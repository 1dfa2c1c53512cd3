"""Text for people: a block per dataset, a summary, and where the numbers come from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ftgate.render import words
from ftgate.render.block import Screen, dataset_lines
from ftgate.render.escape import visible
from ftgate.render.style import folded

if TYPE_CHECKING:
    from ftgate.model import Price
    from ftgate.report import Report


SCREEN_LINES = 25
_WORST_FIRST = ("error", "fail", "undecided", "pass")
_MAX_BLOCKS = 2  # datasets that fit on one screen with their reasons


def render(report: Report, *, color: bool, width: int, verbose: bool) -> str:
    """The report as text of at most ``width`` columns where words allow it."""
    screen = Screen(width, color, verbose)
    blocks = [dataset_lines(dataset, screen) for dataset in report.datasets]
    return _joined([*blocks, [*_summary(report), *_footer(report, screen)]])


def render_screen(report: Report, *, color: bool, width: int) -> str:
    """At most :data:`SCREEN_LINES` lines for all datasets together: what a hook prints.

    The worst datasets are shown with their reasons, each of the others in one line as long as
    there is room, and then counted.
    """
    screen = Screen(width, color, verbose=False)
    datasets = sorted(report.datasets, key=lambda each: _WORST_FIRST.index(each.outcome))
    shown, others = datasets[:_MAX_BLOCKS], datasets[_MAX_BLOCKS:]
    rest = [dataset_lines(dataset, replace(screen, max_lines=1))[0] for dataset in others]
    closing = [*_summary(report), *_footer(report, screen)]
    if len(rest) > _MAX_BLOCKS:
        rest = [*rest[: _MAX_BLOCKS - 1], f"and {len(rest) - 1} more: run ftgate check"]
    used = len(closing) + len(rest) + bool(rest) + len(shown)
    room = (SCREEN_LINES - used) // max(len(shown), 1)
    blocks = [dataset_lines(dataset, replace(screen, max_lines=room)) for dataset in shown]
    return _joined([*blocks, rest, closing] if rest else [*blocks, closing])


def _joined(blocks: list[list[str]]) -> str:
    return "\n".join("".join(line + "\n" for line in block) for block in blocks if block)


def _summary(report: Report) -> list[str]:
    if len(report.datasets) < 2:
        return []
    outcomes = [dataset.outcome for dataset in report.datasets]
    counts = [
        f"{outcomes.count(outcome)} {outcome}"
        for outcome in ("pass", "fail", "undecided", "error")
        if outcome in outcomes
    ]
    return [f"{words.count(len(outcomes), 'dataset')}: {', '.join(counts)}"]


def _footer(report: Report, screen: Screen) -> list[str]:
    """Where prices and token counts come from, and for which day they were judged."""
    parts = [*_price_sources(report.prices), *_token_sources(report, verbose=screen.verbose)]
    titles = dict.fromkeys(each.provider for each in report.datasets if each.provider)
    rules = f" by the rules of {visible(' and '.join(titles))}" if titles else ""
    offline = report.price_mode == "offline"
    source = "offline" if offline else f"with live prices ({report.price_mode})"
    parts.append(f"judged for {report.as_of}{rules}, {source}")
    lines = folded(" \u00b7 ".join(parts), screen.width)
    if screen.verbose:
        lines.extend(_price_lines(report.prices))
    return lines


def _price_sources(prices: tuple[Price, ...]) -> list[str]:
    """One phrase per layer: its oldest date, and who says so."""
    phrases = []
    for layer in sorted({price.layer for price in prices}):
        members = [price for price in prices if price.layer == layer]
        oldest = min(price.as_of for price in members).isoformat()
        sources = "; ".join(sorted({visible(price.source) for price in members}))
        phrases.append(f"prices: {visible(layer)}, as of {oldest} or later ({sources})")
    return phrases


def _token_sources(report: Report, *, verbose: bool) -> list[str]:
    """How tokens were counted; the engine too when everything is wanted."""
    counted: dict[str, None] = {}
    for dataset in report.datasets:
        if dataset.tokens is None:
            continue
        encoding = dataset.tokens.encoding
        text = f"tokens: {encoding.name}, {encoding.exactness}"
        if verbose:
            text += f", engine: {dataset.tokens.engine}"
        # Of the engine only then: the same data give the same report where others are installed.
        note = (dataset.tokens.note if verbose else "") or encoding.note
        if note and (verbose or encoding.exactness != "exact"):
            text += f" ({note})"
        counted[visible(text)] = None
    return sorted(counted)


def _price_lines(prices: tuple[Price, ...]) -> list[str]:
    return [
        f"  {visible(price.ref)}  {words.usd(price.usd)} per {price.unit}"
        f"  as of {price.as_of.isoformat()}"
        + (f", expires {price.expires.isoformat()}" if price.expires else "")
        + (f"  {visible(price.url)}" if price.url else "")
        for price in prices
    ]
