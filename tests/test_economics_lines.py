"""Every line of every option's bill, worked out with a pocket calculator, and what is assumed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ftgate.economics.training import (
    estimate_training,
    hours_missing,
    job_usd,
    self_hosted_training,
)
from ftgate.economics.workload import Workload, workload
from ftgate.model import Bill, Comparison, Epochs, Measured, Missing, Price
from ftgate.settings import (
    DistillationSettings,
    EngineeringSettings,
    FailureSettings,
    FewShotSettings,
    LatencySettings,
    PriceSettings,
    RetrainingSettings,
    RetrievalSettings,
    ReviewSettings,
    SelfHostedSettings,
    Settings,
    UsageSettings,
)
from tests.economics_market import (
    BASE,
    CHEAP,
    CHEAP_PRICES,
    PRICES,
    STRONG,
    TODAY,
    Town,
    compared,
    job,
    offered,
    option,
    plan,
    there,
    told,
    with_labelling,
)

GPUS = SelfHostedSettings(Decimal("2.50"), Decimal(4), gpus=2)
SOLD = {
    **PRICES, **CHEAP_PRICES, **offered("other-1", "1", "0.5"),
    f"{STRONG}/batch_input_mtok": "5", f"{STRONG}/batch_output_mtok": "15",
    f"{STRONG}/cache_write_mtok": "12.5",
    f"{CHEAP}/decisions_input_mtok": "0.08", f"{CHEAP}/decisions_output_mtok": "0",
}  # fmt: skip
TOKENS: dict[str, Any] = {
    "prompt_tokens": 2000, "cacheable_tokens": 2000, "cache_hit_rate": 0.5, "batch_share": 0.25,
    "retry_ratio": 0.1, "reasoning_tokens": 10, "tuned_reasoning_tokens": 20,
}  # fmt: skip
EVERYTHING = replace(
    with_labelling(plan(1000, **TOKENS)),
    few_shot=FewShotSettings(2),
    retrieval=RetrievalSettings(Decimal("0.002"), 500),
    distillation=DistillationSettings(STRONG, review_share=Decimal("0.1")),
    self_hosted=GPUS,
    engineering=EngineeringSettings(Decimal(16), Decimal("1.5"), Decimal(80)),
    retraining=RetrainingSettings(5, Decimal("0.2"), Decimal(30)),
    review=ReviewSettings(Decimal(1), Decimal("0.01"), Decimal("0.02"), Decimal("0.03"), 2),
    failures=FailureSettings(Decimal(2), Decimal("0.03"), Decimal("0.025")),
    latency=LatencySettings(Decimal("0.001"), Decimal(2), Decimal("1.5")),
    price=(PriceSettings("other-1", "offer", TODAY, provider="beta"),),
)
CALLS = "1,000 calls x "
WAIT, READ, FAIL = (
    ("waiting", "2", f"{CALLS}$0.002"),
    ("review", "10", f"{CALLS}1% x $1.00"),
    ("failures", "60", f"{CALLS}3% x $2.00"),
)
LABELS = ("labelling", "2083.333333", "500 examples x 5 min x $50.00/h / 60")
HOURS = ("engineering", "1280", "16 h x $80.00/h")
TUNED_CALLS = (
    ("waiting", "1.5", f"{CALLS}$0.0015"),
    ("review", "20", f"{CALLS}2% x $1.00 (months 1-2: 3%)"),
    ("failures", "50", f"{CALLS}2.5% x $2.00"),
)
UPKEEP = ("engineering", "120", "1.5 h x $80.00/h")


def today(prompt: str, usd: str) -> list[tuple[str, str, str]]:
    """Lines of today's model at $10 and $30 with another first line."""
    return [
        ("cached prompt", usd, f"{CALLS}{prompt} tokens x (50% x $1/M + 50% x $12.5/M) x 1.1"),
        ("other input", "2.2", f"{CALLS}200 tokens x $10/M x 1.1"),
        ("answers", "3.63", f"{CALLS}(100 + 10 reasoning tokens) x $30/M x 1.1"),
        *(WAIT, READ, FAIL),
    ]


