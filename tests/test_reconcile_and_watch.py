"""After the launch: the bill beside the prediction, and how long the tuned model still runs."""

from __future__ import annotations

import json
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ftgate.cli import run
from ftgate.launching import calibration
from ftgate.launching.calibration import Entry
from ftgate.launching.journal import Journal
from ftgate.launching.records import Attempt, Record, from_json, to_json
from ftgate.launching.requests import DataFile, Plan, Prediction
from tests.conftest import ROOT
from tests.launching import PASSES, openai_bill
from tests.openai_service import OpenAIService

Capture = pytest.CaptureFixture[str]
TUNED = "ft:gpt-4.1-mini-2025-04-14:acme:desk:9xYzAbCd"


pytest_plugins = ("tests.launch_fixtures",)
pytestmark = pytest.mark.usefixtures("project")


def launched(*arguments: str) -> None:
    assert run(["launch", PASSES, "--yes", "--wait", *arguments]) == 0


def entry(job: str, predicted: int, billed: int, **changed: Any) -> Entry:
    fields: dict[str, Any] = {"formula": "openai openai_chat", "confidence": "exact"}
    fields |= {"model": "m", "epochs": 3, "band_tokens": 0, "expected_epochs": (1, 3)}
    fields |= {"finished_at": 0, **changed}
    return Entry(job=job, predicted_tokens=predicted, billed_tokens=billed, **fields)


# -- reconcile --------------------------------------------------------------------------------


@pytest.mark.parametrize("epochs", [1, 2, 3])
def test_the_bill_is_predicted_for_the_epochs_that_the_service_chose(
    epochs: int, service: OpenAIService, capsys: Capture
) -> None:
    service.auto_epochs = epochs
    launched()
    capsys.readouterr()
    assert run(["reconcile"]) == 0
    billed = service.jobs["ftjob-1"]["trained_tokens"]
    out = capsys.readouterr().out
    assert f"billed {billed:,} tokens, predicted {billed:,} for {epochs} epochs" in out


def test_epochs_that_nobody_expected_are_said(service: OpenAIService, capsys: Capture) -> None:
    service.auto_epochs = 5
    launched()
    assert run(["reconcile"]) == 0
    assert "for 5 epochs: as predicted, but 1-3 epochs were predicted" in capsys.readouterr().out


def test_a_formula_that_drifted_fails(service: OpenAIService, capsys: Capture) -> None:
    """The service counts two tokens more an example: the cookbook's 3 instead of 1."""
    service.bill = lambda data, epochs: openai_bill(data, epochs) + epochs * 2 * 132
    launched()
    assert run(["reconcile"]) == 1
    out = capsys.readouterr().out
    assert "+0.85%" in out
    assert "DRIFTED: 0.85% lately (limit 0.1%)" in out


def test_a_job_is_logged_once_and_later_estimates_say_what_was_observed(
    service: OpenAIService, own_state: Path, capsys: Capture
) -> None:
    launched("--seed", "1")
    assert run(["reconcile"]) == 0
    assert run(["reconcile"]) == 0
    assert len((own_state / "calibration.jsonl").read_text().splitlines()) == 1
    capsys.readouterr()
    launched("--seed", "2")
    assert "(exact), $0.16\u2013$0.47, observed \u00b10.0% over 1 job" in capsys.readouterr().err


def test_a_job_of_another_machine_is_compared_by_its_metadata(
    service: OpenAIService, own_state: Path, capsys: Capture
) -> None:
    launched()
    for path in (own_state / "launches").iterdir():
        path.unlink()
    assert run(["reconcile", "ftjob-1", "-f", "json"]) == 0
    found = json.loads(capsys.readouterr().out.partition("\n")[2])
    (job,) = found["jobs"]
    assert job["error_ratio"] == 0
    assert job["compared"]["confidence"] == "exact"
    assert job["compared"]["billed_tokens"] == service.jobs["ftjob-1"]["trained_tokens"]


def test_azures_bill_is_in_the_events_and_not_in_trained_tokens(
    service: OpenAIService, project: Path, capsys: Capture
) -> None:
    service.azure = True
    shutil.copytree(ROOT / "sample_data" / "hospital-letters", project / "hospital-letters")
    where = ("--base-url", service.url)
    assert run(["launch", "hospital-letters", "--yes", "--wait", *where]) == 0
    assert run(["reconcile"]) == 0
    out = capsys.readouterr().out
    assert "billed 261,000 tokens, predicted 261,000 for 3 epochs: as predicted" in out
    assert service.jobs["ftjob-1"]["trained_tokens"] == 251_829  # characters, not the bill


