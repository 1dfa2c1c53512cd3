"""The services of a scenario file: whose model, with which prompt, at what price."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from ftgate.economics.cashflow import HOURS_PER_MONTH, Arm, Cache, Review
from ftgate.economics.scenario_file import MAX_MONTHS, Table


@dataclass(frozen=True, slots=True)
class Service:
    """A named arm: a model with the prompt that it is sent.

    ``own_prompt`` is the tokens of a prompt of its own (None: that of ``[tokens]``), of which
    ``cacheable`` never change (None: all). ``usd_per_query`` is paid for every call beside the
    tokens, ``upfront_usd`` before the first one. After ``lasts_months`` the ``successor`` answers
    (None: never). ``answers`` says whose quality it has, ``base`` or ``tuned``; an option that does
    not contend is shown, and is never the best.
    """

    name: str
    arm: Arm
    own_prompt: Fraction | None = None
    cacheable: Fraction | None = None
    usd_per_query: Fraction = Fraction(0)
    upfront_usd: Fraction = Fraction(0)
    lasts_months: int | None = None
    successor: Service | None = None
    answers: str = "base"
    contends: bool = True


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
    """``[base]`` or ``[tuned]`` with its prompt of so many tokens."""
    service = _service(table, prompt, tokens)
    table.close()
    return service


def read_other(table: Table, tokens: Tokens) -> Service:
    """An ``[[alternative]]``: today's prompt or one of its own, answers like one of the others'."""
    own = _optional(table, "system_prompt")
    service = _service(table, tokens.prompt if own is None else own, tokens)
    answers = table.text("answers", "base")
    if answers not in ("base", "tuned"):
        raise table.error("answers", f'must be "base" or "tuned", not {answers!r}')
    found = replace(
        service,
        own_prompt=own,
        upfront_usd=table.number("upfront_usd", 0),
        answers=answers,
        contends=not table.flag("shown_only"),
    )
    table.close()
    return found


def _service(table: Table, prompt: Fraction, tokens: Tokens) -> Service:
    input_mtok, output_mtok = table.price_mtok("input"), table.price_mtok("output")
    assert input_mtok is not None  # noqa: S101 - a required price raises instead
    assert output_mtok is not None  # noqa: S101
    cacheable = _optional(table, "cacheable_tokens")
    static = prompt if cacheable is None else min(prompt, cacheable)
    per_query = table.number("usd_per_query", 0)
    arm = Arm(
        input_mtok,
        output_mtok,
        static_tokens=static,
        dynamic_tokens=prompt - static + tokens.query,
        output_tokens=tokens.answer,
        reasoning_tokens=table.number("reasoning_tokens", 0),
        cache=_cache(table),
        decline_ratio=table.number("price_decline_ratio", 0, maximum=1),
        batch_ratio=table.number("batch_ratio", 0, maximum=1),
        batch_discount=_batch_discount(table),
        retry_ratio=table.number("retry_ratio", 0),
        per_query_usd=per_query,
        fixed_month_usd=table.number("hosting_per_hour", 0) * HOURS_PER_MONTH
        + table.number("maintenance_per_month", 0),
        replica_month_usd=table.number("replica_per_hour", 0) * HOURS_PER_MONTH,
        replica_calls=table.number("replica_calls", 0),
    )
    name = table.text("model")
    service = Service(name, arm, cacheable=cacheable, usd_per_query=per_query)
    if not table.has("lasts_months"):
        return service
    if not table.has("successor"):
        raise table.error("[successor]", "is missing: who answers after lasts_months?")
    later = read_other(table.inner("successor"), tokens)
    if later.successor:
        raise table.error("successor.lasts_months", "is one model too many: the last one stays")
    lasts = table.whole("lasts_months", maximum=MAX_MONTHS)
    return replace(service, lasts_months=lasts, successor=later)


def _optional(table: Table, key: str) -> Fraction | None:
    return table.number(key) if table.has(key) else None


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
        replace(
            service,
            arm=service.arm._replace(per_query_usd=service.usd_per_query + wait * per_second),
        )
        for service, wait in zip((base, tuned), seconds, strict=True)
    )
    return first, second


def maintained(tuned: Service, month_usd: Fraction) -> Service:
    """The fine-tune with the people who look after it, whatever the volume."""
    fixed = Fraction(tuned.arm.fixed_month_usd) + month_usd
    return replace(tuned, arm=tuned.arm._replace(fixed_month_usd=fixed))


def like(base: Service, tuned: Service, other: Service) -> Service:
    """Another option, whose answers are as good and as slow as today's or the fine-tune's."""
    model = tuned if other.answers == "tuned" else base
    waiting = Fraction(model.arm.per_query_usd) - model.usd_per_query
    arm = other.arm._replace(
        review=model.arm.review,
        failure_rate=model.arm.failure_rate,
        failure_usd=model.arm.failure_usd,
        per_query_usd=other.usd_per_query + waiting,
    )
    later = other.successor
    return replace(other, arm=arm, successor=later and like(base, tuned, later))


def with_retrieval(table: Table | None, tuned: Service) -> Service | None:
    """The fine-tune with the vector database of ``[hybrid]``; None without the table."""
    if table is None:
        return None
    per_query = Fraction(tuned.arm.per_query_usd) + table.number("usd_per_query")
    sent = Fraction(tuned.arm.dynamic_tokens) + table.number("context_tokens", 0)
    table.close()
    arm = tuned.arm._replace(per_query_usd=per_query, dynamic_tokens=sent)
    return Service(f"{tuned.name} + retrieval", arm)
