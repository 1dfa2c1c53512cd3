"""Ask the feeds, judge what they say, store what can be trusted. The only writer of live prices."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal, NamedTuple

from ftgate.errors import UsageError
from ftgate.prices import store
from ftgate.prices.bundled import Bundled
from ftgate.prices.facts import model_facts
from ftgate.prices.feeds import FEEDS, Answer, Feed, FeedError, Held, Limits, openai_models, read
from ftgate.prices.feeds.client import DEFAULT
from ftgate.prices.names import ModelName
from ftgate.prices.places import live_path
from ftgate.prices.store import Record
from ftgate.prices.units import INFERENCE_UNITS, TRAINING_UNITS
from ftgate.prices.vetting import vet, vet_dates

FEEDS_VARIABLE, URLS_VARIABLE = "FTGATE_FEED", "FTGATE_FEED_URL"
Mode = Literal["offline", "cached", "live", "if-stale"]
_IMPATIENT = Limits(connect_seconds=3, read_seconds=5, total_seconds=20, retries=0)


class Baseline(NamedTuple):
    """The catalogue, which no feed contradicts without a look: USD and last days by key."""

    amounts: Mapping[str, Decimal]
    days: Mapping[str, date]


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
    baseline = Baseline(bundled_amounts(), bundled_days())
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
    when nothing is stored. The others ask nobody. Both go by ``FTGATE_FEED`` and
    ``FTGATE_FEED_URL`` as ``ftgate prices update`` does.
    """
    path = path or live_path()
    names = os.environ.get(FEEDS_VARIABLE, "").split()
    lines = os.environ.get(URLS_VARIABLE, "").splitlines()
    urls = dict(feed_address(line.strip()) for line in lines if line.strip())
    if mode == "live":
        results = update(today=today, names=names, urls=urls, path=path, limits=limits or DEFAULT)
        _check_first(results)
        return tuple(f"not updated: {r.message}" for r in results if r.status == "failed")
    if mode != "if-stale":
        return ()
    stale = _stale(path, names, today)
    if not stale:
        return ()
    results = update(today=today, names=stale, urls=urls, path=path, limits=limits or _IMPATIENT)
    return tuple(f"old prices are used: {r.message}" for r in results if r.status == "failed")


def _check_first(results: Sequence[FeedResult]) -> None:
    """Raise FeedError when the first of the feeds that were asked failed."""
    first = results[0]
    if first.status == "failed":
        raise FeedError(
            f"--prices live: {first.message}",
            hint=f"{first.hint}; or judge with stored prices: --prices cached",
        )


def _stale(path: Path | None, names: Sequence[str], today: date) -> list[str]:
    """Feeds to ask again: of ``names``, else of those that answered once, else of all files."""
    records, _ = store.read_records(path)
    return [
        name
        for name, feed in FEEDS.items()
        if (name in names if names else feed.url and (name in records or not records))
        and _is_stale(records, name, today)
    ]


def feed_address(text: str) -> tuple[str, str]:
    """``litellm=https://…`` → feed and address. Raises UsageError without an address."""
    name, _, url = text.partition("=")
    if not url:
        raise UsageError(f"--feed-url {text}: no address", hint="--feed-url litellm=https://…")
    return name, url


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


def bundled_days() -> dict[str, date]:
    """The day on which each model of the catalogue stops, by key, where one is announced."""
    catalogue = Bundled()
    days = {}
    for provider in catalogue.providers():
        for model in catalogue.models(provider):
            facts = model_facts(catalogue, ModelName(provider, model))
            name = ModelName(catalogue.market(provider), model)
            for key, day in (
                (name, facts.shutdown),
                (name._replace(tuned=True), facts.tuned_shutdown),
            ):
                if day is not None:
                    days[str(key)] = day
    return days


def _is_stale(records: Mapping[str, Record], name: str, today: date) -> bool:
    if name not in records:
        return True
    age = today - date.fromisoformat(records[name].checked)
    return age > store.LIFE or age < -store.ZONES


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
    baseline: Baseline,
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
    baseline: Baseline,
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
        known={**baseline.amounts, **stored},
        stored=len(stored),
        accepted=accepted,
    )
    new.rows = {row.key: (f"{row.usd:f}", new.checked) for row in vetted.rows}
    today, days = date.fromisoformat(new.checked), old.dates if old else {}
    new.dates, odd = vet_dates(answer.parsed.dates, today, days, baseline.days)
    for held in vetted.held:
        if old is not None and held.key in old.rows:
            new.rows[held.key] = old.rows[held.key]  # goes on answering, with its own age
    new.held = [held._asdict() for held in (*vetted.held, *odd)]
    return (*vetted.held, *odd)
