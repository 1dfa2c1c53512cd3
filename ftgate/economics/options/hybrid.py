"""The fine-tune with retrieval beside it: the tone is learned, the facts are looked up."""

from __future__ import annotations

from collections.abc import Iterator

from ftgate.economics.candidates import Candidate
from ftgate.economics.market import Market
from ftgate.economics.options.retrieval import retrieving
from ftgate.model import Missing


def candidates(market: Market, tuned: Candidate) -> Iterator[Candidate | Missing]:
    """The fine-tune with the database and the context of every call, where the plan prices it.

    It does not contend: retrieval adds to the bill of the fine-tune, and what it is worth, facts
    that stay right, has no price here.
    """
    if market.settings.retrieval.usd_per_query is not None:
        found = retrieving(market, tuned, f"{tuned.name} + retrieval", "hybrid")
        yield found._replace(contends=False)
