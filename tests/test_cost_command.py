from __future__ import annotations

import itertools
import json
import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ftgate.commands.cost import command
from ftgate.economics.scenario import Scenario, Variant, parse_scenario
from ftgate.economics.scenario_flips import indifference, saving, stop_value, sweep
from ftgate.economics.scenario_text import scenario_lines
from ftgate.errors import ConfigError, UnreadableError, UsageError
from tests.test_economics import GOLDEN

SCENARIOS = Path(__file__).parent.parent / "sample_data" / "scenarios"
TECHWIZ, HOSPITAL = SCENARIOS / "techwiz.toml", SCENARIOS / "hospital.toml"
SWEEP = "base.input=0.03,0.015,0.005"


def cost(*args: str) -> str:
    result = CliRunner().invoke(command, list(args), catch_exceptions=False, standalone_mode=False)
    assert result.return_value == 0
    return result.output


def answer(path: Path, *args: str) -> Any:
    return json.loads(cost("--scenario", str(path), "-f", "json", *args))


def scenario(path: Path, *changes: tuple[str, str]) -> Scenario:
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return parse_scenario(text, path.name)


def close(actual: str | Fraction | None, expected: float | None) -> bool:
    return actual is not None and float(actual) == pytest.approx(expected, rel=1e-12)


def variant(data: Any, kind: str, *, labelled: bool) -> Any:
    name = {"ft": "fine-tuned", "hyb": "hybrid"}[kind]
    return next(v for v in data["variants"] if (v["kind"], v["labelled"]) == (name, labelled))


@pytest.mark.parametrize("labels", ["label", "nolabel"])
@pytest.mark.parametrize("kind", ["ft", "hyb"])
def test_techwiz_prints_the_tutorials_numbers(kind: str, labels: str) -> None:
    data = answer(TECHWIZ)
    assert data["today"]["monthly_usd"] == "315"
    assert data["training_usd"] == "12"
    assert close(data["labelling_usd"], GOLDEN["seed.label"])
    found = variant(data, kind, labelled=labels == "label")
    prefix = f"seed.{'hyb.' if kind == 'hyb' else ''}{labels}"
    assert close(found["monthly_usd"], GOLDEN["seed.ft" if kind == "ft" else "seed.hyb"])
    assert close(found["saves_usd_per_month"], GOLDEN[f"{prefix}.savings"])
    assert close(found["break_even"]["months"], GOLDEN[f"{prefix}.be"])
    assert found["break_even"]["decision"].upper() == GOLDEN[f"{prefix}.decision"]


@pytest.mark.parametrize("labels", ["label", "nolabel"])
@pytest.mark.parametrize("kind", ["ft", "hyb"])
def test_techwiz_stop_prices_are_exact(kind: str, labels: str) -> None:
    stops = variant(answer(TECHWIZ), kind, labelled=labels == "label")["stops"]
    key = f"{kind}.{labels}"
    nothing, slow = stops["base.input.saves_nothing"], stops["base.input.too_slow"]
    assert close(nothing["value"], GOLDEN[f"threshold.{key}.savings0"])
    assert close(slow["value"], GOLDEN[f"threshold.{key}.be6"])
    assert nothing["answer"] == "never"
    assert slow["answer"] == ("already" if labels == "label" else "never")
    factors = [stops[f"base.input+output_factor.{rule}"]["value"]
               for rule in ("saves_nothing", "too_slow")]  # fmt: skip
    assert all(close(found, golden) for found, golden in zip(factors, GOLDEN[f"scale.{key}"],
                                                             strict=True))  # fmt: skip


def test_sweep_is_the_tutorials_price_loop() -> None:
    rows = answer(TECHWIZ, "--sweep", SWEEP)["sweep"]
    assert [row["value"] for row in rows] == ["0.03", "0.015", "0.005"]
    for row in rows:
        for kind, labels in itertools.product(("ft", "hyb"), ("nolabel", "label")):
            bill, saved, months, decision = GOLDEN[f"loop.{row['value']}.{kind}.{labels}"]
            found = variant(row, kind, labelled=labels == "label")
            assert close(row["today_monthly_usd"], bill)
            assert close(found["saves_usd_per_month"], saved)
            assert close(found["months"], months)
            assert found["decision"].upper() == decision


def test_techwiz_alternatives_and_shutdown() -> None:
    data = answer(TECHWIZ)
    terra, luna = data["alternatives"]
    assert close(terra["uncached_monthly_usd"], GOLDEN["x.terra.800"][1])
    assert terra["monthly_usd"] == terra["uncached_monthly_usd"]  # below the cache's minimum
    assert float(terra["padded_monthly_usd"]) < float(terra["monthly_usd"])
    assert close(luna["uncached_monthly_usd"], GOLDEN["x.luna_pe_month"])
    assert data["usable_months"] == 1
    shut_down = "x.base model shut down after month 1 (today 2026-11-22, 2027-01-14)"
    unlabelled = "x.no labelling, model shut down after month 1"
    for labelled, key in ((True, shut_down), (False, unlabelled)):
        found = variant(data, "ft", labelled=labelled)["until_shutdown"]
        assert found["status"] == GOLDEN[key]["status"]
        assert close(found["net_usd"], GOLDEN[key]["net"])


