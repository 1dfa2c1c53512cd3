"""Every model of the catalogue with its days and its prices, in the order in which they end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from ftgate.model import ModelFacts, Price
from ftgate.prices.book import PriceBook
from ftgate.prices.lifecycle import CUSTOMERS, is_open, serve_until, start_until
from ftgate.settings import Customer

_PRICED = ("training_mtok", "training_dpo_mtok", "training_hour")
_SERVED = ("input_mtok", "cached_input_mtok", "output_mtok")


class Span(NamedTuple):
    """One model: its days as seen from ``day``, and its prices by unit.

    ``tune_until`` is by customer, first day without new jobs; ``ends`` the day on which the model
    is of no more use: its fine-tunes stop, or it does where it cannot be tuned; None where no end
    is known. ``training`` has the prices of a job, ``tuned`` those of calls to a fine-tune,
    ``base`` those of calls to the model itself; what nobody publishes is not in them.
    """

    facts: ModelFacts
    day: date
    tune_until: dict[Customer, date | None]
    ends: date | None
    training: dict[str, Price]
    tuned: dict[str, Price]
    base: dict[str, Price]

    @property
    def days_left(self) -> int | None:
        """Days until the end, 0 and less when it has come; None when no end is known."""
        return None if self.ends is None else (self.ends - self.day).days

    @property
    def open_to(self) -> tuple[Customer, ...]:
        """Who can create a job on the day."""
        return tuple(kind for kind in CUSTOMERS if is_open(self.facts, kind, self.day))


def timeline(
    book: PriceBook, day: date, *, provider: str | None = None, tunable: bool = False
) -> tuple[Span, ...]:
    """Models by days left; then those without a known end, then those that are gone.

    ``tunable`` leaves out what takes no jobs on the day from anybody.
    """
    spans = (span(book, facts, day) for facts in book.models(provider))
    chosen = [each for each in spans if each.open_to or not tunable]
    return tuple(sorted(chosen, key=_order))


def span(book: PriceBook, facts: ModelFacts, day: date) -> Span:
    """One model as seen from a day."""
    tuned = dict(_prices(book, f"ft:{facts.name}", _SERVED, facts.provider))
    return Span(
        facts=facts,
        day=day,
        tune_until={kind: start_until(facts, kind) for kind in CUSTOMERS if facts.tunable},
        ends=serve_until(facts) if facts.tunable else facts.shutdown,
        training=dict(_prices(book, facts.name, _PRICED, facts.provider)) if facts.tunable else {},
        tuned=tuned if facts.tunable else {},
        base=dict(_prices(book, facts.name, _SERVED, facts.provider)),
    )


def _prices(
    book: PriceBook, model: str, units: tuple[str, ...], provider: str
) -> Iterator[tuple[str, Price]]:
    for unit in units:
        price = book.lookup(model, unit, provider)
        if isinstance(price, Price):
            yield unit, price


def _order(each: Span) -> tuple[int, int, str, str]:
    left = each.days_left
    name = (each.facts.provider, each.facts.name)
    if left is None:
        return 1, 0, *name
    return (0, left, *name) if left > 0 else (2, -left, *name)
