"""The life of a model: by provider, by customer and from the planned start, up to the verdict."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from ftgate import config
from ftgate.cli import run
from ftgate.errors import ConfigError
from ftgate.gate import CheckOptions, check
from ftgate.model import Missing, ModelFacts
from ftgate.prices import store
from ftgate.prices.book import PriceBook
from ftgate.prices.lifecycle import (
    Dated,
    customer_of,
    offers,
    start_until,
    usable_until,
    with_feeds,
)
from ftgate.prices.places import LIVE_NAME
from ftgate.prices.store import Record
from ftgate.report import DatasetReport
from ftgate.rules import lifecycle
from ftgate.settings import Customer, ModelSettings
from tests.conftest import AS_OF, ROOT

TODAY = date(2026, 11, 22)
BOOK = PriceBook.load(today=TODAY)
TECHWIZ = ROOT / "sample_data" / "techwiz-support"
KINDS: tuple[Customer, ...] = ("new", "idle", "active")


def facts(model: str, provider: str | None = None, book: PriceBook = BOOK) -> ModelFacts:
    found = book.model(model, provider)
    assert isinstance(found, ModelFacts), found
    return found


# -- the days, by provider and by customer ----------------------------------------------------


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


# OpenAI's deprecations page and Foundry's retirement schedule of 2026-09-02.
@pytest.mark.parametrize(
    ("model", "provider", "new", "idle", "active"),
    [
        ("gpt-4.1-mini", "openai", "2026-05-07", "2026-07-02", "2027-01-06"),
        ("gpt-4o", "openai", "2026-05-07", "2026-07-02", "2027-01-06"),
        ("gpt-4.1-nano", "openai", "2026-05-07", "2026-07-02", "2026-10-23"),
        ("gpt-4.1", "azure", "2027-04-14", "2027-04-14", "2027-04-14"),
        ("gpt-4o", "azure", "2027-04-14", "2027-04-01", "2027-04-01"),
        ("o4-mini", "azure", "2026-10-16", "2026-10-16", "2027-04-16"),
        ("gpt-oss-20b", "together", "", "", ""),
    ],
)
def test_job_creation_closes_for_each_kind_of_customer(
    model: str, provider: str, new: str, idle: str, active: str
) -> None:
    found = [start_until(facts(model, provider), kind) for kind in KINDS]
    assert found == [day(new), day(idle), day(active)]


def test_azure_dates_of_existing_customers_are_no_earlier_than() -> None:
    assert facts("gpt-4.1", "azure").closes.floor
    assert not facts("gpt-4.1", "openai").closes.floor


@pytest.mark.parametrize("model", ["gpt-4.1-mini", "gpt-4o", "gpt-4o-mini", "gpt-4.1"])
@pytest.mark.parametrize("provider", ["openai", "azure"])
def test_an_unstated_customer_is_never_later_than_an_active_one(model: str, provider: str) -> None:
    base = facts(model, provider)
    assumed, active = start_until(base, None), start_until(base, "active")
    assert assumed is not None
    assert active is not None
    assert assumed <= active


@pytest.mark.parametrize(
    ("provider", "customer", "start", "until"),
    [
        ("openai", "active", TODAY, "2027-01-14"),  # started, and then its base stops
        ("openai", "active", date(2027, 1, 6), "2027-01-06"),  # never starts
        ("openai", "idle", TODAY, "2026-07-02"),
        ("openai", "new", TODAY, "2026-05-07"),
        ("azure", "new", TODAY, "2027-10-14"),  # the deployment outlives its base
        ("azure", "new", date(2027, 4, 14), "2027-04-14"),
    ],
)
def test_usable_until_is_the_earliest_of_its_days(
    provider: str, customer: Customer, start: date, until: str
) -> None:
    assert usable_until(facts("gpt-4.1-mini", provider), customer, start) == day(until)


def test_no_known_end_is_unknown_and_not_forever() -> None:
    assert usable_until(facts("gpt-oss-20b", "azure"), "new", TODAY) is None


@pytest.mark.parametrize(
    ("plan", "customer"),
    [
        (ModelSettings(), None),
        (ModelSettings(eligible=True), "active"),
        (ModelSettings(eligible=False), None),
        (ModelSettings(customer="idle"), "idle"),
        (ModelSettings(customer="active", eligible=True), "active"),
        (ModelSettings(customer="new", eligible=False), "new"),
    ],
)
def test_eligible_says_active(plan: ModelSettings, customer: str | None) -> None:
    assert customer_of(plan) == customer


@pytest.mark.parametrize(("eligible", "customer"), [(True, "new"), (True, "idle")])
def test_eligible_and_customer_must_not_contradict(eligible: bool, customer: str) -> None:
    document = {"model": {"eligible": eligible, "customer": customer}}
    with pytest.raises(ConfigError, match="contradicts customer"):
        config.validate(document, "ftgate.toml")
    with pytest.raises(ConfigError, match="contradicts customer"):
        config.validate({"model": {"eligible": False, "customer": "active"}}, "ftgate.toml")


def test_settings_take_a_date_and_refuse_another_kind_of_customer() -> None:
    plan = config.validate({"model": {"start": date(2027, 1, 2), "servable": True}}, "x").model
    assert (plan.start, plan.servable) == (date(2027, 1, 2), True)
    with pytest.raises(ConfigError, match="customer"):
        config.validate({"model": {"customer": "old"}}, "x")


def test_offers_are_open_on_the_day_and_the_longest_comes_first() -> None:
    def named(model: str, besides: str, on: date) -> list[str]:
        return [offer.provider for offer in offers(BOOK.trainers(model), besides, on)]

    assert named("gpt-4.1-mini", "openai", TODAY) == ["azure"]
    assert named("gpt-4.1-mini", "azure", TODAY) == []  # OpenAI refuses new customers
    assert named("gpt-4.1-mini", "openai", date(2027, 4, 14)) == []
    assert set(named("openai/gpt-oss-20b", "openai", TODAY)) == {"azure", "together"}


# -- live dates -------------------------------------------------------------------------------


def fed(folder: Path, dates: dict[str, str]) -> PriceBook:
    path = folder / LIVE_NAME
    store.save(path, "litellm", Record("A feed", "https://f.example", "B", AS_OF, dates=dates))
    return PriceBook.load(today=TODAY, mode="cached", live=path)


MINI = "openai/gpt-4.1-mini-2025-04-14"


def test_an_earlier_live_shutdown_ends_the_model_its_jobs_and_its_tunes(tmp_path: Path) -> None:
    found = facts("gpt-4.1-mini", book=fed(tmp_path, {MINI: "2026-12-24"}))
    assert found.shutdown == found.tuned_shutdown == date(2026, 12, 24)
    assert found.jobs_close == found.closes.active == date(2026, 12, 24)
    assert found.closes.new == date(2026, 5, 7)
    assert found.disputed == "stops on 2026-12-24 by A feed, the catalogue 2027-01-14"


def test_a_later_live_shutdown_is_said_and_does_not_count(tmp_path: Path) -> None:
    found = facts("gpt-4.1-mini", book=fed(tmp_path, {MINI: "2027-06-01"}))
    assert found.shutdown == date(2027, 1, 14)
    assert "2027-06-01" in found.disputed
    (finding,) = lifecycle.disputed_date(found, found)
    assert finding.message.endswith("the earlier day counts")
    (finding,) = lifecycle.disputed_date(Missing("acme/base", "unknown"), found)
    assert finding.message.startswith(found.name)


def test_the_same_live_shutdown_is_no_dispute(tmp_path: Path) -> None:
    found = facts("gpt-4.1-mini", book=fed(tmp_path, {MINI: "2027-01-14"}))
    assert found == facts("gpt-4.1-mini")
    assert not list(lifecycle.disputed_date(found, found))


def test_a_live_date_of_fine_tunes_ends_them_alone(tmp_path: Path) -> None:
    tuned = MINI.replace("openai/", "openai/ft:")
    found = facts("gpt-4.1-mini", book=fed(tmp_path, {tuned: "2026-12-24"}))
    assert (found.shutdown, found.tuned_shutdown) == (date(2027, 1, 14), date(2026, 12, 24))
    assert "its fine-tunes stop on 2026-12-24 by A feed" in found.disputed


def test_a_live_date_of_a_model_without_one_is_its_end(tmp_path: Path) -> None:
    found = facts("gpt-6-luna", book=fed(tmp_path, {"openai/gpt-6-luna": "2027-09-01"}))
    assert found.shutdown == date(2027, 9, 1)
    assert found.disputed == "stops on 2027-09-01 by A feed, no date is known"


def test_live_dates_are_not_asked_offline(tmp_path: Path) -> None:
    fed(tmp_path, {MINI: "2026-12-24"})
    offline = PriceBook.load(today=TODAY, live=tmp_path / LIVE_NAME)
    assert facts("gpt-4.1-mini", book=offline) == facts("gpt-4.1-mini")


def test_deployments_that_outlive_their_base_outlive_its_live_date_too() -> None:
    base = facts("gpt-4.1-mini", "azure")
    found = with_feeds(base, Dated(date(2027, 1, 1), "A feed"), None, TODAY)
    assert (found.shutdown, found.tuned_shutdown) == (date(2027, 1, 1), date(2027, 10, 14))
    assert found.closes.new == date(2027, 1, 1)
    assert found.closes.active == date(2027, 4, 14)  # "no earlier than", whatever the base does


def test_the_past_does_not_move() -> None:
    base = facts("gpt-3.5-turbo")
    assert not with_feeds(base, Dated(date(2026, 9, 1), "A feed"), None, TODAY).disputed


# -- preference pairs at their own rate -------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "provider", "method", "unit", "usd"),
    [
        ("gpt-oss-20b", "together", "dpo", "training_dpo_mtok", "1.00"),
        ("gpt-oss-20b", "together", "supervised", "training_mtok", "0.40"),
        ("gpt-4.1-mini", "openai", "dpo", "training_mtok", "5"),  # one rate for both
    ],
)
def test_preference_pairs_are_billed_at_their_own_rate_where_there_is_one(
    model: str, provider: str, method: str, unit: str, usd: str
) -> None:
    assert BOOK.training_unit(model, method, provider) == unit
    price = BOOK.lookup(model, unit, provider)
    assert not isinstance(price, Missing)
    assert price.usd == Decimal(usd)


def test_a_rate_that_is_priced_apart_and_not_known_is_missing() -> None:
    unit = BOOK.training_unit("Qwen/Qwen4-new", "dpo", "together")
    assert unit == "training_dpo_mtok"
    assert isinstance(BOOK.lookup("Qwen/Qwen4-new", unit, "together"), Missing)


def test_the_gate_bills_a_preference_set_at_the_preference_rate(tmp_path: Path) -> None:
    user, answers = {"role": "user", "content": "How do I reset it?"}, ("Hold R.", "Dunno.")
    good, bad = ([{"role": "assistant", "content": text}] for text in answers)
    pair = {"input": {"messages": [user]}, "preferred_output": good, "non_preferred_output": bad}
    (tmp_path / "train.jsonl").write_text((json.dumps(pair) + "\n") * 60)
    options = CheckOptions(as_of=AS_OF, model="gpt-oss-20b", provider="together", isolated=True)
    units = {price.unit for price in check([str(tmp_path)], options).prices}
    assert "training_dpo_mtok" in units
    assert "training_mtok" not in units


# -- the whole gate ---------------------------------------------------------------------------


def judged(model: str, provider: str | None = None) -> DatasetReport:
    options = CheckOptions(as_of=AS_OF, model=model, provider=provider)
    (dataset,) = check([str(TECHWIZ)], options).datasets
    return dataset


def errors(dataset: DatasetReport) -> set[str]:
    return {found.code for found in dataset.findings if found.severity == "error"}


def test_a_model_that_is_about_to_stop_fails_with_its_last_day_and_the_alternative() -> None:
    dataset = judged(model="gpt-4.1-mini")
    assert dataset.outcome == "fail"
    reason = next(reason.text for reason in dataset.reasons if reason.code == "FT709")
    assert "stops on 2027-01-14" in reason
    assert "after payback" in reason
    assert "gpt-6-luna" in reason


def test_the_same_plan_on_a_model_with_a_long_life_ends_on_its_economics() -> None:
    dataset = judged(model="gpt-4.1-mini", provider="azure")
    assert dataset.outcome == "fail"
    assert errors(dataset)
    assert all(code.startswith("FT8") for code in errors(dataset))


def test_an_unknown_model_is_undecided_with_the_line_to_add(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["check", str(TECHWIZ), "--model", "acme-9", "--as-of", AS_OF]) == 3
    said = " ".join(capsys.readouterr().out.split())
    assert 'add to ftgate.toml: [[price]] with model = "acme-9"' in said


@pytest.mark.parametrize("start", [TODAY, date(2026, 12, 10)])
def test_savings_count_from_the_start_of_the_job(start: date) -> None:
    options = CheckOptions(as_of=AS_OF, overrides=(f"model.start={start}",))
    (dataset,) = check([str(TECHWIZ)], options).datasets
    assert dataset.comparison is not None
    point = dataset.comparison.break_even
    assert point is not None
    assert point.date == start + timedelta(days=1)


def test_a_job_too_late_for_a_whole_month_of_use_never_pays() -> None:
    options = CheckOptions(as_of=AS_OF, overrides=("model.start=2027-01-02",))
    (dataset,) = check([str(TECHWIZ)], options).datasets
    assert dataset.outcome == "fail"
    assert "FT806" in errors(dataset) or "FT803" in errors(dataset)
