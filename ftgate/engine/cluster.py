"""What a Ray cluster is asked, and what its workers do.

Tasks travel in groups of about a second of work. A group whose worker dies, or whose machine, is
given to another one by Ray; workers that Ray's memory monitor ends are counted apart, with as many
tries. When all fail, each task of the group is tried alone, so that the one that kills is named. A
worker reads only bytes that have the digest which was taken where the check began, with the same
code: so it does not matter who reads.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import Any

from ftgate import engine
from ftgate.atomic import scratch_folder
from ftgate.cache import key_of
from ftgate.engine.pieces import digested
from ftgate.engine.task import Piece, Result, Task, perform
from ftgate.errors import UnreadableError, UsageError, WorkerError
from ftgate.looks import Looks, Seen

GROUP_BYTES = 16_000_000
"""Data of a group: about a second of work, beside a millisecond for handing it to a worker."""

_GROUPS_EACH = 16  # of little data, so many for each processor: the last ones are short
_AHEAD = 4  # groups for each processor that are under way, or done and waiting for their turn
_STORE_BYTES = 128 << 20  # for results on the way: a hundredth of their data, or an eighth
_LONGEST_FOLDER = 40  # names of sockets in it are 62 characters longer, and may have 104
_ANSWER_SECONDS = 10.0
_RETRIES = 1  # of a group whose worker died: so two workers die of it, as of a local task


def talk(connection: Connection, jobs: int, address: str) -> None:
    """The life of the process that talks to a cluster: lists of tasks come, results go.

    See :func:`ftgate.engine.ray.run_ray` for the arguments.
    """
    os.setsid()  # Ctrl-C is for the parent, which ends this group
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    with suppress(EOFError, OSError), scratch_folder() as folder:  # the parent is gone
        os.chdir(folder)  # workers import from where this process is
        _be_silent()
        try:
            with _joined(jobs, address, str(folder)) as ray:
                while tasks := connection.recv():
                    for result in Run(ray, tasks, jobs).results():
                        connection.send(result)
        except EOFError:
            pass
        except Exception as error:
            connection.send(error)


def _be_silent() -> None:
    """What Ray says is not part of a report."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)


