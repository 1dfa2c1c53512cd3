"""From a share of fact-teaching answers to the probability that a set teaches facts.

The share is what the rule counted; how far it can be trusted was measured on labelled sets. An
ordinal logistic model (proportional odds, McCullagh 1980) of the three labels that a reader gives
a set - facts in most answers, in some, in few - on that share, with one slope and two limits. The
sampling error of the share flattens the slope (MacKay 1992, the logistic-normal approximation), so
few examples give probabilities near the middle.
"""

from __future__ import annotations

import math
from typing import NamedTuple


class Ordinal(NamedTuple):
    """Log-odds of at least that label are ``limit + slope * share``."""

    knowledge: float
    some: float
    slope: float


class Probabilities(NamedTuple):
    """Of a set whose reader finds facts in most answers, in some, in few; they sum to 1."""

    knowledge: float
    mixed: float
    form: float


FITTED = Ordinal(knowledge=-4.11, some=-1.84, slope=6.02)
"""Fitted to the shares of 673 real sets, each judged by a version of the rule that had not seen its
collection and by words fitted to other collections: shares of sets that a rule was written
on look surer than they are. See ``benchmarks/knowledge.md``."""


def standard_error(facts: int, judged: int, examples: int) -> float:
    """Standard error of the share ``facts / judged`` of a set of ``examples``.

    The normal approximation with (facts + 1) / (judged + 2) as its centre, so that 0% and 100% keep
    a width, and the finite population correction (N - n) / (N - 1).
    """
    if judged >= examples:
        return 0.0
    centre = (facts + 1) / (judged + 2)
    unseen = (examples - judged) / max(examples - 1, 1)
    return math.sqrt(centre * (1 - centre) / max(judged, 1) * unseen)


def probabilities(facts: int, judged: int, examples: int, model: Ordinal = FITTED) -> Probabilities:
    """How likely each label is, given ``facts`` of ``judged`` answers of a set of ``examples``."""
    share = (facts + 1) / (judged + 2)
    spread = model.slope * standard_error(facts, judged, examples)
    flatter = 1 / math.sqrt(1 + math.pi / 8 * spread * spread)
    knowledge = _logistic((model.knowledge + model.slope * share) * flatter)
    some = _logistic((model.some + model.slope * share) * flatter)
    return Probabilities(knowledge, some - knowledge, 1 - some)


def _logistic(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))
