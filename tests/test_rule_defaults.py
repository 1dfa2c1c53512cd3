"""The numbers that hold where nobody states one: whoever changes one changes verdicts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ftgate.economics.cashflow import Cache
from ftgate.economics.compare import VOLUMES
from ftgate.economics.spreads import assumed
from ftgate.rules import load_rules
from tests.test_scenario_keys import made

DEFAULTS: dict[str, dict[str, object]] = {
    "FT201": {"min_examples": 50},
    "FT202": {"min_examples": 10},
    "FT203": {"max_ratio": 0.8, "min_examples": 50},
    "FT204": {"min_examples": 50},
    "FT205": {"max_labels": 50, "min_examples": 50, "max_input_tokens": 2000},
    "FT303": {"factor": 10.0, "min_tokens": 2000},
    "FT305": {"min_tokens": 300},
    "FT401": {"warn_ratio": 0.2, "fail_ratio": 0.6, "min_examples": 50},
    "FT402": {"max_ratio": 0.2, "min_examples": 50},
    "FT403": {"max_ratio": 0.5, "min_examples": 50},
    "FT404": {"max_ratio": 0.6, "min_examples": 50},
    "FT405": {"min_examples": 50},
    "FT501": {"warn_ratio": 0.01, "fail_ratio": 0.2, "answers_ratio": 0.1, "min_repeats": 2},
    "FT502": {"warn_ratio": 0.05, "fail_ratio": 0.8, "min_repeats": 3, "whole_mb": 32},
    "FT503": {"max_ratio": 0.01, "near_ratio": 0.1, "sequences_ratio": 0.2},
    "FT504": {"fail_ratio": 0.05, "free_text_ratio": 0.02, "min_repeats": 2},
    "FT506": {"allow_domains": (), "allow_kinds": (), "fail": False},
    "FT507": {"max_ratio": 0.01, "max_doubtful_ratio": 0.05},
    "FT508": {"max_ratio": 0.2, "production_ratio": 0.05, "min_examples": 10},
    "FT509": {"max_ratio": 0.5, "min_templates": 5, "min_examples": 50},
    "FT510": {"max_ratio": 0.3, "max_self_ratio": 0.01, "max_same_ratio": 0.5, "min_examples": 10},
    "FT511": {"max_ratio": 0.3, "min_examples": 10},
    "FT512": {"min_examples": 50, "min_per_label": 10},
    "FT603": {"shots": 5, "max_tokens": 4000},
    "FT605": {"min_tokens": 50},
    "FT607": {"max_tokens": 150},
    "FT608": {"context_tokens": 0, "answer_tokens": 1000},
    "FT611": {"min_ratio": 0.5},
    "FT709": {"min_days_after_payback": 90},
    "FT809": {"margin_ratio": 0.1, "other_bases": False},
}


def test_the_limits_that_nobody_states() -> None:
    found = {code: rule.options for code, rule in load_rules().items() if rule.options}
    assert found == DEFAULTS
    assert str(found) == str(DEFAULTS)  # 32 is not 32.0: what may be stated has the same type


def test_volumes_and_cached_prices_of_comparisons() -> None:
    assert VOLUMES == (1_000, 10_000, 100_000, 1_000_000)
    assert (Cache(1, 1024, 5).write_multiplier, Cache(1, 1024, 5).hit_ratio) == (1, None)


STATED: dict[str, Any] = {
    "base.price_decline_ratio": Decimal("0.2"),
    "tuned.hosting_per_hour": 1,
    "labelling": {"minutes_per_example": 5, "hourly_wage": 50},
    "engineering": {"hours_upfront": 8, "hours_per_month": 2},
    "review": {"cost": 1, "base_rate": Decimal("0.4"), "tuned_rate": Decimal("0.6")},
    "failures": {"cost": 1, "base_rate": 0, "tuned_rate": 1},
}


def test_what_is_assumed_of_a_number_without_a_range() -> None:
    """Volumes up to three times; prices down to a sixth; the rest half to double, rates to 1."""
    found = {each.path: each for each in assumed(made(*STATED.items()).data, "s.toml")}
    assert {path: [float(each) for each in spread.numbers] for path, spread in found.items()} == {
        "queries_per_month": [1000, 3000],
        "tokens.system_prompt": [400, 800, 1600],
        "tokens.query": [20, 40, 80],
        "tokens.answer": [50, 100, 200],
        "base.input_mtok": [10 / 6, 10, 10],
        "base.output_mtok": [5, 30, 30],
        "base.price_decline_ratio": [0, 0.2, 0.8],
        "tuned.hosting_per_hour": [0.5, 1, 2],
        "labelling.minutes_per_example": [2, 5, 15],
        "labelling.hourly_wage": [30, 50, 100],
        "engineering.hours_upfront": [4, 8, 16],
        "engineering.hours_per_month": [1, 2, 4],
        "review.base_rate": [0.2, 0.4, 0.8],
        "review.tuned_rate": [0.3, 0.6, 1],
        "failures.tuned_rate": [0.5, 1, 1],
        "model_life_months": [10],
    }
    assert found["queries_per_month"].shape == ("median", "p90")
    assert found["tokens.query"].shape == ("low", "mode", "high")
    assert found["tokens.query"].stated == 40
    yearly = made(("queries_per_month", None), ("queries_per_year", 12)).data
    assert assumed(yearly, "s.toml")[0].numbers == (12, 36)
