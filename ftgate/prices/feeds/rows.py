"""What a feed says, in one shape: rows of prices and dates, and what is wrong with the rest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from ftgate.errors import FtgateError
from ftgate.prices.amounts import MAX_WHOLE_DIGITS, is_writable

PER_MTOK = Decimal(1_000_000)
KEPT = "the stored prices are as they were; look at the feed's address with a browser"
_MAX_DIGITS, _MAX_EXPONENT = 30, 18
_DECIMALS = 12  # of USD per million: what is behind them is noise of a float


class FeedError(FtgateError):
    """A feed cannot be read, or what it sent cannot be trusted; stored prices stay as they are."""


class Row(NamedTuple):
    """One price. ``model`` begins with ``ft:`` for inference of a fine-tune; USD per ``unit``."""

    provider: str
    model: str
    unit: str
    usd: Decimal

    @property
    def key(self) -> str:
        """``openai/gpt-6-luna/input_mtok``."""
        return f"{self.provider}/{self.model}/{self.unit}"


class Dated(NamedTuple):
    """The day on which a model stops."""

    provider: str
    model: str
    shutdown: date

    @property
    def key(self) -> str:
        """``openai/gpt-4.1-mini-2025-04-14``."""
        return f"{self.provider}/{self.model}"


class Held(NamedTuple):
    """A price that was offered and kept out: what, the amount as offered, and why.

    ``kept`` is the older amount (or day) that goes on answering, "" when there is none; ``step``
    is what to do about it.
    """

    key: str
    offered: str
    reason: str
    kept: str = ""
    step: str = ""


class Parsed(NamedTuple):
    """Everything that one feed says of providers and units that ftgate knows."""

    rows: tuple[Row, ...]
    dates: tuple[Dated, ...] = ()
    refused: tuple[Held, ...] = ()


class Reader:
    """Collects the rows of a feed; amounts that are none are refused, one by one."""

    def __init__(self) -> None:
        self._rows: dict[str, Row] = {}
        self._dates: dict[str, Dated] = {}
        self._refused: list[Held] = []

    def price(self, provider: str, model: str, unit: str, value: Any, factor: Decimal) -> None:
        """Take one amount times ``factor``; None is absent, which is not zero.

        The first of two rows for the same price stays.
        """
        if value is None:
            return
        key = _text(f"{provider}/{model}/{unit}")
        amount = as_amount(value)
        usd = None if amount is None else amount * factor
        if usd is not None and usd.adjusted() < MAX_WHOLE_DIGITS:  # else it cannot be rounded
            usd = _plain(round(usd, _DECIMALS))
        if usd is None or not is_writable(usd):
            self._refused.append(Held(key, _text(str(value)[:40]), "not an amount"))
        else:
            self._rows.setdefault(key, Row(provider, model, unit, usd))

    def shutdown(self, provider: str, model: str, value: Any) -> None:
        """Take the day on which a model stops; None and "" mean that none is announced."""
        if not value:
            return
        try:
            found = Dated(provider, _text(model), date.fromisoformat(value))
        except (TypeError, ValueError):
            offered = _text(str(value)[:40])
            self._refused.append(Held(f"{provider}/{model}", offered, "not a date"))
        else:
            self._dates.setdefault(found.key, found)

    def refuse(self, provider: str, model: str, reason: str) -> None:
        """Keep a whole model out."""
        self._refused.append(Held(_text(f"{provider}/{model}"), "", _text(reason)))

    def parsed(self) -> Parsed:
        """Everything taken so far."""
        rows, dates = tuple(self._rows.values()), tuple(self._dates.values())
        return Parsed(rows, dates, tuple(self._refused))


def _text(text: str) -> str:
    """The text, if it is one: JSON can name half of a character, which no file can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise FeedError(f"not usable: {ascii(text)[:60]} is not text", hint=KEPT) from None
    return text


def as_amount(value: Any) -> Decimal | None:
    """A finite decimal, not negative and of a sensible size; None for everything else.

    The size is bounded because exact arithmetic writes out every zero of ``1e999999``.
    """
    if isinstance(value, bool) or not isinstance(value, (int, str, Decimal)):
        return None
    try:
        amount = Decimal(value)
    except (InvalidOperation, ValueError):
        return None
    if not amount.is_finite() or amount < 0 or len(amount.as_tuple().digits) > _MAX_DIGITS:
        return None
    return amount if not amount or -_MAX_EXPONENT <= amount.adjusted() < _MAX_EXPONENT else None


def _plain(amount: Decimal) -> Decimal:
    """The shortest way to write the same number: ``0.4`` for ``0.400000``, ``30`` for ``3E+1``."""
    return Decimal(f"{amount.normalize():f}")


def decode(body: bytes, feed: str) -> Any:
    """The JSON value of a response. Numbers with a point become Decimal, never float.

    Raises FeedError for what is not JSON: also ``NaN``, numbers of thousands of digits and
    nesting deeper than the parser's stack.
    """
    try:
        return json.loads(body, parse_float=_number, parse_constant=_refuse_constant)
    except RecursionError:
        raise FeedError(f"{feed}: not usable: nested too deeply", hint=KEPT) from None
    except (ValueError, UnicodeDecodeError) as error:  # JSONDecodeError is a ValueError
        raise FeedError(f"{feed}: not JSON: {error}", hint=KEPT) from None


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent beyond what decimal can hold
        raise ValueError(f"{text[:20]} is out of range") from None


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number")


def expect(value: Any, kind: type, feed: str, what: str) -> Any:
    """``value`` when it is a ``kind``; FeedError that names what was expected otherwise."""
    if not isinstance(value, kind):
        name = "an object" if kind is dict else "a list"
        raise FeedError(f"{feed}: {what} is not {name}: the format has changed", hint=KEPT)
    return value


def objects(values: Any) -> Iterator[dict[str, Any]]:
    """The objects of a list; what is no list has none."""
    for value in values if isinstance(values, list) else ():
        if isinstance(value, dict):
            yield value
