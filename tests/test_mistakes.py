"""A mistake is said with its place, and with what was probably meant."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest

from ftgate.cli import cli, run
from scripts.reference_pages import every_command
from tests.planted import chat

Capture = pytest.CaptureFixture[str]
PLAN = "[policy]\nmax_break_even = '6 months'\n"
WAIVER = "[[waive]]\ncode = 'FT401'\nreason = 'why'\nuntil = 2027-01-01\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "train.jsonl").write_text(json.dumps(chat("How are you?", "Fine.")) + "\n")
    (tmp_path / "ftgate.toml").write_text(PLAN)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(capsys: Capture, *arguments: str) -> str:
    assert run([*arguments]) == 2
    return capsys.readouterr().err


def test_a_mistake_in_an_override_is_not_blamed_on_the_file(folder: Path, capsys: Capture) -> None:
    wrong = ["check", "--config", "usage.request_per_month=3"]
    told = said(capsys, *wrong)
    assert told.startswith("ftgate: --config: unknown key [usage] request_per_month\n")
    assert "did you mean requests_per_month?" in told
    (folder / "ftgate.toml").write_text("[policy]\nfail_onn = 'error'\n")
    assert "ftgate.toml: unknown key [policy] fail_onn" in said(capsys, *wrong)


@pytest.mark.parametrize(
    ("plan", "place"),
    [
        (WAIVER.replace("until = 2027-01-01", ""), "[[waive]] 1 until: is missing"),
        (WAIVER + WAIVER.replace("reason = 'why'", ""), "[[waive]] 2 reason: is missing"),
        ("[policy]\nmax_increase = {tokens = 1}", "[policy] max_increase: input should be"),
        (WAIVER.replace("FT401", "FT4O1"), "[[waive]] FT4O1: no rule 'FT4O1'"),
        ("[rules.FT4O1]\nx = 1", "[rules.FT4O1]: no rule"),
        ("[rules]\nignore = ['FT4O1']", "[rules] ignore: no rule"),
    ],
)
def test_a_mistake_in_the_plan_is_said_as_it_is_written(
    folder: Path, capsys: Capture, plan: str, place: str
) -> None:
    (folder / "ftgate.toml").write_text(plan)
    assert place in said(capsys, "check", "train.jsonl")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["check", "trian.jsonl"], "did you mean train.jsonl?"),
        (["check", "nothing/of/this"], "name a file, a folder, a glob or an address"),
        (["check", "gopher://a/b.jsonl"], "data elsewhere are read by s3://"),
        (["check", "--config", "nope.toml"], "--config takes a file that exists, or KEY=VALUE"),
        (["check", "--price", "gpt-5"], "--price gpt-5: names no price\n"),
        (["check", "--price", ",training_mtok=1"], "names no model\n"),
        (["check", "-o", "report.html"], "did you mean -o html=report.html?"),
        (["check", "-o", "junit.xml"], "did you mean -o junit=junit.xml?"),
        (["audit", ".", "-o", "audit.md"], "did you mean -o markdown=audit.md?"),
    ],
)
def test_what_was_probably_meant_is_said(capsys: Capture, arguments: list[str], told: str) -> None:
    assert told in said(capsys, *arguments)


def test_every_command_that_judges_ages_takes_the_same_flag(capsys: Capture) -> None:
    assert run(["providers", "openai", "--today", "2026-11-22"]) == 0
    by_today = capsys.readouterr().out
    assert run(["providers", "openai", "--as-of", "2026-11-22"]) == 0
    assert capsys.readouterr().out == by_today


def test_a_wrong_value_from_the_environment_is_said_to_be_from_there(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FTGATE_FAIL_ON", "errror")
    told = said(capsys, "check")
    assert "the environment says so: FTGATE_FAIL_ON. did you mean error?" in told
    assert "environment" not in said(capsys, "check", "--fail-on", "errror")


def test_every_flag_has_its_variable_as_the_help_says() -> None:
    unlike = []
    options = [
        (" ".join(names), each)
        for names, command in every_command(cli, ("ftgate",))
        for each in command.params
        if isinstance(each, click.Option)
    ]
    assert len(options) > 100
    for name, flag in options:
        if not flag.allow_from_autoenv and not flag.envvar:
            continue
        stated = flag.envvar or f"FTGATE_{(flag.name or '').upper()}"
        variables = [stated] if isinstance(stated, str) else list(stated)
        long = [each for each in flag.opts if each.startswith("--")]
        wanted = {f"FTGATE_{each[2:].upper().replace('-', '_')}" for each in long}
        if not wanted & {*variables}:
            unlike.append((name, long, variables))
    assert unlike == []
