"""What repeats in a small dataset: the same as :mod:`~ftgate.content.duplicates`, without numpy.

Loading numpy costs more than comparing two megabytes in plain Python, and most commits are of small
sets. Whatever is told from digests is equal in both; near-duplicates are of one definition
(:mod:`~ftgate.content.alike`), and both miss some of the least alike.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple
from zlib import crc32

from ftgate.content.alike import (
    EXAMPLES_PER_LABEL,
    LABEL_SHARE,
    MIN_SEQUENCES,
    Groups,
    max_sharing,
)
from ftgate.content.few_pairs import Texts, find_few_pairs
from ftgate.content.marks import (
    LONG,
    SHORT,
    SHOWN,
    WORDY,
    Part,
    ReadTexts,
    mixed,
    window_of,
)
from ftgate.content.words import words_of
from ftgate.deadline import FOREVER, Deadline
from ftgate.model import Leak, Place, Repeats, Repetition

_GRAM_WORDS, _GRAM_SAMPLE = 13, 8  # as in shingles


class _Row(NamedTuple):
    part: int
    line: int
    held: bool
    prompt: int
    answer: int
    record: int


def find_few_repetitions(
    parts: Sequence[Part], texts: ReadTexts, deadline: Deadline = FOREVER
) -> Repetition:
    """Compare the examples of the training files, and the held-out ones with them.

    Raises OutOfTimeError after ``deadline``.
    """
    rows = list(_rows(parts))
    train = [row for row in rows if not row.held]
    exact = _later(train, [row.record for row in train])
    repeated = set(exact)
    distinct = [row for row in train if row not in repeated]
    held_out = any(part.held_out for part in parts)
    wanted = range(len(rows)) if held_out else _first_of_each(rows)
    said = _read(rows, wanted, texts)
    pairs = _near_pairs(rows, said, deadline)
    near = _near(rows, pairs)
    long = [row for row in distinct if row.answer & (SHORT | LONG) == LONG]
    labels = _labels(train)
    asked = [row for row in distinct if row.prompt and (not labels or _is_short(row))]
    template, templates, templated = _templates(parts)
    examples = sum(part.examples for part in parts if not part.held_out)
    unlike = 1 - min(1.0, len(near) / max(len(train), 1))
    return Repetition(
        examples=examples,
        compared=len(train),
        exact=_repeats(parts, exact),
        near=_repeats(parts, near),
        answers=_repeats(parts, _later(long, [row.answer for row in long])),
        contradictions=_repeats(parts, _later(asked, [row.prompt for row in asked])),
        labels=labels,
        effective=round(examples * len(distinct) / max(len(train), 1) * unlike),
        template=template,
        templates=templates,
        templated=templated,
        leak=_leak(parts, rows, said, pairs) if held_out else None,
    )


def _rows(parts: Sequence[Part]) -> Iterator[_Row]:
    for index, part in enumerate(parts):
        marks = part.marks
        for line, prompt, answer in zip(marks.lines, marks.prompts, marks.answers, strict=True):
            yield _Row(index, line, part.held_out, prompt, answer, mixed(prompt, answer))


def _first_of_each(rows: Sequence[_Row]) -> list[int]:
    """The first row of each record in the training set, and of each that is held out."""
    first: dict[tuple[int, bool], int] = {}
    for index, row in enumerate(rows):
        first.setdefault((row.record, row.held), index)
    return list(first.values())


def _read(rows: Sequence[_Row], wanted: Iterable[int], texts: ReadTexts) -> Texts:
    by_part: defaultdict[int, list[int]] = defaultdict(list)
    for index in wanted:
        by_part[rows[index].part].append(index)
    found: dict[int, tuple[str, str]] = {}
    for part, indices in by_part.items():
        said = texts(part, [rows[index].line for index in indices])
        found.update(zip(indices, said, strict=True))
    return found


def _near_pairs(rows: Sequence[_Row], said: Texts, deadline: Deadline) -> list[tuple[int, int]]:
    chosen = {index: said[index] for index in _first_of_each(rows)}
    train = [index for index in chosen if not rows[index].held]
    return [
        (one, other)
        for one, other in find_few_pairs(chosen, train, deadline)
        if rows[one].record != rows[other].record and not (rows[one].held and rows[other].held)
    ]


def _near(rows: Sequence[_Row], pairs: Iterable[tuple[int, int]]) -> list[_Row]:
    """Training examples that nearly repeat an earlier one."""
    groups = Groups(len(rows))
    inside = [pair for pair in pairs if not (rows[pair[0]].held or rows[pair[1]].held)]
    for first, second in inside:
        groups.join(first, second)
    members = {index for pair in inside for index in pair}
    return [rows[index] for index in members if groups.find(index) != index]


def _later(rows: Sequence[_Row], values: Sequence[int]) -> list[_Row]:
    """Rows whose value occurred before."""
    seen: set[int] = set()
    later = []
    for row, value in zip(rows, values, strict=True):
        if value in seen:
            later.append(row)
        seen.add(value)
    return later


def _is_short(row: _Row) -> bool:
    return row.answer & (SHORT | LONG) == SHORT


def _labels(train: Sequence[_Row]) -> int:
    """Distinct answers of a set that looks like classification, else 0."""
    short = [row.answer for row in train if _is_short(row)]
    distinct = len(set(short))
    many = len(short) >= LABEL_SHARE * len(train)
    return distinct if many and distinct * EXAMPLES_PER_LABEL <= len(train) else 0


def _templates(parts: Sequence[Part]) -> tuple[Repeats, float, int]:
    """The most frequent skeleton, the effective number of skeletons, and examples looked at."""
    places = [
        (skeleton, index, line)
        for index, part in enumerate(parts)
        if not part.held_out
        for line, skeleton in zip(part.marks.templated, part.marks.templates, strict=True)
    ]
    if not places:
        return Repeats(), 0.0, 0
    counts = Counter(skeleton for skeleton, _, _ in places)
    top = min(counts, key=lambda skeleton: (-counts[skeleton], skeleton))
    shares = (count / len(places) for count in counts.values())
    effective = math.exp(-math.fsum(share * math.log(share) for share in shares))
    most = [(index, line) for skeleton, index, line in places if skeleton == top]
    return _placed(parts, most), effective, len(places)


def _leak(
    parts: Sequence[Part], rows: Sequence[_Row], said: Texts, pairs: Iterable[tuple[int, int]]
) -> Leak:
    records = {row.record for row in rows if not row.held}
    prompts = {row.prompt for row in rows if not row.held and row.prompt & WORDY}
    held = [row for row in rows if row.held]
    alike = {rows[i].record for pair in pairs for i in pair if rows[i].held}
    strict = {row for row in held if row.record in records or row.prompt in prompts}
    near = {row for row in held if row.record in alike}
    sequences = _shared_sequences(parts, rows, said)
    return Leak(
        examples=sum(part.examples for part in parts if part.held_out),
        leaked=_repeats(parts, strict | near),
        same=len(strict),
        records=sum(row.record in records for row in held),
        prompts=sum(row.prompt in prompts for row in held),
        near=len(near),
        sequences=_repeats(parts, sequences),
    )


def _shared_sequences(parts: Sequence[Part], rows: Sequence[_Row], said: Texts) -> list[_Row]:
    """Held-out examples that share sequences of words with a few of the training set."""
    found = {index: _sequences(window_of(*said[index])) for index in range(len(rows))}
    limit = max_sharing(sum(part.examples for part in parts if not part.held_out))
    trained: Counter[tuple[int, ...]] = Counter()
    held: Counter[tuple[int, ...]] = Counter()
    for index, each in found.items():
        (held if rows[index].held else trained).update(each)
    shared = {one for one in held if 0 < trained[one] <= limit and held[one] <= limit}
    return [
        rows[index]
        for index, each in found.items()
        if rows[index].held and sum(one in shared for one in each) >= MIN_SEQUENCES
    ]


def _sequences(window: str) -> list[tuple[int, ...]]:
    """One of eight sequences of 13 words, chosen by its first and its last one."""
    words = list(map(crc32, words_of(window)))
    size = _GRAM_WORDS
    return [
        tuple(words[at : at + size])
        for at, (first, last) in enumerate(zip(words, words[size - 1 :], strict=False))
        if (first ^ last >> 3) % _GRAM_SAMPLE == 0
    ]


def _repeats(parts: Sequence[Part], rows: Iterable[_Row]) -> Repeats:
    return _placed(parts, [(row.part, row.line) for row in rows])


def _placed(parts: Sequence[Part], places: list[tuple[int, int]]) -> Repeats:
    first = tuple(Place(parts[part].name, line) for part, line in sorted(places)[:SHOWN])
    return Repeats(len(places), first)
