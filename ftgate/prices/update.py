"""Ask the feeds, judge what they say, store what can be trusted. The only writer of live prices."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal, NamedTuple

from ftgate.errors import UsageError
from ftgate.prices import store
from ftgate.prices.bundled import Bundled
from ftgate.prices.feeds import FEEDS, Answer, Feed, FeedError, Held, Limits, openai_models, read
from ftgate.prices.feeds.client import DEFAULT
from ftgate.prices.names import ModelName
from ftgate.prices.places import live_path
from ftgate.prices.store import Record
from ftgate.prices.units import INFERENCE_UNITS, TRAINING_UNITS
from ftgate.prices.vetting import vet

Mode = Literal["offline", "cached", "live", "if-stale"]
_IMPATIENT = Limits(connect_seconds=3, read_seconds=5, total_seconds=20, retries=0)


class FeedResult(NamedTuple):
    """What became of one feed.

    ``changed`` counts prices that are new or other than stored before; ``message`` and ``hint``
    say why it failed.
    """

    feed: str
    status: Literal["updated", "unchanged", "failed"]
    prices: int = 0
    changed: int = 0
    held: tuple[Held, ...] = ()
    message: str = ""
    hint: str = ""


def update(
    *,
    today: date,
    names: Sequence[str] = (),
    urls: Mapping[str, str] | None = None,
    accepted: Collection[str] = (),
    path: Path | None = None,
    limits: Limits = DEFAULT,
    progress: Callable[[str, int, int], None] | None = None,
) -> list[FeedResult]:
    """Fetch feeds and store what passes; a feed that fails leaves its stored prices as they are.

    ``names`` are the feeds to ask (default: all, the list of OpenAI's models only with a key),
    ``urls`` other addresses for some of them, ``accepted`` prices or models whose jumps were
    looked at. Raises UsageError for an unknown feed and StoreError when nothing can be stored.
    """
    path = path or live_path()
    chosen = _chosen(names, urls or {})
    baseline = bundled_amounts()
    results = []
    for done, feed in enumerate(chosen):
        if progress:
            progress(feed.name, done, len(chosen))
        url = (urls or {}).get(feed.name, "")
        try:
            results.append(_update(feed, url, today, path, baseline, accepted, limits))
        except FeedError as error:
            results.append(FeedResult(feed.name, "failed", message=error.message, hint=error.hint))
    return results


def refresh(
    mode: Mode, *, today: date, path: Path | None = None, limits: Limits | None = None
) -> tuple[str, ...]:
    """What a mode does before prices are looked up; returns what the user should know.

    ``live`` asks every feed and raises FeedError when the first one, which answers for most
    models, cannot be read. ``if-stale`` asks the feeds whose stored prices are older than a week,
    once and not for long, and goes on with the old prices when that fails; it asks every feed
    when nothing is stored. The others ask nobody.
    """
    path = path or live_path()
    if mode == "live":
        results = update(today=today, path=path, limits=limits or DEFAULT)
        primary = next(iter(FEEDS))
        for result in results:
            if result.status == "failed" and result.feed == primary:
                raise FeedError(
                    f"--prices live: {result.message}",
                    hint=f"{result.hint}; or judge with stored prices: --prices cached",
                )
        return tuple(f"not updated: {r.message}" for r in results if r.status == "failed")
    if mode == "if-stale":
        records, _ = store.read_records(path)
        stale = [
            name
            for name, feed in FEEDS.items()
            if feed.url and (name in records or not records) and _is_stale(records, name, today)
        ]
        results = (
            update(today=today, names=stale, path=path, limits=limits or _IMPATIENT)
            if stale
            else []
        )
        return tuple(
            f"old prices are used: {result.message}"
            for result in results
            if result.status == "failed"
        )
    return ()


def bundled_amounts() -> dict[str, Decimal]:
    """USD of every bundled price by key: what the first update is compared with."""
    catalogue = Bundled()
    amounts = {}
    for provider in catalogue.providers():
        for model in catalogue.models(provider):
            for tuned in (False, True):
                name = ModelName(provider, model, tuned)
                for unit in INFERENCE_UNITS if tuned else (*INFERENCE_UNITS, *TRAINING_UNITS):
                    price = catalogue.price(name, unit)
                    if price is not None:
                        amounts[f"{name}/{unit}"] = price.usd
    return amounts


def _is_stale(records: Mapping[str, Record], name: str, today: date) -> bool:
    return name not in records or today - date.fromisoformat(records[name].checked) > store.LIFE


def _chosen(names: Sequence[str], urls: Mapping[str, str]) -> list[Feed]:
    for name in (*names, *urls):
        if name not in FEEDS:
            raise UsageError(f"no feed {name!r}", hint=f"feeds: {', '.join(FEEDS)}")
    if names:
        return [FEEDS[name] for name in dict.fromkeys(names)]
    return [feed for feed in FEEDS.values() if feed.url or openai_models.has_key()]


def _update(
    feed: Feed,
    url: str,
    today: date,
    path: Path | None,
    baseline: Mapping[str, Decimal],
    accepted: Collection[str],
    limits: Limits,
) -> FeedResult:
    records, _ = store.read_records(path)
    old = records.get(feed.name)
    address = url or feed.url
    if old is not None and old.url != address:
        old.etag = old.modified = ""  # validators belong to an address
    again = old is not None and not accepted
    answer = read(
        feed,
        today,
        url=url,
        etag=old.etag if old and again else "",
        modified=old.modified if old and again else "",
        limits=limits,
    )
    new = Record(feed.title, address, feed.confidence, str(today), answer.etag, answer.modified)
    if answer.parsed is None and old is not None:
        held = _confirm(new, old)
    else:
        held = _judge(new, old, feed, answer, baseline, accepted)
    store.save(path, feed.name, new)
    before = old.rows if old else {}
    changed = sum(before.get(key, ("", ""))[0] != usd for key, (usd, _) in new.rows.items())
    status: Literal["updated", "unchanged"] = "unchanged" if answer.parsed is None else "updated"
    return FeedResult(feed.name, status, len(new.rows), changed, held)


def _confirm(new: Record, old: Record) -> tuple[Held, ...]:
    """Nothing has changed: what the feed said when last checked, it says today."""
    new.rows = {
        key: (usd, new.checked if as_of == old.checked else as_of)
        for key, (usd, as_of) in old.rows.items()
    }
    new.dates, new.held = old.dates, old.held
    return tuple(Held(**entry) for entry in old.held)


def _judge(
    new: Record,
    old: Record | None,
    feed: Feed,
    answer: Answer,
    baseline: Mapping[str, Decimal],
    accepted: Collection[str],
) -> tuple[Held, ...]:
    if answer.parsed is None:
        raise FeedError(f"{feed.name}: says that nothing has changed, but nothing is stored")
    stored = old.amounts() if old else {}
    vetted = vet(
        answer.parsed,
        feed=feed.name,
        floor=feed.floor,
        canaries=feed.canaries,
        known={**baseline, **stored},
        stored=len(stored),
        accepted=accepted,
    )
    new.rows = {row.key: (f"{row.usd:f}", new.checked) for row in vetted.rows}
    new.dates = {dated.key: str(dated.shutdown) for dated in answer.parsed.dates}
    for held in vetted.held:
        if old is not None and held.key in old.rows:
            new.rows[held.key] = old.rows[held.key]  # goes on answering, with its own age
    new.held = [held._asdict() for held in vetted.held]
    return vetted.held
