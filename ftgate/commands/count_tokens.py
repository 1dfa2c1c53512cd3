"""Counts for ``ftgate count``: each data and prompt file of what the user named."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ftgate.cache import Cache
    from ftgate.model import Encoding, Problem
    from ftgate.profile import Profile
    from ftgate.reading import LazyCounter
    from ftgate.sources import Dataset, File


@dataclass(frozen=True, slots=True)
class FileCount:
    """One file. ``tokens`` is one epoch as billed; ``by_role`` is content only."""

    path: str
    role: str
    examples: int
    invalid: int
    tokens: int
    by_role: dict[str, int]


@dataclass(slots=True)
class Counts:
    """All files, and the lengths of all training and evaluation examples together."""

    encoding: Encoding
    engine: str = ""
    note: str = ""
    files: list[FileCount] = field(default_factory=list)
    lengths: Counter[int] = field(default_factory=Counter)


def count_paths(paths: Sequence[str], encoding: Encoding, cache: Cache) -> Counts:
    """Count data files and the prompt files beside them; a named prompt file alone counts too."""
    from ftgate.reading import LazyCounter
    from ftgate.settings import Settings
    from ftgate.sources import PROMPT_SUFFIXES, discover

    prompts = [
        path for path in paths if path.lower().endswith(PROMPT_SUFFIXES) and os.path.isfile(path)
    ]
    rest = [path for path in paths if path not in prompts]
    jobs = discover(rest, lambda folder: (None, Settings())) if rest else []
    size = sum(_size(file) for job in jobs for file in job.dataset.files)
    counter = LazyCounter(encoding, size, cache)
    counts = Counts(encoding)
    seen: set[str] = set()
    for job in jobs:
        _count_dataset(job.dataset, counter, cache, counts, seen)
    for path in prompts:
        _count_prompt(path, path, counter, counts, seen)
    counts.engine, counts.note = counter.engine, counter.note or encoding.note
    return counts


def _count_dataset(
    dataset: Dataset, counter: LazyCounter, cache: Cache, counts: Counts, seen: set[str]
) -> None:
    from ftgate.errors import UnreadableError, VocabularyError
    from ftgate.reading import read_dataset

    reading = read_dataset(dataset, counter=counter, limit=None, sample_size=0, cache=cache)
    if reading.vocabulary:
        raise VocabularyError(reading.vocabulary)
    for file in dataset.files:
        if file.role == "prompt":
            _count_prompt(file.path, file.name, counter, counts, seen)
            continue
        result = reading.results[file.path]
        if result.profile is None:
            raise UnreadableError(
                f"{file.name}: {_why(result.error)}", hint="ftgate check says more"
            )
        counts.files.append(_file_count(file, result.profile))
        counts.lengths.update(result.profile.lengths)


def _why(error: Problem | None) -> str:
    """``empty dataset (0 bytes)``: the kind of defect in words, with what was seen."""
    if error is None:
        return "cannot be read"
    words = error.kind.replace("-", " ")
    return f"{words} ({error.detail})" if error.detail else words


def _file_count(file: File, profile: Profile) -> FileCount:
    return FileCount(
        file.name,
        file.role,
        profile.examples,
        profile.invalid,
        profile.tokens,
        dict(profile.by_role),
    )


def _count_prompt(
    path: str, name: str, counter: LazyCounter, counts: Counts, seen: set[str]
) -> None:
    """Prompt files are shared by datasets of one folder: each is counted once."""
    from ftgate.prompts import read_prompt

    real = os.path.realpath(path)
    if real not in seen:
        seen.add(real)
        tokens = read_prompt(path, name, counter.count).tokens
        counts.files.append(FileCount(name, "prompt", 0, 0, tokens, {}))


def _size(file: File) -> int:
    try:
        return os.path.getsize(file.path)
    except OSError:
        return 0
