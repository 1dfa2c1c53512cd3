"""The fine-tune against one alternative: the cash flow of choosing it, and where it flips."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from ftgate.economics.amounts import Number, rounded, total
from ftgate.economics.breakeven import Flow, Payback, payback
from ftgate.economics.calendar import date_after, whole_months
from ftgate.economics.candidates import Candidate
from ftgate.economics.cashflow import (
    HOURS_PER_MONTH,
    Arm,
    caching_applies,
    call_cost,
    month_costs,
)
from ftgate.economics.thresholds import first_rise
from ftgate.model import BreakEven

# Four volumes per decade from one call a month to a billion; between two of them the curve is
# smooth, because the only bend is the exponential of the cache hits.
_VOLUMES = [Fraction(round(10 ** (step / 4))) for step in range(37)]


@dataclass(frozen=True, slots=True)
class Duel:
    """``tuned`` against ``other`` over one horizon, judged from ``today``.

    Payback ends with the tuned model's life. The lead over the horizon goes on: once the model has
    stopped, its calls cost what ``fallback`` (today's way) costs.
    """

    tuned: Candidate
    other: Candidate
    fallback: Candidate
    horizon_months: int
    today: date

    @property
    def life_months(self) -> int | None:
        """Whole months that the tuned model can be called; None when no end is announced."""
        until = self.tuned.usable_until
        return None if until is None else whole_months(self.today, until)

    def flow(self, calls: Number) -> Flow:
        """Monthly savings of the fine-tune at this volume."""

        def savings(months: int) -> list[Fraction]:
            dear = month_costs(self.other.arm, calls, months)
            cheap = month_costs(self.tuned.arm, calls, months)
            return [a - b for a, b in zip(dear, cheap, strict=True)]

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
        idle = -self.flow(0).cumulative(self.horizon_months)
        calls = rounded(idle / saving)
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
        horizon, life = self.horizon_months, self._alive
        other = total(month_costs(self.other.arm, calls, horizon))
        tuned = total(month_costs(self.tuned.arm, calls, life))
        later = total(month_costs(self.fallback.arm, calls, horizon)[life:])
        return self.other.upfront_usd + other - self.tuned.upfront_usd - tuned - later

    @property
    def _alive(self) -> int:
        return self.flow(1).window_months

    def net_by_volume(self, at_months: Number) -> Callable[[float], float]:
        """Net dollars after ``at_months`` as a function of the monthly volume.

        In floats, like :meth:`lead_by_volume`: the answer sought is a whole number of calls.
        """
        months = min(Fraction(at_months), Fraction(self._alive))
        other, tuned = _curve(self.other.arm, months), _curve(self.tuned.arm, months)
        upfront = float(self.tuned.upfront_usd - self.other.upfront_usd)
        return lambda calls: other(calls) - tuned(calls) - upfront

    def lead_by_volume(self) -> Callable[[float], float]:
        """The lead over the horizon as a function of the monthly volume."""
        horizon, life = Fraction(self.horizon_months), Fraction(self._alive)
        other, tuned = _curve(self.other.arm, horizon), _curve(self.tuned.arm, life)
        later = _curve(self.fallback.arm, horizon - life)
        upfront = float(self.tuned.upfront_usd - self.other.upfront_usd)
        return lambda calls: other(calls) - tuned(calls) - later(calls) - upfront


def flip_volume(leads: Sequence[Callable[[float], float]]) -> int | None:
    """Smallest whole volume at which every lead is positive; None when there is none."""
    found = first_rise(lambda calls: Fraction(min(each(float(calls)) for each in leads)), _VOLUMES)
    return None if found is None else math.ceil(found)


def _curve(arm: Arm, months: Fraction) -> Callable[[float], float]:
    """Cost of the first ``months`` as a function of the monthly volume.

    Per call it is affine in the share of cache hits, so two exact sums give it everywhere.
    """
    missed, found = _per_call(arm, months, hit=0), _per_call(arm, months, hit=1)
    fixed = float(Fraction(arm.fixed_month_usd) * months)
    if arm.cache is None or not caching_applies(arm):
        return lambda calls: calls * missed + fixed
    if arm.cache.hit_ratio is not None:
        share = float(arm.cache.hit_ratio)
        return lambda calls: calls * (missed + (found - missed) * share) + fixed
    decay = arm.cache.ttl_minutes / (60 * HOURS_PER_MONTH)
    return lambda calls: calls * (missed - (found - missed) * math.expm1(-calls * decay)) + fixed


def _per_call(arm: Arm, months: Fraction, hit: int) -> float:
    at = replace(arm, cache=replace(arm.cache, hit_ratio=hit)) if arm.cache else arm
    whole, part = divmod(months, 1)
    weights = [Fraction(1)] * int(whole) + ([part] if part else [])
    costs = (call_cost(at, 1, month).usd for month in range(1, len(weights) + 1))
    return float(sum(w * c for w, c in zip(weights, costs, strict=True)))
