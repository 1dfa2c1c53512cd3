"""Line by line: good records as they are, broken ones repaired where their text says how.

A record that spans lines is collected until its brackets close. When they do not, its first line
is a broken record of its own and the others are read again, so that one cut-off line never takes
its good neighbours with it. In a printed document nested objects are indented and a record of JSON
Lines is not: that tells the parts of a broken document from records.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from typing import BinaryIO

from ftgate.fixing.piece import (
    BLANK,
    CARRIAGE_RETURN,
    FINAL_NEWLINE,
    JOINED,
    MARK,
    SPREAD,
    Holds,
    Piece,
)
from ftgate.fixing.relaxed import BRACKET, Repaired, compact, repair, strict_object
from ftgate.readers.diagnose import BOM, WHITESPACE, diagnose
from ftgate.readers.jsonl import MAX_LINE_BYTES

MAX_DEPTH = 100
"""Brackets open at once in a record that spans lines: far beyond what training data nest."""
_READ_AGAIN_BYTES = 2 << 20
"""How much may be read twice because a record did not close, and as much again as the file has:
a second in the worst case, and then linear."""
_LINE_COST_BYTES = 100
"""What looking at one more line costs, in bytes of a long line."""

_BEFORE, _AFTER = b"{[,:", b"}],:/"  # what may stand on either side of a line break


def read_lines(stream: BinaryIO, *, max_line_bytes: int = MAX_LINE_BYTES) -> Iterator[Piece]:
    """Pieces of a file of JSON Lines, broken or not, from where the stream stands to its end."""
    source = _Source(stream, max_line_bytes)
    while raw := source.next():
        while raw.startswith(BOM):
            yield Piece(BOM, (), repairs=Counter({MARK: 1}))
            raw = raw.removeprefix(BOM)
        if len(raw.rstrip(b"\r\n")) > max_line_bytes:
            yield from source.too_long(raw)
        elif not raw.strip(WHITESPACE):
            yield Piece(raw, (), repairs=Counter({BLANK: 1} if raw else {}))
        elif source.inside_broken(raw):
            yield _invalid(raw)
        elif strict_object(raw) is not None:
            yield _line(raw, (raw.rstrip(b"\r\n"),))
        else:
            yield _second_look(raw, source)


def _second_look(raw: bytes, source: _Source) -> Piece:
    """A line that is not strict JSON for an object."""
    body = raw.rstrip(b"\r\n")
    if diagnose(body, 0)[0] is not None:  # NaN, a lone surrogate: a record, with a finding
        return _line(raw, (body,))
    if repaired := repair(body):
        joined = Counter({JOINED: 1} if len(repaired.lines) > 1 else {})
        return _line(raw, tuple(repaired.lines), repaired.repairs + joined)
    return source.collect(raw) or _invalid(raw)


def _spread(text: bytes, *, ambiguous: bool) -> Piece | None:
    """A record (or several, or a comment) that spans lines; None when it is nothing of that.

    What is ambiguous stays as it is: an array among records, whose parts need not be records, and
    lines that are records as well as parts of a larger one.
    """
    if ambiguous or text.lstrip(WHITESPACE).startswith(b"["):
        return _invalid(text)._replace(holds="unclear")
    repaired = _repair_document(text)
    if repaired is None:
        return None
    repairs = repaired.repairs + Counter({SPREAD: len(repaired.lines)})
    holds: Holds = "records" if repaired.lines else "nothing"
    return Piece(text, tuple(repaired.lines), holds, repairs)


def _is_record(line: bytes) -> bool:
    """Whether a line that starts at the margin is a record by itself."""
    if not line.startswith(b"{"):
        return False
    return strict_object(line) is not None or repair(line) is not None


def _repair_document(text: bytes) -> Repaired | None:
    if strict_object(text) is not None:
        return Repaired([compact(text.strip(WHITESPACE))], Counter())
    return repair(text)


def _line(raw: bytes, lines: tuple[bytes, ...], repairs: Counter[str] | None = None) -> Piece:
    """Physical lines and what becomes of them; their endings become line feeds."""
    found = Counter(repairs)
    if lines and b"\r\n" in raw:
        found[CARRIAGE_RETURN] += raw.count(b"\r\n")
    if lines and not raw.endswith(b"\n"):
        found[FINAL_NEWLINE] += 1
    return Piece(raw, lines, "records" if lines else "nothing", found)


def _invalid(raw: bytes) -> Piece:
    lines = tuple(line.rstrip(b"\r") for line in raw.rstrip(b"\r\n").split(b"\n"))
    return _line(raw, lines)._replace(holds="invalid")


class _Source:
    """Physical lines of a stream; lines that were looked at in vain come again."""

    def __init__(self, stream: BinaryIO, max_line_bytes: int) -> None:
        self._stream = stream
        self._limit = max_line_bytes
        self._again: deque[bytes] = deque()
        self._budget = _READ_AGAIN_BYTES
        self._broken = False  # a line before opened brackets that nothing closes

    def next(self) -> bytes:
        """The next line with its ending, empty at the end; cut when it is too long."""
        if self._again:
            return self._again.popleft()
        line = self._stream.readline(self._limit + 2)
        self._budget += len(line)
        return line

    def too_long(self, raw: bytes) -> Iterator[Piece]:
        """A line that is never held as a whole, as it stands."""
        yield Piece(raw, None, "invalid")
        while not raw.endswith(b"\n") and (raw := self._stream.readline(1 << 20)):
            yield Piece(raw, None, "rest")

    def inside_broken(self, raw: bytes) -> bool:
        """Whether a line is part of a document that does not close."""
        if raw.startswith((b"{", b"[")):
            self._broken = False
        return self._broken and raw.startswith((b" ", b"\t", b"}", b"]"))

    def collect(self, first: bytes) -> Piece | None:
        """The value that starts with this line and ends on another; None when there is none."""
        start = first.lstrip(WHITESPACE)
        if not start.startswith((b"{", b"[", b"/")) or self._budget < 0:
            return None
        lines, size, nesting, ambiguous = [first], len(first), _Nesting(), False
        while nesting.goes_on_after(lines[-1]) and size <= self._limit:
            line = self.next()
            if not line:
                break
            ambiguous = ambiguous or _is_record(line)
            lines.append(line)
            size += len(line)
        found = None
        if nesting.closed and len(lines) > 1:
            found = _spread(b"".join(lines), ambiguous=ambiguous)
        if found is None:
            self._broken = not start.startswith(b"/")
            self._budget -= size + _LINE_COST_BYTES * len(lines)
            self._again.extendleft(reversed(lines[1:]))
        return found


class _Nesting:
    """Brackets and comments over the lines of one value."""

    def __init__(self) -> None:
        self._depth = 0
        self._comment = False
        self._broken = False
        self._last = b""  # last significant byte of the line before, "" when not known

    @property
    def closed(self) -> bool:
        """Whether the value is complete."""
        return not (self._broken or self._depth or self._comment)

    def goes_on_after(self, line: bytes) -> bool:
        """Take one line; True when the value needs another one and may still be JSON."""
        start = line.find(b"*/") + 2 if self._comment else 0
        if self._comment and start == 1:
            return True
        text = line.strip(WHITESPACE)
        if not self._comment and self._depth and text:
            self._broken = not (self._last in _BEFORE or text[:1] in _AFTER)
        commented, self._comment = self._comment, False
        for token in BRACKET.finditer(line, start):
            self._take(token[0], line, token.start())
            commented = commented or token[0].startswith(b"/")
            if self._broken or self._comment:
                break
        self._last = b"" if commented else text[-1:] or self._last
        return not (self._broken or self.closed)

    def _take(self, token: bytes, line: bytes, at: int) -> None:
        if token in (b"{", b"["):
            self._depth += 1
            self._broken = self._depth > MAX_DEPTH
        elif token in (b"}", b"]"):
            self._depth -= 1
            self._broken = self._depth < 0
        elif token == b"/" and line.startswith(b"/*", at):
            self._comment = True
        elif len(token) == 1:  # a string without its end, or a stray slash
            self._broken = True
