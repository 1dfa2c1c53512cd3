from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftgate.economics.amounts import (
    calls_text,
    exact_text,
    months_text,
    rate_text,
    usd_text,
)
from ftgate.economics.calendar import add_months, begun_months, date_after, whole_months
from ftgate.economics.compare import compare
from ftgate.economics.training import estimate_training
from ftgate.model import Bill, Epochs, Measured, Missing, Price
from ftgate.render.words import usd
from tests.economics_market import (
    BASE,
    CHEAP,
    CHEAP_CALL,
    MEASURED,
    MODELS,
    PRICES,
    STRONG,
    TODAY,
    TODAY_CALL,
    TUNED_CALL,
    Market,
    compared,
    job,
    option,
    plan,
    threshold,
    with_hosting,
    with_labelling,
    with_limit,
    with_retrieval,
    with_review,
)

TRAINING = Decimal(15)  # 1M tokens x 3 epochs x $5/M


def test_bills_are_what_a_calculator_says() -> None:
    found = compared(plan())
    assert option(found, "today").monthly_usd == (TODAY_CALL * 100_000,) * 12
    tuned = option(found, "fine-tuned")
    assert tuned.monthly_usd == (TUNED_CALL * 100_000,) * 12
    assert tuned.upfront_usd == TRAINING
    assert tuned.total_usd == TRAINING + TUNED_CALL * 1_200_000
    assert found.best == tuned.name
    assert found.baseline == "today"


@pytest.mark.parametrize("kind", ["today", "fine-tuned"])
def test_lines_add_up_and_name_their_prices(kind: str) -> None:
    bill = option(compared(with_labelling(with_review(plan(), "0.05", "0.03"))), kind)
    assert sum(line.usd for line in bill.lines if not line.upfront) == bill.monthly_usd[0]
    assert sum(line.usd for line in bill.lines if line.upfront) == pytest.approx(bill.upfront_usd)
    assert all(line.price_refs for line in bill.lines if "tokens" in line.formula)


def test_break_even_in_months_calls_and_date() -> None:
    point = compared(with_labelling(plan())).break_even
    assert point is not None
    upfront = TRAINING + Decimal(500 * 5 * 50) / 60
    assert float(point.months or 0) == pytest.approx(float(upfront / 1210))
    assert float(point.calls or 0) == pytest.approx(float(upfront / Decimal("0.0121")))
    assert point.status == "PAYS_BACK"
    assert point.date == date(2027, 1, 14)  # 1.734 months: 22 December and 23 of 31 days
    assert point.before_usable_until is None


def test_the_cheapest_current_model_is_an_alternative() -> None:
    found = compared(plan(), cheap=True)
    assert option(found, "cheaper").model == CHEAP
    assert found.best == CHEAP
    assert found.break_even is not None
    assert found.break_even.status == "PAYS_BACK"
    assert found.break_even_best is not None
    assert found.break_even_best.status == "NEVER_NEGATIVE_SAVINGS"
    assert threshold(found, "requests_per_month") == "never"


def test_a_model_that_dies_within_the_horizon_is_no_alternative() -> None:
    def kinds(ends: date) -> set[str]:
        return {each.kind for each in compared(plan(), cheap=True, cheap_ends=ends).options}

    assert "cheaper" not in kinds(date(2027, 11, 21))
    assert "cheaper" in kinds(date(2027, 11, 22))


def test_a_model_with_half_a_price_is_no_alternative() -> None:
    found = compared(plan(), prices={f"{CHEAP}/input_mtok": "0.1"})
    assert "cheaper" not in {each.kind for each in found.options}


def test_caching_needs_the_minimum_and_its_price() -> None:
    short = compared(plan(), cache_from=1024)
    assert "cached" not in {each.kind for each in short.options}
    assert any("800 tokens, the minimum is 1,024" in text for text in short.assumptions)
    long = plan(prompt_tokens=2000, cacheable_tokens=1500)
    unknown = compared(long, cache_from=1024, without=(f"{STRONG}/cached_input_mtok",))
    assert "cached" not in {each.kind for each in unknown.options}
    assert any("it has no price for cached tokens" in text for text in unknown.assumptions)
    found = compared(replace(long, usage=replace(long.usage, cache_hit_rate=1.0)), cache_from=1024)
    # 1,500 tokens at $1, 500 + 200 at $10, 100 at $30
    assert option(found, "cached").monthly_usd[0] == Decimal("0.0115") * 100_000


