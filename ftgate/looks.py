"""What files are at the moment: the digest of their bytes, taken once in a run.

Digesting 200 MB takes as long as the rest of a run that finds nothing new. So a large file is taken
for what it was while its stamp is the same, as git does with its index: device, inode, size, time
of its content and time of its inode, which no program can set back. Clocks tick: a file that
changed just before it was digested may change again in the same tick, so that digest is not
remembered (git calls such a file racily clean, ``Documentation/technical/racy-git.txt``).
"""

from __future__ import annotations

import functools
import hashlib
import os
import stat
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from ftgate.cache import Cache, key_of
from ftgate.deadline import FOREVER, Deadline
from ftgate.remote.names import is_url

if TYPE_CHECKING:
    from ftgate.remote.blocks import Tell
    from ftgate.remote.looking import Elsewhere

MARK_BYTES = 1 << 22
"""A file is marked at every multiple of this: after 2 milliseconds of digesting."""

SETTLED_SECONDS = 2
"""The coarsest tick of a file system in use, that of FAT."""

_BUFFER_BYTES = 1 << 18


class Seen(NamedTuple):
    """A file's digest (``sha256:…``), its size, and what else changes when the file does.

    That is the time of change in nanoseconds, or the version that a store of data has of it.
    ``marks`` are the digests of its first :data:`MARK_BYTES`, of its first two times as many, and
    so on: where those of two files are equal, the files begin with the same bytes.
    """

    digest: str
    size: int
    version: int | str
    marks: tuple[str, ...] = ()


def look_at(path: str, deadline: Deadline = FOREVER, cache: Cache | None = None) -> Seen:
    """Digest of a file's bytes; an unreadable file has the digest of its absence.

    One that is elsewhere is downloaded. ``cache`` knows the digests of large files that nobody has
    written to since. Raises RemoteError when it cannot be, OutOfTimeError after ``deadline``.
    """
    if is_url(path):
        return Looks().at(path, deadline)
    try:
        with open(path, "rb", buffering=0) as stream:
            found = os.fstat(stream.fileno())
            memory = cache if found.st_size >= MARK_BYTES and _stamp(found) else None
            seen = _remembered(memory, path, found)
            if seen is None:
                settled = _is_settled(found)
                *marks, digest = _digests_of(stream, deadline)
                seen = Seen(f"sha256:{digest}", found.st_size, found.st_mtime_ns, tuple(marks))
                if memory and settled and _stamp(found) == _stamp(os.fstat(stream.fileno())):
                    memory.put(_key(path), {"stamp": _stamp(found), "seen": [*seen]})
        return seen
    except OSError:
        return Seen("unreadable", 0, 0)


def _key(path: str) -> str:
    return key_of("look", os.path.abspath(path))


def _remembered(cache: Cache | None, path: str, found: os.stat_result) -> Seen | None:
    """The file at the last look, if nobody has written to it since."""
    entry: Any = cache.get(_key(path)) if cache else None
    try:
        if entry["stamp"] != _stamp(found):
            return None
        digest, size, version, marks = entry["seen"]
    except (KeyError, TypeError, ValueError):
        return None
    return Seen(digest, size, version, tuple(marks))


def _stamp(found: os.stat_result) -> list[int]:
    """What no change of a file leaves as it is; empty where there is no such thing."""
    if os.name != "posix" or not stat.S_ISREG(found.st_mode):
        return []
    times = [found.st_mtime_ns, found.st_ctime_ns]
    return [found.st_dev, found.st_ino, found.st_size, *times]


def _is_settled(found: os.stat_result) -> bool:
    changed = max(found.st_mtime_ns, found.st_ctime_ns)
    return time.time_ns() - changed > SETTLED_SECONDS * 1_000_000_000


def digest_of(stream: BinaryIO, deadline: Deadline) -> str:
    """``sha256:…`` of what is left of a stream. Raises OutOfTimeError after ``deadline``."""
    *_, digest = _digests_of(stream, deadline)
    return f"sha256:{digest}"


def _digests_of(stream: Any, deadline: Deadline) -> Iterator[str]:
    """The digests up to every mark of what is left of a stream, and last that of all of it."""
    digest, buffer, done = hashlib.sha256(), memoryview(bytearray(_BUFFER_BYTES)), 0
    while size := stream.readinto(buffer[: MARK_BYTES - done % MARK_BYTES]):
        deadline.check()
        digest.update(buffer[:size])
        done += size
        if done % MARK_BYTES == 0:
            yield digest.hexdigest()
    yield digest.hexdigest()


class Looks:
    """Digests of the files of one run, each taken once.

    ``cache`` knows the digests of files elsewhere and of large files that are as they were;
    ``afresh`` reads those on this machine once more all the same. ``offline`` asks nobody for
    files elsewhere.
    """

    def __init__(
        self, cache: Cache | None = None, *, offline: bool = False, afresh: bool = False
    ) -> None:
        self._seen: dict[str, Seen] = {}
        self._cache = cache or Cache(None)
        self._offline = offline
        self._memory = None if afresh or self._cache.directory is None else self._cache
        self._tell: Tell | None = None

    def at(self, path: str, deadline: Deadline = FOREVER) -> Seen:
        """The file as it was at the first look.

        Raises RemoteError, NotFetchedError, and OutOfTimeError after ``deadline``.
        """
        if path not in self._seen:
            if is_url(path):
                self._seen[path] = Seen(*self.elsewhere.look(path, deadline))
            else:
                self._seen[path] = look_at(path, deadline, self._memory)
        return self._seen[path]

    def listed(self, url: str) -> list[str]:
        """Addresses of the files below a folder elsewhere, or that match a glob."""
        return self.elsewhere.listed(url)

    def tell(self, tell: Tell) -> None:
        """Who hears how far a download is."""
        self._tell = tell
        if "elsewhere" in self.__dict__:
            self.elsewhere.tell(tell)

    def still_true(self) -> bool:
        """Whether no file has changed since: only then may a result be remembered for it."""
        return all(is_still(path, seen) for path, seen in self._seen.items())

    @functools.cached_property
    def elsewhere(self) -> Elsewhere:
        """What this run looks at that is not on this machine."""
        from ftgate.remote.looking import Elsewhere  # few runs do

        return Elsewhere(self._cache, tell=self._tell, offline=self._offline)


def is_still(path: str, seen: Seen) -> bool:
    """Whether a file is what it was when it was looked at. Raises RemoteError."""
    if is_url(path):
        from ftgate.remote.looking import version_now

        return version_now(path) == seen.version
    try:
        found = os.stat(path)
    except OSError:
        return seen == Seen("unreadable", 0, 0)
    return (found.st_size, found.st_mtime_ns) == (seen.size, seen.version)
