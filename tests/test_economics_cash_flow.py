"""The whole cash flow of a plan: it is what a scenario of the same numbers says, to the cent."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftgate.economics import breakeven
from ftgate.economics.scenario import parse_scenario
from ftgate.economics.worth import worth
from ftgate.model import Comparison
from ftgate.settings import (
    EngineeringSettings,
    FailureSettings,
    LabellingSettings,
    LatencySettings,
    RetrainingSettings,
    ReviewSettings,
    Settings,
)
from tests.economics_market import (
    PRICES,
    TUNED_CALL,
    compared,
    option,
    plan,
    threshold,
    with_labelling,
    with_limit,
)

EVERYTHING = """
horizon_months = 18
discount_rate = 0.1
growth_ratio = 0.03
ramp = [0.2, 0.6]
queries_per_month = 50000

[tokens]
system_prompt = 2000
tuned_system_prompt = 50
query = 200
answer = 100

[base]
model = "strong-1"
input_mtok = 10
output_mtok = 30
reasoning_tokens = 40
retry_ratio = 0.02

[tuned]
model = "ft:base-1"
training_mtok = 5
input_mtok = 2
output_mtok = 4
reasoning_tokens = 7
retry_ratio = 0.02
hosting_per_hour = 0.4

[training]
examples = 500
tokens_per_example = 2000
epochs = 3

[labelling]
minutes_per_example = 5
hourly_wage = 50

[engineering]
hours_upfront = 16
hours_per_month = 1.5
hourly_wage = 80

[retraining]
every_months = 5
relabel_ratio = 0.2
usd = 30

[review]
cost = 10
base_rate = 0.01
tuned_rate = 0.009
tuned_initial_rate = 0.02
initial_months = 2

[failures]
cost = 2
base_rate = 0.03
tuned_rate = 0.025

