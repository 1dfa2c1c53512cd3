"""A file that is one JSON array of records, or an object around one: element by element.

Memory is one element and a window of the file, whatever the size of the array.
"""

from __future__ import annotations

import json
import re
from collections import Counter, deque
from collections.abc import Iterator
from typing import BinaryIO

from ftgate.fixing.piece import ARRAY, COMMA, COMMENT, MARK, Piece
from ftgate.fixing.relaxed import BRACKET, COMMENT_TEXT, one_line, repair, strict_object
from ftgate.formats import detect
from ftgate.readers.diagnose import BOM
from ftgate.readers.jsonl import MAX_LINE_BYTES

_WINDOW_BYTES = 1 << 20
_WRAPPER = re.compile(rb'\{\s*"(?:data|examples|train|rows|records|items)"\s*:\s*\[')
_GAP = re.compile(rb"[ \t\r\n]++|%b" % COMMENT_TEXT)


class _Other(Exception):
    """The file is not one array of records."""


def is_document(stream: BinaryIO) -> bool:
    """Whether the whole stream is one array of objects, or an object with nothing but one."""
    try:
        deque(read_document(stream), maxlen=0)
    except _Other:
        return False
    return True


def begins_document(stream: BinaryIO) -> bool:
    """Whether a file begins like an array of records that does not end on its first line."""
    window = _Window(stream)
    window.skip_marks()
    first = window.data[window.at :].split(b"\n", 1)[0]
    wrapper = _WRAPPER.match(window.data, window.at)
    window.at = wrapper.end() - 1 if wrapper else window.at
    if window.byte() != b"[":
        return False
    window.at += 1
    window.skip_marks()
    if window.byte() != b"{":
        return False
    try:
        json.loads(first)
    except (ValueError, RecursionError):
        return True
    return False


def read_document(stream: BinaryIO) -> Iterator[Piece]:
    """Pieces of a file for which :func:`is_document` is true."""
    window = _Window(stream)
    while window.skip_mark():
        yield Piece(window.cut(), (), repairs=Counter({MARK: 1}))
    window.skip()
    wrapper = _WRAPPER.match(window.data, window.at)
    if not wrapper and window.byte() != b"[":
        raise _Other
    window.at = wrapper.end() if wrapper else window.at + 1
    yield from _elements(window)
    if wrapper:
        window.skip()
        window.repairs[COMMA] += window.skip_comma()
        window.expect(b"}")
    window.skip()
    if window.byte():
        raise _Other
    window.repairs[ARRAY] += 1
    yield Piece(window.cut(), (), repairs=window.repairs)


def _elements(window: _Window) -> Iterator[Piece]:
    """The elements up to the closing bracket, with what stands before each."""
    first = True
    while True:
        window.skip()
        if window.byte() == b"]" and not first:
            break
        text = window.value()
        line = one_line(text) if strict_object(text) is not None else _repaired(text, window)
        if first and not _is_dataset(line):
            raise _Other
        first = False
        yield Piece(window.cut(), (line,), "records", window.repairs)
        window.repairs = Counter()
        window.skip()
        separated, closed = window.skip_comma(), window.byte() == b"]"
        window.repairs[COMMA] += separated and closed
        if not separated and not closed:
            raise _Other
    window.expect(b"]")


def _repaired(text: bytes, window: _Window) -> bytes:
    repaired = repair(text)
    if repaired is None or len(repaired.lines) != 1:
        raise _Other
    window.repairs += repaired.repairs
    return repaired.lines[0]


def _is_dataset(line: bytes) -> bool:
    """Whether an array that starts with this object holds records, not one record's messages."""
    record = strict_object(line) or {}
    return "role" not in record or detect(record) is not None


class _Window:
    """A stretch of the stream: ``data`` starts where the current piece does, ``at`` is the place.

    ``repairs`` counts what was skipped since the last piece.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.data = b""
        self.at = 0
        self._start = 0
        self.repairs: Counter[str] = Counter()

    def more(self) -> bool:
        """Read on; False at the end. Reads as much again as is held: long elements cost no more."""
        held = len(self.data) - self._start
        if held > MAX_LINE_BYTES:
            raise _Other
        chunk = self._stream.read(max(_WINDOW_BYTES, held))
        self.data = self.data[self._start :] + chunk
        self.at -= self._start
        self._start = 0
        return bool(chunk)

    def cut(self) -> bytes:
        """What was passed since the last cut."""
        passed = self.data[self._start : self.at]
        self._start = self.at
        return passed

    def byte(self) -> bytes:
        """The byte at the current place, empty at the end of the file."""
        if self.at == len(self.data):
            self.more()
        return self.data[self.at : self.at + 1]

    def expect(self, byte: bytes) -> None:
        """Pass this byte."""
        if self.byte() != byte:
            raise _Other
        self.at += 1

    def skip_mark(self) -> bool:
        """Pass one byte order mark; False when there is none."""
        found = bool(self.byte()) and self.data.startswith(BOM, self.at)
        self.at += len(BOM) * found
        return found

    def skip_marks(self) -> None:
        """Pass byte order marks, white space and comments."""
        self.skip()
        while self.skip_mark():
            self.skip()

    def skip(self) -> None:
        """Pass white space and comments."""
        while byte := self.byte():
            gap = _GAP.match(self.data, self.at)
            cut_off = gap.end() == len(self.data) if gap else byte == b"/"
            if cut_off and self.more():
                continue
            if not gap:
                return
            self.at = gap.end()
            self.repairs[COMMENT] += byte == b"/"

    def skip_comma(self) -> bool:
        """Pass one comma and what follows it; False when there is none."""
        if self.byte() != b",":
            return False
        self.at += 1
        self.skip()
        return True

    def value(self) -> bytes:
        """Pass one object and return its text."""
        if self.byte() != b"{":
            raise _Other
        end = self._end()
        while end is None:
            if not self.more():
                raise _Other
            end = self._end()
        text = self.data[self.at : end]
        self.at = end
        return text

    def _end(self) -> int | None:
        """Where the object at the current place ends; None when that is beyond the window."""
        depth = 0
        for token in BRACKET.finditer(self.data, self.at):
            mark = token[0]
            if mark in (b"{", b"["):
                depth += 1
            elif mark in (b"}", b"]"):
                depth -= 1
                if not depth:
                    return token.end()
            elif token.end() == len(self.data):
                return None  # a comment that may go on
            elif mark in (b'"', b"/"):
                if mark == b'"' and self.data.find(b"\n", token.end()) >= 0:
                    raise _Other  # no string goes on after the line
                return None
        return None
