"""``ftgate prompts``, and what ``ftgate check`` says of prompts, as a user sees them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ftgate.cli import cli, run
from ftgate.commands.prompts_look import Rate
from ftgate.gate import CheckOptions, check
from ftgate.profile import Profile
from ftgate.prompts.anatomy import Anatomy
from ftgate.prompts.workload import measure_workload
from ftgate.settings import DatasetSettings, UsageSettings
from ftgate.sources import File
from ftgate.tokens.oracle import open_oracle
from tests.conftest import AS_OF, ROOT

TECHWIZ = ROOT / "sample_data" / "techwiz-support"
LONG = TECHWIZ / "prompts" / "support.txt"
SHORT = TECHWIZ / "prompts" / "short.txt"


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["prompts", *map(str, arguments), "--as-of", AS_OF])


def document(*arguments: object) -> Any:
    return json.loads(invoke(*arguments, "-f", "json").output)


def test_tokens_are_tiktokens_and_segments_add_up() -> None:
    (file,) = document(LONG)["files"]
    (prompt,) = file["prompts"]
    assert prompt["tokens"] == open_oracle("o200k_base")(LONG.read_text("utf-8"))
    assert prompt["tokens"] == sum(part["tokens"] for part in prompt["segments"])
    assert prompt["segments"][0]["lines"][0] == 1
    last = prompt["segments"][-1]["lines"][1]
    assert last == len(LONG.read_text("utf-8").rstrip().splitlines())


def test_dollars_per_thousand_calls_cached_and_not() -> None:
    anatomy = Anatomy((), tokens=3_000, static_tokens=2_000)
    rate = Rate("m", Decimal(2), Decimal("0.5"), 1_024, "a list")
    assert rate.usd(anatomy) == Decimal(6)
    assert rate.cached_usd(anatomy) == Decimal(1 + 2)
    assert rate.cached_usd(anatomy._replace(static_tokens=1_023)) is None
    assert Rate("m", None, None, 1_024, "?").usd(anatomy) is None, "unknown is not zero"


def test_the_text_has_bars_prices_and_the_overhead() -> None:
    done = invoke(LONG, "--query-tokens", 38, "--model", "gpt-4.1,gpt-6-luna,no-such-model")
    assert done.exit_code == 0, done.output
    for said in ("858 tokens", "output format", "\u2588", "95.8%", "gpt-6-luna", "from 1,024"):
        assert said in done.output
    assert "no-such-model" in done.output


def test_a_folder_is_searched_and_agents_prompts_are_left_alone(tmp_path: Path) -> None:
    for name in ("prompts/a.txt", ".github/prompts/x.prompt.md", "b.prompty", "prompts/data.json"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('{"rows": [1]}' if name.endswith("json") else "Be brief.")
    found = document(tmp_path)
    assert [Path(file["path"]).name for file in found["files"]] == ["b.prompty", "a.txt"]
    assert [finding["code"] for finding in found["findings"]] == ["FT612"]
    inside = document(tmp_path / "prompts")
    assert [Path(file["path"]).name for file in inside["files"]] == ["a.txt"]


def test_prompts_in_order_are_no_reason_to_fine_tune(tmp_path: Path) -> None:
    prompt = tmp_path / "greeting.prompty"
    prompt.write_text("---\nname: greeting\n---\nsystem:\nYou are brief and kind.\n")
    (dataset,) = check([prompt], CheckOptions(as_of=AS_OF)).datasets
    assert (dataset.outcome, dataset.decision) == ("pass", "hold")


def test_the_difference_to_the_data_is_shown_to_who_asks_for_records() -> None:
    train = TECHWIZ / "train.jsonl"
    silent = invoke(SHORT, "--data", train).output
    assert "0 of 132 examples carry this prompt; 97% similar" in silent
    assert "TechWiz" not in silent
    shown = invoke(SHORT, "--data", train, "--show-records").output
    assert "-You are TechWiz" in shown
    assert "+You are TechWiz" in shown


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--show-records"], 2),
        (["no-such-file"], 2),
        (["--model", ",", str(LONG)], 2),
        (["{empty}"], 3),
        (["{empty}/blank.txt"], 2),
        ([str(LONG), "--data", "no-such-file"], 2),
    ],
)
def test_what_cannot_be_done_says_so(
    tmp_path: Path, arguments: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "blank.txt").write_text(" ")
    assert run(["prompts", *(each.format(empty=tmp_path) for each in arguments)]) == code
    captured = capsys.readouterr()
    assert captured.out + captured.err


def test_terminal_escapes_in_a_prompt_do_not_reach_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "a\x1b[31m.txt"
    path.write_text("Be \x1b[31mred.\n")
    data = tmp_path / "train.jsonl"
    turns = [{"role": "system", "content": "Be \x1b[2J"}, {"role": "user", "content": "a"}]
    data.write_text(json.dumps({"messages": [*turns, {"role": "assistant", "content": "b"}]}))
    assert "\x1b" not in invoke(path, "--data", data, "--show-records").output


def test_a_project_without_prompts_never_loads_their_parsers(tmp_path: Path) -> None:
    shutil.copy(TECHWIZ / "train.jsonl", tmp_path)
    code = (
        "import sys\nfrom ftgate.cli import run\n"
        "run(['check', 'train.jsonl', '--exit-zero'])\n"
        "assert not {'yaml', 'jinja2'} & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def techwiz_findings() -> dict[str, str]:
    (dataset,) = check([str(TECHWIZ)], CheckOptions(as_of=AS_OF)).datasets
    return {finding.code: finding.message for finding in dataset.findings}


def test_check_reports_overhead_removable_tokens_drift_and_the_caching_arithmetic() -> None:
    found = techwiz_findings()
    assert "858 of 896 input tokens per call are the prompt (95.8% overhead)" in found["FT613"]
    assert "removable 570 (format 161, tone 38, examples 371), 288 stay" in found["FT613"]
    assert "132 of 132 examples carry another system message, 97% similar" in found["FT602"]
    assert "caching starts at 1,024. Padded by 166" in found["FT611"]
    assert "102.4 at 90% off) instead of 858" in found["FT611"]


def test_check_shows_them_on_one_screen(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")  # how many findings a screen holds depends on its width
    run(["check", str(TECHWIZ), "--as-of", AS_OF])
    shown = capsys.readouterr().out
    assert all(code in shown for code in ("FT602", "FT611", "FT613"))
    assert "TechWiz" not in shown, "text of prompts and data stays where it is"


def test_the_tuned_prompt_is_estimated_where_neither_plan_nor_data_have_one(tmp_path: Path) -> None:
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "long.md").write_text(
        "# Role\nYou are a clerk.\n\n# Format\nJSON only.\n\n# Facts\nWe opened in 1990.\n"
    )
    turns = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    (tmp_path / "train.jsonl").write_text(json.dumps({"messages": turns}) + "\n")
    (tmp_path / "ftgate.toml").write_text(
        'version = 1\n[[dataset]]\nname = "d"\ntrain = ["train.jsonl"]\nprompts = ["prompts/*"]\n'
        "[usage]\nrequests_per_month = 1_000\n"
    )
    (dataset,) = check([str(tmp_path)], CheckOptions(as_of=AS_OF)).datasets
    assert dataset.comparison
    tuned = next(one for one in dataset.comparison.options if one.kind == "fine-tuned")
    facts = open_oracle("o200k_base")("# Facts\nWe opened in 1990.\n")
    assert any(f"calls x {facts} tokens" in line.formula for line in tuned.lines)


@pytest.mark.parametrize(
    ("prompt", "stated", "cacheable"),
    [
        (None, 3_000, 3_000),
        ("Be brief.", 3_000, 3_000),
        ("Be brief.\n{{ x }} is the question.", 3_000, 3),
        ("Be brief.\n{{ x }} is the question.", 2, 2),
    ],
    ids=["no file", "no variable", "a variable", "shorter than the file"],
)
def test_a_stated_prompt_is_unchanging_unless_a_file_shows_a_variable(
    tmp_path: Path, prompt: str | None, stated: int, cacheable: int
) -> None:
    files: tuple[File, ...] = ()
    if prompt:
        (tmp_path / "p.j2").write_text(prompt)
        files = (File(str(tmp_path / "p.j2"), "prompt", "p.j2"),)
    found = measure_workload(
        Profile(by_role=Counter(system=40, user=90, assistant=50), examples=10),
        files,
        DatasetSettings("d"),
        UsageSettings(prompt_tokens=stated),
        tmp_path,
        open_oracle("o200k_base"),
    )
    assert (found.prompt_tokens, found.cacheable_tokens) == (stated, cacheable)


@pytest.mark.parametrize(
    ("text", "beginning"),
    [("Be kind to {{ name }} today.", "Be kind to "), ("Be kind to them today.", None)],
)
def test_a_tuned_prompt_is_unchanging_up_to_its_first_variable(
    text: str, beginning: str | None, tmp_path: Path
) -> None:
    count = open_oracle("o200k_base")
    (tmp_path / "short.j2").write_text(text)
    found = measure_workload(
        Profile(by_role=Counter(system=40, user=90, assistant=50), examples=10),
        (),
        DatasetSettings("d", tuned_prompt="short.j2"),
        UsageSettings(),
        tmp_path,
        count,
    )
    assert found.tuned_cacheable_tokens == (count(beginning) if beginning else None)


def test_check_judges_a_named_prompt_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "x.prompty"
    path.write_text("---\ninputs: {a: 1}\n---\nsystem:\n{{ b }} {{ a }}\n")
    report = check([str(path)], CheckOptions(as_of=AS_OF))
    (dataset,) = report.datasets
    assert [finding.code for finding in dataset.findings] == ["FT601"]
    assert report.exit_code == 1
    path.write_text("---\ninputs: {a: 1}\n---\nsystem:\n{{ a }}\n")
    assert check([str(path)], CheckOptions(as_of=AS_OF)).exit_code == 0


def test_a_malformed_prompt_of_a_plan_is_a_finding_and_still_has_a_price(tmp_path: Path) -> None:
    sample = shutil.copytree(
        ROOT / "sample_data" / "FT612-malformed-prompt" / "fails", tmp_path / "d"
    )
    (dataset,) = check([str(sample)], CheckOptions(as_of=AS_OF)).datasets
    assert {"FT612", "FT613"} <= {finding.code for finding in dataset.findings}
    assert dataset.comparison


def test_the_tuned_prompt_is_named_as_the_others_of_its_folder(tmp_path: Path) -> None:
    sample = shutil.copytree(TECHWIZ, tmp_path / "d")
    (dataset,) = check([str(sample)], CheckOptions(as_of=AS_OF)).datasets
    drift = next(finding for finding in dataset.findings if finding.code == "FT602")
    assert drift.path
    assert drift.path.endswith("d/prompts/short.txt")
