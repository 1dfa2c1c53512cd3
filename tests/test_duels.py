"""Fine-tune against alternative, month by month, beside the formula written out in floats."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

import pytest

from ftgate.economics.candidates import (
    Candidate,
    cheapest,
    monthly_bills,
    over_horizon,
)
from ftgate.economics.cashflow import (
    Arm,
    Cache,
    Review,
    caching_applies,
    call_cost,
    hit_ratio,
    labelling_usd,
    month_cost,
    month_costs,
)
from ftgate.economics.curves import curve
from ftgate.economics.duel import Duel, winning_volumes
from ftgate.economics.moving import bills as moving_bills
from ftgate.economics.terms import terms
from ftgate.economics.thresholds import Span, positive_spans
from ftgate.economics.traffic import Traffic
from ftgate.model import CostLine

TODAY = date(2026, 11, 22)
REVIEW = Review(Decimal("0.5"), Decimal("0.02"), Decimal("0.1"), 2)
ARMS: dict[str, Arm] = {
    "plain": Arm(10, 30, 2000, 100, 50),
    "bare": Arm(10, 30),
    "people": Arm(3, 15, 900, 100, 50, review=REVIEW, failure_rate=Decimal("0.1"), failure_usd=2),
    "steady": Arm(3, 15, 900, 100, 50, review=Review(Decimal("0.5"), Decimal("0.02"))),
    "cached": Arm(10, 30, 2000, 100, 50, cache=Cache(1, 2000, 30, Decimal("1.25"))),
    "short": Arm(10, 30, 1999, 100, 50, cache=Cache(1, 2000, 30)),
    "stated": Arm(10, 30, 2000, 100, 50, cache=Cache(1, 1024, 30, 2, Decimal("0.75"))),
    "declining": Arm(10, 30, 2000, 100, 50, 25, decline_ratio=Decimal("0.1")),
    "batched": Arm(10, 30, 2000, batch_ratio=Decimal("0.4"), retry_ratio=Decimal("0.05")),
    "third off": Arm(10, 30, 2000, batch_ratio=1, batch_discount=Fraction(1, 3)),
    "hosted": Arm(2, 4, 50, 100, 50, per_query_usd=Decimal("0.002"), fixed_month_usd=40),
    "rented": Arm(0, 0, 50, 100, 50, replica_month_usd=75, replica_calls=400),
    "one replica": Arm(0, 0, 50, 100, 50, replica_month_usd=75),
}
TRAFFIC = {
    "constant": Traffic(),
    "growing": Traffic(growth_ratio=Fraction(1, 5)),
    "ramped": Traffic(ramp=(Fraction(1, 4), Fraction(1, 2))),
}


def volume(traffic: Traffic, calls: float, month: int) -> float:
    share = float(traffic.ramp[month - 1]) if month <= len(traffic.ramp) else 1.0
    return calls * share * float(1 + traffic.growth_ratio) ** (month - 1)


def by_hand(arm: Arm, calls: float, month: int) -> float:
    """The formula at the top of the module of the cash flow, with every number of an arm."""
    price, prefix, hits = float(arm.input_mtok), float(arm.input_mtok), 0.0
    cache = arm.cache
    if cache is not None and arm.static_tokens >= cache.min_tokens:
        hits = 1 - math.exp(-calls * cache.ttl_minutes / (730 * 60))
        hits = hits if cache.hit_ratio is None else float(cache.hit_ratio)
        prefix = (1 - hits) * price * float(cache.write_multiplier) + hits * float(
            cache.cached_mtok
        )
    tokens = float(arm.static_tokens) * prefix + float(arm.dynamic_tokens) * price
    tokens += float(arm.output_tokens + arm.reasoning_tokens) * float(arm.output_mtok)
    tokens *= (1 - float(arm.decline_ratio)) ** (month - 1) * (1 + float(arm.retry_ratio))
    tokens *= 1 - float(arm.batch_ratio) * float(arm.batch_discount)
    call = tokens / 1e6 + float(arm.per_query_usd) + float(arm.failure_rate * arm.failure_usd)
    if arm.review is not None:
        first = arm.review.initial_rate is not None and month <= arm.review.initial_months
        rate = arm.review.initial_rate if first else arm.review.rate
        call += float(rate or 0) * float(arm.review.cost_usd)
    replicas = max(1, math.ceil(calls / arm.replica_calls)) if arm.replica_calls else 1
    return calls * call + float(arm.fixed_month_usd) + replicas * float(arm.replica_month_usd)


@pytest.mark.parametrize("name", ARMS)
def test_a_month_is_the_formula(name: str) -> None:
    arm = ARMS[name]
    for calls, month in product((0, 1, 400, 401, 10_000), (1, 2, 3, 4)):
        assert float(month_cost(arm, calls, month)) == pytest.approx(by_hand(arm, calls, month))
        cost = call_cost(arm, calls, month)
        rest = float(arm.fixed_month_usd) + arm.replicas(calls) * float(arm.replica_month_usd)
        assert float(cost.usd) * calls + rest == pytest.approx(by_hand(arm, calls, month))
    assert call_cost(arm, 5) == call_cost(arm, 5, 1)
    assert month_cost(arm, 5) == month_cost(arm, 5, 1)
    months = [float(usd) for usd in month_costs(arm, 400, 5)]
    assert months == pytest.approx([by_hand(arm, 400, month) for month in range(1, 6)])
    assert arm.steady_from == {"people": 3, "steady": 1, "declining": None}.get(name, 1)


def test_prefixes_are_cached_from_the_minimum_on() -> None:
    assert [caching_applies(ARMS[name]) for name in ("plain", "short", "cached")] == [
        *(False, False, True)
    ]
    assert [hit_ratio(ARMS[name], 9**9) for name in ("plain", "short", "stated")] == [
        *(0, 0, Fraction(3, 4))
    ]
    assert labelling_usd(7, 5, 60) == 35


@pytest.mark.parametrize(("name", "moves"), [*product(ARMS, TRAFFIC)])
def test_the_bills_of_all_ways_to_add_up_agree(name: str, moves: str) -> None:
    arm, traffic = ARMS[name], TRAFFIC[moves].of(900)
    expected = [by_hand(arm, volume(traffic, 900, month), month) for month in range(1, 7)]
    assert [float(usd) for usd in traffic.bills(arm, 6)] == pytest.approx(expected)
    exact = (Fraction(900), traffic.growth_ratio, traffic.ramp)
    assert [float(usd) for usd in moving_bills(arm, exact, 6)] == pytest.approx(expected)
    for months, after in ((6, 0), (Fraction(9, 2), 0), (Fraction(9, 2), 2), (Fraction(1, 2), 0)):
        parts = [min(1.0, max(0.0, float(months) - month)) for month in range(after, 6)]
        spent = sum(part * usd for part, usd in zip(parts, expected[after:], strict=True))
        cost = curve(arm, Fraction(months), TRAFFIC[moves], after)
        assert cost(900) == pytest.approx(spent), (months, after)
    assert curve(arm, Fraction(6), TRAFFIC[moves])(900) == pytest.approx(sum(expected))


@pytest.mark.parametrize("moves", TRAFFIC)
def test_calls_until_a_day_are_those_of_its_months(moves: str) -> None:
    traffic = TRAFFIC[moves].of(900)
    whole = [volume(traffic, 900, month) for month in range(1, 6)]
    assert [float(traffic.in_month(month)) for month in range(1, 6)] == pytest.approx(whole)
    assert float(traffic.until(Fraction(5, 2))) == pytest.approx(sum(whole[:2]) + whole[2] / 2)
    assert traffic.until(Fraction(0)) == 0
    assert traffic.constant == (moves == "constant")
    assert TRAFFIC[moves].calls == 1


# -- candidates -----------------------------------------------------------------------------------


def candidate(name: str, **changes: Any) -> Candidate:
    return Candidate(name, "today", name, ARMS[name], {}, **changes)


def paid(item: str, usd: int, **changes: Any) -> CostLine:
    return CostLine(item, Decimal(usd), "", **changes)


TUNED = candidate(
    "people",
    upfront=(paid("training", 100), paid("labelling", 50)),
    again=paid("retraining", 30, every_months=2),
    usable_until=date(2027, 4, 1),
)
FOLLOWED = candidate("plain", own_months=3, successor=candidate("hosted"))


def test_a_successor_answers_after_its_months_and_keeps_the_calendar() -> None:
    months = [float(usd) for usd in monthly_bills(FOLLOWED, Traffic(100), 5)]
    arms = [ARMS["plain"]] * 3 + [ARMS["hosted"]] * 2
    assert months == pytest.approx([by_hand(arm, 100, n) for n, arm in enumerate(arms, 1)])
    alone = [float(usd) for usd in monthly_bills(candidate("plain"), Traffic(100), 5)]
    assert alone == pytest.approx([by_hand(ARMS["plain"], 100, 1)] * 5)
    assert (FOLLOWED.steady_from, TUNED.steady_from, candidate("plain").steady_from) == (4, 3, 1)


def test_what_comes_again_is_paid_at_the_start_of_months() -> None:
    assert TUNED.upfront_usd == 150
    assert TUNED.lumps(7) == {3: 30, 5: 30, 7: 30}
    assert TUNED.lumps(6) == {3: 30, 5: 30}
    assert candidate("plain").lumps(600) == {}
    whole = 150 + 60 + sum(by_hand(ARMS["people"], 100, month) for month in range(1, 7))
    assert float(over_horizon(TUNED, Traffic(100), 6)) == pytest.approx(whole)


def test_the_first_of_equally_cheap_candidates_is_named() -> None:
    first, second = candidate("plain"), candidate("plain", note="the same")
    for traffic in (Traffic(5), Traffic(5, Fraction(1, 10))):
        assert cheapest([first, second, candidate("bare", upfront=())], traffic, 3)
        assert cheapest([first, second], traffic, 3) is first
        assert cheapest([candidate("plain"), candidate("hosted")], traffic, 3).name == "plain"  # type: ignore[union-attr]
        assert cheapest([], traffic, 3) is None
    # At two calls a fixed fee is dearer, at 90,000 growing ones it is not.
    many = Traffic(90_000, Fraction(1, 10))
    assert cheapest([candidate("plain"), candidate("hosted")], many, 3).name == "hosted"  # type: ignore[union-attr]


def test_what_a_call_costs_besides_is_added_to_it() -> None:
    more = candidate("hosted").plus("waiting", Decimal("0.5"))
    assert more.per_call == (("waiting", Decimal("0.5")),)
    assert more.arm.per_query_usd == Fraction("0.502")
    plain = Candidate("x", "today", "x", ARMS["plain"], {})
    assert (plain.own_months, plain.batch_share, plain.contends) == (0, 0, True)


# -- duels ----------------------------------------------------------------------------------------


def net(duel: Duel, calls: float, at: float, life: int | None) -> float:
    """Everything paid on one side less the other, a part of a month with its part."""
    at = min(at, duel.horizon_months, 600 if life is None else life)
    total = float(duel.other.upfront_usd - duel.tuned.upfront_usd)
    every = duel.tuned.again.every_months if duel.tuned.again else 0
    for month in range(1, math.ceil(at) + 1):
        calls_now = volume(duel.traffic, calls, month)
        own = duel.other.successor is None or month <= duel.other.own_months
        other = duel.other.arm if own else duel.other.successor.arm  # type: ignore[union-attr]
        part = min(1.0, at - month + 1)
        total += part * (
            by_hand(other, calls_now, month) - by_hand(duel.tuned.arm, calls_now, month)
        )
        if every and month > 1 and (month - 1) % every == 0:
            total -= float(duel.tuned.again.usd)  # type: ignore[union-attr]
    return total


@pytest.mark.parametrize(
    ("other", "moves"),
    [*product(("plain", "followed", "cached", "stated", "rented"), TRAFFIC)],
)
def test_the_lead_and_its_curve_are_the_sums_of_both_sides(other: str, moves: str) -> None:
    side = FOLLOWED if other == "followed" else candidate(other)
    for tuned, life in ((TUNED, 4), (TUNED._replace(usable_until=None), None)):
        duel = Duel(tuned, side, 9, TODAY, TRAFFIC[moves])
        assert duel.life_months == life
        for calls in (0, 1, 700, 123_456):
            for at in (2, 2.5, 3.5, 6, 12):
                expected = net(duel, calls, at, life)
                flow = duel.flow(calls)
                assert float(flow.cumulative(Fraction(at))) == pytest.approx(expected), (calls, at)
                assert duel.net_by_volume(at)(calls) == pytest.approx(expected), (calls, at)
            assert float(duel.lead(calls)) == pytest.approx(net(duel, calls, 9, life))
            assert flow.has_volume == (calls > 0)


def test_savings_are_known_for_any_number_of_months() -> None:
    duel = Duel(TUNED, FOLLOWED, 9, TODAY)
    arms = [ARMS["plain"]] * 3 + [ARMS["hosted"]] * 5
    expected = [by_hand(arm, 50, n) - by_hand(TUNED.arm, 50, n) for n, arm in enumerate(arms, 1)]
    for count in (1, 2, 3, 4):
        saved = [float(usd) for usd in duel.flow(50).savings(count)]
        assert saved == pytest.approx(expected[:count])


def test_without_a_volume_costs_are_divided_by_what_a_call_saves() -> None:
    """A call saves $0.0245 - $0.00375 - 0.02 x $0.5 once the first months are over, less $0.2."""
    dear = Arm(10, 30, 2000, 100, 50, per_query_usd=Decimal("0.5"))
    duel = Duel(TUNED, Candidate("dear", "today", "dear", dear, {}), 9, TODAY)
    saving = 0.0225 + 0.5 - (0.00375 + 0.01 + 0.2)
    assert float(duel.saving_per_call()) == pytest.approx(saving)
    found = duel.break_even_calls()
    assert (found.status, found.months, found.date, found.before_usable_until, found.against) == (
        "UNKNOWN_VOLUME", None, None, None, "dear",
    )  # fmt: skip
    # $150 before the first call; within its life of four months it is trained once more, for $30.
    assert float(found.calls or 0) == pytest.approx(180 / saving)
    same = Duel(candidate("plain"), candidate("plain"), 9, TODAY)
    assert same.break_even_calls().status == "NEVER_NEGATIVE_SAVINGS"
    reversed_ = Duel(candidate("steady"), candidate("plain"), 9, TODAY)
    assert reversed_.break_even_calls().calls == 0  # nothing is paid upfront


@pytest.mark.parametrize(
    ("until", "before"),
    [(None, None), (date(2028, 1, 1), True), (date(2026, 12, 23), True),
     (date(2026, 12, 22), True), (date(2026, 12, 1), False)],
)  # fmt: skip
def test_break_even_comes_before_the_end_or_not(until: date | None, before: bool | None) -> None:
    """$100 are back after exactly one month of 100 calls that each save $1."""
    free, dollar = Arm(0, 0), Arm(0, 0, per_query_usd=1)
    tuned = Candidate("t", "fine-tuned", "t", free, {}, (paid("training", 100),), until)
    point = Duel(tuned, Candidate("o", "today", "o", dollar, {}), 9, TODAY).break_even(100)
    assert (point.months, point.calls, point.date) == (1, 100, date(2026, 12, 22))
    assert point.before_usable_until is before
    never = Duel(tuned, Candidate("o", "today", "o", free, {}), 9, TODAY).break_even(100)
    assert (never.months, never.calls, never.date, never.before_usable_until) == (None,) * 4


def test_a_payback_after_the_horizon_may_be_after_the_end_too() -> None:
    """$700 are back after seven months; three are looked at, and five are left."""
    dollar = Arm(0, 0, per_query_usd=1)
    for until, before in ((date(2027, 4, 22), False), (date(2027, 6, 22), True)):
        training = (paid("training", 700),)
        tuned = Candidate("t", "fine-tuned", "t", Arm(0, 0), {}, training, until)
        duel = Duel(tuned, Candidate("o", "today", "o", dollar, {}), 3, TODAY)
        point = duel.break_even(100)
        assert (point.status, point.months) == ("PAYS_BACK_AFTER_HORIZON", 7)
        assert point.before_usable_until is before


def test_volumes_are_looked_for_up_to_a_billion() -> None:
    assert winning_volumes([lambda calls: calls - 999_999_999]) == [Span(1_000_000_000, None)]
    assert winning_volumes([lambda calls: calls - 1_000_000_001]) == []
    assert winning_volumes([lambda calls: 1]) == [Span(1, None)]
    assert winning_volumes([lambda calls: calls - 10, lambda calls: 1000 - calls]) == [
        Span(11, 999)
    ]
    # Four volumes of each decade are looked at, so a gain between 10 and 18 is seen.
    assert winning_volumes([lambda calls: 1.5 - abs(calls - 18)]) == [Span(17, 19)]
    assert winning_volumes([lambda calls: 1.5 - abs(calls - 14)]) == []
    assert positive_spans(lambda calls: calls - 5, [5, 6]) == [Span(6, None)]
    assert positive_spans(lambda calls: 6 - calls, [5, 6]) == [Span(5, 5)]


# -- terms ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ARMS)
def test_a_month_can_be_added_up_from_the_terms(name: str) -> None:
    arm, calls = ARMS[name], 900
    found = terms(candidate(name), Traffic(calls, Fraction(1, 10), (Fraction(1, 2),)), 3)
    known = {key: float(each) for key, each in found.items() if isinstance(each, int | Decimal)}
    prefix = known["input_mtok"]
    assert ("cache" in found) == (name in ("cached", "stated"))
    if "cache" in found:
        cache = found["cache"]
        hits = cache["hit_ratio"]
        if hits is None:
            hits = 1 - math.exp(-calls * cache["ttl_minutes"] / (60 * 730))
        prefix = (1 - float(hits)) * float(cache["write_mtok"])
        prefix += float(hits) * float(cache["cached_mtok"])
    tokens = known["static_tokens"] * prefix + known["dynamic_tokens"] * known["input_mtok"]
    tokens += known["answer_tokens"] * known["output_mtok"]
    call = tokens * known["token_factor"] / 1e6 + known["other_usd"]
    call += known.get("first_review_usd", known.get("review_usd", 0.0))
    replicas = math.ceil(calls / known["replica_calls"]) if known["replica_calls"] else 1
    month = calls * call + known["fixed_usd"] + replicas * known["replica_usd"]
    assert month == pytest.approx(by_hand(arm, calls, 1))
    assert (found["growth_ratio"], found["ramp"]) == (Decimal("0.1"), [Decimal("0.5")])
    assert found.get("first_months") == (2 if name == "people" else None)
    assert (found["calls_per_month"], found["epochs"], found["job_usd"]) == (900, 3, [])
    assert not {"again_usd", "then"} & found.keys()
