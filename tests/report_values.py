"""Reports built by hand, for tests of renderers and of the contract."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from ftgate.model import (
    BreakEven,
    Comparison,
    CostLine,
    Encoding,
    Evidence,
    Finding,
    Goal,
    Judgement,
    Missing,
    Option,
    Price,
    Reason,
    Threshold,
    Training,
    VolumeVerdict,
)
from ftgate.report import DatasetReport, FileReport, Report, TokenReport

TRAIN = FileReport(
    path="letters/train.jsonl",
    role="train",
    format="openai-chat",
    bytes=240_000,
    lines=114,
    examples=112,
    invalid=1,
    blank=1,
    digest="sha256:aa",
)
TOKENS = TokenReport(
    encoding=Encoding("o200k_base", "exact"),
    engine="tiktoken 0.14.0",
    total=61_204,
    by_role={"system": 10_000, "user": 20_000, "assistant": 30_000},
    tools=0,
    images=0,
    per_example={"min": 210, "p5": 250, "median": 540, "mean": 546.5, "p95": 800, "max": 905},
    over_limit=0,
    truncated_tokens=0,
    limit=65_536,
    histogram=((500, 40), (1000, 72)),
)
TRAINING = Training(
    model="gpt-4.1-mini-2025-04-14",
    provider="openai",
    epochs_low=1,
    epochs_high=3,
    epochs_used=3,
    epochs_rule="auto",
    billable_low=61_204,
    billable_high=183_612,
    usd_low=Decimal("0.30602"),
    usd_high=Decimal("0.91806"),
    price_ref="openai/gpt-4.1-mini/training_mtok",
)
GOAL = Goal(
    label="style",
    knowledge_share=0.02,
    volatile_share=0.0,
    confidence=0.99,
    judged=112,
    examples=112,
    evidence=(Evidence("knowledge_share", "2%", "answers restate the note"),),
    judgements=(Judgement("letters/train.jsonl", 7, True, "named entity"),),
)
TODAY = Option(
    "today's prompt",
    "today",
    "gpt-4.1-2025-04-14",
    Decimal(0),
    (Decimal("120.5"),) * 12,
    lines=(CostLine("input", Decimal("100.5"), "50,250,000 tokens x $2/M"),),
)
TUNED = Option(
    "fine-tuned gpt-4.1-mini",
    "fine-tuned",
    "gpt-4.1-mini-2025-04-14",
    Decimal("30.92"),
    (Decimal("18.2"),) * 12,
    usable_until=date(2027, 10, 14),
    lines=(CostLine("training", Decimal("0.92"), "183,612 tokens x $5/M", ("t",), upfront=True),),
)
CACHED = Option(
    "cached prompt", "cached", "gpt-4.1-2025-04-14", Decimal(0), (Decimal("60.1"),) * 12
)
PAYS_BACK = BreakEven(
    "PAYS_BACK", Decimal("2.41"), Decimal(198_000), date(2027, 2, 3), True, "cached prompt"
)
COMPARISON = Comparison(
    horizon_months=12,
    baseline="today's prompt",
    best="fine-tuned gpt-4.1-mini",
    options=(TODAY, CACHED, TUNED),
    break_even=PAYS_BACK,
    break_even_best=PAYS_BACK,
    thresholds=(Threshold("requests_per_month", "2,100", "below, caching is cheaper"),),
    assumptions=("answers are as good as today's",),
)
AT_VOLUMES = replace(
    COMPARISON,
    break_even_best=replace(PAYS_BACK, status="UNKNOWN_VOLUME", months=None, date=None),
    undecided=(Missing("requests_per_month", "not stated"),),
    at_volumes=tuple(
        VolumeVerdict(
            calls,
            "fine-tune" if calls >= 100_000 else "prompt",
            "fine-tuned" if calls >= 100_000 else "cached prompt",
            Decimal("1.9") if calls >= 100_000 else None,
            Decimal(calls) / 1000,
        )
        for calls in (1_000, 10_000, 100_000, 1_000_000)
    ),
)
PASSING = DatasetReport(
    name="hospital-letters",
    outcome="pass",
    decision="fine-tune",
    reasons=(),
    digest="sha256:bb",
    files=(TRAIN,),
    tokens=TOKENS,
    training=TRAINING,
    goal=GOAL,
    duplicates={"exact": 0, "near": None, "leaked_from_validation": 0},
    findings=(),
    comparison=COMPARISON,
    provider="openai",
    next_command="ftgate cost letters",
)
KNOWLEDGE = Finding(
    "71% of answers teach facts (limit 60%)",
    path="faq/train.jsonl",
    lines=(3, 17, 22, 31),
    count=58,
    code="FT401",
    name="knowledge-injection",
    severity="error",
    decision="rag",
    next_step="put the facts into retrieval",
)
WARNING = Finding(
    "no validation set", code="FT204", name="no-validation", severity="warning", count=1
)
FAILING = replace(
    PASSING,
    name="ski-resort-faq",
    outcome="fail",
    decision="rag",
    reasons=(Reason("FT401", "71% of answers teach facts (limit 60%)"),),
    findings=(WARNING, KNOWLEDGE),
    comparison=AT_VOLUMES,
    next_command="ftgate explain FT401",
)
UNREADABLE = replace(
    PASSING,
    name="broken",
    outcome="error",
    decision="hold",
    tokens=None,
    training=None,
    goal=None,
    comparison=None,
    findings=(replace(WARNING, code="FT001", name="unreadable-file", severity="error"),),
)
UNPRICED = replace(
    PASSING,
    name="unpriced",
    outcome="undecided",
    decision="hold",
    reasons=(Reason("", "no price for gpt-9"),),
    training=replace(
        TRAINING,
        model="gpt-9",
        usd_low=None,
        usd_high=None,
        price_ref=None,
        missing=Missing("gpt-9", "not in the price list", ("gpt-5", "gpt-6")),
    ),
    comparison=replace(COMPARISON, break_even=None, break_even_best=None),
)
PRICE = Price(
    ref="openai/gpt-4.1-mini/training_mtok",
    model="gpt-4.1-mini-2025-04-14",
    provider="openai",
    unit="training_mtok",
    usd=Decimal("5.00"),
    source="OpenAI pricing page",
    url="https://openai.com/api/pricing",
    as_of=date(2026, 11, 18),
    expires=date(2027, 2, 16),
    layer="bundled",
)


def report(*datasets: DatasetReport) -> Report:
    """A report of these datasets with the outcome and exit code that belong to them."""
    outcomes = [dataset.outcome for dataset in datasets]
    worst = next(
        (each for each in ("error", "fail", "undecided") if each in outcomes),
        "pass",
    )
    return Report(
        version="0.1.0",
        outcome=worst,
        exit_code={"pass": 0, "fail": 1, "error": 2, "undecided": 3}[worst],
        as_of="2026-11-22",
        datasets=datasets,
        prices=(PRICE,),
        settings={"usage": {"requests_per_month": None}, "as_of": date(2026, 11, 22)},
    )


def closed(schema: Any) -> Any:
    """The schema with every object closed: what it does not describe is then an error."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: closed(value) for key, value in schema.items()}
    if "properties" in result and result.get("type") == "object":
        result.setdefault("additionalProperties", False)
    return result
