"""One way to serve the workload before it has a volume, and what it costs once it has one.

Every candidate answers the same calls: it differs in model, prompt, prices and people only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple, Protocol

from ftgate.economics.amounts import Number, total
from ftgate.economics.cashflow import Arm, month_cost
from ftgate.economics.traffic import Traffic
from ftgate.model import CostLine, Missing, ModelFacts, Price, ProviderFacts


class Quotes(Protocol):
    """Where prices and model facts come from; the price book is one."""

    def lookup(
        self, model: str, unit: str, provider: str | None = None, *, request_tokens: int = 0
    ) -> Price | Missing:
        """Price of ``unit`` (``input_mtok``, ``hosting_hour`` …) for one request, or why not."""
        ...

    def model(self, name: str, provider: str | None = None) -> ModelFacts | Missing:
        """Facts of a model, aliases resolved, or why there are none."""
        ...

    def current(self, day: date, provider: str | None = None) -> Sequence[ModelFacts]:
        """Models that can be called on ``day``, of one provider or of all."""
        ...

    def provider(self, name: str) -> ProviderFacts | Missing:
        """What a provider says of its training jobs."""
        ...

    def tuning(self, providers: Sequence[str] = ()) -> Iterator[ModelFacts]:
        """Models that can be tuned where hosting has a price, or that these providers tune."""
        ...


class Candidate(NamedTuple):
    """One option before it has a volume. ``prices`` is by unit; ``upfront`` is paid once.

    ``monthly`` is paid whatever the volume (together ``arm.fixed_month_usd``), ``again`` every so
    many months, ``per_call`` by item beside tokens, review and failures (together
    ``arm.per_query_usd``). ``batch_share`` of the calls has batch prices. ``successor`` answers the
    calls after the first ``own_months`` where the model stops inside the horizon; a tuned model has
    none, because what comes after it depends on what it is compared to. ``job_usd`` is what its
    training job costs with 1, 2, ... epochs; empty where they are not known to matter.
    """

    name: str
    kind: str
    model: str
    arm: Arm
    prices: dict[str, Price]
    upfront: tuple[CostLine, ...] = ()
    usable_until: date | None = None
    note: str = ""
    own_months: int = 0
    successor: Candidate | None = None
    contends: bool = True
    monthly: tuple[CostLine, ...] = ()
    again: CostLine | None = None
    per_call: tuple[tuple[str, Number], ...] = ()
    batch_share: Number = 0
    job_usd: tuple[Decimal, ...] = ()

    @property
    def steady_from(self) -> int:
        """First month from which every month of equal volume costs the same."""
        after = self.own_months + 1 if self.successor else 1
        return max(self.arm.steady_from or 1, after)

    @property
    def upfront_usd(self) -> Fraction:
        """Dollars before the first call."""
        return sum((Fraction(line.usd) for line in self.upfront), Fraction(0))

    def lumps(self, months: int) -> dict[int, Fraction]:
        """What is paid at the start of a month, by month, up to and including ``months``."""
        if self.again is None:
            return {}
        every = self.again.every_months
        return dict.fromkeys(range(every + 1, months + 1, every), Fraction(self.again.usd))

    def plus(self, item: str, usd_per_call: Number) -> Candidate:
        """The candidate with one more item that every call costs."""
        spent = Fraction(self.arm.per_query_usd) + Fraction(usd_per_call)
        return self._replace(
            arm=self.arm._replace(per_query_usd=spent),
            per_call=(*self.per_call, (item, usd_per_call)),
        )


def monthly_bills(candidate: Candidate, traffic: Traffic, months: int) -> list[Fraction]:
    """The first ``months`` monthly bills, those of its successor included."""
    bills = traffic.bills(candidate.arm, months)
    if candidate.successor is None:
        return bills
    later = traffic.bills(candidate.successor.arm, months)
    return bills[: candidate.own_months] + later[candidate.own_months :]


def over_horizon(candidate: Candidate, traffic: Traffic, months: int) -> Fraction:
    """Everything that the candidate costs in its first ``months``, had it no end."""
    lumps = total(candidate.lumps(months).values())
    return candidate.upfront_usd + total(monthly_bills(candidate, traffic, months)) + lumps


def cheapest(candidates: Sequence[Candidate], traffic: Traffic, months: int) -> Candidate | None:
    """The smallest bill over ``months``; the first named wins a tie."""
    if traffic.constant:  # then one month tells
        return min(candidates, key=lambda each: month_cost(each.arm, traffic.calls), default=None)
    return min(candidates, key=lambda each: over_horizon(each, traffic, months), default=None)
