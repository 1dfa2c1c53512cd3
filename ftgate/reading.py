"""Reads the data files of one dataset, or remembers what they said.

Profiles are cached per file by the digest of its bytes; what the answers teach is cached per set
of training files. When nothing changed, no vocabulary is loaded and no line is parsed.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ftgate.accepted import Accepting
from ftgate.cache import Cache, key_of
from ftgate.content.marks import WHOLE_BYTES
from ftgate.counting import LazyCounter
from ftgate.deadline import FOREVER, Deadline
from ftgate.engine import SERIAL, Engine, Result
from ftgate.errors import UnreadableError
from ftgate.looks import Looks, Seen, is_still
from ftgate.lookup import examples_at
from ftgate.model import (
    Evidence,
    Example,
    FileRole,
    Goal,
    Judgement,
    Repetition,
)
from ftgate.plain import to_plain
from ftgate.profile import Profile
from ftgate.profile_files import How, profile_files
from ftgate.searching import Searching
from ftgate.sources import Dataset, File

if TYPE_CHECKING:
    from ftgate.content.goal import Sampled

_DATA_ROLES: tuple[FileRole, ...] = ("train", "validation", "test")


@dataclass(slots=True)
class Reading:
    """The data files of a dataset as read, by path.

    ``vocabulary`` says why tokens could not be counted, "" when they could.
    """

    seen: dict[str, Seen]
    results: dict[str, Result] = field(default_factory=dict)
    goal: Goal | None = None
    repetition: Repetition | None = None
    vocabulary: str = ""

    def merged(self, files: Iterable[File]) -> Profile | None:
        """One profile of these files, None when there are none."""
        profiles = [self.results[file.path].profile for file in files]
        read = [profile for profile in profiles if profile]
        if len(read) == 1:
            return read[0]
        total = Profile()
        for profile in read:
            total.merge(profile)
        return total if profiles else None

    def duplicates(self, train: Profile | None, held_out: Profile | None) -> dict[str, int | None]:
        """What repeats, as far as it was looked for: None is not zero.

        Where a set was too large to be searched whole, ``exact`` counts equal bytes, in all of it.
        """
        found = self.repetition
        exact, leaked = train.duplicates if train else None, None
        if found is not None:
            leaked = found.leak.leaked.count if found.leak else None
            exact = found.exact.count if found.share == 1 else exact
        elif train and held_out and exact is not None:
            leaked = train.overlap(held_out)
        near = found.near.count if found else None
        return {"exact": exact, "near": near, "leaked_from_validation": leaked}

    def digest(self, files: Iterable[File]) -> str:
        """Digest of a dataset: of its files' roles and bytes, in order, whatever their names."""
        joined = hashlib.sha256()
        for file in files:
            joined.update(f"{file.role}\0{self.seen[file.path].digest}\n".encode())
        return f"sha256:{joined.hexdigest()}"


def read_dataset(
    dataset: Dataset,
    *,
    counter: LazyCounter | None,
    limit: int | None,
    sample_size: int,
    cache: Cache,
    looks: Looks,
    target: str = "openai",
    hygiene: bool = False,
    whole_bytes: int = WHOLE_BYTES,
    signed: bool = False,
    accepting: Mapping[str, Accepting] = MappingProxyType({}),
    deadline: Deadline = FOREVER,
    engine: Engine = SERIAL,
) -> Reading:
    """Profile every data file; judge the training examples when ``sample_size`` is positive.

    ``counter`` None counts no tokens. ``target`` is the provider whose rules the records have to
    follow; ``hygiene`` looks for secrets, poor answers and repetitions, and compares
    all of up to ``whole_bytes`` with each other; ``signed`` as in :class:`Searching`.
    ``accepting`` says by path which places are accepted. Raises OutOfTimeError after ``deadline``.
    """
    reading = Reading(seen={file.path: looks.at(file.path, deadline) for file in dataset.files})
    data = [file for file in dataset.files if file.role in _DATA_ROLES]
    train = [file for file in data if file.role == "train"]
    shapes = (f"{reading.seen[file.path].digest} {file.table_suffix}" for file in train)
    goal_key = key_of("goal", str(sample_size), target, *shapes)
    known_goal = _goal_from_json(cache.get(goal_key), train) if sample_size else None
    structure = counter is None and not sample_size and not hygiene
    how = How(limit, target, structure, hygiene, accepting, deadline)
    search = Searching(
        data,
        reading.seen,
        target,
        whole_bytes,
        signed=signed,
        memory_bytes=engine.memory.kept_bytes,
        deadline=deadline,
    )
    found = profile_files(data, reading.seen, counter, how, search, cache, engine)
    reading.results, reading.vocabulary = found
    if known_goal is not None:
        reading.goal = known_goal
    elif sample_size and any(reading.results[file.path].profile for file in train):
        goal = _judge(reading, train, sample_size, target, deadline)
        cache.put(goal_key, to_plain(goal))
        reading.goal = _named(goal, [file.name for file in train])
    deadline.check()
    if hygiene and not reading.vocabulary:
        profiles = {path: result.profile for path, result in reading.results.items()}
        reading.repetition = search.repetition(profiles, cache)
    return reading


