"""One file to profile, and what comes of it: the unit of work of every engine."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from ftgate.errors import UnreadableError
from ftgate.model import Example, Problem
from ftgate.profile import Measure, Profile, Sample, profile_stream
from ftgate.readers.compressed import ArchiveError, open_data
from ftgate.readers.sniff import HEAD_BYTES, diagnose_head


@dataclass(frozen=True, slots=True)
class Task:
    """Profile the file at ``path``; ``sample_size`` 0 collects no examples."""

    path: str
    measure: Measure | None
    limit: int | None
    sample_size: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """``error`` says why there is no profile: the file as a whole is not JSON Lines.

    ``sample`` has ``(record digest, line, example)``, see :class:`ftgate.profile.Sample`.
    """

    path: str
    profile: Profile | None
    error: Problem | None = None
    sample: list[tuple[bytes, int, Example]] = field(default_factory=list)


def perform(task: Task) -> Result:
    """Read one file. A file that changes while it is read is not judged: UnreadableError."""
    try:
        before = os.stat(task.path)
        with open_data(task.path) as stream:
            error = diagnose_head(stream.read(HEAD_BYTES), task.path)
        if error:
            return Result(task.path, None, error)
        sample = Sample(task.sample_size) if task.sample_size else None
        with open_data(task.path) as stream:
            profile = profile_stream(stream, measure=task.measure, limit=task.limit, sample=sample)
        after = os.stat(task.path)
    except ArchiveError as error:
        return Result(task.path, None, error.problem)
    except OSError as error:
        return Result(task.path, None, Problem("unreadable-file", error.strerror or str(error)))
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise UnreadableError(f"{task.path}: changed while it was read", hint="run again")
    return Result(task.path, profile, None, sample.examples() if sample else [])