def tuned(into: int, out: int, query: int = 200) -> list[tuple[str, str, str]]:
    """Tokens of the tuned model at these prices, 1.1 times."""
    sent = Decimal(query * into) * Decimal("0.0011")
    return [
        ("prompt", str((Decimal(into) * Decimal("0.055")).normalize()),
         f"{CALLS}50 tokens x ${into}/M x 1.1"),
        ("user input", str(sent.normalize()), f"{CALLS}{query} tokens x ${into}/M x 1.1"),
        ("answers", str((Decimal(out) * Decimal("0.132")).normalize()),
         f"{CALLS}(100 + 20 reasoning tokens) x ${out}/M x 1.1"),
    ]  # fmt: skip


def again(training: str, usd: str) -> tuple[str, str, str]:
    return ("retraining", usd,
            f"every 5 months: training {training} + 20% of the labels + $30.00 more")  # fmt: skip


BLEND, OUT = "(25% x $5/M + 75% x $10/M)", "(25% x $15/M + 75% x $30/M)"
JOB = ("training", "15", "3,000,000 tokens, 3 epochs (dear end of the range)")
LINES: dict[str, list[tuple[str, str, str]]] = {
    "today": [
        ("prompt", "22", f"{CALLS}2,000 tokens x $10/M x 1.1"),
        ("user input", "2.2", f"{CALLS}200 tokens x $10/M x 1.1"),
        ("answers", "3.63", f"{CALLS}(100 + 10 reasoning tokens) x $30/M x 1.1"),
        *(WAIT, READ, FAIL),
    ],
    "cached": today("2,000", "14.85"),
    "few-shot": today("2,600", "19.305"),
    "batch": [
        ("prompt", "19.25", f"{CALLS}2,000 tokens x {BLEND} x 1.1"),
        ("user input", "1.925", f"{CALLS}200 tokens x {BLEND} x 1.1"),
        ("answers", "3.17625", f"{CALLS}(100 + 10 reasoning tokens) x {OUT} x 1.1"),
        *(WAIT, READ, FAIL),
    ],
    "cheaper": [
        ("prompt", "0.22", f"{CALLS}2,000 tokens x $0.1/M x 1.1"),
        ("user input", "0.022", f"{CALLS}200 tokens x $0.1/M x 1.1"),
        ("answers", "0.0605", f"{CALLS}(100 + 10 reasoning tokens) x $0.5/M x 1.1"),
        *(WAIT, READ, FAIL),
    ],
    "retrieval": [
        ("prompt", "22", f"{CALLS}2,000 tokens x $10/M x 1.1"),
        ("user input", "7.7", f"{CALLS}700 tokens x $10/M x 1.1"),
        ("answers", "3.63", f"{CALLS}(100 + 10 reasoning tokens) x $30/M x 1.1"),
        *(WAIT, ("retrieval", "2", f"{CALLS}$0.002"), READ, FAIL),
    ],
    "decisions": [  # a choice is not reasoned about
        ("prompt", "0.176", f"{CALLS}2,000 tokens x $0.08/M x 1.1"),
        ("user input", "0.0176", f"{CALLS}200 tokens x $0.08/M x 1.1"),
        ("answers", "0", f"{CALLS}100 tokens x $0/M x 1.1"),
        *(WAIT, READ, FAIL),
    ],
    "fine-tuned": [
        *(JOB, LABELS, HOURS), *tuned(2, 4), *TUNED_CALLS, UPKEEP, again("$15.00", "461.666667"),
    ],
    "hybrid": [
        *(JOB, LABELS, HOURS), *tuned(2, 4, 700), TUNED_CALLS[0],
        *(("retrieval", "2", f"{CALLS}$0.002"), *TUNED_CALLS[1:], UPKEEP),
        again("$15.00", "461.666667"),
    ],
    "distilled": [  # a fifth of $12.50 and $208.33 in the place of a fifth of $2,083.33
        *(JOB, HOURS),
        ("teacher", "12.5", "500 examples x (2,200 tokens x $10/M + 100 tokens x $30/M)"),
        ("labelling", "208.333333", f"10% of {LABELS[2]}"),
        *tuned(2, 4), *TUNED_CALLS, UPKEEP, again("$15.00", "89.166667"),
    ],
    "self-hosted": [
        ("training", "20", "4 h x 2 x $2.50"), LABELS, HOURS, *TUNED_CALLS, UPKEEP,
        ("hosting", "3650", "1 x 730 h x $5.00"), again("$20.00", "466.666667"),
    ],
    "elsewhere": [
        ("training", "3", "3,000,000 tokens x $1.00/M"), LABELS, HOURS, *tuned(1, 1), *TUNED_CALLS,
        ("hosting", "365", "730 h x $0.50"), UPKEEP, again("$3.00", "449.666667"),
    ],
}  # fmt: skip


