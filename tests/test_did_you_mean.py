"""A name that is spelled wrong gets the one that was meant, wherever a name can be typed."""

from __future__ import annotations

import pytest

from ftgate.cli import run
from tests.conftest import AS_OF, ROOT

Capture = pytest.CaptureFixture[str]
SET = "hospital-letters"
SCENARIO = "scenarios/techwiz.toml"
MISTAKES = {
    "commands": [
        ("chekc", "did you mean 'check'?"),
        ("prices lst", "Did you mean 'list'?"),
        ("config shwo", "Did you mean 'show'?"),
        ("baseline wriet", "Did you mean 'write'?"),
    ],
    "options": [
        ("check --modle x", "Did you mean '--model'?"),
        ("prices list --provder x", "Did you mean '--provider'?"),
        ("init --forec", "Did you mean '--force'?"),
    ],
    "values of options": [
        (f"check {SET} -f jsn", "did you mean json?"),
        (f"check {SET} -o jsn=x", "did you mean -o json=x?"),
        (f"check {SET} --fail-on eror", "did you mean error?"),
        ("init --ci githb", "did you mean github?"),
        ("completion bsh", "did you mean bash?"),
        ("convert x --to opnai-chat", "did you mean openai-chat?"),
        (f"report {SET} -o report.htlm", "did you mean html?"),
        (f"count {SET} --encoding o200k_bsae", "did you mean o200k_base?"),
    ],
    "rules": [
        ("explain FT4Ol", "did you mean FT401?"),
        ("explain knowlege-injection", "did you mean knowledge-injection?"),
        (f"check {SET} --select knowlege-injection", "did you mean knowledge-injection?"),
        (f"check {SET} --ignore ft4o2", "did you mean FT402?"),
        (f"check {SET} --config rules.FT401.fial_ratio=1", "did you mean fail_ratio?"),
        (f"check {SET} --config rules.selct=[]", "did you mean select?"),
    ],
    "providers": [
        (f"check {SET} --provider opnai", "did you mean openai?"),
        (f"count {SET} --provider opnai", "did you mean openai?"),
        ("providers opnai", "did you mean openai?"),
        ("models --provider opnai", "did you mean openai?"),
        ("prices list --provider opnai", "did you mean openai?"),
        ("prices show gpt-4.1-mini --provider opnai", "nearest: openai"),
        ("check --price gpt-4.1,input_mtok=1,provider=opnai", "did you mean openai?"),
    ],
    "models": [
        ("prices show gpt-4.1-mni", "nearest: gpt-4.1-mini"),
        (f"cost {SET} --model gpt-4.1-mni", "nearest: gpt-4.1-mini"),
        (f"check {SET} --model gpt-4.1-mni -v", "nearest: gpt-4.1-mini"),
        (f"prompts {SET} --model gpt-4.1-mni", "nearest: gpt-4.1-mini"),
        ("watch gpt-4.1-mni", "nearest: gpt-4.1-mini"),
    ],
    "keys and values of the configuration": [
        (f"check {SET} --config modle.base=x", "did you mean model?"),
        (f"check {SET} --config model.bsae=x", "did you mean base?"),
        (f"check {SET} --config policy.fail_on=eror", "did you mean error?"),
        (f"cost {SET} --what-if usage.request_per_month=5", "did you mean requests_per_month?"),
        (f"cost {SCENARIO} --sweep querys_per_month=1,2", "did you mean 'queries_per_month'?"),
        ("check --price gpt-4.1-mini,trainin_mtok=1", "did you mean training_mtok?"),
    ],
}


@pytest.mark.parametrize(
    ("command", "advice"), [pair for pairs in MISTAKES.values() for pair in pairs]
)
def test_what_was_meant_is_said(
    command: str, advice: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT / "sample_data")
    monkeypatch.setenv("FTGATE_TODAY", AS_OF)
    run(command.split())
    out, err = capsys.readouterr()
    assert advice in " ".join((out + err).split())


@pytest.mark.parametrize("command", ["explain zzzz-zzzz", "providers zzzz", "zzzz"])
def test_what_is_like_nothing_gets_the_list(command: str, capsys: Capture) -> None:
    assert run(command.split()) == 2
    err = capsys.readouterr().err
    assert "did you mean" not in err
    assert "ftgate " in err.partition("hint:")[2]