@contextmanager
def _joined(jobs: int, address: str, folder: str) -> Iterator[Any]:
    """Ray, connected to a cluster. Raises UsageError when it cannot be."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # nobody is told that this machine uses Ray
    os.environ.setdefault("RAY_task_oom_retries", str(_RETRIES))  # else without end
    address = address or os.environ.get("RAY_ADDRESS", "")
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if not address or address == "local":
        options |= {
            "num_cpus": jobs or engine.processors(),
            "include_dashboard": False,
            "object_store_memory": _STORE_BYTES,
        }
        if len(folder) <= _LONGEST_FOLDER:  # else Ray takes a place of its own
            options["_temp_dir"] = folder
    import ray

    try:
        _join(ray, address, options)
        yield ray
    finally:
        ray.shutdown()


def _join(ray: Any, address: str, options: dict[str, Any]) -> None:
    host, colon, port = address.rpartition(":")
    try:
        if colon and port.isdecimal() and "//" not in host:  # Ray would try for two minutes
            socket.create_connection((host, int(port)), _ANSWER_SECONDS).close()
        ray.init(address or "local", **options)
    except Exception as error:  # Ray raises bare ones, too
        where = f"can be joined at {address}" if address else "starts on this machine"
        raise UsageError(
            f"no Ray cluster {where}: {_last_line(error)}",
            hint="ray status says whether there is one; --engine local needs none",
        ) from None


class Run:
    """Groups of tasks under way, in order."""

    def __init__(self, ray: Any, tasks: Sequence[Task], jobs: int) -> None:
        self._ray = ray
        self._jobs = jobs
        self._groups = grouped(tasks, jobs or self._processors())
        self._perform = ray.remote(num_cpus=1, max_retries=_RETRIES)(perform_group)
        self._running: deque[tuple[list[Task], Any]] = deque()

    def results(self) -> Iterator[Result]:
        """In the order of the tasks. Raises what a task does, and WorkerError."""
        while self._fill():
            group, reference = self._running.popleft()
            found = self._get(reference)
            if isinstance(found, Exception):
                raise found
            if isinstance(found, list):
                yield from found
            elif len(group) == 1:
                raise WorkerError(
                    f"{group[0].place}: the workers that read it died twice ({found})",
                    hint="when memory is short, let fewer read at a time: --jobs 1",
                )
            else:
                self._running.extendleft(self._started([task]) for task in reversed(group))

    def _fill(self) -> bool:
        """Start groups while there is room; whether any is under way."""
        room = self._jobs or self._processors() * _AHEAD
        while len(self._running) < room and (group := next(self._groups, None)):
            self._running.append(self._started(group))
        return bool(self._running)

    def _processors(self) -> int:
        """Processors of the cluster now: some clusters grow when there is more to do."""
        return max(1, int(self._ray.cluster_resources().get("CPU", 0)))

    def _started(self, group: list[Task]) -> tuple[list[Task], Any]:
        return group, self._perform.remote(group, key_of("code"))

    def _get(self, reference: Any) -> list[Result] | Exception | str:
        """What came of a group; how Ray calls it when the workers that had it are dead."""
        errors = self._ray.exceptions
        try:
            found: list[Result] | Exception = self._ray.get(reference)
        except errors.RayTaskError as error:  # it was not ours: those are returned
            return UsageError(
                f"a worker of the cluster cannot run ftgate: {_last_line(error)}",
                hint="all machines need the same ftgate, with the same extras",
            )
        except (errors.WorkerCrashedError, errors.OutOfMemoryError, errors.NodeDiedError) as error:
            return type(error).__name__
        except errors.ObjectLostError as error:  # with the machine that had it
            return type(error).__name__
        except errors.RayError as error:
            return WorkerError(
                f"the Ray cluster does not go on: {_last_line(error)}",
                hint="ray status says how the cluster is; --engine local needs none",
            )
        return found


def grouped(tasks: Sequence[Task], workers: int) -> Iterator[list[Task]]:
    """Tasks that follow each other, of about the same number of bytes together."""
    enough = min(GROUP_BYTES, sum(map(_size, tasks)) // (_GROUPS_EACH * workers))
    group: list[Task] = []
    size = 0
    for task in tasks:
        group.append(task)
        size += _size(task)
        if size >= enough:
            yield group
            group, size = [], 0
    if group:
        yield group


def _size(task: Task) -> int:
    return task.piece.size if task.piece else task.seen.size


def _last_line(error: BaseException) -> str:
    """What an error of Ray's is about: above it there may be a traceback."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return (str(error).strip() or type(error).__name__).splitlines()[-1]


# -- in a worker --------------------------------------------------------------------------------


def perform_group(tasks: list[Task], code: str) -> list[Result] | Exception:
    """Read these pieces with this code; what one raises is returned."""
    try:
        if key_of("code") != code:
            raise UsageError(
                f"a worker on {socket.gethostname()} has another ftgate than this one",
                hint="all machines need the same version",
            )
        return [_perform_same(task) for task in tasks]
    except Exception as error:
        return error


def _perform_same(task: Task) -> Result:
    """Read one piece, if its bytes are here what they were where the check began."""
    looks = Looks()  # has what it downloads until that is read
    here = looks.at(task.path) if task.piece is None else _look_at_piece(task.path, task.piece)
    there = task.seen.digest if task.piece is None else f"sha256:{task.piece.digest}"
    if here.digest == there:
        return perform(replace(task, seen=here))
    host = socket.gethostname()
    if here.digest == "unreadable":
        raise UnreadableError(
            f"{task.name}: a worker on {host} cannot read {task.path}",
            hint="all machines need the file at this path, or an address such as s3://",
        )
    raise UnreadableError(
        f"{task.name}: a worker on {host} found other bytes than the check had seen",
        hint="run again, unless that machine has another file at this path",
    )


def _look_at_piece(path: str, piece: Piece) -> Seen:
    """As :func:`~ftgate.looks.look_at`, but for the digest, which is that of the piece."""
    try:
        before = os.stat(path)
        (here,) = digested(path, [piece])
    except OSError:
        return Seen("unreadable", 0, 0)
    return Seen(f"sha256:{here.digest}", before.st_size, before.st_mtime_ns)
