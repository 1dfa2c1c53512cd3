"""What each number of a scenario does to its answer: tornado and thresholds.

Everything is about :attr:`Scenario.planned`, the fine-tune with all its costs, against today's
model. The end of the tuned model's life is one number among the others here
(``model_life_months``): the rest is judged as if the model lived on, like the table above it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import pairwise
from math import ceil, floor
from typing import Any, NamedTuple

from ftgate.economics.breakeven import Flow, crossings, payback
from ftgate.economics.scenario import Scenario, build_scenario
from ftgate.economics.scenario_file import current_value, spelled, with_value
from ftgate.economics.spreads import LIFE, assumed, is_whole
from ftgate.economics.thresholds import affine_root
from ftgate.errors import ConfigError
from ftgate.model import Decision

Ranges = Mapping[str, tuple[Any, Any]]
_GRID = 64
# Bisection ends when a flip is known to this share of the value: nine digits are printed.
_PRECISE = Fraction(1, 10**12)


def at(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """The scenario with other values at some paths, ``model_life_months`` among them.

    Raises ConfigError for a path that the file does not have, or a value that it could not have.
    """
    life = int(changes[LIFE]) if LIFE in changes else None
    data = {key: table for key, table in scenario.data.items() if key != "risk"}
    for path, value in changes.items():
        if path != LIFE:
            data = with_value(data, path, value, scenario.where)
    if not changes.keys() - {LIFE}:
        return replace(scenario, life_months=life)
    changed = build_scenario(data, scenario.where)  # [risk] is read once, and does not change
    return replace(changed, life_months=life, uncertainty=scenario.uncertainty)


def planned_flow(scenario: Scenario) -> Flow:
    """The planned fine-tune against today's model, until its end of life."""
    return scenario.flow(scenario.planned, life_months=scenario.life_months)


class Outcome(NamedTuple):
    """One answer: net dollars at the horizon, durable payback, status and decision on cost."""

    net_usd: Fraction
    months: Fraction | None
    status: str
    decision: Decision


def outcome(scenario: Scenario, changes: Mapping[str, Any] | None = None) -> Outcome:
    """How the planned fine-tune ends with these values; see :func:`at`."""
    changed = at(scenario, changes or {})
    found = payback(planned_flow(changed))
    return Outcome(found.net_usd, found.durable, found.status, changed.decide(found))


class Bar(NamedTuple):
    """One number of the scenario at its low and at its high end, everything else as stated."""

    path: str
    low: Fraction
    high: Fraction
    at_low: Outcome
    at_high: Outcome

    @property
    def swing_usd(self) -> Fraction:
        """How far the net benefit moves."""
        return abs(self.at_high.net_usd - self.at_low.net_usd)


@dataclass(frozen=True, slots=True)
class Tornado:
    """Every bar, the widest first, around the outcome as stated.

    ``assumed`` says that the file has no ``[risk]`` and the ends are assumptions.
    """

    base: Outcome
    bars: tuple[Bar, ...]
    assumed: bool


def tornado(scenario: Scenario, ranges: Ranges | None = None) -> Tornado:
    """Move one number at a time from its low to its high end.

    ``ranges`` is by path; without it they are the ends of the ranges in ``[risk]`` (P10 and P90 of
    what is unbounded), and without those of :func:`ftgate.economics.spreads.assumed`.
    """
    spreads = scenario.uncertainty.spreads
    if ranges is None:
        found = spreads or assumed(scenario.data, scenario.where)
        ranges = {spread.path: spread.ends() for spread in found}
    bars = [
        Bar(
            path,
            Fraction(low),
            Fraction(high),
            outcome(scenario, {path: low}),
            outcome(scenario, {path: high}),
        )
        for path, (low, high) in ranges.items()
    ]
    bars.sort(key=lambda bar: (-bar.swing_usd, bar.path))
    return Tornado(outcome(scenario), tuple(bars), assumed=not spreads)


