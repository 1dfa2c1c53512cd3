"""FT7, FT8: rules about money over bills made by hand, exactly at their limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ftgate.economics.risk import Chance, Driver, Risk
from ftgate.model import (
    BreakEven,
    Comparison,
    CostLine,
    Finding,
    Missing,
    ModelFacts,
    Option,
    Price,
    Training,
    VolumeVerdict,
)
from ftgate.model.change import Before, Version
from ftgate.rules.budget import month_over_budget
from ftgate.rules.changes import cost_increase
from ftgate.rules.economics import (
    VOLUME,
    cheaper_elsewhere,
    cheaper_with_caching,
    dies_before_payback,
    hosting_dominates,
    incomplete_plan,
    no_break_even,
    unknown_volume,
)
from ftgate.rules.likelihood import unlikely_to_pay
from ftgate.rules.prices import over_budget, stale_price, unknown_price
from ftgate.settings import ModelSettings, PolicySettings
from tests.rule_values import only, training

TODAY = date(2026, 11, 22)
ACME = ModelFacts("m-1", "acme", tunable=True)
PAID = BreakEven("PAYS_BACK", Decimal(2), Decimal(200), date(2027, 1, 22), True, "today")


def option(kind: str, *months: int, upfront: int = 0, **changes: Any) -> Option:
    lines = [CostLine("answers", Decimal(months[0]), "")] if months else []
    lines += [CostLine("training", Decimal(upfront), "", upfront=True)] if upfront else []
    lines += changes.pop("lines", [])
    return Option(
        kind, kind, f"{kind}-1", Decimal(upfront), tuple(map(Decimal, months)),
        lines=tuple(lines), **changes,
    )  # fmt: skip


def table(*options: Option, point: BreakEven | None = PAID, **changes: Any) -> Comparison:
    return Comparison(12, "today", "today", options, point, **changes)


# -- FT701-FT703 ----------------------------------------------------------------------------------


def asked(base: ModelFacts, *missing: str) -> list[str]:
    gaps = tuple(Missing(what, "unlisted") for what in missing)
    every = unknown_price(training(), base, table(undecided=gaps))
    return [each.message for each in every]


def test_prices_of_a_tune_that_cannot_exist_are_not_asked_for() -> None:
    own = ("acme/ft:m-1/input_mtok", "acme/m-1/training_mtok", "acme/m-1/hosting_hour")
    closed = replace(ACME, tunable=False)
    assert asked(closed, *own) == []
    assert len(asked(ACME, *own)) == len(asked(replace(closed, note="unlisted"), *own)) == 2
    others = ("acme/m-1/input_mtok", "acme/m-2/training_mtok", "beta/ft:m-1/input_mtok")
    assert len(asked(closed, *others)) == 3


def test_a_gap_is_a_price_only_by_its_unit_or_its_words() -> None:
    assert asked(ACME, "acme/m-1/input_mtok", "acme/m-1/output_mtok") == [
        "no input_mtok and output_mtok price of m-1 at acme: unlisted"
    ]
    assert asked(ACME, "hosting price of m-1 on acme") == [
        "no hosting price of m-1 on acme: unlisted"
    ]
    assert asked(ACME, "cost of labelling", "acme/m-1/colour", VOLUME) == []


def priced(name: str, as_of: int, expires: int | None = None) -> Price:
    read = TODAY + timedelta(days=as_of)
    ends = None if expires is None else TODAY + timedelta(days=expires)
    return Price(name, name, "acme", "input_mtok", Decimal(1), "x", "", read, ends, "x")


def stale(*prices: Price) -> list[tuple[str, int]]:
    policy = PolicySettings(max_price_age="45 days")
    every = list(stale_price(prices, policy, TODAY))
    assert all(each.undecided for each in every)
    return [(each.message, each.count) for each in every]


def test_three_stale_prices_are_named_the_oldest_first() -> None:
    four = [priced(name, -99, -days) for name, days in zip("abcd", (1, 4, 2, 3), strict=True)]
    named = "b (until 2026-11-18), d (until 2026-11-19), c (until 2026-11-20)"
    assert stale(*four) == [(f"4 prices have expired: {named} and 1 more", 4)]
    assert stale(*four[1:], four[1]) == [(f"3 prices have expired: {named}", 3)]
    assert stale(four[0]) == [("1 price has expired: a (until 2026-11-21)", 1)]


@pytest.mark.parametrize(
    ("as_of", "expires", "found"), [(-99, 0, 0), (-45, None, 0), (-46, None, 1)]
)
def test_a_price_is_fresh_on_its_last_day(as_of: int, expires: int | None, found: int) -> None:
    assert len(stale(priced("a", as_of, expires))) == found


def test_prices_of_tomorrow_were_not_known_today() -> None:
    four = [priced(name, 1, 90) for name in "dcba"]
    assert stale(*four) == [("4 of the prices were not known on 2026-11-22: a, b, c", 4)]
    assert stale(priced("a", 0, 90)) == []


@pytest.mark.parametrize(("usd", "found"), [("100", 0), ("100.01", 1)])
def test_a_job_may_cost_exactly_its_budget(usd: str, found: int) -> None:
    policy = PolicySettings(max_training_cost="100 USD")
    assert [each.message for each in over_budget(training(usd), policy)] == [
        "training costs up to $100.01 (limit $100.00): 3 epochs, 30,000,000 billable tokens"
    ] * found
    once = replace(training("101"), epochs_high=1)
    assert ": 1 epoch, " in only(over_budget(once, policy)).message


# -- FT712 ----------------------------------------------------------------------------------------


def grown(old: str | None, new: str | None, limit: str | None, examples: int = 9) -> list[Finding]:
    usd = None if old is None else Decimal(old)
    version = Version("pass", "fine-tune", examples, 1, usd, None, {})
    policy = PolicySettings(max_increase=limit)
    return list(cost_increase(Before("main", version), training(new), policy))


@pytest.mark.parametrize(
    ("old", "new", "limit", "said"),
    [
        ("100", "120", "20%", ""),
        ("100", "121", "20%", "$21.00 more (+21%) (limit 20%)"),
        ("100", "150", "50 USD", ""),
        ("100", "151", "50 USD", "$51.00 more (+51%) (limit $50.00)"),
        ("100", "100", "0%", ""),
        ("100", "99", "0 USD", ""),
        ("100", "101", "0 USD", "$1.00 more (+1%) (limit $0.00)"),
        ("0", "7", "5 USD", "$7.00 more (limit $5.00)"),
    ],
)
def test_an_increase_is_held_against_a_share_or_an_amount(
    old: str, new: str, limit: str, said: str
) -> None:
    found = grown(old, new, limit)
    usd = [f"${Decimal(each):.2f}" for each in (new, old)]
    assert [(each.message, each.decision) for each in found] == [
        (f"training costs up to {usd[0]}, {usd[1]} at main: {said}", "hold")
    ] * bool(said)


def test_an_unknown_price_of_then_is_undecided_and_nothing_else_is() -> None:
    assert only(grown(None, "5", " 20% ")).message == (
        "what training cost at main is not known, so neither is the increase (limit 20%)"
    )
    assert only(grown(None, "5", "20%")).undecided
    assert grown("1", "5", None) == grown("1", None, "1%") == grown("1", "5", "1%", 0) == []


# -- FT801-FT809 ----------------------------------------------------------------------------------


def test_a_longer_prompt_stands_in_only_where_it_is_cached() -> None:
    fine = option("fine-tuned", 10)
    leads = {"few-shot": Decimal(-5), "cached": Decimal(-3)}
    line = CostLine("cached prompt", Decimal(1), "")
    plain, longer = option("few-shot", 5), option("few-shot", 5, lines=[line])
    said = [
        [each.message[:9] for each in cheaper_with_caching(table(fine, *others, leads_usd=leads))]
        for others in ((plain,), (longer,), (longer, option("cached", 7)), ())
    ]
    assert said == [[], ["few-shot "], ["cached co"], []]


def test_a_tie_is_lost_and_a_shutdown_is_said() -> None:
    ending = option("fine-tuned", 10, upfront=3, usable_until=date(2027, 1, 14))
    tie = table(ending, option("cached", 7), leads_usd={"cached": Decimal(0)})
    assert only(cheaper_with_caching(tie)).message == (
        "cached costs $7.00/month; the fine-tune $10.00/month + $3.00 upfront, stops on 2027-01-14:"
        " just as much in 12 months"
    )
    shown = replace(tie, options=(ending, option("cached", 7, contends=False)))
    assert not list(cheaper_with_caching(shown))
    assert not list(cheaper_with_caching(replace(tie, options=(option("cached", 7),))))


def test_what_never_pays_back_shows_both_months() -> None:
    never = replace(PAID, status="NEVER_NEGATIVE_SAVINGS", months=None, calls=None)
    bills = table(option("fine-tuned", 10, upfront=3), option("today", 7), point=never)
    found = only(no_break_even(bills, PolicySettings()))
    assert (found.message, found.decision) == (
        "a month costs $10.00, today $7.00: $3.00 upfront is never paid back",
        "prompt",
    )
    nobody = replace(bills, break_even=replace(never, status="NO_VOLUME"))
    assert only(no_break_even(nobody, PolicySettings())).message == (
        "no calls, so $3.00 upfront is never paid back"
    )
    for without in (replace(bills, options=()), table(bills.options[0], point=never)):
        assert not list(no_break_even(without, PolicySettings()))
    assert not list(no_break_even(replace(bills, break_even=None), PolicySettings()))


def test_a_slow_payback_divides_what_is_saved_by_the_calls() -> None:
    """$60 a month against $10 is $0.50 for each of the 100 calls; $400 are 800 calls, 8 months."""
    slow = replace(PAID, months=Decimal(8), calls=Decimal("799.5"))
    bills = table(option("fine-tuned", 10, upfront=400), option("today", 60), point=slow)
    found = only(no_break_even(bills, PolicySettings()))
    assert (found.message, found.decision) == (
        "saves $0.50/call; training $400.00 -> 800 calls; you do 100/month -> 8 months (limit 6)",
        "hold",
    )
    exact = replace(bills, break_even=replace(slow, months=Decimal(6)))
    assert "-> 6 months (limit 6)" in only(no_break_even(exact, PolicySettings())).message
    gone = replace(bills, break_even=replace(slow, status="PAYS_BACK_AFTER_SHUTDOWN"))
    assert not list(no_break_even(gone, PolicySettings()))


@pytest.mark.parametrize(
    ("status", "months", "found"),
    [("PAYS_BACK", 6, 1), ("IMMEDIATE", 7, 1), ("PAYS_BACK_AFTER_HORIZON", 7, 0),
     ("PAYS_BACK", None, 0)],
)  # fmt: skip
def test_only_who_pays_back_late_is_slow_against_the_best(
    status: str, months: int | None, found: int
) -> None:
    best = replace(PAID, status=status, months=months and Decimal(months))
    bills = table(option("fine-tuned", 1), option("today", 9), break_even_best=best)
    every = list(no_break_even(bills, PolicySettings()))
    assert [each.decision for each in every] == ["hold"] * found


def test_hosting_is_compared_with_what_the_calls_save() -> None:
    rent = CostLine("hosting", Decimal(50), "")
    bills = table(option("fine-tuned", 10, lines=[rent]), option("today", 40))
    assert only(hosting_dominates(bills)).message == (
        "hosting costs $50.00/month; the calls save $30.00/month"
    )
    assert not list(hosting_dominates(table(option("fine-tuned", lines=[rent]), bills.options[1])))
    assert not list(hosting_dominates(table(bills.options[1])))
    assert not list(hosting_dominates(None))


@pytest.mark.parametrize(
    ("until", "back", "said"),
    [
        (date(2027, 1, 14), date(2027, 1, 15), "payback takes 2 months (until 2027-01-15)"),
        (date(2027, 1, 15), date(2027, 1, 15), "that is less than one whole month of use, and"
                                               " only whole months are counted"),
        (None, date(2027, 1, 15), "payback takes 2 months (until 2027-01-15)"),
        (date(2027, 1, 14), None, "payback takes 2 months (until None)"),
    ],
)  # fmt: skip
def test_a_model_that_stops_first_says_how_long_payback_takes(
    until: date | None, back: date | None, said: str
) -> None:
    point = replace(PAID, status="PAYS_BACK_AFTER_SHUTDOWN", date=back)
    bills = table(option("fine-tuned", 1, usable_until=until), point=point)
    found = only(dies_before_payback(bills, training()))
    assert found.message == f"{training().model} stops on {until}; {said}"
    assert not list(dies_before_payback(replace(bills, break_even=PAID), training()))


def test_an_unknown_volume_says_after_how_many_calls_all_is_back() -> None:
    volume = Missing(VOLUME, "not stated")
    judged = (VolumeVerdict(1000, "hold", "x", None, Decimal(1)),)
    point = replace(PAID, calls=Decimal("99.1"))
    open_ = table(point=point, undecided=(volume,), at_volumes=judged)

    def said(comparison: Comparison, usd: str | None = "5") -> str:
        return only(unknown_volume(comparison, training(usd))).message

    back = "all costs that do not depend on calls are back after 100 calls"
    assert said(open_) == f"calls per month unknown; training $5.00; {back}"
    assert said(open_, None) == f"calls per month unknown; training; {back}"
    never = "; a tuned call costs as much as today's or more, so it never pays back"
    for lost in (None, replace(point, calls=None)):
        assert said(replace(open_, break_even=lost)) == f"calls per month unknown{never}"
    assert said(replace(open_, at_volumes=())) == "calls per month unknown"
    assert not list(unknown_volume(table(), training()))
    assert not list(unknown_volume(None, training()))


def test_a_gap_of_the_plan_is_neither_a_price_nor_the_volume() -> None:
    names = ("acme/m-1/input_mtok", "hosting price of m-1", VOLUME, "cost of labelling", "baseline")
    found = list(incomplete_plan(table(undecided=tuple(Missing(name, "why") for name in names))))
    assert [each.message for each in found] == ["no cost of labelling: why", "no baseline: why"]
    assert all(each.undecided for each in found)


def test_a_place_that_lives_as_long_is_as_good() -> None:
    early, late = date(2027, 5, 1), date(2027, 5, 2)

    def cheaper(ours: date | None, theirs: date | None) -> int:
        fine = option("fine-tuned", 100, usable_until=ours)
        there = option("elsewhere", 1, usable_until=theirs)
        same = replace(there, model="ft:maker/fine-tuned-1")
        return len(list(cheaper_elsewhere(table(fine, same))))

    pairs = ((None, None), (late, None), (None, late), (late, late), (late, early), (early, late))
    assert [cheaper(*pair) for pair in pairs] == [1, 1, 0, 1, 0, 1]


def test_the_cheapest_place_has_to_cost_a_tenth_less() -> None:
    def there(*totals: int) -> list[str]:
        others = [option("elsewhere", usd) for usd in totals]
        same = {"model": "ft:maker/Fine-Tuned-1"}
        named = [replace(each, name=f"at {each.total_usd}", **same) for each in others]
        found = cheaper_elsewhere(table(option("fine-tuned", 1000), *named))
        return [each.message for each in found]

    assert there(890, 700, 899) == ["at 700 costs $700.00 in 12 months, the planned one $1,000"]
    assert (len(there(899)), there(900), there(901), there()) == (1, [], [], [])
    other = table(option("fine-tuned", 1000), option("elsewhere", 1))
    assert not list(cheaper_elsewhere(other))
    assert list(cheaper_elsewhere(other, other_bases=True))


def test_without_a_fine_tune_no_place_is_cheaper() -> None:
    assert not list(cheaper_elsewhere(table(option("elsewhere", 1))))


# -- FT810, FT811 ---------------------------------------------------------------------------------


def futures(probability: float, stated: bool = True, **rho: float) -> Risk:
    drivers = tuple(Driver(path, value) for path, value in rho.items())
    chance = Chance(probability, 0.0)
    return Risk(4000, 1, "today", stated, (), chance, chance, 0, 0, 0, 0, (), drivers, ())


def test_three_drivers_are_named_and_those_that_drive_nothing_are_not() -> None:
    policy = PolicySettings(min_probability=0.6)
    found = only(
        unlikely_to_pay(futures(0.59975, volume=0.9, wage=-0.5, query=0.25, answer=0.1), policy)
    )
    assert found.message == (
        "pays in 59.975% of 4,000 futures against today (limit 60%); it hangs on volume (+0.90),"
        " wage (-0.50), query (+0.25)"
    )
    assert found.decision == "hold"
    flat = only(unlikely_to_pay(futures(0, False, volume=0.0), policy)).message
    assert flat == (
        "pays in 0% of 4,000 futures against today (limit 60%); ranges assumed, [risk] states yours"
    )
    assert not list(unlikely_to_pay(futures(0.6), policy))
    assert not list(unlikely_to_pay(futures(0), PolicySettings()))


def test_the_budget_of_a_month_is_held_against_every_prompt_that_contends() -> None:
    fine = option("fine-tuned", 5, 9, 11, 11)

    def advice(*prompts: Option) -> str | None:
        policy = PolicySettings(max_monthly_cost="10 USD")
        found = only(month_over_budget(table(fine, *prompts), policy, ModelSettings(), TODAY))
        assert found.message == (
            "month 3 of the fine-tune costs $11.00 (limit $10.00), and 2 of 4 months are over it"
        )
        return found.decision

    dear, within = option("today", 9, 11), option("cached", 9, 10)
    assert advice(dear, within) == "prompt"
    assert advice(dear) == "hold"
    assert advice(replace(within, contends=False)) == "hold"
    assert advice(replace(within, kind="elsewhere")) == "hold"


def test_without_a_fine_tune_or_a_month_of_it_no_budget_is_crossed() -> None:
    policy = PolicySettings(max_monthly_cost="1 USD")
    gone = option("fine-tuned", 99, usable_until=date(2026, 12, 1))
    for bills in (table(option("today", 99)), table(gone)):
        assert not list(month_over_budget(bills, policy, ModelSettings(), TODAY))


def test_a_job_without_a_price_has_no_budget() -> None:
    job: Training = training(None)
    assert not list(over_budget(job, PolicySettings(max_training_cost="1 USD")))
