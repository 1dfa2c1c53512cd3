"""A what-if in one TOML file: prices, tokens and volume typed in, no data set needed.

``sample_data/scenarios`` has commented examples. Prices are written per thousand (``input_per_1k``)
or per million tokens (``input_mtok``); tokens are per call; rates are 0-1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from ftgate.economics.breakeven import Flow, Payback, payback
from ftgate.economics.calendar import whole_months
from ftgate.economics.cashflow import (
    HOURS_PER_MONTH,
    MILLION,
    Arm,
    Cache,
    Review,
    labelling_usd,
    month_costs,
)
from ftgate.economics.scenario_file import Table, read_toml
from ftgate.economics.suitability import Suitability, suitability
from ftgate.model import Decision

MAX_HORIZON_MONTHS = 600


@dataclass(frozen=True, slots=True)
class Service:
    """A named arm: a model with the prompt that it is sent."""

    name: str
    arm: Arm


@dataclass(frozen=True, slots=True)
class Variant:
    """The fine-tune as one of four plans: alone or with retrieval, labelled or with given data."""

    service: Service
    labelled: bool
    upfront: Fraction


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario file, validated. ``data`` is its content, for sweeps and thresholds."""

    title: str
    where: str
    data: dict[str, Any]
    calls: Fraction
    horizon_months: int
    limit_months: Fraction
    base: Service
    tuned: Service
    hybrid: Service | None
    alternatives: tuple[Service, ...]
    training_usd: Fraction
    labelling_usd: Fraction | None
    suitability: Suitability
    life_months: int | None
    usable_until: date | None

    @property
    def variants(self) -> tuple[Variant, ...]:
        """Fine-tuned, then hybrid; first without labelling, then with it."""
        services = [self.tuned, *([self.hybrid] if self.hybrid else [])]
        plans = [
            Variant(service, labelled=False, upfront=self.training_usd) for service in services
        ]
        if self.labelling_usd is not None:
            paid = self.training_usd + self.labelling_usd
            plans += [Variant(service, labelled=True, upfront=paid) for service in services]
        return tuple(plans)

    @property
    def planned(self) -> Variant:
        """The fine-tune with everything that the file says it costs."""
        return [each for each in self.variants if each.service is self.tuned][-1]

    def flow(
        self, variant: Variant, against: Service | None = None, life_months: int | None = None
    ) -> Flow:
        """Cash flow of a variant against today's model, or against another service."""
        other = against or self.base

        def savings(months: int) -> list[Fraction]:
            dear = month_costs(other.arm, self.calls, months)
            cheap = month_costs(variant.service.arm, self.calls, months)
            return [a - b for a, b in zip(dear, cheap, strict=True)]

        return Flow(
            variant.upfront,
            savings,
            self.horizon_months,
            life_months,
            has_volume=self.calls > 0,
        )

    def decide(self, found: Payback) -> Decision:
        """``fine-tune`` strictly before the limit, ``hold`` when slower, ``prompt`` when never."""
        if found.sooner_than(self.limit_months):
            return "fine-tune"
        slow = found.durable is not None or found.status == "PAYS_BACK_AFTER_HORIZON"
        return "hold" if slow else "prompt"

    def judge(self, variant: Variant) -> tuple[Payback, Decision]:
        """Payback of a variant against today's model, and the decision on cost."""
        found = payback(self.flow(variant))
        return found, self.decide(found)

    def steady_month(self, service: Service) -> Fraction:
        """Dollars of a month once initial review is over."""
        return month_costs(service.arm, self.calls, max(1, service.arm.steady_from or 1))[-1]

    def over_horizon(self, service: Service) -> Fraction:
        """Dollars of all months of the horizon."""
        return sum(month_costs(service.arm, self.calls, self.horizon_months), Fraction(0))


def parse_scenario(text: str, where: str) -> Scenario:
    """Validate a scenario file's text; ``where`` names it in errors.

    Raises ConfigError for unknown, missing, negative or contradictory keys.
    """
    return build_scenario(read_toml(text, where), where)


def build_scenario(data: dict[str, Any], where: str) -> Scenario:
    """Validate a scenario's content; see :func:`parse_scenario`."""
    root = Table(data, "", where)
    calls = _calls(root)
    tokens = _Tokens.read(_required(root, "tokens"))
    base = _service(_required(root, "base"), tokens.prompt, tokens)
    tuned_table = _required(root, "tuned")
    training_mtok = tuned_table.price_mtok("training") or Fraction(0)
    tuned = _service(tuned_table, tokens.tuned_prompt, tokens)
    review = root.table("review")
    base, tuned = _reviewed(review, base, tuned)
    base, tuned = _failing(root.table("failures"), base, tuned)
    examples, training = _training(_required(root, "training"), tokens, training_mtok)
    alternatives = tuple(
        _like(base, _service(table, tokens.prompt, tokens)) for table in root.tables("alternative")
    )
    goal = root.table("goal")
    life, until = _life(root.table("shutdown"))
    scenario = Scenario(
        title=root.text("title", "scenario"),
        where=where,
        data=data,
        calls=calls,
        horizon_months=_positive(root, "horizon_months", 12),
        limit_months=root.number("limit_months", 6, maximum=MAX_HORIZON_MONTHS),
        base=base,
        tuned=tuned,
        hybrid=_hybrid(root.table("hybrid"), tuned),
        alternatives=alternatives,
        training_usd=training,
        labelling_usd=_labelling(root.table("labelling"), examples),
        suitability=_suitability(goal, examples),
        life_months=life,
        usable_until=until,
    )
    root.close()
    return scenario


