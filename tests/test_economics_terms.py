"""An option's terms are its whole bill: added up by hand they give its months again."""

from __future__ import annotations

from datetime import date
from math import exp
from typing import Any

import pytest

from ftgate.model import Comparison, Option
from tests.economics_market import (
    STRONG,
    compared,
    plan,
    with_hosting,
    with_labelling,
    with_retrieval,
    with_review,
)

EVERYTHING = with_retrieval(
    with_review(with_hosting(with_labelling(plan(retry_ratio=0.02)), "1.7"), "0.05", "0.035"),
    "0.0001",
)
ENDS = date(2027, 2, 1)


def month(terms: dict[str, Any], calls: float) -> float:
    known = {
        key: float(value)
        for key, value in terms.items()
        if not isinstance(value, dict | list | None)
    }
    prefix = known["input_mtok"]
    if "cache" in terms:
        cache = terms["cache"]
        found = cache["hit_ratio"]
        if found is None:
            found = 1 - exp(-calls * cache["ttl_minutes"] / (60 * 730))
        prefix = (1 - float(found)) * float(cache["write_mtok"])
        prefix += float(found) * float(cache["cached_mtok"])
    tokens = known["static_tokens"] * prefix + known["dynamic_tokens"] * known["input_mtok"]
    tokens += known["answer_tokens"] * known["output_mtok"]
    call = tokens * known["token_factor"] / 1e6 + known["other_usd"] + known.get("review_usd", 0)
    return calls * call + known["fixed_usd"] + known["replica_usd"]


@pytest.mark.parametrize("stated", [None, 0.25])
def test_the_first_month_and_what_is_paid_once_follow_from_the_terms(stated: float | None) -> None:
    usage = plan(retry_ratio=0.02, cache_hit_rate=stated)
    for settings in (usage, EVERYTHING):
        for option in compared(settings, cache_from=500, cheap=True).options:
            shown = month(option.terms, float(option.terms["calls_per_month"]))
            assert shown == pytest.approx(float(option.monthly_usd[0])), option.name
            once = float(option.terms["upfront_usd"])
            assert once == pytest.approx(float(option.upfront_usd)), option.name


def of(comparison: Comparison, kind: str) -> Option:
    return next(each for each in comparison.options if each.kind == kind)


def test_who_answers_later_is_in_the_terms() -> None:
    found = compared(plan(), cheap=True, today_ends=ENDS, ends=ENDS)
    today, tuned = of(found, "today"), of(found, "fine-tuned")
    assert (today.model, today.terms["own_months"], tuned.terms["life_months"]) == (STRONG, 3, 2)
    assert month(today.terms["then"], 100_000) == pytest.approx(float(today.monthly_usd[3]))


def test_a_model_without_an_end_has_no_last_month() -> None:
    found = compared(plan())
    assert of(found, "today").terms["own_months"] is None
    assert of(found, "fine-tuned").terms["life_months"] is None
    assert "then" not in of(found, "today").terms
