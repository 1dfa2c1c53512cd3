"""FT704-FT711 over models made by hand: which day is which, and who is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ftgate.model import (
    BreakEven,
    Comparison,
    Finding,
    JobsClose,
    Missing,
    ModelFacts,
    Option,
    ProviderFacts,
)
from ftgate.prices.lifecycle import Offer
from ftgate.rules.eligibility import unknown_eligibility, unservable_tune
from ftgate.rules.lifecycle import (
    closed_before_start,
    disputed_date,
    model_not_tunable,
    retiring_model,
    short_life,
)
from ftgate.settings import Customer, ModelSettings
from tests.rule_values import only, training

TODAY = date(2026, 11, 22)
PLAN = ModelSettings()
STAYS = "prompt a model that stays, or tune one that outlives the horizon"


def day(offset: int) -> date:
    return TODAY + timedelta(days=offset)


def base(closes: date | None = None, stops: date | None = None, **facts: Any) -> ModelFacts:
    """A model that takes jobs and answers until these days, for everybody."""
    everybody = {"closes": JobsClose(closes, closes, closes), "jobs_close": closes}
    known = {"shutdown": stops, "tunable": True, **everybody, **facts}
    return ModelFacts("m-1", "acme", **known)


def offers(*providers: str) -> tuple[Offer, ...]:
    return tuple(Offer(name, "m-1", date(2028, 1, 1) if name == "beta" else None)
                 for name in providers)  # fmt: skip


def tuning(
    model: ModelFacts | Missing, plan: ModelSettings = PLAN, *providers: str
) -> list[Finding]:
    return list(model_not_tunable(model, plan, offers(*providers), TODAY))


# -- FT704 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("providers", "said", "step"),
    [
        ((), "and nobody else in the catalogue does", "prompt it, or set"),
        (("beta",), "but beta (until 2028-01-01) does", "beta (until 2028-01-01) tunes it:"),
        (("gamma", "beta"), "but gamma and beta (until 2028-01-01) do", "gamma and beta (until"),
        (("a", "b", "c", "d"), "but a and b and c do", "a and b and c tune it: --provider a; or"),
    ],
)
def test_up_to_three_others_who_tune_the_model_are_named(
    providers: tuple[str, ...], said: str, step: str
) -> None:
    found = only(tuning(base(tunable=False), PLAN, *providers))
    assert found.message == f"acme does not fine-tune m-1, {said}"
    assert found.next_step.startswith(step)
    assert (found.decision, found.undecided) == ("prompt", False)


def test_a_model_of_which_only_a_note_is_known_is_undecided() -> None:
    found = only(tuning(base(tunable=False, note="not listed")))
    assert (found.undecided, found.decision) == (True, None)
    assert found.message == "whether m-1 can be fine-tuned is unknown: not listed"
    assert tuning(base(note="not listed")) == []


@pytest.mark.parametrize(
    ("method", "offered", "found"),
    [("dpo", (), 0), ("auto", ("supervised", "rft"), 0), ("rft", ("supervised", "rft"), 0),
     ("dpo", ("supervised", "rft"), 1)],
)  # fmt: skip
def test_a_method_has_to_be_one_that_is_offered(
    method: Any, offered: tuple[str, ...], found: int
) -> None:
    every = tuning(base(methods=offered), ModelSettings(method=method))
    assert [(each.message, each.decision, each.next_step) for each in every] == [
        (
            "acme offers no dpo fine-tuning of m-1: only supervised and rft",
            "hold",
            'set [model] method = "supervised", or a base that offers dpo',
        )
    ] * found


@pytest.mark.parametrize(
    ("offset", "when"),
    [(0, "ended on 2026-11-22 (today)"), (-1, "ended on 2026-11-21 (1 day ago)"),
     (-2, "ended on 2026-11-20 (2 days ago)"), (-1096, "ended on 2023-11-22 (1,096 days ago)")],
)  # fmt: skip
def test_days_that_are_over_are_counted(offset: int, when: str) -> None:
    found = only(tuning(base(day(offset)), ModelSettings(customer="active")))
    assert found.message == f"acme takes no fine-tuning jobs for m-1: they {when}"
    assert found.next_step == STAYS
    assert found.decision == "prompt"


@pytest.mark.parametrize(
    ("customer", "whom"), [("new", " from new customers"), ("idle", " from idle customers")]
)
def test_who_is_refused_is_named(customer: Customer, whom: str) -> None:
    closed = replace(base(), closes=JobsClose(TODAY, TODAY, None), jobs_close=TODAY)
    found = only(tuning(closed, ModelSettings(customer=customer), "beta"))
    assert found.message == (
        f"acme takes no fine-tuning jobs for m-1{whom}: they ended on 2026-11-22 (today)"
    )
    assert found.next_step.startswith("beta (until 2028-01-01) tunes it: --provider beta; or")


def test_who_does_not_say_is_told_that_the_worst_is_assumed() -> None:
    closed = replace(base(), closes=JobsClose(TODAY, TODAY, None), jobs_close=TODAY)
    assumed = 'the worst is assumed; if you trained there before: customer = "active"'
    assert only(tuning(closed)).next_step == f"{assumed}; {STAYS}"
    for_all = base(TODAY)
    assert only(tuning(for_all)).next_step == STAYS
    assert tuning(base(day(1))) == []


# -- FT705 ----------------------------------------------------------------------------------------


def retiring(
    model: ModelFacts | Missing, plan: ModelSettings = PLAN, usd: str | None = "12"
) -> list[Finding]:
    table = Comparison(12, "today", "today", (), None)
    return list(retiring_model(model, table, training(usd), plan, TODAY))


@pytest.mark.parametrize(("stops", "found"), [(date(2027, 11, 22), 1), (date(2027, 11, 23), 0)])
def test_a_model_that_stops_on_the_last_day_of_the_horizon_is_warned_of(
    stops: date, found: int
) -> None:
    every = retiring(base(stops=stops))
    assert [(each.message, each.severity, each.decision) for each in every] == [
        (
            "fine-tunes of m-1 stop on 2027-11-22 (in 365 days), inside the horizon of 12 months;"
            " training again costs up to $12.00",
            None,
            None,
        )
    ] * found


def test_training_again_needs_another_base_where_the_jobs_end() -> None:
    closing = only(retiring(base(day(1), day(60)), usd=None))
    assert closing.message.endswith(
        "; new jobs end on 2026-11-23 (in 1 day); training again costs up to an unknown sum, on"
        " another base"
    )


@pytest.mark.parametrize(
    ("closes", "stops"), [(day(1), TODAY), (TODAY, day(60)), (TODAY, date(2027, 11, 22))]
)
def test_a_model_that_has_stopped_or_takes_no_jobs_is_an_error(closes: date, stops: date) -> None:
    found = only(retiring(base(closes, stops)))
    assert (found.severity, found.decision) == ("error", "prompt")
    assert "inside the horizon" not in found.message


def test_a_closed_model_that_outlives_the_horizon_is_ft704s() -> None:
    assert retiring(base(TODAY, date(2029, 1, 1))) == []
    assert retiring(base(tunable=False, stops=day(9))) == []
    assert retiring(Missing("m-1", "unknown")) == []


@pytest.mark.parametrize(("offset", "undecided"), [(-1, True), (0, False), (1, False)])
def test_dates_are_trusted_until_the_day_on_which_they_expire(offset: int, undecided: bool) -> None:
    found = only(retiring(base(stops=day(60), dates_expire=day(offset))))
    assert found.undecided == undecided
    silent = retiring(base(dates_expire=day(offset)))
    assert [each.message for each in silent] == [
        "dates of m-1 were to be checked again by 2026-11-21: no end of m-1 was announced"
    ] * undecided


def test_before_the_start_of_the_job_a_model_has_to_take_jobs() -> None:
    later = ModelSettings(start=day(30))
    assert retiring(base(day(20), day(60)), later) == []  # FT708 says so
    assert len(retiring(base(day(31), day(60)), later)) == 1


def test_no_earlier_than_is_said_to_those_for_whom_it_holds() -> None:
    floor = JobsClose(day(10), day(20), day(30), floor=True)
    model = replace(base(stops=day(60)), closes=floor, jobs_close=day(10))
    said = {
        customer: only(retiring(model, ModelSettings(customer=customer))).message.split("; ")[1]
        for customer in ("new", "idle", "active")
    }
    assert said == {
        "new": "new jobs end on 2026-12-02 (in 10 days)",
        "idle": "new jobs end no earlier than 2026-12-12 (in 20 days)",
        "active": "new jobs end no earlier than 2026-12-22 (in 30 days)",
    }
    assert only(retiring(model)).message.split("; ")[1] == (
        "new jobs end on 2026-12-02 (in 10 days), the worst of new and earlier customers: [model]"
        " customer is not stated"
    )
    alike = replace(base(stops=day(60)), closes=JobsClose(day(10), day(10), day(10)))
    assert "not stated" not in only(retiring(replace(alike, jobs_close=day(10)))).message
    only_new = replace(alike, closes=JobsClose(day(10), None, None), jobs_close=day(10))
    assert "not stated" not in only(retiring(only_new)).message


# -- FT708 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("start", "found"), [(9, 0), (10, 1), (11, 1)])
def test_the_first_day_without_jobs_is_too_late_for_one(start: int, found: int) -> None:
    plan = ModelSettings(start=day(start))
    every = list(closed_before_start(base(day(10)), plan, offers("beta"), TODAY))
    assert len(every) == found
    for each in every:
        assert each.decision == "prompt"
        assert each.message == (
            f"the job is planned for {day(start)}, but new jobs end on 2026-12-02 (in 10 days)"
        )
        assert f"; or start before 2026-12-02, or {STAYS}" in each.next_step


def test_a_job_can_be_planned_where_no_end_is_known_or_all_is_over() -> None:
    plan = ModelSettings(start=day(10))
    for model in (base(), base(TODAY), base(day(5), dates_expire=day(-1)), Missing("m", "gone")):
        assert not list(closed_before_start(model, plan, (), TODAY))
    assert list(closed_before_start(base(day(5), dates_expire=TODAY), plan, (), TODAY))


# -- FT709 ----------------------------------------------------------------------------------------


def short(
    stops: date | None, paid: date | None, status: str = "PAYS_BACK", **facts: Any
) -> list[Finding]:
    point = BreakEven(status, Decimal(1), Decimal(9), paid, True)
    table = Comparison(12, "today", "today", facts.pop("options", ()), point)
    return list(short_life(base(stops=stops, **facts), table, PLAN, TODAY))


@pytest.mark.parametrize(
    ("stops", "days", "found"), [(100, "", 0), (99, "89 days", 1), (11, "1 day", 1),
                                 (10, "0 days", 1), (9, "0 days", 1)],
)  # fmt: skip
def test_ninety_days_after_payback_are_enough(stops: int, days: str, found: int) -> None:
    every = short(day(stops), day(10))
    in_days = f"{stops} day{'' if stops == 1 else 's'}"
    assert [each.message for each in every] == [
        f"m-1 stops on {day(stops)} (in {in_days}), {days} after payback on 2026-12-02 (limit 90)"
    ] * found


def test_what_costs_nothing_is_paid_back_on_the_first_day() -> None:
    assert "after payback on 2026-11-22" in only(short(day(5), None, "IMMEDIATE")).message
    assert short(day(5), day(1), "PAYS_BACK_THEN_LOST") == []
    assert short(None, day(1)) == []
    assert short(TODAY, TODAY) == []  # it has stopped: FT705 says so
    assert short(day(5), day(1), dates_expire=day(-1)) == []
    assert short(day(5), day(1), dates_expire=TODAY) != []


def serving(model: str, kind: str, usd: int, until: date | None = None) -> Option:
    return Option(model, kind, model, Decimal(0), (Decimal(usd),), until)


def test_the_cheapest_prompt_that_stays_is_named() -> None:
    ending, staying = serving("old", "cached", 1, day(90)), serving("same", "cached", 4)
    cheap, batch = serving("cheap", "cheaper", 3), serving("batch", "batch", 1)
    step = only(short(day(5), day(1), options=(ending, staying, cheap, batch))).next_step
    assert step == "prompt cheap, which stays: $3.00 in 12 months"
    cached = only(short(day(5), day(1), options=(ending, staying))).next_step
    assert cached == "prompt same, which stays: $4.00 in 12 months"
    assert only(short(day(5), day(1), options=(ending, batch))).next_step == STAYS
    named = only(short(day(5), day(1), options=(cheap,), replacement="next")).next_step
    assert named == "prompt cheap, which stays: $3.00 in 12 months (acme names next)"
    same = only(short(day(5), day(1), options=(cheap,), replacement="cheap")).next_step
    assert same == "prompt cheap, which stays: $3.00 in 12 months"


# -- FT706, FT710, FT711 --------------------------------------------------------------------------


def asked(closed: date | None, plan: ModelSettings = PLAN, **facts: Any) -> list[Finding]:
    acme = ProviderFacts("acme", "Acme", None, None, None, "", None, "by invitation",
                         new_customers_closed=closed)  # fmt: skip
    return list(unknown_eligibility(base(**facts), acme, plan, TODAY))


def test_new_customers_are_asked_for_from_the_day_on_which_they_are_refused() -> None:
    assert [len(asked(closed)) for closed in (None, day(1), TODAY, day(-1))] == [0, 0, 1, 1]
    assert only(asked(TODAY)).undecided
    refused = only(asked(TODAY, ModelSettings(eligible=False)))
    assert (refused.undecided, refused.decision) == (False, "prompt")
    assert refused.message == "your organisation may not create jobs at Acme: by invitation"
    assert asked(TODAY, ModelSettings(eligible=True)) == []
    assert asked(TODAY, ModelSettings(customer="idle")) == []
    assert asked(TODAY, tunable=False) == []
    assert asked(TODAY, closes=TODAY) == []


@pytest.mark.parametrize(
    ("known", "stated", "outcome"),
    [(True, None, None), (None, None, "open"), (False, None, "prompt"), (False, True, None),
     (True, False, "prompt"), (None, True, None)],
)  # fmt: skip
def test_what_the_plan_says_of_serving_goes_before_the_catalogue(
    known: bool | None, stated: bool | None, outcome: str | None
) -> None:
    acme = ProviderFacts("acme", "Acme", None, None, None, "", None, "")
    plan = ModelSettings(servable=stated)
    found = list(unservable_tune(base(servable=known, serving="look"), acme, plan))
    assert [each.decision or "open" for each in found] == ([outcome] if outcome else [])
    assert [each.undecided for each in found] == ([outcome == "open"] if outcome else [])
    assert not list(unservable_tune(base(servable=False, tunable=False), acme, plan))


def test_a_disputed_model_is_reported_once() -> None:
    first, second = base(disputed="stops sooner"), replace(base(disputed="x"), name="m-2")
    assert [each.key for each in disputed_date(first, first)] == ["m-1"]
    assert [each.key for each in disputed_date(first, second)] == ["m-1", "m-2"]
    assert not list(disputed_date(base(), Missing("m", "gone")))
    assert only(disputed_date(first, base())).message == "m-1 stops sooner: the earlier day counts"
