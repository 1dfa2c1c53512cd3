"""Pairs of examples that say nearly the same.

Candidates have a band of their signatures in common; of these, pairs are kept whose texts are
alike in truth. What most examples of a set share is left out of the comparison.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ftgate.content.alike import Groups, Said, alike
from ftgate.content.columns import Rows
from ftgate.content.marks import ReadTexts
from ftgate.content.shingles import Common, blank_band, shingle
from ftgate.deadline import FOREVER, Deadline

_SMALL_GROUP = 8  # rows that share a band: all pairs of so many, else neighbours and the first
_MAX_CANDIDATES = 300_000
_TEXTS_AT_ONCE = 20_000  # in memory; the file is read once for each
_BATCH_CHARS = 1 << 18

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
    candidates = (
        chosen[_candidates(rows.bands[chosen], deadline)] if len(chosen) else np.empty((0, 2), int)
    )
    equal = rows.record[candidates[:, 0]] == rows.record[candidates[:, 1]]
    candidates = candidates[~equal & ~rows.held[candidates].all(axis=1)]
    known = _read(rows, np.unique(candidates), common, texts, deadline)
    groups = Groups(len(rows.line))
    kept = []
    for first, second in deadline.watch(candidates.tolist()):
        held = rows.held[first] or rows.held[second]
        if not held and groups.find(first) == groups.find(second):
            continue
        if alike(known[first], known[second], _jaccard):
            kept.append((first, second))
            if not held:
                groups.join(first, second)
    return np.array(kept, dtype=np.intp).reshape(-1, 2)


def _distinct(rows: Rows) -> Pairs:
    """The first row of each record in the training set, and of each that is held out."""
    keys = rows.record ^ rows.held.astype(np.uint64)
    return np.sort(np.unique(keys, return_index=True)[1])


def _candidates(bands: npt.NDArray[np.uint32], deadline: Deadline) -> Pairs:
    """Pairs that share a band, those that share most of them first."""
    size = len(bands)
    codes = [
        low * size + high
        for column in deadline.watch(bands.T)
        for low, high in _pairs_of_band(column, np.argsort(column, kind="stable"))
    ]
    values, counts = np.unique(np.concatenate(codes), return_counts=True)
    values = values[np.argsort(-counts, kind="stable")][:_MAX_CANDIDATES]
    return np.stack((values // size, values % size), axis=1)


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


def _read(
    rows: Rows, wanted: Pairs, common: tuple[int, ...], texts: ReadTexts, deadline: Deadline
) -> dict[int, Said]:
    """The texts of some rows, as sets of numbers."""
    known: dict[int, Said] = {}
    drop = Common(common)
    for part in np.unique(rows.part[wanted]).tolist():
        mine = wanted[rows.part[wanted] == part]
        mine = mine[np.argsort(rows.line[mine])]
        for begin in range(0, len(mine), _TEXTS_AT_ONCE):
            some = mine[begin : begin + _TEXTS_AT_ONCE]
            said = texts(part, rows.line[some].tolist())
            sizes = [len(prompt) + len(answer) for prompt, answer in said]
            for start, stop in deadline.watch(_batches(sizes)):
                numbers = _numbers(said[start:stop], drop)
                known.update(zip(some[start:stop].tolist(), numbers, strict=True))
    return known


def _batches(sizes: Sequence[int]) -> Iterator[tuple[int, int]]:
    start = waiting = 0
    for index, size in enumerate(sizes):
        waiting += size
        if waiting >= _BATCH_CHARS:
            yield start, index + 1
            start, waiting = index + 1, 0
    if start < len(sizes):
        yield start, len(sizes)


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
