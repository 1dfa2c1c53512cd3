"""How likely a scenario's fine-tune pays: Monte Carlo over the whole month-by-month comparison.

Every uncertain number is drawn from its stated distribution (:mod:`ftgate.economics.spreads`), each
from a generator of its own that starts at a fixed seed, so the same file gives the same answer. The
share of futures that pay has a standard error of sqrt(p (1 - p) / N). What drives the result is
ranked by Spearman's rho (1904): the correlation of ranks, ties at their mean rank, which does not
care whether the influence is a straight line.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from ftgate.economics.futures import Futures, futures
from ftgate.economics.scenario import Scenario, build_scenario
from ftgate.economics.scenario_file import with_value
from ftgate.economics.spreads import LIFE, Spread, assumed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Column = NDArray[np.float64]

_BINS = 24
_HISTOGRAM_FROM, _HISTOGRAM_TO = 0.01, 0.99


class Chance(NamedTuple):
    """A probability (0-1) from ``draws`` futures, with its standard error."""

    probability: float
    error: float

    @classmethod
    def of(cls, hits: int, draws: int) -> Chance:
        """The share ``hits / draws``."""
        share = hits / draws
        return cls(share, math.sqrt(share * (1 - share) / draws))


class Bin(NamedTuple):
    """Futures whose net present value is from ``low_usd`` up to ``high_usd``.

    The bins are equally wide; the first and the last also hold the 1% beyond them.
    """

    low_usd: float
    high_usd: float
    futures: int


class Driver(NamedTuple):
    """A drawn number and Spearman's rank correlation (-1 to 1) of it with the present value."""

    path: str
    rho: float


@dataclass(frozen=True, slots=True)
class Risk:
    """The futures of a scenario. Dollars are floats: nobody knows the future to the cent.

    ``against`` names what the fine-tune is compared with. ``positive`` is P(NPV > 0),
    ``in_time`` P(durable payback < limit), ``cheapest`` by option that contends the share of
    futures in which nothing else costs less over the horizon (an alternative wins a tie).
    ``spreads`` are the distributions, ``stated`` whether the file has them; ``drivers`` are sorted,
    the strongest first.
    """

    draws: int
    seed: int
    against: str
    stated: bool
    spreads: tuple[Spread, ...]
    positive: Chance
    in_time: Chance
    p5_usd: float
    p50_usd: float
    p95_usd: float
    mean_usd: float
    histogram: tuple[Bin, ...]
    drivers: tuple[Driver, ...]
    cheapest: tuple[tuple[str, Chance], ...]

    def enough(self, min_probability: float) -> bool:
        """The gate: the fine-tune pays in this share of futures at least; the mean says little."""
        return self.positive.probability >= min_probability


class Sample(NamedTuple):
    """Drawn numbers of a scenario, by path a column and the ranks of its values."""

    spreads: tuple[Spread, ...]
    seed: int
    columns: dict[str, Column]
    ranks: dict[str, Column]


def sample(scenario: Scenario, draws: int | None = None, seed: int | None = None) -> Sample:
    """Draw once what several comparisons of one scenario then look at; see :func:`risk`."""
    count = scenario.uncertainty.draws if draws is None else draws
    start = scenario.uncertainty.seed if seed is None else seed
    spreads = scenario.uncertainty.spreads or assumed(scenario.data, scenario.where)
    columns = draw(scenario, spreads, count, start)
    return Sample(spreads, start, columns, {path: ranks(each) for path, each in columns.items()})


def risk(
    scenario: Scenario,
    draws: int | None = None,
    seed: int | None = None,
    against: int = 0,
    drawn: Sample | None = None,
) -> Risk:
    """Draw futures of the planned fine-tune and say how they end.

    ``draws`` and ``seed`` replace those of the file; ``against`` is 0 for today's model, 1 for the
    first alternative, and so on. ``drawn`` replaces drawing. A file without ``[risk]`` gets the
    ranges of :func:`ftgate.economics.spreads.assumed`.

    Raises:
        ConfigError: a range cannot be drawn, or reaches values that the file could not have.
    """
    drawn = drawn or sample(scenario, draws, seed)
    count = len(next(iter(drawn.columns.values())))
    found = futures(scenario, drawn.columns, count, against)
    return _summary(scenario, found, drawn, [scenario.base, *scenario.alternatives][against].name)


