"""How processes of ours begin: with ftgate, and with nothing of the program that called it."""

from __future__ import annotations

import multiprocessing
import sys
from multiprocessing.process import BaseProcess
from types import ModuleType

from ftgate.errors import UsageError


def may_start() -> bool:
    """Whether this process may have others: those of a :class:`multiprocessing.Pool` may not."""
    return not multiprocessing.current_process().daemon


def start(process: BaseProcess) -> None:
    """Start it. Raises UsageError where none may be started.

    A process that is spawned begins with the script that its parent began with, for what may be
    defined there. That script would run to this very call once more, unless it has a guard; one
    that came from standard input could not run at all. What we send is defined in ftgate, so here
    there is no script to be found.
    """
    if not may_start():
        raise UsageError(
            "a process of a pool cannot have processes of its own",
            hint='CheckOptions(engine="serial") needs none',
        )
    script = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        process.start()
    finally:
        sys.modules["__main__"] = script


__all__ = ["may_start", "start"]
