"""``--timeout`` reaches into every long stage, and what was not done in time is never a pass."""

from __future__ import annotations

import json
import pickle
import random
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ftgate.auditor import audit
from ftgate.cli import run
from ftgate.deadline import FOREVER, Deadline, OutOfTimeError
from ftgate.gate import CheckOptions, check
from tests.conftest import AS_OF
from tests.planted import chat, edited, text, vocabulary
from tests.repositories import new_repository

OPTIONS = CheckOptions(as_of=AS_OF, cache=False, timeout=3600.0)
DAY = ("--as-of", AS_OF)
WORDS = vocabulary(2000)


class Clock:
    """The clock that deadlines look at, which can be set ahead; ``looks`` counts."""

    def __init__(self) -> None:
        self.ahead = 0.0
        self.looks = 0
        self.until = 0

    def monotonic(self) -> float:
        self.looks += 1
        if self.looks == self.until:
            self.pass_a_day()
        return time.monotonic() + self.ahead

    def pass_a_day(self) -> None:
        self.ahead = 86_400.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr("ftgate.deadline.time", SimpleNamespace(monotonic=found.monotonic))
    return found


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Training data with near-duplicates, held-out data, and a prompt that shows examples."""
    choose = random.Random(5)  # noqa: S311 - repeatable, not secret
    said = [(text(WORDS, 30, choose), text(WORDS, 30, choose)) for _ in range(24)]
    near = [tuple(edited(part, 0.08, WORDS, choose) for part in each) for each in said[:12]]
    folder = tmp_path / "set"
    (folder / "prompts").mkdir(parents=True)
    _write(folder / "train.jsonl", [*said, *near])
    _write(folder / "val.jsonl", [tuple(edited(p, 0.08, WORDS, choose) for p in said[20])])
    prompt = "You help.\n\nExamples:\n\n" + "".join(
        f"User: {q}\nAssistant: {a}\n\n" for q, a in said[:3]
    )
    (folder / "prompts" / "system.txt").write_text(prompt)
    monkeypatch.chdir(tmp_path)
    return folder


def _write(path: Path, said: list[Any]) -> None:
    path.write_text("".join(json.dumps(chat(*each)) + "\n" for each in said))


def outcomes(folder: Path) -> list[str]:
    report = check(folder, OPTIONS)
    codes = [each.code for one in report.datasets for each in one.findings]
    return [str(report.exit_code), *codes]


STAGES = {
    "near pairs of a small set": "ftgate.content.few_pairs.alike",
    "near pairs of a large set": "ftgate.content.near.alike",
    "bands of a large set": "ftgate.content.near._pairs_of_band",
    "texts of a large set": "ftgate.content.near._numbers",
    "second read": "ftgate.lookup.judge_record",
    "reading the sample": "ftgate.content.goal.read_turns",
    "judging the sample": "ftgate.content.goal._judge_one",
    "examples of prompts": "ftgate.prompts.data.open_data",
}


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_that_takes_too_long_stops_where_it_is(
    stage: str, data: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "large" in stage:
        monkeypatch.setattr("ftgate.searching.SMALL_BYTES", 0)
    calls = spy(monkeypatch, STAGES[stage])
    assert outcomes(data) != ["3", "FT010"]
    needed = len(calls)
    calls.clear()
    slow(monkeypatch, STAGES[stage], clock)
    assert outcomes(data) == ["3", "FT010"]
    assert len(calls) <= max(1, needed // 2)


def spy(monkeypatch: pytest.MonkeyPatch, name: str) -> list[None]:
    """One item for each call of a function."""
    calls: list[None] = []
    _wrap(monkeypatch, name, lambda: calls.append(None))
    return calls


def slow(monkeypatch: pytest.MonkeyPatch, name: str, clock: Clock) -> None:
    """A function that takes a day."""
    _wrap(monkeypatch, name, clock.pass_a_day)


def _wrap(monkeypatch: pytest.MonkeyPatch, name: str, before: Callable[[], None]) -> None:
    module, _, attribute = name.rpartition(".")
    known = getattr(__import__(module, fromlist=["_"]), attribute)

    def wrapped(*arguments: Any, **named: Any) -> Any:
        before()
        return known(*arguments, **named)

    monkeypatch.setattr(name, wrapped)


def test_whenever_time_is_up_the_set_is_undecided(data: Path, clock: Clock) -> None:
    """A look at the clock after the other is the one that finds the time spent."""
    assert outcomes(data) != ["3", "FT010"]
    looks = clock.looks
    assert looks > 200
    for until in range(1, looks + 1, 23):
        clock.looks, clock.ahead, clock.until = 0, 0.0, until
        assert outcomes(data) == ["3", "FT010"], until


def test_digesting_a_file_stops_between_its_blocks(
    data: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ftgate.looks import look_at

    monkeypatch.setattr("ftgate.looks._BUFFER_BYTES", 100)
    clock.until = 3
    with pytest.raises(OutOfTimeError):
        look_at(str(data / "train.jsonl"), Deadline(60, time.monotonic()))
    assert clock.looks == 3


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("cost", *DAY), "set: not read within 0 seconds"),
        (("report", *DAY), "set: not read within 0 seconds"),
        (("count",), "set: not read within 0 seconds"),
        (("baseline", "write", *DAY), "set: not judged within 0 seconds"),
        (("baseline", "prune", *DAY), "set: not judged within 0 seconds"),
    ],
    ids=lambda part: " ".join(part[:2]) if isinstance(part, tuple) else None,
)
def test_what_only_reads_says_what_it_was_reading(
    command: tuple[str, ...], said: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*command, str(data.name), "--timeout", "0"]) == 2
    told = capsys.readouterr()
    assert said in told.err
    assert "more time: --timeout SECONDS" in told.err
    assert told.out == ""
    assert not list(data.parent.rglob(".ftgate-baseline"))


@pytest.mark.parametrize("command", ["cost", "count", "audit", "report"])
@pytest.mark.parametrize("seconds", ["-1", "nan", "inf", "1e999"])
def test_a_time_budget_that_is_none_is_refused(command: str, seconds: str, data: Path) -> None:
    assert run([command, "set", f"--timeout={seconds}"]) == 2


def test_a_budget_in_the_plan_counts_for_every_command(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (data / "ftgate.toml").write_text("[policy]\ntimeout_seconds = 0.0\n")
    assert run(["cost", "set", *DAY]) == 2
    assert run(["audit", "set", *DAY]) == 3
    assert run(["audit", "set", *DAY, "--timeout", "600"]) == 0


def test_in_an_audit_the_row_is_undecided(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", "set", *DAY, "--timeout", "0", "-f", "json"]) == 3
    (row,) = json.loads(capsys.readouterr().out)["datasets"]
    assert row["outcome"] == "undecided"
    assert row["codes"] == ["FT010"]
    assert row["error"].startswith("FT010: not judged within 0 seconds; more time")
    assert row["examples"] is None
    assert run(["audit", "set", *DAY, "--timeout", "0", "--fail-on", "undecided"]) == 1
    assert run(["audit", "set", *DAY, "--timeout", "0", "--exit-zero"]) == 0


def test_datasets_that_were_not_compared_are_no_success(
    data: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import ftgate.auditing.across  # noqa: F401 - found by its name

    slow(monkeypatch, "ftgate.auditing.across._likely", clock)
    (data.parent / "copy").mkdir()
    (data.parent / "copy" / "train.jsonl").write_bytes((data / "train.jsonl").read_bytes())
    assert run(["audit", ".", *DAY, "--timeout", "3600", "-f", "json"]) == 3
    told = capsys.readouterr()
    assert "the datasets were not compared with each other within 3600 seconds" in told.err
    rows = json.loads(told.out)["datasets"]
    assert {row["examples"] for row in rows} == {36}
    assert {row["same_elsewhere"] for row in rows} == {None}
    clock.ahead = 0.0
    monkeypatch.undo()
    monkeypatch.chdir(data.parent)
    rows = audit(".", CheckOptions(as_of=AS_OF, cache=False)).rows
    assert {row.same_elsewhere for row in rows} == {36}


def test_a_version_that_was_not_judged_in_time_is_compared_with_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    git = new_repository(tmp_path, monkeypatch)
    _write(Path("train.jsonl"), [("a", "b")] * 3)
    Path("ftgate.toml").write_text("[policy]\ntimeout_seconds = 0.0\n")
    git("add", "-A")
    git("commit", "-qm", "a plan without time")
    Path("ftgate.toml").write_text('[policy]\nmax_increase = "0%"\n')
    assert run(["check", "train.jsonl", "--compare-to", "HEAD"]) == 2
    assert "not judged within 0 seconds" in capsys.readouterr().err


def test_a_hook_that_has_no_time_is_undecided_and_remembers_nothing(
    data: Path, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(data / "train.jsonl")
    for until in (1, 2, 5, 60):
        clock.looks, clock.ahead, clock.until = 0, 0.0, until
        assert run(["hook", file, *DAY, "--timeout", "3600"]) == 3
        assert "FT010" in capsys.readouterr().out
    clock.looks, clock.ahead, clock.until = 0, 0.0, 0
    assert run(["hook", file, *DAY, "--timeout", "3600"]) != 3


def test_a_worker_can_say_that_its_time_is_up() -> None:
    error = Deadline(5, 0).error("train.jsonl: not read")
    told = pickle.loads(pickle.dumps(error))  # noqa: S301 - bytes of our own
    assert isinstance(told, OutOfTimeError)
    assert (told.message, told.hint) == (error.message, error.hint)
    assert told.message == "train.jsonl: not read within 5 seconds"


def test_without_a_budget_nobody_looks_at_the_clock(clock: Clock) -> None:
    assert list(FOREVER.watch("abc")) == ["a", "b", "c"]
    assert clock.looks == 0
