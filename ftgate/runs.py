"""Sorted runs of 64-bit numbers on disk, read again range by range (external distribution sort).

Each run knows where the numbers begin that share their highest bits. So the equal ones of all runs
come together when one range after the other is read, and no more than one is in memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ftgate.spill import Spill

_BITS = 12
_RANGES = 1 << _BITS

Longs = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.uint32]


class Run(NamedTuple):
    """Numbers in ascending order in a spill, each with a smaller one that belongs to it.

    ``edges`` are the rows at which the ranges begin, and their end.
    """

    spill: Spill
    start: int
    edges: Ints

    @classmethod
    def of(cls, spill: Spill, keys: Longs, values: Ints) -> Run:
        """Sort the keys, which have to be spread over 64 bits, and keep them. Raises SpillError."""
        order = np.lexsort((values, keys))
        keys = keys[order]
        borders = np.arange(1, _RANGES, dtype=np.uint64) << np.uint64(64 - _BITS)
        inner = np.searchsorted(keys, borders)
        edges = np.concatenate(([0], inner, [len(keys)])).astype(np.uint32)
        start = spill.put(keys)
        spill.put(values[order])
        return cls(spill, start, edges)

    @property
    def rows(self) -> int:
        """How many numbers there are."""
        return int(self.edges[-1])

    def whole(self) -> tuple[Longs, Ints]:
        """All numbers, and what belongs to them."""
        return self.part(0, _RANGES)

    def part(self, first: int, last: int) -> tuple[Longs, Ints]:
        """The numbers of these ranges, and what belongs to them."""
        begin, end = int(self.edges[first]), int(self.edges[last])
        keys = self.spill.get(self.start + 8 * begin, 8 * (end - begin))
        values_start = self.start + 8 * self.rows
        values = self.spill.get(values_start + 4 * begin, 4 * (end - begin))
        return np.frombuffer(keys, np.uint64), np.frombuffer(values, np.uint32)


def ranges(at_once: int, *several: Sequence[Run]) -> Iterator[tuple[tuple[Longs, Ints], ...]]:
    """Range by range the numbers of each of several sets of runs, about so many rows in all."""
    rows = sum(run.rows for runs in several for run in runs)
    step = max(1, _RANGES * at_once // max(rows, 1))
    for first in range(0, _RANGES, step):
        last = min(first + step, _RANGES)
        yield tuple(_joined([run.part(first, last) for run in runs]) for runs in several)


def distinct(at_once: int, runs: Sequence[Run]) -> int:
    """How many different numbers there are."""
    return sum(int(np.unique(keys).size) for ((keys, _),) in ranges(at_once, runs))


def found_in(at_once: int, some: Sequence[Run], known: Sequence[Run]) -> int:
    """How many of some numbers are among others."""
    both = ranges(at_once, some, known)
    return sum(int(np.isin(keys, others).sum()) for (keys, _), (others, _) in both)


def smallest(at_once: int, runs: Sequence[Run], size: int) -> list[tuple[int, int]]:
    """The smallest different numbers, each with the least of what belongs to it, but not 0."""
    found: dict[int, int] = {}
    for ((keys, values),) in ranges(at_once, runs):
        some = np.flatnonzero(values)
        order = some[np.lexsort((values[some], keys[some]))]
        fresh = order[np.unique(keys[order], return_index=True)[1]][: size - len(found)]
        found.update(zip(keys[fresh].tolist(), values[fresh].tolist(), strict=True))
        if len(found) == size:
            break
    return list(found.items())


def _joined(parts: list[tuple[Longs, Ints]]) -> tuple[Longs, Ints]:
    keys = [np.empty(0, np.uint64), *(part[0] for part in parts)]
    values = [np.empty(0, np.uint32), *(part[1] for part in parts)]
    return np.concatenate(keys), np.concatenate(values)
