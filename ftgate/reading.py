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
from typing import TYPE_CHECKING, Any, NamedTuple

from ftgate.accepted import Accepting
from ftgate.cache import Cache, Looks, Seen, key_of
from ftgate.content.marks import WHOLE, WHOLE_BYTES
from ftgate.engine import ENGINES
from ftgate.engine.task import Result, Task
from ftgate.errors import VocabularyError
from ftgate.model import (
    Encoding,
    Evidence,
    Example,
    FileRole,
    Goal,
    Judgement,
    Repetition,
)
from ftgate.plain import to_plain
from ftgate.profile import Measure, Profile
from ftgate.searching import Searching
from ftgate.sources import Dataset, File

if TYPE_CHECKING:
    from ftgate.content.goal import Sampled
    from ftgate.deadline import Deadline
    from ftgate.tokens.engines import Counter

_DATA_ROLES: tuple[FileRole, ...] = ("train", "validation", "test")


class LazyCounter:
    """Counts tokens; loads the vocabulary at the first text that no cache knows."""

    def __init__(self, encoding: Encoding, size_bytes: int, cache: Cache) -> None:
        self.encoding = encoding
        self.size_bytes = size_bytes
        self.cache = cache
        self.engine = "cached"
        self.note = ""
        self._counter: Counter | None = None

    def measure(self) -> Measure:
        """The provider's token count of one example (see :mod:`ftgate.tokens.billing`)."""
        from ftgate.tokens.billing import Meter

        return Meter(self._open()).measure

    def count(self, text: str) -> int:
        """Tokens of a text, remembered by its digest."""
        key = key_of("text", text, self.encoding.name)
        known = self.cache.get(key)
        if not isinstance(known, int):
            known = self._open().count(text)
            self.cache.put(key, known)
        return int(known)

    def _open(self) -> Counter:
        """The engine, started once: that costs more than counting a megabyte."""
        if self._counter is None:
            from ftgate.tokens.engines import open_counter

            self._counter = open_counter(self.encoding.name, size_bytes=self.size_bytes)
            self.engine, self.note = self._counter.engine, self._counter.note
        return self._counter


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
        total: Profile | None = None
        for file in files:
            profile = self.results[file.path].profile
            total = total or Profile()
            if profile:
                total.merge(profile)
        return total

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
    deadline: Deadline | None = None,
) -> Reading:
    """Profile every data file; judge the training examples when ``sample_size`` is positive.

    ``counter`` None counts no tokens. ``target`` is the provider whose rules the records have to
    follow; ``hygiene`` looks for secrets, poor answers and repetitions, and compares
    all of up to ``whole_bytes`` with each other; ``signed`` as in :class:`Searching`.
    ``accepting`` says by path which places are accepted. Raises OutOfTimeError after ``deadline``.
    """
    reading = Reading(seen={file.path: looks.at(file.path) for file in dataset.files})
    data = [file for file in dataset.files if file.role in _DATA_ROLES]
    train = [file for file in data if file.role == "train"]
    shapes = (f"{reading.seen[file.path].digest} {_suffix(file)}" for file in train)
    goal_key = key_of("goal", str(sample_size), target, *shapes)
    known_goal = _goal_from_json(cache.get(goal_key), train) if sample_size else None
    wants_sample = bool(sample_size) and known_goal is None
    wanted = sample_size if wants_sample else 0
    structure = counter is None and not sample_size and not hygiene
    how = _How(limit, target, structure, hygiene, accepting, deadline)
    search = Searching(data, reading.seen, target, whole_bytes, signed=signed)
    _profile_all(data, reading, counter, wanted, how, search, cache)
    if known_goal is not None:
        reading.goal = known_goal
    elif wants_sample and any(reading.results[file.path].profile for file in train):
        if deadline:
            deadline.check()
        goal = _judge(reading, train, sample_size)
        cache.put(goal_key, to_plain(goal))
        reading.goal = _named(goal, [file.name for file in train])
    if deadline:
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
    how = _How(limit=None, target=target, structure=False, hygiene=False)
    search = Searching(train, reading.seen, target, WHOLE_BYTES)
    _profile_all(train, reading, None, sample_size, how, search, Cache(None))
    return _sampled(reading, train, sample_size)


class _How(NamedTuple):
    """What a profile depends on besides the file and the vocabulary; see :class:`Task`."""

    limit: int | None
    target: str
    structure: bool
    hygiene: bool
    accepting: Mapping[str, Accepting] = MappingProxyType({})
    deadline: Deadline | None = None  # decides whether there is a profile, not what is in it

    def key(self, path: str) -> tuple[str, ...]:
        """What the profile of one file depends on."""
        accepting = self.accepting.get(path)
        return (*map(str, self[:4]), *([accepting.key] if accepting else ()))


def _suffix(file: File) -> str:
    """What of its name decides how a file is read: some providers take tables."""
    return ".csv" if file.name.lower().endswith(".csv") else ""


def _profile_all(
    data: Sequence[File],
    reading: Reading,
    counter: LazyCounter | None,
    sample_size: int,
    how: _How,
    search: Searching,
    cache: Cache,
) -> None:
    """Fill ``reading.results``; files with a known profile are read again only for a sample."""
    encoding = counter.encoding.name if counter else ""
    keys = {
        file.path: key_of(
            "profile",
            reading.seen[file.path].digest,
            _suffix(file),
            encoding,
            *how.key(file.path),
            *(search.key(file) if how.hygiene else ()),
        )
        for file in data
    }
    known = {path: _profile(cache.get(key)) for path, key in keys.items()}
    measure: Measure | None = None
    if counter and any(profile is None for profile in known.values()):
        try:
            measure = counter.measure()
        except VocabularyError as error:
            reading.vocabulary = error.message
    tasks = []
    for file in data:
        profile, wanted = known[file.path], sample_size if file.role == "train" else 0
        if profile is not None and not wanted:
            reading.results[file.path] = Result(file.path, profile)
        else:
            seen = reading.seen[file.path]
            counted = measure if profile is None else None
            task = Task(
                file.path,
                file.name,
                seen,
                counted,
                how.limit,
                wanted,
                how.target,
                how.structure,
                how.hygiene,
                search.of(file) if how.hygiene else WHOLE,
                how.accepting.get(file.path),
                how.deadline,
            )
            tasks.append(task)
    for result in ENGINES["serial"](tasks):
        remembered = known[result.path]
        if remembered is not None:
            result = replace(result, profile=remembered)
        elif result.profile and not reading.vocabulary:
            cache.put(keys[result.path], result.profile.to_json())
        reading.results[result.path] = result


def _sampled(reading: Reading, train: Sequence[File], sample_size: int) -> list[Sampled]:
    """The examples with the smallest digests of all training files together."""
    from ftgate.content.goal import Sampled

    pooled = [
        (digest, index, line, example)
        for index, file in enumerate(train)
        for digest, line, example in reading.results[file.path].sample
    ]
    chosen = heapq.nsmallest(sample_size, pooled, key=lambda entry: entry[:3])
    return [
        Sampled(str(index), line, _judged_turns(example), example.calls)
        for _, index, line, example in chosen
    ]


def _judge(reading: Reading, train: Sequence[File], sample_size: int) -> Goal:
    from ftgate.content.goal import judge_goal

    profiles = [reading.results[file.path].profile for file in train]
    sample = _sampled(reading, train, sample_size)
    return judge_goal(sample, examples=sum(p.examples for p in profiles if p))


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


def _profile(data: Any) -> Profile | None:
    """A remembered profile; None for an entry of another shape."""
    try:
        return Profile.from_json(data)
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
