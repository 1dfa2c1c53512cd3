"""FT7: what the rules say of missing, expired and too high prices, and of models that end."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from ftgate.errors import ConfigError
from ftgate.model import Comparison, Missing, ModelFacts, Price
from ftgate.prices.book import PriceBook
from ftgate.rules import prices as rules
from ftgate.settings import ModelSettings, PolicySettings
from tests.rule_values import only, training

TODAY = date(2026, 11, 22)
BOOK = PriceBook.load(today=TODAY)


def comparison(horizon_months: int = 12, undecided: tuple[Missing, ...] = ()) -> Comparison:
    return Comparison(
        horizon_months=horizon_months,
        baseline="today",
        best="today",
        options=(),
        break_even=None,
        undecided=undecided,
    )


def price(as_of: date, expires: date | None = None, model: str = "gpt-5") -> Price:
    ref = f"openai/{model}/input_mtok@{as_of}"
    return Price(ref, model, "openai", "input_mtok", Decimal(1), "x", "", as_of, expires, "x")


def base(model: str, provider: str | None = None) -> ModelFacts | Missing:
    return BOOK.model(model, provider)


BASE = base("gpt-4.1-mini")
PLAN = ModelSettings()


# -- FT701 ------------------------------------------------------------------------------------


def test_missing_training_price_is_undecided_with_the_lines_to_add() -> None:
    missing = BOOK.lookup("gpt-4.1-mni", "training_mtok")
    assert isinstance(missing, Missing)
    found = only(rules.unknown_price(training(None, missing), BASE, comparison()))
    assert found.undecided
    assert "training_mtok price of gpt-4.1-mni at openai" in found.message
    assert "nearest: gpt-4.1-mini" in found.message
    for line in ("[[price]]", 'model = "gpt-4.1-mni"', "training_mtok = ", "source = ", "as_of = "):
        assert line in found.next_step


def test_missing_prices_of_the_comparison_are_reported_once_each() -> None:
    price_missing = Missing("together/Qwen/Qwen3.5-9B/cached_input_mtok", "not in the catalogue")
    volume_missing = Missing("requests_per_month", "not stated")
    found = list(
        rules.unknown_price(
            training(None, price_missing),
            BASE,
            comparison(undecided=(price_missing, volume_missing)),
        )
    )
    assert [entry.message.split(":")[0] for entry in found] == [
        "no cached_input_mtok price of Qwen/Qwen3.5-9B at together"
    ]


def test_missing_prices_of_one_model_are_one_finding_with_all_lines() -> None:
    parts = [
        BOOK.lookup("ft:gpt-oss-20b", unit, "azure") for unit in ("training_mtok", "input_mtok")
    ]
    first, second = (part for part in parts if isinstance(part, Missing))
    found = only(
        rules.unknown_price(
            training(None, first), base("gpt-oss-20b", "azure"), comparison(undecided=(second,))
        )
    )
    assert found.message.startswith("no training_mtok and input_mtok price of gpt-oss-20b at azure")
    for unit in ("training_mtok", "input_mtok", "output_mtok"):
        assert f'{unit} = "<USD>"' in found.next_step


def test_price_of_a_tune_that_cannot_exist_is_not_asked_for() -> None:
    job, tuned, prompted = (
        Missing(f"openai/{name}", "not in the catalogue")
        for name in (
            "gpt-6-luna/training_mtok",
            "ft:gpt-6-luna/input_mtok",
            "gpt-6-luna/input_mtok",
        )
    )
    luna = base("gpt-6-luna")
    assert not list(rules.unknown_price(training(None, job), luna, comparison(undecided=(tuned,))))
    assert only(rules.unknown_price(training(None, job), luna, comparison(undecided=(prompted,))))


def test_prices_that_the_comparison_names_in_words_are_reported_too() -> None:
    hosting = Missing("hosting price of acme-7b on acme", "add: [hosting] usd_per_hour = …")
    found = only(rules.unknown_price(training(), BASE, comparison(undecided=(hosting,))))
    assert found.undecided
    assert found.message == "no hosting price of acme-7b on acme: add: [hosting] usd_per_hour = …"


def test_known_prices_are_no_finding() -> None:
    assert not list(rules.unknown_price(training(), BASE, comparison()))


# -- FT702 ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "stale"),
    [
        (price(date(2026, 8, 21), expires=date(2026, 11, 22)), False),  # its last day
        (price(date(2026, 8, 21), expires=date(2026, 11, 21)), True),
        (price(date(2026, 8, 24)), False),  # 90 days
        (price(date(2026, 8, 23)), True),  # 91 days
    ],
)
def test_price_is_stale_after_its_expiry_or_the_oldest_age(entry: Price, stale: bool) -> None:
    found = list(rules.stale_price((entry,), PolicySettings(), TODAY))
    assert [finding.undecided for finding in found] == [True] * stale


def test_bundled_prices_are_fresh_on_release_day_and_stale_46_days_later() -> None:
    entry = BOOK.lookup("gpt-4.1-mini", "training_mtok")
    assert isinstance(entry, Price)
    assert not list(rules.stale_price((entry,), PolicySettings(), TODAY))
    late = only(rules.stale_price((entry,), PolicySettings(), date(2027, 1, 7)))
    assert f"{entry.ref} (until 2027-01-06)" in late.message


def test_oldest_age_is_the_users_choice() -> None:
    own = price(date(2026, 11, 14))
    assert not list(rules.stale_price((own,), PolicySettings(max_price_age="8 days"), TODAY))
    assert only(rules.stale_price((own,), PolicySettings(max_price_age="1 week"), TODAY))


def test_many_stale_prices_are_one_finding() -> None:
    entries = tuple(price(date(2025, 1, day), model=f"m{day}") for day in range(1, 6))
    found = only(rules.stale_price((*entries, entries[0]), PolicySettings(), TODAY))
    assert found.count == 5
    assert found.message.startswith("5 prices have expired: openai/m1/input_mtok@2025-01-01")
    assert found.message.endswith("and 2 more")


# -- FT703 ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("usd", "over"), [("150", False), ("150.01", True)])
def test_budget_is_compared_with_the_dear_end(usd: str, over: bool) -> None:
    policy = PolicySettings(max_training_cost="150 USD")
    found = list(rules.over_budget(training(usd), policy))
    assert len(found) == over
    if over:
        assert "up to $150.01 (limit $150.00)" in found[0].message
        assert "3 epochs, 30,000,000 billable tokens" in found[0].message


def test_no_budget_and_no_price_are_no_finding() -> None:
    assert not list(rules.over_budget(training("1e9"), PolicySettings()))
    assert not list(rules.over_budget(training(None), PolicySettings(max_training_cost="1 USD")))


def test_budget_that_is_no_amount_is_a_configuration_error() -> None:
    with pytest.raises(ConfigError, match="'150 EUR' is not an amount"):
        list(rules.over_budget(training(), PolicySettings(max_training_cost="150 EUR")))
