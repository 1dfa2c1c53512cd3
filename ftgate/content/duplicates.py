"""What repeats in a dataset: told from the marks of its files, verified on the texts themselves.

Reading order: :mod:`~ftgate.content.marks` (what is kept of an example),
:mod:`~ftgate.content.shingles` (signatures), :mod:`~ftgate.content.columns`,
:mod:`~ftgate.content.near` (pairs that are alike), :mod:`~ftgate.content.leakage`, this module. A
small dataset is compared in :mod:`~ftgate.content.few`, with the same result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ftgate.content import columns
from ftgate.content.alike import EXAMPLES_PER_LABEL, LABEL_SHARE, Groups
from ftgate.content.columns import Columns, Flags, Longs, Rows, first_of, repeats
from ftgate.content.leakage import find_leak
from ftgate.content.marks import LONG, SHORT, Part, ReadTexts
from ftgate.content.near import Pairs, find_pairs
from ftgate.deadline import FOREVER, Deadline
from ftgate.model import Leak, Repeats, Repetition


def find_repetition(
    parts: Sequence[Part],
    share: float,
    held_share: float,
    common: tuple[int, ...],
    texts: ReadTexts,
    deadline: Deadline = FOREVER,
) -> Repetition:
    """Compare the examples of the training files, and the held-out ones with them.

    ``share`` and ``held_share`` (0-1) of the examples are marked, ``common`` is what they have in
    common; ``texts`` reads the prompts and answers that have to be looked at again. Raises
    OutOfTimeError after ``deadline``.
    """
    found, rows = columns.marked(parts), columns.signed(parts)
    train = found.where(~found.held)
    first = first_of(train.record)
    distinct = train.where(first)
    pairs = find_pairs(rows, common, texts, deadline)
    near = _near(parts, rows, pairs)
    labels = _labels(train.answer)
    other = _other_answers(distinct, bool(labels))
    again = _of_length(distinct.answer, LONG) & ~first_of(distinct.answer)
    examples = sum(part.examples for part in parts if not part.held_out)
    unlike = 1 - min(1.0, near.count / max(int((~rows.held).sum()), 1) / share)
    template, templates, templated = _templates(parts)
    return Repetition(
        examples=examples,
        compared=len(train.line),
        share=share,
        exact=repeats(parts, train.part[~first], train.line[~first]),
        near=near,
        answers=repeats(parts, distinct.part[again], distinct.line[again]),
        contradictions=repeats(parts, distinct.part[other], distinct.line[other]),
        labels=labels,
        effective=round(examples * int(first.sum()) / max(len(first), 1) * unlike),
        template=template,
        templates=templates,
        templated=templated,
        leak=_leak(parts, held_share, found, rows, pairs),
    )


def _leak(
    parts: Sequence[Part], held_share: float, found: Columns, rows: Rows, pairs: Pairs
) -> Leak | None:
    """What is held out and trained on; None without held-out files."""
    if not any(part.held_out for part in parts):
        return None
    leak = find_leak(parts, found, rows, pairs)
    return replace(leak, examples=round(leak.examples * held_share))


def _of_length(answers: Longs, length: int) -> Flags:
    flags: Flags = (answers & np.uint64(SHORT | LONG)) == length
    return flags


def _near(parts: Sequence[Part], rows: Rows, pairs: Pairs) -> Repeats:
    """Training examples that nearly repeat an earlier one."""
    inside = pairs[~rows.held[pairs].any(axis=1)]
    groups = Groups(len(rows.line))
    for first, second in inside.tolist():
        groups.join(first, second)
    later = [row for row in np.unique(inside).tolist() if groups.find(row) != row]
    return repeats(parts, rows.part[later], rows.line[later])


def _labels(answers: Longs) -> int:
    """Distinct answers of a set that looks like classification, else 0."""
    short = answers[_of_length(answers, SHORT)]
    distinct = len(np.unique(short))
    many = len(short) >= LABEL_SHARE * len(answers)
    return distinct if many and distinct * EXAMPLES_PER_LABEL <= len(answers) else 0


def _other_answers(distinct: Columns, labels: bool) -> Flags:
    """Examples whose prompt was answered otherwise before: with another label, where there are."""
    asked = distinct.prompt != 0
    if labels:
        asked &= _of_length(distinct.answer, SHORT)
    other = np.zeros(len(asked), dtype=bool)
    other[asked] = ~first_of(distinct.prompt[asked])
    return other


def _templates(parts: Sequence[Part]) -> tuple[Repeats, float, int]:
    """The most frequent skeleton, the effective number of skeletons, and examples looked at."""
    part, line, held, skeleton = columns.templated(parts)
    part, line, skeleton = part[~held], line[~held], skeleton[~held]
    if not len(skeleton):
        return Repeats(), 0.0, 0
    values, counts = np.unique(skeleton, return_counts=True)
    top = skeleton == values[np.argmax(counts)]
    shares = counts / len(skeleton)
    effective = float(np.exp(-(shares * np.log(shares)).sum()))
    return repeats(parts, part[top], line[top]), effective, len(skeleton)
