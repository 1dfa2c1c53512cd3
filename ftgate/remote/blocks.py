"""One file elsewhere, pinned to a version, as a stream of which each byte is downloaded once."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from ftgate.errors import RemoteError
from ftgate.remote.copies import Copy
from ftgate.remote.names import shown
from ftgate.remote.trouble import AgainError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

    from ftgate.remote.store import Found, Store

BLOCK_BYTES = 8 << 20
AHEAD_BLOCKS = 4
"""Asked for at the same time: a store gives each connection a part of its speed."""
WAITS_SECONDS = (0.5, 2.0, 8.0)
MAX_WAIT_SECONDS = 30.0
_MEGABYTE = 1_000_000

Tell = Callable[[str], None]
_Result = TypeVar("_Result")


@dataclass(slots=True)
class Allowance:
    """What one run may download, and where it keeps that. ``tell`` hears how far it is."""

    download_bytes: int
    copy: Copy
    tell: Tell | None = None

    def take(self, url: str, size: int) -> None:
        """Raise RemoteError, before a file is downloaded, when it is more than may be."""
        if size > self.download_bytes:
            raise RemoteError(
                f"{shown(url)}: {_megabytes(size)} MB to download,"
                f" and {_megabytes(self.download_bytes)} MB of the limit are left",
                hint="FTGATE_MAX_DOWNLOAD_GB=... allows more",
            )
        self.download_bytes -= size

    def say(self, url: str, position: int, size: int | None) -> None:
        """Tell how much of a file is here."""
        if self.tell:
            of = f" of {_megabytes(size)}" if size else ""
            self.tell(f"{_megabytes(position)}{of} MB of {shown(url)}")


class Blocks:
    """The bytes of one version of a file. Its methods raise RemoteError."""

    def __init__(self, found: Found, store: Store, allowance: Allowance) -> None:
        self.found = found
        self._store = store
        self._allowance = allowance
        self._kept: dict[int, int] = {}  # where a block is in the copy
        self._held: dict[int, bytes] = {}  # blocks last fetched that found no room on disk
        self._begun = False

    @property
    def size(self) -> int:
        """In bytes. Where the server does not say, the file is downloaded."""
        if self.found.size is None:
            self._download_whole()
        return self.found.size or 0

    def open(self) -> io.BufferedReader:
        """A stream of its bytes."""
        return io.BufferedReader(_Stream(self), buffer_size=1 << 20)

    def read_into(self, position: int, buffer: memoryview) -> int:
        """Fill a buffer, up to the end of a block; returns the number of bytes."""
        if position >= self.size:
            return 0
        index, offset = divmod(position, BLOCK_BYTES)
        if index not in self._kept and index not in self._held:
            self._fetch(index)
        length = min(len(buffer), BLOCK_BYTES - offset, self.size - position)
        if index in self._held:
            buffer[:length] = memoryview(self._held[index])[offset : offset + length]
            return length
        return self._allowance.copy.read_into(self._kept[index] + offset, buffer[:length])

    def _fetch(self, first: int) -> None:
        """Download a block and the next ones, where they are not here."""
        if not self.found.ranged:
            return self._download_whole()
        self._begin()
        last = min(first + AHEAD_BLOCKS, _blocks(self.size))
        wanted = [index for index in range(first, last) if index not in self._kept]
        self._held = {}  # before there are new ones: memory is what one request of all four holds
        with ThreadPoolExecutor(len(wanted)) as pool:
            found = dict(zip(wanted, pool.map(self._download, wanted), strict=True))
        self._allowance.say(self.found.url, min(last * BLOCK_BYTES, self.size), self.size)
        for index, data in found.items():
            place = self._allowance.copy.append(data)
            if place is None:
                self._held[index] = data
            else:
                self._kept[index] = place
        return None

    def _download(self, index: int) -> bytes:
        start = index * BLOCK_BYTES
        end = min(start + BLOCK_BYTES, self.size)

        def once() -> bytes:
            data = self._store.read(self.found, start, end)
            if len(data) != end - start:
                raise self._broken_off(start + len(data))
            return data

        return again(once)

    def _download_whole(self) -> None:
        """From a server without ranges: all of it goes to the disk, or it cannot be read."""
        self._begin()
        start, size = again(self._download_whole_once)
        self.found = self.found._replace(size=size)
        self._kept = {index: start + index * BLOCK_BYTES for index in range(_blocks(size))}

    def _download_whole_once(self) -> tuple[int, int]:
        """Where the file begins in the copy, and its size."""
        url, position, start = self.found.url, 0, 0
        for piece in self._store.whole(self.found):
            place = self._allowance.copy.append(piece)
            if place is None:
                text = f"{shown(url)}: the server gives no ranges, and there is no room for a copy"
                raise RemoteError(text, hint="download it where there is room: curl -O")
            start = place if position == 0 else start
            position += len(piece)
            self._allowance.say(url, position, self.found.size)
        if position != (self.found.size or position):
            raise self._broken_off(position)
        return start, position

    def _begin(self) -> None:
        """Ask, once, whether so much may be downloaded."""
        if not self._begun:
            self._allowance.take(self.found.url, self.found.size or 0)
            self._begun = True

    def _broken_off(self, position: int) -> AgainError:
        size = self.found.size or 0
        text = f"{shown(self.found.url)}: the transfer broke off at byte {position:,} of {size:,}"
        return AgainError(text)


class _Stream(io.RawIOBase):
    """A position in the blocks."""

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks
        self._position = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        read = self._blocks.read_into(self._position, memoryview(buffer).cast("B"))
        self._position += read
        return read


def again(call: Callable[[], _Result]) -> _Result:
    """What a call returns, asked again after a while where that may help."""
    for wait in WAITS_SECONDS:
        try:
            return call()
        except AgainError as error:
            if error.seconds > MAX_WAIT_SECONDS:
                raise
            time.sleep(max(wait, error.seconds))
    return call()


def _blocks(size: int) -> int:
    return -(-size // BLOCK_BYTES)


def _megabytes(size: int) -> str:
    return f"{size / _MEGABYTE:,.0f}"
