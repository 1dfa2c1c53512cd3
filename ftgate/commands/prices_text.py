"""Prices as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from ftgate.model import Missing, ModelFacts, Price
from ftgate.render import fit, words
from ftgate.render.escape import visible
from ftgate.render.style import paint

if TYPE_CHECKING:
    from ftgate.prices.feeds.rows import Held
    from ftgate.prices.live import Dispute
    from ftgate.prices.review import Change, Note
    from ftgate.prices.update import FeedResult

_COLUMNS = ("input_mtok", "cached_input_mtok", "output_mtok", "training_mtok")
_HEADS = ("model", "input", "cached", "output", "training", "layer", "as of")
_GREEN, _RED, _YELLOW = 32, 31, 33
_SHOWN = 5


def models_table(prices: Sequence[Price], today: date, color: bool, width: int) -> str:
    """A line for each model, or a few; a dash is a price that is not known, never zero."""
    by_model: dict[str, dict[str, Price]] = {}
    for price in prices:
        by_model.setdefault(f"{price.provider}/{price.model}", {})[price.unit] = price
    rows = []
    for model, units in by_model.items():
        shown = [units[each] for each in _COLUMNS if each in units] or list(units.values())
        oldest = min(price.as_of for price in shown)
        expired = any(price.expires and price.expires < today for price in shown)
        amounts = [f"{units[each].usd:f}" if each in units else "-" for each in _COLUMNS]
        layers = "+".join(dict.fromkeys(price.layer for price in shown))
        rows.append((model, *amounts, layers, f"{oldest}{' expired' if expired else ''}"))
    head, *blocks = fit.table(_HEADS, _safe(rows), width, right=(1, 2, 3, 4))
    lines = list(head)
    for block in blocks:
        shade = _YELLOW if block[-1].endswith(" expired") else None
        lines += [paint(line, shade, color=color) for line in block]
    count = words.count(len(rows), "model")
    tail = f"{count}, USD per million tokens. One in full: ftgate prices show MODEL"
    return "\n".join((*lines, "", tail)) + "\n"


def one_model(
    prices: Sequence[Price],
    disputes: Mapping[str, Dispute | None],
    facts: ModelFacts | Missing,
    today: date,
    color: bool,
    width: int,
) -> str:
    """Every unit with its provenance, and what is known of the model's life."""
    head = f"{prices[0].provider}/{prices[0].model}"
    lines = [paint(visible(head), 1, color=color), ""]
    rows = [(p.unit, f"{p.usd:f}", p.layer, f"{p.as_of}", _until(p, today)) for p in prices]
    titles = ("unit", "USD", "layer", "as of", "expires")
    top, *blocks = fit.table(titles, _safe(rows), width, right=(1,))
    lines += top
    for price, block in zip(prices, blocks, strict=True):
        shade = _YELLOW if "expired" in block[-1] else None
        lines += [paint(line, shade, color=color) for line in block]
        dispute = disputes.get(price.ref)
        if dispute:
            said = ", ".join(f"{feed} {usd:f}" for feed, usd in dispute.said)
            lines.append(paint(f"  sources disagree: {said}", _YELLOW, color=color))
    lines += ["", "sources: confidence A primary, B mirror or feed, C secondary or disputed"]
    for source in dict.fromkeys((p.confidence or "-", p.source, p.url) for p in prices):
        lines.append(visible(f"  [{source[0]}] {source[1]}  {source[2]}".rstrip()))
    if isinstance(facts, ModelFacts):
        lines += ["", _life(facts)]
    return "\n".join(lines) + "\n"


def unknown(missing: Missing, line: str) -> str:
    """Which number is not known, who was asked, names worth trying, and the line to add."""
    near = f" (nearest: {', '.join(missing.nearest)})" if missing.nearest else ""
    return visible(f"no price {missing.what}: {missing.reason}{near}") + f"\n  {visible(line)}\n"


