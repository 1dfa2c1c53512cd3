"""Numbers in words: as many digits as are needed, and no more."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from ftgate.economics.amounts import (
    calls_text,
    count_text,
    exact_text,
    exp,
    money_text,
    months_text,
    number_text,
    percent_text,
    power,
    rate_text,
    root,
    rounded,
    to_decimal,
    usd_text,
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
        (Decimal("1.001"), "1 months"),
        (Decimal("-6.8474"), "-6.8 months"),
        (Decimal("12.25"), "12.2 months"),
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


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "$0.00"),
        ("1000", "$1,000"),
        ("1000.5", "$1,001"),
        ("-1000", "-$1,000"),
        ("999.994", "$999.99"),
        ("0.125", "$0.13"),
        ("0.095", "$0.10"),
        ("0.0949", "$0.095"),
        ("-0.0123", "-$0.012"),
        ("0.000994", "$0.00099"),
    ],
)
def test_dollars_have_two_digits_that_mean_something(value: str, text: str) -> None:
    assert usd_text(Decimal(value)) == text


def test_prices_and_columns_have_two_decimals() -> None:
    assert [rate_text(Decimal(each)) for each in ("0", "1.5", "1234", "0.005")] == [
        *("$0.00", "$1.50", "$1,234.00", "$0.005"),
    ]
    assert [money_text(Fraction(each)) for each in ("0", "-5/2", "1234567/100")] == [
        *("0.00", "-2.50", "12,345.67"),
    ]


def test_rationals_become_decimals_of_forty_digits() -> None:
    assert str(to_decimal(Fraction(1, 3))) == "0." + "3" * 40
    assert rounded(Fraction(1, 3)) == Decimal("0.333333")
    assert rounded(Fraction(2, 3), 2) == Decimal("0.67")
    assert str(rounded(Fraction(5))) == "5"


def test_powers_and_roots_have_forty_digits_and_nothing_is_nothing() -> None:
    assert (power(Fraction(0), 0), power(Fraction(3), 0), power(Fraction(3), 2)) == (1, 1, 9)
    assert root(Fraction(4096), 12) == 2
    assert exp(Fraction(0)) == 1
    assert float(exp(Fraction(-93))) == pytest.approx(4.09e-41, rel=1e-2)
    assert exp(Fraction(-931, 10)) == 0
