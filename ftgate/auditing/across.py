"""Examples that several datasets have: the marks of all of them, searched together.

Per dataset they were compared already (:mod:`ftgate.content.duplicates`); the same marks tell here
which examples another dataset has too. Near-duplicates are looked for among the examples that share
a band of their signatures with one of another dataset, so a library of unlike datasets costs a few
sorts. No more than the marks of one file are in memory, and some columns of all. Of datasets that
were searched in part, the counts are lower bounds; so are those of near
ones where one of two datasets is too small (:func:`~ftgate.content.shingles.common_of`) to tell
which text its examples share: the template is then in the signatures of one and not of the other.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ftgate.auditing.inventory import Overlap
from ftgate.content.alike import Groups
from ftgate.content.columns import Columns, Flags, Rows, marked, signed
from ftgate.content.marks import WORDY, Part, ReadTexts
from ftgate.content.near import Pairs, find_pairs
from ftgate.content.shingles import BANDS, blank_band
from ftgate.deadline import FOREVER, Deadline

CommonOf = Callable[[Collection[int]], tuple[int, ...]]
"""Indices of datasets → shingles of text that most examples of one of them share."""

Parts = Callable[[], Iterable[Part]]
"""The files, read anew at each call: no more than one of them has to be in memory."""

Homes = dict[int, frozenset[int]]
"""A digest → the datasets whose training set has it."""

_Place = tuple[int, int]  # index of a file, line
_Owners = npt.NDArray[np.int64]

_BANDS_AT_ONCE = 8  # columns of all examples: 32 bytes for each


class Across(NamedTuple):
    """Per dataset: training examples that another one has, or nearly, and leaked held-out ones."""

    same: list[int]
    near: list[int]
    leaked: list[int]
    overlaps: list[Overlap]


def find_across(
    parts: Parts,
    owners: Sequence[int],
    texts: ReadTexts,
    common: CommonOf,
    deadline: Deadline = FOREVER,
) -> Across:
    """Compare the files ``parts``, of which ``owners`` tells the datasets, with each other.

    A training example that is the same elsewhere is not counted as near to that dataset as well. A
    held-out example leaks as inside of a dataset: its record, its prompt, or nearly its text is in
    the training set of another one. Raises OutOfTimeError after ``deadline``.
    """
    owner = np.array(owners, dtype=np.int64)
    marks = sum(len(part.marks.lines) for part in parts())
    found = Columns._make(_joined((marked([part]) for part in parts()), marks))
    train = ~found.held
    held = found.record[found.held]
    homes = _homes(found.record[train], owner[found.part[train]], held)
    same = _places(found.part, found.line, found.record, train, homes, owner)
    some = _likely(parts, owner)
    pairs = _pairs(some, owner, texts, common, deadline)
    near = _near(some, pairs, owner)
    leaked = _leaked(found, homes, owner)
    for place, others in _leaked_nearly(some, pairs, homes, owner).items():
        leaked[place] |= others
    for place, others in same.items():
        near[place] -= others
    return _summed(max(owners, default=-1) + 1, owners, same, near, leaked)


def _homes(digests: Any, datasets: _Owners, held: Any) -> Homes:
    """The datasets of each digest that several of them have, or a held-out example."""
    order = np.lexsort((datasets, digests))
    digests, datasets = digests[order], datasets[order]
    fresh = np.ones(len(digests), dtype=bool)
    fresh[1:] = (digests[1:] != digests[:-1]) | (datasets[1:] != datasets[:-1])
    digests, datasets = digests[fresh], datasets[fresh]
    wanted = np.isin(digests, held)
    again = digests[1:] == digests[:-1]
    wanted[1:] |= again
    wanted[:-1] |= again
    found: dict[int, list[int]] = defaultdict(list)
    for digest, dataset in zip(digests[wanted].tolist(), datasets[wanted].tolist(), strict=True):
        found[digest].append(dataset)
    known: dict[tuple[int, ...], frozenset[int]] = {}  # equal sets are one
    return {
        digest: known.setdefault(tuple(members), frozenset(members))
        for digest, members in found.items()
    }


def _places(
    part: Any, line: Any, digest: Any, chosen: Flags, homes: Homes, owner: _Owners
) -> dict[_Place, frozenset[int]]:
    """The chosen rows whose digest another dataset has, with these datasets."""
    chosen = chosen & np.isin(digest, np.fromiter(homes, np.uint64, len(homes)))
    dataset = owner[part[chosen]]
    columns = (part[chosen], line[chosen], digest[chosen], dataset)
    found, known = {}, {}
    for file, number, value, own in zip(*(each.tolist() for each in columns), strict=True):
        key = homes[value], own
        if key not in known:
            known[key] = homes[value] - {own}
        if known[key]:
            found[file, number] = known[key]
    return found


def _joined(files: Iterable[Columns | Rows], rows: int) -> list[Any]:
    """So many rows of several files, each of which takes itself for the first, as those of one."""
    columns: list[Any] = []
    start = 0
    for index, one in enumerate(files):
        columns = columns or [np.empty((rows, *each.shape[1:]), each.dtype) for each in one]
        end = start + len(one.line)
        for column, its in zip(columns, one, strict=True):
            column[start:end] = its
        columns[0][start:end] = index
        start = end
    return columns


def _likely(parts: Parts, owner: _Owners) -> Rows:
    """Rows that share a band with a row of another dataset; short texts are not compared."""
    sizes = [len(part.marks.signed) for part in parts()]
    datasets = np.repeat(owner, sizes)
    long = np.flatnonzero(_bands(parts, 0, 1)[:, 0] != blank_band())
    flags = np.zeros(len(datasets), dtype=bool)
    for first in range(0, BANDS if len(long) else 0, _BANDS_AT_ONCE):
        for column in _bands(parts, first, first + _BANDS_AT_ONCE).T:
            flags[long[_shared(column[long], datasets[long])]] = True
    chosen = np.split(flags, np.cumsum(sizes)[:-1])
    some = (
        Rows._make(column[mine] for column in signed([part]))
        for part, mine in zip(parts(), chosen, strict=True)
    )
    return Rows._make(_joined(some, int(flags.sum())))


def _bands(parts: Parts, first: int, last: int) -> npt.NDArray[np.uint32]:
    """These columns of the signatures of all files."""
    return np.concatenate([signed([part]).bands[:, first:last].copy() for part in parts()])


def _shared(values: Any, datasets: _Owners) -> Any:
    """Indices of the values that several datasets have."""
    order = np.lexsort((datasets, values))
    ordered, members = values[order], datasets[order]
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
    sizes = np.diff(starts, append=len(ordered))
    several = members[starts] != members[starts + sizes - 1]
    return order[np.repeat(several, sizes)]


def _pairs(
    some: Rows, owner: _Owners, texts: ReadTexts, common: CommonOf, deadline: Deadline
) -> Pairs:
    if not len(some.line):
        return np.empty((0, 2), dtype=np.intp)
    datasets = np.unique(owner[some.part]).tolist()
    return find_pairs(some, common(datasets), texts, deadline)


def _near(some: Rows, pairs: Pairs, owner: _Owners) -> dict[_Place, frozenset[int]]:
    """Training examples that are in one group with some of another dataset.

    Of rows with equal records one stands in the pairs, so groups are of records.
    """
    records, number = np.unique(some.record, return_inverse=True)
    groups = Groups(len(records))
    for first, second in pairs[~some.held[pairs].any(axis=1)].tolist():
        groups.join(int(number[first]), int(number[second]))
    group = np.array([groups.find(each) for each in range(len(records))], dtype=np.uint64)
    mine = group[number] if len(number) else np.empty(0, np.uint64)
    train = ~some.held
    homes = _homes(mine[train], owner[some.part[train]], ())
    found = _places(some.part, some.line, mine, train, homes, owner)
    return defaultdict(frozenset, found)


def _leaked(found: Columns, homes: Homes, owner: _Owners) -> dict[_Place, frozenset[int]]:
    """Held-out examples whose record, or prompt of three words or more, is trained on elsewhere."""
    leaked: dict[_Place, frozenset[int]] = defaultdict(frozenset)
    if not found.held.any():
        return leaked
    wordy = (found.prompt & np.uint64(WORDY)) != 0
    held = found.prompt[found.held]
    asked = ~found.held & np.isin(found.prompt, held)
    prompts = _homes(found.prompt[asked], owner[found.part[asked]], held)
    at = (found.part, found.line)
    for digest, chosen, known in (
        (found.record, found.held, homes),
        (found.prompt, found.held & wordy, prompts),
    ):
        for place, others in _places(*at, digest, chosen, known, owner).items():
            leaked[place] |= others
    return leaked


def _leaked_nearly(
    some: Rows, pairs: Pairs, homes: Homes, owner: _Owners
) -> dict[_Place, frozenset[int]]:
    """Held-out examples that nearly repeat a training example of another dataset."""
    near: dict[int, frozenset[int]] = defaultdict(frozenset)
    for first, second in pairs[some.held[pairs].any(axis=1)].tolist():
        held, train = (first, second) if some.held[first] else (second, first)
        own = frozenset({int(owner[some.part[train]])})
        near[int(some.record[held])] |= homes.get(int(some.record[train]), own)
    return _places(some.part, some.line, some.record, some.held, near, owner)


def _summed(
    datasets: int,
    owners: Sequence[int],
    same: dict[_Place, frozenset[int]],
    near: dict[_Place, frozenset[int]],
    leaked: dict[_Place, frozenset[int]],
) -> Across:
    """Counts per dataset and per pair; an example in three datasets counts once in its row."""
    alike = {place: others for place, others in near.items() if place not in same}
    pairs = [_per_pair(owners, places) for places in (same, near, leaked)]
    keys = sorted({key for pair in pairs for key in pair})
    overlaps = [Overlap(*key, *(pair[key] for pair in pairs)) for key in keys]
    overlaps.sort(key=lambda each: (-each.leaked, -each.same - each.near))
    return Across(
        same=_per_dataset(datasets, owners, same),
        near=_per_dataset(datasets, owners, alike),
        leaked=_per_dataset(datasets, owners, leaked),
        overlaps=overlaps,
    )


def _per_dataset(
    datasets: int, owners: Sequence[int], places: dict[_Place, frozenset[int]]
) -> list[int]:
    counts = Counter(owners[file] for (file, _), others in places.items() if others)
    return [counts[index] for index in range(datasets)]


def _per_pair(
    owners: Sequence[int], places: dict[_Place, frozenset[int]]
) -> Counter[tuple[int, int]]:
    kinds = Counter((owners[file], others) for (file, _), others in places.items())
    found: Counter[tuple[int, int]] = Counter()
    for (dataset, others), number in kinds.items():
        for other in others:
            found[dataset, other] += number
    return found
