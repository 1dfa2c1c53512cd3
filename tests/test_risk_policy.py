"""FT810 and FT811: probabilities and monthly budgets in the gate."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ftgate.config import validate
from ftgate.costing import price_paths
from ftgate.economics.risk import Chance, Risk, risk
from ftgate.errors import ConfigError
from ftgate.gate import CheckOptions, check
from ftgate.model import Finding, Option
from ftgate.rules.budget import month_over_budget
from ftgate.rules.likelihood import unlikely_to_pay
from ftgate.settings import ModelSettings, PolicySettings
from tests.conftest import AS_OF, ROOT
from tests.economics_market import compared, option, plan, with_hosting
from tests.rule_values import only

UNLIKELY = ROOT / "sample_data" / "FT810-unlikely-to-pay"
TODAY = date(2026, 11, 22)


@cache
def drawn() -> Risk:
    (costs,) = price_paths((str(UNLIKELY / "fails"),), CheckOptions(as_of=AS_OF))
    assert costs.planned is not None
    return risk(costs.planned.scenario, 500, against=costs.planned.rival)


def found(share: float, limit: float | None, **changes: Any) -> list[Finding]:
    chance = Chance(share, 0.0)
    changed = replace(drawn(), draws=20_000, positive=chance, **changes)
    return list(unlikely_to_pay(changed, PolicySettings(min_probability=limit)))


def test_too_few_futures_fail_with_the_share_and_the_drivers() -> None:
    finding = only(found(0.41, 0.8))
    assert finding.message.startswith(
        "pays in 41% of 20,000 futures against gpt-6-luna (limit 80%); it hangs on"
        " review.tuned_rate (-0."
    )
    assert finding.decision == "hold"


def test_the_limit_itself_is_enough() -> None:
    assert found(0.8, 0.8) == []
    assert "79.995%" in only(found(0.79995, 0.8)).message


def test_without_a_limit_nobody_asks() -> None:
    assert found(0.0, None) == []


def test_assumed_ranges_are_said() -> None:
    assert only(found(0.5, 0.8, stated=False)).message.endswith("[risk] states yours")


def test_the_report_has_both_probabilities() -> None:
    (dataset,) = check(str(UNLIKELY / "fails"), CheckOptions(as_of=AS_OF)).datasets
    comparison = dataset.comparison
    assert comparison is not None
    assert comparison.break_even is not None
    assert comparison.break_even_best is not None
    best, today = comparison.break_even_best.probability, comparison.break_even.probability
    assert best is not None
    assert today is not None
    assert 0 < best < today < 1  # the best alternative is harder to beat than today's model
    finding = next(each for each in dataset.findings if each.code == "FT810")
    assert f"pays in {100 * best:g}% of 20,000 futures" in finding.message


def test_nobody_who_does_not_ask_draws_futures() -> None:
    folder = ROOT / "sample_data" / "FT803-no-break-even" / "passes"
    program = (
        "import sys\nfrom ftgate.gate import CheckOptions, check\n"
        f"report = check({str(folder)!r}, CheckOptions(as_of={AS_OF!r}, cache=False))\n"
        "point = report.datasets[0].comparison.break_even\n"
        "assert point.probability is None, point\n"
        "assert 'ftgate.economics.futures' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)


@pytest.mark.parametrize(
    ("policy", "problem"),
    [
        ({"min_probability": 1.2}, "min_probability = 1.2: a probability is between 0 and 1"),
        ({"min_probability": -0.1}, "a probability is between 0 and 1"),
        ({"max_monthly_cost": "lots"}, "'lots' is not an amount"),
    ],
)
def test_impossible_limits_are_errors(policy: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigError, match=problem.replace(".", r"\.")):
        validate({"policy": policy}, "ftgate.toml")


def test_a_range_that_the_plan_cannot_have_is_an_error_of_the_gate(tmp_path: Path) -> None:
    for file in (UNLIKELY / "fails").iterdir():
        text = file.read_text("utf-8").replace("review.tuned_rate", "review.tuned_rates")
        (tmp_path / file.name).write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=r"ftgate\.toml: review\.tuned_rates is not a number"):
        check(str(tmp_path), CheckOptions(as_of=AS_OF))


def over(limit: str | None, **facts: Any) -> Iterator[Finding]:
    policy = PolicySettings(max_monthly_cost=limit)
    return month_over_budget(compared(**facts), policy, ModelSettings(), TODAY)


def test_a_month_within_the_budget_is_no_finding() -> None:
    cost = max(option(compared(plan()), "fine-tuned").monthly_usd)
    assert cost == Decimal(90)
    assert list(over("90 USD", settings=plan())) == []
    assert list(over(None, settings=plan())) == []


def test_the_first_dearest_month_is_named() -> None:
    growing = replace(plan(), usage=replace(plan().usage, growth_ratio=0.1))
    finding = only(over("200 USD", settings=growing))
    assert finding.message.startswith("month 12 of the fine-tune costs $256.78 (limit $200.00)")
    assert finding.message.endswith("and 3 of 12 months are over it")


def test_the_budget_advises_the_prompt_where_that_is_within_it() -> None:
    hosted = with_hosting(plan(), "3")
    assert only(over("2000 USD", settings=hosted)).decision == "prompt"
    assert only(over("100 USD", settings=hosted)).decision == "hold"


def test_months_after_the_end_of_the_tuned_model_are_not_its_own() -> None:
    facts: dict[str, Any] = {"settings": plan(), "ends": date(2027, 2, 1)}
    bills: Option = option(compared(**facts), "fine-tuned")
    assert bills.monthly_usd[0] < Decimal(100) < bills.monthly_usd[5]  # then today's model answers
    assert list(over("100 USD", **facts)) == []
