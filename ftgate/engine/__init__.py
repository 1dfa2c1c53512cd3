"""Where files are profiled. An engine maps pieces of files to profiles, in order.

``serial`` reads them one after the other in this process, ``local`` in several processes, ``ray``
on the machines of a cluster. All give the same profiles. :mod:`~ftgate.engine.pieces` cuts large
files.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ftgate.engine.task import Counting, Piece, Result, Task, perform
from ftgate.memory import Memory
from ftgate.remote.names import is_url

ENGINES = ("serial", "local", "ray")

LOCAL_FROM_BYTES = 16_000_000
"""Data from which processes are worth their start: 0.05 seconds beside 0.4 of work."""


class Engine(NamedTuple):
    """Which engine reads: ``auto`` takes the one that finishes first.

    ``jobs`` is the number of processes, 0 as many as there are processors for us, and ``memory``
    for how many there is room. ``address`` is the Ray cluster that ``ray`` joins. What is elsewhere
    is read by this process, which has downloaded it, or by the workers of a cluster, which download
    it, too.
    """

    name: str = "serial"
    jobs: int = 0
    memory: Memory = Memory()
    address: str = ""

    @property
    def checks_digests(self) -> bool:
        """Whether pieces need their digests, because others may see other bytes."""
        return self.name == "ray"

    def run(self, tasks: Sequence[Task], size_bytes: int) -> Iterator[Result]:
        """Results in the order of the tasks, which read so many bytes together."""
        if self.name == "ray":
            from ftgate.engine.ray import run_ray  # an extra

            return run_ray(tasks, self.jobs, self.address)
        jobs = self.memory.processes(min(self.jobs or processors(), len(tasks)))
        small = size_bytes < LOCAL_FROM_BYTES
        alone = jobs < 2 or self.name == "serial" or (self.name == "auto" and small)
        if alone or any(is_url(task.path) for task in tasks):
            return map(perform, tasks)
        from ftgate.engine.local import run_local  # few runs need more than one process
        from ftgate.engine.starting import may_start

        if self.name == "auto" and not may_start():
            return map(perform, tasks)
        return run_local(tasks, jobs)


SERIAL = Engine()


def processors() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


__all__ = ["ENGINES", "SERIAL", "Counting", "Engine", "Piece", "Result", "Task", "processors"]
