"""At which value of a parameter the verdict flips.

An advantage is a function of one parameter that is positive while the fine-tune wins. Where it is
affine (prices, tokens, wages, rates) its root is exact; where caching bends it, a grid of whole
numbers is scanned and every change of sign is bisected.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple

Advantage = Callable[[Fraction], Fraction]


class Span(NamedTuple):
    """Whole numbers from ``start`` to ``end``, both included; None: without an end."""

    start: int
    end: int | None


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


def positive_spans(advantage: Callable[[float], float], grid: Sequence[int]) -> list[Span]:
    """Where the advantage is positive, in whole numbers; spans between two grid points are missed.

    The first span begins with the grid where it is positive there already, and the last is open
    where it is positive at the grid's end.
    """
    spans: list[Span] = []
    start: int | None = None
    below = grid[0]
    for point in grid:
        wins = advantage(point) > 0
        if wins and start is None:
            start = point if point == below else _bisect(advantage, below, point, rising=True)
        elif not wins and start is not None:
            spans.append(Span(start, _bisect(advantage, below, point, rising=False) - 1))
            start = None
        below = point
    return spans if start is None else [*spans, Span(start, None)]


def _bisect(advantage: Callable[[float], float], low: int, high: int, *, rising: bool) -> int:
    """The first number on the other side of the change of sign."""
    while high - low > 1:
        middle = (low + high) // 2
        if (advantage(middle) > 0) == rising:
            high = middle
        else:
            low = middle
    return high
