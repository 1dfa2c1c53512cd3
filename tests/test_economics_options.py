"""Each way to serve the workload, its bill checked against a pocket calculator."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as tried
from hypothesis import strategies as st

from ftgate.economics.compare import compare
from ftgate.model import (
    KINDS,
    Comparison,
)
from ftgate.settings import (
    DistillationSettings,
    FewShotSettings,
    PriceSettings,
    RetrievalSettings,
    SelfHostedSettings,
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
    TODAY_CALL,
    TUNED_CALL,
    Town,
    adds_up,
    compared,
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

GPUS = SelfHostedSettings(Decimal("2.50"), Decimal(4), gpus=2)
BATCH = {f"{STRONG}/batch_input_mtok": "5", f"{STRONG}/batch_output_mtok": "15"}
BATCH_CALL = TODAY_CALL / 2
CALLS = 100_000


# -- batch --------------------------------------------------------------------------------------


def test_batch_is_shown_as_if_all_could_wait_and_decides_nothing() -> None:
    free = {f"{STRONG}/batch_input_mtok": "0", f"{STRONG}/batch_output_mtok": "0"}
    found = priced(plan(), **free)
    batch = option(found, "batch")
    assert (batch.monthly_usd[0], batch.contends) == (0, False)
    assert found.best == "fine-tuned base-1"
    assert any("[usage] batch_share" in text for text in found.assumptions)
    alone = priced(plan())
    assert threshold(found, "requests_per_month") == threshold(alone, "requests_per_month")


@pytest.mark.parametrize("share", [1, 0.25, 0])
def test_only_the_calls_that_can_wait_have_batch_prices(share: float) -> None:
    batch = option(priced(plan(batch_share=share), **BATCH), "batch")
    each = Decimal(str(share)) * BATCH_CALL + (1 - Decimal(str(share))) * TODAY_CALL
    assert batch.monthly_usd[0] == each * CALLS
    assert batch.contends
    assert adds_up(batch)
    refs = {ref for line in batch.lines for ref in line.price_refs}
    assert (f"{STRONG}/input_mtok" in refs) == (share < 1)


def test_a_stated_batch_share_can_win() -> None:
    found = priced(plan(batch_share=1), **{key: "0.1" for key in BATCH})
    assert found.best == "today in batches"
    assert found.break_even_best is not None
    assert found.break_even_best.against == "today in batches"


def test_a_model_without_batch_prices_says_so() -> None:
    found = priced(plan(batch_share=1))
    assert "batch" not in kinds(found)
    assert "not compared: batch on strong-1: it has no batch prices" in found.assumptions


# -- examples in the prompt ---------------------------------------------------------------------


def test_examples_in_the_prompt_are_of_mean_length_and_cached_with_it() -> None:
    settings = replace(plan(cache_hit_rate=1.0), few_shot=FewShotSettings(4))
    bill = option(priced(settings), "few-shot")
    # 800 + 4 x (200 + 100) tokens at the cached $1, 200 at $10, 100 at $30.
    assert bill.monthly_usd[0] == Decimal("0.007") * CALLS
    assert bill.note.startswith("4 examples of 300 tokens in the prompt")
    assert adds_up(bill)


def test_a_short_prompt_with_examples_is_not_cached_and_costs_more_than_today() -> None:
    settings = replace(plan(cacheable_tokens=0), few_shot=FewShotSettings(3))
    bill = option(priced(settings), "few-shot")
    assert bill.monthly_usd[0] == (TODAY_CALL + Decimal("0.009")) * CALLS  # 900 tokens at $10


def test_there_are_never_more_examples_than_the_set_has() -> None:
    settings = replace(plan(), few_shot=FewShotSettings())
    found = told(settings, Town(PRICES), examples=5)
    assert option(found, "few-shot").name == "today + 5 examples"
    assert option(told(settings, Town(PRICES)), "few-shot").name == "today + 8 examples"


# -- retrieval ----------------------------------------------------------------------------------


def test_retrieval_costs_the_query_and_its_tokens_with_and_without_a_fine_tune() -> None:
    settings = replace(plan(), retrieval=RetrievalSettings(Decimal("0.002"), 500))
    found = priced(settings)
    # 500 tokens at $10 and at the tuned model's $2.
    query = Decimal("0.002")
    assert (
        option(found, "retrieval").monthly_usd[0] == (TODAY_CALL + query + Decimal("0.005")) * CALLS
    )
    assert option(found, "hybrid").monthly_usd[0] == (TUNED_CALL + query + Decimal("0.001")) * CALLS
    assert all(adds_up(option(found, kind)) for kind in ("retrieval", "hybrid"))
    assert not option(found, "hybrid").contends


def test_unstated_retrieval_says_which_line_is_missing() -> None:
    found = priced(plan())
    assert not {"retrieval", "hybrid"} & set(kinds(found))
    assert any("[retrieval] usd_per_query" in text for text in found.assumptions)
    unknown = replace(plan(), retrieval=RetrievalSettings(Decimal("0.002")))
    assert "not counted" in option(priced(unknown), "retrieval").note


# -- a decisions endpoint -----------------------------------------------------------------------

DECISIONS = {**CHEAP_PRICES, f"{CHEAP}/decisions_input_mtok": "0.08",
             f"{CHEAP}/decisions_output_mtok": "0"}  # fmt: skip


def test_labels_can_be_chosen_by_an_endpoint_that_bills_only_the_input() -> None:
    found = told(plan(), Town({**PRICES, **DECISIONS}), classifies=True)
    assert option(found, "decisions").monthly_usd[0] == Decimal("0.00008") * CALLS  # 1,000 tokens
    assert found.best == "cheap-1 decisions"
    assert "decisions" not in kinds(told(plan(), Town({**PRICES, **DECISIONS})))


def test_a_rejected_or_unpriced_model_decides_nothing() -> None:
    settings = replace(plan(), model=replace(plan().model, rejected=(CHEAP,)))
    found = told(settings, Town({**PRICES, **DECISIONS}), classifies=True)
    assert "decisions" not in kinds(found)
    assert any("a decisions endpoint" in text for text in found.assumptions)
    half = {key: usd for key, usd in DECISIONS.items() if "decisions_output" not in key}
    assert "decisions" not in kinds(told(plan(), Town({**PRICES, **half}), classifies=True))


# -- all of them --------------------------------------------------------------------------------


def test_every_kind_can_be_compared_in_one_table_in_their_order() -> None:
    settings = replace(
        with_labelling(plan(batch_share=0.5, prompt_tokens=2000, cacheable_tokens=2000)),
        few_shot=FewShotSettings(),
        retrieval=RetrievalSettings(Decimal("0.002"), 500),
        distillation=DistillationSettings(STRONG),
        self_hosted=GPUS,
        price=(PriceSettings("other-1", "offer", TODAY, provider="beta"),),
    )
    town = Town(
        {**PRICES, **BATCH, **DECISIONS, **offered("other-1", "1")},
        trainers=[there("other-1", "beta")],
    )
    found = told(settings, town, classifies=True)
    assert sorted(kinds(found), key=KINDS.index) == list(KINDS)
    assert all(adds_up(each) for each in found.options if each.kind != "elsewhere")
    best = next(each for each in found.options if each.name == found.best)
    assert best.contends
    assert best.total_usd == min(each.total_usd for each in found.options if each.contends)


def test_every_way_to_call_a_model_that_stops_goes_on_with_its_successor() -> None:
    ends = date(2026, 12, 22)
    models = {**MODELS, STRONG: replace(MODELS[STRONG], shutdown=ends)}
    cheap_batch = {f"{CHEAP}/batch_input_mtok": "0.05", f"{CHEAP}/batch_output_mtok": "0.25"}
    settings = replace(
        plan(batch_share=1, cacheable_tokens=0),
        few_shot=FewShotSettings(1),
        retrieval=RetrievalSettings(Decimal("0.002"), 100),
    )
    found = told(settings, Town({**PRICES, **BATCH, **CHEAP_PRICES, **cheap_batch}, models))
    # 1,000 tokens at $0.1 and 100 at $0.5 are $0.00015; half of it; 300 and 100 tokens more.
    later = {"batch": "0.000075", "few-shot": "0.00018", "retrieval": "0.00216"}
    for kind, usd in later.items():
        assert option(found, kind).monthly_usd[1:] == (Decimal(usd) * CALLS,) * 11


def test_a_cached_successor_is_called_in_batches_without_its_cache() -> None:
    models = {**MODELS, STRONG: replace(MODELS[STRONG], shutdown=date(2026, 12, 22))}
    half = {f"{CHEAP}/batch_input_mtok": "0.05", f"{CHEAP}/batch_output_mtok": "0.25"}
    cached = {**CHEAP_PRICES, f"{CHEAP}/cached_input_mtok": "0.01"}
    settings = replace(
        plan(batch_share=1, prompt_tokens=2000, cacheable_tokens=1500, cache_hit_rate=1.0),
        few_shot=FewShotSettings(1),
    )
    found = told(settings, Town({**PRICES, **BATCH, **cached, **half}, models))
    # 2,200 tokens at $0.05, 100 at $0.25; 1,800 at $0.01, 700 at $0.1, 100 at $0.5.
    assert option(found, "batch").monthly_usd[1] == Decimal("0.000135") * CALLS
    assert option(found, "few-shot").monthly_usd[1] == Decimal("0.000138") * CALLS
    assert option(found, "cached").note.count("caching from") == 1


TOGGLES: dict[str, Any] = {
    "batch": lambda plan: replace(plan, usage=replace(plan.usage, batch_share=0.7)),
    "few-shot": lambda plan: replace(plan, few_shot=FewShotSettings(6)),
    "retrieval": lambda plan: replace(plan, retrieval=RetrievalSettings(Decimal("0.001"), 50)),
    "self-hosted": lambda plan: replace(plan, self_hosted=GPUS),
}


@tried(max_examples=25)
@given(
    st.sets(st.sampled_from(sorted(TOGGLES))),
    st.booleans(),
    st.integers(1, 10**6),
    st.integers(0, 4000),
    st.sampled_from([None, date(2027, 2, 1), date(2028, 2, 1)]),
)
def test_an_option_more_never_makes_the_best_worse(
    chosen: set[str], labels: bool, calls: int, prompt: int, ends: date | None
) -> None:
    models = {**MODELS, BASE: replace(MODELS[BASE], tuned_shutdown=ends)}
    town = Town({**PRICES, **BATCH, **DECISIONS}, models, trainers=[there("other-1", "beta")])
    few = plan(calls, prompt_tokens=prompt, cacheable_tokens=prompt)
    many = few
    for name in chosen:
        many = TOGGLES[name](many)
    alone, together = told(few, town), told(many, town, classifies=labels)
    assert best_usd(together) <= best_usd(alone) + Decimal("0.0001")
    assert best_usd(together) == min(each.total_usd for each in together.options if each.contends)


def best_usd(comparison: Comparison) -> Decimal:
    (best,) = [each for each in comparison.options if each.name == comparison.best]
    return best.total_usd


@tried(max_examples=15)
@given(st.integers(1, 20), st.integers(1, 20))
def test_more_epochs_and_dearer_tokens_cost_more(epochs: int, factor: int) -> None:
    def bill(times: int, dearer: int) -> Decimal:
        prices = {ref: str(Decimal(usd) * (dearer if ref.startswith("ft:") else 1))
                  for ref, usd in PRICES.items()}  # fmt: skip
        market = Town(prices)
        found = compare(
            settings=plan(),
            measured=MEASURED,
            training=job(market, epochs=times),
            quotes=market,
            today=TODAY,
        )
        return option(found, "fine-tuned").total_usd

    assert bill(epochs, factor) == 5 * epochs + TUNED_CALL * CALLS * 12 * factor
    assert bill(epochs + 1, factor) > bill(epochs, factor) < bill(epochs, factor + 1)


def test_a_tuned_prompt_that_varies_at_its_top_is_not_cached() -> None:
    """2,000 tokens are above the minimum, 100 before the first variable are not."""
    settings = plan(tuned_prompt_tokens=2_000)
    sold = {f"ft:{BASE}/cached_input_mtok": "0.5"}

    def items(cacheable: int | None) -> set[str]:
        measured = replace(MEASURED, tuned_cacheable_tokens=cacheable)
        tuned = option(compared(settings, measured=measured, prices=sold), "fine-tuned")
        return {line.item for line in tuned.lines if not line.upfront}

    assert "cached prompt" in items(None)
    assert "cached prompt" in items(1_500)
    assert "cached prompt" not in items(100)