def test_months_after_the_shutdown_cost_what_the_cheapest_prompt_costs() -> None:
    found = compared(plan(), ends=date(2027, 3, 1))
    months = option(found, "fine-tuned").monthly_usd
    assert months == (TUNED_CALL * 100_000,) * 3 + (TODAY_CALL * 100_000,) * 9
    cheap = option(compared(plan(), ends=date(2027, 3, 1), cheap=True), "fine-tuned").monthly_usd
    assert cheap == (TUNED_CALL * 100_000,) * 3 + (CHEAP_CALL * 100_000,) * 9
    late = compared(with_labelling(plan(calls=10_000)), ends=date(2027, 3, 1)).break_even
    assert late is not None
    assert (late.status, late.before_usable_until) == ("PAYS_BACK_AFTER_SHUTDOWN", False)


def test_a_tuned_model_may_outlive_its_base() -> None:
    found = compared(plan(), ends=date(2027, 10, 14))
    assert option(found, "fine-tuned").usable_until == date(2027, 10, 14)


def test_review_is_a_line_in_every_option() -> None:
    found = compared(with_review(plan(), "0.05", "0.03"), cheap=True)
    rates = {each.kind: line.usd for each in found.options for line in each.lines
             if line.item == "review"}  # fmt: skip
    assert rates == {"today": 50_000, "cheaper": 50_000, "fine-tuned": 30_000}
    # The cheap model's tokens cost $0.00015 a call, the tuned one's $0.0009: 0.05 - 0.000075.
    assert found.best.startswith("fine-tuned")
    worse = (TUNED_CALL - Decimal("0.00015")) / 10 + TRAINING / 12_000_000
    rate = float(threshold(found, "review.rate_tuned"))
    assert rate == pytest.approx(0.05 - float(worse), abs=1e-6)
    same = compared(with_review(plan(), "0.05", None))
    assert any("same rate" in text for text in same.assumptions)


def test_hosting_is_paid_without_calls() -> None:
    found = compared(with_hosting(plan(calls=0), "1.70"))
    assert option(found, "fine-tuned").monthly_usd[0] == Decimal(1241)
    assert found.break_even is not None
    assert found.break_even.status == "NO_VOLUME"


def test_hybrid_only_where_retrieval_has_a_price() -> None:
    assert "hybrid" not in {each.kind for each in compared(plan()).options}
    hybrid = option(compared(with_retrieval(plan(), "0.002")), "hybrid")
    assert hybrid.monthly_usd[0] == (TUNED_CALL + Decimal("0.002")) * 100_000


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        (f"ft:{BASE}/input_mtok", "not in the catalogue"),
        (f"{BASE}/training_mtok", "not in the catalogue"),
        (f"{BASE}/hosting_hour", "[hosting] usd_per_hour"),
        (f"{STRONG}/output_mtok", "not in the catalogue"),
    ],
)
def test_an_unknown_price_is_never_zero(missing: str, words: str) -> None:
    found = compared(plan(), without=(missing,))
    assert [words in each.reason for each in found.undecided] == [True]
    assert found.break_even is None
    left_out = "today" if missing.startswith(STRONG) else "fine-tuned"
    assert left_out not in {each.kind for each in found.options}


def test_half_a_labelling_cost_is_unknown() -> None:
    settings = with_labelling(plan())
    settings = replace(settings, labelling=replace(settings.labelling, minutes_per_example=None))
    (missing,) = compared(settings).undecided
    assert "[labelling] minutes_per_example" in missing.reason


def test_unknown_tokens_name_the_line_that_supplies_them() -> None:
    found = compared(plan(prompt_tokens=None, completion_tokens=None))
    assert not found.options
    assert [each.reason.split(": ")[1].split(" =")[0] for each in found.undecided] == [
        "[usage] prompt_tokens",
        "[usage] completion_tokens",
    ]