[latency]
usd_per_second = 0.0001
base_seconds = 2
tuned_seconds = 1.5
"""


def everything(calls: int | None = 50_000, **usage: Any) -> Settings:
    """The same numbers as a plan of the gate."""
    known = {
        "prompt_tokens": 2000,
        "cacheable_tokens": 0,
        "horizon_months": 18,
        "discount_rate": 0.1,
        "growth_ratio": 0.03,
        "ramp": (0.2, 0.6),
        "retry_ratio": 0.02,
        "reasoning_tokens": 40,
        "tuned_reasoning_tokens": 7,
    }
    settings = plan(calls, **{**known, **usage})
    return replace(
        settings,
        hosting=replace(settings.hosting, usd_per_hour=Decimal("0.4")),
        labelling=LabellingSettings(Decimal(50), Decimal(5)),
        engineering=EngineeringSettings(Decimal(16), Decimal("1.5"), Decimal(80)),
        retraining=RetrainingSettings(5, Decimal("0.2"), Decimal(30)),
        review=ReviewSettings(Decimal(10), Decimal("0.01"), Decimal("0.009"), Decimal("0.02"), 2),
        failures=FailureSettings(Decimal(2), Decimal("0.03"), Decimal("0.025")),
        latency=LatencySettings(Decimal("0.0001"), Decimal(2), Decimal("1.5")),
    )


@pytest.mark.parametrize("life", [None, 7])
def test_the_gate_and_a_scenario_of_the_same_numbers_agree(life: int | None) -> None:
    ends = None if life is None else date(2027, 6, 22)
    shutdown = "" if life is None else f"\n[shutdown]\nusable_until_months = {life}\n"
    scenario = parse_scenario(EVERYTHING + shutdown, "everything.toml")
    ours = compared(everything(), ends=ends)
    variant = scenario.planned
    flow = scenario.flow(variant, life_months=scenario.life_months)
    paid = breakeven.payback(flow)
    assert (ours.break_even and ours.break_even.status) == paid.status
    assert cents(ours.leads_usd["today"]) == cents(paid.net_usd)
    today, tuned = option(ours, "today"), option(ours, "fine-tuned")
    assert cents(today.total_usd) == cents(scenario.over_horizon(scenario.base))
    assert cents(tuned.upfront_usd) == cents(variant.upfront)
    if paid.months is not None:
        assert ours.break_even is not None
        assert float(ours.break_even.months or 0) == pytest.approx(float(paid.months), abs=1e-9)
    if life is None:
        assert today.npv_usd is not None
        assert tuned.npv_usd is not None
        present = worth(flow, scenario.discount_rate).npv_usd
        assert cents(today.npv_usd - tuned.npv_usd) == cents(present or Fraction(0))
        assert cents(tuned.total_usd) == cents(scenario.all_in(variant))


def cents(usd: Decimal | Fraction) -> Decimal:
    return round(Decimal(float(usd)), 2)


def test_lines_of_a_whole_plan_add_up_to_a_steady_month() -> None:
    found = compared(everything(growth_ratio=0, ramp=()))
    for each in found.options:
        steady = sum(line.usd for line in each.lines if line.monthly)
        assert steady == pytest.approx(each.monthly_usd[2], abs=Decimal("0.00001"))
        assert sum(line.usd for line in each.lines if line.upfront) == pytest.approx(
            each.upfront_usd
        )
    items = [line.item for line in option(found, "fine-tuned").lines]
    assert items == [
        "training", "labelling", "engineering", "prompt", "user input", "answers", "waiting",
        "review", "failures", "hosting", "engineering", "retraining",
    ]  # fmt: skip


def test_retraining_is_paid_at_the_start_of_its_month_while_the_model_lives() -> None:
    again = RetrainingSettings(4, usd=Decimal(100))
    settings = replace(plan(), retraining=again)
    months = option(compared(settings), "fine-tuned").monthly_usd
    usual = TUNED_CALL * 100_000
    assert [month for month, usd in enumerate(months, 1) if usd == usual + 115] == [5, 9]
    short = option(compared(settings, ends=date(2027, 4, 22)), "fine-tuned").monthly_usd
    assert short[:5] == (*(usual,) * 4, usual + 115)
    assert len({*short[5:]}) == 1


def test_more_calls_every_month_pay_back_sooner_and_a_ramp_later() -> None:
    def months(**usage: Any) -> float:
        settings = plan(2000, **usage)
        point = compared(replace(settings, engineering=hours(4))).break_even
        assert point is not None
        return float(point.months or 0)

    # $15 + 4 h x $50 = $215 at $24.20 a month.
    assert months() == pytest.approx(215 / 24.2)
    assert months(growth_ratio=0.1) < 215 / 24.2 < months(ramp=(0.0, 0.5))
    assert months(ramp=(0.0, 0.5)) == pytest.approx(215 / 24.2 + 1.5)


def hours(upfront: int) -> EngineeringSettings:
    return EngineeringSettings(Decimal(upfront), hourly_wage=Decimal(50))


@pytest.mark.parametrize("growth", [0.0, 0.08])
def test_the_flip_volume_of_a_growing_plan_is_the_first_that_wins(growth: float) -> None:
    flip = int(threshold(compared(everything(None, growth_ratio=growth)), "requests_per_month"))

    def quick(calls: int) -> bool:
        found = compared(everything(calls, growth_ratio=growth))
        assert found.break_even is not None
        months, status = found.break_even.months, found.break_even.status
        # Retraining in month 6 can take a payback away again: then the limit is not met.
        return status == "PAYS_BACK" and months is not None and months < 6

    assert quick(flip + 1)
    assert not quick(flip - 1)


# -- every status of the specification ----------------------------------------------------------


def status(settings: Settings, **changes: Any) -> str:
    point = compared(settings, **changes).break_even
    assert point is not None
    return point.status


FREE = {"base-1/training_mtok": "0"}
LOST = RetrainingSettings(6, usd=Decimal(5000))
CASES: dict[str, tuple[Settings, dict[str, Any]]] = {
    "NO_VOLUME": (plan(0), {}),
    "UNKNOWN_VOLUME": (plan(None), {}),
    "NEVER_NEGATIVE_SAVINGS": (plan(tuned_prompt_tokens=9000), {}),
    "NEVER": (replace(plan(1), engineering=hours(100)), {}),
    "PAYS_BACK_AFTER_HORIZON": (plan(1000, horizon_months=1), {}),
    "PAYS_BACK_AFTER_SHUTDOWN": (plan(1000), {"ends": date(2026, 12, 22)}),
    "PAYS_BACK_THEN_LOST": (replace(plan(2000, horizon_months=7), retraining=LOST), {}),
    "IMMEDIATE": (plan(), {"prices": FREE}),
    "PAYS_BACK": (plan(), {}),
}


@pytest.mark.parametrize("code", CASES)
def test_every_status_comes_out_of_the_comparison(code: str) -> None:
    settings, changes = CASES[code]
    assert status(settings, **changes) == code
    assert f"``{code}``" in (breakeven.__doc__ or "")


def test_savings_of_exactly_nothing_are_none() -> None:
    # (50 + 200) x $2 + 100 x $4 = $0.0009: today at $0.5 and $4 costs the same.
    prices = {"strong-1/input_mtok": "0.5", "strong-1/output_mtok": "4"}
    assert status(plan(), prices=prices) == "NEVER_NEGATIVE_SAVINGS"


# -- at which volume it pays --------------------------------------------------------------------


def meaning(comparison: Comparison, parameter: str = "requests_per_month") -> str:
    return next(each.meaning for each in comparison.thresholds if each.parameter == parameter)


def test_what_costs_nothing_before_the_first_call_pays_at_any_volume() -> None:
    free = compared(plan(None), prices=FREE)
    assert threshold(free, "requests_per_month") == "always"
    assert meaning(free).startswith("fine-tuning pays at any volume: back within 6 months")


def test_engineering_at_no_wage_costs_nothing_whatever_labelling_earns() -> None:
    free = EngineeringSettings(Decimal(16), Decimal(2), Decimal(0))
    settings = with_labelling(plan())
    asked = compared(replace(settings, engineering=free))
    assert (
        option(asked, "fine-tuned").total_usd == option(compared(settings), "fine-tuned").total_usd
    )
    paid = compared(replace(settings, engineering=replace(free, hourly_wage=None)))
    more = option(paid, "fine-tuned").total_usd - option(asked, "fine-tuned").total_usd
    assert more == (16 + 12 * 2) * 50


def test_never_says_who_or_what_is_in_the_way() -> None:
    assert meaning(compared(plan(), cheap=True)) == "cheap-1 costs less at every volume"
    alone = meaning(compared(plan(), cheap=True), "requests_per_month.today")
    assert alone.startswith("against today alone, fine-tuning pays from")
    dear = compared(plan(tuned_prompt_tokens=9000))
    assert meaning(dear) == "a tuned call costs as much as today's, or more"
    gone = compared(plan(), ends=date(2026, 12, 1))
    assert meaning(gone) == "the tuned model stops on 2026-12-01, within a month"


def test_a_prompt_that_is_cached_among_many_calls_puts_an_end_to_the_gain() -> None:
    settings = plan(prompt_tokens=8000, cacheable_tokens=8000, query_tokens=10,
                    completion_tokens=1, tuned_prompt_tokens=7000)  # fmt: skip
    found = compared(settings, cache_from=1024)
    said = meaning(found)
    first, last = (int(part.split()[0].replace(",", "")) for part in
                   (said.partition(" from ")[2], said.partition(" to ")[2]))  # fmt: skip
    for calls, wins in ((first, True), (last, True), (last + 1, False)):
        usage = replace(settings.usage, requests_per_month=calls)
        assert fine_tunes(compared(replace(settings, usage=usage), cache_from=1024)) == wins


def fine_tunes(found: Comparison, limit_months: int = 6) -> bool:
    """What the rules make of it: cheapest, and back in time against today and the best one."""
    in_time = [
        point is not None
        and point.status in ("PAYS_BACK", "IMMEDIATE")
        and point.months is not None
        and point.months < limit_months
        for point in (found.break_even, found.break_even_best)
    ]
    return found.best.startswith("fine-tuned") and all(in_time)


@pytest.mark.parametrize("prompt_tokens", [800, 1200, 2000])
@pytest.mark.parametrize("minutes", [1, 60])
@pytest.mark.parametrize("months", [2, 6])
def test_verdict_by_volume_and_flip_volume_are_those_of_the_rules(
    prompt_tokens: int, minutes: int, months: int
) -> None:
    """The limit holds against the best alternative as well, not against today's bill alone."""

    def asked(calls: int | None) -> Comparison:
        tokens = {"prompt_tokens": prompt_tokens, "cacheable_tokens": prompt_tokens}
        settings = with_labelling(plan(calls, **tokens), minutes=minutes)
        return compared(with_limit(settings, f"{months} months"))

    unknown = asked(None)
    flip = int(threshold(unknown, "requests_per_month"))
    assert not fine_tunes(asked(flip - 1), months)
    assert fine_tunes(asked(flip), months)
    for row in unknown.at_volumes:
        assert (row.decision == "fine-tune") == fine_tunes(asked(row.calls_per_month), months)


