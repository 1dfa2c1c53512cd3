"""Today's model with retrieved text in every call."""

from __future__ import annotations

from fractions import Fraction

from ftgate.economics.candidates import Candidate
from ftgate.economics.market import Market
from ftgate.model import Missing, ModelFacts

NOT_COUNTED = "retrieved text adds input tokens that are not counted here"


def candidate(market: Market) -> Candidate | Missing:
    """Today's bill with a vector database; Missing where the plan does not price it."""
    if market.settings.retrieval.usd_per_query is None:
        return Missing("retrieval", "add to ftgate.toml: [retrieval] usd_per_query = …")

    def build(plain: Candidate, facts: ModelFacts) -> Candidate | Missing:
        return retrieving(market, plain, "today + retrieval", "retrieval")

    return market.variant(build)


def retrieving(market: Market, plain: Candidate, name: str, kind: str) -> Candidate:
    """A candidate with the database and the retrieved tokens of every call."""
    retrieval = market.settings.retrieval
    context = retrieval.context_tokens
    sent = Fraction(plain.arm.dynamic_tokens) + (context or 0)
    found = plain._replace(
        name=name,
        kind=kind,
        arm=plain.arm._replace(dynamic_tokens=sent),
        note=NOT_COUNTED if context is None else f"{context:,} retrieved tokens in every call",
    )
    return found.plus("retrieval", retrieval.usd_per_query or 0)
