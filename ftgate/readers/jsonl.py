"""JSON Lines: one record per physical line, broken lines included.

A line ends at ``\\n`` (or ``\\r\\n``) and nowhere else: U+0085 and U+2028 are text. orjson parses;
what it refuses goes to :mod:`ftgate.readers.diagnose`, which names the problem. Memory is one line.
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
    readline, loads = stream.readline, orjson.loads
    number, offset = 0, start
    end = sys.maxsize if size is None else start + size
    try:
        while offset < end:
            number += 1
            raw = readline(max_line_bytes + 2)
            if not raw:
                return
            length = len(raw)
            if length > max_line_bytes and length - _ending(raw) > max_line_bytes:
                if not raw.endswith(b"\n"):
                    length += _skip_rest(stream)
                detail = f"{length:,} bytes; limit {max_line_bytes:,}"
                yield Line(number, offset, b"", None, [Problem("line-too-long", detail)], False)
                offset += length
                continue
            try:
                record = loads(raw)
            except ValueError:
                record = None
            if record.__class__ is dict and not may_repeat_key(raw, record):
                yield Line(number, offset, raw, record, [], False)
            elif offset == 0 and (wide := wide_encoding(raw)):
                yield Line(1, 0, raw, None, [Problem("not-utf8", f"the file is {wide}")], False)
                return
            else:
                yield _second_look(number, offset, raw)
            offset += length
    except ArchiveError as error:
        yield Line(number, offset, b"", None, [error.problem], False)


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
