"""What a store of data has to be able to do, and which store an address belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from ftgate.errors import UsageError
from ftgate.remote.names import WEB, scheme_of, shown


class Found(NamedTuple):
    """A file as a store has it.

    ``size`` is in bytes, None where the server does not say. ``version`` changes when the bytes
    do, "" where the store knows no such thing; ``strong`` when equal versions mean equal bytes.
    Where ``ranged`` is False only the whole file can be asked for.
    """

    url: str
    size: int | None
    version: str
    strong: bool = True
    ranged: bool = True


class Store(Protocol):
    """A place that has files. Every method raises RemoteError."""

    def find(self, url: str) -> Found:
        """The file as it is now, without its bytes."""

    def read(self, found: Found, start: int, end: int) -> bytes:
        """Bytes of this version from ``start`` to before ``end``; fewer when the transfer broke.

        May be called by several threads. Raises RemoteError when there is another version now.
        """

    def whole(self, found: Found) -> Iterator[bytes]:
        """All bytes in pieces, where there are no ranges: only on the web."""
        return iter(())

    def listed(self, url: str) -> list[str]:
        """Addresses of all files below a folder, or that match a glob, in order."""


def store_of(url: str) -> Store:
    """The store that an address belongs to, with credentials of the provider's own chain."""
    if scheme_of(url) in WEB:
        from ftgate.remote.web import Web

        return Web()
    from ftgate.remote.buckets import Buckets

    return Buckets(url)


def no_folder(url: str) -> UsageError:
    """Files on the web are named one by one."""
    return UsageError(f"{shown(url)}: a web server lists no files", hint="name each file")
