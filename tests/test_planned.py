"""The scenario of a plan is the gate's comparison: bills, upfront and break-even to the cent."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from ftgate.economics.breakeven import payback
from ftgate.economics.compare import compare, contest
from ftgate.economics.planned import Plan, Planned, planned
from ftgate.errors import ConfigError
from ftgate.model import Comparison, Measured, Option, Training
from ftgate.settings import (
    EngineeringSettings,
    FailureSettings,
    LatencySettings,
    RetrainingSettings,
    RetrievalSettings,
    Settings,
)
from tests.economics_market import (
    BASE,
    CHEAP,
    CHEAP_PRICES,
    MEASURED,
    MODELS,
    PRICES,
    STRONG,
    TODAY,
    Market,
    job,
    plan,
    with_hosting,
    with_labelling,
    with_review,
)

CENT = 0.005
LONG = {"prompt_tokens": 2_000, "cacheable_tokens": 1_500}
ENDS = {"today_ends": date(2027, 4, 1), "ends": date(2027, 9, 1)}
EVERYTHING = replace(
    with_hosting(with_labelling(with_review(plan(**LONG), "0.05", "0.03")), "0.25"),
    engineering=EngineeringSettings(Decimal(20), Decimal(3), Decimal(90)),
    retraining=RetrainingSettings(5, Decimal("0.2"), Decimal(40)),
    failures=FailureSettings(Decimal(2), Decimal("0.02"), Decimal("0.01")),
    latency=LatencySettings(Decimal("0.001"), Decimal(4), Decimal(2)),
    retrieval=RetrievalSettings(Decimal("0.002"), 300),
)
GROWING = {"growth_ratio": 0.07, "ramp": (0.2, 0.5), "retry_ratio": 0.02, "batch_share": 0.4}
PLANS: dict[str, tuple[Settings, dict[str, Any]]] = {
    "plain": (plan(), {}),
    "labelled": (with_labelling(plan()), {}),
    "cached": (plan(**LONG), {"cache_from": 1_024}),
    "stated hits": (plan(**LONG, cache_hit_rate=0.7), {"cache_from": 1_024}),
    "cheap": (plan(), {"cheap": True}),
    "today ends": (plan(**LONG), {**ENDS, "cheap": True, "cache_from": 1_024}),
    "nobody follows": (plan(), ENDS),
    "everything": (EVERYTHING, {"cheap": True, "cache_from": 1_024}),
    "everything ends": (EVERYTHING, {**ENDS, "cheap": True, "cache_from": 1_024}),
    "growing": (
        replace(EVERYTHING, usage=replace(EVERYTHING.usage, **GROWING, reasoning_tokens=50)),
        {**ENDS, "cheap": True, "cache_from": 1_024},
    ),
    "no calls": (plan(0), {}),
}


def made(
    settings: Settings,
    *,
    cheap: bool = False,
    cache_from: int | None = None,
    ends: date | None = None,
    today_ends: date | None = None,
    measured: Measured = MEASURED,
    training: Training | None = None,
) -> tuple[Comparison, Plan]:
    """The gate's comparison and the plan that it was made of."""
    batches = {f"{STRONG}/batch_input_mtok": "5", f"{STRONG}/batch_output_mtok": "15"}
    listed = {**PRICES, **batches, **(CHEAP_PRICES if cheap else {})}
    strong = replace(
        MODELS[STRONG],
        shutdown=today_ends,
        cache_min_tokens=cache_from,
        cache_ttl_minutes=cache_from and 30,
    )
    models = {**MODELS, STRONG: strong, BASE: replace(MODELS[BASE], tuned_shutdown=ends)}
    market = Market(listed, models)
    training = training or job(market)
    facts: dict[str, Any] = {
        "settings": settings,
        "measured": measured,
        "training": training,
        "quotes": market,
        "today": TODAY,
    }
    found, contested = compare(**facts), contest(**facts)
    assert contested is not None
    price = market.lookup(BASE, "training_mtok")
    rest = (TODAY, contested, (*found.prices, price))
    return found, Plan("letters", "ftgate.toml", settings, measured, training, *rest)


def shown(comparison: Comparison, plan: Plan, result: Planned) -> list[tuple[Option, Any]]:
    """Options without a training job, each with its service."""
    scenario = result.scenario
    services = [scenario.base, *scenario.alternatives]
    names = [candidate.name for candidate in plan.contest.prompted]
    options = {option.name: option for option in comparison.options}
    return [(options[name], service) for name, service in zip(names, services, strict=True)]


