"""What would change a scenario's answer: price sweeps, stop prices, lengths."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from ftgate.economics.breakeven import Payback
from ftgate.economics.cashflow import Arm, caching_applies, call_cost, month_cost
from ftgate.economics.scenario import Scenario, Variant, build_scenario
from ftgate.economics.scenario_file import current_value, with_value
from ftgate.economics.scenario_services import Service
from ftgate.economics.thresholds import affine_root
from ftgate.model import Decision

Measure = Callable[[Scenario, Variant], Fraction]


def saving(scenario: Scenario, variant: Variant) -> Fraction:
    """Dollars saved in a steady month."""
    return scenario.steady_month(scenario.base) - scenario.steady_month(variant.service)


def net_at_limit(scenario: Scenario, variant: Variant) -> Fraction:
    """Net dollars at the payback limit: positive exactly when payback is strictly sooner."""
    flow = scenario.flow(variant)
    return flow._replace(horizon_months=10**6).cumulative(scenario.limit_months)


@dataclass(frozen=True, slots=True)
class SweepRow:
    """One value of the swept parameter: today's bill, and each variant's outcome."""

    value: str
    base_usd: Fraction
    outcomes: tuple[tuple[Variant, Fraction, Payback, Decision], ...]


def sweep(scenario: Scenario, path: str, values: list[Any]) -> list[SweepRow]:
    """Judge the scenario at each value of one of its numbers."""
    rows = []
    for value in values:
        changed = _at(scenario, {path: value})
        outcomes = tuple((each, saving(changed, each), *changed.judge(each))
                         for each in changed.variants)  # fmt: skip
        rows.append(SweepRow(str(value), changed.steady_month(changed.base), outcomes))
    return rows


@dataclass(frozen=True, slots=True)
class Stop:
    """Where fine-tuning stops paying while a price falls.

    ``answer`` is ``never`` (it pays even at $0), ``already`` (it does not pay at today's value) or
    ``at``; ``value`` is the exact root in the unit of the file, also where it is negative.
    """

    answer: str
    value: Fraction | None


def stop_value(
    scenario: Scenario, variant: Variant, paths: tuple[str, ...], measure: Measure
) -> Stop:
    """Root of ``measure`` while the numbers at ``paths`` are scaled together.

    One path is solved in its own unit; several share a factor that is 1 today.
    """
    now = [_number(scenario, path) for path in paths]
    index = scenario.variants.index(variant)
    alone = len(paths) == 1

    def at(value: Fraction) -> Fraction:
        changes = {p: value if alone else n * value for p, n in zip(paths, now, strict=True)}
        changed = _at(scenario, changes)
        return measure(changed, changed.variants[index])

    root = affine_root(at)  # every bill is affine in a price
    if root is None or root < 0:
        return Stop("never" if at(Fraction(0)) > 0 else "already", root)
    return Stop("already" if root >= (now[0] if alone else 1) else "at", root)


@dataclass(frozen=True, slots=True)
class Indifference:
    """Fine-tuning wins over the horizon when ``query x N + answer x L > dollars``."""

    query: Fraction
    answer: Fraction
    dollars: Fraction


def indifference(scenario: Scenario) -> Indifference | None:
    """The line on which fine-tune and prompt cost the same, in tokens of query and answer.

    None where caching makes the bill jump, or where longer texts do not favour the fine-tune.
    """

    def ahead(query: int, answer: int) -> Fraction:
        changed = _at(scenario, {"tokens.query": query, "tokens.answer": answer})
        return changed.over_horizon(changed.base) - changed.all_in(changed.planned)

    origin = ahead(0, 0)
    query, answer = ahead(1, 0) - origin, ahead(0, 1) - origin
    if query <= 0 or answer <= 0 or ahead(1, 1) != origin + query + answer:
        return None
    return Indifference(query, answer, -origin)


def padded(service: Service) -> Service | None:
    """The service with its prefix padded to the cache minimum; None when it is long enough."""
    cache = service.arm.cache
    if cache is None or caching_applies(service.arm) or not service.arm.input_mtok:
        return None
    return replace(service, arm=service.arm._replace(static_tokens=cache.min_tokens))


def best_prompt(scenario: Scenario, service: Service) -> Service:
    """The service, with its prefix padded where the padding costs less than it saves."""
    longer = padded(service)
    if longer is None or month(longer, scenario) >= month(service, scenario):
        return service
    return longer


def uncached(service: Service) -> Service:
    """The same service without prompt caching."""
    return replace(service, arm=service.arm._replace(cache=None))


def token_equivalents(arm: Arm, calls: Fraction) -> Fraction:
    """What the prompt of a call costs, as a number of tokens at the plain input price."""
    return call_cost(arm, calls).prompt / Fraction(arm.input_mtok) * 1_000_000


def month(service: Service, scenario: Scenario) -> Fraction:
    """Dollars of the first month."""
    return month_cost(service.arm, scenario.calls)


def _number(scenario: Scenario, path: str) -> Fraction:
    return Fraction(current_value(scenario.data, path, scenario.where))


def _at(scenario: Scenario, changes: dict[str, Any]) -> Scenario:
    data = scenario.data
    for path, value in changes.items():
        data = with_value(data, path, value, scenario.where)
    return build_scenario(data, scenario.where)
