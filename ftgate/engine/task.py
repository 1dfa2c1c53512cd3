"""One piece of a file to profile, and what comes of it: the unit of work of every engine."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from ftgate.accepted import Accepting
from ftgate.content.marks import WHOLE, Search
from ftgate.deadline import FOREVER, Deadline
from ftgate.errors import UnreadableError
from ftgate.looks import Seen, is_still
from ftgate.model import Problem
from ftgate.profile import Profile
from ftgate.profiling import Measure, profile_stream
from ftgate.readers.compressed import ArchiveError, open_data
from ftgate.readers.sniff import HEAD_BYTES, diagnose_head
from ftgate.targets import Target, open_target

if TYPE_CHECKING:
    from ftgate.tokens.engines import Counter

_BUFFER_BYTES = 1 << 20
_RECORD = (
    b'{"messages": [{"role": "user", "content": "What does this cost?"},'
    b' {"role": "assistant", "content": "It costs nothing."}]}'
)


class Counting(NamedTuple):
    """How tokens are counted: every process opens the counter for itself."""

    encoding: str
    engine: str


class Piece(NamedTuple):
    """Bytes of a file that begin with a line and end with one.

    ``digest`` is of their SHA-256, "" when it was not taken.
    """

    start: int
    size: int
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """Profile the file at ``path``, which reports call ``name``, or one piece of it.

    ``seen`` is the file as it was when its digest was taken: one that changes before it is read to
    the end is not judged. ``counting`` None counts no tokens. ``target`` names the provider whose
    rules the records have to follow. ``structure`` reads nothing but what the rules of files and
    records need; ``hygiene`` reads what the rules of hygiene need too, and ``search`` says how far.
    ``accepting`` says which places the baseline accepts, ``deadline`` when to give up. ``piece``
    None is the whole file, and ``digest`` asks for the digest of a piece that has none.
    """

    path: str
    name: str
    seen: Seen
    counting: Counting | None
    limit: int | None
    target: str = "openai"
    structure: bool = False
    hygiene: bool = False
    search: Search = WHOLE
    accepting: Accepting | None = None
    deadline: Deadline = FOREVER
    piece: Piece | None = None
    digest: bool = False

    @property
    def place(self) -> str:
        """The name of the file, and which bytes of it."""
        if self.piece is None:
            return self.name
        start, size, _ = self.piece
        return f"{self.name}, bytes {start:,} to {start + size:,}"


@dataclass(frozen=True, slots=True)
class Result:
    """``error`` says why there is no profile: the file as a whole is not JSON Lines.

    ``digest`` is that of the piece when the task asked for it.
    """

    path: str
    profile: Profile | None
    error: Problem | None = None
    digest: str = ""


def warm(task: Task) -> None:
    """Load what such a task needs: processes that are forked afterwards need not."""
    search = task.search._replace(kept=None)  # of the record below nobody wants to know
    alike = replace(task, piece=None, search=search)
    _profile(alike, io.BytesIO(_RECORD), open_target(task.target))


def perform(task: Task) -> Result:
    """Read one piece. A file that changes while it is read is not judged: UnreadableError."""
    target = open_target(task.target)
    table = target is not None and target.reads_table(task.name)
    try:
        error = None if task.piece else _error_of(task, table)
        if error:
            return Result(task.path, None, error)
        with _opened(task) as stream:
            profile = _profile(task, stream, target, table=table)
        digest = _digest(task.path, task.piece) if task.digest and task.piece else ""
    except ArchiveError as error:
        return Result(task.path, None, error.problem)
    except OSError as error:
        return Result(task.path, None, Problem("unreadable-file", error.strerror or str(error)))
    if not is_still(task.path, task.seen):
        raise UnreadableError(f"{task.name}: changed while it was read", hint="run again")
    return Result(task.path, profile, digest=digest)


_METERS: dict[Counting, Measure] = {}  # a process that is forked has what its parent has opened


def adopt(counter: Counter) -> Counting:
    """Count with this counter in tasks that say so."""
    from ftgate.tokens.billing import Meter

    counting = Counting(counter.encoding_name, counter.engine)
    _METERS[counting] = Meter(counter).measure
    return counting


def meter(counting: Counting) -> Measure:
    """The provider's token count of one example (see :mod:`ftgate.tokens.billing`).

    Opened once in a process: that costs more than counting a megabyte.
    """
    if counting not in _METERS:
        from ftgate.tokens.engines import open_counter

        adopt(open_counter(counting.encoding, size_bytes=0, engine=counting.engine))
    return _METERS[counting]


def _error_of(task: Task, table: bool) -> Problem | None:
    """What the file is instead of JSON Lines, or of a table."""
    with open_data(task.path) as stream:
        head = stream.read(HEAD_BYTES)
    return None if table and head else diagnose_head(head, task.name)


def _digest(path: str, piece: Piece) -> str:
    """The digest of a piece that was just read: its bytes are still in memory."""
    from ftgate.engine.pieces import digested  # knows what a piece is

    return piece.digest or next(digested(path, [piece])).digest


def _profile(
    task: Task, stream: BinaryIO, target: Target | None, *, table: bool = False
) -> Profile:
    return profile_stream(
        stream,
        measure=meter(task.counting) if task.counting else None,
        limit=task.limit,
        refuse=target.problems if target else None,
        structure=task.structure,
        table=table,
        hygiene=task.hygiene,
        search=task.search,
        accepting=task.accepting,
        deadline=task.deadline,
        start=task.piece.start if task.piece else 0,
        size=task.piece.size if task.piece else None,
    )


@contextmanager
def _opened(task: Task) -> Iterator[BinaryIO]:
    """The file from where the piece begins; a piece is never compressed."""
    if task.piece is None:
        with open_data(task.path) as stream:
            yield stream
        return
    size = max(1, min(task.piece.size, _BUFFER_BYTES))
    with io.BufferedReader(io.FileIO(task.path), buffer_size=size) as stream:
        stream.seek(task.piece.start)
        yield stream
