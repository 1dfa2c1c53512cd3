"""Which amounts can be prices at all, whoever states them."""

from __future__ import annotations

from decimal import Decimal

from ftgate.prices.units import PROVIDER_UNITS, STORAGE_UNITS

MAX_WHOLE_DIGITS, MAX_DECIMALS = 12, 15
"""Exact arithmetic writes out every digit: ``1e999999`` would be a megabyte of zeros."""

MAX_USD = Decimal(100_000)
"""Nothing published comes near it: the dearest tokens were 600 USD per million, the dearest
deployment 60 USD an hour. A larger amount is in another unit or currency."""

FREE = frozenset({"openai/gpt-6-luna/decisions_output_mtok"})
"""Tokens that cost nothing because the provider charges nothing; every other 0 is a missing
value. Hosting and storage are often free, and that is stated with its source."""

MAX_FALL = Decimal("0.1")
"""A price below a tenth of the stored one is held back: the steepest cut of a current model so
far was 80 % (gpt-5.6-luna, 2026-07-30)."""
MAX_RISE = Decimal(10)
MAX_DISAGREEMENT = Decimal("0.01")


def is_writable(usd: Decimal) -> bool:
    """Whether the amount is finite, not negative and has no more digits than a price needs."""
    if not usd.is_finite() or usd < 0:
        return False
    exponent = usd.as_tuple().exponent
    assert isinstance(exponent, int)  # noqa: S101 - a finite number has one
    return (not usd or usd.adjusted() < MAX_WHOLE_DIGITS) and (
        -MAX_DECIMALS <= exponent < MAX_WHOLE_DIGITS
    )


def doubt(key: str, usd: Decimal) -> str:
    """Why a stated price (``provider/model/unit``) is not believed; "" when it may be one."""
    if not is_writable(usd):
        return f"more than {MAX_WHOLE_DIGITS} digits before or {MAX_DECIMALS} behind the point"
    if usd == 0 and key not in FREE and not key.endswith((*PROVIDER_UNITS, *STORAGE_UNITS)):
        return "0 is not listed as free"
    return f"more than {MAX_USD:,} USD" if usd > MAX_USD else ""


def differ(left: Decimal, right: Decimal) -> bool:
    """Whether two statements of one price are more than 1 % of the smaller apart."""
    return abs(left - right) > min(left, right) * MAX_DISAGREEMENT


def jumps(before: Decimal | None, usd: Decimal) -> bool:
    """Whether a price fell by more than 90 % or rose more than tenfold; what was free does not."""
    if not before:
        return False
    return not before * MAX_FALL <= usd <= before * MAX_RISE
