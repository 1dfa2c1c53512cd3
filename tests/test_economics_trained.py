"""The fine-tune in other ways: another place, machines by the hour, a teacher's labels."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from ftgate.economics.compare import compare
from ftgate.economics.options.elsewhere import ESTIMATED
from ftgate.economics.training import estimate_training, self_hosted_training
from ftgate.model import (
    Bill,
    Comparison,
    Epochs,
    JobsClose,
    Missing,
    ModelFacts,
    Option,
    ProviderFacts,
)
from ftgate.settings import (
    DistillationSettings,
    SelfHostedSettings,
    Settings,
)
from tests.economics_market import (
    BASE,
    MEASURED,
    PRICES,
    STRONG,
    TODAY,
    TODAY_CALL,
    Market,
    Town,
    adds_up,
    job,
    kinds,
    offered,
    option,
    plan,
    priced,
    there,
    threshold,
    told,
    with_labelling,
)

CALLS = 100_000


# -- the fine-tune in another place --------------------------------------------------------------


def elsewhere(*trainers: ModelFacts, prices: dict[str, str]) -> list[Option]:
    found = told(plan(), Town({**PRICES, **prices}, trainers=trainers))
    assert not any(each.contends for each in found.options if each.kind == "elsewhere")
    assert found.best == "fine-tuned base-1"
    return [each for each in found.options if each.kind == "elsewhere"]


def test_another_place_is_priced_with_its_training_calls_and_hosting() -> None:
    (bill,) = elsewhere(there("other-1", "beta"), prices=offered("other-1", "1", hosting="2"))
    assert bill.upfront_usd == 3  # 3M billed tokens at $1
    assert bill.monthly_usd[0] == Decimal("0.00035") * CALLS + 2 * 730
    assert bill.note == f"another base: evaluate it first; {ESTIMATED}"


def test_the_same_base_goes_before_a_cheaper_other_one() -> None:
    prices = {**offered(f"maker/{BASE}", "3"), **offered("other-1", "1"), **offered("third", "2")}
    found = elsewhere(
        there("other-1", "beta"),
        there(f"maker/{BASE}", "beta"),
        there("other-1", "gamma"),
        there("third", "gamma"),
        prices=prices,
    )
    assert [each.name for each in found] == [
        f"fine-tuned maker/{BASE} at beta",
        "fine-tuned other-1 at gamma",
    ]
    assert found[0].note == ""


@pytest.mark.parametrize("unit", ["training_mtok", "hosting_hour"])
def test_a_place_without_a_full_bill_is_left_out(unit: str) -> None:
    prices = offered("other-1", "1")
    del prices[f"other-1/{unit}"]
    assert elsewhere(there("other-1", "beta"), prices=prices) == []


@pytest.mark.parametrize(
    "facts",
    [
        {"closes": JobsClose(new=TODAY)},
        {"tuned_shutdown": TODAY},
        {"servable": False},
    ],
)
def test_a_place_that_is_closed_on_the_day_is_left_out(facts: dict[str, Any]) -> None:
    assert elsewhere(there("other-1", "beta", **facts), prices=offered("other-1", "1")) == []
    assert elsewhere(there(BASE, "acme"), prices={}) == []  # the plan itself


def test_preference_pairs_are_priced_as_such_in_another_place_too() -> None:
    pairs = {f"{BASE}/training_dpo_mtok": "5", "other-1/training_dpo_mtok": "3"}
    town = Town({**PRICES, **offered("other-1", "1"), **pairs}, trainers=[there("other-1", "beta")])
    price = town.lookup(BASE, "training_dpo_mtok")
    training = estimate_training(
        model=BASE, provider="acme", epochs=Epochs(1, 1, "1"), bill=Bill(10**6, 10**6), price=price
    )
    found = compare(settings=plan(), measured=MEASURED, training=training, quotes=town, today=TODAY)
    assert option(found, "elsewhere").upfront_usd == 3


def test_another_place_charges_its_minimum() -> None:
    beta = ProviderFacts("beta", "Beta", None, None, None, "", None, "")
    price = Market(PRICES, {}).lookup(BASE, "training_mtok")
    assert not isinstance(price, Missing)
    town = Town(
        {**PRICES, **offered("other-1", "1")},
        trainers=[there("other-1", "beta")],
        providers=[replace(beta, minimum=replace(price, usd=Decimal(4)))],
    )
    assert option(told(plan(), town), "elsewhere").upfront_usd == 4


# -- machines by the hour ------------------------------------------------------------------------

GPUS = SelfHostedSettings(Decimal("2.50"), Decimal(4), gpus=2)
FRAMEWORK = ProviderFacts("acme", "Acme", None, None, None, "", None, "", kind="framework")


def hosted(settings: Settings, calls: int | None = CALLS) -> Comparison:
    usage = replace(settings.usage, requests_per_month=calls)
    town = Town({ref: usd for ref, usd in PRICES.items() if BASE not in ref}, providers=[FRAMEWORK])
    training = replace(job(Market(PRICES, {})), usd_low=None, usd_high=None, price_ref=None)
    return compare(
        settings=replace(settings, usage=usage),
        measured=MEASURED,
        training=self_hosted_training(training, settings.self_hosted),
        quotes=town,
        today=TODAY,
    )


def test_a_framework_without_a_price_of_its_hours_names_the_lines() -> None:
    (missing,) = hosted(plan()).undecided
    assert missing.reason == (
        "add to ftgate.toml: [self_hosted] gpu_usd_per_hour = …, training_hours = …"
    )
    half = replace(plan(), self_hosted=SelfHostedSettings(Decimal(2)))
    assert hosted(half).undecided[0].reason.endswith("[self_hosted] training_hours = …")


def test_hours_are_the_whole_bill_of_a_machine_of_ones_own() -> None:
    found = hosted(replace(plan(), self_hosted=GPUS), 1_000_000)
    tuned = option(found, "fine-tuned")
    assert found.undecided == ()
    assert tuned.upfront_usd == 20  # 4 h x 2 x $2.50
    assert set(tuned.monthly_usd) == {Decimal(3650)}  # 730 h x 2 x $2.50, whatever the calls
    assert [line.item for line in tuned.lines] == ["training", "hosting"]
    assert found.best == tuned.name


def test_more_calls_than_one_replica_answers_need_another() -> None:
    settings = replace(plan(), self_hosted=replace(GPUS, tokens_per_second=Decimal(100)))
    # 100 tokens an answer: one a second, 2,628,000 in 730 hours.
    for calls, replicas in ((1, 1), (2_628_000, 1), (2_628_001, 2), (10_000_000, 4)):
        tuned = option(hosted(settings, calls), "fine-tuned")
        assert tuned.monthly_usd[0] == replicas * 3650
        assert adds_up(tuned)


def test_the_flip_volume_of_rented_machines_is_the_first_that_wins() -> None:
    settings = replace(plan(), self_hosted=GPUS)
    flip = int(threshold(hosted(settings, None), "requests_per_month"))
    # $20 back in 6 months of $0.013 a call saved and $3,650 rent.
    assert flip == 1 + int((Decimal(20) / 6 + 3650) / TODAY_CALL)


def test_machines_that_earn_less_than_their_rent_pay_at_no_volume() -> None:
    slow = replace(plan(), self_hosted=replace(GPUS, tokens_per_second=Decimal(1)))
    # 26,280 calls a month and replica save $342; it costs $3,650.
    assert threshold(hosted(slow, None), "requests_per_month") == "never"


def test_rented_machines_are_shown_beside_a_provider() -> None:
    found = priced(with_labelling(replace(plan(), self_hosted=GPUS)))
    bill = option(found, "self-hosted")
    assert not bill.contends
    assert bill.monthly_usd[0] == 3650
    assert bill.upfront_usd == pytest.approx(20 + Decimal(500 * 5 * 50) / 60)


# -- distillation -------------------------------------------------------------------------------


def test_a_teacher_labels_for_its_tokens_and_people_check_a_share() -> None:
    teacher = DistillationSettings(STRONG, review_share=Decimal("0.1"))
    found = priced(replace(with_labelling(plan()), distillation=teacher))
    people = Decimal(500 * 5 * 50) / 60
    bill = option(found, "distilled")
    assert bill.upfront_usd == pytest.approx(15 + 500 * TODAY_CALL + people / 10)
    assert bill.monthly_usd == option(found, "fine-tuned").monthly_usd
    assert not bill.contends


def test_distillation_is_about_labels_that_cost_something() -> None:
    teacher = replace(plan(), distillation=DistillationSettings(STRONG))
    assert "distilled" not in kinds(priced(teacher))
    silent = priced(with_labelling(plan()))
    assert any("[distillation] teacher" in text for text in silent.assumptions)
    unknown = replace(with_labelling(plan()), distillation=DistillationSettings("nobody-1"))
    assert any("not compared: distillation: nobody-1" in t for t in priced(unknown).assumptions)
