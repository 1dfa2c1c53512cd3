"""Bundled facts about providers and prices: data files, and the one way to read them.

``README.md`` beside this file describes the format. Reading is checked where a value is used, not
up front: a hook reads two small files and a dozen values, and damage raises CatalogError with the
file and the key all the same. The tests validate every value of every file.
"""

from __future__ import annotations

import functools
import json
import tomllib
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NamedTuple

from ftgate.errors import CatalogError, UsageError

FOLDER = Path(__file__).parent
PRICES_FILE = "prices.json"

PRICE_LIFE = timedelta(days=45)
DATE_LIFE = timedelta(days=45)
DATE_LIFE_NEAR_SHUTDOWN = timedelta(days=14)  # near the end dates move most, and matter most
NEAR_SHUTDOWN = timedelta(days=120)


class Source(NamedTuple):
    """One reading of one page or feed.

    ``as_of`` is the date of the copy that was read. ``verified`` is the day on which nothing newer
    was known to contradict it; facts expire counting from there.
    """

    title: str
    url: str
    as_of: date
    verified: date
    confidence: str


class Sheet:
    """One catalogue file: its values, read by path, and its sources."""

    def __init__(self, where: str, data: Any) -> None:
        self.where = where
        self.data = data
        self._sources: dict[str, Source] = {}

    def table(self, *path: str) -> dict[str, Any]:
        """The table at a path, empty when there is none. Raises CatalogError if it is no table."""
        value = self.data
        for depth, key in enumerate(path):
            value = value.get(key, {}) if isinstance(value, dict) else None
            if not isinstance(value, dict):
                raise self._damaged(path[: depth + 1], "is not a table")
        if not isinstance(value, dict):
            raise CatalogError(f"{self.where}: is not a table", hint=_REINSTALL)
        return value

    def text(self, *path: str) -> str:
        """A text that must be there."""
        value = self.table(*path[:-1]).get(path[-1])
        if not isinstance(value, str) or not value:
            raise self._damaged(path, "is not a text")
        return value

    def usd(self, *path: str) -> Decimal:
        """An amount: a decimal text, finite and not negative; never a float."""
        text = self.text(*path)
        try:
            amount = Decimal(text)
        except InvalidOperation:
            raise self._damaged(path, f"is not an amount: {text!r}") from None
        if not amount.is_finite() or amount < 0:
            raise self._damaged(path, f"is not an amount: {text!r}")
        return amount

    def day(self, *path: str) -> date | None:
        """A date, of TOML or in ISO form; None when there is none."""
        value = self.table(*path[:-1]).get(path[-1])
        if value is None or type(value) is date:
            return value
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            raise self._damaged(path, f"is not a date: {value!r}") from None

    def number(self, *path: str) -> int:
        """A whole number that must be there."""
        value = self.table(*path[:-1]).get(path[-1])
        if type(value) is not int:
            raise self._damaged(path, f"is not a whole number: {value!r}")
        return value

    def source(self, *path: str) -> Source:
        """The source that the table at a path names, with the table's own confidence if any."""
        known = self.cited(self.text(*path, "source"))
        confidence = self.table(*path).get("confidence")
        if confidence is None:
            return known
        return known._replace(confidence=str(confidence))

    def cited(self, key: str) -> Source:
        """The source of this key in ``[sources]``."""
        known = self._sources.get(key)
        if known is None:
            known = self._sources[key] = self._read_source(key)
        return known

    def _read_source(self, key: str) -> Source:
        place = ("sources", key)
        as_of, verified = self.day(*place, "as_of"), self.day(*place, "verified")
        if as_of is None or verified is None:
            raise self._damaged(place, "has no as_of or no verified date")
        return Source(
            title=self.text(*place, "title"),
            url=self.text(*place, "url"),
            as_of=as_of,
            verified=verified,
            confidence=self.text(*place, "confidence"),
        )

    def _damaged(self, path: tuple[str, ...], what: str) -> CatalogError:
        return CatalogError(f"{self.where}: {'.'.join(path)} {what}", hint=_REINSTALL)


_REINSTALL = "the catalogue of this installation is damaged; reinstall ftgate"


def provider_names(folder: Path = FOLDER) -> tuple[str, ...]:
    """Providers whose fine-tuning is described, in alphabetical order."""
    return tuple(sorted(path.stem for path in (folder / "providers").glob("*.toml")))


def check_provider(name: str, folder: Path = FOLDER) -> None:
    """Raise UsageError, naming the nearest, unless there is a provider of this name."""
    known = provider_names(folder)
    if name not in known:
        import difflib

        near = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}?" if near else "list them with: ftgate providers"
        raise UsageError(f"no provider {name!r}", hint=hint)


@functools.cache
def read_provider(name: str, folder: Path = FOLDER) -> Sheet:
    """One provider's sheet, read once. Raises CatalogError when it is missing or damaged."""
    where = f"providers/{name}.toml"
    try:
        return Sheet(where, tomllib.loads(_read(folder / where, where)))
    except tomllib.TOMLDecodeError as error:
        raise CatalogError(f"{where}: {error}", hint=_REINSTALL) from None


@functools.cache
def mentions(name: str, key: str, folder: Path = FOLDER) -> bool:
    """Whether a provider's sheet has the word anywhere. Raises CatalogError when it is missing."""
    where = f"providers/{name}.toml"
    return key in _read(folder / where, where)


def read_prices(folder: Path = FOLDER) -> Sheet:
    """The snapshot of inference prices. Raises CatalogError when it is missing or damaged."""
    try:
        return Sheet(PRICES_FILE, json.loads(_read(folder / PRICES_FILE, PRICES_FILE)))
    except json.JSONDecodeError as error:
        raise CatalogError(f"{PRICES_FILE}: {error}", hint=_REINSTALL) from None


def dates_expire(verified: date, dates: tuple[date | None, ...]) -> date:
    """Until when dates verified on a day may be relied on: 14 days near a shutdown, else 45."""
    near = any(day is not None and verified <= day <= verified + NEAR_SHUTDOWN for day in dates)
    return verified + (DATE_LIFE_NEAR_SHUTDOWN if near else DATE_LIFE)


def _read(path: Path, where: str) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise CatalogError(f"{where}: {error.strerror}", hint=_REINSTALL) from None
    except UnicodeDecodeError as error:
        raise CatalogError(f"{where}: not UTF-8 at byte {error.start}", hint=_REINSTALL) from None
