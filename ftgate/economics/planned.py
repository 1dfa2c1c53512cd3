"""A priced plan of a dataset as a scenario, so that whatever a scenario can do works on a dataset.

The options are those of :func:`ftgate.economics.compare.compare`, and every bill of the scenario is
the comparison's to the cent. What each number rests on travels along as a remark by key
(:mod:`ftgate.economics.planned_notes`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ftgate.economics.amounts import total
from ftgate.economics.candidates import Candidate
from ftgate.economics.cashflow import HOURS_PER_MONTH, MILLION, Arm
from ftgate.economics.compare import Contest
from ftgate.economics.options.people import engineering_wage
from ftgate.economics.planned_notes import remarks, sources
from ftgate.economics.scenario import Scenario, build_scenario
from ftgate.economics.scenario_file import MAX_MONTHS, exact
from ftgate.model import Goal, Measured, Price, Training
from ftgate.settings import Settings
from ftgate.settings_units import parse_months

Keys = dict[str, Any]

_MOSTLY = 0.5  # of the answers that teach facts, the share from which retrieval is the answer


@dataclass(frozen=True, slots=True)
class Plan:
    """The candidates of a comparison, and what they were priced from.

    ``name`` is the dataset's and ``where`` its configuration. ``prices`` has every price that was
    used, that of training included. ``teaches`` is what the plan says of the examples, ``goal``
    what they show.
    """

    name: str
    where: str
    settings: Settings
    measured: Measured
    training: Training
    today: date
    contest: Contest
    prices: tuple[Price, ...]
    teaches: str | None = None
    goal: Goal | None = None

    @property
    def base(self) -> Candidate:
        """Today's model with the full prompt."""
        return self.contest.prompted[0]

    @property
    def others(self) -> tuple[Candidate, ...]:
        """What else needs no training job."""
        return self.contest.prompted[1:]

    @property
    def tuned(self) -> Candidate:
        """The planned fine-tune."""
        return self.contest.tuned

    @property
    def hybrid(self) -> Candidate | None:
        """The fine-tune with retrieval, where the plan prices it."""
        return next((each for each in self.contest.beside if each.kind == "hybrid"), None)

    @property
    def query_tokens(self) -> int:
        """Tokens of user input per call, stated or measured."""
        stated = self.settings.usage.query_tokens
        return (self.measured.query_tokens or 0) if stated is None else stated


@dataclass(frozen=True, slots=True)
class Planned:
    """The scenario of a plan, what its numbers rest on by key and where that can be looked up.

    ``rival`` is the best alternative, counted as :func:`ftgate.economics.risk.risk` does: 0 is
    today's model, 1 the first alternative.
    """

    scenario: Scenario
    notes: Mapping[str, str]
    sources: tuple[str, ...]
    rival: int


def planned(plan: Plan) -> Planned:
    """The scenario of a plan.

    Raises:
        ConfigError: ``[risk]`` names what the plan does not have, or a range that cannot be drawn.
    """
    data = scenario_data(plan)
    rival = next((n for n, other in enumerate(plan.others, 1) if other is plan.contest.rival), 0)
    found = build_scenario(data, plan.where)
    return Planned(found, remarks(plan, data), sources(plan.prices), rival)


def scenario_data(plan: Plan) -> Keys:
    """What :func:`ftgate.economics.scenario.build_scenario` reads, from a plan."""
    settings, usage = plan.settings, plan.settings.usage
    limit = min(parse_months(settings.policy.max_break_even), Decimal(MAX_MONTHS))
    found: Keys = {
        "title": f"{plan.name}: fine-tune {plan.training.model}?",
        "queries_per_month": usage.requests_per_month,
        "horizon_months": usage.horizon_months,
        "limit_months": limit,
        "growth_ratio": exact(usage.growth_ratio) or None,
        "ramp": [exact(share) for share in usage.ramp] or None,
        "discount_rate": exact(usage.discount_rate),
        "min_probability": exact(settings.policy.min_probability),
        "goal": _goal(plan),
        "tokens": {
            "system_prompt": _prompt(plan, plan.base),
            "tuned_system_prompt": _prompt(plan, plan.tuned),
            "query": plan.query_tokens,
            "answer": plan.base.arm.output_tokens,
        },
        "base": {**_service(plan, plan.base), **_succession(plan, plan.base)},
        "tuned": _tuned(plan),
        "training": _training(plan),
        **_people(plan),
        "hybrid": plan.hybrid and _hybrid(plan, plan.hybrid),
        "alternative": [_other(plan, each) for each in plan.others],
        "shutdown": plan.tuned.usable_until
        and {"as_of": plan.today, "usable_until": plan.tuned.usable_until},
        "risk": exact(settings.risk) or None,
    }
    return {key: value for key, value in found.items() if value is not None}


