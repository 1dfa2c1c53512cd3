"""How long a tuned model still runs, what replaces it, and what moving there costs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ftgate.launching.requests import Prediction
from ftgate.model import Missing, ModelFacts, Price
from ftgate.prices.book import PriceBook
from ftgate.prices.lifecycle import is_open, offers, serve_until
from ftgate.prices.names import parse_name

_MTOK = Decimal(1_000_000)


class Move(NamedTuple):
    """Training again on another base.

    ``tunable`` says whether the base takes jobs on the day; dollars are None where the price of
    training there, or the tokens, are not known.
    """

    model: str
    provider: str
    tunable: bool
    price: Price | None = None
    low_usd: Decimal | None = None
    high_usd: Decimal | None = None


class Watched(NamedTuple):
    """One tuned model: its base, the day on which it stops, and where to go.

    ``base`` is None, and ``unknown`` says why, when the catalogue does not know it. ``moves``
    begins with the announced replacement; then who else tunes the same base.
    """

    name: str
    base: ModelFacts | None
    ends: date | None
    days_left: int | None
    moves: tuple[Move, ...] = ()
    unknown: str = ""

    def within(self, days: int) -> bool:
        """Whether it stops within so many days, or has stopped."""
        return self.days_left is not None and self.days_left <= days


def _why(missing: Missing) -> str:
    near = f"; nearest: {', '.join(missing.nearest)}" if missing.nearest else ""
    return missing.reason + near


def watch(
    name: str, book: PriceBook, day: date, provider: str | None, trained: Prediction | None
) -> Watched:
    """One tuned model as of a day; ``trained`` are the tokens that its training took."""
    base = book.model(name, provider=provider)
    if isinstance(base, Missing):
        return Watched(name, None, None, None, unknown=_why(base))
    ends = serve_until(base)
    left = None if ends is None else (ends - day).days
    moves = [_move(base.replacement, base.provider, book, day, trained)] if base.replacement else []
    for offer in offers(book.trainers(base.name), base.provider, day):
        moves.append(_move(offer.model, offer.provider, book, day, trained))
    return Watched(name, base, ends, left, tuple(moves))


def is_tuned(name: str) -> bool:
    """Whether a name is that of a tuned model, rather than of a base."""
    return parse_name(name).tuned


def _move(
    model: str, provider: str, book: PriceBook, day: date, trained: Prediction | None
) -> Move:
    facts = book.model(model, provider=provider)
    if isinstance(facts, Missing) or not is_open(facts, None, day):
        return Move(model, provider, False)
    price = book.lookup(facts.name, "training_mtok", provider)
    if isinstance(price, Missing):
        return Move(facts.name, provider, True)
    if trained is None:
        return Move(facts.name, provider, True, price)
    low, high = (price.usd * tokens / _MTOK for tokens in (trained.low_tokens, trained.high_tokens))
    return Move(facts.name, provider, True, price, low, high)