def test_an_unknown_volume_is_named_beside_unknown_tokens() -> None:
    found = compared(plan(calls=None, prompt_tokens=None))
    assert [each.reason.split("toml: ")[1].split(" =")[0] for each in found.undecided] == [
        "[usage] prompt_tokens",
        "[usage] requests_per_month",
    ]


def test_half_a_labelling_cost_hides_no_missing_price() -> None:
    settings = with_labelling(plan())
    settings = replace(settings, labelling=replace(settings.labelling, minutes_per_example=None))
    found = compared(settings, without=("ft:base-1/input_mtok",))
    assert {each.what.split("/")[-1] for each in found.undecided} == {
        "input_mtok",
        "cost of labelling",
    }


def test_measured_tokens_stand_in_for_stated_ones() -> None:
    measured = Measured(500, 800, 800, 50, 200, 100)
    empty = dict.fromkeys(
        ("prompt_tokens", "cacheable_tokens", "tuned_prompt_tokens", "query_tokens",
         "completion_tokens")
    )  # fmt: skip
    stated = compared(plan(), measured=MEASURED)
    assert compared(plan(**empty), measured=measured).options == stated.options


def test_without_a_volume_payback_is_in_calls() -> None:
    found = compared(plan(calls=None), cheap=True)
    assert found.break_even is not None
    assert found.break_even.status == "UNKNOWN_VOLUME"
    assert float(found.break_even.calls or 0) == pytest.approx(float(TRAINING / Decimal("0.0121")))
    assert found.break_even.months is None
    assert not found.options
    assert "[usage] requests_per_month" in found.undecided[0].reason
    assert [each.calls_per_month for each in found.at_volumes] == [1000, 10_000, 100_000, 1_000_000]
    assert {each.decision for each in found.at_volumes} == {"prompt"}


def test_without_a_volume_hosting_is_counted_to_the_horizon() -> None:
    point = compared(with_hosting(plan(calls=None), "1.70"), ends=date(2027, 3, 1)).break_even
    assert point is not None
    assert float(point.calls or 0) == pytest.approx((15 + 3 * 1241) / 0.0121)


def test_verdict_by_volume_goes_from_prompt_over_hold_to_fine_tune() -> None:
    found = compared(with_labelling(with_limit(plan(calls=None), "2 months")))
    # upfront $2,098.33; $0.0121 a call: 12 months of 10,000 calls earn $1,452, of 100,000 $14,520
    assert [each.decision for each in found.at_volumes] == [
        "prompt", "prompt", "fine-tune", "fine-tune",
    ]  # fmt: skip
    slow = compared(with_labelling(with_limit(plan(calls=None), "1 month")))
    assert slow.at_volumes[2].decision == "hold"


@pytest.mark.parametrize("labelled", [False, True])
def test_the_flip_volume_is_the_first_that_wins(labelled: bool) -> None:
    settings = plan(calls=None)
    settings = with_labelling(settings) if labelled else settings
    flip = int(threshold(compared(settings), "requests_per_month"))

    def quick(calls: int) -> bool:
        usage = replace(settings.usage, requests_per_month=calls)
        found = compared(replace(settings, usage=usage))
        months = found.break_even and found.break_even.months
        return months is not None and months < 6 and found.best.startswith("fine-tuned")

    assert quick(flip)
    assert not quick(flip - 1)


def test_the_flip_volume_counts_on_more_cache_hits() -> None:
    settings = with_hosting(plan(calls=None, prompt_tokens=8000, cacheable_tokens=8000), "7")
    flip = int(threshold(compared(settings, cache_from=1024), "requests_per_month"))
    uncached = compared(settings, without=(f"{STRONG}/cached_input_mtok",))
    plain = int(threshold(uncached, "requests_per_month"))
    # cached: 8,000 x $1/M at hit rate 1 instead of 8,000 x $10/M
    cached_saving = Decimal("0.008") + Decimal("0.005") - TUNED_CALL
    assert plain < flip == pytest.approx(float((5110 + TRAINING / 12) / cached_saving), rel=0.001)


