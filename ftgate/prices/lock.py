"""The layer that is reviewed: ``ftgate-prices.json`` in the repository, one price per line.

A lock makes verdicts repeatable: everybody who judges this commit uses these prices, until they
expire. ``ftgate prices lock`` writes it, sorted, so that a change is one line of a diff.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from ftgate.catalog import PRICE_LIFE, Sheet
from ftgate.errors import CatalogError
from ftgate.model import Price
from ftgate.prices.amounts import doubt
from ftgate.prices.names import ModelName
from ftgate.prices.places import LOCK_NAME
from ftgate.prices.units import is_unit
from ftgate.small_files import read_small

SCHEMA = "ftgate/prices/1"
_WRITE_AGAIN = "restore the file from git, or write it again: ftgate prices lock"


class Lock:
    """Prices of a lock file."""

    layer = "lock"
    label = LOCK_NAME

    def __init__(self, path: Path) -> None:
        """Raises CatalogError when the file is damaged: it is reviewed, so nobody guesses."""
        self.path = path
        data = _read(path)
        if not isinstance(data, dict) or data.get("schema") != SCHEMA:
            raise CatalogError(f"{path}: schema is not {SCHEMA}", hint=_WRITE_AGAIN)
        self._sheet = Sheet(str(path), data)
        self._prices: dict[tuple[str, str], dict[str, str]] = {}
        prices = data.get("prices")
        if not isinstance(prices, dict) or not prices:
            raise CatalogError(f"{path}: there are no prices in it", hint=_WRITE_AGAIN)
        for key in prices:
            name, _, unit = key.rpartition("/")
            provider, _, model = name.partition("/")
            if not (provider and model and is_unit(unit)):
                raise CatalogError(f"{path}: {key!r} is no price", hint=_WRITE_AGAIN)
            units = self._prices.setdefault((provider, model.lower()), {})
            if units.setdefault(unit, key) != key:
                said = f"{path}: {units[unit]} and {key} are one price"
                raise CatalogError(said, hint=_WRITE_AGAIN)

    def units(self, name: ModelName) -> tuple[str, ...]:
        """Units, tiers included, that have a price."""
        return tuple(self._prices.get(_place(name), ()))

    def knows(self, name: ModelName) -> bool:
        """True when any price of the model, tuned or not, is locked."""
        return any(_place(name._replace(tuned=tuned)) in self._prices for tuned in (False, True))

    def price(self, name: ModelName, unit: str) -> Price | None:
        """The locked price; None when there is none. Raises CatalogError when it is damaged."""
        key = self._prices.get(_place(name), {}).get(unit)
        return self._price(key) if key else None

    def names(self) -> tuple[ModelName, ...]:
        """Every model of the file, as it is written there."""
        names = (key.rpartition("/")[0].partition("/") for key in self._sheet.table("prices"))
        return tuple(
            dict.fromkeys(
                ModelName(provider, model.removeprefix("ft:"), model[:3] == "ft:")
                for provider, _, model in names
            )
        )

    def prices(self) -> tuple[Price, ...]:
        """Every locked price, in the order of the file."""
        return tuple(self._price(key) for key in self._sheet.table("prices"))

    def _price(self, key: str) -> Price:
        try:
            return self._read_price(key)
        except CatalogError as error:
            raise CatalogError(error.message, hint=_WRITE_AGAIN) from None

    def _read_price(self, key: str) -> Price:
        place = ("prices", key)
        as_of, expires = self._sheet.day(*place, "as_of"), self._sheet.day(*place, "expires")
        locked = self._sheet.day("locked")
        if as_of is None or expires is None or locked is None:
            said = f"{self.path}: {key} has no as_of, no expires or no day on which it was locked"
            raise CatalogError(said, hint=_WRITE_AGAIN)
        if expires - locked > PRICE_LIFE:
            said = f"{self.path}: {key} expires more than {PRICE_LIFE.days} days after {locked}"
            raise CatalogError(said, hint=_WRITE_AGAIN)
        usd = self._sheet.usd(*place, "usd")
        if wrong := doubt(key, usd):
            raise CatalogError(f"{self.path}: {key}: {wrong}", hint=_WRITE_AGAIN)
        source = self._sheet.text(*place, "source")
        name, _, unit = key.rpartition("/")
        provider, _, model = name.partition("/")
        return Price(
            ref=f"{key}@{as_of}",
            model=model,
            provider=provider,
            unit=unit,
            usd=usd,
            source=self._sheet.text("sources", source, "title"),
            url=self._sheet.text("sources", source, "url"),
            as_of=as_of,
            expires=expires,
            layer=self.layer,
            confidence=self._sheet.text(*place, "confidence"),
        )


def lock_text(prices: Iterable[Price], today: date) -> str:
    """The text of a lock file: the same prices make the same text, whatever their order.

    None is relied on for longer than a price lives, counted from ``today``.
    """
    until = today + PRICE_LIFE
    chosen = sorted({_key(price): price for price in prices}.items())
    names = _source_names({(price.source, price.url) for _, price in chosen})
    sources = [
        f"  {json.dumps(name)}: {json.dumps({'title': title, 'url': url}, ensure_ascii=False)}"
        for (title, url), name in sorted(names.items())
    ]
    lines = [
        f"  {json.dumps(key)}: {_line(price, names[price.source, price.url], until)}"
        for key, price in chosen
    ]
    return (
        f'{{\n "schema": {json.dumps(SCHEMA)},\n "locked": "{today}",\n'
        f' "sources": {_block(sources)},\n "prices": {_block(lines)}\n}}\n'
    )


def _source_names(sources: set[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """A short name for each title and address, so that a new source renames no other."""
    names: dict[tuple[str, str], str] = {}
    for source in sorted(sources):
        name = re.sub("[^a-z0-9]+", "-", source[0].lower()).strip("-") or "source"
        taken = sum(each == name or each.startswith(f"{name}--") for each in names.values())
        names[source] = f"{name}--{taken + 1}" if taken else name
    return names


def _block(lines: list[str]) -> str:
    return "{\n" + ",\n".join(lines) + "\n }" if lines else "{}"


def _line(price: Price, source: str, until: date) -> str:
    fields = {
        "usd": f"{price.usd:f}",
        "source": source,
        "as_of": str(price.as_of),
        "expires": str(min(price.expires or until, until)),
        "confidence": price.confidence,
    }
    return json.dumps(fields)


def _key(price: Price) -> str:
    return f"{price.provider}/{price.model}/{price.unit}"


def _place(name: ModelName) -> tuple[str, str]:
    return name.provider, f"{'ft:' if name.tuned else ''}{name.model}".lower()


def _read(path: Path) -> Any:
    try:
        return json.loads(read_small(path), object_pairs_hook=_once)
    except OSError as error:
        raise CatalogError(f"{path}: {error.strerror}", hint=_WRITE_AGAIN) from None
    except (ValueError, RecursionError) as error:
        raise CatalogError(f"{path}: not JSON: {error}", hint=_WRITE_AGAIN) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; of two values under one key nobody can tell which was reviewed."""
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"{twice!r} is there twice")
    return found
