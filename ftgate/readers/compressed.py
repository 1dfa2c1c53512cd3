"""Open a data file whatever packs it: plain, gzip or Zstandard, told apart by its first bytes.

Decompression is incremental and bounded: a damaged or truncated archive, and one that grows
beyond all measure, raise :class:`ArchiveError` at the byte where it shows.
"""

from __future__ import annotations

import io
import os
import zlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, BinaryIO

from ftgate.meter import METER
from ftgate.model import Problem
from ftgate.remote.names import is_url

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

GZIP_MAGIC = b"\x1f\x8b"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"

MAX_RATIO = 200
"""Decompressed to compressed bytes. Chat data reach 4 to 30; only a file that says the same again
and again comes near 200, and there is nothing to learn from it."""
RATIO_COUNTS_FROM_BYTES = 128 << 20
MAX_DECOMPRESSED_BYTES = 64 << 30
"""Beyond the largest training file any provider takes (Together: 50.1 GB)."""

_BUFFER_BYTES = 1 << 20
_ZSTD_INPUT_BYTES = 1 << 10  # a block of 4 bytes may stand for 128 KiB: 1 KiB yields 32 MiB at most
_ZSTD_WINDOW_BYTES = 128 << 20


class ArchiveError(ValueError):
    """Compressed data are damaged, cut off, or a decompression bomb; ``problem`` says which."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.problem = Problem("damaged-archive", detail)


def open_data(path: str | os.PathLike[str]) -> BinaryIO:
    """Open a data file for reading its decompressed bytes.

    Raises OSError when it cannot be opened, RemoteError when it is elsewhere; reading from it
    raises :class:`ArchiveError`, or RemoteError.
    """
    if isinstance(path, str) and is_url(path):
        from ftgate.remote.looking import open_url

        return decompressed(open_url(path))
    return decompressed(io.BufferedReader(_Metered(path), buffer_size=_BUFFER_BYTES))


class _Metered(io.FileIO):
    """A file whose bytes are seen on the line that says how far a run is."""

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        size = super().readinto(buffer)
        METER.add(size or 0)
        return size


def decompressed(stream: io.BufferedReader) -> BinaryIO:
    """The decompressed bytes of an open file; closing the result closes ``stream``."""
    magic = stream.peek(4)[:4]
    unpack: Callable[[_Source], Iterator[bytes]]
    if magic.startswith(GZIP_MAGIC):
        unpack = _gunzip
    elif magic == ZSTD_MAGIC:
        unpack = _unzstd
    else:
        return stream
    return io.BufferedReader(_Unpacked(_Source(stream), unpack), buffer_size=_BUFFER_BYTES)


class _Source:
    """The compressed bytes, counted."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self.stream = stream
        self.consumed = 0

    def read(self, size: int) -> bytes:
        data = self.stream.read(size)
        self.consumed += len(data)
        return data


class _Unpacked(io.RawIOBase):
    """A raw stream over chunks of decompressed bytes, with the limits of a bomb."""

    def __init__(self, source: _Source, unpack: Callable[[_Source], Iterator[bytes]]) -> None:
        self._source = source
        self._chunks = unpack(source)
        self._rest = memoryview(b"")
        self._produced = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = memoryview(chunk)
            self._produced += len(chunk)
            self._check_limits()
        target = memoryview(buffer).cast("B")
        size = min(len(target), len(self._rest))
        target[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size

    def close(self) -> None:
        self._source.stream.close()
        super().close()

    def _check_limits(self) -> None:
        produced, consumed = self._produced, self._source.consumed
        if produced > RATIO_COUNTS_FROM_BYTES and produced > MAX_RATIO * consumed:
            raise ArchiveError(
                f"{consumed:,} compressed bytes have become {produced:,}: "
                f"more than {MAX_RATIO} times, so it looks like a decompression bomb"
            )
        if produced > MAX_DECOMPRESSED_BYTES:
            raise ArchiveError(f"more than {MAX_DECOMPRESSED_BYTES:,} bytes when decompressed")


def _gunzip(source: _Source) -> Iterator[bytes]:
    """Chunks of at most 1 MiB; members may follow each other, and zero bytes may follow them."""
    data = source.read(_BUFFER_BYTES)
    while data:
        decoder = zlib.decompressobj(wbits=31)
        while not decoder.eof:
            try:
                chunk = decoder.decompress(data, _BUFFER_BYTES)
            except zlib.error as error:
                raise ArchiveError(f"gzip data are damaged: {error}") from None
            data = decoder.unconsumed_tail
            if chunk:
                yield chunk
            elif not decoder.eof and not data:
                data = source.read(_BUFFER_BYTES)
                if not data:
                    raise ArchiveError("gzip data are cut off before their end")
        data = decoder.unused_data.lstrip(b"\0")
        while not data and (more := source.read(_BUFFER_BYTES)):
            data = more.lstrip(b"\0")


def _unzstd(source: _Source) -> Iterator[bytes]:
    """Chunks of at most 32 MiB; frames may follow each other."""
    import zstandard

    decoder = None
    while data := source.read(_ZSTD_INPUT_BYTES):
        while data:
            if decoder is None:
                limits = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_BYTES)
                decoder = limits.decompressobj()
            try:
                chunk = decoder.decompress(data)
            except zstandard.ZstdError as error:
                raise ArchiveError(f"Zstandard data are damaged: {error}") from None
            if chunk:
                yield chunk
            data = b""
            if decoder.eof:
                data, decoder = decoder.unused_data, None
    if decoder is not None:
        raise ArchiveError("Zstandard data are cut off before their end")
