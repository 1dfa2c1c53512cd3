"""How far two judges agree on the same examples: share, Cohen's kappa, confusion counts.

The rules say ``knowledge``, ``other`` or ``cannot tell``; the model's ``style`` and ``format`` are
both ``other``, because nothing but the share of knowledge enters a verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ftgate.asking.prompt import CANNOT_TELL, KNOWLEDGE, LABELS

OTHER = "other"
RULE_LABELS = (KNOWLEDGE, OTHER, CANNOT_TELL)


class Pair(NamedTuple):
    """One example: one of :data:`RULE_LABELS`, and one of the model's labels."""

    rules: str
    model: str

    @property
    def decided(self) -> bool:
        """Whether both could tell."""
        return CANNOT_TELL not in self

    @property
    def differs(self) -> bool:
        """Whether both could tell, and one of them says that facts are taught."""
        return self.decided and (self.rules == KNOWLEDGE) != (self.model == KNOWLEDGE)


class Agreement(NamedTuple):
    """Over the examples that both decided; None where there is no such number."""

    compared: int
    share: float | None
    kappa: float | None
    rules_knowledge: float | None
    model_knowledge: float | None


def agreement(pairs: Sequence[Pair]) -> Agreement:
    """Agreement on "teaches facts or not".

    kappa = (p_o - p_e) / (1 - p_e), where p_o is the share of equal labels and p_e what two judges
    with these two shares of knowledge would reach by chance (Cohen 1960, A coefficient of agreement
    for nominal scales). None when chance alone would reach 1: both give one and the same label.
    """
    decided = [pair for pair in pairs if pair.decided]
    count = len(decided)
    if not count:
        return Agreement(0, None, None, None, None)
    observed = sum(not pair.differs for pair in decided) / count
    rules = sum(pair.rules == KNOWLEDGE for pair in decided)
    model = sum(pair.model == KNOWLEDGE for pair in decided)
    chance = rules * model + (count - rules) * (count - model)
    by_chance = chance / count**2
    kappa = None if chance == count**2 else (observed - by_chance) / (1 - by_chance)
    return Agreement(count, observed, kappa, rules / count, model / count)


def confusion(pairs: Sequence[Pair]) -> dict[str, dict[str, int]]:
    """How often the rules and the model said what; every cell is there, zero or not."""
    counts = {rules: dict.fromkeys(LABELS, 0) for rules in RULE_LABELS}
    for pair in pairs:
        counts[pair.rules][pair.model] += 1
    return counts
