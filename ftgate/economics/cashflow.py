"""What one way of serving the workload costs per month.

The formula, with prices per million tokens and ``h`` the share of calls that find the prefix
cached::

    tokens = static x ((1-h) x input x write + h x cached) + dynamic x input
             + (output + reasoning) x output price
    call   = tokens x (1-decline)^(month-1) x (1 - batch share x discount) x (1 + retries)
             + per query + review rate x review cost + failure rate x failure cost
    month  = calls x call + fixed + replicas x replica
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from ftgate.economics.amounts import Number, exp, power, total

HOURS_PER_MONTH = 730  # 8,760 hours a year / 12: how hosting by the hour becomes a month
MILLION = 1_000_000


class Cache(NamedTuple):
    """Prompt caching as one model offers it.

    ``write_multiplier`` is the price of writing a prefix relative to plain input (1 where writes
    are free of surcharge). ``hit_ratio`` (0-1) is the measured one; None means: from the volume.
    """

    cached_mtok: Number
    min_tokens: int
    ttl_minutes: int
    write_multiplier: Number = 1
    hit_ratio: Number | None = None


class Review(NamedTuple):
    """People who check answers: ``rate`` (0-1) of the calls, ``initial_rate`` in the beginning."""

    cost_usd: Number
    rate: Number
    initial_rate: Number | None = None
    initial_months: int = 0

    def rate_in(self, month: int) -> Fraction:
        """Share of answers reviewed in ``month`` (1 is the first)."""
        if self.initial_rate is not None and month <= self.initial_months:
            return Fraction(self.initial_rate)
        return Fraction(self.rate)


class Arm(NamedTuple):
    """One way to serve a call. Prices are dollars per million tokens, tokens are per call.

    ``static_tokens`` is the unchanging prefix, ``dynamic_tokens`` every other input token.
    ``decline_ratio`` is by how much the token prices fall every month; ``fixed_month_usd`` is what
    is paid without any call (hosting, maintenance). ``replica_month_usd`` is paid for each replica
    of ``replica_calls`` a month that has begun, one at least (0 calls: one is enough).
    """

    input_mtok: Number
    output_mtok: Number
    static_tokens: Number = 0
    dynamic_tokens: Number = 0
    output_tokens: Number = 0
    reasoning_tokens: Number = 0
    cache: Cache | None = None
    decline_ratio: Number = 0
    batch_ratio: Number = 0
    batch_discount: Number = Decimal("0.5")
    retry_ratio: Number = 0
    per_query_usd: Number = 0
    review: Review | None = None
    failure_rate: Number = 0
    failure_usd: Number = 0
    fixed_month_usd: Number = 0
    replica_month_usd: Number = 0
    replica_calls: Number = 0

    def replicas(self, calls_per_month: Number) -> int:
        """How many replicas answer so many calls a month."""
        if not self.replica_calls:
            return 1
        return max(1, -(-Fraction(calls_per_month) // Fraction(self.replica_calls)))

    @property
    def steady_from(self) -> int | None:
        """First month from which all months cost the same; None when prices keep moving."""
        if self.decline_ratio:
            return None
        return self.review.initial_months + 1 if self.review else 1


def caching_applies(arm: Arm) -> bool:
    """True when the prefix is long enough for the provider to cache it."""
    return arm.cache is not None and Fraction(arm.static_tokens) >= arm.cache.min_tokens


def hit_ratio(arm: Arm, calls_per_month: Number) -> Fraction:
    """Share of calls (0-1) that find the prefix cached: 1 - exp(-calls x ttl / minutes a month).

    Calls that arrive at random leave gaps that are exponentially distributed; a call misses when
    its gap is longer than the time to live.
    """
    if arm.cache is None or not caching_applies(arm):
        return Fraction(0)
    if arm.cache.hit_ratio is not None:
        return Fraction(arm.cache.hit_ratio)
    expected = Fraction(calls_per_month) * arm.cache.ttl_minutes / (60 * HOURS_PER_MONTH)
    return 1 - exp(-expected)


class CallCost(NamedTuple):
    """Dollars per call by item; ``usd`` is their sum."""

    prompt: Fraction
    query: Fraction
    output: Fraction
    per_query: Fraction
    review: Fraction
    failure: Fraction

    @property
    def usd(self) -> Fraction:
        """Dollars per call."""
        return total(
            (self.prompt, self.query, self.output, self.per_query, self.review, self.failure)
        )


@lru_cache(maxsize=512)  # every option, duel and threshold asks for the same few bills again
def call_cost(arm: Arm, calls_per_month: Number, month: int = 1) -> CallCost:
    """What one call costs in ``month`` (1 is the first) at this volume."""
    input_price = Fraction(arm.input_mtok)
    prefix_price = input_price
    if arm.cache is not None and caching_applies(arm):
        hit = hit_ratio(arm, calls_per_month)
        write_price = input_price * Fraction(arm.cache.write_multiplier)
        prefix_price = (1 - hit) * write_price + hit * Fraction(arm.cache.cached_mtok)
    scale = (
        power(1 - Fraction(arm.decline_ratio), month - 1)
        * (1 - Fraction(arm.batch_ratio) * Fraction(arm.batch_discount))
        * (1 + Fraction(arm.retry_ratio))
        / MILLION
    )
    answered = Fraction(arm.output_tokens) + Fraction(arm.reasoning_tokens)
    review = arm.review.rate_in(month) * Fraction(arm.review.cost_usd) if arm.review else 0
    return CallCost(
        prompt=Fraction(arm.static_tokens) * prefix_price * scale,
        query=Fraction(arm.dynamic_tokens) * input_price * scale,
        output=answered * Fraction(arm.output_mtok) * scale,
        per_query=Fraction(arm.per_query_usd),
        review=Fraction(review),
        failure=Fraction(arm.failure_rate) * Fraction(arm.failure_usd),
    )


def month_cost(arm: Arm, calls_per_month: Number, month: int = 1) -> Fraction:
    """What ``month`` (1 is the first) costs in dollars."""
    calls = Fraction(calls_per_month)
    hosted = arm.replicas(calls) * Fraction(arm.replica_month_usd)
    # Asked in the same words, a call that costs the same is not computed again.
    alike = calls if arm.cache is not None and arm.cache.hit_ratio is None else Fraction(1)
    month = month if arm.steady_from is None else min(month, arm.steady_from)
    return calls * call_cost(arm, alike, month).usd + Fraction(arm.fixed_month_usd) + hosted


def month_costs(arm: Arm, calls_per_month: Number, months: int) -> list[Fraction]:
    """The first ``months`` monthly bills; equal months are computed once."""
    varying = months if arm.steady_from is None else min(months, arm.steady_from)
    costs = [month_cost(arm, calls_per_month, month) for month in range(1, varying + 1)]
    return costs + costs[-1:] * (months - varying)


def labelling_usd(examples: Number, minutes_per_example: Number, hourly_wage: Number) -> Fraction:
    """Wages for writing the examples, exact: examples x minutes / 60 x wage."""
    return Fraction(examples) * Fraction(minutes_per_example) * Fraction(hourly_wage) / 60
