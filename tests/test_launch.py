"""``ftgate launch`` against a service on this machine, through the real client."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ftgate.cli import run
from ftgate.errors import LaunchError
from ftgate.gate import CheckOptions, check
from ftgate.launching import client, requests
from ftgate.launching.planning import Wishes, plan_of
from ftgate.report import DatasetReport
from tests.conftest import AS_OF
from tests.launching import KEY, LAUNCH, PASSES, REFUSED, the_job
from tests.openai_service import OpenAIService

Capture = pytest.CaptureFixture[str]
pytest_plugins = ("tests.launch_fixtures",)
pytestmark = pytest.mark.usefixtures("project")


# -- the whole way ----------------------------------------------------------------------------


def test_launch_wait_reconcile_and_verify(
    service: OpenAIService, project: Path, capsys: Capture
) -> None:
    assert run(["check", PASSES, "--attest", "statement.json", "-q"]) == 0
    assert run([*LAUNCH, "--wait", "--seed", "7", "--suffix", "desk"]) == 0
    out, err = capsys.readouterr()
    job = the_job(service)
    assert out == f"ftjob-1 succeeded {job['fine_tuned_model']}\n"
    assert "The job has successfully completed" in err
    assert (job["seed"], job["suffix"], job["model"]) == (7, "desk", "gpt-4.1-mini-2025-04-14")
    for role, name in (("training_file", "train.jsonl"), ("validation_file", "val.jsonl")):
        assert service.contents[job[role]] == (project / PASSES / name).read_bytes()
    statement = json.loads((project / "statement.json").read_text())
    (dataset,) = statement["predicate"]["datasets"]
    assert job["metadata"]["ftgate_digest"] == dataset["digest"]
    assert job["metadata"]["ftgate_verdict"] == "pass fine-tune"
    billable = dataset["training"]["billable_tokens"]
    predicted = f"{billable['low']}-{billable['high']}"
    assert job["metadata"]["ftgate_predicted_tokens"] == predicted

    assert run(["reconcile"]) == 0
    out = capsys.readouterr().out
    assert f"ftjob-1: billed {job['trained_tokens']:,} tokens, " in out
    assert "1 job, 1 exact, error +0.00% to +0.00%" in out
    assert run(["verify", "statement.json"]) == 0


def test_a_knowledge_style_set_is_refused_before_any_byte_leaves(
    service: OpenAIService, capsys: Capture
) -> None:
    assert run(["launch", REFUSED, "--yes"]) == 1
    err = capsys.readouterr().err
    assert "FT401 knowledge-injection" in err
    assert "was not launched: nothing was sent" in err
    assert service.asked == []


# -- before anything is sent ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--max-cost", "0.30"), 1, "the job may cost $0.47 (limit $0.30): nothing was sent"),
        (("--max-cost", "cheap"), 2, "not an amount"),
        (("--model", "a-model-of-nobody"), 3, "nothing was sent"),
        (("--dataset", "other"), 2, "no dataset 'other'"),
        (("--suffix", "x" * 65), 2, "65 characters (limit 64)"),
        (("--hyperparameter", "n_epochs=9"), 2, "--epochs N"),
        (("--hyperparameter", "batch_size"), 2, "not NAME=VALUE"),
        (("--hyperparameter", "batch_size=[1]"), 2, "neither a number nor a word"),
        (("--grader", "none.json"), 2, "none.json: No such file"),
        (("--grader", f"{PASSES}/train.jsonl"), 2, "is no JSON"),
        (("--grader", "list.json"), 2, "is no grader"),
        (("--grader", "grader.json"), 2, "for reinforcement, not for supervised"),
        (("--exit-zero",), 2, "whatever the verdict is"),
        (("--base-url", "http://example.com/v1"), 2, "in the clear"),
    ],
)
def test_nothing_is_sent(
    arguments: tuple[str, ...], code: int, said: str, service: OpenAIService, capsys: Capture
) -> None:
    Path("list.json").write_text("[]")
    Path("grader.json").write_text('{"type": "string_check"}')
    assert run([*LAUNCH, *arguments]) == code
    assert said in capsys.readouterr().err
    assert service.asked == []


def test_a_cost_that_nobody_knows_is_not_within_a_limit(
    service: OpenAIService, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ftgate.commands import launch

    real = launch._plan
    free = {"low_usd": None, "high_usd": None}

    def without_price(*arguments: Any) -> requests.Plan:
        plan = real(*arguments)
        return replace(plan, prediction=replace(plan.prediction, **free))

    monkeypatch.setattr(launch, "_plan", without_price)
    assert run([*LAUNCH, "--max-cost", "100"]) == 3
    assert "the cost is not known, and --max-cost is $100" in capsys.readouterr().err
    assert service.asked == []


def test_without_a_terminal_somebody_has_to_say_yes(
    service: OpenAIService, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FTGATE_YES", "1")
    assert run(["launch", PASSES]) == 2
    assert "nobody is here to agree" in capsys.readouterr().err
    assert service.asked == []


@pytest.mark.parametrize(("answer", "jobs"), [("n\n", 0), ("y\n", 1)])
def test_a_person_is_shown_the_offer_and_asked(
    answer: str, jobs: int, service: OpenAIService, monkeypatch: pytest.MonkeyPatch
) -> None:
    from click.testing import CliRunner

    from ftgate.commands import launch

    monkeypatch.setattr(launch, "_someone_is_here", lambda: True)
    shown = CliRunner().invoke(launch.command, [PASSES], input=answer, standalone_mode=False)
    assert shown.return_value == 1 - jobs
    said = " ".join(shown.output.split())
    assert f"upload {PASSES}/train.jsonl: 140,863 bytes, 132 training examples" in said
    assert f"to {service.url}" in said
    assert "31,148\u201393,444 billable tokens (exact), $0.16\u2013$0.47" in said
    assert len(service.jobs) == jobs
    assert bool(service.asked) == bool(jobs)


def test_a_key_that_cannot_be_one_is_not_quoted(
    service: OpenAIService, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in (f"{KEY}\nX: y", f"{KEY}\u00fc", f"a {KEY}"):
        monkeypatch.setenv("OPENAI_API_KEY", key)
        assert run([*LAUNCH]) == 2
        err = capsys.readouterr().err
        assert "holds what is no key" in err
        assert KEY not in err
    assert service.asked == []


def test_a_missing_key_is_said_where_one_is_needed(capsys: Capture, monkeypatch: Any) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    assert run([*LAUNCH, "--base-url", "https://example.com/v1"]) == 2
    assert "set OPENAI_API_KEY" in capsys.readouterr().err


def test_a_file_that_changes_after_the_verdict_is_not_sent(
    service: OpenAIService, project: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ftgate import gate

    judged = gate.check

    def check_then_write(*arguments: Any) -> Any:
        report = judged(*arguments)
        with (project / PASSES / "val.jsonl").open("a") as stream:
            stream.write("\n")
        return report

    monkeypatch.setattr(gate, "check", check_then_write)
    assert run([*LAUNCH]) == 2
    assert "changed after it was judged" in capsys.readouterr().err
    assert service.files == {}


def test_a_file_that_changes_while_it_is_sent_is_not_completed(
    service: OpenAIService, project: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The race at its narrowest: the first part is there, the second is written over."""
    monkeypatch.setattr(requests, "PART_BYTES", 50_000)
    add_part = client.Service.add_part

    def send_then_write(self: Any, upload: str, data: bytes, progress: Any = None) -> str:
        with (project / PASSES / "train.jsonl").open("r+b") as stream:
            stream.seek(50_010)
            stream.write(b"X")
        return add_part(self, upload, data, progress)

    monkeypatch.setattr(client.Service, "add_part", send_then_write)
    assert run([*LAUNCH]) == 2
    assert "nothing of the change was sent" in capsys.readouterr().err
    assert (len(service.parts), service.files, service.jobs) == (1, {}, {})


