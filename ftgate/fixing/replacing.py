"""Replace a file by a better one, whole or not at all.

The new content is written beside the file, forced to disk and then renamed over it: whenever the
process dies, the name stands for all of the old bytes or all of the new ones. Nothing is written
before something changes, so a clean file costs no copy.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import stat
from collections.abc import Iterator
from types import TracebackType
from typing import BinaryIO

from ftgate.atomic import begin, publish_locked
from ftgate.errors import FixError


class Draft:
    """The new content of one open file; a context manager that leaves nothing behind.

    Every OSError inside of it becomes a :class:`FixError`.
    """

    def __init__(self, name: str, original: BinaryIO) -> None:
        self._path = os.path.realpath(name)  # a link stays a link
        self._name = name
        self._original = original
        self._before = os.fstat(original.fileno())
        self._same = 0  # bytes from the start that are as they were
        self._temporary = ""
        self._stream: BinaryIO | None = None

    def __enter__(self) -> Draft:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            if self._stream:
                self._stream.close()
        if self._temporary:
            with contextlib.suppress(OSError):
                os.unlink(self._temporary)
        if isinstance(error, OSError):
            raise FixError(
                f"{self._name}: not fixed: {error.strerror or error}",
                hint="the file is as it was",
            ) from error

    def add(self, old: bytes, new: bytes) -> None:
        """Put ``new`` in the place of the next bytes of the file."""
        if self._stream is None:
            if old == new:
                self._same += len(old)
                return
            self._stream = self._begin()
        self._stream.write(new)

    def replace(self, *, backup: bool) -> str:
        """Make the draft the file; returns the path of the backup, "" without one."""
        assert self._stream is not None  # noqa: S101 - only a changed file is replaced
        self._stream.flush()
        _copy_owner(self._before, self._temporary)
        os.fsync(self._stream.fileno())
        self._original.close()  # Windows replaces no open file
        with self._alone():
            saved = self._back_up() if backup else ""
            try:
                self._check_unchanged()
                publish_locked(self._stream, self._temporary, self._path)
            except BaseException:
                if saved:
                    os.unlink(saved)
                raise
        self._temporary = ""
        _sync_folder(os.path.dirname(self._path))
        return saved

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else repairs the file meanwhile, where files can be locked."""
        if os.name != "posix":
            yield
            return
        import fcntl

        with open(self._path, "rb") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise FixError(
                    f"{self._name}: not fixed: another program has locked it", hint="run again"
                ) from None
            except OSError:
                pass  # a file system without locks
            yield

    def _begin(self) -> BinaryIO:
        """Start writing, from a copy of what has not changed."""
        self._check_replaceable()
        stream = self._beside()
        with open(self._path, "rb") as original:
            _copy(original, stream, self._same)
        return stream

    def _beside(self) -> BinaryIO:
        descriptor, self._temporary = begin(os.path.dirname(self._path))
        return os.fdopen(descriptor, "wb", buffering=1 << 20)

    def _check_replaceable(self) -> None:
        if self._before.st_nlink > 1:
            raise FixError(
                f"{self._name}: not fixed: the file has {self._before.st_nlink} names (hard links)",
                hint="a new file would have one of them only; copy it first",
            )
        writable = self._before.st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)
        if not writable or not os.access(self._path, os.W_OK):
            raise FixError(
                f"{self._name}: not fixed: the file is read-only",
                hint=f"chmod u+w {shlex.quote(self._name)}",
            )

    def _check_unchanged(self) -> None:
        now, before = os.stat(self._path), self._before
        for part in ("st_dev", "st_ino", "st_size", "st_mtime_ns"):
            if getattr(now, part) != getattr(before, part):
                raise FixError(
                    f"{self._name}: not fixed: it changed while it was read", hint="run again"
                )

    def _back_up(self) -> str:
        """Copy the file to a name that is free; a copy that is cut off never gets that name."""
        descriptor, copy = begin(os.path.dirname(self._path))
        try:
            with os.fdopen(descriptor, "wb") as stream, open(self._path, "rb") as original:
                shutil.copyfileobj(original, stream, 1 << 20)
                stream.flush()
                _copy_owner(self._before, copy)
                os.fsync(stream.fileno())
            return _name_free(copy, f"{self._path}.bak")
        except BaseException:
            os.unlink(copy)
            raise


def _name_free(file: str, wanted: str) -> str:
    """Give a file the first of ``wanted``, ``wanted.1``, … that nothing has; returns the name."""
    name, number = wanted, 0
    while not _named(file, name):
        number += 1
        name = f"{wanted}.{number}"
    return name


def _named(file: str, name: str) -> bool:
    """Whether a file could get this name: whole from its first moment, and over no other file."""
    try:
        os.link(file, name)
    except FileExistsError:
        return False
    except (OSError, AttributeError):  # a file system without links
        if os.path.lexists(name):
            return False
        os.rename(file, name)
        return True
    with contextlib.suppress(OSError):  # the next run removes it
        os.unlink(file)
    return True


def _copy(source: BinaryIO, target: BinaryIO, size: int) -> None:
    while size > 0 and (chunk := source.read(min(size, 1 << 20))):
        target.write(chunk)
        size -= len(chunk)


def _copy_owner(status: os.stat_result, path: str) -> None:
    """Owner where the system allows it, then mode: a change of owner may clear bits of it."""
    with contextlib.suppress(OSError, AttributeError):
        os.chown(path, status.st_uid, status.st_gid)
    os.chmod(path, stat.S_IMODE(status.st_mode))


def _sync_folder(folder: str) -> None:
    """Force the rename to disk, where folders can be opened."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
