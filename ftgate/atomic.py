"""Files that are written whole or not at all, and folders for as long as a command takes.

The new content is written beside the file and then renamed over it: whoever opens the name gets
all of the old bytes or all of the new ones. A process locks what it writes for as long as it lives.
What a killed one leaves is locked by nobody, so the next one that writes there removes it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

TEMPORARY = ".ftgate-"
"""How the name of a file begins that is being written."""

_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_LEFT = re.compile(r"\.ftgate-[0-9a-f]{16}")
_SCRATCH = "ftgate-scratch-"
_LEFT_FOLDER = re.compile(rf"{_SCRATCH}[0-9a-f]{{16}}")
_swept: set[str] = set()


def is_device(path: str) -> bool:
    """A terminal, a pipe, /dev/null: what exists and is no file of its own."""
    return os.path.exists(path) and not os.path.isfile(path)


def begin(folder: str, mode: int = 0o600) -> tuple[int, str]:
    """A new file in a folder, open and locked, and its path; the first call removes what was left.

    Raises OSError.
    """
    _sweep(folder, _LEFT, os.unlink)
    while True:
        path = os.path.join(folder, f"{TEMPORARY}{os.urandom(8).hex()}")
        descriptor = os.open(path, _NEW, mode)
        try:
            _lock(descriptor)
            if os.fstat(descriptor).st_nlink:  # else it was swept away before it was locked
                return descriptor, path
        except BaseException:
            os.unlink(path)
            raise
        os.close(descriptor)


@contextmanager
def replacing(
    path: str, *, mode: int = 0o666, durable: bool = True
) -> Iterator[tuple[BinaryIO, Callable[[], None]]]:
    """A stream to write to, and the call that makes it the file; without the call nothing stays.

    A link is followed. A file that was there keeps its permissions; a new one gets ``mode`` less
    the umask. ``durable`` forces the bytes to disk before the name stands for them.
    """
    final = os.path.realpath(path)
    kept = _mode_of(final)
    descriptor, temporary = begin(os.path.dirname(final), mode if kept is None else kept)
    try:
        with os.fdopen(descriptor, "wb") as stream:

            def publish() -> None:
                stream.flush()
                if durable:
                    os.fsync(stream.fileno())
                if kept is not None:
                    os.chmod(temporary, kept)
                publish_locked(stream, temporary, final)

            yield stream, publish
    finally:
        with suppress(FileNotFoundError):  # it has moved to its place
            os.unlink(temporary)


def publish_locked(stream: BinaryIO, temporary: str, final: str) -> None:
    """Rename what is being written to its place before the lock ends, where that is possible."""
    if os.name != "posix":
        stream.close()  # Windows renames no open file, and removes none: it needs no lock
    os.replace(temporary, final)
    stream.close()


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder that only this user can read and that is gone afterwards.

    It may hold texts of the data: what a killed process left is removed by the next one.
    """
    import shutil
    import tempfile

    top = tempfile.gettempdir()
    _sweep(top, _LEFT_FOLDER, shutil.rmtree)
    path, descriptor = _new_folder(top)
    try:
        yield Path(path)
    finally:
        shutil.rmtree(path, ignore_errors=True)
        if descriptor is not None:
            os.close(descriptor)


def _new_folder(top: str) -> tuple[str, int | None]:
    while True:
        path = os.path.join(top, f"{_SCRATCH}{os.urandom(8).hex()}")
        os.mkdir(path, 0o700)
        if os.name != "posix":
            return path, None
        with suppress(FileNotFoundError):  # swept away before it was locked
            descriptor = os.open(path, os.O_RDONLY)
            _lock(descriptor)
            os.stat(path)
            return path, descriptor


def _lock(descriptor: int) -> None:
    """Lock an open file or folder for as long as it is open."""
    if os.name != "posix":
        return
    import fcntl

    with suppress(OSError):  # a file system without locks: nobody removes what was left there
        fcntl.flock(descriptor, fcntl.LOCK_EX)


def _sweep(folder: str, left: re.Pattern[str], remove: Callable[[str], None]) -> None:
    """Remove, once for each folder, what killed processes left in it."""
    if folder in _swept:
        return
    _swept.add(folder)
    with suppress(OSError), os.scandir(folder) as entries:
        found = [entry.path for entry in entries if left.fullmatch(entry.name)]
        for path in found:
            with suppress(OSError):  # it is somebody's, or somebody was quicker
                _remove_unlocked(path, remove)


def _remove_unlocked(path: str, remove: Callable[[str], None]) -> None:
    """Remove a file or folder of this user's whose writer is gone."""
    if os.name != "posix":
        if os.path.isfile(path):
            remove(path)  # fails for what is open
        return
    import fcntl

    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(descriptor).st_uid == os.geteuid():
            remove(path)
    finally:
        os.close(descriptor)


def _mode_of(path: str) -> int | None:
    try:
        return os.stat(path).st_mode & 0o777
    except FileNotFoundError:
        return None
