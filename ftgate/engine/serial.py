"""One file after the other, in this process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ftgate.engine.task import Result, Task, perform


def run_serial(tasks: Iterable[Task]) -> Iterator[Result]:
    """Results in the order of the tasks."""
    return map(perform, tasks)