def test_azure_has_no_address_of_its_own(
    service: OpenAIService, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    shutil.copytree(ROOT / "sample_data" / "hospital-letters", project / "hospital-letters")
    assert run(["launch", "hospital-letters", "--yes"]) == 2
    assert "https://RESOURCE.openai.azure.com/openai/v1" in capsys.readouterr().err
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "https://acme.openai.azure.com/")
    assert run(["launch", "hospital-letters", "--dry-run"]) == 0
    (first, *_) = json.loads(capsys.readouterr().out)
    assert first["url"] == "https://acme.openai.azure.com/openai/v1/fine_tuning/jobs"
    assert run(["launch", "hospital-letters", "--yes"]) == 2
    assert "set AZURE_OPENAI_API_KEY" in capsys.readouterr().err
    assert service.asked == []


def test_what_is_not_finished_or_not_ours_is_said(service: OpenAIService, capsys: Capture) -> None:
    assert run(["launch", PASSES, "--yes"]) == 0
    assert run(["reconcile"]) == 0
    assert "ftjob-1: queued, not finished yet" in capsys.readouterr().out
    assert run(["reconcile", "ftjob-9"]) == 2
    assert "no such model, file or job" in capsys.readouterr().err


def test_jobs_that_cannot_be_compared_say_why(service: OpenAIService, capsys: Capture) -> None:
    launched()
    job = service.jobs["ftjob-1"]
    for changed, why in (
        ({"status": "cancelled"}, "cancelled, nothing to compare"),
        ({"trained_tokens": None}, "no trained_tokens"),
        ({"method": None}, "does not say how many epochs"),
        ({"id": "ftjob-2", "metadata": {}}, "was not launched by ftgate"),
    ):
        service.jobs["ftjob-2"] = {**job, "metadata": job["metadata"], **changed, "id": "ftjob-2"}
        assert run(["reconcile", "ftjob-2"]) == 0
        assert why in capsys.readouterr().out


def test_without_a_job_nothing_is_green(service: OpenAIService, capsys: Capture) -> None:
    assert run(["reconcile"]) == 3
    assert service.asked == []
    launched()
    assert run(["reconcile", "--base-url", "https://example.com/v1"]) == 3
    assert "no job of https://example.com/v1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("billed", "confidence", "band", "drifted"),
    [
        ((1000, 1000, 1000), "exact", 0, False),
        ((1000, 1000, 1002), "exact", 0, False),  # one odd job is no drift
        ((1002, 1002, 1002), "exact", 0, True),
        ((1040, 1040, 1040), "fitted", 0, False),
        ((1060, 1060, 1060), "documented", 0, True),
        ((940, 940, 940), "documented", 0, True),
        ((1060, 1060, 1060), "fitted", 60, False),  # within the band that was announced
    ],
)
def test_drift_is_the_median_of_what_the_formula_does_not_explain(
    billed: tuple[int, ...], confidence: str, band: int, drifted: bool
) -> None:
    changed = {"confidence": confidence, "band_tokens": band}
    entries = [entry(str(i), 1000, each, **changed) for i, each in enumerate(billed)]
    (formula,) = calibration.formulas(entries)
    assert formula.drifted is drifted


def test_a_good_past_does_not_hide_a_drift() -> None:
    old = [entry(f"old{i}", 1000, 1000, finished_at=i) for i in range(50)]
    new = [entry(f"new{i}", 1000, 1010, finished_at=100 + i) for i in range(5)]
    (formula,) = calibration.formulas(old + new)
    assert (formula.drifted, formula.exact, formula.jobs) == (True, 50, 55)
    assert (
        calibration.observed(old + new, "openai openai_chat") == "observed \u00b11.0% over 55 jobs"
    )


def test_a_torn_line_of_the_log_costs_that_line_only(own_state: Path) -> None:
    journal = Journal.open()
    journal.log(calibration.to_json(entry("a", 10, 10)))
    with (own_state / "calibration.jsonl").open("a") as stream:
        stream.write('{"job": "torn", "formu')
    journal.log(calibration.to_json(entry("b", 10, 11)))
    assert [each.job for each in calibration.entries_of(journal.logged())] == ["a", "b"]


@pytest.mark.parametrize(
    ("message", "billed"),
    [
        ("Training tokens billed: 94,000", 94_000),
        ("Training tokens billed: 5000", 5_000),
        ("Training hours billed: 0.500", None),
        ("Job started", None),
    ],
)
def test_azures_event_is_read(message: str, billed: int | None) -> None:
    assert calibration.billed_in(["Job enqueued", message]) == billed


