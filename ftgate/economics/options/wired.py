"""Every kind of option in the order of the report."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from ftgate.economics.candidates import Candidate, cheapest
from ftgate.economics.market import Market
from ftgate.economics.options import (
    batch,
    cached,
    cheaper,
    decisions,
    distilled,
    elsewhere,
    few_shot,
    hybrid,
    retrieval,
    self_hosted,
    today,
    tuned,
)
from ftgate.model import Missing

# None: not asked for, and there is nothing to say about it.
Found = Candidate | Missing | None
PROMPTED: tuple[Callable[[Market], Found], ...] = (
    today.candidate,
    cached.candidate,
    batch.candidate,
    few_shot.candidate,
    retrieval.candidate,
    decisions.candidate,
)
BESIDE_THE_TUNE: tuple[Callable[[Market, Candidate], Iterator[Candidate | Missing]], ...] = (
    hybrid.candidates,
    distilled.candidates,
    self_hosted.candidates,
    elsewhere.candidates,
)


class Offer(NamedTuple):
    """Every option that could be built. ``others`` are models of which the cheapest is shown.

    ``left_out`` says why something is not compared; ``undecided`` what the verdict needs.
    """

    baseline: Candidate | None
    prompted: tuple[Candidate, ...]
    others: tuple[Candidate, ...]
    tuned: Candidate | None
    beside: tuple[Candidate, ...]
    undecided: tuple[Missing, ...]
    left_out: tuple[Missing, ...]
    successor: Candidate | None


def offer(market: Market) -> Offer:
    """Build every option from the plan and the prices."""
    others = list(cheaper.candidates(market))
    # A month without calls costs nothing anywhere: one call tells who is cheap.
    calls = market.settings.usage.requests_per_month or 1
    shown = [rival.shown for rival in others]
    successor = cheapest(shown, market.traffic.of(calls), market.horizon)
    if successor is not None:
        market = cheaper.followed_by(market, others[shown.index(successor)])
    found = [build(market) for build in PROMPTED]
    planned = tuned.candidate(market)
    missing = planned if isinstance(planned, list) else []
    beside: list[Candidate | Missing] = []
    if isinstance(planned, Candidate):
        beside = [each for build in BESIDE_THE_TUNE for each in build(market, planned)]
    return Offer(
        baseline=found[0] if isinstance(found[0], Candidate) else None,
        prompted=tuple(each for each in found if isinstance(each, Candidate)),
        others=tuple(shown),
        tuned=planned if isinstance(planned, Candidate) else None,
        beside=tuple(each for each in beside if isinstance(each, Candidate)),
        undecided=tuple(each for each in (found[0], *missing) if isinstance(each, Missing)),
        left_out=tuple(each for each in (*found[1:], *beside) if isinstance(each, Missing)),
        successor=successor,
    )