def test_hospital_totals_and_indifference_line() -> None:
    data = answer(HOSPITAL)
    expected = GOLDEN["hosp.500.400"]
    (found,) = data["variants"]
    assert close(data["today"]["horizon_usd"], expected["pe"])
    assert close(found["total_usd"], expected["ft"])
    assert close(found["break_even"]["months"], GOLDEN["hosp.payback"])
    assert found["break_even"]["status"] == "PAYS_BACK_AFTER_HORIZON"
    line = indifference(scenario(HOSPITAL))
    assert line is not None
    assert (line.query, line.answer) == (Fraction("26.976"), Fraction("53.976"))
    assert line.dollars == Fraction("65302.4")
    assert close((line.dollars - 400 * line.answer) / line.query, GOLDEN["hosp.frontier_N_at_L400"])
    assert close((line.dollars - 500 * line.query) / line.answer, GOLDEN["hosp.frontier_L_at_N500"])
    text = cost("--scenario", str(HOSPITAL))
    assert "26.976·N + 53.976·L > 65,302.4" in " ".join(text.split())
    assert "it loses" in " ".join(text.split())


@pytest.mark.parametrize(
    ("key", "golden", "change"),
    [
        ("review.tuned_initial_rate", "hosp.tie_r0", ()),
        ("review.cost", "hosp.tie_rev", ()),
        (
            "review.tuned_rate",
            "hosp.tie_rate",
            (("tuned_initial_rate = 0.10\ninitial_months = 3\n", ""),),
        ),
    ],
)
def test_hospital_ties(key: str, golden: str, change: tuple[tuple[str, str], ...]) -> None:
    def ahead(at: Scenario, plan: Variant) -> Fraction:
        return at.over_horizon(at.base) - at.over_horizon(plan.service) - plan.upfront

    hospital = scenario(HOSPITAL, *change)
    assert close(stop_value(hospital, hospital.planned, (key,), ahead).value, GOLDEN[golden])


@pytest.mark.parametrize(("note", "letter"), [(1000, 400), (1500, 500), (2000, 600)])
def test_hospital_verdict_flips_with_the_length_of_the_texts(note: int, letter: int) -> None:
    lengths = ("query = 500", f"query = {note}"), ("answer = 400", f"answer = {letter}")
    changed = scenario(HOSPITAL, *lengths)
    expected = GOLDEN[f"hosp.{note}.{letter}"]
    assert close(changed.over_horizon(changed.base), expected["pe"])
    plan = changed.planned
    assert close(changed.over_horizon(plan.service) + plan.upfront, expected["ft"])


@pytest.mark.parametrize("path", [TECHWIZ, HOSPITAL])
def test_text_fits_a_terminal(path: Path) -> None:
    text = cost("--scenario", str(path), "--sweep", "tokens.answer=100,1000")
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "\x1b" not in text


def test_text_says_never_and_already() -> None:
    text = cost("--scenario", str(TECHWIZ), "--sweep", SWEEP)
    assert "already (0.0350849673)" in text
    assert "never" in text
    assert "At a base.input of $0 today's calls still cost $60.00" in " ".join(text.split())
    assert "102.4 tokens' worth" in " ".join(text.split())


def test_an_ascii_terminal_gets_plain_signs() -> None:
    arguments = ["--scenario", str(HOSPITAL)]
    result = CliRunner(charset="ascii").invoke(command, arguments, catch_exceptions=False)
    assert "26.976*N + 53.976*L" in " ".join(result.output.split())
    assert "\\x" not in result.output


def test_title_cannot_control_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    text = TECHWIZ.read_text(encoding="utf-8").replace("TechWiz support", "\\u001b[2J", 1)
    path.write_text(text.replace('title = "TechWiz', 'title = "\\u001b[2J'), encoding="utf-8")
    assert "\x1b" not in cost("--scenario", str(path))


