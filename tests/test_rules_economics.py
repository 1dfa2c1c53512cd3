from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ftgate.model import Comparison, Finding, Training
from ftgate.rules import economics
from ftgate.rules.registry import RULES
from ftgate.settings import EngineeringSettings, FewShotSettings, PolicySettings, Settings
from tests.economics_market import (
    MEASURED,
    PRICES,
    Market,
    compared,
    job,
    option,
    plan,
    with_hosting,
    with_labelling,
    with_review,
)

FAMILY = ("FT801", "FT802", "FT803", "FT804", "FT805", "FT806", "FT807")
TRAINING: Training = job(Market(PRICES, {}))


def found(comparison: Comparison | None, limit: str = "6 months") -> dict[str, Finding]:
    facts: dict[str, Any] = {
        "comparison": comparison,
        "training": TRAINING,
        "policy": PolicySettings(max_break_even=limit),
    }
    findings = {}
    for code in FAMILY:
        rule = RULES[code]
        for finding in rule.function(*(facts[name] for name in rule.facts)):
            findings[code] = finding
    return findings


def judged(settings: Settings, limit: str = "6 months", **changes: Any) -> dict[str, Finding]:
    return found(compared(settings, **changes), limit)


def test_a_fine_tune_that_pays_is_silent() -> None:
    assert judged(plan()) == {}
    assert found(None) == {}


def test_a_cheaper_model_beats_the_fine_tune() -> None:
    (code, finding), *rest = judged(plan(), cheap=True).items()
    assert (code, rest, finding.decision) == ("FT805", [], "prompt")
    assert finding.message == (
        "cheap-1 costs $15.00/month; the fine-tune $90.00/month + $15.00 upfront: $915.00 more in"
        " 12 months"
    )
    assert finding.next_step == (
        "run your evaluation on it with today's prompt; if it fails, add it to [model] rejected"
    )


def test_an_alternative_wins_a_tie() -> None:
    # $90 a month and no training: what the fine-tune costs to the cent.
    equal = {"cheap-1/input_mtok": "0.5", "cheap-1/output_mtok": "4", "base-1/training_mtok": "0"}
    (code, finding), *_ = judged(plan(), prices=equal).items()
    assert code == "FT805"
    assert finding.message.endswith("$90.00/month + $0.00 upfront: just as much in 12 months")
    assert compared(plan(), prices=equal).best == "cheap-1"


def test_a_cheaper_model_is_harmless_where_review_decides() -> None:
    assert judged(with_review(plan(), "0.05", "0.03"), cheap=True) == {}
    assert set(judged(with_review(plan(), "0.05", "0.05"), cheap=True)) == {"FT805"}


def test_caching_beats_the_fine_tune() -> None:
    settings = plan(
        prompt_tokens=8000,
        cacheable_tokens=8000,
        cache_hit_rate=1.0,
        query_tokens=10,
        completion_tokens=1,
        tuned_prompt_tokens=7000,
    )
    findings = judged(settings, cache_from=1024)
    assert set(findings) == {"FT801"}
    assert findings["FT801"].message.startswith("today + prompt caching costs $813.00/month")


def test_a_waiver_for_one_alternative_does_not_hide_the_other() -> None:
    settings = plan(prompt_tokens=8000, cacheable_tokens=8000, cache_hit_rate=1.0,
                    query_tokens=10, completion_tokens=1, tuned_prompt_tokens=7000)  # fmt: skip
    assert set(judged(settings, cache_from=1024, cheap=True)) == {"FT801", "FT805"}


def test_slow_payback_shows_the_whole_sum() -> None:
    findings = judged(with_labelling(plan(calls=20_000)))
    assert set(findings) == {"FT803"}
    assert findings["FT803"].decision == "hold"
    assert findings["FT803"].message == (
        "saves $0.012/call; training $15.00 + labelling $2,083 -> 173,416 calls;"
        " you do 20,000/month -> 8.7 months (limit 6)"
    )


@pytest.mark.parametrize(("limit", "codes"), [("3 months", {"FT803"}), ("3.1 months", set())])
def test_the_limit_is_strict(limit: str, codes: set[str]) -> None:
    exactly_three = with_labelling(plan(calls=50_000), wage=54, minutes=4)
    assert set(judged(exactly_three, limit)) == codes