@dataclass(frozen=True, slots=True)
class _Tokens:
    prompt: Fraction
    tuned_prompt: Fraction
    query: Fraction
    answer: Fraction

    @classmethod
    def read(cls, table: Table) -> _Tokens:
        tokens = cls(
            table.number("system_prompt"),
            table.number("tuned_system_prompt"),
            table.number("query"),
            table.number("answer"),
        )
        table.close()
        return tokens


def _required(root: Table, key: str) -> Table:
    table = root.table(key, required=True)
    assert table is not None  # noqa: S101 - required=True raises instead
    return table


def _calls(root: Table) -> Fraction:
    monthly, yearly = root.has("queries_per_month"), root.has("queries_per_year")
    if monthly == yearly:
        raise root.error("queries_per_month", "or queries_per_year is needed, and only one of them")
    return root.number("queries_per_month") if monthly else root.number("queries_per_year") / 12


def _positive(root: Table, key: str, default: int) -> int:
    value = root.whole(key, default, maximum=MAX_HORIZON_MONTHS)
    if not value:
        raise root.error(key, "is 0; the minimum is 1")
    return value


def _service(table: Table, prompt: Fraction, tokens: _Tokens) -> Service:
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
        retry_ratio=table.number("retry_ratio", 0),
        fixed_month_usd=table.number("hosting_per_hour", 0) * HOURS_PER_MONTH
        + table.number("maintenance_per_month", 0),
    )
    service = Service(table.text("model"), arm)
    table.close()
    return service


def _cache(table: Table) -> Cache | None:
    price = table.price_mtok("cached_input", required=False)
    minimum = table.whole("cache_min_tokens", 1024)
    minutes = table.whole("cache_ttl_minutes", 5)
    write = table.number("cache_write_multiplier", 1)
    stated = table.number("cache_hit_ratio", maximum=1) if table.has("cache_hit_ratio") else None
    return None if price is None else Cache(price, minimum, minutes, write, stated)


def _reviewed(table: Table | None, base: Service, tuned: Service) -> tuple[Service, Service]:
    if table is None:
        return base, tuned
    cost, rate = table.number("cost"), table.number("base_rate", maximum=1)
    tuned_rate = table.number("tuned_rate", maximum=1)
    initial = table.has("tuned_initial_rate")
    ours = Review(
        cost,
        tuned_rate,
        table.number("tuned_initial_rate", maximum=1) if initial else None,
        table.whole("initial_months", None if initial else 0, maximum=MAX_HORIZON_MONTHS),
    )
    table.close()
    return (
        replace(base, arm=base.arm._replace(review=Review(cost, rate))),
        replace(tuned, arm=tuned.arm._replace(review=ours)),
    )


def _failing(table: Table | None, base: Service, tuned: Service) -> tuple[Service, Service]:
    if table is None:
        return base, tuned
    cost = table.number("cost")
    rates = (table.number("base_rate", maximum=1), table.number("tuned_rate", maximum=1))
    table.close()
    failing = [
        replace(service, arm=service.arm._replace(failure_rate=rate, failure_usd=cost))
        for service, rate in zip((base, tuned), rates, strict=True)
    ]
    return failing[0], failing[1]


def _like(base: Service, other: Service) -> Service:
    """Another model with today's prompt: its answers need as much review as today's."""
    arm = other.arm._replace(
        review=base.arm.review,
        failure_rate=base.arm.failure_rate,
        failure_usd=base.arm.failure_usd,
    )
    return replace(other, arm=arm)


def _hybrid(table: Table | None, tuned: Service) -> Service | None:
    if table is None:
        return None
    arm = tuned.arm._replace(per_query_usd=table.number("usd_per_query"))
    table.close()
    return Service(f"{tuned.name} + retrieval", arm)


def _training(table: Table, tokens: _Tokens, price_mtok: Fraction) -> tuple[Fraction, Fraction]:
    """Number of examples and dollars of the job.

    Where the length of an example is left out, it is a call: short prompt, query and answer.
    """
    call = tokens.tuned_prompt + tokens.query + tokens.answer
    each = table.number("tokens_per_example") if table.has("tokens_per_example") else call
    examples, epochs = table.number("examples"), table.number("epochs")
    table.close()
    return examples, examples * each * epochs * price_mtok / MILLION


def _labelling(table: Table | None, examples: Fraction) -> Fraction | None:
    if table is None:
        return None
    minutes, wage = table.number("minutes_per_example"), table.number("hourly_wage")
    table.close()
    return labelling_usd(examples, minutes, wage)


def _suitability(table: Table | None, examples: Fraction) -> Suitability:
    if table is None:
        return suitability("other", int(examples))
    found = suitability(table.text("kind"), int(examples), volatile=table.flag("volatile"))
    table.close()
    return found


def _life(table: Table | None) -> tuple[int | None, date | None]:
    """Whole months of the tuned model's life, and its last date if dates are given."""
    if table is None:
        return None, None
    until = None
    if table.has("usable_until_months"):
        life = table.whole("usable_until_months")
    else:
        until = table.day("usable_until")
        life = whole_months(table.day("as_of"), until)
    table.close()
    return life, until