def everything(settings: Settings = EVERYTHING, **prices: str) -> Comparison:
    town = Town({**SOLD, **prices}, trainers=[there("other-1", "beta")])
    return told(settings, town, classifies=True)


@pytest.mark.parametrize("kind", LINES)
def test_every_line_of_a_bill_is_its_formula(kind: str) -> None:
    bill = option(everything(), kind)
    assert [(each.item, round(each.usd, 6), each.formula) for each in bill.lines] == [
        (item, Decimal(usd), formula) for item, usd, formula in LINES[kind]
    ]
    once = {"training", "labelling", "teacher"}
    for line in bill.lines:
        assert line.upfront == (line.item in once or line.formula == HOURS[2])
        assert line.every_months == (5 if line.item == "retraining" else 0)
    upfront = sum(line.usd for line in bill.lines if line.upfront)
    assert bill.upfront_usd == pytest.approx(upfront)
    first = kind in ("fine-tuned", "hybrid", "distilled", "self-hosted", "elsewhere")
    steady = sum(line.usd for line in bill.lines if line.monthly)
    assert bill.monthly_usd[2] == pytest.approx(steady)
    assert bill.monthly_usd[0] == pytest.approx(steady + (10 if first else 0))


def test_what_is_paid_before_the_first_call_has_twelve_places() -> None:
    """A share of it is paid again, so that a millionth of a dollar would not do."""
    bill = option(everything(), "distilled")
    spent = {line.item: line.usd for line in bill.lines if line.upfront}
    assert spent["labelling"] == Decimal("208.333333333333")
    tuned_ = option(everything(), "fine-tuned").lines[1]
    assert tuned_.usd == Decimal("2083.333333333333")
    odd = everything(**{f"{STRONG}/input_mtok": "10.0000000001"})
    taught = next(line for line in option(odd, "distilled").lines if line.item == "teacher")
    assert taught.usd == Decimal("12.50000000011")


def test_what_an_option_rests_on_and_whether_it_may_win() -> None:
    found = {each.kind: each for each in everything().options}
    assert {kind for kind, each in found.items() if not each.contends} == {
        *("hybrid", "distilled", "self-hosted", "elsewhere"),
    }
    notes = {kind: each.note for kind, each in found.items() if each.note}
    rule = "caching from 1,024 tokens, kept 5 minutes, as for OpenAI's models"
    assert notes == {
        "cached": rule,
        "batch": "25% of the calls can wait",
        "few-shot": f"2 examples of 300 tokens in the prompt; {rule}; cached",
        "retrieval": "500 retrieved tokens in every call",
        "decisions": "the labels as a choice: no training, no free text; uncached",
        "hybrid": "500 retrieved tokens in every call",
        "distilled": "labels as good as people's are assumed",
        "self-hosted": "on machines by the hour, one replica",
        "elsewhere": "another base: evaluate it first; tokens estimated with the planned base's"
        " tokenizer",
    }
    refs = {kind: each.lines[0].price_refs for kind, each in found.items()}
    assert refs["cached"] == (
        *(f"{STRONG}/cached_input_mtok", f"{STRONG}/cache_write_mtok", f"{STRONG}/input_mtok"),
    )
    assert refs["batch"] == (f"{STRONG}/batch_input_mtok", f"{STRONG}/input_mtok")
    assert refs["fine-tuned"] == (f"{BASE}/training_mtok",)
    assert refs["self-hosted"] == ()