def _goal(plan: Plan) -> Keys | None:
    """What the plan says that the examples teach, or else what was measured."""
    found = plan.goal
    volatile = found is not None and found.volatile_share > _MOSTLY
    kind = plan.teaches or (found.label if found else None)
    return None if kind is None else {"kind": kind, "volatile": volatile}


def _prompt(plan: Plan, candidate: Candidate) -> Fraction:
    """Tokens that are sent before the query."""
    arm = candidate.arm
    return Fraction(arm.static_tokens) + Fraction(arm.dynamic_tokens) - plan.query_tokens


def name_of(plan: Plan, candidate: Candidate) -> str:
    """The candidate's name, with the model's in the place of "today"; a fine-tune is its model."""
    if candidate is plan.tuned:
        return candidate.model
    if candidate.name.startswith("today"):
        return candidate.name.replace("today", candidate.model, 1)
    return candidate.name


def _service(plan: Plan, candidate: Candidate) -> Keys:
    """Prices, cache and life of a candidate; keys that would say nothing are left out."""
    arm = candidate.arm
    usual: Keys = {
        "reasoning_tokens": arm.reasoning_tokens,
        "price_decline_ratio": arm.decline_ratio,
        "batch_ratio": arm.batch_ratio,
        "batch_discount": arm.batch_ratio and arm.batch_discount,
        "retry_ratio": arm.retry_ratio,
        "usd_per_query": Fraction(arm.per_query_usd) - _waiting_usd(candidate),
        "replica_per_hour": Fraction(arm.replica_month_usd) / HOURS_PER_MONTH,
        "replica_calls": arm.replica_calls,
    }
    return {
        "model": name_of(plan, candidate),
        "input_mtok": arm.input_mtok,
        "output_mtok": arm.output_mtok,
        **{key: value for key, value in usual.items() if value},
        **_cache(arm, _prompt(plan, candidate)),
    }


def _cache(arm: Arm, prompt: Fraction) -> Keys:
    cache = arm.cache
    if cache is None:
        return {}
    found: Keys = {
        "cached_input_mtok": cache.cached_mtok,
        "cache_min_tokens": cache.min_tokens,
        "cache_ttl_minutes": cache.ttl_minutes,
        "cache_write_multiplier": cache.write_multiplier,
    }
    if cache.hit_ratio is not None:
        found["cache_hit_ratio"] = cache.hit_ratio
    if arm.static_tokens != prompt:
        found["cacheable_tokens"] = arm.static_tokens
    return found


def _tuned(plan: Plan) -> Keys:
    """The fine-tune: what a month costs beyond its calls is hosting, or engineering."""
    hosting = Fraction(plan.tuned.arm.fixed_month_usd) - _upkeep_usd(plan.settings)
    table = _service(plan, plan.tuned)
    if hosting:
        table["hosting_per_hour"] = hosting / HOURS_PER_MONTH
    return {**table, "training_mtok": _training_price(plan)}


def _other(plan: Plan, candidate: Candidate) -> Keys:
    """An alternative, with what sets it apart from today's model."""
    arm = candidate.arm
    table = {**_service(plan, candidate), **_succession(plan, candidate)}
    if not candidate.contends:
        table["shown_only"] = True
    if _prompt(plan, candidate) != _prompt(plan, plan.base):
        table["system_prompt"] = _prompt(plan, candidate)
    if arm.fixed_month_usd:
        table["hosting_per_hour"] = Fraction(arm.fixed_month_usd) / HOURS_PER_MONTH
    if candidate.upfront:
        table["upfront_usd"] = candidate.upfront_usd
    return table


