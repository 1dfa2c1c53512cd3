"""What is asked of a price book, of whom and for which calls, and what follows from its answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from ftgate.economics.compare import contest
from ftgate.economics.futures import futures
from ftgate.economics.market import exact, joined
from ftgate.economics.risk import risk
from ftgate.economics.scenario_flips import indifference
from ftgate.economics.suitability import suitability
from ftgate.model import Comparison, JobsClose, Missing, ModelFacts, Price
from ftgate.settings import (
    DistillationSettings,
    FewShotSettings,
    HostingSettings,
    PriceSettings,
    RetrievalSettings,
    Settings,
)
from tests.economics_market import (
    BASE,
    CHEAP,
    CHEAP_PRICES,
    MEASURED,
    MODELS,
    PRICES,
    STRONG,
    TODAY,
    Town,
    compared,
    job,
    kinds,
    offered,
    option,
    plan,
    there,
    told,
    with_labelling,
)
from tests.test_scenario_keys import ALTERNATIVE, made

LONG = {"prompt_tokens": 2000, "cacheable_tokens": 1500}


class Recording(Town):
    """A town that remembers for how many tokens of a call each price was asked."""

    asked: dict[str, set[tuple[str | None, int]]]

    def lookup(
        self, model: str, unit: str, provider: str | None = None, *, request_tokens: int = 0
    ) -> Price | Missing:
        self.__dict__.setdefault("asked", {}).setdefault(f"{model}/{unit}", set()).add(
            (provider, request_tokens)
        )
        return super().lookup(model, unit, provider)


def asked(settings: Settings, **prices: str) -> dict[str, set[tuple[str | None, int]]]:
    town = Recording({**PRICES, **CHEAP_PRICES, **prices}, trainers=[there("other-1", "beta")])
    told(settings, town, classifies=True)
    return town.asked


def test_prices_are_those_of_calls_of_this_length() -> None:
    """2,000 tokens of prompt, 200 of query; two examples of 300 tokens more; 50 when tuned."""
    settings = replace(plan(**LONG, batch_share=1), few_shot=FewShotSettings(2))
    found = asked(settings)
    assert found[f"{STRONG}/input_mtok"] >= {(None, 2200), ("acme", 2800)}
    assert found[f"{STRONG}/cached_input_mtok"] == {("acme", 2200), ("acme", 2800)}
    assert found[f"{STRONG}/batch_input_mtok"] == {("acme", 2200)}
    assert found[f"{CHEAP}/output_mtok"] >= {("acme", 2200)}
    assert found[f"{CHEAP}/decisions_input_mtok"] == {("acme", 2200)}
    assert found[f"ft:{BASE}/input_mtok"] == {("acme", 250)}
    # What writing a prefix costs more is a ratio of two prices of short calls.
    assert found[f"{STRONG}/cache_write_mtok"] == {("acme", 0)}


def test_a_prompt_too_long_to_have_a_price_is_left_out_and_said() -> None:
    class Short(Town):
        def lookup(
            self, model: str, unit: str, provider: str | None = None, *, request_tokens: int = 0
        ) -> Price | Missing:
            if request_tokens > 2200:
                return Missing("long calls", "no price is listed")
            return super().lookup(model, unit, provider)

    settings = replace(plan(**LONG), few_shot=FewShotSettings(2))
    found = told(settings, Short(PRICES))
    assert "few-shot" not in kinds(found)
    assert "not compared: long calls: no price is listed" in found.assumptions


def test_the_provider_that_the_plan_names_is_asked() -> None:
    own = replace(plan(), model=replace(plan().model, today="", provider="acme"))
    assert asked(own)[f"{BASE}/output_mtok"] == {("acme", 1000)}
    named = replace(plan(), model=replace(plan().model, provider="acme"))
    assert asked(named)[f"{STRONG}/output_mtok"] >= {(None, 1000)}
    taught = replace(
        with_labelling(plan()), distillation=DistillationSettings("teacher-1", provider="beta")
    )
    assert asked(taught)["teacher-1/input_mtok"] == {("beta", 1000)}
    alone = replace(taught, distillation=DistillationSettings("teacher-1"))
    assert asked(alone)["teacher-1/input_mtok"] == {(None, 1000)}


def test_the_price_of_writing_is_relative_to_that_of_reading_afresh() -> None:
    settings = plan(**LONG, cache_hit_rate=0.0)
    dear = {f"{STRONG}/cache_write_mtok": "15"}
    bill = option(compared(settings, prices=dear), "cached")
    assert bill.lines[0].usd == 1500 * 15 / Decimal(10)  # every call of 100,000 writes
    free = {**dear, f"{STRONG}/input_mtok": "0"}
    assert option(compared(settings, prices=free), "cached").lines[0].usd == 0


def test_the_rule_of_caching_is_the_models_own_where_it_is_known() -> None:
    def first(**facts: Any) -> tuple[str, str]:
        models = {**MODELS, STRONG: replace(MODELS[STRONG], **facts)}
        bill = option(told(plan(8760, **LONG), Town(PRICES, models)), "cached")
        return bill.lines[0].formula.split("(")[1].split(" x")[0], bill.note

    assumed = "caching from 1,024 tokens, kept 5 minutes, as for OpenAI's models"
    # 0.2 calls a minute: 1 - exp(-1) and 1 - exp(-6).
    assert first() == ("63.212%", assumed)
    assert first(cache_min_tokens=1500, cache_ttl_minutes=30) == ("99.752%", "")
    assert first(cache_min_tokens=1500) == ("63.212%", "")


@pytest.mark.parametrize(("prefix", "found"), [(1023, False), (1024, True)])
def test_a_prefix_of_the_minimum_is_cached(prefix: int, found: bool) -> None:
    comparison = compared(plan(prompt_tokens=2000, cacheable_tokens=prefix))
    assert ("cached" in kinds(comparison)) == found
    short = "the unchanging beginning of the prompt has 1,023 tokens, the minimum is 1,024"
    assert any(short in text for text in comparison.assumptions) != found


@pytest.mark.parametrize(("days", "inside"), [(-1, True), (0, False), (1, False)])
def test_a_model_that_lasts_the_horizon_needs_no_successor(days: int, inside: bool) -> None:
    ends = date(2027, 11, 22) + timedelta(days=days)
    found = compared(plan(), today_ends=ends, cheap=True)
    assert any(f"strong-1 stops on {ends}" in text for text in found.assumptions) == inside
    cheap = compared(plan(), cheap=True, cheap_ends=ends)
    assert ("cheaper" in kinds(cheap)) != inside


def test_a_model_that_stops_today_answers_no_more() -> None:
    assert compared(plan(), today_ends=TODAY).baseline == ""
    assert compared(plan(), today_ends=TODAY + timedelta(days=1)).baseline == "today"


def test_a_model_of_ones_own_is_compared_with_the_bases_provider() -> None:
    town = Town({**PRICES, **CHEAP_PRICES, "mine/input_mtok": "10", "mine/output_mtok": "30"})
    own = replace(plan(), model=replace(plan().model, today="mine"))
    found = told(own, town)
    assert option(found, "cheaper").model == CHEAP
    assert "not compared: other models: unknown model" in found.assumptions
    nowhere = Town(town.prices, {})
    assert "cheaper" not in kinds(told(own, nowhere))


# -- other places ---------------------------------------------------------------------------------


def places(*trainers: ModelFacts, settings: Settings | None = None, **prices: str) -> Comparison:
    listed = {**PRICES, **offered("other-1", "1"), **prices}
    return told(settings or plan(), Town(listed, trainers=trainers))


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({}, True),
        ({"closes": JobsClose(new=TODAY + timedelta(days=1))}, True),
        ({"closes": JobsClose(new=TODAY)}, False),
        ({"shutdown": TODAY}, False),
        ({"shutdown": TODAY, "tuned_shutdown": TODAY + timedelta(days=1)}, True),
        ({"servable": None}, True),
        ({"servable": False}, False),
    ],
)
def test_a_place_is_open_until_the_day_before_it_closes(facts: dict[str, Any], found: bool) -> None:
    assert ("elsewhere" in kinds(places(there("other-1", "beta", **facts)))) == found


def test_places_with_a_price_of_hosting_of_ones_own_are_asked_for() -> None:
    named: list[tuple[str, ...]] = []

    class Asking(Town):
        def tuning(self, providers: Any = ()) -> Any:
            named.append(tuple(providers))
            return super().tuning(providers)

    stated = (
        PriceSettings("x", "offer", TODAY, provider="gamma", hosting_hour=Decimal(1)),
        PriceSettings("y", "offer", TODAY, provider="beta", hosting_hour=Decimal(0)),
        PriceSettings("z", "offer", TODAY, provider="delta"),
        PriceSettings("z", "offer", TODAY, hosting_hour=Decimal(1)),
    )
    told(replace(plan(), price=stated), Asking(PRICES))
    assert named == [("beta", "gamma")]


def test_the_cheapest_base_of_a_place_is_that_of_the_whole_horizon() -> None:
    """$1 and $2 a call more each, or hosting; without a volume one call decides."""
    prices = {**offered("other-1", "1", "0.1"), **offered("third", "2")}
    both = (there("other-1", "beta"), there("third", "beta"))
    many = places(*both, **prices)
    few = places(*both, settings=plan(1000), **prices)
    assert [option(each, "elsewhere").model for each in (many, few)] == ["ft:third"] * 2
    cheaper = {**prices, **offered("third", "9")}
    assert option(places(*both, **cheaper), "elsewhere").model == "ft:other-1"
    assert option(places(*both, settings=plan(1000), **cheaper), "elsewhere").model == "ft:third"


def test_an_own_fee_of_hosting_is_paid_in_the_place_of_the_listed_one() -> None:
    own = replace(plan(), hosting=HostingSettings(Decimal(2)))
    lines = option(compared(own), "fine-tuned").lines
    hosting = next(line for line in lines if line.item == "hosting")
    assert (hosting.usd, hosting.formula, hosting.price_refs) == (1460, "730 h x $2.00", ())
    free = option(compared(replace(plan(), hosting=HostingSettings(Decimal(0)))), "fine-tuned")
    assert "hosting" not in [line.item for line in free.lines]


def test_a_contest_wants_both_sides_and_a_volume() -> None:
    def found(settings: Settings, without: str = "") -> Any:
        town = Town({ref: usd for ref, usd in PRICES.items() if ref != without})
        return contest(
            settings=settings, measured=MEASURED, training=job(town), quotes=town, today=TODAY
        )

    both = found(plan())
    assert (both.tuned.kind, both.rival.kind, both.prompted[0].kind) == (
        "fine-tuned", "today", "today",
    )  # fmt: skip
    assert found(plan(None)) is found(plan(prompt_tokens=None)) is None
    for ref in (f"ft:{BASE}/input_mtok", f"{STRONG}/input_mtok", f"{BASE}/training_mtok"):
        assert found(plan(), ref) is None


def test_retrieved_text_that_is_not_counted_adds_no_token() -> None:
    """2,000 calls: $0.002 for the query, and $0.013 as today."""
    unknown = replace(plan(2000), retrieval=RetrievalSettings(Decimal("0.002")))
    assert option(compared(unknown), "retrieval").monthly_usd[0] == 30


def test_lengths_that_favour_nobody_have_no_line_of_indifference() -> None:
    """The line is about tokens that cost less when tuned: at one price for both there is none."""
    assert indifference(made()) is not None
    assert indifference(made(("tuned.output_mtok", 30))) is None
    assert indifference(made(("tuned.input_mtok", 10))) is None


# -- futures against others, suitability, words ---------------------------------------------------


def test_futures_are_set_against_the_one_that_was_asked_for() -> None:
    scenario = made(
        ("alternative", [ALTERNATIVE, {**ALTERNATIVE, "model": "dear", "input_mtok": 90}])
    )
    calls = 1000 * 12 / 1e6
    tuned = 90 * 2 + 100 * 4
    nets = [calls * (840 * price + 100 * out - tuned) for price, out in ((10, 30), (1, 2), (90, 2))]
    found = [futures(scenario, {}, 3, against) for against in (0, 1, 2)]
    assert [round(float(each.net_usd[2]), 6) for each in found] == [round(net, 6) for net in nets]
    assert [round(float(futures(scenario, {}, 1).net_usd[0]), 6)] == [round(nets[0], 6)]
    names = [name for name, _ in found[0].totals_usd]
    assert names == ["strong", "other", "dear", "ft:small"]
    again = [risk(scenario, 20, against=against).against for against in (0, 1, 2)]
    assert again == ["strong", "other", "dear"]


@pytest.mark.parametrize(("every", "times"), [(0, 0), (1, 11), (6, 1), (11, 1), (12, 0)])
def test_retraining_is_paid_in_every_future(every: int, times: int) -> None:
    again = made(("retraining", {"every_months": every, "usd": 7}))
    plain, paid = (futures(each, {}, 1).net_usd[0] for each in (made(), again))
    assert float(plain - paid) == pytest.approx(7 * times)


def test_many_futures_are_as_few_in_blocks() -> None:
    whole = made()
    found = futures(whole, {}, 10_003)
    assert len(found.net_usd) == len(found.months) == 10_003
    assert set(found.net_usd) == {found.net_usd[0]}


@pytest.mark.parametrize(
    ("goal", "examples", "volatile", "answer", "decision"),
    [
        ("style", 49, False, "stop", "hold"),
        ("style", 50, False, "go", None),
        ("format", 50, True, "go", None),
        ("knowledge", 50, True, "stop", "rag"),
        ("knowledge", 50, False, "caution", "hybrid"),
        ("other", 50, True, "go", None),
    ],
)
def test_what_a_set_of_this_goal_and_size_is_fit_for(
    goal: str, examples: int, volatile: bool, answer: str, decision: str | None
) -> None:
    found = suitability(goal, examples, volatile=volatile)
    assert (found.answer, found.decision) == (answer, decision)
    if goal == "knowledge":
        assert suitability(goal, examples).answer == "caution"


def test_ratios_are_exact_and_notes_are_joined() -> None:
    assert (exact(0.1), exact(Decimal("0.25"))) == (Fraction(1, 10), Fraction(1, 4))
    assert (joined("a", "", "b"), joined("", "")) == ("a; b", "")
