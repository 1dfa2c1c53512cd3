"""Numbers in words: as many digits as are needed, and no more."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from ftgate.economics.amounts import (
    calls_text,
    count_text,
    exact_text,
    months_text,
    number_text,
    percent_text,
)
from ftgate.economics.spreads import _life


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "never"),
        (0, "0 months"),
        (Fraction(1, 25), "0.04 months"),
        (Decimal("0.9995"), "1 months"),
        (1, "1 months"),
        (Decimal("1.04"), "1.04 months"),
        (Decimal("5.97"), "5.97 months"),
        (Decimal("6.8474"), "6.8 months"),
        (Decimal("-0.5"), "-0.5 months"),
        (1200, "1,200 months"),
    ],
)
def test_months_have_enough_digits_not_to_lie(value: Fraction | None, text: str) -> None:
    assert months_text(value) == text


def test_counts_are_whole_or_have_one_decimal() -> None:
    values = (0, 1, 1234567, Fraction(1, 3), Fraction(2469, 2), Fraction(1, 100))
    assert [count_text(each) for each in values] == ["0", "1", "1,234,567", "0.3", "1,234.5", "0"]
    assert [calls_text(each) for each in (0, 1, 2)] == ["0 calls", "1 call", "2 calls"]


def test_thresholds_have_nine_significant_digits() -> None:
    values = (0, 12, Fraction(1, 3), Fraction(2000, 3), 123456789012)
    assert [exact_text(each) for each in values] == [
        *("0", "12", "0.333333333", "666.666667", "123,456,789,012"),
    ]


def test_shares_and_plain_numbers_have_no_trailing_zeros() -> None:
    assert [percent_text(Fraction(each)) for each in ("0", "0.05", "0.05948", "1")] == [
        *("0%", "5%", "5.948%", "100%"),
    ]
    assert [number_text(Decimal(each)) for each in ("10", "0.5000", "1e-7", "1234.25")] == [
        *("10", "0.5", "0", "1,234.25"),
    ]


def test_a_life_that_ends_at_random_has_the_quantiles_of_its_distribution() -> None:
    """Exponential with mean 12: P10 is 12 x 0.105, P90 12 x 2.303; the last month counts whole."""
    assert (_life(Fraction(12), 0.1), _life(Fraction(12), 0.9)) == (2, 28)
