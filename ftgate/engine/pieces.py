"""Cuts a large file into pieces that mostly stay the same when some of its lines change.

Where a piece ends is told by what its last line says, not by where it stands (content-defined
chunking, Muthitacharoen and others 2001): a line that grows moves the following pieces and leaves
their bytes alone, so what was read of them is still known by their digests.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from ftgate.engine.task import Piece
from ftgate.readers.compressed import GZIP_MAGIC, ZSTD_MAGIC
from ftgate.readers.sniff import HEAD_BYTES, diagnose_head

LEAST_BYTES = 1 << 20
"""About the size of a piece: 20 to 80 ms of work, beside 0.3 ms for handing it to a process."""

MAX_PIECES = 512
"""Pieces of larger files are larger, by powers of two: what is kept of each is kept small."""

_LAST_LINES = 32  # so many lines, on average, are read on until one says that it is the last
_MOST_RATIO = 2  # a piece without such a line ends at this multiple of the least size
_LINE_BYTES = 1 << 20  # of a longer line, the rest is read in parts
_BUFFER_BYTES = 1 << 18  # stays in the cache of a processor


def piece_bytes(size: int) -> int:
    """The least size of the pieces of a file of this size."""
    least = LEAST_BYTES
    while size > least * MAX_PIECES:
        least *= 2
    return least


def can_be_cut(path: str, name: str) -> bool:
    """Whether the file is plain JSON Lines. Raises OSError when it cannot be read."""
    with open(path, "rb") as stream:
        head = stream.read(HEAD_BYTES)
    return not head.startswith((GZIP_MAGIC, ZSTD_MAGIC)) and diagnose_head(head, name) is None


def cut(path: str, size: int, *, least: int = 0, start: int = 0) -> Iterator[Piece]:
    """The pieces of a plain file of this size, in order, without digests; each ends with a line.

    No more is read than where a piece may end. ``least`` is the least size of a piece, 0 means by
    the size of the file, and ``start`` is where a piece before them ends. Raises OSError when the
    file cannot be read.
    """
    least = least or piece_bytes(size)
    with open(path, "rb") as stream:
        while start < size:
            length = min(least, size - start)
            stream.seek(start + length)
            length += _to_the_end(stream, least * _MOST_RATIO - length)
            length = min(length, size - start)  # of a file that grows meanwhile, no more
            yield Piece(start, length)
            start += length


def digested(path: str, pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The same pieces with their digests.

    Raises OSError when the file cannot be read, or has become shorter.
    """
    buffer = memoryview(bytearray(_BUFFER_BYTES))
    with open(path, "rb", buffering=0) as stream:
        for piece in pieces:
            digest, left = hashlib.sha256(), piece.size
            stream.seek(piece.start)
            while read := stream.readinto(buffer[:left]):
                digest.update(buffer[:read])
                left -= read
            if left:
                raise OSError(f"{path} has become shorter")
            yield piece._replace(digest=digest.hexdigest())


def _to_the_end(stream: BinaryIO, most: int) -> int:
    """Read on to a line that ends a piece. The first one was begun before, so it says nothing."""
    length, begun = 0, True
    while line := stream.readline(_LINE_BYTES):
        length += len(line)
        if line.endswith(b"\n"):
            last = zlib.crc32(line) % _LAST_LINES == 0
            if (last and not begun) or length >= most:
                break
            begun = False
    return length
