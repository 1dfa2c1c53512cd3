"""JSON with trailing commas and comments → strict JSON, token by token.

Strings and numbers are copied as they stand, so no value can change: neither an integer of 30
digits nor ``1e5`` nor an escape. Only what stands between tokens is removed.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, NamedTuple

import orjson

from ftgate.fixing.piece import COMMA, COMMENT
from ftgate.readers.diagnose import diagnose

_STRING = rb'"(?:[^"\\\x00-\x1f]++|\\[^\x00-\x1f])*+"'
COMMENT_TEXT = rb"//[^\r\n]*+|/\*(?:[^*]++|\*(?!/))*+\*/"
BRACKET = re.compile(rb"%b|%b|[\[\]{}\"/]" % (_STRING, COMMENT_TEXT))
"""Strings and comments as a whole, brackets, and a quote or slash that begins neither."""
_TOKEN = re.compile(
    rb"(?P<string>%b)|(?P<gap>[ \t\r\n]++)|(?P<comment>%b)|(?P<comma>,)|(?P<open>[\[{])"
    rb"|(?P<close>[\]}])|(?P<other>[^\x00-\x20\",/\[\]{}]++)" % (_STRING, COMMENT_TEXT)
)
_BETWEEN = re.compile(rb"(%b)|[ \t\r\n]++" % _STRING)


class Repaired(NamedTuple):
    """The records of a piece of text as lines of JSON, and how often what was repaired."""

    lines: list[bytes]
    repairs: Counter[str]


def repair(text: bytes) -> Repaired | None:
    """The JSON objects of a text; None unless it consists of objects and what may be removed.

    Objects may follow each other with or without a comma. One that is good as it stands, on one
    line, keeps its bytes; the others lose their white space too.
    """
    splitter = _Splitter()
    position = 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None or not splitter.take(token.lastgroup or "", token[0]):
            return None
        position = token.end()
    if splitter.depth:
        return None
    lines = []
    for value, touched in splitter.values:
        if diagnose(value, 0)[0] is None:
            return None
        lines.append(compact(value) if touched else one_line(value))
    return Repaired(lines, splitter.repairs)


def one_line(value: bytes) -> bytes:
    """A valid JSON text on one line: the same bytes when it already is."""
    return compact(value) if b"\n" in value or b"\r" in value else value


def compact(value: bytes) -> bytes:
    """A valid JSON text without white space between its tokens."""
    return _BETWEEN.sub(rb"\1", value)


def strict_object(text: bytes) -> dict[str, Any] | None:
    """The object that a text is, if it is strict JSON."""
    try:
        value = orjson.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


class _Splitter:
    """Takes the tokens of a text and collects the objects at its top level.

    ``values`` are pairs of an object's text without comments and trailing commas, and whether
    there were any. White space stays until the text has proved to be JSON: without it ``1 2``
    would become 12.
    """

    def __init__(self) -> None:
        self.values: list[tuple[bytes, bool]] = []
        self.repairs: Counter[str] = Counter()
        self.depth = 0
        self._parts: list[bytes] = []
        self._touched = False
        self._last = ""  # kind of the last token that is neither white space nor comment
        self._comma: int | None = None  # index in _parts of a comma that may prove to be trailing

    def take(self, kind: str, token: bytes) -> bool:
        """Take one token; False when no repair can make the text valid."""
        if kind == "gap":
            self._parts.append(token)
            return True
        if kind == "comment":
            self.repairs[COMMENT] += 1
            self._touched = True
            self._parts.append(b" ")
            return True
        if kind == "close":
            return self._close(token)
        if not self.depth and not self._between(kind, token):
            return False
        if kind == "comma":
            self._comma = None if self._last in ("open", "comma") else len(self._parts)
        self.depth += kind == "open"
        self._parts.append(token)
        self._last = kind
        return True

    def _between(self, kind: str, token: bytes) -> bool:
        """Outside of any object there may be the next one, or one comma after the last."""
        self._parts, self._touched = [], False
        if kind == "comma" and self._last == "close":
            self.repairs[COMMA] += 1
            return True
        return token == b"{"

    def _close(self, token: bytes) -> bool:
        if not self.depth:
            return False
        if self._last == "comma" and self._comma is not None:
            self._parts[self._comma] = b""
            self.repairs[COMMA] += 1
            self._touched = True
        self._parts.append(token)
        self._last = "close"
        self.depth -= 1
        if not self.depth:
            self.values.append((b"".join(self._parts), self._touched))
        return True
