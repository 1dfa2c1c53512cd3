"""Measures of a classifier, and the two fits that the knowledge benchmark needs."""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

from ftgate.content.calibration import Ordinal, probabilities

FOLDS = 10
BINS = 5


class Case(NamedTuple):
    """Feature values of one set, and whether it teaches facts."""

    values: tuple[float, ...]
    positive: bool


def right_share(right: Sequence[bool]) -> float:
    """Share (0-1) of true entries."""
    return sum(right) / len(right)


def folds_by_group(groups: Sequence[str]) -> list[int]:
    """A fold per item, the same for all items of one group."""
    return [zlib.crc32(group.casefold().encode()) % FOLDS for group in groups]


def cross_validated(cases: Sequence[Case], folds: Sequence[int]) -> list[bool]:
    """Verdicts by thresholds that were chosen on the other folds."""
    said = [False] * len(cases)
    for fold in set(folds):
        limits = _best_limits([case for case, of in zip(cases, folds, strict=True) if of != fold])
        for index, (case, of) in enumerate(zip(cases, folds, strict=True)):
            if of == fold:
                said[index] = _reaches(case, limits)
    return said


def _reaches(case: Case, limits: Sequence[float]) -> bool:
    return all(value >= limit for value, limit in zip(case.values, limits, strict=True))


def _best_limits(cases: Sequence[Case]) -> tuple[float, ...]:
    """The limits with the most right verdicts; the middle one where several are as good."""
    grid = [step / 20 for step in range(1, 21)]
    scored = [
        (sum(_reaches(case, limits) == case.positive for case in cases), limits)
        for limits in product(grid, repeat=len(cases[0].values))
    ]
    most = max(right for right, _ in scored)
    best = [limits for right, limits in scored if right == most]
    return best[len(best) // 2]


def area_under_curve(cases: Sequence[Case]) -> float:
    """Probability that a positive case scores above a negative one (ties count half)."""
    positive = [case.values[0] for case in cases if case.positive]
    negative = [case.values[0] for case in cases if not case.positive]
    if not positive or not negative:
        return math.nan
    wins = sum((p > n) + 0.5 * (p == n) for p, n in product(positive, negative))
    return wins / (len(positive) * len(negative))


def reliability(name: str, said: Sequence[float], happened: Sequence[bool]) -> str:
    """A reliability table with the Brier score and the expected calibration error."""
    rows, error = [], 0.0
    for bin_ in range(BINS):
        inside = [i for i, p in enumerate(said) if min(int(p * BINS), BINS - 1) == bin_]
        if not inside:
            continue
        mean = sum(said[i] for i in inside) / len(inside)
        rate = sum(happened[i] for i in inside) / len(inside)
        error += len(inside) / len(said) * abs(mean - rate)
        edges = f"{bin_ / BINS:.1f}-{(bin_ + 1) / BINS:.1f}"
        rows.append(f"  {edges}  said {mean:.2f}  happened {rate:.2f}  n={len(inside)}")
    brier = sum((p - h) ** 2 for p, h in zip(said, happened, strict=True)) / len(said)
    head = f"{name}: Brier {brier:.3f}, calibration error {error:.3f}"
    return "\n".join([head, *rows])


def fit_ordinal(counts: Sequence[tuple[int, int, int]], truth: Sequence[int]) -> Ordinal:
    """Maximum likelihood by coordinate search: three parameters, a smooth concave surface."""
    model = [-6.0, -3.0, 10.0]

    def loss(parameters: Sequence[float]) -> float:
        ordinal = Ordinal(*parameters)
        return -sum(
            math.log(max(probabilities(*one, ordinal)[2 - level], 1e-9))
            for one, level in zip(counts, truth, strict=True)
        )

    best, step = loss(model), 2.0
    while step > 0.01:
        moved = False
        for index, sign in product(range(3), (-1, 1)):
            trial = list(model)
            trial[index] += sign * step
            if trial[0] < trial[1] and (found := loss(trial)) < best:
                model, best, moved = trial, found, True
        step = step if moved else step / 2
    return Ordinal(*model)