@pytest.mark.parametrize(("epochs", "tokens"), [(1, 2_000), (2, 3_000), (3, 5_000), (4, 7_000)])
def test_a_prediction_is_rounded_up_as_the_bill_is(epochs: int, tokens: int) -> None:
    assert Prediction(2_000, 5_000, 1_500, 1, 3, 1_000).at(epochs) == {4: 6_000}.get(epochs, tokens)


def test_a_record_survives_the_disk() -> None:
    file = DataFile("train", "a.jsonl", "sha256:1", 10, 1)
    cost = {"low_usd": Decimal("0.1"), "high_usd": Decimal("0.30")}
    plan = Plan("a", "d", "pass", "openai", "m", "dpo", (file,), Prediction(1, 2, 1, 1, 2, **cost))
    record = Record("k", "https://x", plan, attempts=(Attempt(1, "j"),))
    assert from_json(json.loads(json.dumps(to_json(record)))) == record
    assert from_json({"schema": "ftgate/launch/1", "key": 1}) is None


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"low_tokens": 1}', '{"low_tokens": "1", "high_tokens": 2}']
)
def test_metadata_that_somebody_else_wrote_are_no_prediction(text: str) -> None:
    assert calibration.prediction_in({"ftgate_prediction": text}) is None


# -- watch ------------------------------------------------------------------------------------


def test_a_tuned_model_that_stops_soon_is_a_failure(capsys: Capture) -> None:
    assert run(["watch", TUNED]) == 1
    out = capsys.readouterr().out
    assert f"{TUNED}: stops on 2027-01-14, in 53 days (openai) - MOVE" in out
    assert "replacement: gpt-6-luna (openai), which takes no fine-tuning jobs" in out
    assert "also tuned: gpt-4.1-mini-2025-04-14 (azure), training again $5.00 per million" in out


@pytest.mark.parametrize(("within", "code"), [("52", 0), ("53", 1)])
def test_the_window_is_the_users(within: str, code: int, capsys: Capture) -> None:
    assert run(["watch", TUNED, "--within", within]) == code
    assert ("MOVE" in capsys.readouterr().out) == bool(code)


def test_it_reads_the_plan_and_asks_nobody(
    project: Path, service: OpenAIService, capsys: Capture
) -> None:
    plan = '[model]\ntuned = ["ft:gpt-4.1-2025-04-14:a::1"]\ntoday = "ft:gpt-4o-2024-08-06:a::2"\n'
    (project / "ftgate.toml").write_text(plan)
    assert run(["watch", "-f", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [each["base"] for each in found] == ["gpt-4.1-2025-04-14", "gpt-4o-2024-08-06"]
    assert service.asked == []


def test_live_asks_for_the_models_of_the_key(service: OpenAIService, capsys: Capture) -> None:
    service.models += [TUNED, "text-embedding-3-small"]
    assert run(["watch", "--live", "-f", "json"]) == 1
    assert [each["model"] for each in json.loads(capsys.readouterr().out)] == [TUNED]
    assert [(each.method, each.path) for each in service.asked] == [("GET", "/v1/models")]


def test_training_again_costs_what_the_launch_trained(
    service: OpenAIService, capsys: Capture
) -> None:
    launched()
    capsys.readouterr()
    assert run(["watch", "--live"]) == 1
    # 31,148 to 93,444 tokens at Azure's 5 USD per million
    assert "(azure), training again $0.16\u2013$0.47" in capsys.readouterr().out


def test_without_a_launch_the_plans_only_dataset_says_what_it_costs(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(project / PASSES)
    assert run(["watch", TUNED]) == 1
    assert "(azure), training again $0.16\u2013$0.47" in capsys.readouterr().out


def test_check_says_what_was_observed_of_such_estimates(capsys: Capture) -> None:
    launched()
    assert run(["reconcile"]) == 0
    capsys.readouterr()
    assert run(["check", PASSES, "-v"]) == 0
    said = capsys.readouterr().err
    assert f"{PASSES}: estimates of this kind: observed \u00b10.0% over 1 job" in said
    assert run(["check", PASSES]) == 0
    assert capsys.readouterr().err == ""


def test_a_base_that_nobody_knows_is_not_known(capsys: Capture) -> None:
    assert run(["watch", "ft:a-model-of-nobody:acme::1"]) == 3
    assert "not known" in capsys.readouterr().out


def test_nothing_to_watch_is_not_green(capsys: Capture) -> None:
    assert run(["watch"]) == 3
    assert "[model] tuned" in capsys.readouterr().err
    assert run(["watch", "--base-url", "https://example.com/v1"]) == 2
