"""The layer of live prices: what the feeds said when they were last asked."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from ftgate.catalog import PRICE_LIFE
from ftgate.model import Price
from ftgate.prices.names import ModelName
from ftgate.prices.store import LIFE, read_index

CROSS_CHECKS = frozenset({"genai-prices"})
"""Feeds that check the others: they answer only where nobody else knows a price."""
_DISPUTED = "C"  # the catalogue's mark for prices on which feeds disagree


class Dispute(NamedTuple):
    """Sources that differ by more than 1 % on one price: what each says, in USD."""

    key: str
    said: tuple[tuple[str, Decimal], ...]


class Live:
    """Stored live prices. One that is older than prices live answers nothing.

    Nor does one of a cross-check: that is for :class:`Fill`, the layer below the catalogue.
    """

    layer = "live"
    label = "live prices"

    def __init__(self, path: Path | None, today: date) -> None:
        """Reads the contents; what is wrong is in ``notes``, and then nothing is known."""
        self._index = read_index(path)
        self.today = today
        self._parts: dict[str, dict[str, Any]] = {}
        self._spellings: dict[str, dict[str, str]] = {}
        self.damaged = bool(self._index.note)
        self.notes = (self._index.note,) if self.damaged else self._age_notes()

    def _age_notes(self) -> tuple[str, ...]:
        sources = self._index.sources.values()
        if not sources:
            return ("no live prices are stored: ftgate prices update",)
        checked = min(date.fromisoformat(source[2]) for source in sources)
        if self.today - checked > LIFE:
            return (f"live prices were last checked on {checked}: ftgate prices update",)
        return ()

    def _part(self, provider: str, table: str) -> dict[str, Any]:
        part = self._parts.get(provider)
        if part is None:
            part = self._parts[provider] = self._index.part(provider)
        found: dict[str, Any] = part.get(table, {})
        return found

    def _units(self, name: ModelName) -> dict[str, list[str]]:
        units: dict[str, list[str]] = self._part(name.provider, "models").get(_spelled(name), {})
        return units

    def models(self, provider: str) -> tuple[str, ...]:
        """Names of the provider's models, fine-tunes left out."""
        return tuple(name for name in self._part(provider, "models") if name[:3] != "ft:")

    def providers(self) -> tuple[str, ...]:
        """Everybody whose prices are stored."""
        return self._index.providers

    def resolve(self, name: ModelName) -> ModelName | None:
        """The same model as the feeds spell it; None when no feed has it."""
        known = self._spellings.get(name.provider)
        if known is None:
            plain = (each.removeprefix("ft:") for each in self._part(name.provider, "models"))
            known = self._spellings[name.provider] = {each.lower(): each for each in plain}
        model = known.get(name.model.lower())
        return name._replace(model=model) if model else None

    def units(self, name: ModelName) -> tuple[str, ...]:
        """Units, tiers included, that have a price."""
        return tuple(u for u, row in self._units(name).items() if row[1] not in CROSS_CHECKS)

    def price(self, name: ModelName, unit: str) -> Price | None:
        """The stored price, None when there is none or it is too old to be one."""
        found = self.stored(name, unit)
        return None if found is None or found[1] in CROSS_CHECKS else found[0]

    def stored(self, name: ModelName, unit: str) -> tuple[Price, str] | None:
        """The stored price with the name of its feed, whichever feed that is."""
        found = self._units(name).get(unit)
        if found is None:
            return None
        usd, feed, as_of = found[0], found[1], date.fromisoformat(found[2])
        if as_of + PRICE_LIFE < self.today:
            return None
        title, url, _, confidence = self._index.sources[feed]
        disputed = f"{_spelled(name)}/{unit}" in self._part(name.provider, "disputes")
        price = Price(
            ref=f"{name}/{unit}@{as_of}",
            model=_spelled(name),
            provider=name.provider,
            unit=unit,
            usd=Decimal(usd),
            source=title,
            url=url,
            as_of=as_of,
            expires=as_of + PRICE_LIFE,
            layer=self.layer,
            confidence=_DISPUTED if disputed else confidence,
        )
        return price, feed

    def dispute(self, provider: str, model: str, unit: str) -> Dispute | None:
        """What the feeds say that disagree on a price; None when they agree."""
        said = self._part(provider, "disputes").get(f"{model}/{unit}")
        if said is None:
            return None
        key = f"{provider}/{model}/{unit}"
        return Dispute(key, tuple((feed, Decimal(usd)) for feed, usd in said.items()))

    def disputes(self) -> tuple[Dispute, ...]:
        """Every price on which feeds disagree."""
        found = (
            self.dispute(provider, *key.rsplit("/", 1))
            for provider in self.providers()
            for key in sorted(self._part(provider, "disputes"))
        )
        return tuple(each for each in found if each is not None)

    def shutdown(self, name: ModelName) -> tuple[date, str] | None:
        """The earliest day on which a feed says that the model stops, and the feed's title.

        None is not "never": feeds date snapshots, not their aliases.
        """
        found = self._part(name.provider, "shutdown").get(_spelled(name))
        if found is None:
            return None
        return date.fromisoformat(found[0]), self._index.sources[found[1]][0]


class Fill:
    """What only a cross-check says: the lowest layer."""

    label = "the cross-check of live prices"

    def __init__(self, live: Live) -> None:
        self._live = live

    def units(self, name: ModelName) -> tuple[str, ...]:
        """Units, tiers included, of which any feed has a price."""
        return tuple(self._live._units(name))

    def price(self, name: ModelName, unit: str) -> Price | None:
        """The stored price, whichever feed it is from."""
        found = self._live.stored(name, unit)
        return found[0] if found else None


def _spelled(name: ModelName) -> str:
    return f"ft:{name.model}" if name.tuned else name.model
