"""JSON Lines: one record per physical line, broken lines included.

A line ends at ``\\n`` (or ``\\r\\n``) and nowhere else: U+0085 and U+2028 are text. orjson parses;
what it refuses goes to :mod:`ftgate.readers.diagnose`, which names the problem. Lines are read some
at a time, because a loop that does one thing with many is quicker than one that does many with one;
memory is a block, or one line where lines are longer.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

import orjson

from ftgate.model import Problem
from ftgate.readers.compressed import ArchiveError
from ftgate.readers.diagnose import BOM, WHITESPACE, diagnose
from ftgate.readers.keys import may_repeat_key
from ftgate.readers.sniff import wide_encoding

MAX_LINE_BYTES = 64 << 20
"""Lines beyond this are skipped: a record of 65,536 tokens is well below 1 MB of text, so only
embedded images come near, and parsing twice this would break the memory budget of 300 MB."""

BLOCK_BYTES = 1 << 18
"""About a hundred and fifty conversations: they stay in the cache of a processor."""

_BLOCK_LINES = 1000
_SKIP_BYTES = 1 << 20


class Line(NamedTuple):
    """One physical line.

    ``number`` counts from 1, ``offset`` is in bytes of the (decompressed) file, ``raw`` includes
    the line ending, so that the raw bytes of all lines are the file. ``record`` is the JSON object,
    or None when the line is blank or invalid: each line is an example, invalid, or blank.
    """

    number: int
    offset: int
    raw: bytes
    record: dict[str, Any] | None
    problems: list[Problem]
    blank: bool


class Block(NamedTuple):
    """Physical lines that follow one another; ``number`` and ``offset`` are those of the first.

    ``values`` are what the lines are as JSON, None where they are not: :func:`line_of` has the last
    word. ``last`` is a line after those, of which there is nothing more to be said.
    """

    number: int
    offset: int
    raws: list[bytes]
    values: list[Any]
    last: Line | None

    @property
    def end(self) -> int:
        """The byte after the last one that was read."""
        if self.last:
            return self.last.offset + len(self.last.raw)
        return self.offset + sum(map(len, self.raws))

    def lines(self) -> Iterator[Line]:
        """Every line, as :func:`read_jsonl` has them."""
        number, offset = self.number, self.offset
        for raw, value in zip(self.raws, self.values, strict=True):
            yield line_of(number, offset, raw, value)
            number += 1
            offset += len(raw)
        if self.last:
            yield self.last


def read_jsonl(
    stream: BinaryIO,
    *,
    max_line_bytes: int = MAX_LINE_BYTES,
    start: int = 0,
    size: int | None = None,
) -> Iterator[Line]:
    """Read every line of a binary stream, or of the next ``size`` bytes, which end with a line.

    ``start`` is the place of the stream in the file: offsets count from the beginning of the file,
    line numbers from that of the stream.

    A line longer than ``max_line_bytes`` (its ending not counted) is skipped and has no ``raw``. A
    damaged archive or a UTF-16 or UTF-32 file ends with one invalid line that says so. An OSError
    of the stream is the caller's.
    """
    for block in read_blocks(stream, max_line_bytes=max_line_bytes, start=start, size=size):
        yield from block.lines()


def read_blocks(
    stream: BinaryIO,
    *,
    max_line_bytes: int = MAX_LINE_BYTES,
    start: int = 0,
    size: int | None = None,
    block_bytes: int = BLOCK_BYTES,
) -> Iterator[Block]:
    """The lines of :func:`read_jsonl`, so many bytes of them at a time, and the rest of a line."""
    number, offset = 1, start
    end = sys.maxsize if size is None else start + size
    while offset < end:
        enough = min(end, offset + block_bytes)
        raws, until, last = _read(stream, number, offset, enough, max_line_bytes)
        if not raws and last is None:
            return
        values = _parsed(raws)
        if offset == 0 and raws and values[0] is None and (wide := wide_encoding(raws[0])):
            problem = Problem("not-utf8", f"the file is {wide}")
            yield Block(1, 0, [], [], Line(1, 0, raws[0], None, [problem], False))
            return
        yield Block(number, offset, raws, values, last)
        number += len(raws) + (last is not None)
        offset = until


def _read(
    stream: BinaryIO, number: int, offset: int, enough: int, max_line_bytes: int
) -> tuple[list[bytes], int, Line | None]:
    """Some lines, where they end, and the line after them if it is not to be read.

    After the end of the stream, or a damaged archive, nothing follows: it ends nowhere.
    """
    raws: list[bytes] = []
    readline, most = stream.readline, max_line_bytes + 2
    try:
        while offset < enough and len(raws) < _BLOCK_LINES:
            raw = readline(most)
            if not raw:
                return raws, sys.maxsize, None
            length = len(raw)
            if length > max_line_bytes and length - _ending(raw) > max_line_bytes:
                if not raw.endswith(b"\n"):
                    length += _skip_rest(stream)
                problem = Problem("line-too-long", f"{length:,} bytes; limit {max_line_bytes:,}")
                too_long = Line(number + len(raws), offset, b"", None, [problem], False)
                return raws, offset + length, too_long
            raws.append(raw)
            offset += length
    except ArchiveError as error:
        damaged = Line(number + len(raws), offset, b"", None, [error.problem], False)
        return raws, sys.maxsize, damaged
    return raws, offset, None


def _parsed(raws: list[bytes]) -> list[Any]:
    """The lines as JSON values, None for those that are not."""
    try:
        return list(map(orjson.loads, raws))
    except ValueError:
        return list(map(_parsed_one, raws))


def _parsed_one(raw: bytes) -> Any:
    try:
        return orjson.loads(raw)
    except ValueError:
        return None


def line_of(number: int, offset: int, raw: bytes, value: Any) -> Line:
    """The line that these bytes are, which orjson makes this value of (None: it refuses them)."""
    if value.__class__ is dict and not may_repeat_key(raw, value):
        return Line(number, offset, raw, value, [], False)
    return _second_look(number, offset, raw)


def _second_look(number: int, offset: int, raw: bytes) -> Line:
    """A line that the good path does not understand."""
    body = raw.removeprefix(BOM)
    marks = []
    if len(body) < len(raw):
        marks = [Problem("byte-order-mark", "the bytes EF BB BF stand before the record")]
    if not body.strip(WHITESPACE):
        return Line(number, offset, raw, None, [*marks, Problem("blank-line")], True)
    record, problems = diagnose(body, offset + len(raw) - len(body))
    return Line(number, offset, raw, record, marks + problems, False)


def _ending(raw: bytes) -> int:
    """Bytes of the line ending: of a long line, nothing else is copied."""
    last = raw[-2:]
    return len(last) - len(last.rstrip(b"\r\n"))


def _skip_rest(stream: BinaryIO) -> int:
    """Read on to the end of the line, keeping nothing; returns the number of bytes skipped."""
    skipped = 0
    while piece := stream.readline(_SKIP_BYTES):
        skipped += len(piece)
        if piece.endswith(b"\n"):
            break
    return skipped
