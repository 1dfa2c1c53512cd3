"""Numbers as people read them: thousands separators, sensible money, singular and plural."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

MANY_DOLLARS = Decimal(1000)  # from here on cents are noise
CENT = Decimal("0.01")
DAYS_PER_MONTH = Decimal("30.4375")


def count(number: int, noun: str, plural: str = "") -> str:
    """``1 example``, ``1,204 examples``; ``plural`` where adding an s is wrong."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def usd(amount: Decimal) -> str:
    """``$0.00041``, ``$0.030``, ``$0.92``, ``$1,224``: two digits that mean something, or cents."""
    sign = "-" if amount < 0 else ""
    size = abs(amount)
    if size >= MANY_DOLLARS:
        return f"{sign}${_rounded(size, Decimal(1)):,}"
    if size == 0 or size >= Decimal("0.095"):
        return f"{sign}${_rounded(size, CENT):,}"
    digits = _rounded(size, Decimal(1).scaleb(size.adjusted() - 1))
    return f"{sign}${digits:f}"


def usd_range(low: Decimal, high: Decimal) -> str:
    """``$0.92-$1.53`` with an en dash, or one amount when both read the same."""
    first, last = usd(low), usd(high)
    return first if first == last else f"{first}\u2013{last}"


def int_range(low: int, high: int) -> str:
    """``61,204-183,612`` with an en dash, or one number when both are equal."""
    return f"{low:,}" if low == high else f"{low:,}\u2013{high:,}"


def duration(months: Decimal) -> str:
    """``12 days``, ``2.4 months``, ``14 months``: days below one month, no decimals from ten on."""
    if months < 1:
        days = int(_rounded(months * DAYS_PER_MONTH, Decimal(1)))
        return count(days, "day") if days else "less than a day"
    step = Decimal("0.1") if months < 10 else Decimal(1)
    text = _plain(_rounded(months, step))
    return f"{text} month" if text == "1" else f"{text} months"


def _rounded(number: Decimal, step: Decimal) -> Decimal:
    return number.quantize(step, rounding=ROUND_HALF_UP)


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
