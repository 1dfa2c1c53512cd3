"""What moves the answer most, on the page: each bar is what the verdict says with that number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ftgate.model import PROMPTED, Comparison
from ftgate.settings import Settings
from tests.browser import drive, needs_chromium
from tests.economics_market import (
    BASE,
    MODELS,
    PRICES,
    STRONG,
    Market,
    plan,
    with_hosting,
    with_labelling,
    with_review,
)
from tests.report_values import PASSING, report
from tests.test_render_html_numbers import CENT, PLANNED, Case, Numbers, verdict, write

pytestmark = needs_chromium

SLOW = replace(MODELS[STRONG], cache_min_tokens=300, cache_ttl_minutes=30)
ENDING = {**MODELS, STRONG: SLOW, BASE: replace(MODELS[BASE], tuned_shutdown=date(2027, 8, 30))}
TEXT = {
    "prompt_tokens": 800,
    "cacheable_tokens": 800,
    "tuned_prompt_tokens": 50,
    "query_tokens": 200,
}


def settings(
    wage: int = 50,
    hosting: str = "1.7",
    review: tuple[str, str] = ("0.05", "0.035"),
    **usage: Any,
) -> Settings:
    known = {**TEXT, "completion_tokens": 100, "growth_ratio": 0.04, **usage}
    made = with_review(with_hosting(plan(**known), hosting), *review)
    return with_labelling(made, wage=wage)


def market(factor: float = 1, *models: str, units: tuple[str, ...] = ("mtok",)) -> Market:
    """The prices of these models times a factor, training apart from tokens."""
    changed = {
        ref: str(float(usd) * factor) if ref.startswith(models) and ref.endswith(units) else usd
        for ref, usd in PRICES.items()
    }
    return Market(changed, ENDING)


CASE = Case(settings(), market())
STATED = PLANNED._replace(hit=0.4)


def lead(case: Case, asked: Numbers = STATED) -> float:
    """Dollars by which the fine-tune is cheaper than the cheapest option without one."""
    found: Comparison = verdict(case, asked)
    prompted = [each for each in found.options if each.kind in PROMPTED and each.contends]
    (tuned,) = [each for each in found.options if each.kind == "fine-tuned"]
    return float(min(each.total_usd for each in prompted) - tuned.total_usd)


def input_tokens(factor: float) -> float:
    return lead(Case(settings(**{key: int(n * factor) for key, n in TEXT.items()}), market()))


def once(factor: float) -> float:
    units = ("training_mtok",)
    return lead(Case(settings(wage=int(50 * factor)), market(factor, BASE, units=units)))


HALF = "half to double"
EXPECTED: dict[str, tuple[str, Callable[[float], float]]] = {
    "calls a month": (
        "50,000 to 200,000",
        lambda by: lead(CASE, STATED._replace(calls=int(100_000 * by))),
    ),
    "months of the horizon": (
        "6 to 24",
        lambda by: lead(CASE, STATED._replace(months=int(12 * by))),
    ),
    "epochs": (
        "2 to 6",
        lambda by: lead(CASE, STATED._replace(epochs=2 if by < 1 else 6)),
    ),
    "calls that find the prompt cached": (
        "20% to 80%",
        lambda by: lead(CASE, STATED._replace(hit=0.4 * by)),
    ),
    "input tokens a call": (HALF, input_tokens),
    "answer tokens a call": (
        HALF,
        lambda by: lead(Case(settings(completion_tokens=int(100 * by)), market())),
    ),
    "token prices without the fine-tune": (
        HALF,
        lambda by: lead(Case(settings(), market(by, STRONG))),
    ),
    "token prices of the fine-tune": (
        HALF,
        lambda by: lead(Case(settings(), market(by, f"ft:{BASE}"))),
    ),
    "spent once on the fine-tune": (HALF, once),
    "hosting of the fine-tune": (
        HALF,
        lambda by: lead(Case(settings(hosting=str(1.7 * by)), market())),
    ),
    "review of answers": (
        HALF,
        lambda by: lead(Case(settings(review=(str(0.05 * by), str(0.035 * by))), market())),
    ),
    "growth of calls": (HALF, lambda by: lead(Case(settings(growth_ratio=0.04 * by), market()))),
    "months that the tuned model lives": (
        "5 to 18",
        lambda by: lead(
            Case(
                CASE.settings,
                Market(
                    PRICES,
                    {
                        **ENDING,
                        BASE: replace(
                            MODELS[BASE],
                            tuned_shutdown=date(2027, 4, 30) if by < 1 else date(2028, 5, 30),
                        ),
                    },
                ),
            )
        ),
    ),
}

READ = """(page, act) => {
  page.location.hash = "%s";
  act(page.defaultView, "hashchange");
  return [...page.querySelectorAll(".tornado tbody tr")].map((row) => [
    row.dataset.name, row.querySelector("span").textContent, row.dataset.less, row.dataset.more,
    [...row.querySelectorAll("rect")].map((each) => Number(each.getAttribute("width"))),
  ]);
}"""


@pytest.fixture(scope="module")
def bars(tmp_path_factory: pytest.TempPathFactory) -> list[list[Any]]:
    made = report(replace(PASSING, comparison=verdict(CASE, PLANNED)))
    path = write(tmp_path_factory.mktemp("page"), made)
    found: list[list[Any]] = drive(path, READ % STATED.fragment)
    return found


def test_every_number_of_the_bill_has_a_bar(bars: list[list[Any]]) -> None:
    assert sorted(name for name, *_ in bars) == sorted(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_both_ends_of_a_bar_are_what_the_verdict_would_add_up(
    bars: list[list[Any]], name: str
) -> None:
    ends, expected = EXPECTED[name]
    ((shown, less, more),) = [bar[1:4] for bar in bars if bar[0] == name]
    assert shown == ends
    assert float(less) == pytest.approx(expected(0.5), abs=CENT)
    assert float(more) == pytest.approx(expected(2), abs=CENT)


def test_the_widest_bar_is_first_and_as_wide_as_its_dollars(bars: list[list[Any]]) -> None:
    swings = [abs(float(more) - float(less)) for _, _, less, more, _ in bars]
    assert swings == sorted(swings, reverse=True)
    base = lead(CASE)
    first, last = bars[0], bars[-1]
    scale = sum(first[4]) / (abs(float(first[2]) - base) + abs(float(first[3]) - base))
    assert sum(last[4]) == pytest.approx(
        scale * (abs(float(last[2]) - base) + abs(float(last[3]) - base)), rel=1e-6
    )


def test_the_sentence_above_says_what_the_fine_tune_saves(tmp_path: Path) -> None:
    made = report(replace(PASSING, comparison=verdict(CASE, PLANNED)))
    said = drive(write(tmp_path, made), '(page) => page.querySelector(".lead-usd").textContent')
    saves = lead(CASE, PLANNED)
    words = "costs less" if saves > 0 else "costs more"
    assert said == f"As it stands the fine-tune {words} by ${abs(saves):,.0f} over 12 months."
