"""The gate before a job: nothing starts without a pass, and a verdict belongs to its bytes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ftgate.attest import prove, read_statement
from ftgate.cli import run
from ftgate.errors import UnreadableError
from tests.conftest import AS_OF, ROOT

PASSES, FAILS = "hospital-letters", "ski-resort-faq"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in (PASSES, FAILS):
        shutil.copytree(ROOT / "sample_data" / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FTGATE_TODAY", AS_OF)
    return tmp_path


def gated(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """``ftgate run`` as a process of its own: a pass replaces it."""
    return subprocess.run(
        [sys.executable, "-m", "ftgate", "run", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def trainer(code: str) -> tuple[str, ...]:
    """A command that leaves a mark of having run."""
    return ("--", sys.executable, "-c", f"open('started', 'w'); import os, sys; {code}")


# -- run --------------------------------------------------------------------------------------


def test_a_pass_starts_the_command_with_the_digest_and_its_own_exit_code(project: Path) -> None:
    done = gated(
        "-p", PASSES, *trainer("print(os.environ['FTGATE_DIGEST']); sys.exit(7)"), folder=project
    )
    assert done.returncode == 7, done.stderr
    assert done.stdout.startswith("sha256:")
    assert (project / "started").exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("-p", FAILS), 1),
        (("-p", PASSES, "--config", "usage.requests_per_month="), 2),
        (("-p", "nowhere"), 2),
        (("-p", PASSES, "--model", "a-model-of-nobody"), 3),
        (("-p", PASSES, "--model", "a-model-of-nobody", "--on-unknown", "warn"), 3),
    ],
)
def test_nothing_starts_without_a_pass(
    arguments: tuple[str, ...], code: int, project: Path
) -> None:
    done = gated(*arguments, *trainer("pass"), folder=project)
    assert done.returncode == code
    assert done.stdout == ""
    assert not (project / "started").exists()


def test_the_reason_is_said_on_standard_error(project: Path) -> None:
    said = gated("-p", FAILS, *trainer("pass"), folder=project).stderr
    assert "ski-resort-faq: FAIL" in said
    assert "was not started" in said


def test_a_file_that_changes_after_the_verdict_stops_the_start(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The race: the verdict is there, the command not yet; the data are written in between."""
    from ftgate import gate

    judged = gate.check

    def check_then_write(*arguments: Any) -> Any:
        report = judged(*arguments)
        with (project / PASSES / "train.jsonl").open("a") as stream:
            stream.write("\n")
        return report

    monkeypatch.setattr(gate, "check", check_then_write)
    assert run(["run", "-p", PASSES, *trainer("pass")]) == 2
    assert "changed after it was judged; nothing was started" in capsys.readouterr().err
    assert not (project / "started").exists()


def test_only_the_named_dataset_has_to_pass(project: Path) -> None:
    done = gated("-p", ".", "--dataset", PASSES, *trainer("pass"), folder=project)
    assert done.returncode == 0, done.stderr
    wrong = gated("-p", ".", "--dataset", "letters", *trainer("pass"), folder=project)
    assert wrong.returncode == 2
    assert "known: hospital-letters, ski-resort-faq" in wrong.stderr


def test_the_flags_of_the_command_are_its_own(project: Path) -> None:
    code = "print(sys.argv[1:])"
    done = gated("-p", PASSES, *trainer(code), "--epochs", "3", "--select=x", folder=project)
    assert done.stdout == "['--epochs', '3', '--select=x']\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "no command to run"),
        (("--exit-zero", "--", "true"), "whatever the verdict is"),
        (("-p", PASSES, "--", "no-such-trainer"), "no-such-trainer: No such file"),
    ],
)
def test_a_wrong_call_says_what_is_missing(
    arguments: tuple[str, ...], said: str, project: Path
) -> None:
    done = gated(*arguments, folder=project)
    assert done.returncode == 2
    assert said in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")
