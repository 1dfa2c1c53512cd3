"""What was computed before, by content: small JSON files in the user's cache directory.

An entry is found by the digest of everything that it was computed from, ftgate's own files
included, so it never goes stale; it holds digests, counts and verdicts, never text of the data.
Writing is atomic (temporary file, then rename) and every entry starts with a checksum of its body,
so a torn or damaged file reads as absent. A cache that cannot be read or written (no home, full
disk) is the same as an empty one, and so is one that somebody else could have written
(:mod:`ftgate.ownership`).
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from ftgate.atomic import replacing
from ftgate.ownership import doubt, doubt_of

if TYPE_CHECKING:
    pass

DAY_SECONDS = 86_400
KEPT_DAYS = 30
PRIVATE = "close it (chmod go-w), or name a folder of your own: FTGATE_CACHE_DIR"
_ENTRY = re.compile(r"[a-z-]+-[0-9a-f]{40}\.json")


def default_dir() -> Path:
    """``FTGATE_CACHE_DIR``, else the platform's directory for caches."""
    if named := os.environ.get("FTGATE_CACHE_DIR"):
        return Path(named)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "ftgate"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home()) / "ftgate" / "Cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ftgate"


def key_of(kind: str, *parts: str | bytes) -> str:
    """Name of the entry of this kind that depends on these parts, in this order."""
    digest = hashlib.sha256(f"{kind}\0{_code_stamp()}".encode())
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return f"{kind}-{digest.hexdigest()[:40]}"


@functools.cache
def _code_stamp() -> str:
    """Identity of the installed code: an upgrade or an edit makes old entries unreachable."""
    stamp = hashlib.sha256()
    folders = [os.path.dirname(__file__)]
    for folder in folders:
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                if entry.name == "__pycache__":
                    continue
                if entry.is_dir():
                    folders.append(entry.path)
                else:
                    found = entry.stat()
                    stamp.update(f"{entry.name} {found.st_size} {found.st_mtime_ns}\n".encode())
    return stamp.hexdigest()


class Cache:
    """Entries in one directory; ``directory=None`` remembers nothing."""

    def __init__(self, directory: Path | None) -> None:
        self.directory = directory

    @classmethod
    def open(
        cls,
        directory: str | None = None,
        *,
        enabled: bool = True,
        notice: Callable[[str], None] | None = None,
    ) -> Cache:
        """The user's cache, or one that remembers nothing when disabled or without a home.

        One in a folder that others can write to is not used, which ``notice`` is told.
        """
        if not enabled:
            return cls(None)
        try:
            where = Path(directory) if directory else default_dir()
        except RuntimeError:  # Path.home() finds no home
            return cls(None)
        why = doubt_of(where)
        if why and notice:
            notice(f"the cache is not used: {where} {why}; {PRIVATE}")
        return cls(None if why else where)

    def get(self, key: str) -> Any | None:
        """The entry's value, or None when there is none that can be trusted."""
        if self.directory is None:
            return None
        try:
            with open(self.directory / f"{key}.json", "rb") as stream:
                if doubt(os.fstat(stream.fileno())):
                    return None
                data = stream.read()
        except OSError:
            return None
        checksum, _, body = data.partition(b"\n")
        if checksum != _checksum(body):
            return None
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError:
            return None

    def put(self, key: str, value: Any) -> None:
        """Remember a JSON value; a cache that cannot be written is not an error."""
        if self.directory is None:
            return
        body = orjson.dumps(value)
        entry = str(self.directory / f"{key}.json")
        with suppress(OSError):
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            with replacing(entry, mode=0o600, durable=False) as (stream, publish):
                stream.write(_checksum(body) + b"\n" + body)
                publish()
            _forget(self.directory)


def _forget(directory: Path) -> None:
    """Once a day, delete what nobody wrote for a month: upgrades leave old entries behind."""
    marker, now = directory / ".pruned", time.time()
    if marker.exists() and abs(now - marker.stat().st_mtime) < DAY_SECONDS:  # clocks are set back
        return
    marker.touch(mode=0o600)
    for entry in directory.iterdir():  # the folder may be somebody's: only entries of ours go
        if _ENTRY.fullmatch(entry.name) and now - entry.stat().st_mtime > KEPT_DAYS * DAY_SECONDS:
            entry.unlink(missing_ok=True)


def _checksum(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=16).hexdigest().encode()
