"""Files that are named like JSON Lines and are something else: one problem with its fix each.

Only the head of a file is looked at. A file with a broken first line stays JSON Lines as long as
another line of the head is a JSON object.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable

import orjson

from ftgate.model import Problem

HEAD_BYTES = 64 << 10
"""How much of a file :func:`diagnose_head` wants to see."""

PARQUET_FIX = (
    "python -c 'import pandas,sys; pandas.read_parquet(sys.argv[1])"
    '.to_json("fixed.jsonl", orient="records", lines=True)\' {0}'
)
_BINARY = (
    (b"PAR1", "a Parquet file", PARQUET_FIX),
    (b"ARROW1", "an Arrow file", ""),
    (b"SQLite format 3\0", "an SQLite database", ""),
    (b"PK\x03\x04", "a zip archive", "unzip {0}"),
    (b"BZh", "a bzip2 archive", "bunzip2 --stdout {0} > fixed.jsonl"),
    (b"\xfd7zXZ\0", "an xz archive", "unxz --stdout {0} > fixed.jsonl"),
    (b"%PDF-", "a PDF document", ""),
    (b"\x80\x04", "a Python pickle", ""),
    (b"\x80\x05", "a Python pickle", ""),
)
_FIX = "ftgate check {0} --fix"
_REPR_FIX = (
    "python -c 'import ast,json,sys; [print(json.dumps(ast.literal_eval(l))) for l in sys.stdin]'"
    " < {0} > fixed.jsonl"
)
_TABLE_FIX = (
    "python -c 'import csv,json,sys; [print(json.dumps(r)) for r in"
    " csv.DictReader(sys.stdin, delimiter=DELIMITER)]' < {0} > fixed.jsonl"
)
# Patterns are compiled on first use: the hook imports this and may not need it.
_REPR = r"\s*[\[{]+\s*'[^']*'\s*:"
_COLUMN = r'\s*"?[A-Za-z_][\w .-]{0,39}"?\s*\Z'
_UTF16_ASCII = rb"(\0[\x01-\x7f]|[\x01-\x7f]\0){2}"
_UTF32_ASCII = rb"\0\0\0[\x01-\x7f]|[\x01-\x7f]\0\0\0"
_YAML_KEY = r"(- )?[A-Za-z_][\w-]*:( |\Z)"


def diagnose_head(head: bytes, name: str) -> Problem | None:
    """What a file is instead of JSON Lines, or None when it may be JSON Lines.

    ``head`` are its first decompressed bytes (:data:`HEAD_BYTES` of them, or all), ``name`` is what
    the fix command calls it.
    """
    if not head:
        return Problem("empty-dataset", "0 bytes")
    if wide := wide_encoding(head):
        fix = f"iconv -f {wide} -t UTF-8 {shlex.quote(name)} > fixed.jsonl"
        return Problem("not-utf8", f"the file is {wide}; run: {fix}")
    if problem := _pointer(head) or _binary(head, name):
        return problem
    text = head.decode("utf-8-sig", errors="replace").lstrip()
    looks: tuple[Callable[[str, list[str]], tuple[str, str] | None], ...]
    looks = (_json_document, _records, _python_reprs, _markup, _table, _yaml, _prose)
    lines = [line.rstrip("\r") for line in text.split("\n") if line.strip()]
    for look in looks if lines else ():
        if seen := look(text, lines):
            what, fix = seen
            return _not_json_lines(what, fix, name) if what else None
    return None


def wide_encoding(head: bytes) -> str | None:
    """``UTF-16`` or ``UTF-32``, by byte order mark or by the zero bytes around ASCII characters."""
    if head.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        return "UTF-32"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or re.match(_UTF16_ASCII, head):
        return "UTF-16"
    return "UTF-32" if re.match(_UTF32_ASCII, head) else None


def _pointer(head: bytes) -> Problem | None:
    if head.startswith(b"version https://git-lfs.github.com/spec/"):
        return Problem("lfs-pointer", "a Git LFS pointer; run: git lfs pull")
    if re.match(rb"outs:\s*\r?\n\s*- ", head) and re.search(rb"\b(md5|hash|path): ", head):
        return Problem("lfs-pointer", "a DVC pointer; run: dvc pull")
    return None


def _binary(head: bytes, name: str) -> Problem | None:
    for magic, what, fix in _BINARY:
        if head.startswith(magic):
            return _not_json_lines(what, fix, name)
    if b"\0" in head[:1024]:
        return _not_json_lines("binary data", "", name)
    return None


def _not_json_lines(what: str, fix: str, name: str) -> Problem:
    command = f"; run: {fix.format(shlex.quote(name))}" if fix else ""
    return Problem("not-json-lines", what + command)


# Each look returns (what, fix), ("", "") for "this is JSON Lines, look no further", or None.


def _json_document(text: str, lines: list[str]) -> tuple[str, str] | None:
    """A JSON array, or objects that are spread over several lines."""
    if not text.startswith(("[", "{")) or _is_object(lines[0]):
        return None
    spread, complete = _spans_lines(text)
    if text.startswith("["):
        one_line = len(lines) == 1 and re.match(r"\[\s*\{", text)
        if one_line or spread or lines[0] == "[":
            return "a JSON array", _FIX
        return None
    # Inside a printed document objects are indented; a record of JSON Lines is not.
    records = any(_is_object(line) for line in lines[1:] if not line[0].isspace())
    if complete or (not records and (spread or lines[0] == "{")):
        return "JSON spread over several lines", _FIX
    return None


def _spans_lines(text: str) -> tuple[bool, bool]:
    """Whether the first JSON value of a head spans lines, and whether its end is in the head."""
    try:
        end = json.JSONDecoder().raw_decode(text)[1]
    except json.JSONDecodeError as error:
        # The head may end in the middle of a literal or a number: at most 8 characters back.
        cut_off = error.pos >= len(text.rstrip()) - 8 or error.msg.startswith("Unterminated")
        return cut_off and "\n" in text.rstrip(), False
    except (RecursionError, ValueError):  # too deep, or a number of more than 4,300 digits
        return False, False
    return "\n" in text[:end], "\n" in text[:end]


def _records(text: str, lines: list[str]) -> tuple[str, str] | None:
    return ("", "") if any(map(_is_object, lines)) else None


def _python_reprs(text: str, lines: list[str]) -> tuple[str, str] | None:
    if re.match(_REPR, lines[0]):
        return "Python literals with single quotes", _REPR_FIX
    return None


def _markup(text: str, lines: list[str]) -> tuple[str, str] | None:
    if text.startswith("<"):
        return "HTML or XML, probably the error page of a download", ""
    return None


def _table(text: str, lines: list[str]) -> tuple[str, str] | None:
    for delimiter, what in (("\t", "tab-separated values"), (",", "comma-separated values")):
        columns = lines[0].split(delimiter)
        # A quoted field may span lines, so one more line with a delimiter is enough.
        rows = any(delimiter in line for line in lines[1:])
        if rows and len(columns) > 1 and all(re.match(_COLUMN, column) for column in columns):
            return what, _TABLE_FIX.replace("DELIMITER", json.dumps(delimiter))
    return None


def _yaml(text: str, lines: list[str]) -> tuple[str, str] | None:
    if lines[0].startswith("%YAML") or (len(lines) > 1 and lines[0] == "---"):
        return "YAML", "yq -o=json -I=0 '.[]' {0} > fixed.jsonl"
    keys = sum(bool(re.match(_YAML_KEY, line.lstrip())) for line in lines)
    if len(lines) > 1 and re.match(_YAML_KEY, lines[0]) and keys * 2 >= len(lines):
        return "YAML", "yq -o=json -I=0 '.[]' {0} > fixed.jsonl"
    return None


def _prose(text: str, lines: list[str]) -> tuple[str, str] | None:
    if len(lines) >= 3 and not any(line.lstrip().startswith(("{", "[", '"')) for line in lines):
        return "plain text: no line starts with a brace", ""
    return None


def _is_object(line: str) -> bool:
    try:
        return isinstance(orjson.loads(line), dict)
    except ValueError:
        return False