# -- properties ---------------------------------------------------------------------------------

quick = settings(max_examples=15)
ratios = st.floats(0, 0.2).map(lambda value: round(value, 3))


def totals(comparison: Comparison) -> dict[str, Decimal]:
    return {each.kind: each.total_usd for each in comparison.options}


@quick
@given(
    st.sampled_from(
        ["query_tokens", "completion_tokens", "reasoning_tokens", "retry_ratio", "growth_ratio"]
    ),
    st.integers(0, 500),
    st.integers(0, 500),
)
def test_more_of_anything_never_costs_less(key: str, low: int, more: int) -> None:
    scale = 1000 if key.endswith("ratio") else 1
    few, many = (
        totals(compared(everything(**{key: value / scale if scale > 1 else value})))
        for value in (low, low + more)
    )
    assert all(few[kind] <= many[kind] for kind in few)


@quick
@given(st.integers(1, 40))
def test_another_currency_scales_every_bill(rate: int) -> None:
    ours = compared(plan(growth_ratio=0.05))
    scaled = {ref: str(Decimal(usd) * rate) for ref, usd in PRICES.items()}
    theirs = compared(plan(growth_ratio=0.05), prices=scaled)
    for kind, usd in totals(ours).items():
        assert float(totals(theirs)[kind]) == pytest.approx(float(usd * rate), rel=1e-9)
    assert theirs.best == ours.best
    assert (theirs.break_even and theirs.break_even.status) == "PAYS_BACK"


@quick
@given(st.integers(1, 10**6), ratios, st.integers(0, 40))
def test_what_is_saved_until_break_even_is_what_was_paid(
    calls: int, growth: float, upfront: int
) -> None:
    settings = plan(calls, growth_ratio=growth, ramp=(0.5,), horizon_months=24)
    found = compared(replace(settings, engineering=hours(upfront)))
    point, tuned = found.break_even, option(found, "fine-tuned")
    assert point is not None
    if point.status != "PAYS_BACK":
        return
    saved = Decimal("0.0121") * (point.calls or 0)  # a call saves $0.0121 in every month
    assert float(saved) >= float(tuned.upfront_usd) * (1 - 1e-6)
