"""The sliders of the HTML report add up what the verdict adds up, to the cent."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ftgate.economics.compare import compare
from ftgate.economics.training import estimate_training
from ftgate.gate import CheckOptions, check
from ftgate.model import Bill, BreakEven, Comparison, Epochs, Option, Training
from ftgate.render import renderer
from ftgate.report import Report
from ftgate.settings import RetrainingSettings, Settings
from tests.browser import browse, drive, needs_chromium
from tests.conftest import AS_OF, ROOT
from tests.economics_market import (
    BASE,
    CHEAP,
    CHEAP_PRICES,
    MEASURED,
    MODELS,
    PRICES,
    STRONG,
    TODAY,
    Market,
    plan,
    with_hosting,
    with_labelling,
    with_retrieval,
    with_review,
)
from tests.report_values import PASSING, report

pytestmark = needs_chromium
CENT = 0.005


class Numbers(NamedTuple):
    """What the sliders say; ``hit`` None: from the calls."""

    calls: int = 100_000
    epochs: int = 3
    hit: float | None = None
    months: int = 12

    @property
    def fragment(self) -> str:
        hit = "" if self.hit is None else f"{self.hit * 100:g}"
        return f"set=all&calls={self.calls}&epochs={self.epochs}&hit={hit}&months={self.months}"


PLANNED = Numbers()
ASKED = (
    PLANNED,
    Numbers(calls=1_000),
    Numbers(calls=2_345_678),
    Numbers(epochs=1),
    Numbers(epochs=9, months=3),
    Numbers(hit=0.0),
    Numbers(hit=0.875, calls=54_321),
    Numbers(months=1),
    Numbers(months=4),
    Numbers(months=7, hit=0.25, epochs=2, calls=40_000),
)


class Case(NamedTuple):
    """A plan in a market of its own."""

    settings: Settings
    market: Market


def cases() -> dict[str, Case]:
    cached = {
        **MODELS,
        STRONG: replace(MODELS[STRONG], cache_min_tokens=500, cache_ttl_minutes=30),
    }
    ending = {
        **cached,
        STRONG: replace(cached[STRONG], shutdown=date(2027, 1, 14)),
        CHEAP: MODELS[CHEAP],
        BASE: replace(MODELS[BASE], tuned_shutdown=date(2027, 2, 1)),
    }
    mortal = {**cached, BASE: replace(MODELS[BASE], tuned_shutdown=date(2027, 8, 30))}
    plain = Market(PRICES, cached)
    writes = Market({**PRICES, f"{STRONG}/cache_write_mtok": "12.5"}, cached)
    people = with_labelling(with_review(with_hosting(plan(), "1.7"), "0.05", "0.035"))
    again = replace(people, retraining=RetrainingSettings(4, Decimal("0.5"), Decimal(100)))
    return {
        "plain": Case(plan(), plain),
        "cache writes cost more": Case(plan(), writes),
        "labels": Case(with_labelling(plan()), Market(PRICES, mortal)),
        "people and hosting": Case(people, plain),
        "trained again, stops": Case(again, Market(PRICES, mortal)),
        "growth and a ramp": Case(
            with_retrieval(plan(growth_ratio=0.07, ramp=(0.1, 0.5), retry_ratio=0.02), "0.0001"),
            plain,
        ),
        "models stop": Case(plan(), Market({**PRICES, **CHEAP_PRICES}, ending)),
    }


CASES = cases()


def job(market: Market, epochs: int) -> Training:
    """A job whose bill is rounded up, so that it is no straight line, with every other beside."""

    def estimate(number: int) -> Training:
        tokens = -(-number * 1_234_567 // 100_000) * 100_000
        return estimate_training(
            model=BASE,
            provider="acme",
            epochs=Epochs(number, number, "as configured"),
            bill=Bill(tokens, tokens),
            price=market.lookup(BASE, "training_mtok"),  # type: ignore[arg-type]
        )

    others = [estimate(number) for number in range(1, 11)]
    known = tuple((each.billable_high, each.usd_high or Decimal(0)) for each in others)
    return replace(estimate(epochs), by_epochs=known)


def verdict(case: Case, asked: Numbers) -> Comparison:
    usage = replace(
        case.settings.usage,
        requests_per_month=asked.calls,
        horizon_months=asked.months,
        cache_hit_rate=asked.hit,
    )
    return compare(
        settings=replace(case.settings, usage=usage),
        measured=MEASURED,
        training=job(case.market, asked.epochs),
        quotes=case.market,
        today=TODAY,
    )


def write(folder: Path, made: Report) -> Path:
    path = folder / "page.html"
    text = renderer("html")(made, color=False, width=80, verbose=False)
    path.write_text(text, encoding="utf-8")
    return path


READ = """(page, act) => %s.map((numbers) => {
  page.location.hash = numbers;
  act(page.defaultView, "hashchange");
  return [...page.querySelectorAll(".live")].map((live) => ({
    usd: [...live.querySelectorAll("[data-usd]")].map((cell) => Number(cell.dataset.usd)),
    ...live.querySelector(".said").dataset,
  }));
})"""


def read(path: Path, *asked: Numbers) -> list[list[dict[str, Any]]]:
    """What the page says of every dataset at these numbers."""
    found: list[list[dict[str, Any]]] = drive(path, READ % json.dumps([a.fragment for a in asked]))
    return found


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[Numbers, list[dict[str, Any]]]:
    """Every case as planned, each a dataset of one page, read at all numbers."""
    datasets = [
        replace(PASSING, name=name, comparison=verdict(case, PLANNED))
        for name, case in CASES.items()
    ]
    path = write(tmp_path_factory.mktemp("page"), report(*datasets))
    return dict(zip(ASKED, read(path, *ASKED), strict=True))


def agrees(status: str, months: str, found: BreakEven | None) -> bool:
    assert found is not None
    if found.months is None:
        return months == "" and (found.status == status or found.status.startswith(f"{status}_"))
    return found.status == status and abs(float(months) - float(found.months)) < 1e-6


def same_totals(options: tuple[Option, ...], usd: list[float]) -> None:
    """Dollars once, of the first month and over the horizon, option by option."""
    expected = [
        (option.name, column, float(amount))
        for option in options
        for column, amount in (
            ("once", option.upfront_usd),
            ("first month", option.monthly_usd[0]),
            ("horizon", option.total_usd),
        )
    ]
    assert len(usd) == len(expected)
    wrong = [
        (*each, found)
        for each, found in zip(expected, usd, strict=True)
        if abs(each[2] - found) > CENT
    ]
    assert wrong == []


@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_the_page_adds_up_what_the_verdict_would(
    shown: dict[Numbers, list[dict[str, Any]]], asked: Numbers
) -> None:
    for case, seen in zip(CASES.values(), shown[asked], strict=True):
        found = verdict(case, asked)
        same_totals(found.options, seen["usd"])
        assert agrees(seen["status"], seen["months"], found.break_even_best), found


@pytest.mark.parametrize("asked", [Numbers(calls=0), Numbers(hit=0.875, epochs=7)], ids=str)
def test_a_link_to_numbers_opens_with_them(tmp_path: Path, asked: Numbers) -> None:
    case = CASES["plain"]
    made = report(replace(PASSING, comparison=verdict(case, PLANNED)))
    seen = browse(write(tmp_path, made), asked.fragment)
    assert seen.console == []
    cells = [e.attributes["data-usd"] for e in seen.elements if "data-usd" in e.attributes]
    same_totals(verdict(case, asked).options, [float(each) for each in cells])


def test_the_cases_have_every_kind_of_bill() -> None:
    found = [verdict(case, PLANNED) for case in CASES.values()]
    terms = [option.terms for each in found for option in each.options]
    named = {key for each in terms for key in each}
    assert {"cache", "review_usd", "again_usd", "then"} <= named
    statuses = {
        point.status
        for case in CASES.values()
        for asked in ASKED
        if (point := verdict(case, asked).break_even_best)
    }
    assert len(statuses) >= 3, statuses


def test_a_real_set_with_other_numbers_is_what_the_gate_says_of_them(tmp_path: Path) -> None:
    folder = tmp_path / "hospital-letters"
    shutil.copytree(ROOT / "sample_data" / "hospital-letters", folder)
    config = folder / "ftgate.toml"
    options = CheckOptions(as_of=AS_OF)
    path = write(tmp_path, check([str(folder)], options))
    ((seen,),) = read(path, Numbers(91_000, 5, None, 5))
    text = config.read_text("utf-8")
    for table, key, value in (
        ("usage", "requests_per_month", 91_000),
        ("model", "epochs", 5),
        ("usage", "horizon_months", 5),
    ):
        text = re.sub(rf"(?m)^{key} = .*\n", "", text)
        text = text.replace(f"[{table}]\n", f"[{table}]\n{key} = {value}\n")
    config.write_text(text, encoding="utf-8")
    comparison = check([str(folder)], options).datasets[0].comparison
    assert comparison is not None
    assert comparison.horizon_months == 5
    same_totals(comparison.options, seen["usd"])