class Goal(NamedTuple):
    """What "pays" means: a test, and a margin in dollars that is positive where it holds.

    The margin gives exact flips where it is a straight line; the test decides.
    """

    name: str
    pays: Callable[[Scenario, Flow], bool]
    margin: Callable[[Scenario, Flow], Fraction]


def _in_time(scenario: Scenario, flow: Flow) -> bool:
    durable = crossings(flow.upfront, flow.months(flow.window_months))[1]
    return flow.has_volume and durable is not None and durable < scenario.limit_months


def _margin_in_time(scenario: Scenario, flow: Flow) -> Fraction:
    return flow._replace(horizon_months=10**6).cumulative(scenario.limit_months)


def _net(scenario: Scenario, flow: Flow) -> Fraction:
    del scenario
    return flow.cumulative(flow.horizon_months)


IN_TIME = Goal("durable payback before the limit", _in_time, _margin_in_time)


def _wins(scenario: Scenario, flow: Flow) -> bool:
    return _net(scenario, flow) > 0


OVER_HORIZON = Goal("net benefit over the horizon", _wins, _net)


class Flip(NamedTuple):
    """A value at which the answer changes; ``pays_above`` says on which side it pays.

    ``exact`` is a root in closed form or a whole number, else it was bisected to twelve digits.
    """

    value: Fraction
    pays_above: bool
    exact: bool


@dataclass(frozen=True, slots=True)
class Threshold:
    """Where fine-tuning pays as one number moves from ``low`` to ``high``.

    ``answer`` is ``already`` (it pays at the stated value), ``never`` (nowhere in the range) or
    ``at`` (from ``flip`` on, the one nearest to the stated value). ``flip`` of ``already`` is where
    it would stop; None: nowhere in the range. ``flips`` are all: more than one where caching starts
    at a length of prompt, or a saving comes and goes.
    """

    path: str
    goal: str
    answer: str
    now: Fraction
    low: Fraction
    high: Fraction
    flip: Flip | None
    flips: tuple[Flip, ...]

    @property
    def monotone(self) -> bool:
        """Whether one flip at most was seen."""
        return len(self.flips) <= 1


def threshold(
    scenario: Scenario,
    path: str,
    goal: Goal = IN_TIME,
    low: Any = None,
    high: Any = None,
) -> Threshold:
    """The flips of one number for one goal; see :func:`thresholds`."""
    return thresholds(scenario, path, (goal,), low, high)[0]


def thresholds(
    scenario: Scenario,
    path: str,
    goals: Sequence[Goal] = (IN_TIME, OVER_HORIZON),
    low: Any = None,
    high: Any = None,
) -> list[Threshold]:
    """The flips of one number of the file, from ``low`` (0) to ``high`` (1 for a rate, else 1,000
    times the stated value; 60 and more for whole months).

    Where the margin is one straight line and agrees with the test, its root is the flip. Else a
    grid is scanned, with the lengths of prompt at which caching begins between its points; in every
    interval whose ends differ, the margin's exact root is taken where it is a straight line there,
    else the test is bisected. Two flips between two points of the grid go unseen.

    Raises:
        ConfigError: the file has no such number, or could not have one of the values.
    """
    path = spelled(scenario.data, path, scenario.where)
    now = Fraction(current_value(scenario.data, path, scenario.where))
    bottom, top = _bounds(path, now, low, high)
    if not bottom < top:
        raise ConfigError(f"a threshold needs low < high, not {float(bottom)} and {float(top)}")

    @cache  # both goals, and both of their questions, look at the same values
    def made(value: Fraction) -> tuple[Scenario, Flow]:
        changed = at(scenario, {path: value})
        return changed, planned_flow(changed)

    return [_threshold(scenario, path, goal, made, (bottom, top, now)) for goal in goals]


