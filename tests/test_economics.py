"""The arithmetic of break-even against golden numbers from an independent calculator."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftgate.economics.breakeven import Flow, payback
from ftgate.economics.cashflow import (
    HOURS_PER_MONTH,
    Arm,
    Cache,
    Review,
    call_cost,
    hit_ratio,
    labelling_usd,
    month_cost,
    month_costs,
)
from ftgate.economics.suitability import suitability
from ftgate.economics.thresholds import affine_root, positive_spans

GOLDEN: dict[str, Any] = json.loads(
    (Path(__file__).parent / "golden" / "economics.json").read_text(encoding="utf-8")
)["values"]

CALLS = 10_000
TRAINING = Fraction(12)
LABELLING = labelling_usd(500, 5, 50)
FULL = TRAINING + LABELLING


def seed_base(input_mtok: Any = 30, output_mtok: Any = 60, **changes: Any) -> Arm:
    return Arm(
        **{
            "input_mtok": input_mtok,
            "output_mtok": output_mtok,
            "static_tokens": 800,
            "dynamic_tokens": 50,
            "output_tokens": 100,
            **changes,
        }
    )


def seed_tuned(**changes: Any) -> Arm:
    return Arm(
        **{
            "input_mtok": 3,
            "output_mtok": 6,
            "static_tokens": 50,
            "dynamic_tokens": 50,
            "output_tokens": 100,
            **changes,
        }
    )


def flow(
    base: Arm, tuned: Arm, upfront: Fraction = FULL, calls: int = CALLS, **changes: Any
) -> Flow:
    def savings(months: int) -> list[Fraction]:
        dear, cheap = month_costs(base, calls, months), month_costs(tuned, calls, months)
        return [a - b for a, b in zip(dear, cheap, strict=True)]

    return Flow(upfront, savings, **{"horizon_months": 24, **changes})


def close(actual: Any, expected: Any) -> bool:
    """Equal to twelve significant digits (the golden numbers are floats)."""
    if expected is None or expected == "inf":
        return actual is None
    return float(actual) == pytest.approx(expected, rel=1e-12, abs=1e-9)


def test_seed_monthly_costs_are_exact() -> None:
    assert month_cost(seed_base(), CALLS) == 315 == GOLDEN["seed.pe"]
    assert month_cost(seed_tuned(), CALLS) == 9 == GOLDEN["seed.ft"]
    hybrid = seed_tuned(per_query_usd=Decimal("0.002"))
    assert month_cost(hybrid, CALLS) == 29 == GOLDEN["seed.hyb"]
    assert call_cost(seed_base(), CALLS).usd == Fraction("0.0315")
    assert call_cost(seed_tuned(), CALLS).usd == Fraction("0.0009")
    assert Fraction(6250, 3) == LABELLING


@pytest.mark.parametrize("price", ["0.03", "0.015", "0.005"])
@pytest.mark.parametrize("labels", ["label", "nolabel"])
@pytest.mark.parametrize("kind", ["ft", "hyb"])
def test_price_loop(price: str, labels: str, kind: str) -> None:
    per_query = Decimal("0.002") if kind == "hyb" else 0
    base = seed_base(Decimal(price) * 1000)
    upfront = FULL if labels == "label" else TRAINING
    found = payback(flow(base, seed_tuned(per_query_usd=per_query), upfront, horizon_months=36))
    bill, savings, months, decision = GOLDEN[f"loop.{price}.{kind}.{labels}"]
    assert close(month_cost(base, CALLS), bill)
    tuned_bill = month_cost(seed_tuned(per_query_usd=per_query), CALLS)
    assert close(month_cost(base, CALLS) - tuned_bill, savings)
    assert close(found.linear, months)
    assert found.linear == found.durable
    assert found.sooner_than(6) == (decision == "FINE-TUNE")


def retrained(every: int, usd: Fraction, horizon: int = 24) -> dict[int, Fraction]:
    return {month: usd for month in range(every + 1, horizon + 1, every)}


LUNA = {"input_mtok": Decimal("0.1"), "output_mtok": Decimal("0.5")}
MONTH = HOURS_PER_MONTH
CASES: dict[str, Callable[[], Flow]] = {
    "x.seed + labelling": lambda: flow(seed_base(), seed_tuned()),
    "x.base model shut down after month 1 (today 2026-11-22, 2027-01-14)": lambda: flow(
        seed_base(), seed_tuned(), life_months=1
    ),
    "x.no labelling, model shut down after month 1": lambda: flow(
        seed_base(), seed_tuned(), TRAINING, life_months=1
    ),
    "x.hosting $1.70/h (Azure standard/global FT deployment)": lambda: flow(
        seed_base(), seed_tuned(fixed_month_usd=Decimal("1.7") * MONTH)
    ),
    "x.hosting 1x H100 on demand $7/h (Fireworks LoRA)": lambda: flow(
        seed_base(), seed_tuned(fixed_month_usd=7 * MONTH)
    ),
    "x.self-host 1x H100 SXM $2.69/h (RunPod community)": lambda: flow(
        seed_base(), seed_tuned(fixed_month_usd=Decimal("2.69") * MONTH)
    ),
    "x.maintenance 2 h/month at $50": lambda: flow(seed_base(), seed_tuned(fixed_month_usd=100)),
    "x.retrain every 6 months (train+20% relabel)": lambda: flow(
        seed_base(), seed_tuned(), lumps=retrained(6, TRAINING + LABELLING / 5)
    ),
    "x.base price falls 5 %/month": lambda: flow(
        seed_base(decline_ratio=Decimal("0.05")), seed_tuned()
    ),
    "x.base = gpt-6-luna $0.10/$0.50, no cache (850-token prompt < 1024 minimum)": lambda: flow(
        seed_base(**LUNA), seed_tuned()
    ),
    "edge.zero volume": lambda: flow(
        seed_base(), seed_tuned(), calls=0, has_volume=False, horizon_months=12
    ),
    "edge.negative savings": lambda: flow(
        seed_base(Decimal("0.5"), 1), seed_tuned(), horizon_months=12
    ),
    "edge.positive but >600 months": lambda: flow(seed_base(1, 2), seed_tuned(), horizon_months=12),
    "edge.zero savings exactly": lambda: flow(seed_tuned(), seed_tuned(), horizon_months=12),
    "edge.never within horizon (H=6)": lambda: flow(seed_base(), seed_tuned(), horizon_months=6),
    "edge.pays back after shutdown (L=3)": lambda: flow(
        seed_base(), seed_tuned(), horizon_months=12, life_months=3
    ),
    "edge.upfront 0": lambda: flow(seed_base(), seed_tuned(), Fraction(0), horizon_months=12),
    "edge.upfront negative (grant)": lambda: flow(
        seed_base(), seed_tuned(), Fraction(-100), horizon_months=12
    ),
    "edge.pays back then lost to retraining": lambda: flow(
        seed_base(), seed_tuned(), TRAINING, horizon_months=7, lumps={7: Fraction(5000)}
    ),
    "edge.exactly 6.0 months": lambda: flow(
        seed_base(), seed_tuned(), Fraction(1836), horizon_months=12
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_golden_case(name: str) -> None:
    found, expected = payback(CASES[name]()), GOLDEN[name]
    assert found.status == expected["status"]
    assert close(found.linear, expected["linear"])
    assert close(found.first, expected["first"])
    assert close(found.durable, expected["durable"])
    assert close(found.net_usd, expected["net"])


def test_every_golden_case_is_tested() -> None:
    cases = {key for key, value in GOLDEN.items() if isinstance(value, dict) and "status" in value}
    assert cases == set(CASES)


def test_exactly_six_months_is_too_slow_and_a_cent_less_is_not() -> None:
    assert not payback(flow(seed_base(), seed_tuned(), Fraction(1836))).sooner_than(6)
    assert payback(flow(seed_base(), seed_tuned(), Fraction("1835.99"))).sooner_than(6)
    # A third of a dollar has no finite decimal form: only exact arithmetic keeps this at the limit.
    dear = seed_base(fixed_month_usd=Fraction(1, 3))
    edge = payback(flow(dear, seed_tuned(), Fraction(1838)))
    assert edge.durable == 6
    assert not edge.sooner_than(6)


def cached(input_mtok: Any, cached_mtok: str, output_mtok: Any, static: int, **cache: Any) -> Arm:
    return Arm(
        input_mtok,
        output_mtok,
        static_tokens=static,
        dynamic_tokens=cache.pop("query", 50),
        output_tokens=cache.pop("answer", 100),
        cache=Cache(Decimal(cached_mtok), 1024, 30, Decimal("1.25"), **cache),
    )


@pytest.mark.parametrize("static", [800, 1150, 7950])
def test_prefix_cache_has_a_cliff_at_its_minimum(static: int) -> None:
    with_cache, without, tuned_bill = GOLDEN[f"x.terra.{static}"]
    arm = cached(1, "0.05", 5, static)
    assert close(month_cost(arm, CALLS), with_cache)
    assert close(month_cost(Arm(1, 5, static, 50, 100), CALLS), without)
    tuned = seed_tuned(input_mtok=Decimal("0.8"), output_mtok=Decimal("3.2"))
    assert close(month_cost(tuned, CALLS), tuned_bill)


def test_volume_that_merely_covers_hosting() -> None:
    terra = call_cost(cached(1, "0.05", 5, 7950), CALLS).usd
    tuned = seed_tuned(input_mtok=Decimal("0.8"), output_mtok=Decimal("3.2"))
    saving = terra - call_cost(tuned, CALLS).usd
    assert close(saving, GOLDEN["x.terra8k.saving_per_call"])
    for label, rate in (("Azure $1.70/h", "1.7"), ("RunPod H100 $2.69/h", "2.69")):
        assert close(Fraction(rate) * MONTH / saving, GOLDEN[f"x.terra8k.vol.{label}"])
    assert close(7 * MONTH / saving, GOLDEN["x.terra8k.vol.Fireworks H100 $7/h"])
    assert close(month_cost(seed_base(**LUNA), CALLS), GOLDEN["x.luna_pe_month"])


@pytest.mark.parametrize("minutes", [5, 30])
def test_hit_ratio_of_random_arrivals(minutes: int) -> None:
    arm = Arm(1, 5, 2000, cache=Cache(Decimal("0.1"), 1024, minutes))
    assert close(hit_ratio(arm, CALLS), GOLDEN[f"hit.10000.{minutes}"])


@pytest.mark.parametrize(
    ("name", "arm"),
    [
        ("gpt-6-luna", cached(Decimal("0.1"), "0.01", Decimal("0.5"), 2000, query=500, answer=400,
                              hit_ratio=Decimal("0.999"))),
        ("gpt-6.1-terra", cached(1, "0.05", 5, 2000, query=500, answer=400,
                                 hit_ratio=Decimal("0.999"))),
    ],
)  # fmt: skip
def test_hospital_prompt_on_a_current_model(name: str, arm: Arm) -> None:
    with_cache, without = GOLDEN[f"hosp.late.{name} cached"]
    # The golden value is rounded to the cent.
    assert float(month_cost(arm, 1_000_000)) == pytest.approx(with_cache, abs=0.005)
    plain = Arm(arm.input_mtok, arm.output_mtok, 2000, 500, 400)
    assert close(month_cost(plain, 1_000_000), without)


@pytest.mark.parametrize("both", ["1", "1/2", "1/6"])
def test_input_and_output_price_fall_together(both: str) -> None:
    base = seed_base(30 * Fraction(both), 60 * Fraction(both))
    bill, months = GOLDEN[f"both.{both}"]
    assert close(month_cost(base, CALLS), bill)
    assert close(payback(flow(base, seed_tuned())).linear, months)


def seed_advantage(**changes: Any) -> Fraction:
    """Net after six months of the seed with labelling, one input changed."""
    kind = {"price": 30, "scale": 1, "calls": CALLS, "minutes": 5, "wage": 50, "examples": 500,
            "system": 800, "labels": True, "per_query": 0} | changes  # fmt: skip
    base = Arm(kind["price"] * kind["scale"], 60 * kind["scale"], kind["system"], 50, 100)
    tuned = seed_tuned(per_query_usd=kind["per_query"])
    saving = month_cost(base, kind["calls"]) - month_cost(tuned, kind["calls"])
    labels = Fraction(kind["examples"]) * kind["minutes"] * kind["wage"] / 60
    upfront = Fraction(kind["examples"]) * 24 / 1000 + (labels if kind["labels"] else 0)
    return 6 * saving - upfront


@pytest.mark.parametrize(
    ("golden", "parameter"),
    [
        ("vol.label", "calls"),
        ("min_ex.be6", "minutes"),
        ("wage.be6", "wage"),
        ("ex.be6", "examples"),
        ("sys.be6", "system"),
    ],
)
def test_thresholds_of_the_seed(golden: str, parameter: str) -> None:
    assert close(affine_root(lambda x: seed_advantage(**{parameter: x})), GOLDEN[golden])


def test_volume_threshold_without_labelling() -> None:
    root = affine_root(lambda n: seed_advantage(calls=n, labels=False))
    assert close(root, GOLDEN["vol.nolabel"])


@pytest.mark.parametrize("labels", ["label", "nolabel"])
@pytest.mark.parametrize("kind", ["ft", "hyb"])
def test_stop_price(kind: str, labels: str) -> None:
    fixed = {"labels": labels == "label", "per_query": Fraction("0.002") if kind == "hyb" else 0}
    six = affine_root(lambda p: seed_advantage(price=p * 1000, **fixed))
    assert close(six, GOLDEN[f"threshold.{kind}.{labels}.be6"])
    free = affine_root(lambda p: seed_advantage(price=p * 1000, examples=0, **fixed))
    assert close(free, GOLDEN[f"threshold.{kind}.{labels}.savings0"])
    together = affine_root(lambda s: seed_advantage(scale=s, **fixed))
    assert close(together, GOLDEN[f"scale.{kind}.{labels}"][1])


@pytest.mark.parametrize(
    "key", [key for key in GOLDEN if key.startswith("hosp.") and key.count(".") == 2 and
            key[5].isdigit()],
)  # fmt: skip
def test_hospital_year(key: str) -> None:
    note, letter = (int(part) for part in key.split(".")[1:])
    expected, monthly = GOLDEN[key], Fraction(1_000_000, 12)
    base = Arm(30, 60, 2000, note, letter, review=Review(10, Decimal("0.05")))
    tuned = Arm(3, 6, 100, note, letter, review=Review(10, Decimal("0.05"), Decimal("0.1"), 3))
    training = Fraction(1000 * 3 * (100 + note + letter) * 8, 1_000_000)
    assert close(sum(month_costs(base, monthly, 12)), expected["pe"])
    assert close(training + sum(month_costs(tuned, monthly, 12)), expected["ft"])
    review = sum(monthly * call_cost(tuned, monthly, month).review for month in range(1, 13))
    assert close(review, expected["ft_rev"])


def test_hospital_pays_back_in_the_second_year() -> None:
    monthly = Fraction(1_000_000, 12)
    base = Arm(30, 60, 2000, 500, 400, review=Review(10, Decimal("0.05")))
    tuned = Arm(3, 6, 100, 500, 400, review=Review(10, Decimal("0.05"), Decimal("0.1"), 3))
    plan = flow(base, tuned, Fraction(24), calls=monthly)  # type: ignore[arg-type]
    assert close(payback(plan).durable, GOLDEN["hosp.payback"])
    assert close(plan.cumulative(3), GOLDEN["hosp.cum3"])
    assert close(plan.cumulative(12), GOLDEN["hosp.cum12"])
    assert close(plan.cumulative(24), GOLDEN["hosp.cum24"])
    assert payback(plan).linear is None  # the first months lose money


def test_suitability_stops_in_the_stated_order() -> None:
    assert suitability("knowledge", 10, volatile=True).decision == "hold"
    assert suitability("style", 49).decision == "hold"
    for key, text in GOLDEN.items():
        if key.startswith("suit."):
            goal, examples, volatile = key[6:-1].replace("'", "").split(", ")
            found = suitability(goal, int(examples), volatile=volatile == "True")
            assert found.answer.upper() == text.split(":")[0]
    assert suitability("knowledge", 1000, volatile=True).decision == "rag"
    assert suitability("knowledge", 1000).decision == "hybrid"  # FT401 advises the same
    assert suitability("format", 500).decision is None


def test_positive_spans_find_every_jump_and_say_nowhere() -> None:
    grid = [1, 10, 100, 1000, 10_000]
    assert positive_spans(lambda x: x - 1024, grid) == [(1025, None)]
    assert positive_spans(lambda x: x + 1, grid) == [(1, None)]
    assert positive_spans(lambda x: -x, grid) == []
    assert positive_spans(lambda x: 50 - abs(x - 90), grid) == [(41, 139)]
    assert positive_spans(lambda x: (x - 40) * (x - 2000), grid) == [(1, 39), (2001, None)]


def test_a_bent_curve_has_no_exact_root() -> None:
    with pytest.raises(ValueError, match="not affine"):
        affine_root(lambda x: x * x - 1)


money = st.decimals(min_value=0, max_value=100, places=3)
tokens = st.integers(min_value=0, max_value=20_000)


@given(money, money, tokens, tokens, st.integers(1, 10**6), st.integers(1, 10**6))
def test_more_volume_never_hurts_where_a_call_saves(
    dear: Decimal, cheap: Decimal, prompt: int, short: int, calls: int, more: int
) -> None:
    base, tuned = Arm(dear, dear, prompt, 50, 100), Arm(cheap, cheap, short, 50, 100)
    if call_cost(base, 1).usd <= call_cost(tuned, 1).usd:
        return
    few = payback(flow(base, tuned, calls=calls, horizon_months=12))
    many = payback(flow(base, tuned, calls=calls + more, horizon_months=12))
    assert many.net_usd > few.net_usd
    assert few.durable is None or (many.durable is not None and many.durable <= few.durable)


@given(st.integers(0, 40), st.integers(0, 40), st.integers(1, 24))
def test_a_shorter_life_never_earns_more_while_every_month_saves(
    life: int, longer: int, horizon: int
) -> None:
    def net(life_months: int) -> Fraction:
        plan = flow(seed_base(), seed_tuned(), horizon_months=horizon, life_months=life_months)
        return payback(plan).net_usd

    assert net(life) <= net(life + longer)


@given(st.fractions(min_value="0.01", max_value=500), st.fractions(min_value="0.01", max_value=500))
def test_schedule_equals_linear_for_a_constant_flow(upfront: Fraction, saving: Fraction) -> None:
    found = payback(Flow(upfront, lambda months: [saving] * months, horizon_months=12))
    assert found.would is None or found.would == found.linear
    assert found.durable is None or found.durable * saving == upfront


def test_cumulative_accrues_inside_a_month() -> None:
    plan = flow(seed_base(), seed_tuned(), TRAINING, life_months=2)
    assert plan.cumulative(Fraction(1, 2)) == 153 - 12
    assert plan.cumulative(9) == plan.cumulative(2) == 600


def test_a_price_that_falls_to_nothing_is_a_price() -> None:
    free = month_costs(seed_base(decline_ratio=1), CALLS, 3)
    assert [float(bill) for bill in free] == [315, 0, 0]


@pytest.mark.parametrize("months", [1, 600])
def test_every_horizon_has_as_many_bills_as_months(months: int) -> None:
    review = Review(10, Decimal("0.05"), Decimal("0.1"), initial_months=600)
    assert len(month_costs(seed_tuned(review=review), CALLS, months)) == months


def test_lumps_break_a_run_of_equal_months() -> None:
    # $10 a month, $15 at the start of months 1-3: -15 +10 -15 +10 -15 +10, then up to zero again.
    lumps = dict.fromkeys((1, 2, 3), Fraction(15))
    found = payback(Flow(Fraction(0), lambda n: [Fraction(10)] * n, 12, lumps=lumps))
    assert (found.status, found.durable) == ("PAYS_BACK", Fraction(9, 2))