# -- requests ---------------------------------------------------------------------------------


@pytest.mark.parametrize("part_bytes", [requests.PART_BYTES, 50_000])
def test_a_dry_run_prints_what_a_launch_sends(
    part_bytes: int, service: OpenAIService, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "PART_BYTES", part_bytes)
    settings = ("--seed", "7", "--epochs", "2", "--hyperparameter", "batch_size=4")
    assert run([*LAUNCH, *settings, "--dry-run"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert service.asked == []
    assert run([*LAUNCH, *settings]) == 0
    ids = {"{train file}": "file-1", "{validation file}": "file-2", "{train upload}": "upload-1"}
    ids |= {f"{{train part {number}}}": f"part-{number}" for number in (1, 2, 3)}
    text = json.dumps(printed)
    for name, value in ids.items():
        text = text.replace(name, value)
    sent = [(each.method, each.path, each.query) for each in service.asked]
    expected = json.loads(text)
    root = service.url.removesuffix("/v1")
    planned = [(e["method"], e["url"].removeprefix(root), e.get("query", {})) for e in expected]
    assert sent == planned
    for request, asked in zip(expected, service.asked, strict=True):
        if "json" in request:
            assert request["json"] == asked.body
    job = service.asked[-1].body
    assert job["method"]["supervised"]["hyperparameters"] == {"n_epochs": 2, "batch_size": 4}


def test_a_large_file_goes_in_parts_and_arrives_whole(
    service: OpenAIService, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "PART_BYTES", 50_000)
    assert run([*LAUNCH]) == 0
    assert len(service.parts) == 3
    sent = service.contents[the_job(service)["training_file"]]
    assert sent == (project / PASSES / "train.jsonl").read_bytes()


@pytest.fixture
def judged() -> DatasetReport:
    (dataset,) = check(PASSES, CheckOptions(as_of=AS_OF)).datasets
    return dataset


def of_format(dataset: DatasetReport, name: str) -> DatasetReport:
    return replace(dataset, files=tuple(replace(file, format=name) for file in dataset.files))


@pytest.mark.parametrize(
    ("stated", "format_name", "method"),
    [
        ("auto", "openai_chat", "supervised"),
        ("auto", "openai_preference", "dpo"),
        ("dpo", "openai_chat", "dpo"),
        ("auto", "openai_reinforcement", "reinforcement"),
    ],
)
def test_the_method_is_the_plans_or_that_of_the_records(
    stated: str, format_name: str, method: str, judged: DatasetReport
) -> None:
    settings = {"model": {"method": stated, "epochs": 4, "base": "gpt-4.1-mini"}}
    grader = {"type": "string_check"} if method == "reinforcement" else None
    plan = plan_of(of_format(judged, format_name), settings, Wishes(grader=grader))
    body = requests.job_body(plan, {"train": "file-1"}, "x.1")
    inner: dict[str, Any] = {"hyperparameters": {"n_epochs": 4}}
    inner |= {"grader": grader} if grader else {}
    assert body["method"] == {"type": method, method: inner}
    assert "validation_file" not in body


def test_a_tuned_model_is_tuned_further(judged: DatasetReport) -> None:
    base = "ft:gpt-4.1-mini-2025-04-14:acme::1"
    settings = {"model": {"method": "auto", "epochs": "auto", "base": base}}
    assert plan_of(judged, settings, Wishes()).model == base


def test_what_the_api_cannot_be_asked_for_is_no_plan(judged: DatasetReport) -> None:
    settings = {"model": {"method": "auto", "epochs": "auto", "base": "gpt-4.1-mini"}}
    train, *others = judged.files
    graded = of_format(judged, "openai_reinforcement")
    packed = replace(train, path="train.jsonl.gz")
    for dataset, said in (
        (replace(judged, profile="together"), "takes no jobs through OpenAI's API"),
        (replace(judged, files=(train, train, *others)), "2 train files, and a job takes one"),
        (replace(judged, files=tuple(others)), "0 train files"),
        (replace(judged, files=(packed, *others)), "takes .jsonl"),
        (replace(judged, training=None), "not counted"),
        (graded, "reinforcement needs a grader"),
    ):
        with pytest.raises(LaunchError, match=re.escape(said)):
            plan_of(dataset, settings, Wishes())


def test_an_azure_address_with_an_api_version_gets_the_key_in_its_own_header(
    service: OpenAIService,
) -> None:
    assert run([*LAUNCH, "--api-version", "2024-10-21"]) == 0
    assert {each.key for each in service.asked} == {KEY}
    assert {each.query["api-version"] for each in service.asked} == {"2024-10-21"}


def test_an_upload_says_how_far_it_is(service: OpenAIService) -> None:
    said: list[tuple[int, int]] = []
    with client.open_service(service.url) as opened:
        opened.upload("a.jsonl", b"x" * 300_000, lambda sent, size: said.append((sent, size)))
    assert len(said) > 2
    assert said == sorted(said)
    assert said[-1] == (300_000, 300_000)
    assert service.contents == {"file-1": b"x" * 300_000}
