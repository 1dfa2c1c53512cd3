"""The fine-tune against one alternative: the cash flow of choosing it, and where it flips."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from ftgate.economics.amounts import Number, rounded, total
from ftgate.economics.breakeven import NEVER_AFTER_MONTHS, Flow, Payback, payback
from ftgate.economics.calendar import date_after, whole_months
from ftgate.economics.candidates import Candidate, monthly_bills
from ftgate.economics.cashflow import call_cost
from ftgate.economics.curves import curve
from ftgate.economics.thresholds import Span, positive_spans
from ftgate.economics.traffic import Traffic
from ftgate.model import BreakEven

# Four volumes per decade from one call a month to a billion; between two of them the curve is
# smooth, because the only bend is the exponential of the cache hits.
_VOLUMES = [round(10 ** (step / 4)) for step in range(37)]


class Duel(NamedTuple):
    """``tuned`` against ``other`` over one horizon, judged from ``today``.

    Savings end with the tuned model's life: its calls then go to ``other``, and both cost the same.
    ``traffic`` is one stated call a month, with its growth.
    """

    tuned: Candidate
    other: Candidate
    horizon_months: int
    today: date
    traffic: Traffic = Traffic()

    @property
    def life_months(self) -> int | None:
        """Whole months that the tuned model can be called; None when no end is announced."""
        until = self.tuned.usable_until
        return None if until is None else whole_months(self.today, until)

    def flow(self, calls: Number) -> Flow:
        """Monthly savings of the fine-tune at this volume."""
        steady = max(self.tuned.steady_from, self.other.steady_from)
        traffic = self.traffic.of(calls)

        def savings(months: int) -> list[Fraction]:
            varying = min(months, steady) if traffic.constant else months
            dear = monthly_bills(self.other, traffic, varying)
            cheap = monthly_bills(self.tuned, traffic, varying)
            saved = [a - b for a, b in zip(dear, cheap, strict=True)]
            return saved + saved[-1:] * (months - varying)

        return Flow(
            self.tuned.upfront_usd - self.other.upfront_usd,
            savings,
            self.horizon_months,
            self.life_months,
            self.tuned.lumps(NEVER_AFTER_MONTHS),
            has_volume=Fraction(calls) > 0,
        )

    def break_even(self, calls: Number) -> BreakEven:
        """Payback at this volume in months, calls and as a date.

        ``months`` is also given when it lies beyond the horizon or the model's life: the status
        says so.
        """
        found = payback(self.flow(calls))
        months = found.months
        when = None if months is None else date_after(self.today, months)
        return BreakEven(
            status=found.status,
            months=None if months is None else rounded(months, 12),
            calls=None if months is None else rounded(self.traffic.of(calls).until(months)),
            date=when,
            before_usable_until=self._in_time(found, months),
            against=self.other.name,
        )

    def _in_time(self, found: Payback, months: Fraction | None) -> bool | None:
        if months is None or self.life_months is None:
            return None
        return found.status != "PAYS_BACK_AFTER_SHUTDOWN" and months <= self.life_months

    def break_even_calls(self) -> BreakEven:
        """Payback in calls when the volume is unknown: costs without calls / saving per call.

        Those costs are the upfront ones and, where the tuned model is hosted, the fee for every
        month of the horizon or of its life: how long it takes to make the calls is not known.
        """
        saving = self.saving_per_call()
        if saving <= 0:
            return BreakEven("NEVER_NEGATIVE_SAVINGS", None, None, None, None, self.other.name)
        calls = rounded(-self.lead(0) / saving)
        return BreakEven("UNKNOWN_VOLUME", None, calls, None, None, self.other.name)

    def saving_per_call(self) -> Fraction:
        """Dollars saved per call in a steady month, before monthly costs.

        Rare calls find no cached prefix: without a volume, caching is not counted.
        """
        steady = max(self.tuned.arm.steady_from or 1, self.other.arm.steady_from or 1)
        other, tuned = self.other.arm, self.tuned.arm
        return call_cost(other, 0, steady).usd - call_cost(tuned, 0, steady).usd

    def lead(self, calls: Number) -> Fraction:
        """Dollars by which the fine-tune is cheaper over the whole horizon."""
        return self.flow(calls).cumulative(self.horizon_months)

    def net_by_volume(self, at_months: Number) -> Callable[[float], float]:
        """Net dollars after ``at_months`` as a function of the monthly volume.

        In floats: the answer sought is a whole number of calls.
        """
        months = min(Fraction(at_months), Fraction(self.flow(1).window_months))
        other, tuned = self._bills(self.other, months), self._bills(self.tuned, months)
        lumps = total(self.tuned.lumps(math.ceil(months)).values())
        spent = float(self.tuned.upfront_usd - self.other.upfront_usd + lumps)
        return lambda calls: other(calls) - tuned(calls) - spent

    def _bills(self, candidate: Candidate, months: Fraction) -> Callable[[float], float]:
        """Cost of the first ``months``, its successor's included, by the volume."""
        own = Fraction(candidate.own_months)
        if candidate.successor is None or months <= own:
            return curve(candidate.arm, months, self.traffic)
        first = curve(candidate.arm, own, self.traffic)
        later = curve(candidate.successor.arm, months, self.traffic, after=candidate.own_months)
        return lambda calls: first(calls) + later(calls)


def winning_volumes(leads: Sequence[Callable[[float], float]]) -> list[Span]:
    """Calls a month at which every lead is positive."""
    return positive_spans(lambda calls: min(each(calls) for each in leads), _VOLUMES)
