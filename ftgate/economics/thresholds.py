"""At which value of a parameter the verdict flips.

An advantage is a function of one parameter that is positive while the fine-tune wins. Where it is
affine (prices, tokens, wages, rates) its root is exact; where caching bends it, a grid of whole
numbers is scanned and the first change of sign is bisected.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

Advantage = Callable[[Fraction], Fraction]


def affine_root(advantage: Advantage) -> Fraction | None:
    """The exact root of an affine function; None when it is constant.

    It is asked at 0, 1/2 and 1 only, so that rates stay rates.

    Raises:
        ValueError: the function is not affine.
    """
    at_zero, at_one = advantage(Fraction(0)), advantage(Fraction(1))
    slope = at_one - at_zero
    if advantage(Fraction(1, 2)) != at_zero + slope / 2:
        raise ValueError("not affine")
    return -at_zero / slope if slope else None


def first_rise(advantage: Callable[[float], float], grid: Sequence[int]) -> int | None:
    """Smallest whole number on the grid's span from which the advantage is positive.

    Returns the first grid point when it is positive there already, None when it is positive
    nowhere on the grid.
    """
    below: int | None = None
    for point in grid:
        if advantage(point) > 0:
            return point if below is None else _bisect(advantage, below, point)
        below = point
    return None


def _bisect(advantage: Callable[[float], float], low: int, high: int) -> int:
    while high - low > 1:
        middle = (low + high) // 2
        if advantage(middle) > 0:
            high = middle
        else:
            low = middle
    return high
