"""Today's model with the full prompt, at the uncached price: what everything is measured by."""

from __future__ import annotations

from ftgate.economics.candidates import Candidate
from ftgate.economics.market import Market
from ftgate.model import Missing


def candidate(market: Market) -> Candidate | Missing:
    """Today's bill; Missing where its model has stopped or has no price."""
    plain = market.plain
    if isinstance(plain, Missing) or market.successor is None:
        return plain
    return market.succeeded(plain, market.successor.shown)
