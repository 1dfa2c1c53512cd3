"""Who the fine-tune is compared with, and what happens when a model stops."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftgate.economics.compare import compare
from ftgate.model import ModelFacts
from tests.economics_market import (
    CHEAP,
    CHEAP_CALL,
    MEASURED,
    MODELS,
    PRICES,
    STRONG,
    TODAY,
    TODAY_CALL,
    Market,
    compared,
    job,
    option,
    plan,
    threshold,
    with_labelling,
)

# -- a model that stops -------------------------------------------------------------------------


def test_a_model_that_has_stopped_is_no_baseline() -> None:
    found = compared(plan(), cheap=True, today_ends=TODAY)
    assert [(each.what, each.reason) for each in found.undecided] == [
        (
            "baseline",
            "today's model strong-1 stopped on 2026-11-22; set [model] today to the model that"
            " answers now",
        )
    ]
    assert (found.break_even, found.options, found.leads_usd) == (None, (), {})


@pytest.mark.parametrize(
    ("ends", "own"),
    [(date(2026, 11, 23), 1), (date(2026, 12, 22), 1), (date(2027, 1, 14), 2)],
)
def test_later_months_of_a_model_that_stops_cost_what_its_successor_costs(
    ends: date, own: int
) -> None:
    found = compared(plan(), cheap=True, today_ends=ends)
    months = option(found, "today").monthly_usd
    assert months == (TODAY_CALL * 100_000,) * own + (CHEAP_CALL * 100_000,) * (12 - own)
    said = f"strong-1 stops on {ends}: the months after that cost what cheap-1 costs"
    assert any(said in text for text in found.assumptions)
    assert f"{CHEAP}/input_mtok" in {price.ref for price in found.prices}


def test_a_dearer_successor_is_charged_too() -> None:
    dear = {f"{CHEAP}/input_mtok": "20", f"{CHEAP}/output_mtok": "60"}
    found = compared(plan(), prices=dear, today_ends=date(2026, 12, 22))
    assert option(found, "today").monthly_usd == (1300,) + (2600,) * 11
    assert "cheaper" not in {each.kind for each in found.options}
    assert f"{CHEAP}/input_mtok" in {price.ref for price in found.prices}


def test_a_model_without_a_successor_keeps_its_price_and_says_so() -> None:
    found = compared(plan(), today_ends=date(2026, 12, 22))
    assert option(found, "today").monthly_usd == (1300,) * 12
    assert any("so its price is kept" in text for text in found.assumptions)


def test_the_flip_volume_counts_the_successor() -> None:
    settings = with_labelling(plan(calls=None))
    found = compared(settings, cheap=True, today_ends=date(2026, 12, 22))
    # One month of $0.0121 a call, then the tuned call costs more than the successor's.
    assert threshold(found, "requests_per_month") == "never"
    dear = {f"{CHEAP}/input_mtok": "20", f"{CHEAP}/output_mtok": "60"}
    dearer = compared(settings, prices=dear, today_ends=date(2026, 12, 22))
    # One month at $0.013 and five at $0.026 a call, less six at $0.0009, earn $2,098.33.
    assert int(threshold(dearer, "requests_per_month")) == 1 + int(2098.34 / 0.1376)
    lasting = compared(settings, today_ends=date(2026, 12, 22))
    assert threshold(lasting, "requests_per_month") != "never"


# -- who it is compared with ----------------------------------------------------------------------


def test_calls_of_a_stopped_tune_go_to_the_other_side_of_the_duel() -> None:
    # The cheap model costs $1,005 a month: one whole month of $90 leaves $915 - $15 of training.
    prices = {f"{CHEAP}/input_mtok": "10", f"{CHEAP}/output_mtok": "0.5"}
    found = compared(plan(), prices=prices, ends=date(2027, 1, 14))
    assert found.leads_usd == {"today": 1300 - 90 - 15, CHEAP: 1005 - 90 - 15}
    assert found.best == "fine-tuned base-1"
    tuned, cheap = option(found, "fine-tuned"), option(found, "cheaper")
    assert tuned.total_usd == cheap.total_usd - 900
    assert found.break_even_best is not None
    assert found.break_even_best.status == "PAYS_BACK"


@given(st.integers(0, 10**6), st.integers(0, 9000), st.integers(0, 400), st.integers(0, 400))
def test_the_best_option_leads_and_pays_back(
    calls: int, prompt: int, tuned_days: int, today_days: int
) -> None:
    ends = [date.fromordinal(TODAY.toordinal() + 1 + days) for days in (tuned_days, today_days)]
    settings = plan(calls, prompt_tokens=prompt, cacheable_tokens=prompt)
    found = compared(settings, cheap=True, cache_from=1024, ends=ends[0], today_ends=ends[1])
    best = next(each for each in found.options if each.name == found.best)
    assert best.total_usd == min(each.total_usd for each in found.options)
    assert found.break_even is not None
    assert found.break_even_best is not None
    wins = best.kind == "fine-tuned"
    assert wins == all(lead > 0 for lead in found.leads_usd.values())
    assert wins == (found.break_even_best.status in ("PAYS_BACK", "IMMEDIATE"))
    assert not wins or found.break_even.status in ("PAYS_BACK", "IMMEDIATE")


def test_a_rejected_model_gives_way_to_the_next() -> None:
    def cheaper(*rejected: str) -> list[str]:
        settings = replace(plan(), model=replace(plan().model, rejected=rejected))
        prices = {**PRICES, f"{CHEAP}/input_mtok": "0.1", f"{CHEAP}/output_mtok": "0.5",
                  "next-1/input_mtok": "0.2", "next-1/output_mtok": "0.5"}  # fmt: skip
        models = {**MODELS, "next-1": ModelFacts("next-1", "acme", tunable=False),
                  "cheap": MODELS[CHEAP]}  # fmt: skip
        market = Market(prices, models)
        found = compare(
            settings=settings, measured=MEASURED, training=job(market), quotes=market, today=TODAY
        )
        return [each.model for each in found.options if each.kind == "cheaper"]

    assert cheaper() == [CHEAP]
    assert cheaper(CHEAP) == cheaper("cheap") == ["next-1"]  # "cheap" is an alias
    assert cheaper(CHEAP, "next-1") == []


def test_a_price_for_cached_tokens_without_a_rule_assumes_the_shortest() -> None:
    settings = plan(prompt_tokens=1500, cacheable_tokens=1024)
    found = compared(settings)
    assumed = compared(settings, cache_from=1024)
    assert option(found, "cached").monthly_usd[0] > option(assumed, "cached").monthly_usd[0]
    words = "caching from 1,024 tokens, kept 5 minutes, as for OpenAI's models"
    assert words in found.assumptions
    assert words not in assumed.assumptions
    unpriced = compared(settings, without=(f"{STRONG}/cached_input_mtok",))
    assert "cached" not in {each.kind for each in unpriced.options}
    assert words not in unpriced.assumptions
