"""Amounts and durations as people write them, and what is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ftgate.errors import ConfigError
from ftgate.settings_units import parse_amount, parse_days, parse_months


@pytest.mark.parametrize(
    ("text", "usd"),
    [
        ("150 USD", "150"),
        ("150", "150"),
        ("$150", "150"),
        ("0.10 usd", "0.10"),
        ("1,500.50 USD", "1500.50"),
        ("1_000_000 USD", "1000000"),
        ("0 USD", "0"),
    ],
)
def test_amounts(text: str, usd: str) -> None:
    assert parse_amount(text) == Decimal(usd)


@pytest.mark.parametrize(
    "text", ["", "USD", "150 EUR", "-5 USD", "1,50 USD", "1.2.3", "NaN", "1e3 USD", "١٥٠ USD"]
)
def test_what_is_no_amount_of_dollars(text: str) -> None:
    with pytest.raises(ConfigError, match="is not an amount") as caught:
        parse_amount(text)
    assert caught.value.hint == 'write it like "150 USD"'


@pytest.mark.parametrize(
    ("text", "days", "months"),
    [
        ("90 days", "90", Decimal(90) / Decimal("30.4375")),
        ("1 day", "1", Decimal(1) / Decimal("30.4375")),
        ("2 Weeks", "14", Decimal(14) / Decimal("30.4375")),
        ("6 months", "182.625", Decimal(6)),  # exactly six: the limit of a payback is strict
        ("1.5 months", "45.65625", Decimal("1.5")),
        ("1 year", "365.25", Decimal(12)),
    ],
)
def test_durations(text: str, days: str, months: Decimal) -> None:
    assert parse_days(text) == Decimal(days)
    assert parse_months(text) == months


@pytest.mark.parametrize("text", ["", "6", "months", "-1 day", "six months", "6 moons", "1h"])
def test_what_is_no_duration(text: str) -> None:
    for parse in (parse_days, parse_months):
        with pytest.raises(ConfigError, match="is not a duration"):
            parse(text)