@pytest.mark.parametrize(
    ("old", "new", "message", "hint"),
    [
        ("hourly_wage", "hourly_wages", "labelling.hourly_wage is missing", "hourly_wages"),
        ('[hybrid]', "[hybird]", "hybird is not a known key", "hybrid"),
        ("epochs = 3", "epochs = 3\nepoch = 3", "training.epoch is not a known key", "epochs"),
        ("epochs = 3", "epochs = -3", "training.epochs is -3; the minimum is 0", ""),
        ("query = 50", "query = -50", "tokens.query is -50; the minimum is 0", ""),
        ("input_per_1k = 0.03", "input_per_1k = nan", "finite", ""),
        ("input_per_1k = 0.03", 'input_per_1k = "0.03"', "must be a number", ""),
        ("input_per_1k = 0.03", "", "base.input_mtok is missing (or input_per_1k)", ""),
        ("input_per_1k = 0.03", "input_per_1k = 0.03\ninput_mtok = 30", "say the same", ""),
        ("queries_per_month = 10_000", "", "queries_per_month or queries_per_year", ""),
        ("horizon_months = 24", "horizon_months = 0", "the minimum is 1", ""),
        ("horizon_months = 24", "horizon_months = 1e3", "the maximum is 600", ""),
        ("as_of = 2026-11-22", 'as_of = "2026-11-22"', "must be a date", ""),
        ('kind = "format"', "kind = 3", "goal.kind must be a text", ""),
        ("[hybrid] ", "[[hybrid]] ", "hybrid must be a table", ""),
        ("[base]", "[base", "not valid TOML", ""),
        ("[base]", f"x = {'[' * 5000}\n[base]", "nested too deeply", ""),
        ('kind = "format"', 'kind = "format"\nvolatile = 1', "must be true or false", ""),
        ("cache_ttl_minutes = 30", "cache_ttl_minutes = 0.5", "must be a whole number", ""),
        ("[training]", "[trainings]", "[training] is missing", ""),
    ],
)  # fmt: skip
def test_a_wrong_file_names_the_key_and_the_limit(
    old: str, new: str, message: str, hint: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        scenario(TECHWIZ, (old, new))
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert caught.value.message.startswith("techwiz.toml")


def test_a_wrong_sweep_names_the_nearest_key() -> None:
    techwiz = scenario(TECHWIZ)
    with pytest.raises(ConfigError) as caught:
        sweep(techwiz, "base.inptu", [1])
    assert "base.input" in caught.value.hint
    with pytest.raises(ConfigError, match="the minimum is 0"):
        sweep(techwiz, "base.input", [-1])
    for text in ("base.input", "base.input=", "base.input=a"):
        with pytest.raises(UsageError):
            cost("--scenario", str(TECHWIZ), "--sweep", text)


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(UnreadableError, match=path.name):
            cost("--scenario", str(path))
    (tmp_path / "latin.toml").write_bytes(b'title = "\xe9"')
    with pytest.raises(UnreadableError, match="not UTF-8"):
        cost("--scenario", str(tmp_path / "latin.toml"))


def test_few_examples_stop_before_the_costs() -> None:
    text = " ".join(
        "\n".join(
            scenario_lines(scenario(TECHWIZ, ("examples = 500", "examples = 49")), None)
        ).split()
    )
    assert "STOP: 49 examples are too few" in text


def test_each_months_saving_is_todays_bill_less_the_other() -> None:
    text = "\n".join(scenario_lines(scenario(TECHWIZ), None))
    rows = {name: numbers(text, name) for name in ("month", "saves a month")}
    today, *others = rows["month"]
    assert rows["saves a month"] == [today - each for each in others]


def numbers(text: str, label: str) -> list[Decimal]:
    (row,) = re.findall(rf"^{label} {{3,}}(.*)$", text, re.MULTILINE)
    return [Decimal(each.replace(",", "")) for each in row.split()]


def test_life_in_months_and_no_alternatives_are_enough() -> None:
    head = HOSPITAL.read_text(encoding="utf-8").split("# The same work at prices")[0]
    short = parse_scenario(head + "[shutdown]\nusable_until_months = 2\n", "s.toml")
    assert (short.life_months, short.usable_until, short.alternatives) == (2, None, ())
    assert "2 whole months of use" in "\n".join(scenario_lines(short, None))
    assert "Before you train" not in "\n".join(scenario_lines(parse_scenario(head, "s"), None))


def test_an_alternative_without_a_cached_price_is_compared_uncached() -> None:
    plain = scenario(TECHWIZ, ("cached_input_mtok = 0.05\n", ""))
    assert "no cached price given" in "\n".join(scenario_lines(plain, None))


def test_failures_retries_batch_and_maintenance_are_counted() -> None:
    changed = scenario(
        TECHWIZ,
        ("[hybrid]", "[failures]\ncost = 1\nbase_rate = 0.05\ntuned_rate = 0.02\n[hybrid]"),
        ("output_per_1k = 0.06", "output_per_1k = 0.06\nbatch_ratio = 0.5\nretry_ratio = 0.1"),
        ("output_per_1k = 0.006", "output_per_1k = 0.006\nmaintenance_per_month = 100"),
    )
    # tokens: $315 x (1 - 0.5 x 0.5) x 1.1; failures: 10,000 x 5% and 2% at $1
    assert changed.steady_month(changed.base) == Fraction("259.875") + 500
    assert changed.steady_month(changed.tuned) == 9 + 200 + 100
    assert saving(changed, changed.planned) == Fraction("450.875")
