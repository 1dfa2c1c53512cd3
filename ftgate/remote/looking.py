"""Files elsewhere in one run: looked at once, remembered by their version, opened by address.

A run keeps what it has looked at (:class:`Elsewhere`); whoever reads knows only the address, and
finds there the version that was looked at. When the run is over, so are its copies.
"""

from __future__ import annotations

import io
import os
import weakref
from typing import Any, NamedTuple

from ftgate.cache import Cache, key_of
from ftgate.deadline import FOREVER, Deadline
from ftgate.errors import NotFetchedError, UsageError
from ftgate.looks import digest_of
from ftgate.remote.blocks import Allowance, Blocks, Tell, again
from ftgate.remote.copies import Copy
from ftgate.remote.names import shown
from ftgate.remote.store import Found, Store, store_of
from ftgate.remote.trouble import changed

KEEP_BYTES = 8 << 30
"""On disk in one run; what goes beyond is downloaded again when it is read again."""
MAX_DOWNLOAD_GB = 64
"""The largest training file that any provider takes has 50.1 GB (Together)."""
_LIMIT = "FTGATE_MAX_DOWNLOAD_GB"


class Look(NamedTuple):
    """Digest (``sha256:…``), size in bytes and version of a file elsewhere."""

    digest: str
    size: int
    version: str


_opened: weakref.WeakValueDictionary[str, _Online | _Offline] = weakref.WeakValueDictionary()


def open_url(url: str) -> io.BufferedReader:
    """The bytes of a file as the run has looked at it."""
    source = _opened.get(url) or _Online(url, store_of(url), _allowance())
    return source.open()


def version_now(url: str) -> str:
    """The version that a file has now. Raises RemoteError."""
    source = _opened.get(url)
    return source.version() if source is not None else _find(store_of(url), url).version


def listed(url: str) -> list[str]:
    """Addresses of the files below a folder, or that match a glob. Raises RemoteError."""
    store = store_of(url)
    return again(lambda: store.listed(url))


class Elsewhere:
    """What one run looks at. ``offline`` asks nobody, and knows what an earlier run has seen."""

    def __init__(self, cache: Cache, *, tell: Tell | None = None, offline: bool = False) -> None:
        self._cache = cache
        self._offline = offline
        self._allowance = _allowance()
        self._allowance.tell = tell
        self._sources: list[_Online | _Offline] = []
        self._stores: dict[str, Store] = {}

    def tell(self, tell: Tell) -> None:
        """Who hears how far a download is."""
        self._allowance.tell = tell

    def look(self, url: str, deadline: Deadline = FOREVER) -> Look:
        """A file as it is now; its bytes are downloaded unless this version is known.

        Raises RemoteError, NotFetchedError, and OutOfTimeError after ``deadline``.
        """
        if self._offline:
            return self._remembered(url)
        source = _Online(url, self._store(url), self._allowance)
        self._register(url, source)
        found, cache = source.blocks.found, self._cache
        key = key_of("remote", url, found.version)
        known = cache.get(key) if found.strong else None
        look = _look(known) or source.look(deadline)
        for name in (key, key_of("remote-last", url)):
            cache.put(name, look._asdict())
        return look

    def listed(self, url: str) -> list[str]:
        """As the function of this name; offline, what an earlier run was told.

        An address of which nothing is known then stands for itself.
        """
        key = key_of("remote-list", url)
        if not self._offline:
            store = self._store(url)
            found = again(lambda: store.listed(url))
            self._cache.put(key, found)
            return found
        known = self._cache.get(key)
        return [str(each) for each in known] if isinstance(known, list) else [url]

    def _remembered(self, url: str) -> Look:
        look = _look(self._cache.get(key_of("remote-last", url)))
        if look is None:
            raise _not_here(url)
        self._register(url, _Offline(url, look))
        return look

    def _register(self, url: str, source: _Online | _Offline) -> None:
        self._sources.append(source)
        _opened[url] = source

    def _store(self, url: str) -> Store:
        """One for all files of a bucket."""
        place = "/".join(url.split("/", 3)[:3])
        if place not in self._stores:
            self._stores[place] = store_of(url)
        return self._stores[place]


class _Online:
    """A file that may be downloaded."""

    def __init__(self, url: str, store: Store, allowance: Allowance) -> None:
        self._store = store
        self.blocks = Blocks(_find(store, url), store, allowance)

    def open(self) -> io.BufferedReader:
        return self.blocks.open()

    def version(self) -> str:
        return _find(self._store, self.blocks.found.url).version

    def look(self, deadline: Deadline) -> Look:
        """The digest of all bytes. Raises RemoteError when they are not of one version."""
        with self.blocks.open() as stream:
            digest = digest_of(stream, deadline)
        if self.version() != self.blocks.found.version:
            raise changed(self.blocks.found.url)
        return Look(digest, self.blocks.size, self.blocks.found.version)


class _Offline:
    """A file of which only what was computed is here."""

    def __init__(self, url: str, look: Look) -> None:
        self._url = url
        self._look = look

    def open(self) -> io.BufferedReader:
        raise _not_here(self._url)

    def version(self) -> str:
        return self._look.version


def _not_here(url: str) -> NotFetchedError:
    text = f"{shown(url)} was not read on this machine, and a hook asks nobody"
    return NotFetchedError(text, hint="ftgate check reads it, and hooks remember what it saw")


def _find(store: Store, url: str) -> Found:
    return again(lambda: store.find(url))


def _look(data: Any) -> Look | None:
    """A remembered look; None for an entry of another shape."""
    try:
        return Look(str(data["digest"]), int(data["size"]), str(data["version"]))
    except (KeyError, TypeError, ValueError):
        return None


def _allowance() -> Allowance:
    stated = os.environ.get(_LIMIT, "")
    try:
        gigabytes = float(stated or MAX_DOWNLOAD_GB)
    except ValueError:
        raise UsageError(f"{_LIMIT}={stated}: not a number", hint=f"{_LIMIT}=64") from None
    return Allowance(int(gigabytes * 1e9), Copy(KEEP_BYTES))
