"""What must hold of every plan: more never costs less, and a currency is only a unit."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ftgate.economics.breakeven import Flow, crossings, payback
from ftgate.economics.scenario import Scenario, parse_scenario
from ftgate.economics.sensitivity import at, planned_flow
from ftgate.model import Comparison
from tests.economics_market import PRICES, compared, plan, with_labelling
from tests.test_risk import EVERYTHING

PLAN = parse_scenario(EVERYTHING.split("[risk]")[0], "everything.toml")
quick = settings(max_examples=40)

# Which bills a number of the file may raise; none may it ever lower.
TODAY, TUNED = "today", "fine-tune"
RAISES: dict[str, tuple[str, ...]] = {
    "tokens.system_prompt": (TODAY,),
    "tokens.tuned_system_prompt": (TUNED,),
    "tokens.query": (TODAY, TUNED),
    "tokens.answer": (TODAY, TUNED),
    "base.reasoning_tokens": (TODAY,),
    "base.input_mtok": (TODAY,),
    "base.cached_input_mtok": (TODAY,),
    "base.output_mtok": (TODAY,),
    "tuned.training_mtok": (TUNED,),
    "tuned.input_mtok": (TUNED,),
    "tuned.output_mtok": (TUNED,),
    "tuned.hosting_per_hour": (TUNED,),
    "training.examples": (TUNED,),
    "training.epochs": (TUNED,),
    "labelling.hourly_wage": (TUNED,),
    "labelling.minutes_per_example": (TUNED,),
    "engineering.hours_per_month": (TUNED,),
    "retraining.usd": (TUNED,),
    "review.cost": (TODAY, TUNED),
    "failures.cost": (TODAY, TUNED),
    "latency.usd_per_second": (TODAY, TUNED),
}
# Where a prompt reaches the cache's minimum its bill falls: the cliff is no bug of ours.
JUMPY = {"tokens.system_prompt", "tokens.tuned_system_prompt"}


def bills(scenario: Scenario) -> dict[str, Fraction]:
    return {TODAY: scenario.over_horizon(scenario.base), TUNED: scenario.all_in(scenario.planned)}


@quick
@given(st.sampled_from(sorted(RAISES)), st.integers(0, 5000), st.integers(0, 5000))
def test_tokens_epochs_and_prices_never_make_a_bill_smaller(key: str, low: int, more: int) -> None:
    minimum = 1024
    assume(key not in JUMPY or (low >= minimum) == (low + more >= minimum))
    few, many = (bills(at(PLAN, {key: Fraction(value, 10)})) if key not in JUMPY
                 else bills(at(PLAN, {key: value})) for value in (low, low + more))  # fmt: skip
    for option in (TODAY, TUNED):
        if option in RAISES[key]:
            assert few[option] <= many[option]
        else:
            assert few[option] == many[option]


_UNITS = ("_mtok", "_per_hour", "_wage", ".usd", ".cost", "usd_per_second")
MONEY = (
    *(key for key in RAISES if key.endswith(_UNITS)),
    "tuned.cached_input_per_1k",
    "tuned.maintenance_per_month",
)


@quick
@given(st.fractions(min_value="0.01", max_value=100, max_denominator=1000))
def test_another_currency_scales_every_amount_and_no_month(rate: Fraction) -> None:
    def number(path: str) -> Fraction:
        value: Any = PLAN.data
        for key in path.split("."):
            value = value[key]
        return Fraction(value)

    good = {"failures.tuned_rate": Fraction(0)}  # so that it pays back
    ours = planned_flow(at(PLAN, good))
    theirs = planned_flow(at(PLAN, {**good, **{path: number(path) * rate for path in MONEY}}))
    months, scaled = ours.months(36), theirs.months(36)
    assert scaled == [(lump * rate, saving * rate) for lump, saving in months]
    assert theirs.upfront == ours.upfront * rate
    paid = crossings(ours.upfront, months)
    assert paid[0] is not None
    assert crossings(theirs.upfront, scaled) == paid


@given(
    st.fractions(min_value=0, max_value=500),
    st.lists(st.fractions(min_value=-20, max_value=50), min_size=1, max_size=24),
    st.dictionaries(st.integers(1, 24), st.fractions(min_value=0, max_value=100), max_size=3),
)
def test_at_break_even_the_savings_have_paid_everything(
    upfront: Fraction, savings: list[Fraction], lumps: dict[int, Fraction]
) -> None:
    def earned(months: int) -> list[Fraction]:
        return (savings + savings[-1:] * months)[:months]

    flow = Flow(upfront, earned, len(savings), lumps=lumps)
    found = payback(flow)
    for months in (found.first, found.durable):
        if months is None:
            continue
        whole, part = divmod(months, 1)
        saved = sum(savings[:whole], Fraction(0)) + (part * savings[whole] if part else 0)
        paid = upfront + sum(usd for month, usd in lumps.items() if month <= whole + bool(part))
        # A payment at the start of the next month is not due yet.
        assert saved >= paid - (0 if part else lumps.get(whole + 1, 0))
    if found.linear is not None and savings[0] > 0:
        assert found.linear * savings[0] >= upfront


def cheapest(comparison: Comparison) -> Decimal:
    """What the named best option costs over the horizon."""
    best = next(each for each in comparison.options if each.name == comparison.best)
    return best.upfront_usd + sum(best.monthly_usd)


dollars = st.decimals(min_value="0.01", max_value=60, places=2)


@quick
@given(st.integers(1, 10**6), dollars, dollars)
def test_an_option_more_never_makes_the_best_worse(
    calls: int, dear: Decimal, cheap: Decimal
) -> None:
    settings = with_labelling(plan(calls))
    prices = {"cheap-1/input_mtok": str(dear), "cheap-1/output_mtok": str(cheap)}
    alone, together = compared(settings), compared(settings, cheap=True, prices=prices)
    # Bills are rounded to a millionth of a dollar, month by month.
    assert cheapest(together) <= cheapest(alone) + Decimal("0.0001")


# The untuned base is not among the options, so nobody asks for its prices.
ASKED = sorted(ref for ref in PRICES if ref not in ("base-1/input_mtok", "base-1/output_mtok"))


@pytest.mark.parametrize("ref", ASKED)
@pytest.mark.parametrize("calls", [None, 100_000])
def test_an_unknown_price_never_becomes_a_number(ref: str, calls: int | None) -> None:
    whole, found = compared(plan(calls)), compared(plan(calls), without=(ref,))
    assert ref not in {price.ref for price in found.prices}
    users = {option.name for option in whole.options
             if ref in {part for line in option.lines for part in line.price_refs}}  # fmt: skip
    left = {option.name: option for option in found.options}
    for option in whole.options:
        if option.name in left:
            refs = {part for line in left[option.name].lines for part in line.price_refs}
            assert ref not in refs
    if ref.endswith("cached_input_mtok"):
        assert any("prompt caching" in each for each in found.assumptions)
    else:
        assert found.undecided
        assert not users & set(left)
        assert found.break_even is None
