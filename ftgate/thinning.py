"""The marks of a dataset's examples as far as memory allows: all of them, or a uniform sample.

Which examples are in the sample is told by their digests alone: those with the smallest of them,
as many halvings as it takes. So it is the same one however the files are cut and read, equal
records are in it together, and so are equal prompts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ftgate.content.columns import Longs, records_of
from ftgate.content.marks import Marks
from ftgate.content.shingles import BANDS, spread
from ftgate.profile import Profile

BYTES = {"signed": 250, "lines": 120, "grams": 85}
"""Memory that a row of each column takes while it is compared, with all that belongs to it."""

_LEVELS = 64


def within(profiles: Sequence[Profile], memory_bytes: int) -> tuple[list[Marks], float]:
    """The marks of each file, and which share (0-1) they are of all of them.

    Raises SpillError.
    """
    times = halvings(profiles, memory_bytes)
    return [thinned(profile, times) for profile in profiles], 0.5**times


def thinned(profile: Profile, times: int) -> Marks:
    """The marks that are left of a file after so many halvings. Raises SpillError."""
    if not times:
        return profile.all_marks()
    sample = Marks()
    for block in profile.blocks():
        sample.merge(_thinned(block, times))
    return sample


def halvings(profiles: Sequence[Profile], memory_bytes: int) -> int:
    """How often the marks have to be halved until there is room to compare them.

    Raises SpillError.
    """
    if sum(_size(block) for each in profiles for block in each.blocks()) <= memory_bytes:
        return 0
    sizes = np.zeros(_LEVELS)
    for each in profiles:
        for block in each.blocks():
            left = {name: _counts(keys) for name, keys in _keys(block).items()}
            sizes += sum(BYTES[name] * counts for name, counts in left.items())
            grams = len(block.grams) / max(len(block.signed), 1)  # of an example, on average
            sizes += BYTES["grams"] * grams * left["signed"]
    return int(np.argmax(sizes <= memory_bytes))


def _size(marks: Marks) -> int:
    return sum(size * len(getattr(marks, name)) for name, size in BYTES.items())


def _keys(marks: Marks) -> dict[str, Longs]:
    """By what the examples are chosen: signed ones by their record, marked ones by their prompt."""
    records = np.frombuffer(marks.records, np.uint64)
    prompts = np.frombuffer(marks.prompts, np.uint64)
    unasked = records_of(prompts, np.frombuffer(marks.answers, np.uint64))
    return {"signed": spread(records), "lines": spread(np.where(prompts != 0, prompts, unasked))}


def _counts(keys: Longs) -> Any:
    """How many examples are left after 0, 1, 2 ... halvings."""
    halvings = np.uint64(64) - np.frexp(keys.astype(np.float64))[1].astype(np.uint64)
    return np.bincount(halvings.astype(np.intp), minlength=_LEVELS + 1)[::-1].cumsum()[::-1][:-1]


def _thinned(marks: Marks, level: int) -> Marks:
    """The sample that is left after so many halvings."""
    limit = np.uint64(1 << (64 - level))
    keys = _keys(marks)
    signed, lines = keys["signed"] < limit, keys["lines"] < limit
    chosen = np.frombuffer(marks.signed, np.uint32)[signed]
    grams = np.isin(np.frombuffer(marks.gram_lines, np.uint32), chosen)
    bands = np.frombuffer(marks.bands, np.uint32).reshape(-1, BANDS)[signed]
    found = Marks(templated=marks.templated[:], templates=marks.templates[:])
    found.bands.frombytes(bands.tobytes())
    for names, flags in (
        (("lines", "prompts", "answers"), lines),
        (("signed", "records"), signed),
        (("gram_lines", "grams"), grams),
    ):
        for name in names:
            column = getattr(marks, name)
            kept = np.frombuffer(column, column.typecode)[flags]
            getattr(found, name).frombytes(kept.tobytes())
    return found
