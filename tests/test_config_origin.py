"""Where a setting comes from: the line of the file, the variable, the flag."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from ftgate.cli import run
from ftgate.config_origin import lines_of
from tests.conftest import ROOT

Capture = pytest.CaptureFixture[str]

PLAN = '''\
# version = 0
version = 1

[model]
base = "gpt-4.1-mini" # base = "x"
rejected = [
  "epochs = 3", # [usage]
  "b",
]

[[dataset]]
name = "a"
train = ["a.jsonl"]
[[dataset]]
name = """
[policy]
fail_on = 'never'"""
"goal" = "style"

[rules]
FT201.min_examples = 60
FT401 = { warn_ratio = 0.1, fail_ratio = 0.2 }
[ rules . FT202 ]
min_examples = 3
[per-file-ignores]
"data/*.jsonl" = ["FT1"]
[policy]
fail_on = "error"
'''


def paths_of(value: Any, path: tuple[str | int, ...] = ()) -> dict[tuple[str | int, ...], Any]:
    """Every key of a document with its value, as Python's own parser has them."""
    found: dict[tuple[str | int, ...], Any] = {}
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in pairs:
        found[*path, key] = inner
        if isinstance(inner, (dict, list)):
            found.update(paths_of(inner, (*path, key)))
    return found


def leaves(document: dict[str, Any]) -> set[tuple[str | int, ...]]:
    found = paths_of(document)
    return {path for path, value in found.items() if not isinstance(value, (dict, list))}


def test_each_key_is_found_on_its_line() -> None:
    lines = lines_of(PLAN)
    assert leaves(tomllib.loads(PLAN)) <= lines.keys()
    expected = {
        ("version",): 2,
        ("model", "base"): 5,
        ("model", "rejected"): 6,
        ("dataset", 0, "name"): 12,
        ("dataset", 0, "train"): 13,
        ("dataset", 1, "name"): 15,
        ("dataset", 1, "goal"): 18,
        ("rules", "FT201", "min_examples"): 21,
        ("rules", "FT401", "fail_ratio"): 22,
        ("rules", "FT202", "min_examples"): 24,
        ("per-file-ignores", "data/*.jsonl"): 26,
        ("policy", "fail_on"): 28,
    }
    assert {path: lines[path] for path in expected} == expected
    assert ("usage",) not in lines
    assert ("model", "epochs") not in lines


@pytest.mark.parametrize(
    "path", sorted((ROOT / "sample_data").rglob("*.toml")), ids=lambda path: path.parent.as_posix()
)
def test_every_key_of_the_samples_is_found_on_a_line_that_names_it(path: Path) -> None:
    text = path.read_text("utf-8")
    lines, rows = lines_of(text), text.splitlines()
    for leaf in leaves(tomllib.loads(text)):
        names = [step for step in leaf if isinstance(step, str)]
        assert names[-1] in rows[lines[leaf] - 1]


def test_a_table_of_another_file_is_read_by_itself() -> None:
    text = '[project]\nname = "x"\n[tool.ftgate.model]\nbase = "y"\n[tool.other]\nbase = "z"\n'
    lines = lines_of(text, ("tool", "ftgate"))
    assert lines["model", "base"] == 4
    assert ("base",) not in lines
    assert ("name",) not in lines


def shown(capsys: Capture, *arguments: str) -> dict[str, dict[str, Any]]:
    assert run(["config", "show", "-f", "json", *arguments]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "ftgate/config/1"
    return {each["key"]: each for each in document["settings"]}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    text = '[model]\nbase = "in-the-file"\nepochs = 2\n[policy]\nfail_on = "error"\n'
    (tmp_path / "ftgate.toml").write_text(text, "utf-8")
    return tmp_path


def origin(setting: dict[str, Any]) -> tuple[Any, ...]:
    return setting["value"], setting["origin"], setting["where"], setting["line"]


def test_flags_win_over_variables_and_those_over_the_file(
    project: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = shown(capsys)
    assert origin(found["model.base"]) == ("in-the-file", "file", "ftgate.toml", 2)
    assert origin(found["policy.on_unknown"]) == ("fail", "default", None, None)
    assert origin(found["usage.prompt_tokens"]) == (None, "default", None, None)
    monkeypatch.setenv("FTGATE_MODEL", "in-the-environment")
    monkeypatch.setenv("FTGATE_FAIL_ON", "warning")
    found = shown(capsys, "--fail-on", "never")
    assert origin(found["model.base"]) == (
        *("in-the-environment", "environment", "FTGATE_MODEL", None),
    )
    assert origin(found["policy.fail_on"]) == ("never", "flag", "--fail-on", None)
    assert origin(found["model.epochs"]) == (2, "file", "ftgate.toml", 3)


def test_the_nearest_file_wins_and_parents_are_not_merged(
    project: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "team").mkdir()
    (project / "team" / "pyproject.toml").write_text(
        '[project]\nname = "x"\n[tool.ftgate.policy]\nfail_on = "never"\n', "utf-8"
    )
    monkeypatch.chdir(project / "team")
    found = shown(capsys)
    assert origin(found["policy.fail_on"]) == ("never", "file", "pyproject.toml", 4)
    assert found["model.base"]["origin"] == "default"
    assert shown(capsys, "--isolated")["policy.fail_on"]["origin"] == "default"


def test_single_settings_and_rules_are_flags_too(
    project: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FTGATE_CONFIG", "usage.requests_per_month=7")
    found = shown(capsys, "--ignore", "FT401")
    assert origin(found["usage.requests_per_month"]) == (7, "environment", "FTGATE_CONFIG", None)
    assert origin(found["rules.ignore"]) == (["FT401"], "flag", "--ignore", None)


def test_text_names_the_origin_of_each_line(project: Path, capsys: Capture) -> None:
    assert run(["config", "show", "--epochs", "3"]) == 0
    rows = dict(line.split("  # ", 1) for line in capsys.readouterr().out.splitlines())
    stated = {setting.strip(): where for setting, where in rows.items()}
    assert stated['model.base = "in-the-file"'] == "ftgate.toml:2"
    assert stated["model.epochs = 3"] == "--epochs"
    assert stated["# usage.prompt_tokens"] == "not set"


@pytest.mark.parametrize(
    ("command", "meant"),
    [
        (["check", "-f", "jsno"], "did you mean json?"),
        (["check", "-o", "sarfi=x"], "did you mean -o sarif=x?"),
        (["check", "--fail-on", "eror"], "did you mean error?"),
        (["completion", "bsh"], "did you mean bash?"),
        (["check", "--config", "polcy.fail_on=error"], "did you mean policy?"),
        (["check", "--config", "policy.fail_onn=error"], "did you mean fail_on?"),
        (["check", "--config", "rules.selct=[]"], "did you mean select?"),
        (["check", "--config", "rules.FT201.min_exampls=1"], "did you mean min_examples?"),
        (["check", "--select", "knowlege-injection"], "did you mean knowledge-injection?"),
        (["check", "--provider", "opnai"], "did you mean openai?"),
        (["baseline", "wirte"], "Did you mean 'write'?"),
        (["basline"], "did you mean 'baseline'?"),
    ],
)
def test_what_was_meant_is_named(
    project: Path, capsys: Capture, command: list[str], meant: str
) -> None:
    record = {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}
    (project / "train.jsonl").write_text(json.dumps(record) + "\n", "utf-8")
    assert run(command) == 2
    assert meant in capsys.readouterr().err
