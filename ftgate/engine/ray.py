"""Tasks on a Ray cluster, through a process that does nothing else.

Ray prints to standard output, lets its workers import from the current folder, takes over signals
and ends its process when the cluster is gone. None of that may happen to a gate, or to a program
that uses one, so a process of ours talks to the cluster (:mod:`ftgate.engine.cluster`), and is kept
for the next dataset.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from importlib.util import find_spec
from typing import Any

from ftgate.deadline import FOREVER, Deadline
from ftgate.engine.cluster import talk
from ftgate.engine.starting import start
from ftgate.engine.task import Result, Task
from ftgate.errors import UsageError, WorkerError
from ftgate.meter import METER
from ftgate.remote.names import is_url

_GRACE_SECONDS = 5.0  # a cluster of ours takes two to end

_talkers: dict[tuple[int, str], _Talker] = {}  # one at most


def run_ray(tasks: Sequence[Task], jobs: int = 0, address: str = "") -> Iterator[Result]:
    """Results in the order of the tasks, read by the workers of a cluster.

    ``address`` is that of a cluster to join; "" is that of ``RAY_ADDRESS``, else one of this
    machine with so many ``jobs`` (0: as many as there are processors), which ends with this
    process. On a cluster that is joined, at most so many ``jobs`` are under way at a time (0: as
    many as it can take).

    Raises UsageError when Ray is not installed, no cluster answers or no process may be started,
    WorkerError when a task kills two workers that do nothing else or the cluster is gone,
    UnreadableError when a worker does not find the bytes that were seen here, OutOfTimeError, and
    what reading a piece raises.
    """
    if not tasks:
        return
    if os.name != "posix":
        raise UsageError("--engine ray needs Linux or macOS", hint="--engine local")
    if find_spec("ray") is None:
        raise UsageError("Ray is not installed", hint="pip install 'ftgate[ray]'")
    talker, left = _talker(jobs, address), len(tasks)
    try:
        talker.give(tasks)
        for task in tasks:
            result = talker.take(tasks[0].deadline)  # the same for all
            left -= 1
            if task.piece is None and result.profile is not None:
                METER.add(task.seen.size, result.profile.examples, result.profile.tokens)
            yield replace(result, path=task.path)
    finally:
        if left:  # of an error, or of somebody who wants no more
            disconnect()


def disconnect() -> None:
    """Leave the cluster that was joined, end the one that was started; as the process does."""
    while _talkers:
        _talkers.popitem()[1].stop()


class _Talker:
    """The process that talks to the cluster."""

    def __init__(self, jobs: int, address: str) -> None:
        context = multiprocessing.get_context("spawn")  # this one may be connected to Ray itself
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=talk, args=(theirs, jobs, address), daemon=True)
        start(self._process)
        theirs.close()

    def give(self, tasks: Sequence[Task]) -> None:
        with suppress(OSError):  # it is dead: that is noticed when it is waited for
            self._connection.send([_as_sent(task) for task in tasks])

    def take(self, deadline: Deadline) -> Result:
        """The next result. Raises what is sent instead."""
        try:
            while not self._connection.poll(deadline.left()):
                deadline.check()
            found: Any = self._connection.recv()
        except (EOFError, OSError):
            raise WorkerError(
                "the connection to the Ray cluster is lost",
                hint="ray status says how the cluster is; --engine local needs none",
            ) from None
        if isinstance(found, BaseException):
            raise found
        assert isinstance(found, Result)  # noqa: S101 - keeps a wrong message loud
        return found

    def stop(self) -> None:
        """End it, and with it what it has under way."""
        self._connection.close()
        self._process.terminate()
        self._process.join(_GRACE_SECONDS)
        with suppress(ProcessLookupError):  # usually nothing is left of the group
            os.killpg(self._process.pid or 0, signal.SIGKILL)
        self._process.kill()
        self._process.join()


def _talker(jobs: int, address: str) -> _Talker:
    if (jobs, address) not in _talkers:
        disconnect()
        _talkers[jobs, address] = _Talker(jobs, address)
    return _talkers[jobs, address]


def _as_sent(task: Task) -> Task:
    """For a process in another folder, or on a machine whose clock began elsewhere."""
    path = task.path if is_url(task.path) else os.path.abspath(task.path)
    return replace(task, path=path, deadline=FOREVER)


atexit.register(disconnect)


__all__ = ["disconnect", "run_ray"]
