"""Files that are written whole or not at all.

The new content is written beside the file and then renamed over it: whoever opens the name gets
all of the old bytes or all of the new ones.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

TEMPORARY = ".ftgate-"
"""How the name of a file begins that is being written."""

_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


def is_device(path: str) -> bool:
    """A terminal, a pipe, /dev/null: what exists and is no file of its own."""
    return os.path.exists(path) and not os.path.isfile(path)


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
    temporary = os.path.join(os.path.dirname(final), f"{TEMPORARY}{os.urandom(8).hex()}")
    descriptor = os.open(temporary, _NEW, mode if kept is None else kept)
    try:
        with os.fdopen(descriptor, "wb") as stream:

            def publish() -> None:
                stream.flush()
                if durable:
                    os.fsync(stream.fileno())
                stream.close()  # Windows renames no open file
                if kept is not None:
                    os.chmod(temporary, kept)
                os.replace(temporary, final)

            yield stream, publish
    finally:
        with suppress(FileNotFoundError):  # it has moved to its place
            os.unlink(temporary)


def _mode_of(path: str) -> int | None:
    try:
        return os.stat(path).st_mode & 0o777
    except FileNotFoundError:
        return None
