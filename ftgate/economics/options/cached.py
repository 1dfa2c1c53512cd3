"""Today's model with the full prompt, its unchanging beginning cached."""

from __future__ import annotations

from ftgate.economics.candidates import Candidate
from ftgate.economics.market import Market
from ftgate.model import Missing, ModelFacts


def candidate(market: Market) -> Candidate | Missing:
    """Today's bill with prompt caching; Missing where the prefix is too short or not priced."""

    def build(plain: Candidate, facts: ModelFacts) -> Candidate | Missing:
        named = plain._replace(name="today + prompt caching", kind="cached")
        return market.with_cache(named, facts, market.load.cacheable_tokens)

    return market.variant(build)
