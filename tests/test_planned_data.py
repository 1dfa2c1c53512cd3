"""A plan as the content of a scenario file: every key, and what it rests on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from ftgate.economics.planned import name_of, planned, scenario_data
from ftgate.economics.planned_notes import price_text, sources
from ftgate.model import CostLine, Goal, Price
from ftgate.settings import PolicySettings, Settings
from tests.economics_market import MEASURED, TODAY, plan, with_labelling, with_review
from tests.test_planned import PLANS, made, priced_job

CHEAP: dict[str, Any] = {
    "model": "cheap-1", "input_mtok": Decimal("0.1"), "output_mtok": Decimal("0.5"),
}  # fmt: skip
LATER = {"lasts_months": 5, "successor": CHEAP}
STRONG = {"model": "strong-1", "input_mtok": 10, "output_mtok": 30}
RETRIEVING = {"usd_per_query": Fraction(1, 500), "system_prompt": 2300}


def data_of(settings: Settings, **facts: Any) -> dict[str, Any]:
    return scenario_data(made(settings, **facts)[1])


def test_a_plan_with_everything_has_every_key() -> None:
    settings, facts = PLANS["everything ends"]
    assert data_of(settings, **facts) == {
        "title": "letters: fine-tune base-1?",
        "queries_per_month": 100_000,
        "horizon_months": 12,
        "limit_months": 6,
        "tokens": {"system_prompt": 2000, "tuned_system_prompt": 50, "query": 200, "answer": 100},
        "base": {**STRONG, **LATER},
        "tuned": {
            "model": "ft:base-1", "input_mtok": 2, "output_mtok": 4, "training_mtok": 5,
            "hosting_per_hour": Fraction(1, 4),
        },
        "training": {"examples": 500, "tokens_per_example": 2000, "epochs": 3},
        "labelling": {"hourly_wage": 50, "minutes_per_example": 5},
        "engineering": {"hours_upfront": 20, "hours_per_month": 3, "hourly_wage": 90},
        "retraining": {"every_months": 5, "relabel_ratio": Decimal("0.2"), "usd": 40},
        "review": {"cost": 10, "base_rate": Decimal("0.05"), "tuned_rate": Decimal("0.03")},
        "failures": {"cost": 2, "base_rate": Decimal("0.02"), "tuned_rate": Decimal("0.01")},
        "latency": {"usd_per_second": Decimal("0.001"), "base_seconds": 4, "tuned_seconds": 2},
        "hybrid": {"usd_per_query": Fraction(1, 500), "context_tokens": 300},
        "alternative": [
            {
                **STRONG, **LATER, "model": "strong-1 + prompt caching", "cached_input_mtok": 1,
                "cache_min_tokens": 1024, "cache_ttl_minutes": 30, "cache_write_multiplier": 1,
                "cacheable_tokens": 1500,
            },
            {
                **LATER, "model": "strong-1 in batches", "input_mtok": 5, "output_mtok": 15,
                "shown_only": True,
            },
            CHEAP,
            {
                **STRONG, **RETRIEVING, "model": "strong-1 + retrieval", "lasts_months": 5,
                "successor": {**CHEAP, **RETRIEVING, "model": "cheap-1 + retrieval"},
            },
        ],
        "shutdown": {"as_of": TODAY, "usable_until": date(2027, 9, 1)},
    }  # fmt: skip


def test_keys_that_would_say_nothing_are_left_out() -> None:
    found = data_of(plan())
    assert found.keys() == {
        *("title", "queries_per_month", "horizon_months", "limit_months", "tokens", "base"),
        *("tuned", "training", "alternative"),
    }
    assert found["base"] == STRONG
    growing = data_of(*PLANS["growing"][:1], **PLANS["growing"][1])
    assert (growing["growth_ratio"], growing["ramp"]) == (
        Decimal("0.07"), [Decimal("0.2"), Decimal("0.5")],
    )  # fmt: skip
    usual = {"reasoning_tokens": 50, "retry_ratio": Fraction(1, 50)}
    assert growing["base"] == {**STRONG, **usual, "lasts_months": 5, "successor": CHEAP | usual}
    blend = growing["alternative"][1]
    assert (blend["input_mtok"], blend["output_mtok"], "shown_only" in blend) == (8, 24, False)


def test_limits_and_rates_of_the_policy_travel_along() -> None:
    policy = PolicySettings(max_break_even="90 years", min_probability=0.75)
    found = data_of(replace(plan(discount_rate=0.1), policy=policy))
    assert (found["limit_months"], found["min_probability"], found["discount_rate"]) == (
        600, Decimal("0.75"), Decimal("0.1"),
    )  # fmt: skip


def test_hits_and_prefixes_are_stated_where_they_differ() -> None:
    facts: dict[str, Any] = {"cache_from": 1024}
    whole = data_of(plan(prompt_tokens=2000, cacheable_tokens=2000, cache_hit_rate=0.7), **facts)
    cached = whole["alternative"][0]
    assert (cached["cache_hit_ratio"], "cacheable_tokens" in cached) == (Decimal("0.7"), False)


def test_the_first_months_of_review_and_a_silent_tune_are_like_today() -> None:
    settings = with_review(plan(), "0.05", "0.03")
    pilot = replace(settings.review, initial_rate_tuned=Decimal("0.1"), initial_months=2)
    assert data_of(replace(settings, review=pilot))["review"] == {
        "cost": 10, "base_rate": Decimal("0.05"), "tuned_rate": Decimal("0.03"),
        "tuned_initial_rate": Decimal("0.1"), "initial_months": 2,
    }  # fmt: skip
    everything, _ = PLANS["everything"]
    waits = replace(everything.latency, seconds_tuned=None)
    assert data_of(replace(everything, latency=waits))["latency"]["tuned_seconds"] == 4
    wage = replace(everything.engineering, hourly_wage=None, hours_upfront=Decimal(0))
    found = data_of(replace(everything, engineering=wage))["engineering"]
    assert found == {"hours_upfront": 0, "hours_per_month": 3, "hourly_wage": 50}


@pytest.mark.parametrize(
    ("stated", "measured", "volatile", "expected"),
    [
        (None, None, 0.0, None),
        ("style", None, 0.0, {"kind": "style", "volatile": False}),
        (None, "knowledge", 0.5, {"kind": "knowledge", "volatile": False}),
        (None, "knowledge", 0.51, {"kind": "knowledge", "volatile": True}),
        ("style", "knowledge", 0.9, {"kind": "style", "volatile": True}),
    ],
)
def test_what_the_plan_says_of_its_examples_goes_before_what_they_show(
    stated: str | None, measured: Any, volatile: float, expected: Any
) -> None:
    _, priced = made(plan())
    goal = measured and Goal(measured, 0.9, volatile, 1.0, 9, 9)
    found = scenario_data(replace(priced, teaches=stated, goal=goal))
    assert found.get("goal") == expected


def test_the_minimum_of_a_job_is_stated_where_it_is_above_its_tokens() -> None:
    dear = data_of(plan(), training=priced_job("40"))["training"]
    assert dear == {"examples": 500, "tokens_per_example": 2000, "epochs": 3, "minimum_usd": 40}
    band = data_of(plan(), training=priced_job("17.5", band=500_000))["training"]
    assert band == {"examples": 500, "tokens_per_example": Fraction(7000, 3), "epochs": 3}
    none = data_of(plan(), measured=replace(MEASURED, examples=0))["training"]
    assert none["tokens_per_example"] == 0


def test_tokens_of_the_query_are_measured_where_they_are_not_stated() -> None:
    settings = replace(plan(), usage=replace(plan().usage, query_tokens=None))
    _, priced = made(settings, measured=replace(MEASURED, query_tokens=70))
    assert (priced.query_tokens, scenario_data(priced)["tokens"]["query"]) == (70, 70)
    assert scenario_data(priced)["tokens"]["system_prompt"] == 800
    assert replace(priced, measured=replace(MEASURED, query_tokens=None)).query_tokens == 0


def test_an_alternative_says_what_sets_it_apart() -> None:
    _, priced = made(plan())
    other = priced.others[0]._replace(
        arm=priced.others[0].arm._replace(
            fixed_month_usd=1460, replica_month_usd=365, replica_calls=9,
            batch_ratio=Fraction(1, 2), batch_discount=Fraction(1, 4), decline_ratio=Fraction(1, 8),
        ),
        upfront=(CostLine("setup", Decimal(7), "", upfront=True),),
    )  # fmt: skip
    contest = priced.contest._replace(prompted=(priced.base, other))
    (found,) = scenario_data(replace(priced, contest=contest))["alternative"]
    assert found == {
        "model": name_of(priced, other), "input_mtok": 5, "output_mtok": 15, "shown_only": True,
        "hosting_per_hour": 2, "replica_per_hour": Fraction(1, 2), "replica_calls": 9,
        "batch_ratio": Fraction(1, 2), "batch_discount": Fraction(1, 4),
        "price_decline_ratio": Fraction(1, 8), "upfront_usd": 7,
    }  # fmt: skip


def test_names_are_those_of_models() -> None:
    _, priced = made(plan(), cheap=True)
    names = [name_of(priced, each) for each in priced.contest.prompted]
    assert names == ["strong-1", "strong-1 in batches", "cheap-1"]
    assert name_of(priced, priced.tuned) == "ft:base-1"
    assert priced.hybrid is None
    assert planned(priced).rival == 2
    assert planned(made(plan())[1]).rival == 0


# -- what the numbers rest on ---------------------------------------------------------------------


def test_every_number_names_its_source() -> None:
    settings, facts = PLANS["everything ends"]
    _, priced = made(settings, **facts)
    notes = planned(priced).notes
    listed = "list, as of 2026-11-22"
    stops = "strong-1 stops on 2027-04-01"
    assert {key: note for key, note in notes.items() if key.startswith(("base", "tuned"))} == {
        "base.input_mtok": listed, "base.output_mtok": listed, "base.lasts_months": stops,
        "base.successor.input_mtok": listed, "base.successor.output_mtok": listed,
        "tuned.input_mtok": listed, "tuned.output_mtok": listed, "tuned.training_mtok": listed,
    }  # fmt: skip
    assert notes["alternative[1].cached_input_mtok"] == listed
    assert notes["alternative[2].model"] == "as if every call could wait"
    assert notes["alternative[4].model"] == "300 retrieved tokens in every call"
    assert notes["shutdown"] == "the provider's announcement, from the catalogue"
    assert notes["labelling"] == "stated: [labelling]"
    assert notes["horizon_months"] == "the default of [usage] horizon_months"
    assert notes["limit_months"] == "the default of [policy] max_break_even"
    assert notes["training.epochs"] == "as configured; the dear end of the range"
    text = "billable tokens / examples / epochs (unknown)"
    assert notes["training.tokens_per_example"] == f"measured: 3,000,000 {text}"
    plain = planned(made(plan())[1]).notes
    assert not {"shutdown", "labelling", "growth_ratio", "base.lasts_months"} & plain.keys()


def test_what_was_stated_and_what_is_not_sure_is_said() -> None:
    settings = replace(plan(horizon_months=6), policy=PolicySettings(max_break_even="3 months"))
    band = priced_job("17.5", band=500_000, ref="")
    notes = planned(made(with_labelling(settings), training=band)[1]).notes
    assert notes["horizon_months"] == "stated: [usage] horizon_months"
    assert notes["limit_months"] == "stated: [policy] max_break_even"
    assert notes["training.tokens_per_example"].startswith("measured: 3,000,000 ± 500,000 billable")
    assert "tuned.training_mtok" not in notes
    silent = replace(plan(), usage=replace(plan().usage, query_tokens=None))
    unnamed = planned(made(silent, measured=replace(MEASURED, query_tokens=9))[1]).notes
    assert "tokens.query" not in unnamed


def test_each_source_is_named_once_with_its_page() -> None:
    def price(source: str, url: str) -> Price:
        return Price(url, "m", "p", "input_mtok", Decimal(1), source, url, TODAY, None, "bundled")

    prices = (price("list", "https://a"), price("own", ""), price("feed", "b"), price("list", "c"))
    assert sources(prices) == ("list: c", "feed: b")
    assert price_text(prices[1]) == "own, as of 2026-11-22"
