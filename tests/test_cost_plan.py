"""``ftgate cost`` and ``ftgate report`` on training sets: the gate's bills, with sources."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ftgate.commands import cost, report
from ftgate.economics.scenario import parse_scenario
from ftgate.errors import ConfigError, UnreadableError, UsageError
from ftgate.gate import CheckOptions, check
from ftgate.prices.book import PriceBook
from tests.conftest import AS_OF, ROOT

SAMPLES = ROOT / "sample_data"
TECHWIZ, HOSPITAL = SAMPLES / "techwiz-support", SAMPLES / "hospital-letters"
NO_VOLUME = SAMPLES / "FT807-unknown-volume" / "fails"
SCENARIOS = SAMPLES / "scenarios"


def run(command: Any, *args: str) -> tuple[int, str]:
    result = CliRunner().invoke(
        command, [*args, "--as-of", AS_OF], catch_exceptions=False, standalone_mode=False
    )
    return result.return_value, result.output


def priced(path: Path, *args: str) -> Any:
    code, output = run(cost.command, str(path), "-f", "json", *args)
    assert code == 0
    (found,) = json.loads(output)["datasets"]
    return found


@pytest.mark.parametrize("path", [TECHWIZ, HOSPITAL])
def test_the_bills_are_those_of_the_gate(path: Path) -> None:
    (dataset,) = check(str(path), CheckOptions(as_of=AS_OF)).datasets
    assert dataset.comparison is not None
    found = priced(path)["comparison"]
    assert found["best"] == dataset.comparison.best
    totals = {each["name"]: Decimal(each["total_usd"]) for each in found["options"]}
    assert totals == {each.name: each.total_usd for each in dataset.comparison.options}


def test_every_line_and_the_best_are_printed() -> None:
    code, output = run(cost.command, str(TECHWIZ))
    assert code == 0
    assert "prompt                  343.20 a month   = 200,000 calls x 858 tokens" in output
    best = next(line for line in output.splitlines() if line.endswith("best"))
    assert best.startswith("gpt-6-luna")
    assert max(map(len, output.splitlines())) <= 100


def test_what_is_not_judged_is_marked_and_explained() -> None:
    _, output = run(cost.command, str(TECHWIZ))
    assert "today in batches (as if every call could wait)" in output
    line = next(line for line in output.splitlines() if line.startswith("today in batches  "))
    assert line.endswith("*")


def test_origins_are_shown_when_asked() -> None:
    _, output = run(cost.command, str(TECHWIZ), "-v")
    assert "tokens.query: measured: mean of 132 training examples" in output
    assert "queries_per_month: stated: [usage] requests_per_month" in output
    assert "base.input_mtok: LiteLLM 1.109.1 price file, as of 2026-11-12" in output


def test_what_if_changes_one_setting() -> None:
    found = priced(TECHWIZ, "--what-if", "usage.requests_per_month=50_000")
    today = next(each for each in found["comparison"]["options"] if each["name"] == "today")
    assert Decimal(today["monthly_usd"][0]) == Decimal("571.20") / 4


def test_another_short_prompt_can_be_tried_without_touching_the_plan() -> None:
    """The tuned model with the whole prompt: 200,000 calls x 858 tokens x $0.80 per million."""

    def prompt_line(*args: str) -> Decimal:
        options = priced(TECHWIZ, *args)["comparison"]["options"]
        (tuned,) = (each for each in options if each["kind"] == "fine-tuned")
        return next(Decimal(line["usd"]) for line in tuned["lines"] if line["item"] == "prompt")

    prompts = TECHWIZ / "prompts"
    assert prompt_line() == prompt_line("--short-prompt", str(prompts / "short.txt"))
    assert prompt_line("--short-prompt", str(prompts / "support.txt")) == Decimal("137.28")


def test_a_short_prompt_that_is_not_there_is_an_error() -> None:
    with pytest.raises(UnreadableError, match="prompt nowhere"):
        run(cost.command, str(TECHWIZ), "--short-prompt", "nowhere.txt")


def test_a_scenarios_questions_can_be_asked_of_a_dataset() -> None:
    found = priced(
        TECHWIZ,
        *("--sweep", "queries_per_month=1000,200000", "--tornado", "--risk", "--draws", "400"),
        *("--heat", "base.input=1:2:2", "--heat", "tokens.answer=100:300:3"),
    )
    assert [row["value"] for row in found["sweep"]] == ["1000", "200000"]
    assert found["sweep"][1]["today_monthly_usd"] == "571.2"
    assert {bar["key"] for bar in found["tornado"]["bars"]} >= {"queries_per_month", "tokens.query"}
    assert len(found["heat"]["rows"]) == 3
    assert found["risk"]["against"] == "gpt-4.1"
    assert found["risk_against_best"]["against"] == "gpt-6-luna"
    assert found["risk_against_best"]["npv_positive"]["probability"] == 0


def test_the_same_is_printed() -> None:
    _, output = run(
        cost.command,
        *(str(TECHWIZ), "--sweep", "base.input=1,2", "--tornado", "--risk", "--draws", "200"),
    )
    assert "if base.input were" in output
    assert "What moves the net benefit" in output
    assert "As if the tuned model lived on: it has 1 whole month to pay back." in output
    assert "wins against today" in output
    assert "wins against gpt-6-luna" in output


def test_a_missing_number_is_named_and_exits_with_3() -> None:
    code, output = run(cost.command, str(NO_VOLUME))
    assert code == 3
    assert "add to ftgate.toml: [usage] requests_per_month" in output
    assert "at   100,000 calls a month: fine-tune" in output


def test_a_set_without_examples_has_no_bill(tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").write_text("", "utf-8")
    code, output = run(cost.command, str(tmp_path))
    assert code == 3
    assert "no example could be read" in output


@pytest.mark.parametrize(
    ("args", "problem"),
    [
        (("--scenario", str(SCENARIOS / "techwiz.toml"), str(TECHWIZ)), "all its numbers itself"),
        ((str(SCENARIOS / "techwiz.toml"), "--what-if", "a.b=1"), "all its numbers itself"),
        ((str(SCENARIOS / "techwiz.toml"), "--short-prompt", "x.txt"), "and --short-prompt x.txt"),
        ((str(TECHWIZ), "--what-if", "usage"), "is not KEY=VALUE"),
        ((str(TECHWIZ), "--draws", "9"), "are about --risk"),
    ],
)
def test_contradicting_flags_are_errors(args: tuple[str, ...], problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        run(cost.command, *args)


def test_an_unknown_key_is_an_error_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match="is not a number of this scenario") as caught:
        run(cost.command, str(TECHWIZ), "--sweep", "token.query=1,2")
    assert "tokens.query" in caught.value.hint


def test_a_scenario_needs_no_flag() -> None:
    code, output = run(cost.command, str(SCENARIOS / "techwiz.toml"))
    assert code == 0
    assert "TechWiz support replies, at the tutorial's prices" in output


def written(path: Path, target: Path) -> str:
    code, _ = run(report.command, str(path), "-o", str(target))
    assert code == 0
    return target.read_text("utf-8")


@pytest.mark.parametrize("name", ["page.html", "page.md", "page.txt"])
def test_the_report_of_a_dataset_has_the_gates_numbers(name: str, tmp_path: Path) -> None:
    page = " ".join(written(TECHWIZ, tmp_path / name).replace("\\", "").split())
    assert "Do not fine-tune." in page
    for number in ("374.64", "443.41", "1,454.60"):
        assert number in page
    assert "measured:" in page
    assert "githubusercontent.com" in page  # where the prices can be looked up


def test_the_report_of_a_dataset_for_machines(tmp_path: Path) -> None:
    found = json.loads(written(HOSPITAL, tmp_path / "page.json"))
    (dataset,) = check(str(HOSPITAL), CheckOptions(as_of=AS_OF)).datasets
    assert dataset.comparison is not None
    today = dataset.comparison.options[0]
    assert Decimal(found["options"][0]["horizon_usd"]) == pytest.approx(
        today.total_usd, abs=Decimal("0.005")
    )
    assert found["remarks"]["queries_per_month"] == "stated: [usage] requests_per_month"


def test_a_plan_that_pays_in_too_few_futures_is_not_recommended(tmp_path: Path) -> None:
    page = written(SAMPLES / "FT810-unlikely-to-pay" / "fails", tmp_path / "page.txt")
    assert "=> Do not fine-tune yet." in page
    assert "! It pays at the numbers as stated, but wins against gpt-6-luna in only 35.2%" in page
    page = written(SAMPLES / "FT810-unlikely-to-pay" / "passes", tmp_path / "other.txt")
    assert "=> Fine-tune." in page
    assert "in only" not in page


def test_a_report_without_a_volume_names_the_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = report.command.main(
        [str(NO_VOLUME), "-o", str(tmp_path / "page.html")], standalone_mode=False
    )
    assert code == 3
    assert "[usage] requests_per_month" in capsys.readouterr().err
    assert not (tmp_path / "page.html").exists()


def test_a_report_is_about_one_dataset(tmp_path: Path) -> None:
    folder = SAMPLES / "FT803-no-break-even"
    with pytest.raises(UsageError, match="2 datasets"):
        run(report.command, str(folder), "-o", str(tmp_path / "page.html"))


@pytest.mark.parametrize("name", ["techwiz", "hospital"])
def test_the_same_work_at_todays_prices_is_the_catalogues(name: str) -> None:
    text = (SCENARIOS / f"{name}-today.toml").read_text("utf-8")
    tutorial = tomllib.loads((SCENARIOS / f"{name}.toml").read_text("utf-8"))
    data = tomllib.loads(text, parse_float=Decimal)
    book = PriceBook.load(today=date(2026, 11, 22))
    for key in ("tokens", "goal", "queries_per_month", "queries_per_year", "labelling", "review"):
        assert tutorial.get(key) == tomllib.loads(text).get(key)
    for table in (data["base"], data["tuned"], *data["alternative"]):
        for unit in ("input_mtok", "cached_input_mtok", "output_mtok", "training_mtok"):
            if unit in table:
                assert table[unit] == book.lookup(table["model"], unit).usd, (table["model"], unit)
    assert data["shutdown"]["usable_until"] == book.model(data["tuned"]["model"]).tuned_shutdown
    scenario = parse_scenario(text, name)
    assert scenario.judge(scenario.planned)[1] in ("hold", "prompt")