def test_stop_price_is_exact_and_speaks() -> None:
    found = compared(with_labelling(plan(calls=50_000)))
    # 6 months x 50,000 x (1,000 p + $0.003 - $0.0009) = $2,098.33
    stop = (Decimal(6295) / 3 / 300_000 - Decimal("0.0021")) * 1000
    assert float(threshold(found, "today.input_mtok")) == pytest.approx(float(stop), abs=1e-5)
    assert threshold(compared(with_labelling(plan(calls=1000))), "today.input_mtok") == "already"
    assert threshold(compared(plan()), "today.input_mtok") == "never"


def test_exactly_at_the_limit_is_too_slow() -> None:
    # $1,815 / (50,000 x $0.0121) = 3 months to the day
    settings = with_limit(with_labelling(plan(calls=50_000), wage=54, minutes=4), "3 months")
    found = compared(settings)
    assert found.break_even is not None
    assert found.break_even.months == 3
    unknown = replace(settings.usage, requests_per_month=None)
    flip = threshold(compared(replace(settings, usage=unknown)), "requests_per_month")
    assert int(flip) in (50_000, 50_001)


@given(st.integers(1, 10**6), st.integers(0, 3000), st.integers(0, 3000))
def test_the_best_option_costs_no_more_than_any_other(calls: int, prompt: int, query: int) -> None:
    found = compared(
        plan(calls, prompt_tokens=prompt, cacheable_tokens=prompt, query_tokens=query),
        cheap=True,
        cache_from=1024,
    )
    best = next(each for each in found.options if each.name == found.best)
    assert best.total_usd == min(each.total_usd for each in found.options)


def test_a_free_option_is_the_best() -> None:
    free = {f"{CHEAP}/input_mtok": "0", f"{CHEAP}/output_mtok": "0"}
    assert compared(plan(), prices=free).best == CHEAP


def test_a_dearer_model_is_no_alternative() -> None:
    dear = {f"{CHEAP}/input_mtok": "20", f"{CHEAP}/output_mtok": "60"}
    assert {each.kind for each in compared(plan(), prices=dear).options} == {"today", "fine-tuned"}


def test_the_first_write_of_a_cached_prefix_costs_more() -> None:
    settings = plan(prompt_tokens=2000, cacheable_tokens=2000, cache_hit_rate=0.5)
    surcharge = {f"{STRONG}/cache_write_mtok": "12.5"}
    bill = option(compared(settings, cache_from=1024, prices=surcharge), "cached")
    # 2,000 x (0.5 x $1 + 0.5 x $12.50) + 200 x $10 + 100 x $30
    assert bill.monthly_usd[0] == Decimal("0.0185") * 100_000
    assert f"{STRONG}/cache_write_mtok" in bill.lines[0].price_refs


def test_review_in_the_first_months_is_paid_and_said() -> None:
    settings = with_review(plan(), "0.05", "0.03")
    pilot = replace(settings.review, initial_rate_tuned=Decimal("0.1"), initial_months=2)
    bill = option(compared(replace(settings, review=pilot)), "fine-tuned")
    assert [bill.monthly_usd[month] for month in (1, 2)] == [100_090, 30_090]
    (line,) = (each for each in bill.lines if each.item == "review")
    assert line.formula == "100,000 calls x 3% x $10.00 (months 1-2: 10%)"
    once = replace(pilot, initial_months=1)
    bill = option(compared(replace(settings, review=once)), "fine-tuned")
    assert any("(month 1: 10%)" in each.formula for each in bill.lines)


def test_a_tuned_call_that_is_dearer_in_tokens_has_no_review_rate_to_hope_for() -> None:
    settings = with_review(plan(tuned_prompt_tokens=90_000), "0.001", "0.001")
    assert threshold(compared(settings), "review.rate_tuned") == "never"


def test_an_unknown_todays_model_is_said() -> None:
    market = Market(PRICES, {BASE: MODELS[BASE]})
    found = compare(
        settings=plan(), measured=MEASURED, training=job(market), quotes=market, today=TODAY
    )
    assert any("other models: unknown model" in text for text in found.assumptions)


