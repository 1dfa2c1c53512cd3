"""What would change the verdict, in numbers and words, for duels of a few round numbers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from ftgate.economics.candidates import Candidate
from ftgate.economics.cashflow import Arm, Review
from ftgate.economics.duel import Duel
from ftgate.economics.flips import thresholds, volume_thresholds
from ftgate.model import CostLine, Threshold
from tests.economics_market import TODAY


def duel(
    price: int, base: int = 0, each: int = 0, upfront: int = 60, tokens: int = 10**6, **arm: Any
) -> Duel:
    """Today's call: $``price`` for a million tokens and $``base``; a tuned one: $``each``."""
    before = Arm(price, 0, tokens, per_query_usd=base)
    after = Arm(0, 0, per_query_usd=each, **arm)
    paid = (CostLine("training", Decimal(upfront), "", upfront=True),)
    tune = Candidate("tune", "fine-tuned", "tune", after, {}, paid)
    return Duel(tune, Candidate("today", "today", "now", before, {}), 12, TODAY)


def said(plain: Duel, *rivals: Duel, calls: int = 10) -> dict[str, Threshold]:
    found = thresholds(plain, list(rivals) or [plain], calls, Fraction(6))
    return {each.parameter: each for each in found}


@pytest.mark.parametrize(
    ("plain", "value", "meaning"),
    [
        # $60 are back in 6 months where 10 calls a month save $1 each: at $2 for a tuned $1.
        (duel(3, each=1), "2", "payback is slower than 6 months once today's input price is"
                               " $2.00/M"),
        (duel(2, each=1), "already", "payback within 6 months needs an input price of today's"
                                     " model above $2.00/M; it is $2.00/M"),
        (duel(3, base=1), "0", "payback is slower than 6 months once today's input price is"
                               " $0.00/M"),
        (duel(3, base=2), "never", "even at $0 the fine-tune is paid back within 6 months"),
        (duel(3, base=2, tokens=0), "never", "even at $0 the fine-tune is paid back within 6"
                                             " months"),
        (duel(3, base=1, tokens=0), "already", "no input price of today's model brings payback"
                                               " within 6 months"),
    ],
)  # fmt: skip
def test_the_price_at_which_payback_is_too_slow(plain: Duel, value: str, meaning: str) -> None:
    found = said(plain)["today.input_mtok"]
    assert (found.value, found.meaning) == (value, meaning)
    assert "review.rate_tuned" not in said(plain)
    assert set(said(plain, calls=0)) == {"requests_per_month", "requests_per_month.today"}


def test_half_a_dollar_is_a_gain() -> None:
    """At $0 ten calls of $1 save $60 in 6 months, and the job costs half a dollar less."""
    paid = (CostLine("training", Decimal("59.5"), "", upfront=True),)
    plain = duel(3, base=1, tokens=0)
    plain = plain._replace(tuned=plain.tuned._replace(upfront=paid))
    assert said(plain)["today.input_mtok"].value == "never"


def test_the_rate_of_review_is_held_against_the_best_alternative() -> None:
    """120 calls in 12 months for $2 save $240, $180 after the job: $1.50 a call, a rate of 0.15."""
    review = Review(10, Decimal("0.1"))
    plain, rival = duel(2, review=review), duel(1, review=review)
    found = said(plain, plain)["review.rate_tuned"]
    assert (found.value, found.meaning) == (
        "0.15", "fine-tuning wins while less than 15% of its answers need review",
    )  # fmt: skip
    assert said(plain, plain, rival)["review.rate_tuned"].value == "0.05"
    never = "even without any review the fine-tune is dearer than the best alternative"
    for lost in (duel(0, base=0, review=review), duel(1, upfront=120, review=review)):
        found = said(plain, lost)["review.rate_tuned"]
        assert (found.value, found.meaning) == ("never", never)


@pytest.mark.parametrize(
    ("plain", "rivals", "value", "meaning"),
    [
        # $60 / 6 months / $2: more than five calls a month.
        (duel(2), [], "6", "fine-tuning pays from 6 calls a month: back within 6 months and"
                           " cheaper over the horizon than every alternative"),
        (duel(2, upfront=0), [], "always", "fine-tuning pays at any volume: back within 6 months"
                                           " and cheaper over the horizon than every alternative"),
        (duel(2, each=2), [], "never", "a tuned call costs as much as today's, or more"),
        (duel(2, each=1, replica_month_usd=9, replica_calls=9), [], "never",
         "it is not back within 6 months against today at any volume"),
        (duel(2), [duel(0)], "never", "today costs less at every volume"),
    ],
)  # fmt: skip
def test_the_volume_from_which_it_pays(
    plain: Duel, rivals: list[Duel], value: str, meaning: str
) -> None:
    found = next(volume_thresholds(plain, rivals or [plain], Fraction(6)))
    assert (found.parameter, found.value, found.meaning) == ("requests_per_month", value, meaning)


def test_a_slow_rival_and_a_short_life_are_in_the_way() -> None:
    # Against $1.50 of fixed costs a month the job is back after 40 months, over 60 it wins.
    fixed = duel(0)._replace(horizon_months=60)
    other = fixed.other._replace(name="rival", arm=Arm(0, 0, fixed_month_usd=Fraction(3, 2)))
    slow = next(volume_thresholds(duel(2), [fixed._replace(other=other)], Fraction(6)))
    assert slow.meaning == "it is not back within 6 months against rival at any volume"
    gone = duel(2)
    gone = gone._replace(tuned=gone.tuned._replace(usable_until=date(2026, 12, 21)))
    assert next(volume_thresholds(gone, [gone], Fraction(6))).meaning == (
        "the tuned model stops on 2026-12-21, within a month"
    )
