"""Counts for ``ftgate count``: each data and prompt file of what the user named."""

from __future__ import annotations

import glob
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ftgate.deadline import FOREVER, Deadline
from ftgate.remote.names import is_url

if TYPE_CHECKING:
    from ftgate.cache import Cache
    from ftgate.counting import LazyCounter
    from ftgate.looks import Looks
    from ftgate.model import Encoding, Problem, ProviderFacts
    from ftgate.profile import Profile
    from ftgate.sources import Dataset, File


@dataclass(frozen=True, slots=True)
class FileCount:
    """One file. ``tokens`` is one epoch as billed; ``by_role`` and ``tools`` are content only.

    ``problem`` says why the file could not be counted; its numbers then mean nothing.
    """

    path: str
    role: str
    examples: int = 0
    invalid: int = 0
    tokens: int = 0
    by_role: dict[str, int] = field(default_factory=dict)
    tools: int = 0
    problem: str = ""

    @property
    def overhead(self) -> int:
        """Tokens of the provider's frame around the content: per example, message and role."""
        return self.tokens - sum(self.by_role.values()) - self.tools if self.by_role else 0


@dataclass(frozen=True, slots=True)
class SetCount:
    """One dataset as a training job would get it; None where it has no such files."""

    name: str
    train: Profile | None
    validation: Profile | None
    train_paths: tuple[str, ...]


@dataclass(slots=True)
class Counts:
    """All files, and the lengths of all training and evaluation examples together."""

    encoding: Encoding
    engine: str = ""
    note: str = ""
    files: list[FileCount] = field(default_factory=list)
    lengths: Counter[int] = field(default_factory=Counter)
    sets: list[SetCount] = field(default_factory=list)

    @property
    def counted(self) -> list[FileCount]:
        """Files with numbers."""
        return [file for file in self.files if not file.problem]

    @property
    def problems(self) -> list[FileCount]:
        """Files without."""
        return [file for file in self.files if file.problem]


def count_paths(
    paths: Sequence[str],
    encoding: Encoding,
    cache: Cache,
    provider: ProviderFacts | None = None,
    deadline: Deadline = FOREVER,
) -> Counts:
    """Count data files and the prompt files beside them; a named prompt file alone counts too.

    A file that cannot be counted is listed with its problem, and the others are counted. What lies
    beyond the limit per example is told apart when there is a ``provider``. Raises OutOfTimeError
    after ``deadline``.
    """
    from ftgate.counting import LazyCounter
    from ftgate.files import PROMPT_SUFFIXES
    from ftgate.looks import Looks
    from ftgate.readers.prompt_names import is_prompt
    from ftgate.settings import Settings
    from ftgate.sources import discover

    prompts = [
        path
        for path in paths
        if (path.lower().endswith(PROMPT_SUFFIXES) or is_prompt(path)) and os.path.isfile(path)
    ]
    missing = [path for path in paths if _is_missing(path)]
    rest = [path for path in paths if path not in (*prompts, *missing)]
    looks = Looks(cache)
    nothing_stated = (None, Settings())
    jobs = discover(rest, lambda folder: nothing_stated, listed=looks.listed) if rest else []
    with deadline.during(f"{', '.join(paths)}: not read"):
        files = (file for job in jobs for file in job.dataset.files)
        size = sum(looks.at(file.path, deadline).size for file in files)
    counter = LazyCounter(encoding, size, cache)
    counts = Counts(encoding, files=[_bad(path, "", "no such file or folder") for path in missing])
    seen: set[str] = set()
    for job in jobs:
        with deadline.during(f"{job.dataset.name}: not counted"):
            _count_dataset(job.dataset, counter, cache, looks, counts, seen, provider, deadline)
    for path in prompts:
        with deadline.during(f"{path}: not counted"):
            deadline.check()
        _count_prompt(path, path, counter, counts, seen)
    counts.engine, counts.note = counter.engine, counter.note or encoding.note
    return counts


def _is_missing(path: str) -> bool:
    return not (os.path.lexists(path) or glob.has_magic(path) or is_url(path))


def _count_dataset(
    dataset: Dataset,
    counter: LazyCounter,
    cache: Cache,
    looks: Looks,
    counts: Counts,
    seen: set[str],
    provider: ProviderFacts | None,
    deadline: Deadline,
) -> None:
    from ftgate.engine import Engine
    from ftgate.errors import VocabularyError
    from ftgate.reading import read_dataset

    limit = provider.max_example_tokens if provider else None
    reading = read_dataset(
        dataset,
        counter=counter,
        limit=limit,
        sample_size=0,
        cache=cache,
        looks=looks,
        target=provider.name if provider else "openai",
        engine=Engine("auto"),
        deadline=deadline,
    )
    if reading.vocabulary:
        raise VocabularyError(reading.vocabulary)
    for file in dataset.files:
        if file.role == "prompt":
            _count_prompt(file.path, file.name, counter, counts, seen)
            continue
        result = reading.results[file.path]
        if result.profile is None:
            counts.files.append(_bad(file.name, file.role, _why(result.error)))
            continue
        counts.files.append(_file_count(file, result.profile))
        counts.lengths.update(result.profile.lengths)
    train = dataset.of("train")
    validation = reading.merged(dataset.of("validation"))
    paths = tuple(file.path for file in train if reading.results[file.path].profile)
    counts.sets.append(SetCount(dataset.name, reading.merged(train), validation, paths))


def _why(error: Problem | None) -> str:
    """``empty dataset (0 bytes)``: the kind of defect in words, with what was seen."""
    if error is None:
        return "cannot be read"
    words = error.kind.replace("-", " ")
    return f"{words} ({error.detail})" if error.detail else words


def _bad(name: str, role: str, problem: str) -> FileCount:
    return FileCount(name, role, problem=problem)


def _file_count(file: File, profile: Profile) -> FileCount:
    if not profile.examples:
        return _bad(file.name, file.role, "no record in it could be read")
    return FileCount(
        file.name,
        file.role,
        profile.examples,
        profile.invalid,
        profile.tokens,
        dict(profile.by_role),
        profile.tool_tokens,
    )


def _count_prompt(
    path: str, name: str, counter: LazyCounter, counts: Counts, seen: set[str]
) -> None:
    """Prompt files are shared by datasets of one folder: each is counted once."""
    from ftgate.errors import UnreadableError
    from ftgate.prompts.workload import read_prompt

    real = os.path.realpath(path)
    if real in seen:
        return
    seen.add(real)
    try:
        tokens = read_prompt(path, name, counter.count).tokens
    except UnreadableError as error:
        counts.files.append(_bad(name, "prompt", error.message.removeprefix(f"prompt {name}: ")))
    else:
        counts.files.append(FileCount(name, "prompt", tokens=tokens))
