"""What changed between two versions of a dataset."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from ftgate.model.words import Decision, Outcome

State = Literal["added", "removed", "changed", "same"]


@dataclass(frozen=True, slots=True)
class Version:
    """The numbers of one dataset at one commit, or as it lies on disk.

    ``training_usd`` is the dear end of the job's bill, ``monthly_usd`` a month of the tuned model;
    None where they are not known. ``codes`` counts findings by rule.
    """

    outcome: Outcome
    decision: Decision
    examples: int
    tokens: int | None
    training_usd: Decimal | None
    monthly_usd: Decimal | None
    codes: dict[str, int]
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Before:
    """The version that a check compares with, and what it is called (``main``)."""

    ref: str
    version: Version


@dataclass(frozen=True, slots=True)
class Change:
    """One dataset before and after; None where it was not there."""

    name: str
    before: Version | None
    after: Version | None

    @property
    def state(self) -> State:
        """What happened to it; ``same`` means that no number changed."""
        if self.before is None:
            return "added"
        if self.after is None:
            return "removed"
        return "same" if self.before == self.after else "changed"
