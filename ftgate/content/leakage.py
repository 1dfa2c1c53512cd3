"""Held-out examples that the training set contains.

Four ways, from the strictest: the same record, the same prompt, nearly the same text, and
sequences of 13 words, which are the convention of decontamination (GPT-3, arXiv 2005.14165,
appendix C). As there, a sequence that more than ten training examples have is a template and no
leak; in sets of less than a thousand, one that more than a hundredth of them have, or two.

One of eight sequences is compared, and two have to agree, so a passage of 45 copied words is seen
with a probability of 93%, one of 60 words with 99%.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from ftgate.content.alike import MIN_SEQUENCES, max_sharing
from ftgate.content.columns import (
    Columns,
    Flags,
    Longs,
    Rows,
    repeats,
    sequences,
)
from ftgate.content.marks import WORDY, Part
from ftgate.content.near import Pairs
from ftgate.model import Leak


def find_leak(parts: Sequence[Part], columns: Columns, rows: Rows, pairs: Pairs) -> Leak:
    """Compare the held-out examples with those of the training set."""
    train, held = columns.where(~columns.held), columns.where(columns.held)
    record = np.isin(held.record, train.record)
    wordy = (held.prompt & np.uint64(WORDY)) != 0
    prompt = np.isin(held.prompt, train.prompt) & wordy
    alike = pairs[rows.held[pairs]] if len(pairs) else np.empty(0, np.intp)
    near = np.isin(rows.record, rows.record[alike]) & rows.held
    same = rows.held & np.isin(rows.record, rows.record[~rows.held])
    strict = _places(held.part[record | prompt], held.line[record | prompt])
    leaked = strict | _places(rows.part[near | same], rows.line[near | same])
    sequence = _shared_sequences(parts)
    return Leak(
        examples=sum(part.examples for part in parts if part.held_out),
        leaked=repeats(parts, *_arrays(leaked)),
        same=len(strict),
        records=int(record.sum()),
        prompts=int(prompt.sum()),
        near=int(near.sum()),
        sequences=repeats(parts, *_arrays(sequence)),
    )


def _shared_sequences(parts: Sequence[Part]) -> set[tuple[int, int]]:
    part, line, held, found = sequences(parts)
    examples = sum(each.examples for each in parts if not each.held_out)
    limit = max_sharing(examples)
    trained = found[~held & _rare(found, ~held, limit)]
    shared = held & _rare(found, held, limit) & np.isin(found, trained)
    counts = Counter(zip(part[shared].tolist(), line[shared].tolist(), strict=True))
    return {place for place, count in counts.items() if count >= MIN_SEQUENCES}


def _rare(found: Longs, side: Flags, limit: int) -> Flags:
    """Flags of the sequences that occur on this side, at most so often."""
    values, counts = np.unique(found[side], return_counts=True)
    flags: Flags = np.isin(found, values[counts <= limit])
    return flags


def _places(part: Any, line: Any) -> set[tuple[int, int]]:
    return set(zip(part.tolist(), line.tolist(), strict=True))


def _arrays(places: set[tuple[int, int]]) -> tuple[Any, Any]:
    both = np.array(sorted(places), dtype=np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]