@pytest.mark.parametrize("name", PLANS)
def test_bills_upfront_and_break_even_are_the_gates(name: str) -> None:
    settings, facts = PLANS[name]
    comparison, priced = made(settings, **facts)
    found = planned(priced)
    scenario = found.scenario
    months = comparison.horizon_months
    for option, service in shown(comparison, priced, found):
        bills = scenario.bills(service, months)
        assert [float(usd) for usd in bills] == pytest.approx(
            [float(usd) for usd in option.monthly_usd], abs=CENT
        ), option.name
        assert service.contends is option.contends
    tuned = next(option for option in comparison.options if option.kind == "fine-tuned")
    life = months if scenario.life_months is None else min(months, scenario.life_months)
    ours = scenario.bills(scenario.tuned, life)
    lumps = scenario.planned.retraining
    expected = [bill + lumps.get(month, 0) for month, bill in enumerate(ours, start=1)]
    assert [round(float(usd), 6) for usd in expected] == pytest.approx(
        [float(usd) for usd in tuned.monthly_usd[:life]], abs=CENT
    )
    assert abs(Fraction(tuned.upfront_usd) - scenario.planned.upfront) < Fraction(1, 1000)
    rival = [scenario.base, *scenario.alternatives][found.rival]
    for point, against in (
        (comparison.break_even, scenario.base),
        (comparison.break_even_best, rival),
    ):
        assert point is not None
        flow = scenario.flow(scenario.planned, against=against, life_months=scenario.life_months)
        back = payback(flow)
        assert back.status == point.status
        assert float(back.months or 0) == pytest.approx(float(point.months or 0), rel=1e-9)


def test_the_best_alternative_is_the_gates() -> None:
    comparison, priced = made(plan(), cheap=True)
    found = planned(priced)
    assert comparison.best == CHEAP
    assert found.scenario.alternatives[found.rival - 1].name == CHEAP


def test_the_hybrid_is_the_gates() -> None:
    comparison, priced = made(EVERYTHING, cache_from=1_024)
    scenario = planned(priced).scenario
    hybrid = next(option for option in comparison.options if option.kind == "hybrid")
    assert scenario.hybrid is not None
    lumps = scenario.planned.retraining
    bills = scenario.bills(scenario.hybrid, 12)
    ours = [float(bill + lumps.get(month, 0)) for month, bill in enumerate(bills, start=1)]
    assert ours == pytest.approx([float(usd) for usd in hybrid.monthly_usd], abs=CENT)


def priced_job(usd: str, *, band: int = 0, ref: str | None = None) -> Training:
    """A million tokens in three epochs, billed with this many dollars."""
    base = job(Market(PRICES, MODELS))
    price_ref = base.price_ref if ref is None else ref
    return replace(base, usd_high=Decimal(usd), band_tokens=band, price_ref=price_ref)


@pytest.mark.parametrize(
    ("training", "price_mtok"),
    [
        (priced_job("40"), 5),  # the provider's least charge: three million tokens come to $15
        (priced_job("17.5", band=500_000), 5),  # the bill spans the tokens that nobody is sure of
        (priced_job("123.45", ref=""), 0),  # paid by the hour, on machines
    ],
    ids=["least charge", "band", "by the hour"],
)
def test_the_job_costs_what_the_gate_says(training: Training, price_mtok: int) -> None:
    comparison, priced = made(plan(), training=training)
    scenario = planned(priced).scenario
    tuned = next(option for option in comparison.options if option.kind == "fine-tuned")
    assert scenario.training_usd == Fraction(training.usd_high or 0)
    assert scenario.planned.upfront == Fraction(tuned.upfront_usd)
    assert scenario.data["tuned"]["training_mtok"] == price_mtok


def test_numbers_say_what_they_rest_on() -> None:
    origin = {"prompt_tokens": "prompts/letter.txt", "query_tokens": "mean of 500 examples"}
    settings = replace(plan(), usage=replace(plan().usage, prompt_tokens=None, query_tokens=None))
    measured = replace(MEASURED, prompt_tokens=800, query_tokens=200, origin=origin)
    notes = planned(made(settings, measured=measured)[1]).notes
    assert notes["tokens.system_prompt"] == "measured: prompts/letter.txt"
    assert notes["tokens.query"] == "measured: mean of 500 examples"
    assert notes["tokens.answer"] == "stated: [usage] completion_tokens"
    assert notes["queries_per_month"] == "stated: [usage] requests_per_month"
    assert notes["base.input_mtok"] == "list, as of 2026-11-22"
    assert notes["tuned.training_mtok"].startswith("list, as of")


def test_ranges_are_those_of_the_plan() -> None:
    ranges = {"queries_per_month": {"median": 100_000, "p90": 250_000.5}, "draws": 500}
    scenario = planned(made(replace(plan(), risk=ranges))[1]).scenario
    assert scenario.uncertainty.draws == 500
    assert scenario.uncertainty.spreads[0].numbers[1] == Fraction("250000.5")


def test_a_range_of_what_the_plan_does_not_have_is_an_error() -> None:
    ranges = {"labelling": {"hourly_wage": {"low": 1, "mode": 2, "high": 3}}}
    with pytest.raises(ConfigError, match=r"ftgate\.toml: labelling\.hourly_wage is not a number"):
        planned(made(replace(plan(), risk=ranges))[1])
