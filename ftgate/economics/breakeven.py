"""When an upfront cost is paid back by monthly savings, and why not.

Status codes:

``NO_VOLUME``
    Nobody calls the model.
``UNKNOWN_VOLUME``
    The monthly volume is not stated; only the number of calls to payback is known.
``NEVER_NEGATIVE_SAVINGS``
    The fine-tune costs as much as the alternative or more, every month.
``NEVER``
    It saves, but does not pay back within 600 months.
``PAYS_BACK_AFTER_HORIZON``, ``PAYS_BACK_AFTER_SHUTDOWN``
    It would pay back, but later than the plan looks or later than the model lives.
``PAYS_BACK_THEN_LOST``
    It pays back, and a later cost takes it away again by the horizon.
``IMMEDIATE``, ``PAYS_BACK``
    It pays back, durably.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from itertools import groupby
from math import ceil, lcm
from typing import NamedTuple

from ftgate.economics.amounts import Number, total

NEVER_AFTER_MONTHS = 600
_ZERO = Fraction(0)


class Flow(NamedTuple):
    """The cash flow of choosing one option over another.

    ``savings`` returns the savings of the first ``n`` months as if the model lived on; ``lumps``
    are one-off costs at the start of a month (retraining). ``life_months`` is how many whole months
    the model can be called (None: no end announced); nothing is saved or spent after it.
    """

    upfront: Fraction
    savings: Callable[[int], list[Fraction]]
    horizon_months: int
    life_months: int | None = None
    lumps: Mapping[int, Fraction] | None = None
    has_volume: bool = True

    @property
    def window_months(self) -> int:
        """Months that count: the shorter of horizon and model life."""
        if self.life_months is None:
            return self.horizon_months
        return min(self.horizon_months, self.life_months)

    def months(self, count: int) -> list[tuple[Fraction, Fraction]]:
        """(lump, saving) of the first ``count`` months, without truncation."""
        lumps = self.lumps or {}
        return [
            (lumps.get(month, _ZERO), saving)
            for month, saving in enumerate(self.savings(count), start=1)
        ]

    def cumulative(self, at_months: Number) -> Fraction:
        """Net dollars after ``at_months`` (fractions of a month accrue evenly)."""
        at = min(Fraction(at_months), Fraction(self.window_months))
        whole, part = divmod(at, 1)
        months = self.months(ceil(at))
        net = -self.upfront + total(saving - lump for lump, saving in months[: int(whole)])
        if part:
            lump, saving = months[-1]
            net += part * saving - lump
        return net


class Payback(NamedTuple):
    """Break-even of one flow. Months are None where there is none.

    ``linear`` is upfront / first month's saving, ``first`` the first crossing, ``durable`` the last
    crossing that is not undone by the horizon, ``would`` the crossing if neither horizon nor
    shutdown ended the flow. ``net_usd`` is what is left at the horizon.
    """

    status: str
    linear: Fraction | None
    first: Fraction | None
    durable: Fraction | None
    would: Fraction | None
    net_usd: Fraction

    @property
    def months(self) -> Fraction | None:
        """The durable payback, or when it would be if nothing ended the flow."""
        return self.would if self.durable is None else self.durable

    def sooner_than(self, limit_months: Number) -> bool:
        """The gate: durable payback strictly before the limit; exactly at it is too slow."""
        return self.durable is not None and self.durable < Fraction(limit_months)


def linear_break_even(upfront: Fraction, saving: Fraction) -> Fraction | None:
    """Months to earn ``upfront`` with a constant ``saving``; None when it never does."""
    if upfront <= 0:
        return Fraction(0) if saving >= 0 else None
    return upfront / saving if saving > 0 else None


def crossings(
    upfront: Fraction, months: Iterable[tuple[Fraction, Fraction]]
) -> tuple[Fraction | None, Fraction | None]:
    """First and durable month in which the cumulative flow becomes non-negative."""
    flow = list(months)
    one = lcm(upfront.denominator, *(part.denominator for pair in flow for part in pair))
    cumulative = -_times(upfront, one)
    first = durable = _ZERO if cumulative >= 0 else None
    month = 0
    for (lump, saving), alike in groupby([(_times(a, one), _times(b, one)) for a, b in flow]):
        count = len(list(alike))
        # A run of equal months is one straight line, unless each begins with a payment.
        for step in [1] * count if lump else [count]:
            before = cumulative - lump
            cumulative = before + step * saving
            if before < 0 <= cumulative:
                durable = month - Fraction(before, saving)
                first = durable if first is None else first
            elif cumulative < 0:
                durable = None
            month += step
    return first, durable


def _times(value: Fraction, one: int) -> int:
    """A rational in whole units of which ``one`` make a dollar."""
    return value.numerator * (one // value.denominator)


def payback(flow: Flow) -> Payback:
    """Linear, first and durable break-even of a flow, with the reason when there is none."""
    window = flow.months(flow.window_months)
    net = -flow.upfront + total(saving - lump for lump, saving in window)
    if not flow.has_volume:
        return Payback("NO_VOLUME", None, None, None, None, net)
    saving = flow.savings(1)[0]
    linear = linear_break_even(flow.upfront, saving)
    first, durable = crossings(flow.upfront, window)
    if durable is not None:
        status = "PAYS_BACK" if durable else "IMMEDIATE"
        return Payback(status, linear, first, durable, durable, net)
    if first:
        return Payback("PAYS_BACK_THEN_LOST", linear, first, None, None, net)
    would = _untruncated(flow)
    return Payback(_reason(flow, saving, would), linear, None, None, would, net)


def _untruncated(flow: Flow) -> Fraction | None:
    """Crossing of the flow if neither horizon nor shutdown ended it, within 600 months."""
    return crossings(flow.upfront, flow.months(NEVER_AFTER_MONTHS))[1]


def _reason(flow: Flow, saving: Fraction, would: Fraction | None) -> str:
    if would is None:
        return "NEVER" if saving > 0 else "NEVER_NEGATIVE_SAVINGS"
    if flow.life_months is not None and flow.life_months <= flow.horizon_months:
        return "PAYS_BACK_AFTER_SHUTDOWN"
    return "PAYS_BACK_AFTER_HORIZON"
