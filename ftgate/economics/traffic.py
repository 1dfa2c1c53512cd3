"""Calls month by month, and what an arm costs with them."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from ftgate.economics.amounts import Number, power
from ftgate.economics.cashflow import Arm, month_cost, month_costs


class Traffic(NamedTuple):
    """Calls of month t: calls x ramp(t) x (1 + growth)^(t-1); the ramp is 1 after its last."""

    calls: Number = 1
    growth_ratio: Fraction = Fraction(0)
    ramp: tuple[Fraction, ...] = ()

    def of(self, calls: Number) -> Traffic:
        """The same growth and ramp with another number of calls."""
        return self._replace(calls=calls)

    @property
    def constant(self) -> bool:
        """Whether every month has the same number of calls."""
        return not self.growth_ratio and not self.ramp

    def share(self, month: int) -> Fraction:
        """Calls of ``month`` (1 is the first) for each stated call."""
        ramp = self.ramp[month - 1] if month <= len(self.ramp) else Fraction(1)
        return ramp * power(1 + self.growth_ratio, month - 1)

    def in_month(self, month: int) -> Fraction:
        """Calls of ``month`` (1 is the first)."""
        return Fraction(self.calls) * self.share(month)

    def until(self, months: Fraction) -> Fraction:
        """Calls of the first ``months``; a part of a month has its part of the calls."""
        if self.constant:
            return Fraction(self.calls) * months
        whole, part = divmod(months, 1)
        before = sum((self.in_month(month) for month in range(1, whole + 1)), Fraction(0))
        return before + part * self.in_month(whole + 1)

    def bills(self, arm: Arm, months: int) -> list[Fraction]:
        """The first ``months`` monthly bills of one arm."""
        if self.constant:
            return month_costs(arm, self.calls, months)
        return [month_cost(arm, self.in_month(month), month) for month in range(1, months + 1)]
