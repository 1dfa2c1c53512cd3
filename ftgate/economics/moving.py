"""Monthly bills where calls or prices move from month to month, exact and quick.

A bill is a straight line in what tokens, reviews and hosting cost; what moves are its weights:
calls x price level x cache hits. They depend on few numbers and are computed once for all services,
flips and sweeps. The formula is that of :mod:`ftgate.economics.cashflow`.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import NamedTuple

from ftgate.economics.amounts import exp, power
from ftgate.economics.cashflow import HOURS_PER_MONTH, MILLION, Arm, caching_applies

Calls = tuple[Fraction, Fraction, tuple[Fraction, ...]]  # a month, growth ratio, ramp


@lru_cache(maxsize=64)
def calls_of(volume: Calls, months: int) -> tuple[Fraction, ...]:
    """Calls of the first ``months``: calls x ramp(t) x (1 + growth)^(t-1)."""
    calls, growth, ramp = volume
    shares = (ramp[month] if month < len(ramp) else Fraction(1) for month in range(months))
    levels = _levels(1 + growth, months)
    return tuple(calls * share * level for share, level in zip(shares, levels, strict=True))


def bills(arm: Arm, volume: Calls, months: int) -> Iterator[Fraction]:
    """The bills of the first ``months``; sums are of whole numbers over one denominator."""
    missed, gain = _tokens(arm)
    decline, replica = Fraction(arm.decline_ratio), Fraction(arm.replica_month_usd)
    first = arm.review.initial_months + 1 if arm.review else 1
    others = [_beside(arm, month) for month in range(1, min(first, months) + 1)]
    weights = _weights(volume, decline, arm.cache.ttl_minutes if arm.cache else 0, months)
    stated = arm.cache.hit_ratio if arm.cache else None
    if stated is not None:
        missed, gain = missed + gain * Fraction(stated), Fraction(0)
    parts = [missed, gain, Fraction(arm.fixed_month_usd), *others]
    scale = lcm(*(part.denominator for part in parts))
    tokens, cached, fixed, *beside = (int(part * scale) for part in parts)
    fixed, whole, last = fixed * weights.one, weights.one * scale, len(beside) - 1
    for month, calls in enumerate(weights.calls):
        usd = tokens * weights.priced[month] + beside[min(month, last)] * calls + fixed
        if cached:
            usd += cached * weights.found[month]
        bill = Fraction(usd, whole)
        yield bill + arm.replicas(Fraction(calls, weights.one)) * replica if replica else bill


class Weights(NamedTuple):
    """Of each month: calls, calls x price level, and that of the calls that find a prefix cached.

    Whole numbers of which ``one`` make a call.
    """

    one: int
    calls: tuple[int, ...]
    priced: tuple[int, ...]
    found: tuple[int, ...]


@lru_cache(maxsize=64)
def _weights(volume: Calls, decline: Fraction, ttl_minutes: int, months: int) -> Weights:
    """Hits are those of random arrivals: see :func:`ftgate.economics.cashflow.hit_ratio`."""
    calls, levels = calls_of(volume, months), _levels(1 - decline, months)
    priced = [n * level for n, level in zip(calls, levels, strict=True)]
    gaps = Fraction(ttl_minutes, 60 * HOURS_PER_MONTH)
    found = [
        w * (1 - exp(-n * gaps)) if ttl_minutes else w for w, n in zip(priced, calls, strict=True)
    ]
    one = lcm(*(weight.denominator for weight in (*calls, *priced, *found)))
    return Weights(one, *(tuple(int(w * one) for w in each) for each in (calls, priced, found)))


@lru_cache(maxsize=64)
def _levels(ratio: Fraction, months: int) -> tuple[Fraction, ...]:
    return tuple(power(ratio, month) for month in range(months))


def _tokens(arm: Arm) -> tuple[Fraction, Fraction]:
    """Dollars of a call's tokens without a cached prefix, and what a cached one adds."""
    scale = (
        (1 - Fraction(arm.batch_ratio) * Fraction(arm.batch_discount))
        * (1 + Fraction(arm.retry_ratio))
        / MILLION
    )
    price, static = Fraction(arm.input_mtok), Fraction(arm.static_tokens)
    answered = Fraction(arm.output_tokens) + Fraction(arm.reasoning_tokens)
    rest = Fraction(arm.dynamic_tokens) * price + answered * Fraction(arm.output_mtok)
    if arm.cache is None or not caching_applies(arm):
        return (static * price + rest) * scale, Fraction(0)
    write = price * Fraction(arm.cache.write_multiplier)
    gain = static * (Fraction(arm.cache.cached_mtok) - write)
    return (static * write + rest) * scale, gain * scale


def _beside(arm: Arm, month: int) -> Fraction:
    """What a call costs beside its tokens."""
    review = arm.review.rate_in(month) * Fraction(arm.review.cost_usd) if arm.review else 0
    failure = Fraction(arm.failure_rate) * Fraction(arm.failure_usd)
    return Fraction(arm.per_query_usd) + review + failure
