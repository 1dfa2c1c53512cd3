"""A strict reader of scenario tables: every key is known, every number has a unit and a limit."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ftgate.economics.amounts import to_decimal
from ftgate.errors import ConfigError
from ftgate.toml_reading import parse_toml

# How a price may be written, and how many of those units make a million tokens.
PRICE_UNITS = {"_per_1k": 1000, "_mtok": 1}
MAX_MONTHS = 600  # of a horizon, a payback limit, a beginning


def read_toml(text: str, where: str) -> dict[str, Any]:
    """TOML with exact decimals; ConfigError names the file, line and column."""
    return parse_toml(text, where, parse_float=Decimal)


def exact(value: Any) -> Any:
    """Floats of a configuration as the decimals that were written."""
    if isinstance(value, Mapping):
        return {key: exact(each) for key, each in value.items()}
    return Decimal(str(value)) if isinstance(value, float) else value


class Table:
    """One table of the file; :meth:`close` refuses the keys that nobody asked for."""

    def __init__(self, data: Any, path: str, where: str) -> None:
        if not isinstance(data, Mapping):
            raise ConfigError(f"{where}: {path} must be a table")
        self._data = data
        self._asked: list[str] = []
        self.path = path
        self.where = where

    def error(self, key: str, problem: str, hint: str = "") -> ConfigError:
        """A ConfigError that names file and key."""
        return ConfigError(f"{self.where}: {self._name(key)} {problem}", hint=hint)

    def names(self) -> list[str]:
        """What the table holds, known or not."""
        return list(self._data)

    def problem(self, problem: str) -> ConfigError:
        """A ConfigError about the table as a whole."""
        return ConfigError(f"{self.where}: {self.path} {problem}")

    def inner(self, key: str) -> Table:
        """A table inside this one, by its whole path."""
        return Table(self._data[key], self._name(key), self.where)

    def has(self, key: str) -> bool:
        """True when the key is there; asking makes it a known key."""
        self._asked.append(key)
        return key in self._data

    def text(self, key: str, default: str | None = None) -> str:
        """A text; required without a default."""
        value = self._get(key, default)
        if not isinstance(value, str):
            raise self.error(key, f"must be a text, not {value!r}")
        return value

    def flag(self, key: str) -> bool:
        """true or false; false when left out."""
        value = self._get(key, False)
        if not isinstance(value, bool):
            raise self.error(key, f"must be true or false, not {value!r}")
        return value

    def day(self, key: str) -> date:
        """A date written without quotes."""
        value = self._get(key, None)
        if type(value) is not date:
            raise self.error(key, f"must be a date like 2026-11-22, not {value!r}")
        return value

    def number(
        self, key: str, default: int | None = None, *, maximum: int | None = None
    ) -> Fraction:
        """A number from 0 to ``maximum``; required without a default."""
        value = self._get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | Decimal | Fraction):
            raise self.error(key, f"must be a number, not {value!r}")
        if isinstance(value, Decimal) and not value.is_finite():
            raise self.error(key, f"must be a finite number, not {value}")
        if value < 0:
            raise self.error(key, f"is {value}; the minimum is 0")
        size = to_decimal(value) if isinstance(value, Fraction) else Decimal(value)
        if size and not -12 <= size.adjusted() < 15:
            raise self.error(key, "has an exponent beyond all prices and volumes")
        if maximum is not None and value > maximum:
            raise self.error(key, f"is {value}; the maximum is {maximum}")
        return Fraction(value)

    def whole(self, key: str, default: int | None = None, *, maximum: int | None = None) -> int:
        """A whole number from 0 to ``maximum``."""
        value = self.number(key, default, maximum=maximum)
        if value.denominator != 1:
            raise self.error(key, f"is {float(value)}; it must be a whole number")
        return int(value)

    def numbers(self, key: str, *, maximum: int) -> tuple[Fraction, ...]:
        """A list of numbers from 0 to ``maximum``; empty when left out."""
        values = self._get(key, ())
        if not isinstance(values, list | tuple):
            raise self.error(key, f"must be a list of numbers, not {values!r}")
        items = Table({f"{key}[{n}]": v for n, v in enumerate(values, 1)}, self.path, self.where)
        return tuple(items.number(name, maximum=maximum) for name in items.names())

    def price_mtok(self, name: str, *, required: bool = True) -> Fraction | None:
        """Dollars per million tokens from ``<name>_per_1k`` or ``<name>_mtok``, never both."""
        found = [name + unit for unit in PRICE_UNITS if self.has(name + unit)]
        if len(found) > 1:
            raise self.error(found[0], f"and {found[1]} say the same; keep one")
        if not found:
            if required:
                raise self.error(f"{name}_mtok", f"is missing (or {name}_per_1k)")
            return None
        return self.number(found[0]) * PRICE_UNITS[found[0].removeprefix(name)]

    def table(self, key: str, *, required: bool = False) -> Table | None:
        """A table inside this one; None when it is left out."""
        if not self.has(key):
            if required:
                raise self.error(f"[{key}]", "is missing")
            return None
        return Table(self._data[key], key, self.where)

    def tables(self, key: str) -> Iterator[Table]:
        """An array of tables; empty when left out."""
        if not self.has(key):
            return
        items = self._data[key]
        if not isinstance(items, list):
            raise self.error(key, f"must be written as [[{key}]]")
        for index, item in enumerate(items, start=1):
            yield Table(item, f"{key}[{index}]", self.where)

    def close(self) -> None:
        """ConfigError for the first unknown key, with the nearest known one."""
        for key in self._data:
            if key not in self._asked:
                near = difflib.get_close_matches(key, self._asked, n=1)
                hint = f"did you mean {near[0]!r}?" if near else ""
                raise self.error(key, "is not a known key", hint)

    def _get(self, key: str, default: Any) -> Any:
        if self.has(key):
            return self._data[key]
        if default is None:
            near = difflib.get_close_matches(key, set(self._data) - set(self._asked), n=1)
            hint = f"is {self._name(near[0])!r} meant to be it?" if near else ""
            raise self.error(key, "is missing", hint)
        return default

    def _name(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key


def current_value(data: Mapping[str, Any], path: str, where: str) -> Any:
    """The value at ``base.input`` or ``labelling.hourly_wage``; the unit of a price is optional."""
    table, key = _locate(data, path, where)
    return table[key]


def with_value(data: dict[str, Any], path: str, value: Any, where: str) -> dict[str, Any]:
    """The file's content with one value replaced; only the tables on its path are copied."""
    key = _locate(data, path, where)[1]
    changed = dict(data)
    table = changed
    for name in path.split(".")[:-1]:
        table[name] = dict(table[name])
        table = table[name]
    table[key] = value
    return changed


