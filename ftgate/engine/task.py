"""One file to profile, and what comes of it: the unit of work of every engine."""

from __future__ import annotations

from dataclasses import dataclass, field

from ftgate.accepted import Accepting
from ftgate.cache import Seen, is_still
from ftgate.content.marks import WHOLE, Search
from ftgate.deadline import Deadline
from ftgate.errors import UnreadableError
from ftgate.model import Example, Problem
from ftgate.profile import Measure, Profile, profile_stream
from ftgate.readers.compressed import ArchiveError, open_data
from ftgate.readers.sniff import HEAD_BYTES, diagnose_head
from ftgate.sample import Sample
from ftgate.targets import open_target


@dataclass(frozen=True, slots=True)
class Task:
    """Profile the file at ``path``, which reports call ``name``.

    ``seen`` is the file as it was when its digest was taken: one that changes before it is read to
    the end is not judged. ``sample_size`` 0 collects no examples. ``target``
    names the provider whose rules the records have to follow. ``structure`` reads nothing but
    what the rules of files and records need; ``hygiene`` reads what the rules of hygiene need too,
    and ``search`` says how far. ``accepting`` says which places the baseline accepts, ``deadline``
    when to give up.
    """

    path: str
    name: str
    seen: Seen
    measure: Measure | None
    limit: int | None
    sample_size: int = 0
    target: str = "openai"
    structure: bool = False
    hygiene: bool = False
    search: Search = WHOLE
    accepting: Accepting | None = None
    deadline: Deadline | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """``error`` says why there is no profile: the file as a whole is not JSON Lines.

    ``sample`` has ``(record digest, line, example)``, see :class:`ftgate.sample.Sample`.
    """

    path: str
    profile: Profile | None
    error: Problem | None = None
    sample: list[tuple[bytes, int, Example]] = field(default_factory=list)


def perform(task: Task) -> Result:
    """Read one file. A file that changes while it is read is not judged: UnreadableError."""
    target = open_target(task.target)
    table = target is not None and target.reads_table(task.name)
    try:
        with open_data(task.path) as stream:
            head = stream.read(HEAD_BYTES)
        error = None if table and head else diagnose_head(head, task.name)
        if error:
            return Result(task.path, None, error)
        sample = Sample(task.sample_size) if task.sample_size else None
        with open_data(task.path) as stream:
            profile = profile_stream(
                stream,
                measure=task.measure,
                limit=task.limit,
                sample=sample,
                refuse=target.problems if target else None,
                structure=task.structure,
                table=table,
                hygiene=task.hygiene,
                search=task.search,
                accepting=task.accepting,
                deadline=task.deadline,
            )
    except ArchiveError as error:
        return Result(task.path, None, error.problem)
    except OSError as error:
        return Result(task.path, None, Problem("unreadable-file", error.strerror or str(error)))
    if not is_still(task.path, task.seen):
        raise UnreadableError(f"{task.name}: changed while it was read", hint="run again")
    return Result(task.path, profile, None, sample.examples() if sample else [])
