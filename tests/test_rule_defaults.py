"""The numbers that hold where nobody states one: whoever changes one changes verdicts."""

from __future__ import annotations

from fractions import Fraction

from ftgate.economics.cashflow import Cache
from ftgate.economics.compare import VOLUMES
from ftgate.economics.spreads import _ASSUMED
from ftgate.rules import load_rules

DEFAULTS: dict[str, dict[str, object]] = {
    "FT201": {"min_examples": 50},
    "FT202": {"min_examples": 10},
    "FT203": {"max_ratio": 0.8, "min_examples": 50},
    "FT204": {"min_examples": 50},
    "FT205": {"max_labels": 50, "min_examples": 50, "max_input_tokens": 2000},
    "FT303": {"factor": 10.0, "min_tokens": 2000},
    "FT305": {"min_tokens": 300},
    "FT401": {"warn_ratio": 0.25, "fail_ratio": 0.6, "min_examples": 50},
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
    assert {code: rule.options for code, rule in load_rules().items() if rule.options} == DEFAULTS


def test_volumes_and_cached_prices_of_comparisons() -> None:
    assert VOLUMES == (1_000, 10_000, 100_000, 1_000_000)
    assert (Cache(1, 1024, 5).write_multiplier, Cache(1, 1024, 5).hit_ratio) == (1, None)


def test_what_is_assumed_of_a_number_without_a_range() -> None:
    half_to_double = (Fraction(1, 2), 1, 2)
    assert _ASSUMED["tokens.answer"] == _ASSUMED["review.base_rate"] == half_to_double
    assert _ASSUMED["base.input"] == (Fraction(1, 6), 1, 1)
    assert _ASSUMED["queries_per_month"] == (1, 3)
    assert _ASSUMED["base.price_decline_ratio"] == (0, 1, 4)
    assert _ASSUMED["labelling.minutes_per_example"] == (Fraction(2, 5), 1, 3)
    assert _ASSUMED["labelling.hourly_wage"] == (Fraction(3, 5), 1, 2)
