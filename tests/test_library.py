"""What a notebook uses: a comparison without files, as lazily imported as everything public."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

import ftgate
from ftgate.model import Comparison
from ftgate.settings import ModelSettings, Settings
from tests.economics_market import (
    BASE,
    MODELS,
    PRICES,
    STRONG,
    TODAY,
    TODAY_CALL,
    TUNED_CALL,
    Market,
    option,
)

WORK = ftgate.Workload(
    100_000, prompt_tokens=800, query_tokens=200, answer_tokens=100, tokens_per_example=2_000
)
OPTIONS = {"model": {"base": BASE, "today": STRONG}, "few_shot": {"examples": 0}}


def compared(work: ftgate.Workload = WORK, options: Any = OPTIONS) -> Comparison:
    return ftgate.compare(work, options, Market(PRICES, MODELS), today=TODAY)  # type: ignore[arg-type]


def test_bills_are_those_of_the_workload() -> None:
    found = compared()
    assert option(found, "today").monthly_usd == (TODAY_CALL * 100_000,) * 12
    tuned = option(found, "fine-tuned")
    assert tuned.monthly_usd == (TUNED_CALL * 100_000,) * 12
    assert tuned.upfront_usd == Decimal(15)  # 500 examples x 2,000 tokens x 3 epochs x $5/M


def test_an_example_is_a_short_call_unless_stated() -> None:
    work = ftgate.Workload(1, 800, 200, 100, examples=1_000)
    assert option(compared(work), "fine-tuned").upfront_usd == Decimal("5.25")  # 350 tokens each


def test_options_may_be_settings() -> None:
    model = Settings(model=ModelSettings(base=BASE, today=STRONG))
    assert option(compared(options=model), "today").total_usd == TODAY_CALL * 1_200_000


def test_the_same_question_has_the_same_answer() -> None:
    assert compared() == compared()


def test_without_a_volume_the_answer_is_in_calls() -> None:
    found = compared(ftgate.Workload(None, 800, 200, 100))
    assert found.undecided[0].what == "calls per month"
    assert found.at_volumes


@pytest.mark.parametrize(
    ("options", "problem"),
    [({"modell": {}}, "unknown key modell"), ({"usage": {"horizon_months": 0}}, "horizon_months")],
)
def test_wrong_options_are_errors(options: Any, problem: str) -> None:
    with pytest.raises(ftgate.FtgateError, match=problem):
        compared(options=options)


def test_a_negative_number_of_calls_is_an_error() -> None:
    with pytest.raises(ftgate.FtgateError, match="must not be negative"):
        compared(ftgate.Workload(-1, 800, 200, 100))


def test_an_unknown_model_is_undecided_and_no_price() -> None:
    work = ftgate.Workload(1_000, 800, 200, 100)
    found = ftgate.compare(work, {"model": {"base": "no-such-model"}}, today=date(2026, 11, 22))
    assert found.undecided
    assert not any(each.kind == "fine-tuned" for each in found.options)


def test_importing_ftgate_loads_none_of_it() -> None:
    program = (
        "import sys, ftgate\n"
        "assert not [name for name in sys.modules if name.startswith('ftgate.')]\n"
        "ftgate.Workload\n"
        "assert 'ftgate.economics' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
