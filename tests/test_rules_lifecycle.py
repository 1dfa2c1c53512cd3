"""FT704-FT706 and FT708-FT710: who may train what, for how long, and whether it is worth it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest

from ftgate.model import (
    BreakEven,
    Comparison,
    Finding,
    Missing,
    ModelFacts,
    Option,
    ProviderFacts,
)
from ftgate.prices.book import PriceBook
from ftgate.prices.lifecycle import Offer, offers
from ftgate.rules import eligibility, lifecycle
from ftgate.settings import Customer, ModelSettings
from tests.rule_values import only, training

TODAY = date(2026, 11, 22)
BOOK = PriceBook.load(today=TODAY)
PLAN = ModelSettings()
ACTIVE = ModelSettings(customer="active")
KINDS: tuple[Customer, ...] = ("new", "idle", "active")


def facts(model: str, provider: str | None = None) -> ModelFacts:
    found = BOOK.model(model, provider)
    assert isinstance(found, ModelFacts), found
    return found


def comparison(
    months: int = 12, paid: date | None = None, options: Sequence[Option] = ()
) -> Comparison:
    point = BreakEven("PAYS_BACK", Decimal(1), Decimal(9), paid, True) if paid else None
    return Comparison(months, "today", "today", tuple(options), point)


# -- FT704 ------------------------------------------------------------------------------------


def not_tunable(
    base: ModelFacts | Missing,
    plan: ModelSettings = PLAN,
    today: date = TODAY,
    others: tuple[Offer, ...] = (),
) -> list[Finding]:
    return list(lifecycle.model_not_tunable(base, plan, others, today))


@pytest.mark.parametrize("model", ["gpt-4.1-mini", "gpt-4o", "gpt-4o-mini", "gpt-4.1"])
def test_tunable_models_pass_while_jobs_are_taken(model: str) -> None:
    assert not not_tunable(facts(model))
    assert not not_tunable(facts(model), today=date(2027, 1, 5))


def test_model_is_not_tunable_from_the_day_its_jobs_close() -> None:
    found = only(not_tunable(facts("gpt-4.1-mini"), today=date(2027, 1, 6)))
    assert found.message == (
        "openai takes no fine-tuning jobs for gpt-4.1-mini-2025-04-14: they ended on 2027-01-06"
        " (today)"
    )
    assert "gpt-6-luna" in found.next_step
    assert not found.undecided


@pytest.mark.parametrize(("customer", "since"), [("new", "2026-05-07"), ("idle", "2026-07-02")])
def test_new_and_idle_customers_are_refused_earlier(customer: Customer, since: str) -> None:
    found = only(not_tunable(facts("gpt-4.1-mini"), ModelSettings(customer=customer)))
    assert f"from {customer} customers: they ended on {since}" in found.message
    assert not not_tunable(facts("gpt-4.1-mini"), ACTIVE)


def test_the_worst_case_says_that_it_was_assumed() -> None:
    found = only(not_tunable(facts("o4-mini", "azure")))
    assert 'the worst is assumed; if you trained there before: customer = "active"' in (
        found.next_step
    )
    reinforced = ModelSettings(customer="active", method="reinforcement")
    assert not not_tunable(facts("o4-mini", "azure"), reinforced)


def test_dead_base_is_not_tunable() -> None:
    found = only(not_tunable(facts("gpt-3.5-turbo")))
    assert "ended on 2026-10-23 (30 days ago)" in found.message
    assert found.decision == "prompt"


def test_newest_model_is_tuned_by_nobody() -> None:
    found = only(not_tunable(facts("gpt-6-luna")))
    assert found.message == (
        "openai does not fine-tune gpt-6-luna, and nobody else in the catalogue does"
    )
    assert found.decision == "prompt"


def test_who_tunes_the_model_instead_is_named() -> None:
    others = offers(BOOK.trainers("gemini-2.5-flash-lite"), "google", TODAY)
    found = only(not_tunable(facts("gemini-2.5-flash-lite", "google"), others=others))
    assert found.next_step.startswith("vertex tunes it: --provider vertex; or ")
    refused = ModelFacts("gemini-2.5-flash-lite", "acme", tunable=False)
    found = only(not_tunable(refused, others=others))
    assert found.message == "acme does not fine-tune gemini-2.5-flash-lite, but vertex does"


def test_a_provider_whose_models_are_not_listed_may_tune_any() -> None:
    """Fireworks tunes dozens of models, none of which the catalogue lists; Mistral tunes none."""
    listed = facts("accounts/fireworks/models/gpt-oss-120b")
    assert "not in the catalogue" in listed.note
    assert only(not_tunable(listed)).undecided
    assert not only(not_tunable(facts("mistral-large-4", "mistral"))).undecided


@pytest.mark.parametrize(
    ("model", "provider", "said"),
    [
        ("gpt-4.1-mni", None, "nearest: gpt-4.1-mini"),
        ("gpt-4.1", "opnai", "the catalogue has no provider opnai (nearest: openai"),
        ("deepseek-flash", "deepseek", "what deepseek fine-tunes is not in the catalogue"),
    ],
)
def test_what_nobody_knows_is_undecided(model: str, provider: str | None, said: str) -> None:
    found = only(not_tunable(BOOK.model(model, provider)))
    assert found.undecided
    assert said in found.message


def test_method_that_the_model_does_not_offer_is_refused() -> None:
    def judged(method: str, model: str, provider: str | None = None) -> list[Finding]:
        plan = ModelSettings(method=method)  # type: ignore[arg-type]
        return not_tunable(facts(model, provider), plan)

    found = only(judged("reinforcement", "gpt-4o-mini"))
    assert found.message == (
        "openai offers no reinforcement fine-tuning of gpt-4o-mini-2024-07-18: only supervised"
    )
    assert 'method = "supervised"' in found.next_step
    assert not judged("dpo", "gpt-4.1-mini")
    assert judged("dpo", "gpt-4o")
    assert not judged("dpo", "gpt-4o", "azure")


def test_method_of_a_model_that_only_the_user_knows_is_not_judged() -> None:
    own = ModelFacts("llama-9", "acme", tunable=True)
    assert not not_tunable(own, ModelSettings(method="dpo"))


# -- FT705 ------------------------------------------------------------------------------------


def retiring(
    model: str, provider: str, today: date, months: int = 12, plan: ModelSettings = PLAN
) -> list[Finding]:
    base = BOOK.model(model, provider)
    return list(lifecycle.retiring_model(base, comparison(months), training("0.47"), plan, today))


def test_base_that_stops_inside_the_horizon_is_a_warning_with_what_comes_after() -> None:
    found = only(retiring("gpt-4.1-mini", "openai", TODAY))
    assert found.severity is None  # the rule's own: a warning
    assert found.message == (
        "fine-tunes of gpt-4.1-mini-2025-04-14 stop on 2027-01-14 (in 53 days), inside the horizon"
        " of 12 months; new jobs end on 2027-01-06 (in 45 days); training again costs up to $0.47,"
        " on another base"
    )


def test_what_azure_promises_existing_customers_is_no_earlier_than() -> None:
    found = only(retiring("gpt-4.1-mini", "azure", TODAY, plan=ACTIVE))
    assert "new jobs end no earlier than 2027-04-14 (in 143 days)" in found.message


def test_the_worst_day_of_an_unstated_customer_is_said_to_be_assumed() -> None:
    found = only(retiring("gpt-4o", "azure", TODAY))
    assert "new jobs end on 2027-04-01" in found.message
    assert "the worst of new and earlier customers" in found.message
    stated = only(retiring("gpt-4o", "azure", TODAY, plan=ModelSettings(customer="new")))
    assert "new jobs end on 2027-04-14" in stated.message
    assert "worst" not in stated.message


@pytest.mark.parametrize(("months", "found"), [(10, 0), (11, 1)])
def test_only_what_stops_inside_the_horizon_counts(months: int, found: int) -> None:
    assert len(retiring("gpt-4.1-mini", "azure", TODAY, months)) == found  # until 2027-10-14


def test_the_horizon_begins_with_the_job() -> None:
    later = ModelSettings(start=date(2027, 1, 1))
    assert not retiring("gpt-4.1-mini", "azure", TODAY, months=10)
    assert retiring("gpt-4.1-mini", "azure", TODAY, months=10, plan=later)


def test_stopped_model_is_an_error() -> None:
    found = only(retiring("gpt-4.1-nano", "openai", TODAY))
    assert found.severity == "error"
    assert "stopped on 2026-10-23 (30 days ago)" in found.message


def test_model_without_new_jobs_is_an_error_even_when_its_dates_are_old() -> None:
    found = only(retiring("gpt-4.1-mini", "openai", date(2027, 1, 6)))
    assert found.severity == "error"
    assert "new jobs ended on 2027-01-06" in found.message


def test_old_dates_leave_the_life_of_a_model_undecided() -> None:
    assert not retiring("gpt-4.1-mini", "openai", date(2026, 12, 6))[0].undecided
    found = only(retiring("gpt-4.1-mini", "openai", date(2026, 12, 7)))
    assert found.undecided
    assert "to be checked again by 2026-12-06" in found.message


def test_old_silence_is_no_promise() -> None:
    found = only(retiring("gpt-oss-20b", "azure", date(2027, 2, 1)))
    assert found.undecided
    assert "no end of gpt-oss-20b was announced" in found.message
    assert not retiring("gpt-oss-20b", "azure", TODAY)


def test_models_that_cannot_be_tuned_have_no_tuned_life() -> None:
    assert not retiring("gpt-5-mini", "openai", TODAY)
    assert not retiring("gpt-4.1-mni", "openai", TODAY)


# -- FT706 ------------------------------------------------------------------------------------


def asked(
    plan: ModelSettings = PLAN,
    model: str = "gpt-4.1-mini",
    provider: str = "openai",
    today: date = TODAY,
) -> list[Finding]:
    about = BOOK.provider(provider)
    assert isinstance(about, ProviderFacts)
    base = BOOK.model(model, provider)
    return list(eligibility.unknown_eligibility(base, about, plan, today))


def test_an_unstated_customer_is_undecided_with_the_line_to_add() -> None:
    found = only(asked())
    assert found.undecided
    assert "the worst is assumed: new customers are refused since 2026-05-07" in found.message
    assert '[model] customer = "active"' in found.next_step


def test_an_organisation_that_may_not_train_keeps_prompting() -> None:
    found = only(asked(ModelSettings(eligible=False)))
    assert (found.undecided, found.severity, found.decision) == (False, None, "prompt")
    assert not asked(ModelSettings(eligible=True))


@pytest.mark.parametrize("customer", KINDS)
def test_who_has_said_which_customer_it_is_is_not_asked(customer: Customer) -> None:
    assert not asked(ModelSettings(customer=customer))


def test_eligibility_is_asked_only_where_and_while_it_matters() -> None:
    assert not asked(provider="azure")
    assert not asked(today=date(2026, 5, 6))
    assert asked(today=date(2026, 5, 7))
    assert not asked(ModelSettings(eligible=False), today=date(2027, 1, 6))  # nobody: FT704
    assert not asked(model="gpt-6-luna")  # cannot be tuned: FT704


# -- FT708 ------------------------------------------------------------------------------------


def closing(
    plan: ModelSettings, provider: str = "openai", today: date = TODAY, model: str = "gpt-4.1-mini"
) -> list[Finding]:
    base = BOOK.model(model, provider)
    others = offers(BOOK.trainers(model), provider, plan.start or today)
    return list(lifecycle.closed_before_start(base, plan, others, today))


def test_a_job_planned_after_the_last_day_is_an_error_and_names_who_is_open() -> None:
    plan = ModelSettings(customer="active", start=date(2027, 2, 1))
    found = only(closing(plan))
    assert "planned for 2027-02-01, but new jobs end on 2027-01-06 (in 45 days)" in found.message
    assert "azure (until 2027-04-14) tunes it" in found.next_step
    assert "start before 2027-01-06" in found.next_step


@pytest.mark.parametrize(("start", "found"), [(date(2027, 1, 5), 0), (date(2027, 1, 6), 1)])
def test_the_first_day_without_jobs_is_too_late(start: date, found: int) -> None:
    assert len(closing(ModelSettings(customer="active", start=start))) == found


def test_a_start_that_is_over_means_today() -> None:
    past = ModelSettings(customer="active", start=date(2026, 1, 1))
    assert not closing(past)
    assert not closing(ModelSettings(customer="new", start=date(2027, 2, 1)))  # FT704 says more


def test_outdated_days_decide_nothing() -> None:
    plan = ModelSettings(customer="active", start=date(2027, 2, 1))
    assert closing(plan, today=date(2026, 12, 6))
    assert not closing(plan, today=date(2026, 12, 7))


# -- FT709 ------------------------------------------------------------------------------------


def short(
    paid: date | None, plan: ModelSettings = ACTIVE, provider: str = "openai", **options: int
) -> list[Finding]:
    base = BOOK.model("gpt-4.1-mini", provider)
    table = comparison(paid=paid, options=OPTIONS)
    return list(lifecycle.short_life(base, table, plan, TODAY, **options))


def option(name: str, kind: str, usd: str, until: date | None = None) -> Option:
    return Option(name, kind, name, Decimal(0), (Decimal(usd),), until)


OPTIONS = (
    option("gpt-4.1", "cached", "1", date(2027, 1, 14)),
    option("gpt-6-luna", "cheaper", "3"),
    option("gpt-6-terra", "cheaper", "4"),
)


def test_a_model_that_stops_soon_after_payback_is_an_error_that_names_the_cheapest_that_stays() -> (
    None
):
    found = only(short(date(2026, 12, 1)))
    assert found.message == (
        "gpt-4.1-mini-2025-04-14 stops on 2027-01-14 (in 53 days), 44 days after payback on"
        " 2026-12-01 (limit 90)"
    )
    assert found.next_step == "prompt gpt-6-luna, which stays: $3.00 in 12 months"
    assert found.decision == "prompt"


def test_soon_is_the_users_choice() -> None:
    paid = date(2027, 1, 14) - timedelta(days=30)
    assert not short(paid, min_days_after_payback=30)
    assert short(paid, min_days_after_payback=31)


def test_a_long_life_and_no_payback_are_not_short_lives() -> None:
    assert not short(date(2026, 12, 1), provider="azure")
    assert not short(None)
    assert not short(date(2026, 12, 1), ModelSettings(customer="new"))  # refused: FT704


# -- FT710 ------------------------------------------------------------------------------------


def served(plan: ModelSettings, model: str, provider: str) -> list[Finding]:
    about = BOOK.provider(provider)
    assert isinstance(about, ProviderFacts)
    return list(eligibility.unservable_tune(BOOK.model(model, provider), about, plan))


def test_a_base_that_may_not_be_served_is_asked_about() -> None:
    found = only(served(PLAN, "gpt-oss-20b", "together"))
    assert found.undecided
    assert "tg beta models configs" in found.next_step
    assert found.next_step.endswith("[model] servable = true or false")


def test_what_the_user_found_out_decides() -> None:
    assert not served(ModelSettings(servable=True), "gpt-oss-20b", "together")
    refused = only(served(ModelSettings(servable=False), "gpt-oss-20b", "together"))
    assert (refused.undecided, refused.decision) == (False, "prompt")


def test_providers_that_serve_what_they_train_are_not_asked_about() -> None:
    assert not served(PLAN, "gpt-4.1-mini", "openai")
    assert not served(PLAN, "gpt-oss-20b", "azure")