def draw(
    scenario: Scenario, spreads: tuple[Spread, ...], count: int, seed: int
) -> dict[str, Column]:
    """``count`` values of every uncertain number, by path, in the unit of the file.

    Raises ConfigError where a value drawn is one that the file could not state.
    """
    columns = {spread.path: spread.draw(count, seed) for spread in spreads}
    for path, column in columns.items():
        if path != LIFE:
            for end in (column.min(), column.max()):
                value = Decimal(repr(float(end)))
                build_scenario(
                    with_value(scenario.data, path, value, scenario.where),
                    f"{scenario.where}: risk",
                )
    return columns


def _summary(
    scenario: Scenario,
    found: Futures,
    drawn: Sample,
    against: str,
) -> Risk:
    import numpy as np

    npv = found.npv_usd
    count = len(npv)
    options = [scenario.base, *scenario.alternatives, scenario.tuned]
    totals = zip(options, found.totals_usd, strict=True)
    p5, p50, p95 = (float(value) for value in np.quantile(npv, (0.05, 0.5, 0.95)))
    in_time = np.count_nonzero(found.months < float(scenario.limit_months))  # NaN is never less
    return Risk(
        draws=count,
        seed=drawn.seed,
        against=against,
        stated=bool(scenario.uncertainty.spreads),
        spreads=drawn.spreads,
        positive=Chance.of(int(np.count_nonzero(npv > 0)), count),
        in_time=Chance.of(int(in_time), count),
        p5_usd=p5,
        p50_usd=p50,
        p95_usd=p95,
        mean_usd=float(npv.mean()),
        histogram=_histogram(npv),
        drivers=_drivers(drawn.ranks, npv),
        cheapest=_cheapest([total for option, total in totals if option.contends], count),
    )


def _histogram(npv: Column) -> tuple[Bin, ...]:
    """Equal bins between the outer quantiles; the first and the last hold what lies beyond too."""
    import numpy as np

    low, high = np.quantile(npv, (_HISTOGRAM_FROM, _HISTOGRAM_TO))
    if low == high:
        return (Bin(float(npv.min()), float(npv.max()), len(npv)),)
    edges = np.linspace(low, high, _BINS + 1)
    counts, _ = np.histogram(np.clip(npv, low, high), edges)
    return tuple(
        Bin(float(start), float(end), int(count))
        for start, end, count in zip(edges, edges[1:], counts, strict=False)
    )


def _drivers(drawn: dict[str, Column], npv: Column) -> tuple[Driver, ...]:
    ranked = ranks(npv)
    found = [Driver(path, correlation(column, ranked)) for path, column in drawn.items()]
    return tuple(sorted(found, key=lambda driver: (-abs(driver.rho), driver.path)))


def ranks(column: Column) -> Column:
    """Ranks from 1; equal values share their mean rank."""
    import numpy as np

    order = np.argsort(column)
    ordered = column[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    sizes = np.diff(np.r_[starts, len(column)])
    found = np.empty(len(column))
    found[order] = np.repeat(starts + (sizes + 1) / 2, sizes)
    return found


def correlation(first: Column, second: Column) -> float:
    """Pearson's correlation; 0 where one of them does not vary."""
    a, b = first - first.mean(), second - second.mean()
    # Sums of products, because a dot product wakes a thread per core that then waits busily.
    scale = math.sqrt(float((a * a).sum()) * float((b * b).sum()))
    return float((a * b).sum()) / scale if scale else 0.0


def _cheapest(totals: Sequence[tuple[str, Column]], count: int) -> tuple[tuple[str, Chance], ...]:
    """How often each option costs least; the fine-tune, last of all, loses every tie."""
    import numpy as np

    winners = np.argmin(np.stack([total for _, total in totals]), axis=0)
    wins = np.bincount(winners, minlength=len(totals))
    return tuple(
        (name, Chance.of(int(won), count)) for (name, _), won in zip(totals, wins, strict=True)
    )
