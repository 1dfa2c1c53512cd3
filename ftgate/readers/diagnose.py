"""What is wrong with a line that the fast parser refused, or that repeats a key.

The standard library decides: unlike strict parsers it reads NaN and lone surrogates, so those
records can be kept and counted, and its hooks see every key. Slow, and only run on broken lines.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

import orjson

from ftgate.model import Problem
from ftgate.readers.keys import may_repeat_key

BOM = b"\xef\xbb\xbf"
WHITESPACE = b" \t\r\n"

_PLAIN_KEY = r"[A-Za-z_][A-Za-z0-9_-]{0,39}\Z"
_SURROGATE_ESCAPE = r"\\u[dD][89a-fA-F]"
_STRICT_KINDS = {"non-finite-number", "lone-surrogate"}  # what only strict parsers refuse
_TYPE_NAMES = {list: "array", str: "string", int: "number", float: "number", bool: "boolean"}


def diagnose(raw: bytes, offset: int) -> tuple[dict[str, Any] | None, list[Problem]]:
    """The record of one line and its problems; the record is None when it cannot be used.

    ``offset`` is where ``raw`` starts in the file, in bytes.
    """
    try:
        value, refusal = orjson.loads(raw), ""
    except ValueError as error:
        value, refusal = None, str(error)
    problems: list[Problem] = []
    if refusal or may_repeat_key(raw, value):
        found, problems = _ask_json(raw, offset, refusal)
        value = found if refusal else value
    if problems and problems[-1].kind in ("invalid-json", "not-utf8"):
        return None, problems
    if not isinstance(value, dict):
        kind = f"a JSON {_TYPE_NAMES.get(type(value), 'null')}"
        return None, [*problems, Problem("not-an-object", kind)]
    return value, problems


def _ask_json(raw: bytes, offset: int, refusal: str) -> tuple[Any, list[Problem]]:
    """Parse with the standard library; a problem that makes the line invalid comes last."""
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        at = offset + error.start
        byte = f"byte 0x{raw[error.start]:02x} at file offset {at}"
        return None, [Problem("not-utf8", f"{byte} is not UTF-8")]
    hooks = _Hooks()
    try:
        found = hooks.loads(text)
    except json.JSONDecodeError as error:
        return None, [Problem("invalid-json", _describe(error, text))]
    except RecursionError:
        return None, [Problem("invalid-json", "nested too deeply to be read")]
    problems = hooks.problems(found)
    if re.search(_SURROGATE_ESCAPE, text):
        problems += _lone_surrogates(found)
    if refusal and not {problem.kind for problem in problems} & _STRICT_KINDS:
        problems.append(Problem("invalid-json", refusal))
    return found, problems


class _Hooks:
    """Hooks of one :func:`json.loads` call, and what they saw."""

    def __init__(self) -> None:
        self.repeated: list[tuple[dict[str, Any], str]] = []
        self.non_finite: list[str] = []

    def loads(self, text: str) -> Any:
        return json.loads(
            text,
            object_pairs_hook=self._object,
            parse_constant=self._constant,
            parse_float=self._float,
            parse_int=self._int,
        )

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            seen: set[str] = set()
            for key, _ in pairs:
                if key in seen:
                    self.repeated.append((found, key))
                seen.add(key)
        return found

    def _constant(self, name: str) -> float:
        self.non_finite.append(f"{name} is not JSON")
        return float(name)

    def _float(self, digits: str) -> float:
        number = float(digits)
        if math.isinf(number):
            self.non_finite.append("a number is too large for double precision")
        return number

    def _int(self, digits: str) -> int | float:
        # Below 300 digits an int always fits a double; beyond 4,300 Python refuses to build it.
        return int(digits) if len(digits) < 300 else self._float(digits)

    def problems(self, value: Any) -> list[Problem]:
        found = [Problem("non-finite-number", detail) for detail in self.non_finite[:1]]
        if self.repeated:
            found.append(Problem("duplicate-key", self._repeated_path(value)))
        return found

    def _repeated_path(self, value: Any) -> str:
        # The holders are kept alive, so their ids stay theirs.
        keys = {id(holder): key for holder, key in reversed(self.repeated)}
        # An object may have been lost to another repeated key, but not the outermost one.
        return next(_join(path, keys[id(node)]) for path, node in _walk(value) if id(node) in keys)


def _walk(value: Any) -> Iterator[tuple[str, Any]]:
    """Every value of a document in reading order, with its path; no recursion."""
    stack = [("", value)]
    while stack:
        path, node = stack.pop()
        yield path, node
        if isinstance(node, dict):
            stack += [(_join(path, key), child) for key, child in reversed(node.items())]
        elif isinstance(node, list):
            last = len(node) - 1
            stack += [(f"{path}[{last - i}]", child) for i, child in enumerate(reversed(node))]


def _join(path: str, key: str) -> str:
    return f"{path}.{_shown(key)}" if path else _shown(key)


def _shown(key: str) -> str:
    """A key as a message may show it: text from data stays out of messages."""
    return key if re.match(_PLAIN_KEY, key) else "(key)"


def _lone_surrogates(value: Any) -> list[Problem]:
    for path, node in _walk(value):
        texts = node if isinstance(node, dict) else [node] if isinstance(node, str) else ()
        for text in texts:
            try:
                text.encode()
            except UnicodeEncodeError as error:
                code = ord(text[error.start])
                return [Problem("lone-surrogate", f"\\u{code:04x} in {path or 'a key'}")]
    return []


def _describe(error: json.JSONDecodeError, text: str) -> str:
    end = len(text.rstrip(" \t\r\n"))
    if error.pos >= end or error.msg.startswith("Unterminated string"):
        return f"cut off: the line ends inside the record, after {end} characters"
    before, after = text[: error.pos].rstrip(), text[error.pos :].lstrip()
    if after.startswith(("//", "/*", "#")):
        what = "a comment"
    elif before.endswith(",") and after[:1] in "}]":
        what = "a comma before the end"
    elif after.startswith("'"):
        what = "a text in single quotes"
    elif error.msg == "Extra data":
        what = "more after the end of the record"
    else:
        what = error.msg
    return f"{what} at column {error.colno}"