def test_a_signal_reaches_the_command_itself(project: Path) -> None:
    wait = "import time; print('ready', flush=True); time.sleep(60)"
    arguments = ("run", "-p", PASSES, "--today", AS_OF, *trainer(wait))
    started = subprocess.Popen(
        [sys.executable, "-m", "ftgate", *arguments],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "ready\n"
    started.terminate()
    assert started.wait(10) == -15
    started.stdout.close()


# -- attest and verify ------------------------------------------------------------------------


@pytest.fixture
def statement(project: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    path = project / "statement.json"
    assert run(["check", PASSES, "--attest", str(path)]) == 0
    capsys.readouterr()
    return path


def test_a_statement_follows_in_toto_and_names_every_file(statement: Path) -> None:
    made = json.loads(statement.read_text("utf-8"))
    assert made["_type"] == "https://in-toto.io/Statement/v1"
    names = [subject["name"] for subject in made["subject"]]
    assert f"{PASSES}/train.jsonl" in names
    assert all(len(subject["digest"]["sha256"]) == 64 for subject in made["subject"])
    (dataset,) = made["predicate"]["datasets"]
    assert (dataset["outcome"], sorted(dataset["files"])) == ("pass", sorted(names))
    assert made["predicate"]["prices"]


@pytest.mark.parametrize("data", [(), (PASSES,), (f"{PASSES}/train.jsonl",)])
def test_the_bytes_that_passed_are_verified(
    data: tuple[str, ...], statement: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["verify", str(statement), *data]) == 0
    assert capsys.readouterr().out.endswith("\nverified\n")


def test_data_may_lie_elsewhere_by_now(statement: Path, project: Path) -> None:
    (project / PASSES / "train.jsonl").rename(project / "moved.jsonl")
    assert prove(read_statement(str(statement)), ["moved.jsonl"]).holds
    gone = prove(read_statement(str(statement)), [])
    assert not gone.holds
    assert f"{PASSES}/train.jsonl: is missing or cannot be read" in gone.lines


def test_one_byte_more_is_other_data(
    statement: Path, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (project / PASSES / "train.jsonl").open("a") as stream:
        stream.write("\n")
    assert run(["verify", str(statement)]) == 1
    assert "train.jsonl: other bytes than were judged" in capsys.readouterr().out
    assert run(["verify", str(statement), f"{PASSES}/train.jsonl"]) == 1
    assert "not what was judged" in capsys.readouterr().out


def test_data_that_did_not_pass_are_not_verified(project: Path) -> None:
    run(["check", FAILS, "--attest", "failed.json", "-q"])
    proof = prove(read_statement("failed.json"), [])
    assert not proof.holds
    assert any("ski-resort-faq: fail" in line for line in proof.lines)


def test_a_pass_of_selected_rules_is_called_one_and_verifies_nothing(project: Path) -> None:
    run(["check", FAILS, "--select", "FT1", "--attest", "format.json", "-q"])
    proof = prove(read_statement("format.json"), [])
    (line,) = proof.lines
    assert not proof.holds
    assert line.startswith("ski-resort-faq: pass of selected rules only (sha256:")


def test_data_that_nobody_judged_are_not_verified(statement: Path) -> None:
    assert not prove(read_statement(str(statement)), [FAILS]).holds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"_type": "x"}',
        '{"payload": "e30="}',
        '{"predicateType": 1}',
        "[" * 100_000,
    ],
    ids=["empty", "list", "object", "type", "envelope", "number", "deep"],
)
def test_what_is_no_statement_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "statement.json"
    path.write_text(text)
    with pytest.raises(UnreadableError):
        read_statement(str(path))


def test_a_damaged_statement_proves_nothing(
    statement: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = json.loads(statement.read_text("utf-8"))
    del made["predicate"]["datasets"][0]["files"]
    statement.write_text(json.dumps(made))
    assert run(["verify", str(statement)]) == 2
    assert "damaged" in capsys.readouterr().err
