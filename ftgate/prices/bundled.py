"""The lowest layer of prices: what travels with the installation.

Each file of :mod:`ftgate.catalog` is read when the first question about it is asked.
"""

from __future__ import annotations

import re
from pathlib import Path

from ftgate import catalog
from ftgate.catalog import Sheet
from ftgate.model import Price
from ftgate.prices.names import ModelName
from ftgate.prices.units import (
    PROVIDER_UNITS,
    STORAGE_UNITS,
    TRAINING_UNITS,
    UNITS,
    split_tier,
)

_SIZE = re.compile(r"(?<![a-z0-9.])(?:(\d+)x)?(\d+(?:[p.]\d+)?)b(?![a-z0-9])")


class Bundled:
    """Bundled prices, by the names of :meth:`resolve`."""

    layer = "bundled"
    label = "the catalogue"

    def __init__(self, folder: Path = catalog.FOLDER) -> None:
        self.folder = folder
        self.provider_names = catalog.provider_names(folder)
        self._sheets: dict[str, Sheet] = {}
        self._snapshot: Sheet | None = None
        self._spellings: dict[str, dict[str, str]] = {}
        self._units: dict[ModelName, tuple[str, ...]] = {}

    def sheet(self, provider: str) -> Sheet | None:
        """The provider's fine-tuning sheet, None when the catalogue has none."""
        if provider not in self._sheets and provider in self.provider_names:
            self._sheets[provider] = catalog.read_provider(provider, self.folder)
        return self._sheets.get(provider)

    def mentions(self, provider: str, key: str) -> bool:
        """Whether the text of the provider's sheet has the word, without reading the sheet."""
        return catalog.mentions(provider, key, self.folder)

    @property
    def snapshot(self) -> Sheet:
        """Inference prices of base models."""
        if self._snapshot is None:
            self._snapshot = catalog.read_prices(self.folder)
        return self._snapshot

    def market(self, provider: str) -> str:
        """Under which name the snapshot has the provider's inference prices."""
        sheet = self.sheet(provider)
        return str(sheet.table().get("market", provider)) if sheet else provider

    def providers(self) -> tuple[str, ...]:
        """Every provider that has a sheet or a price."""
        return tuple(sorted({*self.provider_names, *self.snapshot.table("models")}))

    def models(self, provider: str) -> tuple[str, ...]:
        """Names of the provider's models, aliases left out."""
        return tuple(dict.fromkeys(self.spellings(provider).values()))

    def spellings(self, provider: str) -> dict[str, str]:
        """Every name and alias of the provider's models, in lower case → the name in the data."""
        known = self._spellings.get(provider)
        if known is None:
            known = {}
            sheet = self.sheet(provider)
            for model in sheet.table("models") if sheet else ():
                aliases = sheet.table("models", model).get("aliases", ()) if sheet else ()
                known |= {spelling.lower(): model for spelling in (model, *aliases)}
            for model in self.snapshot.table("models", self.market(provider)):
                known.setdefault(model.lower(), model)
                known.setdefault(model.rpartition("/models/")[2].lower(), model)  # Fireworks
            self._spellings[provider] = known
        return known

    def resolve(self, name: ModelName) -> ModelName | None:
        """The same model under its name in the catalogue; None when it is not there.

        A provider that publishes prices by size and names no models is believed for every model
        whose name states a size with a price.
        """
        return self.listed(name) or (name if self.priced_by_size_alone(name) else None)

    def listed(self, name: ModelName) -> ModelName | None:
        """The same model under its name in the catalogue; None when its provider lists none."""
        model = self.spellings(name.provider).get(name.model.lower())
        return name._replace(model=model) if model else None

    def priced_by_size_alone(self, name: ModelName) -> bool:
        """Whether all that is known of the model is the price of its size."""
        sheet = self.sheet(name.provider)
        return not self.spellings(name.provider) and bool(_bracket(sheet, name.model))

    def price(self, name: ModelName, unit: str) -> Price | None:
        """The price of a resolved name; None when the catalogue has none."""
        sheet = self.sheet(name.provider)
        if unit in PROVIDER_UNITS:
            return _price(sheet, ("prices", unit), "usd", name, unit)
        if unit in (*TRAINING_UNITS, *STORAGE_UNITS):
            own = _price(sheet, ("models", name.model, unit), "usd", name, unit)
            return own or _price(sheet, ("by_size", _bracket(sheet, name.model)), unit, name, unit)
        if name.tuned:
            return _price(sheet, ("models", name.model, "tuned"), unit, name, unit)
        record = ("models", self.market(name.provider), name.model)
        return _price(self.snapshot, record, unit, name, unit)

    def units(self, name: ModelName) -> tuple[str, ...]:
        """Units of a resolved name that have a price."""
        if name not in self._units:  # each question about a long request asks
            self._units[name] = self._priced_units(name)
        return self._units[name]

    def _priced_units(self, name: ModelName) -> tuple[str, ...]:
        record = ("models", self.market(name.provider), name.model)
        tiers = (
            []
            if name.tuned
            else [unit for unit in self.snapshot.table(*record) if split_tier(unit)[1]]
        )
        return tuple(unit for unit in (*UNITS, *tiers) if self.price(name, unit) is not None)

    def prices_apart(self, provider: str, unit: str) -> bool:
        """True when the provider has a price of this unit for any of its models."""
        sheet = self.sheet(provider)
        return sheet is not None and any(
            unit in row for kind in ("models", "by_size") for row in sheet.table(kind).values()
        )

    def tuned_at_base_rate(self, provider: str) -> bool:
        """True when the provider bills tokens of a tuned model like those of its base."""
        sheet = self.sheet(provider)
        return sheet is not None and sheet.table().get("tuned_rate") == "base"


def _bracket(sheet: Sheet | None, model: str) -> str:
    """The provider's bracket for the size that the model's name states; "" where there is none."""
    rows = sheet.table("by_size") if sheet else {}
    billions = size_in_billions(model) if rows else None
    if billions is None:
        return ""
    fitting = (key for key, row in rows.items() if billions <= row.get("up_to_billion", billions))
    return next(fitting, "")


def size_in_billions(model: str) -> float | None:
    """``llama-v3p3-70b-instruct`` → 70, ``mixtral-8x7b`` → 56; None where the name has no size."""
    found = _SIZE.search(model.lower())
    if found is None:
        return None
    return int(found[1] or 1) * float(found[2].replace("p", "."))


def _price(
    sheet: Sheet | None, record: tuple[str, ...], key: str, name: ModelName, unit: str
) -> Price | None:
    if sheet is None or key not in sheet.table(*record):
        return None
    source = sheet.source(*record)
    return Price(
        ref=f"{name}/{unit}@{source.as_of}",
        model=f"ft:{name.model}" if name.tuned else name.model,
        provider=name.provider,
        unit=unit,
        usd=sheet.usd(*record, key),
        source=source.title,
        url=source.url,
        as_of=source.as_of,
        expires=source.verified + catalog.PRICE_LIFE,
        layer=Bundled.layer,
        confidence=source.confidence,
    )