def test_replicas_are_as_many_as_the_mean_load_needs() -> None:
    """(100 + 20) x 1.1 tokens at 1 a second: 19,909.09 answers in 730 hours; 20,000 need two."""
    slow = replace(GPUS, tokens_per_second=Decimal(1))
    usage = replace(EVERYTHING.usage, requests_per_month=20_000)
    bill = option(everything(replace(EVERYTHING, self_hosted=slow, usage=usage)), "self-hosted")
    assert bill.note == "on machines by the hour"
    assert bill.lines[-2].formula == "2 x 730 h x $5.00"


def test_what_is_not_stated_of_the_tune_is_as_today() -> None:
    usage = replace(EVERYTHING.usage, tuned_reasoning_tokens=None, batch_share=None)
    alike = replace(
        EVERYTHING,
        usage=usage,
        failures=replace(EVERYTHING.failures, rate_tuned=None),
        review=ReviewSettings(Decimal(1), Decimal("0.01")),
        latency=replace(EVERYTHING.latency, seconds_tuned=None),
        engineering=EngineeringSettings(Decimal(16), Decimal("1.5")),
    )
    found = everything(alike)
    lines = {line.item: line.formula for line in option(found, "fine-tuned").lines}
    assert lines["answers"] == f"{CALLS}(100 + 10 reasoning tokens) x $4/M x 1.1"
    assert (lines["review"], lines["failures"], lines["waiting"]) == (READ[2], FAIL[2], WAIT[2])
    assert lines["engineering"] == "1.5 h x $50.00/h"
    batch = option(found, "batch")
    assert (batch.note, batch.contends) == ("as if every call could wait", False)
    assert batch.lines[0].formula == f"{CALLS}2,000 tokens x $5/M x 1.1"
    same = "the same rate for every option; measure the tuned model's in a pilot"
    assert {f"review: {same}", f"failures: {same}"} <= set(found.assumptions)
    assert found.assumptions[0].endswith(
        "10 reasoning tokens in every answer, the tuned model's too"
    )


def test_what_is_assumed_is_said_in_its_order() -> None:
    assert [text.partition(":")[0].partition(" is ")[0] for text in everything().assumptions] == [
        "other models", "caching from 1,024 tokens, kept 5 minutes, as for OpenAI's models",
        "no shutdown date", "elsewhere",
    ]  # fmt: skip
    plain = compared(plan())
    assert [text.partition(":")[0] for text in plain.assumptions] == [
        *["not compared"] * 3, "other models", "no shutdown date is announced for ft", "labelling",
    ]  # fmt: skip
    assert plain.assumptions[3].endswith("reasoning tokens are not counted (effort none)")
    ending = (
        "ft:base-1 stops on 2027-03-01; a begun month does not count, and later calls cost what the"
        " cheapest prompt costs"
    )
    assert ending in compared(plan(), ends=date(2027, 3, 1)).assumptions
    reviewed = everything().assumptions
    assert not any("same rate" in text for text in reviewed)


