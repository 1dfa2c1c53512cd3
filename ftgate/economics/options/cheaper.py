"""Other models of today's provider with the same prompt; the cheapest is an option."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ftgate.economics.candidates import Candidate
from ftgate.economics.market import Market, Rival
from ftgate.model import Missing, ModelFacts


def candidates(market: Market) -> Iterator[Rival]:
    """Models that outlive the horizon and that the plan's evaluation has not ruled out."""
    facts = market.todays_facts
    today = "" if isinstance(facts, Missing) else facts.name
    for model in current(market):
        if model.name == today or market.ends_inside(model.shutdown):
            continue
        plain = market.prompted(model.name, model.provider, "cheaper", model.name, model)
        if isinstance(plain, Candidate):
            cached = market.with_cache(plain, model, market.load.cacheable_tokens)
            yield Rival(plain if isinstance(cached, Missing) else cached, plain, model)


def current(market: Market) -> list[ModelFacts]:
    """Models of today's provider that answer now, but for those that the plan has rejected."""
    known = market.todays_facts
    if isinstance(known, Missing) and known.what == "baseline":  # nothing answers today
        return []
    if isinstance(known, Missing):  # a model of one's own: what the base's provider offers
        plan = market.settings.model
        known = market.quotes.model(plan.base, plan.provider or None)
    if isinstance(known, Missing):
        return []
    rejected = set(_rejected(market, known.provider))
    found = market.quotes.current(market.today, known.provider)
    return [model for model in found if model.name not in rejected]


def _rejected(market: Market, provider: str) -> Iterator[str]:
    """Catalogue names of the rejected models, whatever alias the plan calls them by."""
    for name in market.settings.model.rejected:
        facts = market.quotes.model(name, provider)
        yield name if isinstance(facts, Missing) else facts.name


def followed_by(market: Market, successor: Rival) -> Market:
    """The market in which this model answers once today's has stopped."""
    facts = market.todays_facts
    if isinstance(facts, Missing) or not market.ends_inside(facts.shutdown):
        return market
    return replace(market, successor=successor)
