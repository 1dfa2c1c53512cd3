"""The services of a scenario file: whose model, with which prompt, at what price."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from ftgate.economics.cashflow import HOURS_PER_MONTH, Arm, Cache, Review
from ftgate.economics.scenario_file import MAX_MONTHS, Table


@dataclass(frozen=True, slots=True)
class Service:
    """A named arm: a model with the prompt that it is sent."""

    name: str
    arm: Arm


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of a call, from ``[tokens]``: both system prompts, the query and the answer."""

    prompt: Fraction
    tuned_prompt: Fraction
    query: Fraction
    answer: Fraction

    @classmethod
    def read(cls, table: Table) -> Tokens:
        """The four numbers; ConfigError for a missing one."""
        tokens = cls(
            table.number("system_prompt"),
            table.number("tuned_system_prompt"),
            table.number("query"),
            table.number("answer"),
        )
        table.close()
        return tokens


def read_service(table: Table, prompt: Fraction, tokens: Tokens) -> Service:
    """``[base]``, ``[tuned]`` or an ``[[alternative]]`` with its prompt of so many tokens."""
    input_mtok, output_mtok = table.price_mtok("input"), table.price_mtok("output")
    assert input_mtok is not None  # noqa: S101 - a required price raises instead
    assert output_mtok is not None  # noqa: S101
    arm = Arm(
        input_mtok,
        output_mtok,
        static_tokens=prompt,
        dynamic_tokens=tokens.query,
        output_tokens=tokens.answer,
        reasoning_tokens=table.number("reasoning_tokens", 0),
        cache=_cache(table),
        decline_ratio=table.number("price_decline_ratio", 0, maximum=1),
        batch_ratio=table.number("batch_ratio", 0, maximum=1),
        batch_discount=_batch_discount(table),
        retry_ratio=table.number("retry_ratio", 0),
        fixed_month_usd=table.number("hosting_per_hour", 0) * HOURS_PER_MONTH
        + table.number("maintenance_per_month", 0),
    )
    service = Service(table.text("model"), arm)
    table.close()
    return service


def _batch_discount(table: Table) -> Fraction:
    """What asynchronous calls save: half the price at the providers that publish one."""
    stated = table.has("batch_discount")
    return table.number("batch_discount", maximum=1) if stated else Fraction(1, 2)


def _cache(table: Table) -> Cache | None:
    price = table.price_mtok("cached_input", required=False)
    minimum = table.whole("cache_min_tokens", 1024)
    minutes = table.whole("cache_ttl_minutes", 5)
    write = table.number("cache_write_multiplier", 1)
    stated = table.number("cache_hit_ratio", maximum=1) if table.has("cache_hit_ratio") else None
    return None if price is None else Cache(price, minimum, minutes, write, stated)


def reviewed(table: Table | None, base: Service, tuned: Service) -> tuple[Service, Service]:
    """Both services with the people of ``[review]`` who read their answers."""
    if table is None:
        return base, tuned
    cost, rate = table.number("cost"), table.number("base_rate", maximum=1)
    tuned_rate = table.number("tuned_rate", maximum=1)
    initial = table.has("tuned_initial_rate")
    ours = Review(
        cost,
        tuned_rate,
        table.number("tuned_initial_rate", maximum=1) if initial else None,
        table.whole("initial_months", None if initial else 0, maximum=MAX_MONTHS),
    )
    table.close()
    return (
        replace(base, arm=base.arm._replace(review=Review(cost, rate))),
        replace(tuned, arm=tuned.arm._replace(review=ours)),
    )


def failing(table: Table | None, base: Service, tuned: Service) -> tuple[Service, Service]:
    """Both services with what their wrong answers cost, from ``[failures]``."""
    if table is None:
        return base, tuned
    cost = table.number("cost")
    rates = (table.number("base_rate", maximum=1), table.number("tuned_rate", maximum=1))
    table.close()
    first, second = (
        replace(service, arm=service.arm._replace(failure_rate=rate, failure_usd=cost))
        for service, rate in zip((base, tuned), rates, strict=True)
    )
    return first, second


def waiting(table: Table | None, base: Service, tuned: Service) -> tuple[Service, Service]:
    """Both services with what waiting for an answer is worth, from ``[latency]``.

    A call costs seconds x dollars per second on top of its tokens.
    """
    if table is None:
        return base, tuned
    per_second = table.number("usd_per_second")
    seconds = table.number("base_seconds"), table.number("tuned_seconds")
    table.close()
    first, second = (
        replace(service, arm=service.arm._replace(per_query_usd=wait * per_second))
        for service, wait in zip((base, tuned), seconds, strict=True)
    )
    return first, second


def maintained(tuned: Service, month_usd: Fraction) -> Service:
    """The fine-tune with the people who look after it, whatever the volume."""
    fixed = Fraction(tuned.arm.fixed_month_usd) + month_usd
    return replace(tuned, arm=tuned.arm._replace(fixed_month_usd=fixed))


def like(base: Service, other: Service) -> Service:
    """Another model with today's prompt: its answers are as good and as slow as today's."""
    arm = other.arm._replace(
        review=base.arm.review,
        failure_rate=base.arm.failure_rate,
        failure_usd=base.arm.failure_usd,
        per_query_usd=base.arm.per_query_usd,
    )
    return replace(other, arm=arm)


def with_retrieval(table: Table | None, tuned: Service) -> Service | None:
    """The fine-tune with the vector database of ``[hybrid]``; None without the table."""
    if table is None:
        return None
    per_query = Fraction(tuned.arm.per_query_usd) + table.number("usd_per_query")
    table.close()
    return Service(f"{tuned.name} + retrieval", tuned.arm._replace(per_query_usd=per_query))
