"""Bills of moving months against the formula of one month, exactly."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftgate.economics.amounts import total
from ftgate.economics.cashflow import Arm, Cache, Review, month_cost
from ftgate.economics.moving import bills
from ftgate.economics.traffic import Traffic

AMOUNT = st.decimals(0, 2_000, places=3)
SHARE = st.decimals(0, 1, places=3)
CACHES = st.none() | st.builds(
    Cache, AMOUNT, st.integers(0, 2_000), st.integers(1, 60), AMOUNT, st.none() | SHARE
)
REVIEWS = st.none() | st.builds(Review, AMOUNT, SHARE, st.none() | SHARE, st.integers(0, 5))
ARMS = st.builds(
    Arm,
    *[AMOUNT] * 6,
    cache=CACHES,
    decline_ratio=SHARE,
    batch_ratio=SHARE,
    batch_discount=SHARE,  # named: left out, hypothesis draws any number, infinity among them
    retry_ratio=SHARE,
    per_query_usd=AMOUNT,
    review=REVIEWS,
    failure_rate=SHARE,
    failure_usd=AMOUNT,
    fixed_month_usd=AMOUNT,
    replica_month_usd=AMOUNT,
    replica_calls=st.integers(0, 100),
)
TRAFFIC = st.builds(
    Traffic,
    st.fractions(0, 10**6, max_denominator=12),
    st.fractions(0, 1, max_denominator=100),
    st.lists(st.fractions(0, 1, max_denominator=10), max_size=3).map(tuple),
)


@settings(max_examples=60)
@given(ARMS, TRAFFIC, st.integers(1, 14))
def test_every_month_is_the_formula_of_a_month(arm: Arm, traffic: Traffic, months: int) -> None:
    volume = (Fraction(traffic.calls), traffic.growth_ratio, traffic.ramp)
    expected = [month_cost(arm, traffic.in_month(month), month) for month in range(1, months + 1)]
    assert list(bills(arm, volume, months)) == expected


@pytest.mark.parametrize("values", [[], ["0.1"], ["0.1", "0.2", "-0.3"], ["1e-12", "1e12"]])
def test_a_sum_is_exact(values: list[str]) -> None:
    numbers = [Fraction(Decimal(value)) / 3 for value in values]
    assert total(numbers) == sum(numbers, Fraction(0))