def read_sample(dataset: Dataset, *, sample_size: int, looks: Looks, target: str) -> list[Sampled]:
    """The training examples that are judged, whole, the smallest record digest first.

    The ``path`` of each is the index of its file among the training files.
    """
    train = dataset.of("train")
    reading = Reading(seen={file.path: looks.at(file.path) for file in train})
    how = How(limit=None, target=target, structure=False, hygiene=False)
    search = Searching(train, reading.seen, target, WHOLE_BYTES)
    nothing = Cache(None)
    reading.results, _ = profile_files(train, reading.seen, None, how, search, nothing, SERIAL)
    return _sampled(reading, train, sample_size, target, FOREVER)


def _sampled(
    reading: Reading, train: Sequence[File], sample_size: int, target: str, deadline: Deadline
) -> list[Sampled]:
    """The examples with the smallest digests of all training files together, read again.

    Raises UnreadableError when a file has changed since it was profiled.
    """
    from ftgate.content.goal import Sampled

    pooled = [
        (digest, index, line)
        for index, file in enumerate(train)
        if (profile := reading.results[file.path].profile)
        for digest, line in profile.sample(sample_size)
    ]
    chosen = heapq.nsmallest(sample_size, pooled)
    examples = {}
    for index, file in enumerate(train):
        lines = [line for _, of, line in chosen if of == index]
        found = examples_at(file.path, file.name, target, lines, deadline)
        if not is_still(file.path, reading.seen[file.path]):
            raise UnreadableError(f"{file.name}: changed while it was read", hint="run again")
        examples.update({(index, line): one for line, one in zip(lines, found, strict=True)})
    return [
        Sampled(str(index), line, _judged_turns(examples[index, line]), examples[index, line].calls)
        for _, index, line in chosen
    ]


def _judge(
    reading: Reading, train: Sequence[File], sample_size: int, target: str, deadline: Deadline
) -> Goal:
    from ftgate.content.goal import judge_goal

    profiles = [reading.results[file.path].profile for file in train]
    sample = _sampled(reading, train, sample_size, target, deadline)
    examples = sum(profile.examples for profile in profiles if profile)
    return judge_goal(sample, examples=examples, deadline=deadline)


def _judged_turns(example: Example) -> list[tuple[str, str]]:
    """The turns up to the answer that is taught: of a preference pair the preferred one."""
    if example.prompt is None:
        return example.turns
    return example.turns[: len(example.prompt.turns) + 1]


def _named(goal: Goal, names: list[str]) -> Goal:
    """Judgements carry the index of their file, so that the cache depends on contents alone."""
    judgements = tuple(replace(one, path=names[int(one.path)]) for one in goal.judgements)
    return replace(goal, judgements=judgements)


def _goal_from_json(data: Any, train: list[File]) -> Goal | None:
    """A remembered goal; None for an entry of another shape."""
    try:
        evidence = tuple(Evidence(**entry) for entry in data["evidence"])
        judgements = tuple(Judgement(**entry) for entry in data["judgements"])
        goal = Goal(**{**data, "evidence": evidence, "judgements": judgements})
        return _named(goal, [file.name for file in train])
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return None
