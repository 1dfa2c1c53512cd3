"""Everything that a report says, computed: options, payback, what moves the answer, risk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, NamedTuple

from ftgate.economics.breakeven import Payback, payback
from ftgate.economics.risk import Risk, risk, sample
from ftgate.economics.scenario import Scenario, Variant, parse_scenario
from ftgate.economics.scenario_file import spelled, states
from ftgate.economics.scenario_flips import Indifference, indifference
from ftgate.economics.sensitivity import (
    Threshold,
    Tornado,
    at,
    thresholds,
    tornado,
)
from ftgate.economics.spreads import LIFE, assumed
from ftgate.model import Comparison, Decision
from ftgate.report_page.notes import notes
from ftgate.report_page.options import Option, options, stopped

# The prices of the tutorial's exercise: as stated, halved, a sixth; around them twice and a 30th.
_FACTORS = (Fraction(2), Fraction(1), Fraction(1, 2), Fraction(1, 6), Fraction(1, 30))

# Nobody assumes a range of these, but they decide wherever people check answers.
_OTHERS = ("review.tuned_initial_rate", "review.cost", "failures.cost")


class Swept(NamedTuple):
    """The plans at one value of a price: their payback and the decision on cost."""

    value: Fraction
    outcomes: tuple[tuple[Variant, Payback, Decision], ...]


class Flips(NamedTuple):
    """Where one number flips the answer: in time, and over the horizon."""

    in_time: Threshold
    over_horizon: Threshold


@dataclass(frozen=True, slots=True)
class Study:
    """A scenario with all its answers; money is exact.

    ``against_today`` is the planned fine-tune against today's model, as if the tuned model lived
    on; ``cut_short`` the same until its end of life, None without one. ``rival`` is the cheapest
    prompt over the horizon and ``against_rival`` the fine-tune against it, end of life included.
    ``living`` is the risk without the known end of life, None where none is known. ``against_best``
    is the risk against the rival, None where that is today's model. ``stopped`` is the plan with
    the rival after its end of life, None where that is not within the horizon. ``comparison`` is
    the gate's where the scenario was made from a dataset, ``sources`` who published its prices.
    """

    scenario: Scenario
    notes: Mapping[str, str]
    options: tuple[Option, ...]
    against_today: Payback
    cut_short: Payback | None
    rival: Option
    against_rival: Payback
    line: Indifference | None
    tornado: Tornado
    flips: tuple[Flips, ...]
    input_sweep: tuple[Swept, ...]
    both_sweep: tuple[Swept, ...]
    risk: Risk
    living: Risk | None
    against_best: Risk | None = None
    stopped: Option | None = None
    comparison: Comparison | None = None
    sources: tuple[str, ...] = ()

    @property
    def today(self) -> Option:
        """Today's model with today's prompt."""
        return self.options[0]

    @property
    def plan(self) -> Option:
        """The fine-tune with everything that the file says it costs."""
        planned = self.scenario.planned
        return next(each for each in self.options if each.variant == planned)

    @property
    def ours(self) -> Option:
        """The plan as it will be: with the rival after its end of life."""
        return self.stopped or self.plan

    @property
    def chance(self) -> Risk:
        """How likely the fine-tune beats the best alternative."""
        return self.against_best or self.risk

    @property
    def net_usd(self) -> Fraction:
        """What the plan earns over the horizon against today's model, its end of life included."""
        return (self.cut_short or self.against_today).net_usd


def study(text: str, where: str) -> Study:
    """Read a scenario file's text and answer everything about it; ``where`` names it in errors.

    Raises ConfigError for what is wrong in the file.
    """
    return study_of(parse_scenario(text, where), notes(text))


def study_of(
    scenario: Scenario,
    remarks: Mapping[str, str],
    comparison: Comparison | None = None,
    sources: tuple[str, ...] = (),
) -> Study:
    """Answer everything about a scenario; ``remarks`` say by key what its numbers rest on.

    Raises ConfigError where a range cannot be drawn.
    """
    found = options(scenario)
    prompts = [each for each in found if each.variant is None]
    rival = min((o for o in prompts if o.service.contends), key=lambda o: o.horizon_usd)
    planned, life = scenario.planned, scenario.life_months
    plan = next(each for each in found if each.variant == planned)
    bars, place, drawn = tornado(scenario), prompts.index(rival), sample(scenario)
    return Study(
        scenario=scenario,
        notes=remarks,
        options=found,
        against_today=payback(scenario.flow(planned)),
        cut_short=None if life is None else payback(scenario.flow(planned, life_months=life)),
        rival=rival,
        against_rival=payback(scenario.flow(planned, against=rival.service, life_months=life)),
        line=indifference(scenario),
        tornado=bars,
        flips=tuple(_flips(scenario, path) for path in _paths(scenario, bars)),
        input_sweep=_sweep(scenario, ("base.input",)),
        both_sweep=_sweep(scenario, ("base.input", "base.output")),
        risk=risk(scenario, drawn=drawn),
        living=None if life is None else risk(replace(scenario, life_months=None), drawn=drawn),
        against_best=risk(scenario, against=place, drawn=drawn) if place else None,
        stopped=stopped(scenario, plan, rival),
        comparison=comparison,
        sources=sources,
    )


def _paths(scenario: Scenario, bars: Tornado) -> list[str]:
    """What may flip the answer: the numbers with a range, stated or not, and what people cost."""
    usual = [spread.path for spread in assumed(scenario.data, scenario.where)]
    stated = [path for path in _OTHERS if states(scenario.data, path)]
    found = dict.fromkeys([*(bar.path for bar in bars.bars), *usual, *stated])
    return [path for path in found if path != LIFE]


def _flips(scenario: Scenario, path: str) -> Flips:
    return Flips(*thresholds(scenario, path))


def _sweep(scenario: Scenario, keys: tuple[str, ...]) -> tuple[Swept, ...]:
    """The plans at factors of today's prices; the value is the price of one key, or the factor."""
    paths = [spelled(scenario.data, key, scenario.where) for key in keys]
    now = [Fraction(_stated(scenario.data, path)) for path in paths]
    rows = []
    for factor in _FACTORS:
        changed = at(scenario, {p: n * factor for p, n in zip(paths, now, strict=True)})
        outcomes = tuple((each, *changed.judge(each)) for each in changed.variants)
        rows.append(Swept(now[0] * factor if len(keys) == 1 else factor, outcomes))
    return tuple(rows)


def _stated(data: Mapping[str, Any], path: str) -> Any:
    table, key = path.split(".")
    return data[table][key]
