"""How uncertain the numbers of a scenario are: its ``[risk]`` table, or what is assumed without.

``[risk]`` repeats a key of the file with a range instead of a value::

    [risk]
    queries_per_month = { median = 10_000, p90 = 30_000 }
    base.input_per_1k = { low = 0.005, mode = 0.03, high = 0.03 }
    retraining.every_months = { chance = 0.3 }
    model_life_months = { mean = 10 }

Shapes of a range:

``{ median, p90 }``
    Lognormal: what is multiplied, not added, such as volume. sigma = ln(p90 / median) / z, with z
    the 90% quantile of the standard normal distribution, 1.2816.
``{ low, mode, high }``
    PERT (Malcolm, Roseboom, Clark, Fazar 1959; as a beta distribution: Vose 2008), low + (high -
    low) x Beta(1 + 4 (mode - low) / (high - low), 1 + 4 (high - mode) / (high - low)).
``{ chance }``
    The stated value with this probability, else 0.
``{ mean }``
    Only ``model_life_months``: the model stops at a constant rate, min(known life, 1 +
    floor(Exp(mean))) whole months.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator, Mapping
from fractions import Fraction
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, NamedTuple

from ftgate.economics.amounts import count_text, exact_text, percent_text
from ftgate.economics.scenario_file import Table, current_value, spelled, states

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LIFE = "model_life_months"
DRAWS, SEED = 20_000, 20261122
MAX_DRAWS = 1_000_000
_Z90 = NormalDist().inv_cdf(0.9)
_WHOLE = (
    *("every_months", "horizon_months", "initial_months", "usable_until_months", "lasts_months"),
    *("cache_min_tokens", "cache_ttl_minutes"),
)
_SHAPES = (("median", "p90"), ("low", "mode", "high"), ("chance",), ("mean",))


def is_whole(path: str) -> bool:
    """Whether the number at a path can only be whole."""
    return path.rpartition(".")[2] in _WHOLE


class Spread(NamedTuple):
    """The range of one number: its path as the file spells it, a shape and the shape's numbers.

    ``stated`` is the value in the file, 0 for the model's life.
    """

    path: str
    shape: tuple[str, ...]
    numbers: tuple[Fraction, ...]
    stated: Fraction = Fraction(0)

    def ends(self) -> tuple[Fraction, Fraction]:
        """Low and high end: P10 and P90 of what is unbounded, else the bounds."""
        first, last = self.numbers[0], self.numbers[-1]
        if self.shape == ("median", "p90"):
            return first * first / last, last
        if self.shape == ("chance",):
            return Fraction(0), self.stated
        if self.shape == ("mean",):
            return _life(first, 0.1), _life(first, 0.9)
        return first, last

    def text(self) -> str:
        """The distribution in words."""
        if self.shape == ("median", "p90"):
            return "lognormal, median {}, P90 {}".format(*map(exact_text, self.numbers))
        if self.shape == ("chance",):
            return f"{exact_text(self.stated)} with a chance of {percent_text(self.numbers[0])}"
        if self.shape == ("mean",):
            return f"ends at random after {count_text(self.numbers[0])} months on average"
        return "PERT {} / {} / {}".format(*map(exact_text, self.numbers))

    def draw(self, count: int, seed: int) -> NDArray[np.float64]:
        """``count`` values from a generator of this number's own.

        A range more in the file leaves the draws of the others as they were.
        """
        import numpy as np

        generator = np.random.default_rng([seed, zlib.crc32(self.path.encode())])
        numbers = [float(number) for number in self.numbers]
        if self.shape == ("median", "p90"):
            sigma = math.log(numbers[1] / numbers[0]) / _Z90
            return generator.lognormal(math.log(numbers[0]), sigma, count)
        if self.shape == ("chance",):
            return np.where(generator.random(count) < numbers[0], float(self.stated), 0.0)
        if self.shape == ("mean",):
            return 1 + np.floor(generator.exponential(numbers[0], count))
        low, mode, high = numbers
        rise, fall = (mode - low) / (high - low), (high - mode) / (high - low)
        return low + (high - low) * generator.beta(1 + 4 * rise, 1 + 4 * fall, count)


def _life(mean: Fraction, quantile: float) -> Fraction:
    return Fraction(1 + math.floor(-float(mean) * math.log1p(-quantile)))


class Uncertainty(NamedTuple):
    """The ranges of a scenario, how many futures to draw, and from which seed."""

    spreads: tuple[Spread, ...] = ()
    draws: int = DRAWS
    seed: int = SEED


def read_uncertainty(table: Table | None, data: dict[str, Any]) -> Uncertainty:
    """The ``[risk]`` table; empty without one.

    Raises ConfigError for a range of what the file does not state, an unknown shape, or numbers
    in the wrong order.
    """
    if table is None:
        return Uncertainty()
    draws = table.whole("draws", DRAWS, maximum=MAX_DRAWS)
    seed = table.whole("seed", SEED)
    if not draws:
        raise table.error("draws", "is 0; the minimum is 1")
    keys = [key for key in table.names() if key not in ("draws", "seed")]
    return Uncertainty(tuple(_spreads(table, keys, "", data)), draws, seed)


def _spreads(table: Table, keys: list[str], prefix: str, data: dict[str, Any]) -> Iterator[Spread]:
    for key in keys:
        inner = table.inner(key)
        path = prefix + key
        if any(key in shape for shape in _SHAPES for key in inner.names()):
            yield _spread(inner, path, data)
        else:
            yield from _spreads(inner, inner.names(), f"{path}.", data)


def check_ranges(ranges: Mapping[str, Any]) -> None:
    """Refuse a ``[risk]`` that no plan could draw, whatever numbers it states.

    Raises ConfigError for an unknown shape, or numbers in the wrong order.
    """
    for key, value in ranges.items():
        if key not in ("draws", "seed"):
            _check_range(Table(value, key, "[risk]"), key)


def _check_range(table: Table, path: str) -> None:
    if any(key in shape for shape in _SHAPES for key in table.names()):
        _shaped(table, path)
    else:
        for key in table.names():
            _check_range(table.inner(key), f"{path}.{key}")


def _spread(table: Table, path: str, data: Mapping[str, Any]) -> Spread:
    shape, numbers = _shaped(table, path)
    if path == LIFE:
        return Spread(path, shape, numbers)
    path = spelled(data, path, table.where)
    if is_whole(path) and shape != ("chance",):
        raise table.problem("is a whole number: only { chance } can vary it")
    return Spread(path, shape, numbers, Fraction(current_value(data, path, table.where)))


def _shaped(table: Table, path: str) -> tuple[tuple[str, ...], tuple[Fraction, ...]]:
    """The shape of a range and its numbers."""
    found = tuple(table.names())
    shape = next((each for each in _SHAPES if set(each) == set(found)), None)
    if shape is None or (shape == ("mean",)) != (path == LIFE):
        shapes = _SHAPES[3:] if path == LIFE else _SHAPES[:3]
        known = " or ".join("{ " + ", ".join(each) + " }" for each in shapes)
        raise table.problem(f"must be {known}")
    numbers = tuple(table.number(key) for key in shape)
    problem = _disorder(shape, numbers)
    if problem:
        raise table.problem(problem)
    return shape, numbers


def _disorder(shape: tuple[str, ...], numbers: tuple[Fraction, ...]) -> str:
    if shape == ("median", "p90") and not 0 < numbers[0] < numbers[1]:
        return "needs 0 < median < p90"
    if shape == ("low", "mode", "high"):
        low, mode, high = numbers
        if not low <= mode <= high or low == high:
            return "needs low <= mode <= high and low < high"
    if shape == ("chance",) and numbers[0] > 1:
        return "needs a chance of 1 at most"
    return "needs a mean above 0" if shape == ("mean",) and not numbers[0] else ""


# What is assumed of a number that the file states without a range: multiples of its value. Prices
# fall and do not rise; everything else is as often underestimated as over-, and further.
_FALLING = (Fraction(1, 6), 1, 1)
_AROUND = (Fraction(1, 2), 1, 2)
_ASSUMED: Mapping[str, tuple[Any, ...]] = {
    "queries_per_month": (1, 3),
    "queries_per_year": (1, 3),
    "tokens.system_prompt": _AROUND,
    "tokens.query": _AROUND,
    "tokens.answer": _AROUND,
    "base.input": _FALLING,
    "base.output": _FALLING,
    "base.price_decline_ratio": (0, 1, 4),
    "tuned.hosting_per_hour": _AROUND,
    "labelling.minutes_per_example": (Fraction(2, 5), 1, 3),
    "labelling.hourly_wage": (Fraction(3, 5), 1, 2),
    "engineering.hours_upfront": _AROUND,
    "engineering.hours_per_month": _AROUND,
    "review.base_rate": _AROUND,
    "review.tuned_rate": _AROUND,
    "failures.base_rate": _AROUND,
    "failures.tuned_rate": _AROUND,
}
_ASSUMED_LIFE_MONTHS = Fraction(10)


def assumed(data: dict[str, Any], where: str) -> tuple[Spread, ...]:
    """Ranges for a file without ``[risk]``: multiples of what it states, zeros left out.

    The model's life is that of a hosted tuned model of these years: ten months on average.
    """
    return (*_assumed(data, where), Spread(LIFE, ("mean",), (_ASSUMED_LIFE_MONTHS,)))


def _assumed(data: dict[str, Any], where: str) -> Iterator[Spread]:
    for key, factors in _ASSUMED.items():
        path = states(data, key)
        if path is None:
            continue
        value = Fraction(current_value(data, path, where))
        top = Fraction(1) if path.endswith(("_rate", "_ratio")) else None
        numbers = tuple(min(value * f, top) if top is not None else value * f for f in factors)
        if value and numbers[0] < numbers[-1]:
            yield Spread(path, _SHAPES[0] if len(factors) == 2 else _SHAPES[1], numbers, value)
