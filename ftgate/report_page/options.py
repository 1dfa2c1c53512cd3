"""The ways of doing the work, each with its cost lines and their formulas.

The lines of an option add up to its total, which is that of
:class:`ftgate.economics.scenario.Scenario`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import NamedTuple

from ftgate.economics.amounts import (
    calls_text,
    count_text,
    number_text,
    percent_text,
    rate_text,
    total,
)
from ftgate.economics.cashflow import Arm, CallCost, caching_applies, call_cost, hit_ratio
from ftgate.economics.scenario import Scenario, Variant
from ftgate.economics.scenario_flips import best_prompt
from ftgate.economics.scenario_services import Service
from ftgate.report_page.names import per_million

YEAR = 12
_TOKENS = ("prompt", "query", "answer")


class Line(NamedTuple):
    """One item of a bill over some months: what, dollars, and how they come about."""

    item: str
    usd: Fraction
    formula: str


@dataclass(frozen=True, slots=True)
class Option:
    """One way of doing the work. ``variant`` is None for a prompt.

    ``year`` and ``lines`` are the bills of twelve months and of the horizon, item by item alike.
    """

    name: str
    kind: str
    service: Service
    variant: Variant | None
    year: tuple[Line, ...]
    lines: tuple[Line, ...]

    @property
    def year_usd(self) -> Fraction:
        """Dollars of the first twelve months, with what is paid before and between them."""
        return total(line.usd for line in self.year)

    @property
    def horizon_usd(self) -> Fraction:
        """Dollars of the horizon, with what is paid before and between its months."""
        return total(line.usd for line in self.lines)

    @property
    def year_tokens_usd(self) -> Fraction:
        """What the provider bills for the tokens of twelve months."""
        return total(line.usd for line in self.year if line.item in _TOKENS)


def options(scenario: Scenario) -> tuple[Option, ...]:
    """Today's model, the alternatives each in its cheapest form, and the fine-tune's plans."""
    found = [_option(scenario, scenario.base, "today")]
    for service in scenario.alternatives:
        best = best_prompt(scenario, service)
        found.append(_option(scenario, best, _how(best, service.arm)))
    for variant in scenario.variants:
        kind = "fine-tuned with retrieval" if variant.hybrid else "fine-tuned"
        if scenario.labelling_usd is not None:
            kind += ", labelled" if variant.labelled else ", examples given"
        found.append(_option(scenario, variant.service, kind, variant))
    return tuple(found)


def stopped(scenario: Scenario, plan: Option, rival: Option) -> Option | None:
    """The plan until its model stops, and the rival from then on; None where it lives on."""
    life, variant = scenario.life_months, plan.variant
    if variant is None or life is None or life >= scenario.horizon_months:
        return None
    service = replace(plan.service, lasts_months=life, successor=rival.service)
    lumps = {month: usd for month, usd in variant.retraining.items() if month <= life}
    kind = f"{plan.kind}, until it stops; then {rival.name}"
    return _option(scenario, service, kind, replace(variant, retraining=lumps))


def plain_year(scenario: Scenario, service: Service) -> Fraction:
    """What the provider bills for the tokens of twelve months of a service."""
    return _option(scenario, service, "").year_tokens_usd


def cumulative(scenario: Scenario, option: Option, months: int) -> list[Fraction]:
    """Dollars paid by the end of month 0, 1, ... ``months``, everything included."""
    variant = option.variant
    paid = variant.upfront if variant else option.service.upfront_usd
    lumps = variant.retraining if variant else {}
    found = [paid]
    for month, bill in enumerate(scenario.bills(option.service, months), start=1):
        paid += bill + lumps.get(month, 0)
        found.append(paid)
    return found


def _option(
    scenario: Scenario, service: Service, kind: str, variant: Variant | None = None
) -> Option:
    year = tuple(_lines(scenario, service, variant, YEAR))
    horizon = tuple(_lines(scenario, service, variant, scenario.horizon_months))
    kept = [index for index in range(len(year)) if year[index].usd or horizon[index].usd]
    return Option(
        service.name,
        kind,
        service,
        variant,
        tuple(year[index] for index in kept),
        tuple(horizon[index] for index in kept),
    )


def _how(service: Service, stated: Arm) -> str:
    arm, prompt = service.arm, "today's prompt"
    if service.own_prompt is not None:
        prompt = f"a prompt of {_tokens(service.own_prompt)}"
    if not caching_applies(arm):
        return prompt
    if arm.static_tokens != stated.static_tokens:
        return f"{prompt}, padded to {_tokens(Fraction(arm.static_tokens))} and cached"
    return f"{prompt}, cached"


def _lines(
    scenario: Scenario, service: Service, variant: Variant | None, months: int
) -> Iterator[Line]:
    arm = service.arm
    ahead, months = months, _own_months(service, months)
    calls = scenario.volume.until(Fraction(months))
    sums = _sums(scenario, arm, months)
    times = f"\u00d7 {calls_text(calls)}{_modifiers(arm)}"
    prompt, query = Fraction(arm.static_tokens), Fraction(arm.dynamic_tokens)
    answer = Fraction(arm.output_tokens) + Fraction(arm.reasoning_tokens)
    price = per_million(arm.input_mtok)
    yield Line(
        "prompt", sums.prompt, f"{_tokens(prompt)} \u00d7 {_prompt_price(scenario, arm)} {times}"
    )
    yield Line("query", sums.query, f"{_tokens(query)} \u00d7 {price} {times}")
    yield Line(
        "answer", sums.output, f"{_tokens(answer)} \u00d7 {per_million(arm.output_mtok)} {times}"
    )
    each = rate_text(Fraction(arm.per_query_usd))
    item = _per_call(scenario, service, variant)
    yield Line(item, sums.per_query, f"{calls_text(calls)} \u00d7 {each}")
    yield Line("review by people", sums.review, _review(scenario, arm, months))
    wrong = (
        f"{percent_text(Fraction(arm.failure_rate))} \u00d7 {rate_text(Fraction(arm.failure_usd))}"
    )
    yield Line("wrong answers", sums.failure, f"{calls_text(calls)} \u00d7 {wrong}")
    fixed = Fraction(arm.fixed_month_usd)
    yield Line(
        "hosting and upkeep",
        fixed * months,
        f"{months} months \u00d7 {rate_text(fixed)}",
    )
    replicas = [arm.replicas(scenario.volume.in_month(month)) for month in range(1, months + 1)]
    hosted = rate_text(Fraction(arm.replica_month_usd))
    yield Line(
        "hosting of replicas",
        sum(replicas) * Fraction(arm.replica_month_usd),
        f"{sum(replicas)} replica months \u00d7 {hosted}",
    )
    yield _succeeded(scenario, service, months, ahead)
    if variant is not None:
        yield from _once(scenario, variant, ahead)
    yield Line("before the first call", service.upfront_usd, "as stated")


def _own_months(service: Service, months: int) -> int:
    return months if service.lasts_months is None else min(months, service.lasts_months)


def _succeeded(scenario: Scenario, service: Service, own: int, months: int) -> Line:
    """The bills of the months after the model's end."""
    name = service.successor.name if service.successor else ""
    later = total(scenario.bills(service, months)[own:])
    return Line(f"after its end: {name}", later, f"months {own + 1} to {months}")


