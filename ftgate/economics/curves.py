"""What an arm costs as a function of the monthly volume, in floats: for flip points of volume."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import NamedTuple

from ftgate.economics.cashflow import HOURS_PER_MONTH, Arm, caching_applies, call_cost
from ftgate.economics.traffic import Traffic


class _Span(NamedTuple):
    """Months alike: ``share`` of the stated calls each; a call costs ``missed`` dollars, or
    ``found`` when its prefix is cached. ``months`` may be a part of one."""

    months: float
    share: float
    missed: float
    found: float


def curve(arm: Arm, months: Fraction, traffic: Traffic, after: int = 0) -> Callable[[float], float]:
    """Cost of an arm from the end of month ``after`` until ``months``.

    Per call it is affine in the share of cache hits, so two exact sums give it everywhere.
    """
    spans = list(_spans(arm, months, traffic, after))
    fixed = float(Fraction(arm.fixed_month_usd) * (months - after))
    replica = float(arm.replica_month_usd)
    hits = _hits(arm)

    def cost(calls: float) -> float:
        spent = fixed
        for span in spans:
            volume = calls * span.share
            each = span.missed + (span.found - span.missed) * hits(volume)
            spent += span.months * volume * each
            if replica:
                spent += span.months * replica * _replicas(arm, volume)
        return spent

    return cost


def _replicas(arm: Arm, volume: float) -> int:
    return max(1, math.ceil(volume / float(arm.replica_calls))) if arm.replica_calls else 1


def _hits(arm: Arm) -> Callable[[float], float]:
    """Share of cache hits by the calls of a month."""
    if arm.cache is None or not caching_applies(arm):
        return lambda calls: 0.0
    if arm.cache.hit_ratio is not None:
        stated = float(arm.cache.hit_ratio)
        return lambda calls: stated
    decay = arm.cache.ttl_minutes / (60 * HOURS_PER_MONTH)
    return lambda calls: -math.expm1(-calls * decay)


def _spans(arm: Arm, months: Fraction, traffic: Traffic, after: int) -> Iterator[_Span]:
    """The months between, those that are alike together; ``months`` of an arm count from 1."""
    steady = arm.steady_from if traffic.constant else None
    at = Fraction(after)
    while at < months:
        month = int(at) + 1
        until = months if steady is not None and month >= steady else min(months, at + 1)
        missed, found = _per_call(arm, month)
        yield _Span(float(until - at), float(traffic.share(month)), missed, found)
        at = until


def _per_call(arm: Arm, month: int) -> tuple[float, float]:
    """Dollars of a call that misses the cache, and of one that finds it."""
    if arm.cache is None:
        cost = float(call_cost(arm, 1, month).usd)
        return cost, cost
    missed, found = (
        float(call_cost(arm._replace(cache=arm.cache._replace(hit_ratio=hit)), 1, month).usd)
        for hit in (0, 1)
    )
    return missed, found
