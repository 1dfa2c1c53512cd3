"""Runs commands of ftgate and stops them, or breaks what they stand on, at the n-th step.

A step is a call that opens, lists, makes, renames, links, removes or forces to disk something in
the watched folders: a process counts its own. One helper process has imported ftgate and forks a
child for every run, so that a run costs what the command costs and not the start of Python.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parent.parent
IMPORTED = ("check", "fix", "baseline", "prices", "launch", "hook", "output")

EVERY = -1
EVENTS = {"open", "shutil.rmtree"} | {
    f"os.{call}"
    for call in (
        *("chmod", "chown", "link", "listdir", "mkdir", "remove"),
        *("rename", "rmdir", "scandir", "truncate", "utime"),
    )
}


@dataclass(frozen=True)
class Order:
    """One run: what, where, and what happens to it.

    ``at`` counts steps from 1; 0 leaves the run alone, ``EVERY`` is each of them. ``what`` happens
    there: ``signal:9`` and the like, ``errno:28`` and the like, or ``edit:PATH``, which appends a
    line to a file.
    ``size_limit`` is the largest file that can be written, in bytes; a run that goes beyond gets
    EFBIG, with ``size_kills`` SIGXFSZ in the middle of its write. ``after_seconds`` kills it then.
    """

    arguments: Sequence[str]
    folder: str
    environment: Mapping[str, str]
    watched: Sequence[str] = ()
    at: int = 0
    what: str = "signal:9"
    size_limit: int = -1
    size_kills: bool = False
    after_seconds: float = 0.0


@dataclass(frozen=True)
class Ended:
    """How a run ended: minus the signal that killed it, or its exit code.

    ``steps`` are those of a run that came to its end, else 0.
    """

    code: int
    out: str
    err: str
    steps: int


@dataclass
class Runner:
    """The helper process, for :meth:`run`."""

    process: subprocess.Popen[str]
    runs: int = 0
    stopped: int = 0

    def run(self, order: Order) -> Ended:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(asdict(order)) + "\n")
        self.process.stdin.flush()
        ended = Ended(**json.loads(self.process.stdout.readline()))
        self.runs += 1
        self.stopped += ended.code < 0
        return ended


@contextmanager
def runner() -> Iterator[Runner]:
    """The helper process, until the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.steps"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        yield Runner(process)
    finally:
        process.communicate()


# -- the helper process -----------------------------------------------------------------------


@dataclass
class _Steps:
    """Counts the steps of this process, and does what is due at one of them."""

    order: Order
    taken: int = 0
    watched: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.watched = tuple(self.order.watched)

    def saw(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in EVENTS and isinstance(arguments[0], str | bytes | os.PathLike):
            path = os.path.abspath(os.fsdecode(arguments[0]))
            if path.startswith(self.watched):
                self.step(path)

    def step(self, path: str) -> None:
        self.taken += 1
        if self.order.at not in (self.taken, EVERY):
            return
        kind, _, detail = self.order.what.partition(":")
        if kind == "signal":
            os.kill(os.getpid(), int(detail))
        elif kind == "errno":
            raise OSError(int(detail), os.strerror(int(detail)), path)
        else:
            with open(detail, "ab") as stream:
                stream.write(b'{"text": "written meanwhile"}\n')


def _prepare(order: Order) -> _Steps:
    os.chdir(order.folder)
    os.environ.clear()
    os.environ.update(order.environment)
    tempfile.tempdir = None
    time.tzset()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    steps, fsync = _Steps(order), os.fsync

    def counted(descriptor: int) -> None:
        steps.step("a file being written")
        fsync(descriptor)

    os.fsync = counted
    if order.size_limit >= 0:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (order.size_limit,) * 2)
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL if order.size_kills else signal.SIG_IGN)
    sys.addaudithook(steps.saw)
    return steps


def _become(order: Order, out: int, err: int, told: int) -> NoReturn:
    """Be ftgate in this process."""
    os.dup2(out, 1)
    os.dup2(err, 2)
    steps = _prepare(order)
    from ftgate.cli import main
    from ftgate.launching import client

    client.PAUSES = client.Pauses((0.01,) * 3, (0.01,) * 5, (0.01,), 5.0)
    sys.argv = ["ftgate", *order.arguments]
    code: Any = 0
    try:
        main()
    except SystemExit as end:
        code = end.code
    except BaseException:  # Python would print this and end with 1, which is a verdict
        code = 99
        import traceback

        traceback.print_exc()
    with contextlib.suppress(OSError):
        sys.stderr.flush()
    os.write(told, str(steps.taken).encode())
    os._exit(int(code or 0))


def _read_all(pipes: dict[int, bytearray]) -> None:
    with selectors.DefaultSelector() as selector:
        for pipe in pipes:
            selector.register(pipe, selectors.EVENT_READ)
        left = set(pipes)
        while left:
            for key, _ in selector.select():
                data = os.read(key.fd, 1 << 16)
                pipes[key.fd] += data
                if not data:
                    selector.unregister(key.fd)
                    left.discard(key.fd)
                    os.close(key.fd)


def _perform(order: Order) -> Ended:
    pairs = [os.pipe() for _ in range(3)]
    child = os.fork()
    if not child:
        _become(order, *(writing for _, writing in pairs))
    for _, writing in pairs:
        os.close(writing)
    if order.after_seconds:
        time.sleep(order.after_seconds)
        os.kill(child, signal.SIGKILL)
    heard = {reading: bytearray() for reading, _ in pairs}
    _read_all(heard)
    _, status = os.waitpid(child, 0)
    out, err, told = (bytes(each).decode("utf-8", "replace") for each in heard.values())
    return Ended(os.waitstatus_to_exitcode(status), out, err, int(told or 0))


def serve() -> None:
    """Perform the orders of standard input, one a line."""
    import importlib

    for name in IMPORTED:
        importlib.import_module(f"ftgate.commands.{name}")
    for name in ("judging", "launching.client", "launching.steps", "prices.update", "baselining"):
        importlib.import_module(f"ftgate.{name}")
    heard, said = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for line in heard:
        said.write(json.dumps(asdict(_perform(Order(**json.loads(line))))) + "\n")
        said.flush()


if __name__ == "__main__":
    serve()