def _sums(scenario: Scenario, arm: Arm, months: int) -> CallCost:
    """Dollars of the months by item; equal months are computed once."""
    sums = [Fraction(0)] * len(CallCost._fields)
    volume = scenario.volume
    varying = months
    if volume.constant and arm.steady_from is not None:
        varying = min(months, arm.steady_from)
    for month in range(1, varying + 1):
        calls = volume.in_month(month)
        weight = calls * (months - varying + 1 if month == varying else 1)
        for index, usd in enumerate(call_cost(arm, calls, month)):
            sums[index] += weight * usd
    return CallCost(*sums)


def _once(scenario: Scenario, variant: Variant, months: int) -> Iterator[Line]:
    yield Line("training", scenario.training_usd, _training(scenario))
    labelling = (variant.labelled and scenario.labelling_usd) or Fraction(0)
    yield Line("labelling", labelling, _labelling(scenario))
    yield Line("engineering", scenario.engineering_usd, _engineering(scenario))
    again = [usd for month, usd in variant.retraining.items() if month <= months]
    every, relabel, other = scenario.retraining
    parts = ["training"]
    if relabel and labelling:
        parts.append(f"{percent_text(relabel)} of labelling")
    if other:
        parts.append(rate_text(other))
    formula = f"every {every} months, {len(again)} \u00d7 ({' + '.join(parts)})"
    yield Line("training again", total(again), formula)


