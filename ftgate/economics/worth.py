"""What a flow of savings is worth: net present value, return on investment, peak outlay.

With cumulative dollars ``Cum`` of a flow, upfront ``U``, lumps at the start of month ``t`` and
savings inside it, over the months that count (horizon and model life)::

    NPV  = -U + sum(saving_t / (1+r)^t - lump_t / (1+r)^(t-1)),  r = (1 + yearly rate)^(1/12) - 1
    ROI  = Cum at the end / (U + lumps)
    peak = -min(Cum), never below 0
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from ftgate.economics.amounts import power, root, total
from ftgate.economics.breakeven import Flow


class Worth(NamedTuple):
    """A flow in four numbers. ``npv_usd`` is ``net_usd`` discounted; None without a rate.

    ``roi_ratio`` is None where nothing is invested. ``peak_outlay_usd`` is what can be lost.
    """

    net_usd: Fraction
    npv_usd: Fraction | None
    roi_ratio: Fraction | None
    peak_outlay_usd: Fraction


def monthly_discount(yearly_rate: Fraction) -> Fraction:
    """What a dollar in a month is worth today: (1 + yearly rate)^(-1/12)."""
    return 1 / root(1 + yearly_rate, 12)


def worth(flow: Flow, discount_rate: Fraction | None = None) -> Worth:
    """Net, present value at a yearly rate (0.1 is 10%), return and peak outlay of a flow."""
    months = flow.months(flow.window_months)
    invested = flow.upfront + total(lump for lump, _ in months)
    cumulative = lowest = -flow.upfront
    for lump, saving in months:
        lowest = min(lowest, cumulative - lump)  # before the month has earned anything
        cumulative += saving - lump
        lowest = min(lowest, cumulative)
    return Worth(
        cumulative,
        None if discount_rate is None else _present(flow.upfront, months, discount_rate),
        cumulative / invested if invested > 0 else None,
        max(-lowest, Fraction(0)),
    )


def _present(
    upfront: Fraction, months: list[tuple[Fraction, Fraction]], yearly_rate: Fraction
) -> Fraction:
    discount = monthly_discount(yearly_rate)
    return -upfront + total(
        saving * power(discount, month) - lump * power(discount, month - 1)
        for month, (lump, saving) in enumerate(months, start=1)
    )
