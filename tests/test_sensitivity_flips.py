"""Where an answer flips: grids, straight lines and bisection on functions that are known."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from ftgate.economics.heatmap import MAX_STEPS, heat, parse_axis
from ftgate.economics.scenario import Scenario, build_scenario
from ftgate.economics.sensitivity import (
    OVER_HORIZON,
    Flip,
    Goal,
    _flip,
    _grid,
    _straight,
    at,
    outcome,
    threshold,
    thresholds,
    tornado,
)
from ftgate.economics.spreads import LIFE, SEED, Spread
from ftgate.errors import UsageError
from tests.test_scenario_keys import SMALL, made

HALF, ONE, TWO = Fraction(1, 2), Fraction(1), Fraction(2)
Test = Callable[[Fraction], bool]


def bent(value: Fraction) -> Fraction:
    return value * value


def flip(pays: Test, margin: Callable[[Fraction], Fraction], low: int = 0, high: int = 1) -> Flip:
    return _flip(pays, margin, Fraction(low), Fraction(high), whole=False)


# -- one flip between two values ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pays", "margin", "low", "high", "expected"),
    [
        (lambda x: x > 1, lambda x: 3 * x - 3, 0, 3, Flip(ONE, True, True)),
        (lambda x: x < 1, lambda x: 3 - 3 * x, 0, 3, Flip(ONE, False, True)),
        (lambda x: x > 0, lambda x: x, 0, 1, Flip(Fraction(0), True, True)),
        (lambda x: x < 1, lambda x: 1 - x, 0, 1, Flip(ONE, False, True)),
    ],
)
def test_the_root_of_a_straight_margin_is_exact(
    pays: Test, margin: Any, low: int, high: int, expected: Flip
) -> None:
    assert flip(pays, margin, low, high) == expected


@pytest.mark.parametrize("margin", [lambda x: x - HALF, lambda x: x + 9, lambda x: HALF, bent])
@pytest.mark.parametrize("edge", [Fraction(1, 3), Fraction(3, 4)])
def test_where_the_root_is_no_flip_the_test_is_bisected(margin: Any, edge: Fraction) -> None:
    rising, falling = flip(lambda x: x >= edge, margin), flip(lambda x: x < edge, margin)
    for found, above in ((rising, True), (falling, False)):
        assert (found.pays_above, found.exact) == (above, False)
        assert abs(found.value - edge) <= Fraction(1, 10**12)
    assert rising.value >= edge > falling.value  # on the side where it pays


def test_bisection_ends_with_the_twelfth_digit() -> None:
    """2^-41 is the first power of 1/2 below 0.7 x 1e-12; one question is about the end."""
    asked: list[Fraction] = []

    def pays(value: Fraction) -> bool:
        asked.append(value)
        return value >= Fraction(7, 10)

    flip(pays, bent)
    assert len(asked) == 1 + 41


@pytest.mark.parametrize(("rises", "value"), [(True, 7), (False, 6)])
def test_whole_numbers_flip_at_the_one_that_pays(rises: bool, value: int) -> None:
    found = _flip(lambda x: (x >= 7) == rises, bent, Fraction(6), Fraction(7), whole=True)
    assert found == Flip(Fraction(value), rises, True)


def test_a_line_is_straight_where_its_sign_is_the_answer() -> None:
    points = [TWO, Fraction(0), HALF, ONE]
    assert _straight(lambda x: x > 1, lambda x: x - 1, points)
    assert not _straight(lambda x: x >= 1, lambda x: x - 1, points)
    assert not _straight(lambda x: bent(x) > 1, lambda x: bent(x) - 1, points)


# -- the grid -------------------------------------------------------------------------------------


def cached(**changes: Any) -> Scenario:
    return made(
        ("base.cached_input_mtok", 1), ("base.cache_min_tokens", 1024),
        ("tuned.cached_input_mtok", 1), ("tuned.cache_min_tokens", 2000),
        *((key.replace("__", "."), value) for key, value in changes.items()),
    )  # fmt: skip


def test_a_grid_has_even_steps_small_factors_and_the_value_itself() -> None:
    now = Fraction("0.777")
    points = _grid(made(), "base.input", Fraction(10), Fraction(74), 10 + now)
    assert points == sorted(points)
    assert set(points) >= {Fraction(value) for value in range(10, 75)} | {10 + now}
    factors = [float(point - 10) for point in points if point - 10 < 1][1:]
    # 64 of a millionth and more, each 10^(6/64) times the one before.
    assert factors[0] == pytest.approx(64 * 10 ** (-6 * 63 / 64), rel=1e-4)
    assert len(points) == 65 + 63 + 1
    assert points[-1] == 74


def test_a_grid_of_prompt_lengths_has_both_sides_of_where_caching_begins() -> None:
    low, high = Fraction(0), Fraction(10_007)
    for path, start in (("tokens.system_prompt", 1024), ("tokens.tuned_system_prompt", 2000)):
        assert {start - 1, start} <= set(_grid(cached(), path, low, high, Fraction(1)))
        assert start not in _grid(made(), path, low, high, Fraction(1))
    assert 1024 not in _grid(cached(), "tokens.query", low, high, Fraction(1))
    assert max(_grid(cached(), "tokens.system_prompt", low, Fraction(9), ONE)) == 9


def test_whole_numbers_are_all_looked_at() -> None:
    points = _grid(made(), "horizon_months", Fraction(3, 2), Fraction(9, 2), TWO)
    assert points == [2, 3, 4]


@pytest.mark.parametrize(
    ("path", "now", "low", "high"),
    [
        ("queries_per_month", 5000, 0, 5_000_000),
        ("base.input_mtok", Decimal("0.5"), 0, 1000),
        ("base.retry_ratio", Decimal("0.5"), 0, 1),
        ("retraining.every_months", 6, 1, 60),
        ("retraining.every_months", 20, 1, 80),
    ],
)
def test_the_usual_span_of_a_number(path: str, now: Any, low: int, high: int) -> None:
    around = [("retraining", {"every_months": 1})] if "retraining" in path else []
    scenario = made(*around, (path, now))
    found = threshold(scenario, path)
    assert (found.now, found.low, found.high) == (now, low, high)
    narrow = threshold(scenario, path, OVER_HORIZON, 1, 3)
    assert (narrow.low, narrow.high, narrow.goal) == (1, 3, "net benefit over the horizon")


def test_a_straight_line_is_looked_at_in_a_few_places() -> None:
    """Seven of 129 points of the grid, the last one, and the value as it is stated."""
    asked: set[Fraction] = set()

    def pays(scenario: Scenario, flow: Any) -> bool:
        asked.add(scenario.calls)
        return scenario.calls > 1000

    goal = Goal("many calls", pays, lambda scenario, flow: scenario.calls - 1000)
    found = threshold(made(("queries_per_month", 999)), "queries_per_month", goal)
    assert (found.answer, found.flip) == ("at", Flip(Fraction(1000), True, True))
    assert len(asked) == 7 + 2 + 2  # and both sides of the root


def test_the_nearest_flip_is_named_and_all_are_listed() -> None:
    def between(scenario: Scenario, flow: Any) -> bool:
        return 100_000 < scenario.calls < 600_000

    goal = Goal("between", between, lambda scenario, flow: bent(scenario.calls))
    found = threshold(made(), "queries_per_month", goal)
    assert [each.pays_above for each in found.flips] == [True, False]
    assert found.flip == found.flips[0]
    assert (found.answer, found.monotone) == ("at", False)
    inside = threshold(made(("queries_per_month", 500_000)), "queries_per_month", goal)
    assert (inside.answer, inside.flip) == ("already", inside.flips[1])
    never = threshold(made(), "queries_per_month", goal, 0, 9)
    assert (never.answer, never.flip, never.flips, never.monotone) == ("never", None, (), True)
    names = [each.goal for each in thresholds(made(), "queries_per_month")]
    assert names == ["durable payback before the limit", "net benefit over the horizon"]


def test_an_advantage_of_nothing_is_none() -> None:
    """Both models cost the same and the job nothing: the net is 0 at every volume."""
    tie = made(
        ("tuned", {**SMALL["base"], "training_mtok": 0}), ("tokens.tuned_system_prompt", 800)
    )
    assert outcome(tie).net_usd == 0
    assert threshold(tie, "queries_per_month", OVER_HORIZON).answer == "never"


# -- values in the place of others ----------------------------------------------------------------


def test_the_life_of_the_model_is_a_number_among_the_others() -> None:
    scenario = made(("shutdown", {"usable_until_months": 5}))
    assert at(scenario, {LIFE: Fraction(7, 2)}).life_months == 3
    assert at(scenario, {LIFE: 2, "queries_per_month": 5}).life_months == 2
    assert at(scenario, {"queries_per_month": 5}).life_months is None
    assert at(scenario, {}).life_months is None
    assert at(scenario, {LIFE: 2}).calls == 1000


def test_bars_are_as_wide_as_the_net_moves_and_ties_are_in_order() -> None:
    """A call saves $0.01092: 1,000 of them, 12 months, $131.04; half and double as many."""
    scenario = made(("tokens.query", 0), ("tokens.answer", 0), ("training.examples", 50))
    ranges = {"queries_per_month": (500, 2000), "tokens.query": (0, 0), "tokens.answer": (0, 0)}
    found = tornado(scenario, ranges)
    saved = 1000 * 12 * (Fraction(800 * 10, 10**6) - Fraction(50 * 2, 10**6))
    assert found.base.net_usd == saved
    assert [(bar.path, bar.swing_usd) for bar in found.bars] == [
        ("queries_per_month", saved * 3 / 2), ("tokens.answer", 0), ("tokens.query", 0),
    ]  # fmt: skip
    assert (found.bars[0].low, found.bars[0].high) == (500, 2000)
    assert found.assumed
    stated = made(("risk", {"queries_per_month": {"median": 1000, "p90": 2000}}))
    bars = tornado(stated)
    assert not bars.assumed
    assert [(bar.path, bar.low, bar.high) for bar in bars.bars] == [
        ("queries_per_month", 500, 2000)
    ]


@pytest.mark.parametrize(
    ("shape", "numbers", "ends", "text"),
    [
        (("median", "p90"), (10, 30), (Fraction(10, 3), 30), "lognormal, median 10, P90 30"),
        (("low", "mode", "high"), (1, 2, 5), (1, 5), "PERT 1 / 2 / 5"),
        (("chance",), (HALF,), (0, 7), "7 with a chance of 50%"),
        (("mean",), (20,), (3, 47), "ends at random after 20 months on average"),
    ],
)
def test_a_range_has_two_ends_and_words(
    shape: tuple[str, ...], numbers: Any, ends: Any, text: str
) -> None:
    """A life of 20 months: 1 + floor(20 x 0.105) and 1 + floor(20 x 2.303)."""
    spread = Spread("x", shape, tuple(map(Fraction, numbers)), Fraction(7))
    assert (spread.ends(), spread.text()) == (ends, text)
    assert Spread("x", shape, ()).stated == 0


def test_draws_of_a_number_begin_at_its_own_seed() -> None:
    spread = Spread("x", ("chance",), (HALF,), Fraction(7))
    first, again = spread.draw(200, SEED), spread.draw(200, SEED)
    assert set(first) == {0, 7}
    assert list(first) == list(again) != list(spread.draw(200, SEED + 1))
    assert list(first) != list(spread._replace(path="y").draw(200, SEED))


# -- heat maps ------------------------------------------------------------------------------------


def test_an_axis_has_even_steps_with_both_ends() -> None:
    assert parse_axis(" a.b = -1:1_000:2 ".replace(" = ", "=")) == ("a.b", (-1, 1000))
    assert parse_axis("x=0:1:5").values == (0, Fraction(1, 4), HALF, Fraction(3, 4), 1)
    assert len(parse_axis(f"x=0:1:{MAX_STEPS}").values) == 20
    for text in ("x=0:1:21", "x=0:1:1", "x=1:1:2", "x=2:1:3"):
        with pytest.raises(UsageError, match="needs FROM < TO and 2 to 20 steps"):
            parse_axis(text)
    for text in ("x", "x=1:2", "x=1:2:3:4"):
        with pytest.raises(UsageError, match="is not KEY=FROM:TO:STEPS"):
            parse_axis(text)


def test_a_heat_map_has_a_row_for_each_value_of_y() -> None:
    scenario = build_scenario({**SMALL}, "s.toml")
    found = heat(scenario, parse_axis("base.input=1:2:2"), parse_axis(f"{LIFE}=1:3:3"))
    assert (found.x.path, found.y.path) == ("base.input_mtok", LIFE)
    assert [[cell == outcome(scenario, {"base.input": x, LIFE: y}) for x, cell in
             zip((1, 2), row, strict=True)] for y, row in zip((1, 2, 3), found.rows, strict=True)
            ] == [[True] * 2] * 3  # fmt: skip
