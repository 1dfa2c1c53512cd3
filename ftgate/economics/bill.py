"""A candidate at a volume: the bill line by line, and month by month over the horizon."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
    lumps: Mapping[int, Fraction] | None = None,
) -> Option:
    """The candidate with the lines of one steady month and its bill of every month.

    ``lumps`` are paid at the start of a month, by month, and belong to its bill. ``discount_rate``
    is yearly (0.1 is 10%); what a month costs besides is paid at its end.
    """
    lumps = lumps or {}
    spent = None
    if discount_rate is not None:
        discount = monthly_discount(discount_rate)
        present = total(usd * power(discount, month) for month, usd in enumerate(months, start=1))
        present += total(usd * power(discount, month - 1) for month, usd in lumps.items())
        spent = rounded(candidate.upfront_usd + present)
    paid = [usd + lumps.get(month, Fraction(0)) for month, usd in enumerate(months, start=1)]
    again = (candidate.again,) if candidate.again else ()
    return Option(
        name=candidate.name,
        kind=candidate.kind,
        model=candidate.model,
        upfront_usd=rounded(candidate.upfront_usd),
        monthly_usd=tuple(rounded(month) for month in paid),
        usable_until=candidate.usable_until,
        lines=(*candidate.upfront, *bill_lines(candidate, calls), *again),
        note=candidate.note,
        npv_usd=spent,
        contends=candidate.contends,
    )


def bill_lines(candidate: Candidate, calls: Number) -> Iterator[CostLine]:
    """The bill of one steady month (review after its initial months), one line per item."""
    volume = Fraction(calls)
    if candidate.prices:
        yield from _token_lines(candidate, volume)
    yield from _call_lines(candidate, volume)
    yield from candidate.monthly
    arm = candidate.arm
    if arm.replica_month_usd:
        number = arm.replicas(volume)
        per_hour = Fraction(arm.replica_month_usd) / HOURS_PER_MONTH
        formula = f"{number:,} x {HOURS_PER_MONTH} h x {rate_text(per_hour)}"
        yield _line("hosting", number * Fraction(arm.replica_month_usd), formula)


def _token_lines(candidate: Candidate, volume: Fraction) -> Iterator[CostLine]:
    arm = candidate.arm
    cost = call_cost(arm, volume, (arm.steady_from or 1))
    times = f"{calls_text(volume)} x "
    retries = f" x {number_text(1 + Fraction(arm.retry_ratio))}" if arm.retry_ratio else ""
    refs = {unit: price.ref for unit, price in candidate.prices.items()}
    price_in, into = _price(candidate, "input_mtok")
    if arm.cache is not None and caching_applies(arm):
        hit = hit_ratio(arm, volume)
        write = Fraction(arm.input_mtok) * Fraction(arm.cache.write_multiplier)
        formula = (
            f"{times}{count_text(arm.static_tokens)} tokens x ({percent_text(hit)} x"
            f" ${number_text(arm.cache.cached_mtok)}/M + {percent_text(1 - hit)} x"
            f" ${number_text(write)}/M){retries}"
        )
        units = [u for u in ("cached_input_mtok", "cache_write_mtok", "input_mtok") if u in refs]
        yield _line("cached prompt", cost.prompt * volume, formula, [refs[u] for u in units])
        item = "other input"
    else:
        formula = f"{times}{count_text(arm.static_tokens)} tokens x {price_in}{retries}"
        yield _line("prompt", cost.prompt * volume, formula, into)
        item = "user input"
    formula = f"{times}{count_text(arm.dynamic_tokens)} tokens x {price_in}{retries}"
    yield _line(item, cost.query * volume, formula, into)
    price_out, out = _price(candidate, "output_mtok")
    if not out:  # nothing is billed for answers, and nobody says so
        return
    answered = Fraction(arm.output_tokens)
    tokens = f"{count_text(answered)} tokens"
    if arm.reasoning_tokens:
        tokens = f"({count_text(answered)} + {count_text(arm.reasoning_tokens)} reasoning tokens)"
    yield _line("answers", cost.output * volume, f"{times}{tokens} x {price_out}{retries}", out)


def _price(candidate: Candidate, unit: str) -> tuple[str, list[str]]:
    """The price of a unit in words, and what it refers to: two prices where some calls wait."""
    prices, share = candidate.prices, Fraction(candidate.batch_share)
    batch, plain = prices.get(f"batch_{unit}"), prices.get(unit)
    if batch is not None and plain is not None:
        waits, rest = percent_text(share), percent_text(1 - share)
        text = f"({waits} x ${number_text(batch.usd)}/M + {rest} x ${number_text(plain.usd)}/M)"
        return text, [batch.ref, plain.ref]
    price = batch or plain
    return (f"${number_text(price.usd)}/M", [price.ref]) if price else ("", [])


def _call_lines(candidate: Candidate, volume: Fraction) -> Iterator[CostLine]:
    """What a call costs beside its tokens."""
    arm = candidate.arm
    times = f"{calls_text(volume)} x "
    for item, usd in candidate.per_call:
        yield _line(item, Fraction(usd) * volume, f"{times}{rate_text(usd)}")
    if arm.review is not None:
        steady = Fraction(arm.review.rate)
        formula = f"{times}{percent_text(steady)} x {rate_text(arm.review.cost_usd)}"
        if arm.review.initial_rate is not None and arm.review.initial_months:
            rate = percent_text(arm.review.initial_rate)
            last = arm.review.initial_months
            formula += f" ({'month 1' if last == 1 else f'months 1-{last}'}: {rate})"
        yield _line("review", steady * Fraction(arm.review.cost_usd) * volume, formula)
    if arm.failure_usd:
        wrong, loss = Fraction(arm.failure_rate), Fraction(arm.failure_usd)
        formula = f"{times}{percent_text(wrong)} x {rate_text(loss)}"
        yield _line("failures", wrong * loss * volume, formula)


def _line(item: str, usd: Fraction, formula: str, refs: Sequence[str] = ()) -> CostLine:
    return CostLine(item, rounded(usd), formula, tuple(refs))
