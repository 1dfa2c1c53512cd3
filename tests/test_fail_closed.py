"""What was not judged is never a pass: broken rules, spent time, nothing to look at."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ftgate.cli import run
from ftgate.deadline import Deadline, OutOfTimeError
from ftgate.engine import task
from ftgate.errors import ConfigError, RuleCrashError
from ftgate.gate import CheckOptions, check
from ftgate.model import Finding
from ftgate.render import RENDERERS
from ftgate.rules import load_rules
from ftgate.rules.registry import RULES
from tests.conftest import AS_OF, ROOT
from tests.test_report_json import SCHEMA, closed, validator

SAMPLE = ROOT / "sample_data" / "hospital-letters"
DAY = ["--as-of", AS_OF]


@pytest.fixture
def broken_rule(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Exception], None]:
    """Lets one rule raise in place of judging."""

    def breaking(code: str, error: Exception) -> None:
        def crash(*facts: Any, **options: Any) -> Iterator[Finding]:
            raise error
            yield

        rule = load_rules()[code]
        broken = replace(rule, function=crash)
        monkeypatch.setitem(RULES, code, broken)
        known = {**load_rules(), code: broken}
        monkeypatch.setattr("ftgate.rules.load_rules", lambda: known)

    return breaking


@pytest.mark.parametrize("code", ["FT001", "FT201", "FT401", "FT501", "FT601", "FT706"])
@pytest.mark.parametrize(
    "error",
    [ValueError("x"), KeyError("k"), RecursionError()],
    ids=lambda error: type(error).__name__,
)
def test_a_rule_that_raises_is_exit_2_with_its_name(
    code: str,
    error: Exception,
    broken_rule: Callable[[str, Exception], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    broken_rule(code, error)
    for more in ([], ["--exit-zero"], ["--on-unknown", "warn"], ["--fail-on", "never"]):
        assert run(["check", str(SAMPLE), *DAY, "--select", code, *more]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert f"rule {code} {load_rules()[code].name} failed: {type(error).__name__}" in said.err


def test_a_rule_that_raises_ends_the_library_too(
    broken_rule: Callable[[str, Exception], None],
) -> None:
    broken_rule("FT201", ValueError("x"))
    with pytest.raises(RuleCrashError, match="FT201"):
        check(SAMPLE, CheckOptions(as_of=AS_OF))


def test_a_rule_that_raises_stops_the_hook_and_leaves_no_remembered_answer(
    broken_rule: Callable[[str, Exception], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = str(SAMPLE / "train.jsonl")
    with monkeypatch.context():
        broken_rule("FT201", ValueError("x"))
        assert run(["hook", file, *DAY]) == 2
        assert run(["hook", file, *DAY]) == 2


def test_a_crash_outside_of_the_rules_is_exit_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def crash(*given: object, **options: object) -> None:
        raise MemoryError

    monkeypatch.setattr(task, "profile_stream", crash)
    assert run(["check", str(SAMPLE), *DAY, "--no-cache"]) == 2
    assert "internal error" in capsys.readouterr().err


# -- time ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "more",
    [
        [],
        ["--on-unknown", "warn"],
        ["--fail-on", "never"],
        ["--ignore", "FT010"],
        ["--select", "FT1"],
        ["--config", 'waive=[{code="FT010", reason="x", until=2027-01-01}]'],
    ],
    ids=" ".join,
)
def test_spent_time_is_exit_3_whatever_is_accepted(
    more: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", str(SAMPLE), *DAY, "--timeout", "0", *more]) == 3
    said = capsys.readouterr().out
    assert "UNDECIDED" in said
    assert "not judged within 0 seconds" in said


@pytest.mark.parametrize("name", RENDERERS)
def test_every_format_says_that_time_was_spent(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", str(SAMPLE), *DAY, "--timeout", "0", "-f", name]) == 3
    said = capsys.readouterr().out
    assert re.search("undecided|not judged within", said.lower())
    if name == "json":
        assert list(validator(closed(SCHEMA)).iter_errors(json.loads(said))) == []


def test_enough_time_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    def datasets(*more: str) -> Any:
        run(["check", str(SAMPLE), *DAY, "--no-cache", "-f", "json", *more])
        return json.loads(capsys.readouterr().out)["datasets"]

    assert datasets("--timeout", "600") == datasets()


def test_a_long_file_is_left_in_the_middle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = (SAMPLE / "train.jsonl").read_bytes().splitlines(keepends=True)[0]
    (tmp_path / "train.jsonl").write_bytes(line * 20_000)
    clock = iter(range(10**9))
    monkeypatch.setattr("ftgate.deadline.time.monotonic", lambda: next(clock))
    report = check(tmp_path, CheckOptions(as_of=AS_OF, timeout=100.0, cache=False))
    assert (report.outcome, report.exit_code) == ("undecided", 3)
    assert next(clock) < 1_000


def test_the_plan_may_state_the_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ftgate.toml").write_text("[policy]\ntimeout_seconds = 0.0\n")
    (tmp_path / "train.jsonl").write_bytes((SAMPLE / "train.jsonl").read_bytes())
    assert check(tmp_path, CheckOptions(as_of=AS_OF)).exit_code == 3
    (dataset,) = check(tmp_path, CheckOptions(as_of=AS_OF, timeout=600.0)).datasets
    assert dataset.examples > 0


@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), -1.0])
def test_a_time_that_is_none_is_an_error(seconds: float) -> None:
    with pytest.raises(ConfigError, match="timeout_seconds"):
        check(SAMPLE, CheckOptions(as_of=AS_OF, timeout=seconds))


def test_an_open_verdict_for_want_of_time_is_not_remembered_by_the_hook(tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").write_bytes((SAMPLE / "train.jsonl").read_bytes())
    (tmp_path / "ftgate.toml").write_text("[policy]\ntimeout_seconds = 0.05\n")
    arguments = ["hook", str(tmp_path / "train.jsonl"), *DAY, "--select", "FT0,FT1"]
    seen = [run(arguments) for _ in range(4)]
    assert seen[-1] == 0 or set(seen) == {3}


def test_a_deadline_ends_what_it_watches() -> None:
    assert list(Deadline(60, time.monotonic()).watch("abc")) == ["a", "b", "c"]
    with pytest.raises(OutOfTimeError):
        list(Deadline(0, time.monotonic() - 1).watch("abc"))


# -- nothing to judge -----------------------------------------------------------------------------


@pytest.mark.parametrize("more", [[], ["--on-unknown", "warn"], ["--fail-on", "never"]])
def test_a_gate_that_judged_nothing_says_so(
    more: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for empty in ("folder", "validation"):
        if empty == "validation":
            (tmp_path / "val.jsonl").write_bytes((SAMPLE / "train.jsonl").read_bytes())
        assert run(["check", ".", *DAY, *more]) == 3, empty
        said = capsys.readouterr()
        assert "no training" in said.out + said.err


def test_the_schema_of_the_report_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
