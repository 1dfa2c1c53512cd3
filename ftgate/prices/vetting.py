"""Distrust: what a feed says is compared with what is known before it may answer anything.

A whole file is refused when it is not what it was (too few models, its oldest prices gone, a
change of units); a single price is held back when it cannot be meant. What is held back keeps its
older amount, is listed with its reason, and is let in only by name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ftgate.prices.amounts import differ, doubt, jumps
from ftgate.prices.feeds.rows import Dated, FeedError, Held, Parsed, Row
from ftgate.prices.units import OVERRIDE_UNITS

_MIN_COMPARED = 20  # fewer jumps are the prices', more of them the file's
_LOOK = "look at the provider's page, then"
_MAX_JUMPED = Decimal("0.2")
_LEAST_LEFT = Decimal("0.5")
_BATCH_TOLERANCE = Decimal("0.1")  # some feeds round to the cent

LEAST_YEAR, MOST_YEARS_AHEAD = 2020, 10
"""No model of today's providers stopped before 2020, and nobody announces ten years ahead."""


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
    jumped = [row for row in parsed.rows if jumps(known.get(row.key), row.usd)]
    compared = sum(row.key in known for row in parsed.rows)
    if compared >= _MIN_COMPARED and len(jumped) > compared * _MAX_JUMPED:
        raise FeedError(
            f"{feed}: {len(jumped)} of {compared} prices fell by more than 90 % or rose more than"
            " tenfold: its unit has changed, or it is damaged",
            hint="the stored prices are as they were; look at the feed before the next update",
        )
    by_key = {row.key: row.usd for row in parsed.rows}
    rows, held = [], [_held(each, known) for each in parsed.refused]
    for row in parsed.rows:
        wrong = _implausible(row, by_key)
        reason = wrong or _jump(row, known, accepted)
        if reason:
            step = "" if wrong else f"{_LOOK}: ftgate prices update --accept {row.key}"
            held.append(_held(Held(row.key, _text(row.usd), reason, step=step), known))
        else:
            rows.append(row)
    return Vetted(tuple(rows), tuple(held))


def vet_dates(
    dates: Iterable[Dated], today: date, stored: Mapping[str, str], curated: Mapping[str, date]
) -> tuple[dict[str, str], tuple[Held, ...]]:
    """Days on which models stop that can be meant, by key, and those that are held back.

    A day that is over when it is first read announces nothing: a model that stopped is news for
    the catalogue, not for a verdict. It passes where the catalogue (``curated``) says the same or
    where it was ``stored`` before it came and the catalogue says nothing. Of a day that is held
    back the stored one stays.
    """
    passed: dict[str, str] = {}
    held = []
    for dated in dates:
        day, before = str(dated.shutdown), stored.get(dated.key, "")
        known = curated.get(dated.key)
        if known and before < str(min(today, known)):
            before = ""  # it has come, and the catalogue knows better
        reason = "" if day == before or dated.shutdown == known else _odd(dated.shutdown, today)
        if not reason:
            passed[dated.key] = day
            continue
        if before:
            passed[dated.key] = before
        kept = before or (str(known) if known else "")
        step = "read the provider's deprecation page"
        held.append(Held(dated.key, day, reason, kept, step))
    return passed, tuple(held)


def _odd(day: date, today: date) -> str:
    if day.year < LEAST_YEAR:
        return f"a day before {LEAST_YEAR}"
    if day < today:
        return "this day is over"
    ahead = f"more than {MOST_YEARS_AHEAD} years ahead"
    return ahead if day.year - today.year > MOST_YEARS_AHEAD else ""


def _held(held: Held, known: Mapping[str, Decimal]) -> Held:
    """With the amount that goes on answering, and what to do where that is not known yet."""
    name, _, unit = held.key.rpartition("/")
    provider, _, model = name.partition("/")
    step = held.step
    if not step and unit in OVERRIDE_UNITS:
        step = f'{_LOOK} state it: [[price]] with model = "{model}", provider = "{provider}",'
        step += f' {unit} = "<USD>", source = "<where>", as_of = <date>'
    kept = known.get(held.key)
    return held._replace(
        kept="" if kept is None else _text(kept),
        step=step or "wait until the feed is right",
    )


def disagreements(
    feeds: Mapping[str, Iterable[tuple[str, Decimal]]],
) -> dict[str, dict[str, Decimal]]:
    """Prices on which feeds differ by more than 1 %: key → feed → USD, both values kept."""
    by_key: dict[str, dict[str, Decimal]] = {}
    for feed, rows in feeds.items():
        for key, usd in rows:
            by_key.setdefault(key, {})[feed] = usd
    return {
        key: said for key, said in by_key.items() if differ(max(said.values()), min(said.values()))
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
    if reason := doubt(row.key, row.usd):
        return reason
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
    if before is None or named or not jumps(before, row.usd):
        return ""
    if row.usd < before:
        return f"fell by {1 - row.usd / before:.1%} from {_text(before)}"
    return f"rose {row.usd / before:,.1f}-fold from {_text(before)}"


def _text(usd: Decimal) -> str:
    return f"{usd:f}"
