"""When a flow of a few round numbers is paid back, why not, and what it is worth."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from ftgate.economics.breakeven import Flow, Payback, crossings, linear_break_even, payback
from ftgate.economics.worth import worth


def test_flows_have_no_end_no_lumps_and_calls_unless_stated() -> None:
    plain = Flow(Fraction(10), lambda months: [Fraction(4)] * months, 12)
    assert (plain.life_months, plain.lumps, plain.has_volume, plain.window_months) == (
        None, None, True, 12,
    )  # fmt: skip
    assert plain.cumulative(3) == 2
    assert payback(plain) == Payback(
        "PAYS_BACK", Fraction(5, 2), Fraction(5, 2), Fraction(5, 2), Fraction(5, 2), Fraction(38)
    )
    silent = payback(plain._replace(has_volume=False))
    assert silent == Payback("NO_VOLUME", None, None, None, None, Fraction(38))


@pytest.mark.parametrize(
    ("upfront", "saving", "months"),
    [(10, 4, Fraction(5, 2)), (10, 0, None), (10, -1, None), (0, 0, 0), (0, -1, None), (-5, 1, 0)],
)
def test_months_of_a_constant_saving(upfront: int, saving: int, months: Any) -> None:
    assert linear_break_even(Fraction(upfront), Fraction(saving)) == months


@pytest.mark.parametrize(
    ("upfront", "saving", "horizon", "life", "status"),
    [
        (6000, 10, 12, None, "PAYS_BACK_AFTER_HORIZON"),
        (6001, 10, 12, None, "NEVER"),
        (100, 10, 9, 9, "PAYS_BACK_AFTER_SHUTDOWN"),
        (100, 10, 8, 9, "PAYS_BACK_AFTER_HORIZON"),
        (100, 10, 10, 10, "PAYS_BACK"),
        (0, 10, 9, 0, "IMMEDIATE"),
        (1, 0, 9, None, "NEVER_NEGATIVE_SAVINGS"),
        (0, -1, 9, None, "NEVER_NEGATIVE_SAVINGS"),
    ],
)
def test_the_status_says_what_came_first(
    upfront: int, saving: int, horizon: int, life: int | None, status: str
) -> None:
    flow = Flow(Fraction(upfront), lambda n: [Fraction(saving)] * n, horizon, life)
    assert payback(flow).status == status


def test_a_payback_may_be_lost_and_won_again() -> None:
    zero, ten = Fraction(0), Fraction(10)
    assert crossings(Fraction(15), [(zero, ten)] * 2) == (Fraction(3, 2), Fraction(3, 2))
    lost = [(zero, ten), (zero, ten), (ten, zero), (zero, ten)]
    assert crossings(Fraction(15), lost) == (Fraction(3, 2), Fraction(7, 2))
    assert crossings(Fraction(15), lost[:3]) == (Fraction(3, 2), None)
    assert crossings(zero, [(zero, -ten)]) == (0, None)
    assert crossings(Fraction(20), [(zero, ten)] * 2) == (2, 2)
    assert crossings(zero, []) == (0, 0)


def test_a_flow_is_worth_less_where_it_is_discounted() -> None:
    """$100, $50 more in month 2, $120 a month; at 1,100% a year a month halves... by 12^(1/12)."""
    flow = Flow(Fraction(100), lambda n: [Fraction(120)] * n, 2, lumps={2: Fraction(50)})
    month = 12 ** (-1 / 12)
    found = worth(flow, Fraction(11))
    assert float(found.npv_usd or 0) == pytest.approx(
        -100 + 120 * month - 50 * month + 120 * month**2
    )
    assert (found.net_usd, found.roi_ratio, found.peak_outlay_usd) == (90, Fraction(90, 150), 100)
    free = worth(flow._replace(upfront=Fraction(0), lumps=None))
    assert (free.npv_usd, free.roi_ratio, free.peak_outlay_usd) == (None, None, 0)
