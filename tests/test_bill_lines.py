"""A candidate's bill, line by line, from an arm and its prices alone."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from ftgate.economics.bill import bill_lines, to_option
from ftgate.economics.candidates import Candidate
from ftgate.economics.cashflow import Arm, Cache, Review
from ftgate.model import CostLine, Price
from tests.economics_market import TODAY

PLAIN = Arm(10, 30, 2000, 200, 100)
CACHED = PLAIN._replace(cache=Cache(1, 2000, 30, Decimal("1.25"), Decimal("0.6")))


def prices(**usd: int) -> dict[str, Price]:
    return {
        unit: Price(f"#{unit}", "m", "p", unit, Decimal(each), "s", "", TODAY, None, "bundled")
        for unit, each in usd.items()
    }


BOTH = prices(input_mtok=10, output_mtok=30)


def lines(arm: Arm, calls: int = 1000, **changes: Any) -> list[tuple[str, Decimal, str, str]]:
    known = {"prices": BOTH, **changes}
    candidate = Candidate("x", "today", "x", arm, **known)
    return [
        (each.item, each.usd.normalize(), each.formula, " ".join(each.price_refs))
        for each in bill_lines(candidate, calls)
    ]


def tokens(*rows: tuple[str, str, str, str]) -> list[tuple[str, Decimal, str, str]]:
    return [(item, Decimal(usd).normalize(), text, refs) for item, usd, text, refs in rows]


IN, OUT = "#input_mtok", "#output_mtok"


def test_tokens_are_billed_by_prompt_query_and_answer() -> None:
    assert lines(PLAIN) == tokens(
        ("prompt", "20", "1,000 calls x 2,000 tokens x $10/M", IN),
        ("user input", "2", "1,000 calls x 200 tokens x $10/M", IN),
        ("answers", "3", "1,000 calls x 100 tokens x $30/M", OUT),
    )
    retried = PLAIN._replace(retry_ratio=Fraction(1, 4), reasoning_tokens=60)
    assert lines(retried, 1) == tokens(
        ("prompt", "0.025", "1 call x 2,000 tokens x $10/M x 1.25", IN),
        ("user input", "0.0025", "1 call x 200 tokens x $10/M x 1.25", IN),
        ("answers", "0.006", "1 call x (100 + 60 reasoning tokens) x $30/M x 1.25", OUT),
    )


def test_a_cached_prompt_is_found_or_written() -> None:
    """0.6 x $1 + 0.4 x $12.50 = $5.60 a million."""
    sold = prices(input_mtok=10, output_mtok=30, cached_input_mtok=1, cache_write_mtok=12)
    text = "1,000 calls x 2,000 tokens x (60% x $1/M + 40% x $12.5/M)"
    first, second, _ = lines(CACHED, prices=sold)
    refs = "#cached_input_mtok #cache_write_mtok #input_mtok"
    assert first == ("cached prompt", Decimal("11.2"), text, refs)
    assert second[0] == "other input"
    retried = lines(CACHED._replace(retry_ratio=1), prices=BOTH)[0]
    assert retried == ("cached prompt", Decimal("22.4"), f"{text} x 2", IN)
    short = lines(CACHED._replace(static_tokens=1999))
    assert [item for item, *_ in short] == ["prompt", "user input", "answers"]


def test_calls_that_wait_have_a_price_of_their_own() -> None:
    sold = prices(input_mtok=10, batch_input_mtok=5, batch_output_mtok=15)
    arm = PLAIN._replace(input_mtok=Fraction(35, 4), output_mtok=15)
    found = lines(arm, prices=sold, batch_share=Fraction(1, 4))
    blend, refs = "(25% x $5/M + 75% x $10/M)", "#batch_input_mtok #input_mtok"
    assert found == tokens(
        ("prompt", "17.5", f"1,000 calls x 2,000 tokens x {blend}", refs),
        ("user input", "1.75", f"1,000 calls x 200 tokens x {blend}", refs),
        ("answers", "1.5", "1,000 calls x 100 tokens x $15/M", "#batch_output_mtok"),
    )
    silent = lines(PLAIN, prices=prices(input_mtok=10))
    assert [item for item, *_ in silent] == ["prompt", "user input"]


def test_without_prices_only_people_and_machines_are_billed() -> None:
    arm = Arm(
        0, 0, 50, 200, 100, failure_rate=Decimal("0.25"), failure_usd=2, replica_month_usd=1460,
        replica_calls=400, review=Review(3, Decimal("0.5"), Decimal("0.75"), 2),
    )  # fmt: skip
    rest = (("waiting", Decimal("0.002")), ("retrieval", Decimal("0.5")))
    monthly = (CostLine("engineering", Decimal(7), "by hand"),)
    found = lines(arm, prices={}, per_call=rest, monthly=monthly)
    assert found == tokens(
        ("waiting", "2", "1,000 calls x $0.002", ""),
        ("retrieval", "500", "1,000 calls x $0.50", ""),
        ("review", "1500", "1,000 calls x 50% x $3.00 (months 1-2: 75%)", ""),
        ("failures", "500", "1,000 calls x 25% x $2.00", ""),
        ("engineering", "7", "by hand", ""),
        ("hosting", "4380", "3 x 730 h x $2.00", ""),
    )
    reviewed = arm.review or Review(0, 0)
    for review, text in (
        (reviewed._replace(initial_months=1), " (month 1: 75%)"),
        (reviewed._replace(initial_months=0), ""),
        (reviewed._replace(initial_rate=None), ""),
    ):
        said = lines(arm._replace(review=review), prices={})[0]
        assert said[:3] == ("review", 1500, f"1,000 calls x 50% x $3.00{text}")


@pytest.mark.parametrize("rate", [None, 3])
def test_an_option_has_every_month_with_what_is_paid_at_its_start(rate: int | None) -> None:
    """At 300% a year a dollar in a month is worth 4^(-1/12) today."""
    upfront = CostLine("training", Decimal(50), "", upfront=True)
    again = CostLine("retraining", Decimal(9), "", every_months=1)
    candidate = Candidate(
        "x", "fine-tuned", "ft:x", PLAIN, BOTH, (upfront,), again=again, contends=False
    )
    months = [Fraction(10), Fraction(20), Fraction(30)]
    found = to_option(candidate, 1000, months, rate and Fraction(rate), {2: Fraction(9)})
    assert (found.upfront_usd, found.monthly_usd) == (50, (10, 29, 30))
    assert [line.item for line in found.lines] == [
        *("training", "prompt", "user input", "answers", "retraining"),
    ]
    assert (found.name, found.kind, found.model, found.contends) == (
        "x",
        "fine-tuned",
        "ft:x",
        False,
    )
    month = 4 ** (-1 / 12)
    worth = 50 + 10 * month + 20 * month**2 + 30 * month**3 + 9 * month
    assert found.npv_usd == (
        None if rate is None else pytest.approx(Decimal(worth), abs=Decimal("1e-6"))
    )
    plain = to_option(candidate._replace(again=None), 1000, months)
    assert (plain.monthly_usd, plain.npv_usd, plain.lines[-1].item) == (
        (10, 20, 30),
        None,
        "answers",
    )