def states(data: Mapping[str, Any], path: str) -> str | None:
    """The path as the file writes it, None where the file has no such number."""
    found = _find(data, path)
    return found and ".".join([*path.split(".")[:-1], found[1]])


def spelled(data: Mapping[str, Any], path: str, where: str) -> str:
    """The path as the file writes it: ``base.input`` → ``base.input_per_1k``.

    Raises ConfigError where the file has no such number.
    """
    return ".".join([*path.split(".")[:-1], _locate(data, path, where)[1]])


def _locate(data: Any, path: str, where: str) -> tuple[Any, str]:
    found = _find(data, path)
    if found:
        return found
    near = difflib.get_close_matches(path, list(_paths(data)), n=1)
    hint = f"did you mean {near[0]!r}?" if near else ""
    raise ConfigError(f"{where}: {path} is not a number of this scenario", hint=hint)


def _find(data: Any, path: str) -> tuple[Any, str] | None:
    *tables, key = path.split(".")
    table = data
    for name in tables:
        table = table.get(name) if isinstance(table, Mapping) else None
    if isinstance(table, Mapping):
        for spelling in (key, *(key + unit for unit in PRICE_UNITS)):
            if isinstance(table.get(spelling), int | Decimal | Fraction):
                return table, spelling
    return None


def _paths(data: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for key, value in data.items():
        if isinstance(value, Mapping) and prefix + key != "risk":
            yield from _paths(value, f"{prefix}{key}.")
        elif isinstance(value, int | Decimal | Fraction):
            yield prefix + key