def _threshold(
    scenario: Scenario,
    path: str,
    goal: Goal,
    made: Callable[[Fraction], tuple[Scenario, Flow]],
    span: tuple[Fraction, Fraction, Fraction],
) -> Threshold:
    bottom, top, now = span

    @cache
    def pays(value: Fraction) -> bool:
        return goal.pays(*made(value))

    @cache
    def margin(value: Fraction) -> Fraction:
        return goal.margin(*made(value))

    grid, whole = _grid(scenario, path, bottom, top, now), is_whole(path)
    probes = {*grid[:: max(1, len(grid) // 6)], bottom, top, now}
    if not whole and _straight(pays, margin, [*probes]):
        grid = [bottom, top]
    flips = tuple(
        _flip(pays, margin, below, above, whole=whole)
        for below, above in pairwise(grid)
        if pays(below) != pays(above)
    )
    nearest = min(flips, key=lambda flip: abs(flip.value - now), default=None)
    answer = "already" if pays(now) else "at" if nearest else "never"
    return Threshold(path, goal.name, answer, now, bottom, top, nearest, flips)


def _bounds(path: str, now: Fraction, low: Any, high: Any) -> tuple[Fraction, Fraction]:
    if is_whole(path):
        bottom, top = Fraction(1), max(4 * now, Fraction(60))
    elif path.endswith(("_rate", "_ratio")):
        bottom, top = Fraction(0), Fraction(1)
    else:
        bottom, top = Fraction(0), 1000 * max(now, Fraction(1))
    return bottom if low is None else Fraction(low), top if high is None else Fraction(high)


def _straight(
    pays: Callable[[Fraction], bool],
    margin: Callable[[Fraction], Fraction],
    points: Sequence[Fraction],
) -> bool:
    """Whether the margin is one line through all points, and its sign what the test says there."""
    ordered = sorted(points)
    first, last = ordered[0], ordered[-1]
    slope = (margin(last) - margin(first)) / (last - first)
    return all(
        margin(point) == margin(first) + slope * (point - first)
        and pays(point) == (margin(point) > 0)
        for point in ordered
    )


def _cliffs(scenario: Scenario, path: str) -> list[Fraction]:
    """Prompt lengths at which a cache of the plan or of today's model begins."""
    lengths = {"tokens.system_prompt": scenario.base, "tokens.tuned_system_prompt": scenario.tuned}
    service = lengths.get(path)
    if service is None or service.arm.cache is None:
        return []
    start = Fraction(service.arm.cache.min_tokens)
    return [start - 1, start]


def _grid(
    scenario: Scenario, path: str, low: Fraction, high: Fraction, now: Fraction
) -> list[Fraction]:
    """Points from ``low`` to ``high``: even steps, and even factors of a millionth of the span."""
    if is_whole(path):
        return [Fraction(value) for value in range(ceil(low), floor(high) + 1)]
    span = high - low
    even = (low + span * step / _GRID for step in range(_GRID + 1))
    factors = (low + span * _short(10 ** (-6 * step / _GRID)) for step in range(1, _GRID))
    points = {*even, *factors, now, *_cliffs(scenario, path)}
    return sorted(value for value in points if low <= value <= high)


def _short(value: float) -> Fraction:
    return Fraction(Decimal(f"{value:.9f}"))


def _flip(
    pays: Callable[[Fraction], bool],
    margin: Callable[[Fraction], Fraction],
    low: Fraction,
    high: Fraction,
    *,
    whole: bool,
) -> Flip:
    """The flip between two neighbours, one of which pays."""
    rises = pays(high)
    if whole:
        return Flip(high if rises else low, rises, exact=True)
    span = high - low
    try:
        share = affine_root(lambda part: margin(low + span * part))
    except ValueError:
        share = None
    if share is not None and 0 <= share <= 1:
        value = low + span * share
        step = span * _PRECISE
        if pays(min(value + step, high)) == rises and pays(max(value - step, low)) != rises:
            return Flip(value, rises, exact=True)
    while high - low > _PRECISE * max(abs(high), _PRECISE):
        middle = (low + high) / 2
        if pays(middle) == rises:
            high = middle
        else:
            low = middle
    return Flip(high if rises else low, rises, exact=False)
