"""The marks of all files of a dataset as arrays, one row per example."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ftgate.content.marks import SHOWN, Part
from ftgate.content.shingles import BANDS
from ftgate.model import Place, Repeats

Longs = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]


class Columns(NamedTuple):
    """Marked examples: index of the file, line, whether held out, and their digests."""

    part: npt.NDArray[np.int32]
    line: npt.NDArray[np.uint32]
    held: Flags
    prompt: Longs
    answer: Longs
    record: Longs

    def where(self, flags: Flags) -> Columns:
        """The rows with a flag."""
        return self if flags.all() else Columns._make(column[flags] for column in self)


class Rows(NamedTuple):
    """Signed examples; ``bands`` has a row of :data:`~ftgate.content.shingles.BANDS` values."""

    part: npt.NDArray[np.int32]
    line: npt.NDArray[np.uint32]
    held: Flags
    record: Longs
    bands: npt.NDArray[np.uint32]


def marked(parts: Sequence[Part]) -> Columns:
    """The marked examples of all files, in order."""
    prompt, answer = _join(parts, "prompts", np.uint64), _join(parts, "answers", np.uint64)
    return Columns(*_places(parts, "lines"), prompt, answer, records_of(prompt, answer))


def records_of(prompts: Longs, answers: Longs) -> Longs:
    """What :func:`ftgate.content.marks.mixed` makes of each pair."""
    return prompts ^ answers * np.uint64(0x9E3779B97F4A7C15)


def signed(parts: Sequence[Part]) -> Rows:
    """The signed examples of all files, in order."""
    bands = _join(parts, "bands", np.uint32).reshape(-1, BANDS)
    return Rows(*_places(parts, "signed"), _join(parts, "records", np.uint64), bands)


def templated(parts: Sequence[Part]) -> tuple[Any, Any, Flags, Longs]:
    """File, line, whether held out, and skeleton of each example that has one."""
    return *_places(parts, "templated"), _join(parts, "templates", np.uint64)


def sequences(parts: Sequence[Part]) -> tuple[Any, Any, Flags, Longs]:
    """File, line, whether held out, and hash of each sampled word sequence."""
    return *_places(parts, "gram_lines"), _join(parts, "grams", np.uint64)


def _join(parts: Sequence[Part], name: str, kind: type[Any]) -> Any:
    columns = [np.frombuffer(getattr(part.marks, name), kind) for part in parts]
    filled = [column for column in columns if len(column)]
    return filled[0] if len(filled) == 1 else np.concatenate([np.empty(0, kind), *filled])


def _places(parts: Sequence[Part], name: str) -> tuple[Any, Any, Flags]:
    sizes = [len(getattr(part.marks, name)) for part in parts]
    held = np.repeat(np.array([part.held_out for part in parts], dtype=bool), sizes)
    part = np.repeat(np.arange(len(parts), dtype=np.int32), sizes)
    return part, _join(parts, name, np.uint32), held


def repeats(parts: Sequence[Part], part: Any, line: Any) -> Repeats:
    """So many examples, and the places of the first."""
    order = np.lexsort((line, part))[:SHOWN]
    places = (Place(parts[part[at]].name, int(line[at])) for at in order)
    return Repeats(len(line), tuple(places))


def first_of(values: Longs) -> Flags:
    """Flags of the rows whose value occurs for the first time."""
    flags = np.zeros(len(values), dtype=bool)
    flags[np.unique(values, return_index=True)[1]] = True
    return flags