def _tokens(count: Fraction) -> str:
    return f"{count_text(count)} tokens"


def _prompt_price(scenario: Scenario, arm: Arm) -> str:
    cache = arm.cache
    if cache is None or not caching_applies(arm):
        return per_million(arm.input_mtok)
    hit = hit_ratio(arm, scenario.calls)
    missed = per_million(arm.input_mtok)
    if cache.write_multiplier != 1:
        missed += f" \u00d7 {number_text(cache.write_multiplier)}"
    found = f"{percent_text(hit)} \u00d7 {per_million(cache.cached_mtok)}"
    return f"({found} + {percent_text(1 - hit)} \u00d7 {missed})"


def _modifiers(arm: Arm) -> str:
    text = ""
    if arm.batch_ratio:
        batch, discount = Fraction(arm.batch_ratio), Fraction(arm.batch_discount)
        text += f" \u00d7 (1 - {percent_text(batch)} \u00d7 {percent_text(discount)} in batches)"
    if arm.retry_ratio:
        text += f" \u00d7 (1 + {percent_text(Fraction(arm.retry_ratio))} made again)"
    if arm.decline_ratio:
        text += f", prices falling {percent_text(Fraction(arm.decline_ratio))} a month"
    return text


def _per_call(scenario: Scenario, service: Service, variant: Variant | None) -> str:
    waits = "latency" in scenario.data
    if not service.usd_per_query and (variant is None or not variant.hybrid):
        return "waiting"
    return "waiting and vector database" if waits else "vector database"


def _review(scenario: Scenario, arm: Arm, months: int) -> str:
    review = arm.review
    if review is None:
        return ""
    calls = scenario.volume.until(Fraction(months))
    cost, rate = rate_text(Fraction(review.cost_usd)), percent_text(Fraction(review.rate))
    first = min(months, review.initial_months)
    if review.initial_rate is None or not first:
        return f"{calls_text(calls)} \u00d7 {rate} \u00d7 {cost}"
    early = scenario.volume.until(Fraction(first))
    begin = percent_text(Fraction(review.initial_rate))
    later = f" + {count_text(calls - early)} \u00d7 {rate}" if months > first else ""
    return f"({count_text(early)} \u00d7 {begin}{later}) \u00d7 {cost}"


def _training(scenario: Scenario) -> str:
    data = scenario.data
    table, tuned, tokens = data["training"], data["tuned"], data["tokens"]
    call = sum(Fraction(tokens[key]) for key in ("tuned_system_prompt", "query", "answer"))
    each = Fraction(table.get("tokens_per_example", call))
    thousand = Fraction(tuned.get("training_per_1k", 0)) * 1000
    price = per_million(tuned.get("training_mtok", thousand))
    examples, epochs = Fraction(table["examples"]), Fraction(table["epochs"])
    return (
        f"{count_text(examples)} examples \u00d7 {_tokens(each)} \u00d7 {count_text(epochs)} epochs"
        f" \u00d7 {price}"
    )


def _labelling(scenario: Scenario) -> str:
    table = scenario.data.get("labelling")
    if table is None:
        return ""
    examples = count_text(Fraction(scenario.data["training"]["examples"]))
    minutes, wage = Fraction(table["minutes_per_example"]), Fraction(table["hourly_wage"])
    return f"{examples} examples \u00d7 {number_text(minutes)} min / 60 \u00d7 {rate_text(wage)}"


def _engineering(scenario: Scenario) -> str:
    table = scenario.data.get("engineering")
    if table is None:
        return ""
    wage = table.get("hourly_wage", scenario.data.get("labelling", {}).get("hourly_wage", 0))
    hours = Fraction(table.get("hours_upfront", 0))
    return f"{number_text(hours)} hours \u00d7 {rate_text(Fraction(wage))}"
