"""The fine-tune at every other provider that can be priced in full: training, calls, hosting.

Where a provider tunes the planned base itself, that is the one; else the cheapest over the horizon
of what it tunes. It takes new customers on the day of the job, and the tune can be called then.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ftgate.economics.amounts import rate_text, usd_text
from ftgate.economics.candidates import Candidate, over_horizon
from ftgate.economics.cashflow import MILLION
from ftgate.economics.market import Market, joined
from ftgate.economics.options.people import labelling_line, with_people
from ftgate.economics.options.tuned import served_by
from ftgate.model import CostLine, Missing, ModelFacts, Price

ANOTHER_BASE = "another base: evaluate it first"
ESTIMATED = "tokens estimated with the planned base's tokenizer"


def candidates(market: Market, tuned: Candidate) -> Iterator[Candidate | Missing]:
    """One fine-tune per provider, the planned one left out.

    None contends: another base answers differently, and the same base needs another contract.
    """
    places: dict[str, list[ModelFacts]] = {}
    for facts in _open(market):
        places.setdefault(facts.provider, []).append(facts)
    for bases in places.values():
        same = [facts for facts in bases if _planned(market, facts)]
        others = [facts for facts in bases if facts not in same]
        best = _cheapest(market, same) or _cheapest(market, others)
        if best is not None:
            yield best


def _cheapest(market: Market, bases: list[ModelFacts]) -> Candidate | None:
    traffic = market.traffic.of(market.settings.usage.requests_per_month or 1)
    priced = [found for facts in bases if (found := _there(market, facts))]
    return min(priced, key=lambda each: over_horizon(each, traffic, market.horizon), default=None)


def _planned(market: Market, facts: ModelFacts) -> bool:
    """Whether this is the planned base, whatever its maker's prefix."""
    here, there = (name.rpartition("/")[2].lower() for name in (market.training.model, facts.name))
    return here == there


def _open(market: Market) -> Iterator[ModelFacts]:
    """What can be tuned elsewhere by a new customer on the day of the job."""
    own = {price.provider for price in market.settings.price if price.hosting_hour is not None}
    for facts in market.quotes.tuning(tuple(sorted(name for name in own if name))):
        ends = facts.tuned_shutdown or facts.shutdown
        closes = facts.closes.new
        if facts.provider == market.training.provider or facts.servable is False:
            continue
        if all(day is None or day > market.today for day in (ends, closes)):
            yield facts


def _there(market: Market, facts: ModelFacts) -> Candidate | None:
    price = market.quotes.lookup(facts.name, market.training.unit, facts.provider)
    labelling = labelling_line(market)
    if isinstance(price, Missing) or isinstance(labelling, Missing):
        return None
    served = served_by(market, facts, _training(market, price, market.training.billable_high))
    if isinstance(served, Missing):
        return None
    other = () if _planned(market, facts) else (ANOTHER_BASE, ESTIMATED)
    there = with_people(market, served, labelling)
    return there._replace(
        name=f"{served.name} at {facts.provider}",
        kind="elsewhere",
        prices={**served.prices, price.unit: price},
        note=joined(served.note, *other, facts.serving),
        contends=False,
        job_usd=tuple(_training(market, price, n).usd for n, _ in market.training.by_epochs),
    )


def _training(market: Market, price: Price, tokens: int) -> CostLine:
    """So many billed tokens at this provider's price, its minimum charge at least."""
    usd, formula = tokens * price.usd / MILLION, f"{tokens:,} tokens x {rate_text(price.usd)}/M"
    provider = market.quotes.provider(price.provider)
    if not isinstance(provider, Missing) and provider.minimum and usd < provider.minimum.usd:
        usd, formula = provider.minimum.usd, f"{formula}, {usd_text(provider.minimum.usd)} at least"
    return CostLine("training", Decimal(usd), formula, (price.ref,), upfront=True)