def test_the_limit_holds_against_the_best_alternative_too() -> None:
    prices = {"cheap-1/input_mtok": "1.1", "cheap-1/output_mtok": "0.5"}
    finding = judged(plan(), "0.5 months", prices=prices)["FT803"]
    # $15 of training; the cheap model costs $115 a month, the fine-tune $90.
    assert finding.message == "pays back against cheap-1 in 0.6 months (limit 0.5)"


def test_no_saving_at_all_is_never() -> None:
    findings = judged(plan(tuned_prompt_tokens=9000))
    assert set(findings) == {"FT803"}
    assert findings["FT803"].decision == "prompt"
    assert "never paid back" in findings["FT803"].message
    assert "no calls" in judged(plan(calls=0))["FT803"].message


def test_hosting_explains_the_loss_alone() -> None:
    findings = judged(with_hosting(plan(), "1.70"))
    assert set(findings) == {"FT804"}
    assert findings["FT804"].message == "hosting costs $1,241/month; the calls save $1,210/month"
    assert judged(with_hosting(plan(calls=200_000), "1.70")) == {}
    # Where the calls save nothing, hosting is not the reason.
    assert set(judged(with_hosting(plan(tuned_prompt_tokens=9000), "1.70"))) == {"FT803"}


def test_the_shutdown_explains_the_loss_alone() -> None:
    settings = with_labelling(plan(calls=50_000))
    findings = judged(settings, ends=date(2027, 1, 14))
    assert set(findings) == {"FT806"}
    assert findings["FT806"].message == (
        "base-1 stops on 2027-01-14; payback takes 3.5 months (until 2027-03-08)"
    )
    assert judged(settings, ends=date(2027, 10, 14)) == {}


def test_an_unknown_volume_is_undecided_and_says_what_would_be() -> None:
    findings = judged(with_labelling(plan(calls=None)))
    assert set(findings) == {"FT807"}
    finding = findings["FT807"]
    assert finding.undecided
    assert finding.next_step == "[usage] requests_per_month = …"
    assert "173,416 calls" in finding.message
    worse = judged(plan(calls=None, tuned_prompt_tokens=9000))["FT807"]
    assert "never pays back" in worse.message


def test_an_unknown_volume_is_named_beside_a_missing_price() -> None:
    found = judged(plan(calls=None), without=("ft:base-1/input_mtok",))
    assert {code: each.message for code, each in found.items()} == {
        "FT807": "calls per month unknown"
    }


def test_a_missing_price_is_left_to_the_price_rules() -> None:
    assert judged(plan(), without=("ft:base-1/input_mtok",)) == {}


def test_after_the_shutdown_nothing_is_won_or_lost() -> None:
    # An alternative at $105 a month: one month of $90 and $15 of training cost as much. At $106 the
    # fine-tune wins the one month that it lives, whatever today's model costs after that.
    prices = {"cheap-1/input_mtok": "1", "cheap-1/output_mtok": "0.5"}
    (finding,) = judged(plan(), prices=prices, ends=date(2027, 1, 14)).values()
    assert finding.message == (
        "cheap-1 costs $105.00/month; the fine-tune $90.00/month + $15.00 upfront, stops on"
        " 2027-01-14: just as much in 12 months"
    )
    assert judged(plan(), prices=prices) == {}
    dearer = prices | {"cheap-1/output_mtok": "0.6"}
    assert judged(plan(), prices=dearer, ends=date(2027, 1, 14)) == {}


def test_a_tune_that_does_not_live_a_month_shows_its_own_bill() -> None:
    finding = judged(plan(), cheap=True, ends=date(2026, 12, 1))["FT805"]
    assert "the fine-tune $90.00/month + $15.00 upfront, stops on 2026-12-01" in finding.message


def test_a_ramp_leaves_both_bills_those_of_a_whole_month() -> None:
    finding = judged(plan(ramp=(0.1, 0.5)), cheap=True)["FT805"]
    assert "cheap-1 costs $15.00/month; the fine-tune $90.00/month" in finding.message


def test_a_dead_baseline_is_an_open_plan() -> None:
    assert judged(plan(), cheap=True, today_ends=date(2026, 10, 23)) == {}
    (finding,) = economics.incomplete_plan(compared(plan(), today_ends=date(2026, 10, 23)))
    assert finding.undecided
    assert finding.message == (
        "no baseline: today's model strong-1 stopped on 2026-10-23; set [model] today to the model"
        " that answers now"
    )


