"""Every key of a scenario: what holds where it is left out, and how large it may be."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from ftgate.economics.cashflow import HOURS_PER_MONTH, Cache, Review
from ftgate.economics.scenario import Retraining, Scenario, build_scenario
from ftgate.economics.scenario_file import Table, exact, states, with_value
from ftgate.economics.spreads import DRAWS, SEED, Uncertainty, check_ranges
from ftgate.economics.traffic import Traffic
from ftgate.errors import ConfigError

Keys = dict[str, Any]

SMALL: Keys = {
    "queries_per_month": 1000,
    "tokens": {"system_prompt": 800, "tuned_system_prompt": 50, "query": 40, "answer": 100},
    "base": {"model": "strong", "input_mtok": 10, "output_mtok": 30},
    "tuned": {"model": "ft:small", "training_mtok": 0, "input_mtok": 2, "output_mtok": 4},
    "training": {"examples": 100, "epochs": 3},
}
LABELLING = {"minutes_per_example": 6, "hourly_wage": 30}
REVIEW = {"cost": 1, "base_rate": Decimal("0.1"), "tuned_rate": Decimal("0.2")}
ALTERNATIVE = {"model": "other", "input_mtok": 1, "output_mtok": 2}


def made(*changes: tuple[str, Any]) -> Scenario:
    """The small scenario with values at these paths; None takes the key out."""
    data: Keys = {
        key: dict(each) if isinstance(each, dict) else each for key, each in SMALL.items()
    }
    for path, value in changes:
        *tables, key = path.split(".")
        table = data
        for name in tables:
            table = table.setdefault(name, {})
        table[key] = value
        if value is None:
            del table[key]
    return build_scenario(data, "s.toml")


def test_what_holds_where_nothing_is_stated() -> None:
    found = made()
    assert (found.title, found.horizon_months, found.limit_months) == ("scenario", 12, 6)
    assert found.volume == Traffic(Fraction(1000), Fraction(0), ())
    assert (found.discount_rate, found.min_probability, found.hybrid) == (None, None, None)
    assert (found.training_usd, found.labelling_usd, found.engineering_usd) == (0, None, 0)
    assert found.retraining == Retraining(0, Fraction(0), Fraction(0))
    assert (found.life_months, found.usable_until) == (None, None)
    assert found.uncertainty == Uncertainty((), 20_000, 20261122) == Uncertainty((), DRAWS, SEED)
    assert [(each.labelled, each.hybrid, each.retraining) for each in found.variants] == [
        (False, False, {})
    ]


def test_what_holds_of_a_service_where_nothing_is_stated() -> None:
    for service, prompt in ((made().base, 800), (made().tuned, 50)):
        arm = service.arm
        assert (arm.static_tokens, arm.dynamic_tokens, arm.output_tokens) == (prompt, 40, 100)
        nothing = (
            *(arm.reasoning_tokens, arm.decline_ratio, arm.batch_ratio, arm.retry_ratio),
            *(arm.per_query_usd, arm.failure_rate, arm.failure_usd, arm.fixed_month_usd),
            *(arm.replica_month_usd, arm.replica_calls, service.usd_per_query),
        )
        assert set(nothing) == {0}
        assert (arm.cache, arm.review, arm.batch_discount) == (None, None, Fraction(1, 2))
        assert (service.lasts_months, service.successor, service.upfront_usd) == (None, None, 0)
        assert (service.answers, service.contends, service.cacheable) == ("base", True, None)
    (other,) = made(("alternative", [ALTERNATIVE])).alternatives
    assert (other.upfront_usd, other.answers, other.contends) == (0, "base", True)
    assert (other.own_prompt, other.arm.static_tokens) == (None, 800)
    cached = made(("base.cached_input_mtok", 1)).base.arm.cache
    assert cached == Cache(Fraction(1), 1024, 5, Fraction(1), None)


def test_what_holds_in_a_table_where_only_its_needs_are_stated() -> None:
    people = made(("labelling", LABELLING), ("engineering", {}))
    assert (people.labelling_usd, people.engineering_usd) == (300, 0)
    assert people.tuned.arm.fixed_month_usd == 0
    again = made(("retraining", {"every_months": 6})).retraining
    assert again == Retraining(6, Fraction(0), Fraction(0))
    review = made(("review", REVIEW)).tuned.arm.review
    assert review == Review(Fraction(1), Fraction(1, 5), None, 0)
    hybrid = made(("hybrid", {"usd_per_query": Decimal("0.5")})).hybrid
    assert hybrid is not None
    assert (hybrid.arm.per_query_usd, hybrid.arm.dynamic_tokens) == (Fraction(1, 2), 40)


def test_wages_of_engineering_are_those_of_labelling_unless_stated() -> None:
    def spent(table: Keys, *more: tuple[str, Any]) -> tuple[Fraction, Any]:
        found = made(("engineering", table), *more)
        return found.engineering_usd, found.tuned.arm.fixed_month_usd

    hours = {"hours_upfront": 10, "hours_per_month": 2}
    assert spent({**hours, "hourly_wage": 50}) == (500, 100)
    assert spent(hours, ("labelling", LABELLING)) == (300, 60)
    assert spent({**hours, "hourly_wage": 50}, ("labelling", LABELLING)) == (500, 100)
    with pytest.raises(ConfigError, match=r"engineering\.hourly_wage is missing"):
        spent(hours)


def test_a_job_is_billed_by_its_calls_its_tokens_or_its_minimum() -> None:
    """100 examples x 3 epochs x 190 tokens x $10/M = $0.57; of 1,000 tokens each: $3."""
    price = ("tuned.training_mtok", 10)
    assert made(price).training_usd == Fraction("0.57")
    assert made(price, ("training.tokens_per_example", 1000)).training_usd == 3
    assert made(price, ("training.minimum_usd", 2)).training_usd == 2
    per_1k = made(("tuned.training_mtok", None), ("tuned.training_per_1k", 1))
    assert per_1k.training_usd == 57
    with pytest.raises(ConfigError, match=r"tuned\.training_mtok is missing"):
        made(("tuned.training_mtok", None))


def test_months_of_hosting_have_730_hours() -> None:
    arm = made(("tuned.hosting_per_hour", 2), ("tuned.maintenance_per_month", 5)).tuned.arm
    assert arm.fixed_month_usd == 2 * 730 + 5 == 2 * HOURS_PER_MONTH + 5
    rented = made(("tuned.replica_per_hour", 3), ("tuned.replica_calls", 400)).tuned.arm
    assert (rented.replica_month_usd, rented.replica_calls) == (3 * 730, 400)


def test_what_never_changes_of_a_prompt_is_cached_and_the_rest_sent_with_the_query() -> None:
    found = made(("base.cacheable_tokens", 300), ("tuned.cacheable_tokens", 300))
    assert (found.base.arm.static_tokens, found.base.arm.dynamic_tokens) == (300, 540)
    assert (found.tuned.arm.static_tokens, found.tuned.arm.dynamic_tokens) == (50, 40)


RATES = (
    *("growth_ratio", "min_probability", "review.base_rate", "review.tuned_rate"),
    *("review.tuned_initial_rate", "failures.base_rate", "failures.tuned_rate"),
    *("retraining.relabel_ratio", "base.cache_hit_ratio", "base.price_decline_ratio"),
    *("base.batch_ratio", "base.batch_discount"),
)
MONTHS = (
    *("horizon_months", "limit_months", "review.initial_months", "retraining.every_months"),
    "base.lasts_months",
)
AROUND: dict[str, list[tuple[str, Any]]] = {
    "review": [("review", {**REVIEW, "initial_months": 2, "tuned_initial_rate": 0})],
    "failures": [("failures", {"cost": 1, "base_rate": 0, "tuned_rate": 0})],
    "retraining": [("retraining", {"every_months": 1})],
    "base": [("base", {**SMALL["base"], "successor": ALTERNATIVE, "lasts_months": 2})],
}


def with_key(path: str, value: Any) -> Scenario:
    around = [(key, dict(table)) for key, table in AROUND.get(path.partition(".")[0], [])]
    return made(*around, (path, value))


@pytest.mark.parametrize("path", RATES)
def test_a_rate_is_one_at_most(path: str) -> None:
    assert with_key(path, 1)
    with pytest.raises(ConfigError, match=r"is 1\.001; the maximum is 1$"):
        with_key(path, Decimal("1.001"))
    with pytest.raises(ConfigError, match=rf"{path.partition('.')[2]} is -1; the minimum is 0"):
        with_key(path, -1)


@pytest.mark.parametrize("path", MONTHS)
def test_months_are_six_hundred_at_most(path: str) -> None:
    assert with_key(path, 600)
    with pytest.raises(ConfigError, match=r"is 601; the maximum is 600$"):
        with_key(path, 601)


def test_a_ramp_has_shares_of_the_calls() -> None:
    assert made(("ramp", [Decimal("0.5"), 1])).volume.ramp == (Fraction(1, 2), 1)
    with pytest.raises(ConfigError, match=r"ramp\[2\] is 2; the maximum is 1"):
        made(("ramp", [1, 2]))
    with pytest.raises(ConfigError, match="ramp must be a list of numbers, not 1"):
        made(("ramp", 1))


TABLES: dict[str, Keys] = {
    **{key: dict(table) for key, table in SMALL.items() if isinstance(table, dict)},
    "labelling": LABELLING,
    "engineering": {"hourly_wage": 1},
    "retraining": {"every_months": 6},
    "review": REVIEW,
    "failures": {"cost": 1, "base_rate": 0, "tuned_rate": 0},
    "latency": {"usd_per_second": 1, "base_seconds": 1, "tuned_seconds": 1},
    "hybrid": {"usd_per_query": 1},
    "goal": {"kind": "style"},
    "shutdown": {"usable_until_months": 3},
}


@pytest.mark.parametrize("name", TABLES)
def test_a_key_that_nobody_knows_is_refused_in_every_table(name: str) -> None:
    assert made((name, TABLES[name]))
    with pytest.raises(ConfigError, match=rf"s\.toml: {name}\.colour is not a known key"):
        made((name, {**TABLES[name], "colour": 1}))


def test_unknown_keys_are_refused_beside_and_inside_of_the_tables() -> None:
    with pytest.raises(ConfigError, match=r"s\.toml: colour is not a known key"):
        made(("colour", 1))
    with pytest.raises(ConfigError, match=r"alternative\[2\]\.colour is not a known key"):
        made(("alternative", [ALTERNATIVE, {**ALTERNATIVE, "colour": 1}]))
    with pytest.raises(ConfigError, match="alternative must be"):
        made(("alternative", ALTERNATIVE))


def test_retraining_comes_again_until_the_last_month_of_all() -> None:
    for every, months in ((599, [600]), (600, []), (250, [251, 501])):
        found = made(("retraining", {"every_months": every, "usd": 7}))
        assert found.planned.retraining == dict.fromkeys(months, 7)


def test_what_is_true_is_said_and_false_otherwise() -> None:
    facts = {"kind": "knowledge"}
    assert made(("goal", facts)).suitability.decision == "hybrid"
    assert made(("goal", {**facts, "volatile": False})).suitability.decision == "hybrid"
    assert made(("goal", {**facts, "volatile": True})).suitability.decision == "rag"
    shown = [{**ALTERNATIVE, "shown_only": each} for each in (True, False)]
    assert [each.contends for each in made(("alternative", shown)).alternatives] == [False, True]


def test_a_year_is_twelve_months() -> None:
    yearly = (("queries_per_month", None), ("queries_per_year", 120))
    assert made(*yearly).calls == 10
    for changes in (yearly[:1], yearly[1:]):
        with pytest.raises(ConfigError, match="or queries_per_year is needed, and only one"):
            made(*changes)


def test_a_model_that_ends_needs_one_successor_that_stays() -> None:
    lasts = ("base.lasts_months", 2)
    with pytest.raises(ConfigError, match=r"base\.\[successor\] is missing: who answers"):
        made(lasts)
    twice = {**ALTERNATIVE, "lasts_months": 3, "successor": ALTERNATIVE}
    with pytest.raises(ConfigError, match="is one model too many"):
        made(("base.successor", twice), lasts)
    with pytest.raises(ConfigError, match=r"is written as \[shutdown\] usable_until_months"):
        made(("tuned.lasts_months", 2))
    found = made(("base.successor", {**ALTERNATIVE, "system_prompt": 10}), lasts).base
    assert found.lasts_months == 2
    assert found.successor is not None
    assert (found.successor.name, found.successor.arm.static_tokens) == ("other", 10)


def test_who_answers_like_whom_is_today_or_the_fine_tune() -> None:
    def other(answers: str) -> Scenario:
        return made(("alternative", [{**ALTERNATIVE, "answers": answers}]), ("review", REVIEW))

    rates = [other(each).alternatives[0].arm.review for each in ("base", "tuned")]
    assert [each and each.rate for each in rates] == [Fraction(1, 10), Fraction(1, 5)]
    with pytest.raises(ConfigError, match=r'alternative\[1\]\.answers must be "base" or "tuned"'):
        other("both")


def test_the_life_of_a_tuned_model_is_stated_in_months_or_between_days() -> None:
    days = {"as_of": date(2026, 11, 22), "usable_until": date(2027, 1, 22)}
    assert made(("shutdown", days)).life_months == 2
    assert made(("shutdown", days)).usable_until == date(2027, 1, 22)
    assert made(("shutdown", {"usable_until_months": 3})).life_months == 3


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (True, "must be a number"), ("1", "must be a number"), (Decimal("inf"), "finite"),
        (Decimal("1e15"), "beyond all prices"), (Decimal("9e-13"), "beyond all prices"),
        (Fraction(1, 10**13), "beyond all prices"), (-1, "the minimum is 0"),
    ],
)  # fmt: skip
def test_a_number_has_a_size_that_prices_and_volumes_have(value: Any, message: str) -> None:
    table = Table({"x": value}, "", "s.toml")
    with pytest.raises(ConfigError, match=rf"s\.toml: x .*{message}"):
        table.number("x")


@pytest.mark.parametrize("value", [0, Decimal("999999999999999"), Decimal("1e-12"), Fraction(1, 3)])
def test_numbers_of_prices_and_volumes_are_taken_exactly(value: Any) -> None:
    assert Table({"x": value}, "", "s").number("x") == Fraction(value)


def test_keys_are_found_however_a_price_is_spelled() -> None:
    data = {"base": {"input_per_1k": 1, "name": "x"}, "calls": 3}
    assert states(data, "base.input") == "base.input_per_1k"
    assert states(data, "calls") == "calls"
    assert states(data, "base.name") is states(data, "base") is states(data, "calls.x") is None
    changed = with_value(data, "base.input", 2, "s")
    assert (changed["base"]["input_per_1k"], data["base"]["input_per_1k"]) == (2, 1)
    assert exact({"a": [1.5], "b": {"c": 0.1}}) == {"a": [1.5], "b": {"c": Decimal("0.1")}}


RANGE = {"low": 0, "mode": 1, "high": 2}


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ({"median": 1, "p90": 2}, ""),
        ({"median": 1, "p90": 1}, "needs 0 < median < p90"),
        ({"median": 0, "p90": 1}, "needs 0 < median < p90"),
        (RANGE, ""),
        ({**RANGE, "mode": 0}, ""),
        ({**RANGE, "mode": 2}, ""),
        ({**RANGE, "low": 2}, "needs low <= mode <= high"),
        ({**RANGE, "mode": 3}, "needs low <= mode <= high"),
        ({"low": 1, "mode": 1, "high": 1}, "low < high"),
        ({"chance": 1}, ""),
        ({"chance": Decimal("1.01")}, "needs a chance of 1 at most"),
    ],
)
def test_the_numbers_of_a_range_are_in_order(shape: Keys, message: str) -> None:
    for path, ranges in (("base.input", {"base": {"input": shape}}), ("calls", {"calls": shape})):
        if not message:
            check_ranges(ranges)
            continue
        with pytest.raises(ConfigError, match=message) as caught:
            check_ranges({"draws": 9, "seed": 1, **ranges})
        assert caught.value.message.startswith(f"[risk]: {path} ")


def test_draws_of_futures_have_a_limit() -> None:
    spread = {"queries_per_month": {"median": 10, "p90": 20}}
    assert made(("risk", {**spread, "draws": 1_000_000})).uncertainty.draws == 1_000_000
    assert made(("risk", {**spread, "seed": 7})).uncertainty[1:] == (20_000, 7)
    for draws, message in ((1_000_001, "the maximum is 1000000"), (0, "is 0; the minimum is 1")):
        with pytest.raises(ConfigError, match=message):
            made(("risk", {**spread, "draws": draws}))
