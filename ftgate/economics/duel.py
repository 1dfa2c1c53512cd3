"""The fine-tune against one alternative: the cash flow of choosing it, and where it flips."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from ftgate.economics.amounts import Number, rounded
from ftgate.economics.breakeven import Flow, Payback, payback
from ftgate.economics.calendar import date_after, whole_months
from ftgate.economics.candidates import Candidate, monthly_bills
from ftgate.economics.cashflow import (
    HOURS_PER_MONTH,
    Arm,
    caching_applies,
    call_cost,
)
from ftgate.economics.thresholds import first_rise
from ftgate.model import BreakEven

# Four volumes per decade from one call a month to a billion; between two of them the curve is
# smooth, because the only bend is the exponential of the cache hits.
_VOLUMES = [round(10 ** (step / 4)) for step in range(37)]


class Duel(NamedTuple):
    """``tuned`` against ``other`` over one horizon, judged from ``today``.

    Savings end with the tuned model's life: its calls then go to ``other``, and both cost the same.
    """

    tuned: Candidate
    other: Candidate
    horizon_months: int
    today: date

    @property
    def life_months(self) -> int | None:
        """Whole months that the tuned model can be called; None when no end is announced."""
        until = self.tuned.usable_until
        return None if until is None else whole_months(self.today, until)

    def flow(self, calls: Number) -> Flow:
        """Monthly savings of the fine-tune at this volume."""
        steady = max(self.tuned.steady_from, self.other.steady_from)

        def savings(months: int) -> list[Fraction]:
            varying = min(months, steady)
            dear = monthly_bills(self.other, calls, varying)
            cheap = monthly_bills(self.tuned, calls, varying)
            saved = [a - b for a, b in zip(dear, cheap, strict=True)]
            return saved + saved[-1:] * (months - varying)

        return Flow(
            self.tuned.upfront_usd - self.other.upfront_usd,
            savings,
            self.horizon_months,
            self.life_months,
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
            calls=None if months is None else rounded(months * Fraction(calls)),
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
        other, tuned = _bills(self.other, months), _bills(self.tuned, months)
        upfront = float(self.tuned.upfront_usd - self.other.upfront_usd)
        return lambda calls: other(calls) - tuned(calls) - upfront


def flip_volume(leads: Sequence[Callable[[float], float]]) -> int | None:
    """Smallest whole volume at which every lead is positive; None when there is none."""
    return first_rise(lambda calls: min(each(calls) for each in leads), _VOLUMES)


def _bills(candidate: Candidate, months: Fraction) -> Callable[[float], float]:
    """Cost of the first ``months``, its successor's included, as a function of the volume."""
    if candidate.successor is None or months <= candidate.own_months:
        return _curve(candidate.arm, months)
    own = _curve(candidate.arm, Fraction(candidate.own_months))
    later = _curve(candidate.successor.arm, months - candidate.own_months)
    return lambda calls: own(calls) + later(calls)


def _curve(arm: Arm, months: Fraction) -> Callable[[float], float]:
    """Cost of the first ``months`` of one arm as a function of the monthly volume.

    Per call it is affine in the share of cache hits, so two exact sums give it everywhere.
    """
    missed = found = _per_call(arm, months, hit=0)
    fixed = float(Fraction(arm.fixed_month_usd) * months)
    if arm.cache is None or not caching_applies(arm):
        return lambda calls: calls * missed + fixed
    found = _per_call(arm, months, hit=1)
    if arm.cache.hit_ratio is not None:
        share = float(arm.cache.hit_ratio)
        return lambda calls: calls * (missed + (found - missed) * share) + fixed
    decay = arm.cache.ttl_minutes / (60 * HOURS_PER_MONTH)
    return lambda calls: calls * (missed - (found - missed) * math.expm1(-calls * decay)) + fixed


def _per_call(arm: Arm, months: Fraction, hit: int) -> float:
    """What one call of every month of ``months`` costs together, a part of a month in part."""
    at = arm._replace(cache=arm.cache._replace(hit_ratio=hit)) if arm.cache else arm
    whole, part = divmod(months, 1)
    count = int(whole) + bool(part)
    varying = count if arm.steady_from is None else min(count, arm.steady_from)
    costs = [call_cost(at, 1, month).usd for month in range(1, varying + 1)]
    costs += costs[-1:] * (count - varying)
    weights = [1] * int(whole) + ([part] if part else [])
    return float(sum(w * c for w, c in zip(weights, costs, strict=True)))
