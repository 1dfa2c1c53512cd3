"""Amounts, durations and shares as people write them: ``150 USD``, ``90 days``, ``20%``."""

from __future__ import annotations

import re
from decimal import Decimal

from ftgate.errors import ConfigError

DAYS_PER_MONTH = Decimal("30.4375")  # 365.25 / 12: the length of an average month

_AMOUNT = re.compile(
    r"\A\s*+\$?\s*+([0-9]+(?:[_,][0-9]{3})*(?:\.[0-9]+)?)\s*+(USD|\$)?\s*+\Z", re.I
)
_DURATION = re.compile(r"\A\s*([0-9]+(?:\.[0-9]+)?)\s*(day|week|month|year)s?\s*\Z", re.I)
_PERCENT = re.compile(r"\A\s*([0-9]+(?:\.[0-9]+)?)\s*%\s*\Z")
_DAYS_PER_UNIT = {
    "day": Decimal(1),
    "week": Decimal(7),
    "month": DAYS_PER_MONTH,
    "year": DAYS_PER_MONTH * 12,
}


def parse_amount(text: str) -> Decimal:
    """Dollars from ``150 USD``, ``$150`` or ``1,500.50``; ConfigError names what was read."""
    match = _AMOUNT.match(text)
    if not match:
        raise ConfigError(f"{text!r} is not an amount", hint='write it like "150 USD"')
    return Decimal(re.sub("[_,]", "", match[1]))


def parse_percent(text: str) -> Decimal | None:
    """The ratio (0-1 and above) of ``20%``; None when the text has no percent sign."""
    match = _PERCENT.match(text)
    return Decimal(match[1]) / 100 if match else None


def parse_days(text: str) -> Decimal:
    """Days from ``90 days``, ``2 weeks``, ``6 months``; a month has 30.4375 days."""
    number, unit = _duration(text)
    return number * _DAYS_PER_UNIT[unit]


def parse_months(text: str) -> Decimal:
    """Months from ``6 months``, ``90 days``, ``1 year``; ``6 months`` is exactly 6."""
    number, unit = _duration(text)
    if unit == "month":
        return number
    if unit == "year":
        return number * 12
    return number * _DAYS_PER_UNIT[unit] / DAYS_PER_MONTH


def _duration(text: str) -> tuple[Decimal, str]:
    match = _DURATION.match(text)
    if not match:
        raise ConfigError(f"{text!r} is not a duration", hint='write it like "90 days"')
    return Decimal(match[1]), match[2].lower()
