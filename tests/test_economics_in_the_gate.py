"""Options of real sample sets, as `ftgate check` and its JSON show them."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ftgate.gate import CheckOptions, check
from ftgate.model import PROMPTED, Price
from ftgate.prices.book import PriceBook
from ftgate.report import DatasetReport
from ftgate.report_json import to_dict
from tests.conftest import AS_OF, ROOT

TODAY = date.fromisoformat(AS_OF)
SAMPLES = ("techwiz-support", "hospital-letters", "ski-resort-faq")


def judged(folder: Path, *overrides: str) -> tuple[DatasetReport, dict[str, Any]]:
    report = check([str(folder)], CheckOptions(as_of=AS_OF, overrides=overrides))
    (dataset,) = report.datasets
    return dataset, to_dict(report)


def kinds(dataset: DatasetReport) -> set[str]:
    assert dataset.comparison is not None
    return {each.kind for each in dataset.comparison.options}


@pytest.mark.parametrize("sample", SAMPLES)
def test_each_sample_states_its_best_alternative_and_its_threshold(sample: str) -> None:
    dataset, document = judged(ROOT / "sample_data" / sample)
    comparison = dataset.comparison
    assert comparison is not None
    assert {"today", "batch", "cheaper", "few-shot", "fine-tuned"} <= kinds(dataset)
    rivals = [each for each in comparison.options if each.contends and each.kind in PROMPTED]
    assert comparison.break_even_best is not None
    assert comparison.break_even_best.against == min(rivals, key=lambda o: o.total_usd).name
    values = {each.parameter: each.value for each in comparison.thresholds}
    assert {"requests_per_month", "requests_per_month.today"} <= set(values)
    best = next(each for each in comparison.options if each.name == comparison.best)
    assert (best.kind == "fine-tuned") == (values["requests_per_month"] != "never")
    # Every price that a line names can be looked up in the same document.
    (shown,) = document["datasets"]
    known = {price["ref"] for price in document["prices"]}
    refs = {ref for each in shown["comparison"]["options"] for line in each["lines"]
            for ref in line["price_refs"]}  # fmt: skip
    assert refs <= known


@pytest.fixture
def techwiz(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "sample_data" / "techwiz-support", tmp_path / "techwiz"))


def test_a_stated_classifier_is_compared_with_the_decisions_endpoint(techwiz: Path) -> None:
    assert "decisions" not in kinds(judged(techwiz)[0])
    plan = techwiz / "ftgate.toml"
    plan.write_text(plan.read_text().replace('goal = "format"', 'goal = "classification"'))
    dataset, _ = judged(techwiz)
    assert dataset.comparison is not None
    (bill,) = [each for each in dataset.comparison.options if each.kind == "decisions"]
    assert bill.model == "gpt-6-luna"
    assert {line.usd for line in bill.lines if line.item == "answers"} == {0}


def test_measured_labels_are_compared_with_it_too(tmp_path: Path) -> None:
    moods = ("angry", "calm", "glad")
    records = [
        {"messages": [{"role": "user", "content": f"Parcel {n} came on day {n * 7 % 31}."},
                      {"role": "assistant", "content": moods[n % 3]}]}
        for n in range(60)
    ]  # fmt: skip
    (tmp_path / "train.jsonl").write_text("".join(json.dumps(each) + "\n" for each in records))
    (tmp_path / "ftgate.toml").write_text(
        'version = 1\n[model]\ntoday = "gpt-6.1-terra"\n[usage]\nrequests_per_month = 10_000\n'
    )
    assert "decisions" in kinds(judged(tmp_path)[0])


def test_machines_by_the_hour_decide_what_a_framework_leaves_open(techwiz: Path) -> None:
    ours = ('model.provider="trl"', 'model.base="Qwen/Qwen3-8B"', 'model.today="gpt-6.1-terra"')
    undecided, _ = judged(techwiz, *ours)
    assert undecided.outcome == "undecided"
    said = [finding.message for finding in undecided.findings if finding.code == "FT701"]
    assert any("[self_hosted] gpu_usd_per_hour = …, training_hours = …" in text for text in said)
    hours = ('self_hosted.gpu_usd_per_hour="2.5"', "self_hosted.training_hours=2")
    decided, document = judged(techwiz, *ours, *hours)
    assert decided.outcome in ("pass", "fail")
    assert not [finding for finding in decided.findings if finding.undecided]
    assert document["datasets"][0]["training"]["usd"] == {"low": "5", "high": "5"}
    over, _ = judged(techwiz, *ours, *hours, 'policy.max_training_cost="4 USD"')
    assert "FT703" in {finding.code for finding in over.findings}


def test_the_whole_cash_flow_can_be_stated(techwiz: Path) -> None:
    plan = (
        'engineering={hours_upfront=40,hours_per_month=2,hourly_wage="90"}',
        "retraining={every_months=3}",
        'failures={usd="1",rate_today="0.02",rate_tuned="0.01"}',
        'latency={usd_per_second="0.001",seconds_today=2,seconds_tuned=1}',
        "usage.growth_ratio=0.02",
        "usage.ramp=[0.1,0.5]",
        "usage.retry_ratio=0.01",
        "usage.reasoning_tokens=20",
        "usage.batch_share=0.3",
        'retrieval={usd_per_query="0.001",context_tokens=800}',
    )
    dataset, _ = judged(techwiz, *plan)
    assert dataset.comparison is not None
    tuned = next(each for each in dataset.comparison.options if each.kind == "fine-tuned")
    items = {line.item for line in tuned.lines}
    assert {"training", "engineering", "waiting", "failures", "retraining"} <= items
    assert {"batch", "retrieval", "hybrid"} <= kinds(dataset)
    assert tuned.monthly_usd[0] < tuned.monthly_usd[-1]


# -- who else can be priced ----------------------------------------------------------------------


def test_the_price_book_names_who_has_a_price_of_hosting() -> None:
    book = PriceBook.load(today=TODAY)
    found = list(book.tuning())
    assert {"azure", "openai"} <= {each.provider for each in found}
    assert all(each.tunable for each in found)
    for each in found:
        assert isinstance(book.lookup(each.name, "hosting_hour", each.provider), Price)
    assert "tinker" not in {each.provider for each in found}
    assert "tinker" in {each.provider for each in book.tuning(("tinker",))}


def test_a_hosting_price_of_ones_own_brings_a_place_into_the_table(techwiz: Path) -> None:
    plan = techwiz / "ftgate.toml"
    plan.write_text(
        plan.read_text()
        + '\n[[price]]\nmodel = "Qwen/Qwen3-8B"\nprovider = "tinker"\nhosting_hour = "0"\n'
        'source = "offer"\nas_of = 2026-11-16\n'
    )
    dataset, _ = judged(techwiz)
    assert dataset.comparison is not None
    names = [each.name for each in dataset.comparison.options if each.kind == "elsewhere"]
    assert "fine-tuned Qwen/Qwen3-8B at tinker" in names