def test_one_call_is_not_plural() -> None:
    settings = plan(calls=None, prompt_tokens=1_500_000)
    assert judged(settings)["FT807"].message.endswith("are back after 1 call")


# -- options that need no training job -----------------------------------------------------------

BATCH = {"strong-1/batch_input_mtok": "0.1", "strong-1/batch_output_mtok": "0.1"}


def test_batches_beat_the_fine_tune_only_for_calls_that_the_plan_lets_wait() -> None:
    (code, finding), *rest = judged(plan(batch_share=1), prices=BATCH).items()
    assert (code, rest, finding.decision) == ("FT802", [], "prompt")
    # 1,100 tokens at $0.10: $11 a month, 12 x ($90 - $11) + $15 more.
    assert finding.message == (
        "today in batches costs $11.00/month; the fine-tune $90.00/month + $15.00 upfront: $963.00"
        " more in 12 months"
    )
    assert judged(plan(batch_share=0.1), prices=BATCH) == {}
    assert judged(plan(), prices=BATCH) == {}


def test_a_prompt_too_short_to_be_cached_can_be_lengthened_by_examples() -> None:
    short = plan(cache_hit_rate=1.0, query_tokens=10, completion_tokens=1, tuned_prompt_tokens=700)
    eighty = replace(short, few_shot=FewShotSettings(80))
    # 800 + 80 x 11 tokens at the cached $1, 10 at $10, 1 at $30: $181; tuned 710 at $2, 1 at $4.
    assert judged(eighty, cache_from=1024) == {}
    cheap = {"strong-1/cached_input_mtok": "0.1"}
    finding = judged(eighty, cache_from=1024, prices=cheap)["FT801"]
    assert finding.message.startswith("today + 80 examples costs $29.80/month")
    assert "examples" in finding.next_step
    assert judged(short, cache_from=1024, prices=cheap) == {}


def test_labels_chosen_by_an_endpoint_beat_a_classifier() -> None:
    prices = {"cheap-1/decisions_input_mtok": "0.1", "cheap-1/decisions_output_mtok": "0"}
    prices |= {"cheap-1/input_mtok": "100", "cheap-1/output_mtok": "100"}  # in free text: dear
    labels = replace(MEASURED, classifies=True)
    finding = judged(plan(), prices=prices, measured=labels)["FT805"]
    assert finding.message.startswith("cheap-1 decisions costs $10.00/month")
    assert judged(plan(), prices=prices) == {}


# -- the same fine-tune in another place ---------------------------------------------------------


def places(*totals: int, **facts: Any) -> Comparison:
    """The fine-tune at $1,000 in 10 months, and the same base elsewhere at these sums."""
    comparison = compared(plan())
    fine = option(comparison, "fine-tuned")
    whole = replace(fine, upfront_usd=Decimal(0), monthly_usd=(Decimal(100),) * 10)
    others = [
        replace(whole, name=f"at {total}", kind="elsewhere", contends=False,
                monthly_usd=(Decimal(total),), **facts)
        for total in totals
    ]  # fmt: skip
    return replace(comparison, options=(whole, *others))


def test_the_cheapest_place_is_named_beyond_a_margin() -> None:
    (finding,) = economics.cheaper_elsewhere(places(950, 700, 899))
    assert finding.message == "at 700 costs $700.00 in 12 months, the planned one $1,000"
    assert list(economics.cheaper_elsewhere(places(900))) == []
    assert list(economics.cheaper_elsewhere(places(950), margin_ratio=0.0)) != []
    assert list(economics.cheaper_elsewhere(None)) == []


def test_another_base_counts_only_where_it_is_asked_for() -> None:
    other = places(100, model="ft:maker/other-1")
    assert list(economics.cheaper_elsewhere(other)) == []
    assert len(list(economics.cheaper_elsewhere(other, other_bases=True))) == 1
    assert len(list(economics.cheaper_elsewhere(places(100, model="ft:maker/Base-1")))) == 1


def test_a_place_whose_tune_stops_earlier_is_not_cheaper() -> None:
    assert list(economics.cheaper_elsewhere(places(100, usable_until=date(2027, 1, 1)))) == []


def test_a_payback_shows_every_cost_before_the_first_call() -> None:
    people = replace(with_labelling(plan(calls=2000)), engineering=EngineeringSettings(Decimal(2)))
    assert judged(people)["FT803"].message.startswith(
        "saves $0.012/call; training $15.00 + labelling $2,083 + engineering $100.00 ->"
    )
