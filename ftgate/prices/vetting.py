"""Distrust: what a feed says is compared with what is known before it may answer anything.

A whole file is refused when it is not what it was (too few models, its oldest prices gone, a
change of units); a single price is held back when it cannot be meant. What is held back keeps its
older amount, is listed with its reason, and is let in only by name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from ftgate.prices.feeds.rows import FeedError, Held, Parsed, Row

MAX_FALL = Decimal("0.1")
"""A price below a tenth of the stored one is held back: the steepest cut of a current model so
far was 80 % (gpt-5.6-luna, 2026-07-30)."""
MAX_RISE = Decimal(10)
MAX_DISAGREEMENT = Decimal("0.01")
_MIN_COMPARED = 20  # fewer jumps are the prices', more of them the file's
_MAX_JUMPED = Decimal("0.2")
_LEAST_LEFT = Decimal("0.5")
_BATCH_TOLERANCE = Decimal("0.1")  # some feeds round to the cent

FREE = frozenset({"openai/gpt-6-luna/decisions_output_mtok"})
"""Prices that are zero because the provider charges nothing; every other 0 is a missing value."""


class Vetted(NamedTuple):
    """Rows that may answer, and those that may not, with the older amount that goes on."""

    rows: tuple[Row, ...]
    held: tuple[Held, ...]


def vet(
    parsed: Parsed,
    *,
    feed: str,
    floor: int,
    canaries: Collection[str],
    known: Mapping[str, Decimal],
    stored: int = 0,
    accepted: Collection[str] = (),
) -> Vetted:
    """Judge what a feed said against ``known``, the prices by key that answered until now.

    ``stored`` is how many prices the last good file had. ``accepted`` are keys, or
    ``provider/model`` for all prices of a model, that somebody has looked at: their jumps pass.
    Raises FeedError when the file as a whole is not to be trusted.
    """
    _check_whole(parsed, feed, floor, canaries, stored)
    jumped = [row for row in parsed.rows if _jumps(row, known)]
    compared = sum(row.key in known for row in parsed.rows)
    if compared >= _MIN_COMPARED and len(jumped) > compared * _MAX_JUMPED:
        raise FeedError(
            f"{feed}: {len(jumped)} of {compared} prices fell by more than 90 % or rose more than"
            " tenfold: its unit has changed, or it is damaged",
            hint="the stored prices are as they were; look at the feed before the next update",
        )
    by_key = {row.key: row.usd for row in parsed.rows}
    rows, held = [], list(parsed.refused)
    for row in parsed.rows:
        reason = _implausible(row, by_key) or _jump(row, known, accepted)
        if reason:
            kept = known.get(row.key)
            held.append(Held(row.key, _text(row.usd), reason, "" if kept is None else _text(kept)))
        else:
            rows.append(row)
    return Vetted(tuple(rows), tuple(held))


def disagreements(
    feeds: Mapping[str, Iterable[tuple[str, Decimal]]],
) -> dict[str, dict[str, Decimal]]:
    """Prices on which feeds differ by more than 1 %: key → feed → USD, both values kept."""
    by_key: dict[str, dict[str, Decimal]] = {}
    for feed, rows in feeds.items():
        for key, usd in rows:
            by_key.setdefault(key, {})[feed] = usd
    return {
        key: said
        for key, said in by_key.items()
        if len(said) > 1
        and max(said.values()) - min(said.values()) > min(said.values()) * MAX_DISAGREEMENT
    }


def _check_whole(
    parsed: Parsed, feed: str, floor: int, canaries: Collection[str], stored: int
) -> None:
    models = {row.key.rpartition("/")[0] for row in parsed.rows} | {d.key for d in parsed.dates}
    hint = "the stored prices are as they were; the feed is damaged, or upgrade ftgate"
    if len(models) < floor:
        raise FeedError(f"{feed}: only {len(models)} models (at least {floor})", hint=hint)
    if len(parsed.rows) < stored * _LEAST_LEFT:
        raise FeedError(
            f"{feed}: {len(parsed.rows):,} prices where {stored:,} were stored", hint=hint
        )
    keys = {row.key for row in parsed.rows}
    missing = sorted(set(canaries) - keys)
    if missing and len(missing) * 2 >= len(canaries):
        raise FeedError(f"{feed}: well-known prices are missing: {', '.join(missing)}", hint=hint)


def _implausible(row: Row, by_key: Mapping[str, Decimal]) -> str:
    """Why a price cannot be meant, by the other prices of its model; "" when it can."""
    if row.usd == 0 and row.key not in FREE:
        return "0 is not listed as free"
    model = row.key.rpartition("/")[0]
    if row.unit in ("batch_input_mtok", "batch_output_mtok"):
        full = by_key.get(f"{model}/{row.unit.removeprefix('batch_')}")
        if full and abs(row.usd * 2 - full) > full * _BATCH_TOLERANCE:
            return f"batch costs {row.usd / full:.0%} of {_text(full)}, half everywhere else"
    full = by_key.get(f"{model}/input_mtok")
    if full and row.unit == "cache_write_mtok" and row.usd < full:
        return f"writing the cache costs less than input ({_text(full)})"
    if full and row.unit == "cached_input_mtok" and row.usd > full:
        return f"cached input costs more than input ({_text(full)})"
    return ""


def _jump(row: Row, known: Mapping[str, Decimal], accepted: Collection[str]) -> str:
    before = known.get(row.key)
    named = row.key in accepted or row.key.rpartition("/")[0] in accepted
    if before is None or named or not _jumps(row, known):
        return ""
    if row.usd < before:
        return f"fell by {1 - row.usd / before:.1%} from {_text(before)}"
    return f"rose {row.usd / before:,.1f}-fold from {_text(before)}"


def _jumps(row: Row, known: Mapping[str, Decimal]) -> bool:
    before = known.get(row.key)
    if not before:  # unknown, or free until now
        return False
    return not before * MAX_FALL <= row.usd <= before * MAX_RISE


def _text(usd: Decimal) -> str:
    return f"{usd:f}"