def test_who_neither_builds_nor_looks_after_a_tune_costs_nothing() -> None:
    none = replace(EVERYTHING, engineering=EngineeringSettings(), retraining=RetrainingSettings())
    items = [line.item for line in option(everything(none), "fine-tuned").lines]
    assert items == [
        *("training", "labelling", "prompt", "user input", "answers", "waiting", "review"),
        "failures",
    ]
    bare = replace(none, retraining=RetrainingSettings(5, Decimal(0), Decimal(0)))
    last = option(everything(bare), "fine-tuned").lines[-1]
    assert (last.formula, last.usd) == ("every 5 months: training $15.00", 15)
    exist = replace(plan(), retraining=RetrainingSettings(5, Decimal("0.2"), Decimal(30)))
    last = option(compared(exist), "fine-tuned").lines[-1]
    assert (last.formula, last.usd) == ("every 5 months: training $15.00 + $30.00 more", 45)


def test_a_teacher_whose_labels_nobody_checks() -> None:
    alone = DistillationSettings(STRONG, review_share=Decimal(0))
    bill = option(everything(replace(EVERYTHING, distillation=alone)), "distilled")
    assert [line.item for line in bill.lines if line.upfront] == [
        *("training", "engineering", "teacher"),
    ]


# -- the training job -----------------------------------------------------------------------------


def estimated(bill: Bill, price: Any = None, minimum: Any = None) -> Any:
    return estimate_training(
        model="m", provider="p", epochs=Epochs(1, 4, "auto"), bill=bill, price=price,
        minimum=minimum,
    )  # fmt: skip


def test_a_job_spans_the_band_of_its_bill_and_has_a_minimum() -> None:
    price = Price("r", "m", "p", "training_mtok", Decimal(5), "s", "u", TODAY, None, "bundled")
    wide = estimated(Bill(1_000_000, 2_000_000, band=400_000), price)
    assert (wide.usd_low, wide.usd_high) == (3, 12)
    assert estimated(Bill(100, 2_000_000, band=400), price).usd_low == 0
    least = estimated(Bill(1_000_000, 2_000_000), price, replace(price, usd=Decimal(7)))
    assert (least.usd_low, least.usd_high, least.price_ref) == (7, 10, "r")
    assert (wide.epochs_low, wide.epochs_high, wide.epochs_used) == (1, 4, 4)
    unsold = estimated(Bill(1, 1))
    assert (unsold.usd_high, unsold.missing, unsold.unit) == (None, None, "training_mtok")
    unknown = estimated(Bill(1, 1, unknown="images"), price)
    assert (unknown.usd_high, unknown.missing and unknown.missing.reason) == (None, "images")
    gone = Missing("price", "gone")
    assert estimated(Bill(1, 1), gone).missing is gone


def test_a_job_by_the_hour_needs_hours_and_a_price() -> None:
    assert job_usd(GPUS) == 20
    for missing in ({"training_hours": None}, {"gpu_usd_per_hour": None}):
        half = replace(GPUS, **missing)  # type: ignore[arg-type]
        assert job_usd(half) is None
        (key,) = missing
        assert hours_missing(half, "m").reason == f"add to ftgate.toml: [self_hosted] {key} = …"
        assert self_hosted_training(job(Town(PRICES)), half).missing is not None
    hourly = self_hosted_training(job(Town(PRICES)), GPUS)
    assert (hourly.usd_low, hourly.usd_high, hourly.missing) == (20, 20, None)
    assert hourly.notes[-1] == "4 h x 2 x $2.50 by the hour"


def test_stated_tokens_go_before_measured_ones() -> None:
    measured = Measured(9, 100, 150, 40, 20, 10, tuned_cacheable_tokens=30)
    assert workload(Settings(), measured) == Workload(100, 100, 40, 20, 10, 30)
    stated = Settings(usage=UsageSettings(prompt_tokens=0, query_tokens=0, cacheable_tokens=7))
    assert workload(stated, measured) == Workload(0, 0, 40, 0, 10, 30)
    whole = replace(measured, tuned_cacheable_tokens=None, cacheable_tokens=None)
    assert workload(Settings(), whole) == Workload(100, 0, 40, 20, 10, 40)
    longer = replace(measured, tuned_cacheable_tokens=99)
    assert workload(Settings(), longer) == Workload(100, 100, 40, 20, 10, 40)
