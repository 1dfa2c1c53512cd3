"""CSV: one record per row, as the same :class:`~ftgate.readers.jsonl.Line` that JSON Lines yields.

The standard library parses (RFC 4180: comma, double quotes, a quote doubled inside of quotes). The
first row names the columns and is no record; every value is text. A quoted field may span lines, so
a row's number is that of the physical line on which it starts.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import BinaryIO

from ftgate.model import Problem
from ftgate.readers.compressed import ArchiveError
from ftgate.readers.diagnose import BOM
from ftgate.readers.jsonl import MAX_LINE_BYTES, Line
from ftgate.readers.sniff import wide_encoding

_SKIP_BYTES = 1 << 20


def read_table(stream: BinaryIO, *, max_line_bytes: int = MAX_LINE_BYTES) -> Iterator[Line]:
    """Read every row of a binary stream but the header.

    A row whose fields do not fit the header, or whose quotes do not fit each other, is invalid
    (``bad-field``), and so is a header that names a column twice. A row longer than
    ``max_line_bytes`` has no ``raw``. A byte order mark is noted at the first row. An OSError of
    the stream is the caller's.
    """
    # The limit is one for the whole process, so it is only ever raised.
    csv.field_size_limit(max(csv.field_size_limit(), max_line_bytes))
    rows = _Rows(stream, max_line_bytes)
    header = next(rows, None)
    if header is None:
        return
    wide = wide_encoding(header.raw)
    if wide:
        yield header.line([Problem("not-utf8", f"the file is {wide}")])
        return
    problems = header.problems or _header_problems(header.fields)
    if problems:
        yield header.line(problems)
    if header.problems:
        return
    marks = _mark(header.raw)
    for row in rows:
        yield _line(row, header.fields, marks)
        marks = []


def _line(row: _Row, columns: list[str], marks: list[Problem]) -> Line:
    if row.problems:
        return row.line([*marks, *row.problems])
    if not row.raw.strip():
        return row.line([*marks, Problem("blank-line")], blank=True)
    if len(row.fields) != len(columns):
        detail = f"a row of {len(row.fields)}, a header of {len(columns)} fields"
        return row.line([*marks, Problem("bad-field", detail)])
    record = dict(zip(columns, row.fields, strict=True))
    return Line(row.number, row.offset, row.raw, record, marks, False)


def _header_problems(columns: list[str]) -> list[Problem]:
    if len(set(columns)) == len(columns):
        return []
    return [Problem("bad-field", "the header names a column twice")]


def _mark(raw: bytes) -> list[Problem]:
    if not raw.startswith(BOM):
        return []
    return [Problem("byte-order-mark", "the bytes EF BB BF stand before the header")]


class _Row:
    """One row: where it starts, its bytes, its fields, and why it has none."""

    __slots__ = ("fields", "number", "offset", "problems", "raw")

    def __init__(self, number: int, offset: int) -> None:
        self.number = number
        self.offset = offset
        self.raw = b""
        self.fields: list[str] = []
        self.problems: list[Problem] = []

    def line(self, problems: list[Problem], *, blank: bool = False) -> Line:
        """The row as a line without a record."""
        return Line(self.number, self.offset, self.raw, None, problems, blank)


class _TooLong(Exception):
    """A row is longer than may be held; carries its size in bytes."""


class _Rows:
    """Rows of a stream, broken ones included; also feeds their physical lines to the parser."""

    def __init__(self, stream: BinaryIO, max_line_bytes: int) -> None:
        self._feed = _Feed(stream, max_line_bytes)
        self._limit = max_line_bytes
        self._parser = csv.reader(self._feed, strict=True)

    def __iter__(self) -> Iterator[_Row]:
        return self

    def __next__(self) -> _Row:
        feed = self._feed
        row = _Row(feed.number + 1, feed.offset)
        feed.begin_row()
        try:
            row.fields = next(self._parser)
        except csv.Error as error:
            row.problems = [Problem("bad-field", str(error).partition(" - ")[0])]
        except _TooLong as error:
            detail = f"{error.args[0]:,} bytes; limit {self._limit:,}"
            row.problems = [Problem("line-too-long", detail)]
            feed.begin_row()
        except ArchiveError as error:
            row.problems = [error.problem]
        row.raw = b"".join(feed.taken)
        if not row.problems:
            row.problems = _not_utf8(row.raw, row.offset)
        return row


class _Feed:
    """Physical lines as text; bytes that are not UTF-8 pass as surrogates and are found later."""

    def __init__(self, stream: BinaryIO, limit: int) -> None:
        self._stream = stream
        self._limit = limit
        self.number = self.offset = 0
        self.taken: list[bytes] = []  # lines of the current row
        self._held = 0

    def begin_row(self) -> None:
        """Forget the lines of the row before."""
        self.taken.clear()
        self._held = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        raw = self._stream.readline(self._limit + 2)
        if not raw:
            raise StopIteration
        self.number += 1
        self.offset += len(raw)
        self._held += len(raw)
        if self._held > self._limit + 2 or not raw.endswith(b"\n"):
            self._check_size(raw)
        self.taken.append(raw)
        encoding = "utf-8-sig" if self.number == 1 else "utf-8"
        return raw.decode(encoding, "surrogateescape")

    def _check_size(self, raw: bytes) -> None:
        """Pass the rest of a line that is too long and say so."""
        if self._held - (len(raw) - len(raw.rstrip(b"\r\n"))) <= self._limit:
            return
        while not raw.endswith(b"\n") and (raw := self._stream.readline(_SKIP_BYTES)):
            self._held += len(raw)
            self.offset += len(raw)
        raise _TooLong(self._held)


def _not_utf8(raw: bytes, offset: int) -> list[Problem]:
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        byte = f"byte 0x{raw[error.start]:02x} at file offset {offset + error.start}"
        return [Problem("not-utf8", f"{byte} is not UTF-8")]
    return []