def results_table(results: Sequence[FeedResult], color: bool) -> str:
    """What became of each feed, then what was held back."""
    lines = []
    for result in results:
        word = paint(f"{result.status:<9}", _word_color(result.status), color=color)
        if result.status == "failed":
            lines.append(f"{result.feed:<15} {word} {visible(result.message)}")
            lines.append(f"{'':<15} {'':<9} {visible(result.hint)}")
        else:
            numbers = f"{words.count(result.prices, 'price')}, {result.changed:,} changed"
            held = f", {len(result.held):,} held back" if result.held else ""
            lines.append(f"{result.feed:<15} {word} {numbers}{held}")
    kept_out = [each for result in results for each in result.held]
    known = [each for each in kept_out if each.kept]
    lines += _held_lines("held back; what was known goes on answering:", known)
    new = [each for each in kept_out if not each.kept]
    lines += _held_lines("not used, and not known before:", new)
    return "\n".join(lines) + "\n"


def _held_lines(title: str, held: Sequence[Held]) -> list[str]:
    if not held:
        return []
    lines = ["", title]
    for each in held[:_SHOWN]:
        offered = f"{each.offered}: " if each.offered else ""
        lines.append(visible(f"  {each.key}: {offered}{each.reason}"))
        if each.kept:
            lines.append(visible(f"    \u2192 {each.step}"))
    if len(held) > _SHOWN:
        lines.append(f"  and {len(held) - _SHOWN:,} more: ftgate prices doctor")
    return lines


def changes_table(changes: Sequence[Change], base: str, color: bool, width: int) -> str:
    """Before and after of each price that differs."""
    if not changes:
        return f"no live price differs from {base}\n"
    rows = []
    for change in changes:
        ratio = f"{change.ratio - 1:+.1%}" if change.ratio is not None else "-"
        amounts = f"{change.before.usd:f}", f"{change.after.usd:f}"
        rows.append((change.key, *amounts, ratio, change.after.source))
    titles = ("price", base, "live", "change", "source")
    lines, *blocks = fit.table(titles, _safe(rows), width, right=(1, 2, 3))
    for change, block in zip(changes, blocks, strict=True):
        dearer = change.after.usd > change.before.usd
        lines += [paint(line, _RED if dearer else _GREEN, color=color) for line in block]
    verb = "differs" if len(changes) == 1 else "differ"
    tail = f"{words.count(len(changes), 'price')} {verb}. To use them here: ftgate prices lock"
    return "\n".join((*lines, "", tail)) + "\n"


def notes_text(notes: Sequence[Note], color: bool) -> str:
    """One thing a line, with what to do about it."""
    lines = []
    for note in notes:
        code = _RED if note.severity == "error" else None
        lines.append(f"{paint(f'{note.kind:<9}', code, color=color)} {visible(note.text)}")
        if note.next_step:
            lines.append(f"{'':<9} \u2192 {visible(note.next_step)}")
    errors = sum(note.severity == "error" for note in notes)
    said = words.count(errors, "thing") + " to do" if errors else "nothing to do"
    return "\n".join((*lines, said)) + "\n"


def _until(price: Price, today: date) -> str:
    if price.expires is None:
        return "-"
    return f"{price.expires}{' expired' if price.expires < today else ''}"


def _life(facts: ModelFacts) -> str:
    ends = (
        ("no new fine-tuning jobs from", facts.jobs_close),
        ("stops on", facts.shutdown),
        ("fine-tunes stop on", facts.tuned_shutdown),
    )
    said = [f"{what} {day}" for what, day in ends if day]
    return visible(f"{facts.name}: {', '.join(said) or 'no end is announced'}")


def _word_color(status: str) -> int:
    return _RED if status == "failed" else _GREEN


def _safe(rows: Iterable[Sequence[str]]) -> list[list[str]]:
    return [[visible(cell) for cell in row] for row in rows]
