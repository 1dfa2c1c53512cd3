"""The numbers of an option's bill, so that a page can add it up again for another plan.

Plain JSON values with money as Decimal: what :func:`ftgate.economics.cashflow.call_cost` and
:func:`ftgate.economics.candidates.monthly_bills` multiply, nothing else::

    call   = (static x ((1-h) x write + h x cached) + dynamic x input + answer x output)
             x token_factor / 1,000,000 + other_usd + review_usd
    month  = calls x (1 + growth)^(month-1) x ramp x call + fixed + replicas x replica

``job_usd`` is the training job with 1, 2, ... epochs; ``upfront_usd`` and ``again_usd`` (every
``again_months``) contain that of ``epochs``. An option without
a fine-tune has a model that answers ``own_months`` (None: no end is announced), and where that is
within the horizon, ``then`` answers. A tuned model answers ``life_months``; then the cheapest
option without one does.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from ftgate.economics.amounts import Number, to_decimal
from ftgate.economics.candidates import Candidate
from ftgate.economics.cashflow import Arm, Cache, caching_applies
from ftgate.economics.traffic import Traffic


def terms(
    candidate: Candidate,
    traffic: Traffic,
    epochs: int,
    *,
    life_months: int | None = None,
    own_months: int | None = None,
) -> dict[str, Any]:
    """The terms of one option at this traffic; JSON values and Decimals only."""
    found = {
        **_call(candidate.arm),
        "calls_per_month": _amount(traffic.calls),
        "growth_ratio": _amount(traffic.growth_ratio),
        "ramp": [_amount(share) for share in traffic.ramp],
        "upfront_usd": _amount(candidate.upfront_usd),
        "epochs": epochs,
        "job_usd": list(candidate.job_usd),
        "life_months": life_months,
        "own_months": own_months,
    }
    if candidate.again:
        found["again_usd"] = candidate.again.usd
        found["again_months"] = candidate.again.every_months
    if candidate.successor:
        found["then"] = _call(candidate.successor.arm)
    return found


def _call(arm: Arm) -> dict[str, Any]:
    """What a call and a month cost."""
    waits = Fraction(arm.batch_ratio) * Fraction(arm.batch_discount)
    amounts: dict[str, Number] = {
        "input_mtok": arm.input_mtok,
        "output_mtok": arm.output_mtok,
        "static_tokens": arm.static_tokens,
        "dynamic_tokens": arm.dynamic_tokens,
        "answer_tokens": Fraction(arm.output_tokens) + Fraction(arm.reasoning_tokens),
        "token_factor": (1 - waits) * (1 + Fraction(arm.retry_ratio)),
        "other_usd": Fraction(arm.per_query_usd)
        + Fraction(arm.failure_rate) * Fraction(arm.failure_usd),
        "fixed_usd": arm.fixed_month_usd,
        "replica_usd": arm.replica_month_usd,
        "replica_calls": arm.replica_calls,
    }
    found: dict[str, Any] = {key: _amount(value) for key, value in amounts.items()}
    if arm.cache is not None and caching_applies(arm):
        found["cache"] = _cache(arm, arm.cache)
    if arm.review is not None:
        cost, months = Fraction(arm.review.cost_usd), arm.review.initial_months
        found["review_usd"] = _amount(cost * Fraction(arm.review.rate))
        if arm.review.initial_rate is not None and months:
            found["first_review_usd"] = _amount(cost * Fraction(arm.review.initial_rate))
            found["first_months"] = months
    return found


def _cache(arm: Arm, cache: Cache) -> dict[str, Any]:
    """Dollars per million tokens found and written; ``hit_ratio`` None: from the calls."""
    write = Fraction(arm.input_mtok) * Fraction(cache.write_multiplier)
    hit = cache.hit_ratio
    return {
        "cached_mtok": _amount(cache.cached_mtok),
        "write_mtok": _amount(write),
        "ttl_minutes": cache.ttl_minutes,
        "hit_ratio": None if hit is None else _amount(hit),
    }


def _amount(value: Number) -> Decimal:
    """A number as a decimal; only rationals have to be divided."""
    if isinstance(value, Fraction):
        return to_decimal(value)
    return value if isinstance(value, Decimal) else Decimal(value)