def test_an_unknown_base_model_is_undecided() -> None:
    settings = replace(plan(), model=replace(plan().model, base="base-9"))
    assert [each.what for each in compared(settings).undecided] == ["base-9"]


def test_training_is_a_range() -> None:
    price = Price("r", BASE, "acme", "training_mtok", Decimal(5), "s", "u", TODAY, None, "bundled")
    given = {"model": BASE, "provider": "acme", "bill": Bill(21_000, 41_000)}
    auto = estimate_training(epochs=Epochs(2, 4, "auto"), price=price, **given)
    assert (auto.billable_low, auto.billable_high) == (21_000, 41_000)
    assert (auto.usd_low, auto.usd_high) == (Decimal("0.105"), Decimal("0.205"))
    assert auto.epochs_used == 4
    unknown = estimate_training(epochs=Epochs(1, 1, "1"), price=Missing("p", "gone"), **given)
    assert unknown.usd_high is None
    assert unknown.missing is not None


def test_months_are_whole_and_dates_round_up() -> None:
    assert whole_months(TODAY, date(2027, 1, 14)) == 1
    assert whole_months(TODAY, date(2027, 1, 22)) == 2
    assert whole_months(TODAY, TODAY) == whole_months(TODAY, date(2020, 1, 1)) == 0
    assert whole_months(date(2026, 1, 31), date(2026, 2, 28)) == 1
    assert add_months(date(2026, 12, 31), 2) == date(2027, 2, 28)
    assert add_months(date(9999, 6, 1), 600) == date.max
    assert date_after(TODAY, 6) == date(2027, 5, 22)  # type: ignore[arg-type]
    assert date_after(TODAY, 10**6) is None  # type: ignore[arg-type]
    assert [begun_months(TODAY, TODAY.replace(day=day)) for day in (22, 23)] == [0, 1]
    assert begun_months(TODAY, date(2027, 1, 22)) == 2


@given(st.dates(), st.integers(1, 600))
def test_the_calendar_has_an_end_but_no_error(start: date, months: int) -> None:
    later = add_months(start, months)
    assert later == date.max or whole_months(start, later) in (months, months - 1)
    assert later == date.max or later.day <= start.day
    assert date_after(start, Fraction(months)) in (later, None)


def test_numbers_are_written_so_that_they_do_not_lie() -> None:
    amounts = ("1241", "0.00041", "-30224", "0.467", "0.0907", "15", "0")
    assert [usd_text(Decimal(v)) for v in amounts] == [
        "$1,241", "$0.00041", "-$30,224", "$0.47", "$0.091", "$15.00", "$0.00",
    ]  # fmt: skip
    assert [usd_text(Decimal(v)) for v in amounts] == [usd(Decimal(v)) for v in amounts]
    assert [rate_text(Decimal(v)) for v in ("10", "1.7", "0.00125")] == [
        "$10.00", "$1.70", "$0.00125",
    ]  # fmt: skip
    assert [calls_text(v) for v in (1, 2, 173_416)] == ["1 call", "2 calls", "173,416 calls"]
    assert [months_text(Decimal(v)) for v in ("6", "5.97", "6.8474", "0.0392", "17.4")] == [
        "6 months", "5.97 months", "6.8 months", "0.039 months", "17.4 months",
    ]  # fmt: skip
    assert months_text(None) == "never"
    assert exact_text(Decimal("0.03508496732026")) == "0.0350849673"
    assert exact_text(Decimal("65302.4")) == "65,302.4"


def test_present_values_discount_what_is_paid_at_the_end_of_each_month() -> None:
    plain = compared(plan())
    assert {each.npv_usd for each in plain.options} == {None}
    discounted = compared(plan(discount_rate=0.1))
    for each in discounted.options:
        months = enumerate(each.monthly_usd, start=1)
        by_hand = float(each.upfront_usd) + sum(float(u) / 1.1 ** (m / 12) for m, u in months)
        assert each.npv_usd is not None
        assert float(each.npv_usd) == pytest.approx(by_hand, rel=1e-9)
        assert each.npv_usd < each.total_usd
