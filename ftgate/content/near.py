"""Pairs of examples that say nearly the same.

Candidates have a band of their signatures in common; of these, pairs are kept whose texts are
alike in truth. What most examples of a set share is left out of the comparison.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from ftgate.content.alike import Groups, Said, alike
from ftgate.content.columns import Rows
from ftgate.content.marks import ReadTexts
from ftgate.content.shingles import Common, blank_band, shingle
from ftgate.deadline import FOREVER, Deadline
from ftgate.runs import Run, ranges
from ftgate.spill import Spill

_SMALL_GROUP = 8  # rows that share a band: all pairs of so many, else neighbours and the first
_MAX_CANDIDATES = 300_000
_CODES_AT_ONCE = 1_000_000  # pairs that share a band: 8 MB, and twice that while they are sorted
_WORDS_BYTES = 32_000_000  # of the texts of candidates in memory
_BATCH_CHARS = 1 << 18

# A run wants its numbers spread over 64 bits, and what is multiplied can be had back.
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_GATHER = np.uint64(pow(0x9E3779B97F4A7C15, -1, 2**64))

Pairs = npt.NDArray[np.intp]
Words = npt.NDArray[np.uint32]


def find_pairs(
    rows: Rows, common: tuple[int, ...], texts: ReadTexts, deadline: Deadline = FOREVER
) -> Pairs:
    """Pairs of row numbers, enough to connect all near-duplicates that were found.

    Rows with equal records are one: only the first of the training set, and the first that is held
    out, take part. Of candidates above 300,000 those with the fewest bands in common are
    not looked at. Raises OutOfTimeError after ``deadline``.
    """
    chosen = _distinct(rows)
    candidates = chosen[_candidates(rows.bands, chosen, deadline)]
    equal = rows.record[candidates[:, 0]] == rows.record[candidates[:, 1]]
    candidates = candidates[~equal & ~rows.held[candidates].all(axis=1)]
    known = _Known(rows, np.unique(candidates), common, texts, deadline)
    groups = Groups(len(rows.line))
    kept = []
    for first, second in deadline.watch(candidates.tolist()):
        held = rows.held[first] or rows.held[second]
        if not held and groups.find(first) == groups.find(second):
            continue
        if alike(known.said(first), known.said(second), _jaccard):
            kept.append((first, second))
            if not held:
                groups.join(first, second)
    return np.array(kept, dtype=np.intp).reshape(-1, 2)


def _distinct(rows: Rows) -> Pairs:
    """The first row of each record in the training set, and of each that is held out.

    Short texts are not compared.
    """
    long = np.flatnonzero(rows.bands[:, 0] != blank_band())
    keys = rows.record[long] ^ rows.held[long].astype(np.uint64)
    first: Pairs = long[np.sort(np.unique(keys, return_index=True)[1])]
    return first


def _candidates(bands: npt.NDArray[np.uint32], chosen: Pairs, deadline: Deadline) -> Pairs:
    """Pairs of the chosen rows that share a band, those that share most of them first."""
    size = len(chosen)
    codes = _Codes()
    for band in deadline.watch(bands.T if size else ()):
        column = band[chosen]
        for low, high in _pairs_of_band(column, np.argsort(column, kind="stable")):
            codes.add(low * size + high)
    found = codes.most_frequent(_MAX_CANDIDATES)
    return np.stack((found // max(size, 1), found % max(size, 1)), axis=1)


class _Codes:
    """Numbers that are counted, on disk when there are many."""

    def __init__(self) -> None:
        self._waiting: list[Any] = []
        self._size = 0
        self._spill = Spill()
        self._runs: list[Run] = []

    def add(self, codes: Any) -> None:
        """Count these once more. Raises SpillError."""
        self._waiting.append(codes)
        self._size += len(codes)
        if self._size > _CODES_AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        keys = np.concatenate(self._waiting).astype(np.uint64)
        self._waiting, self._size = [], 0
        values, counts = np.unique(keys * _SPREAD, return_counts=True)
        self._runs.append(Run.of(self._spill, values, counts.astype(np.uint32)))

    def most_frequent(self, most: int) -> Any:
        """The most frequent ones first, of equally frequent ones the smallest."""
        found, counts = np.empty(0, np.uint64), np.empty(0, np.uint64)
        if not self._runs and self._waiting:
            return _most(*np.unique(np.concatenate(self._waiting), return_counts=True), most)[0]
        if self._waiting:
            self._flush()
        for ((keys, times),) in ranges(_CODES_AT_ONCE, self._runs):
            codes, summed = _summed(keys, times)
            both = np.concatenate((found, codes * _GATHER)), np.concatenate((counts, summed))
            found, counts = _most(*both, most)
        return found.astype(np.intp)


def _summed(keys: Any, times: Any) -> tuple[Any, Any]:
    """Different keys, and the sum of what belongs to each."""
    order = np.argsort(keys)
    keys, times = keys[order], times[order].astype(np.uint64)
    starts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1])[: len(keys)])
    return keys[starts], np.add.reduceat(times, starts) if len(starts) else times


def _most(values: Any, counts: Any, most: int) -> tuple[Any, Any]:
    order = np.lexsort((values, -counts.astype(np.int64)))[:most]
    return values[order], counts[order]


def _pairs_of_band(column: Any, order: Any) -> Iterator[tuple[Any, Any]]:
    values = column[order]
    starts = np.flatnonzero(np.diff(values, prepend=values[0] ^ np.uint32(1)))
    sizes = np.diff(starts, append=len(values))
    group_size, group_start = np.repeat(sizes, sizes), np.repeat(starts, sizes)
    group_size[values == blank_band()] = 1  # short texts are not compared
    for distance in range(1, min(_SMALL_GROUP, len(values))):
        at = np.flatnonzero(group_size > distance)
        at = at[(at - group_start[at] >= distance)]
        if distance > 1:
            at = at[group_size[at] <= _SMALL_GROUP]
        yield order[at - distance], order[at]
    at = np.flatnonzero(group_size > _SMALL_GROUP)
    at = at[at - group_start[at] > 1]
    yield order[group_start[at]], order[at]


class _Known:
    """The texts of some rows as sets of numbers, on disk when there are many."""

    def __init__(
        self,
        rows: Rows,
        wanted: Pairs,
        common: tuple[int, ...],
        texts: ReadTexts,
        deadline: Deadline,
    ) -> None:
        order = wanted[np.lexsort((rows.line[wanted], rows.part[wanted]))]
        self._index = np.zeros(len(rows.line), np.int32)
        self._index[order] = np.arange(len(order))
        self._spill = Spill(_WORDS_BYTES)
        self._ends = array("q", [0])
        for said in deadline.watch(_read(rows, order, Common(common), texts)):
            for column in said:
                self._spill.put(column)
                self._ends.append(self._ends[-1] + len(column))

    def said(self, row: int) -> Said:
        """What a row holds."""
        at = len(Said._fields) * int(self._index[row])
        start, *ends = self._ends[at : at + len(Said._fields) + 1]
        numbers = np.frombuffer(self._spill.get(4 * start, 4 * (ends[-1] - start)), np.uint32)
        borders = [0, *(end - start for end in ends)]
        return Said(*(numbers[first:last] for first, last in pairwise(borders)))


def _read(rows: Rows, order: Pairs, common: Common, texts: ReadTexts) -> Iterator[Said]:
    """The texts of rows that are ordered by file and line."""
    for part in np.unique(rows.part[order]).tolist():
        lines = rows.line[order[rows.part[order] == part]].tolist()
        for said in _batches(texts(part, lines)):
            yield from _numbers(said, common)


def _batches(texts: Iterable[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    batch, waiting = [], 0
    for prompt, answer in texts:
        batch.append((prompt, answer))
        waiting += len(prompt) + len(answer)
        if waiting >= _BATCH_CHARS:
            yield batch
            batch, waiting = [], 0
    if batch:
        yield batch


def _numbers(said: list[tuple[str, str]], common: Common) -> Iterator[Said]:
    whole = common.drop(shingle(f"{prompt}\n{answer}" for prompt, answer in said))
    prompts = common.drop(shingle(prompt for prompt, _ in said))
    answers = shingle(answer for _, answer in said)
    for columns in zip(
        np.split(whole.shingles, whole.ends[:-1]),
        np.split(whole.words, whole.ends[:-1]),
        np.split(prompts.words, prompts.ends[:-1]),
        np.split(answers.words, answers.ends[:-1]),
        strict=True,
    ):
        yield Said(*map(_sorted_set, columns))


def _sorted_set(values: npt.NDArray[np.uint64]) -> Words:
    """The distinct values of a few hundred: np.unique takes twice as long."""
    words = np.sort(values.astype(np.uint32))
    first = np.ones(len(words), dtype=bool)
    np.not_equal(words[1:], words[:-1], out=first[1:])
    return words[first]


def _jaccard(one: Words, other: Words) -> float:
    """Share of common values, of two sorted arrays."""
    both = np.concatenate((one, other))
    both.sort()
    common = int(np.count_nonzero(both[1:] == both[:-1]))
    return common / max(len(both) - common, 1)
