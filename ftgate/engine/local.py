"""Tasks in several processes of this machine.

Every process has one task at a time and gets the next one when it is done, so none waits for
another. What goes wrong with a process is known by its task: a task whose process dies is given to
a new process, and one that kills its process twice is an error. Processes live as long as their
pipe to the parent: when that is killed they end, too.

Where processes can be forked they share what the parent has loaded, the vocabulary above all;
elsewhere each loads its own.
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
import warnings
from collections.abc import Iterable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import Any

from ftgate.engine.starting import start
from ftgate.engine.task import Result, Task, perform, warm
from ftgate.errors import WorkerError

DEATHS = 2
"""So many processes may die of one task: once may be somebody else's doing."""


def run_local(tasks: Iterable[Task], jobs: int) -> Iterator[Result]:
    """Results in the order of the tasks, read by so many processes.

    Raises WorkerError when a task kills its process twice, UsageError where no process may be
    started, and what reading a piece raises.
    """
    return _Pool(tasks, jobs).results()


class _Worker:
    """A process and the task that it has, by its number."""

    def __init__(self, others: list[_Worker]) -> None:
        context = _context()
        self.connection, theirs = context.Pipe()
        # A forked process has the ends of all pipes, and would keep its siblings alive with them.
        mine = [self.connection, *(each.connection for each in others)]
        ends = mine if context.get_start_method() == "fork" else []
        self.process = context.Process(target=_work, args=(theirs, ends), daemon=True)
        with warnings.catch_warnings():
            # From 3.12 on Python warns of forking beside threads. None of ours holds a lock: those
            # of numpy wait for work.
            warnings.simplefilter("ignore", DeprecationWarning)
            start(self.process)
        theirs.close()
        self.number = -1
        self.task: Task | None = None

    def give(self, number: int, task: Task) -> None:
        self.number, self.task = number, task
        with suppress(OSError):  # it is dead: that is noticed, and counted, when it is waited for
            self.connection.send(task)

    def take(self) -> Result | BaseException | None:
        """What came of its task; None when the process is dead."""
        try:
            found: Result | BaseException = self.connection.recv()
        except (EOFError, OSError):
            self.process.join()
            return None
        self.task = None
        return found

    def stop(self) -> None:
        self.connection.close()
        self.process.kill()
        self.process.join()


class _Pool:
    def __init__(self, tasks: Iterable[Task], jobs: int) -> None:
        self._tasks = enumerate(tasks)
        self._jobs = jobs
        self._workers: list[_Worker] = []
        self._deaths: dict[int, int] = {}

    def results(self) -> Iterator[Result]:
        """In order; what is done early waits for its turn."""
        done: dict[int, Result] = {}
        turn = 0
        try:
            self._start()
            while busy := [worker for worker in self._workers if worker.task is not None]:
                ready = wait([worker.connection for worker in busy])
                for worker in busy:
                    if worker.connection in ready:
                        self._take(worker, done)
                while turn in done:
                    yield done.pop(turn)
                    turn += 1
        finally:
            for worker in self._workers:
                worker.stop()

    def _start(self) -> None:
        """As many processes as there are tasks for."""
        for number, task in self._tasks:
            if not self._workers and _context().get_start_method() == "fork":
                warm(task)
            self._workers.append(_Worker(self._workers))
            self._workers[-1].give(number, task)
            if len(self._workers) == self._jobs:
                return

    def _take(self, worker: _Worker, done: dict[int, Result]) -> None:
        number, task = worker.number, worker.task
        found = worker.take()
        if isinstance(found, BaseException):
            raise found
        if found is None and task is not None:
            self._bury(worker, number, task)
            return
        if found is not None:
            done[number] = found
        for following in self._tasks:
            worker.give(*following)
            return

    def _bury(self, worker: _Worker, number: int, task: Task) -> None:
        """Give the task of a dead process to a new one."""
        worker.stop()
        self._workers.remove(worker)
        deaths = self._deaths[number] = self._deaths.get(number, 0) + 1
        if deaths >= DEATHS:
            raise _killer(task, worker.process.exitcode)
        self._workers.append(_Worker(self._workers))
        self._workers[-1].give(number, task)


def _work(connection: Connection, ends: list[Connection]) -> None:
    """The life of a process: tasks come until the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends us
    for end in ends:
        end.close()
    with suppress(EOFError, OSError):  # the parent is gone
        while True:
            task = connection.recv()
            try:
                found: Any = perform(task)
            except Exception as error:
                found = error
            connection.send(found)


def _context() -> Any:
    """How processes are started. macOS cannot fork safely, Windows not at all."""
    return multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")


def _killer(task: Task, exit_code: int | None) -> WorkerError:
    how = f"signal {-exit_code}" if exit_code and exit_code < 0 else f"exit code {exit_code}"
    return WorkerError(
        f"{task.place}: the process that read it died twice ({how})",
        hint="when memory is short, read with one process: --jobs 1",
    )