def _succession(plan: Plan, candidate: Candidate) -> Keys:
    """Who answers after the end of a candidate's model."""
    if candidate.successor is None:
        return {}
    return {
        "lasts_months": candidate.own_months,
        "successor": _other(plan, candidate.successor._replace(contends=True)),
    }


def _hybrid(plan: Plan, hybrid: Candidate) -> Keys:
    """What retrieval adds to the fine-tune."""
    added = Fraction(hybrid.arm.per_query_usd) - Fraction(plan.tuned.arm.per_query_usd)
    more = _prompt(plan, hybrid) - _prompt(plan, plan.tuned)
    return {"usd_per_query": added, **({"context_tokens": more} if more else {})}


def _training_price(plan: Plan) -> Decimal:
    """Dollars per million tokens, 0 where training is not sold so."""
    ref = plan.training.price_ref
    return next((price.usd for price in plan.prices if ref and price.ref == ref), Decimal(0))


def _training(plan: Plan) -> Keys:
    """The job of the dear end of the range, as tokens of an example."""
    training, examples = plan.training, plan.measured.examples
    tokens, times = training.billable_high + training.band_tokens, examples * training.epochs_used
    table: Keys = {
        "examples": examples,
        "tokens_per_example": Fraction(tokens, times) if times else 0,
        "epochs": training.epochs_used,
    }
    usd = next(Fraction(line.usd) for line in plan.tuned.upfront if line.item == "training")
    priced = Fraction(_training_price(plan)) * tokens / MILLION
    return {**table, "minimum_usd": usd} if usd > priced else table


def _people(plan: Plan) -> Keys:
    """Wages, reviews, mistakes and waiting."""
    return {key: table for key, table in _tables(plan) if table}


def _tables(plan: Plan) -> Iterator[tuple[str, Keys]]:
    settings, base, tuned = plan.settings, plan.base.arm, plan.tuned.arm
    labelling, engineering = settings.labelling, settings.engineering
    if any(line.item == "labelling" for line in plan.tuned.upfront):
        minutes = labelling.minutes_per_example
        yield (
            "labelling",
            {"hourly_wage": labelling.hourly_wage, "minutes_per_example": minutes},
        )
    if engineering.hours_upfront or engineering.hours_per_month:
        yield (
            "engineering",
            {
                "hours_upfront": engineering.hours_upfront,
                "hours_per_month": engineering.hours_per_month,
                "hourly_wage": _wage(settings),
            },
        )
    again = settings.retraining
    if again.every_months:
        every, ratio = again.every_months, again.relabel_ratio
        yield "retraining", {"every_months": every, "relabel_ratio": ratio, "usd": again.usd}
    yield "review", _review(base, tuned)
    if base.failure_usd:
        rates = {"base_rate": base.failure_rate, "tuned_rate": tuned.failure_rate}
        yield "failures", {"cost": base.failure_usd, **rates}
    yield "latency", _latency(settings)


def _review(base: Arm, tuned: Arm) -> Keys:
    if base.review is None or tuned.review is None:
        return {}
    ours = tuned.review
    table = {"cost": base.review.cost_usd, "base_rate": base.review.rate, "tuned_rate": ours.rate}
    if ours.initial_rate is not None:
        table |= {"tuned_initial_rate": ours.initial_rate, "initial_months": ours.initial_months}
    return table


def _latency(settings: Settings) -> Keys:
    latency = settings.latency
    if not latency.usd_per_second:
        return {}
    stated = latency.seconds_tuned
    seconds = latency.seconds_today if stated is None else stated
    return {
        "usd_per_second": latency.usd_per_second,
        "base_seconds": latency.seconds_today,
        "tuned_seconds": seconds,
    }


def _waiting_usd(candidate: Candidate) -> Fraction:
    """What waiting for an answer costs a call: the scenario adds it by itself."""
    return total(Fraction(usd) for item, usd in candidate.per_call if item == "waiting")


def _wage(settings: Settings) -> Decimal:
    return engineering_wage(settings) or Decimal(0)


def _upkeep_usd(settings: Settings) -> Fraction:
    return Fraction(settings.engineering.hours_per_month) * Fraction(_wage(settings))
