"""A candidate at a volume: the bill line by line, and month by month over the horizon."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from ftgate.economics.amounts import (
    Number,
    calls_text,
    count_text,
    number_text,
    percent_text,
    power,
    rate_text,
    rounded,
    total,
)
from ftgate.economics.candidates import Candidate
from ftgate.economics.cashflow import HOURS_PER_MONTH, caching_applies, call_cost, hit_ratio
from ftgate.economics.worth import monthly_discount
from ftgate.model import CostLine, Option


def to_option(
    candidate: Candidate,
    calls: Number,
    months: Sequence[Fraction],
    discount_rate: Fraction | None = None,
) -> Option:
    """The candidate with the lines of one steady month and its bill of every month.

    ``discount_rate`` is yearly (0.1 is 10%); what a month costs is paid at its end.
    """
    spent = None
    if discount_rate is not None:
        discount = monthly_discount(discount_rate)
        present = total(usd * power(discount, month) for month, usd in enumerate(months, start=1))
        spent = rounded(candidate.upfront_usd + present)
    return Option(
        name=candidate.name,
        kind=candidate.kind,
        model=candidate.model,
        upfront_usd=rounded(candidate.upfront_usd),
        monthly_usd=tuple(rounded(month) for month in months),
        usable_until=candidate.usable_until,
        lines=(*candidate.upfront, *bill_lines(candidate, calls)),
        note=candidate.note,
        npv_usd=spent,
    )


def bill_lines(candidate: Candidate, calls: Number) -> Iterator[CostLine]:
    """The bill of one steady month (review after its initial months), one line per item."""
    arm = candidate.arm
    volume = Fraction(calls)
    cost = call_cost(arm, volume, (arm.steady_from or 1))
    times = f"{calls_text(volume)} x "
    refs = {unit: price.ref for unit, price in candidate.prices.items()}
    price_in, price_out = (f"${number_text(p)}/M" for p in (arm.input_mtok, arm.output_mtok))
    if arm.cache is not None and caching_applies(arm):
        hit = hit_ratio(arm, volume)
        write = Fraction(arm.input_mtok) * Fraction(arm.cache.write_multiplier)
        formula = (
            f"{times}{count_text(arm.static_tokens)} tokens x ({percent_text(hit)} x"
            f" ${number_text(arm.cache.cached_mtok)}/M + {percent_text(1 - hit)} x"
            f" ${number_text(write)}/M)"
        )
        units = [u for u in ("cached_input_mtok", "cache_write_mtok", "input_mtok") if u in refs]
        yield _line("cached prompt", cost.prompt * volume, formula, [refs[u] for u in units])
        item = "other input"
    else:
        formula = f"{times}{count_text(arm.static_tokens)} tokens x {price_in}"
        yield _line("prompt", cost.prompt * volume, formula, [refs["input_mtok"]])
        item = "user input"
    formula = f"{times}{count_text(arm.dynamic_tokens)} tokens x {price_in}"
    yield _line(item, cost.query * volume, formula, [refs["input_mtok"]])
    formula = f"{times}{count_text(arm.output_tokens)} tokens x {price_out}"
    yield _line("answers", cost.output * volume, formula, [refs["output_mtok"]])
    yield from _fixed_lines(candidate, volume, refs)


def _fixed_lines(
    candidate: Candidate, volume: Fraction, refs: dict[str, str]
) -> Iterator[CostLine]:
    arm = candidate.arm
    times = f"{calls_text(volume)} x "
    if arm.per_query_usd:
        price = Fraction(arm.per_query_usd)
        yield _line("retrieval", price * volume, f"{times}{rate_text(price)}")
    if arm.review is not None:
        steady = Fraction(arm.review.rate)
        formula = f"{times}{percent_text(steady)} x {rate_text(arm.review.cost_usd)}"
        if arm.review.initial_rate is not None and arm.review.initial_months:
            rate = percent_text(arm.review.initial_rate)
            formula += f" (months 1-{arm.review.initial_months}: {rate})"
        yield _line("review", steady * Fraction(arm.review.cost_usd) * volume, formula)
    if arm.fixed_month_usd:
        per_hour = Fraction(arm.fixed_month_usd) / HOURS_PER_MONTH
        hosting = [refs["hosting_hour"]] if "hosting_hour" in refs else []
        formula = f"{HOURS_PER_MONTH} h x {rate_text(per_hour)}"
        yield _line("hosting", Fraction(arm.fixed_month_usd), formula, hosting)


def _line(item: str, usd: Fraction, formula: str, refs: Sequence[str] = ()) -> CostLine:
    return CostLine(item, rounded(usd), formula, tuple(refs))
