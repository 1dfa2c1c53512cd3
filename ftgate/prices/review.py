"""Prices looked at as a whole: what has changed since they were reviewed, and what needs a look."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from ftgate.model import Missing, ModelFacts, Price
from ftgate.prices.amounts import jumps
from ftgate.prices.book import PriceBook
from ftgate.prices.live import Live
from ftgate.prices.names import ModelName
from ftgate.prices.store import LIFE, Record

_SHOWN = 5
_ALL = "all: ftgate prices update -f json"
NEEDED_UNITS = ("input_mtok", "output_mtok", "training_mtok")


class Change(NamedTuple):
    """One price, as reviewed and as the live feeds have it."""

    key: str
    before: Price
    after: Price

    @property
    def ratio(self) -> Decimal | None:
        """After divided by before; None when it was free."""
        return self.after.usd / self.before.usd if self.before.usd else None


class Note(NamedTuple):
    """One thing that ``ftgate prices doctor`` says; an ``info`` needs nothing done."""

    severity: Literal["error", "info"]
    kind: str
    text: str
    next_step: str = ""


def changes(reviewed: Iterable[Price], live: Live) -> list[Change]:
    """Where live prices differ from reviewed ones; what the feeds do not have is no change."""
    found = []
    for before in reviewed:
        plain = ModelName(before.provider, before.model.removeprefix("ft:"))
        after = live.price(plain._replace(tuned=before.model != plain.model), before.unit)
        if after is not None and after.usd != before.usd:
            found.append(Change(f"{before.provider}/{before.model}/{before.unit}", before, after))
    return sorted(found)


def examine(
    book: PriceBook,
    live: Live,
    records: Mapping[str, Record],
    models: Sequence[str],
    today: date,
    damage: str = "",
) -> list[Note]:
    """Everything about prices that somebody should know; ``models`` are those of the plan.

    ``damage`` says what is wrong with the records that were read. Raises CatalogError when the
    lock is damaged.
    """
    prices = list(book.prices())
    said = live.notes or ((damage,) if damage else ())
    harm = bool(records) or live.damaged or bool(damage)
    return [
        *(Note("error" if harm else "info", "live", note) for note in said),
        *_idle(book),
        *_stale(records, today),
        *_held(records),
        *_expired(prices, today),
        *_missing(book, models),
        *_dates(book, prices),
        *_disputes(book, prices, live),
    ]


def _stale(records: Mapping[str, Record], today: date) -> Iterator[Note]:
    for name, record in records.items():
        age = (today - date.fromisoformat(record.checked)).days
        if age > LIFE.days:
            text = f"{name} was last checked {age} days ago, on {record.checked}"
            yield Note("error", "stale", text, f"ftgate prices update --feed {name}")


def _idle(book: PriceBook) -> Iterator[Note]:
    """Lines of the lock that change nothing, and amounts far from what was known."""
    for said in book.idle_lock_lines():
        yield Note("error", "lock", f"a line without effect: {said}", "ftgate prices lock")
    for price in book.locked():
        known = book.bundled(price)
        if known is not None and jumps(known.usd, price.usd):
            text = f"{price.ref}: {price.usd:f} is locked, the catalogue has {known.usd:f}"
            yield Note("error", "lock", text, "look at the provider's page, or: ftgate prices lock")


def _held(records: Mapping[str, Record]) -> Iterator[Note]:
    for name, record in records.items():
        others: dict[str, list[str]] = {}
        for entry in record.held:
            if entry["kept"]:
                text = f"{entry['key']}: {name} offers {entry['offered']}: {entry['reason']}"
                yield Note("error", "held", text, entry.get("step", ""))
            else:
                others.setdefault(entry["reason"], []).append(entry["key"])
        for reason, keys in others.items():
            shown = ", ".join(keys[:_SHOWN])
            more = f" and {len(keys) - _SHOWN:,} more ({_ALL})" if len(keys) > _SHOWN else ""
            yield Note("info", "held", f"{name}: not used: {reason}: {shown}{more}")


def _expired(prices: Sequence[Price], today: date) -> Iterator[Note]:
    for layer in dict.fromkeys(price.layer for price in prices):
        old = [p for p in prices if p.layer == layer and p.expires and p.expires < today]
        if old:
            count = "1 price" if len(old) == 1 else f"{len(old):,} prices"
            verb = "has" if len(old) == 1 else "have"
            text = f"{count} of the layer {layer!r} {verb} expired, the first {old[0].ref}"
            step = "ftgate prices update, and ftgate prices lock"
            yield Note("error", "expired", text, step if layer == "lock" else "upgrade ftgate")


def _missing(book: PriceBook, models: Sequence[str]) -> Iterator[Note]:
    for model in models:
        facts = book.model(model)
        tunable = isinstance(facts, ModelFacts) and facts.tunable
        for unit in NEEDED_UNITS if tunable else NEEDED_UNITS[:2]:
            price = book.lookup(model, unit)
            if isinstance(price, Missing):
                yield Note("error", "missing", f"{price.what}: {price.reason}", line_to_add(price))


def _dates(book: PriceBook, prices: Sequence[Price]) -> Iterator[Note]:
    """Days on which models stop, where feeds and catalogue differ."""
    for provider, model in dict.fromkeys((price.provider, price.model) for price in prices):
        facts = book.model(model, provider)
        if isinstance(facts, ModelFacts) and facts.disputed and not model.startswith("ft:"):
            text = f"{provider}/{model} {facts.disputed}"
            yield Note("error", "date", text, "check the provider's deprecation page")


def _disputes(book: PriceBook, prices: Sequence[Price], live: Live) -> Iterator[Note]:
    for dispute in filter(None, map(book.dispute, prices)):
        said = ", ".join(f"{feed} {usd:f}" for feed, usd in dispute.said)
        yield Note("info", "disputed", f"{dispute.key}: {said}")
    known = {f"{price.provider}/{price.model}/{price.unit}" for price in prices}
    others = sum(dispute.key not in known for dispute in live.disputes())
    if others:
        yield Note("info", "disputed", f"{others} more, of models that are not in the catalogue")


def line_to_add(missing: Missing) -> str:
    """What to write in ftgate.toml when nobody publishes a price."""
    name, _, unit = missing.what.rpartition("/")
    provider, _, model = name.partition("/")
    return (
        f'add to ftgate.toml: [[price]] with model = "{model}", provider = "{provider}",'
        f' {unit} = "<USD>", source = "<where>", as_of = <date>'
    )
