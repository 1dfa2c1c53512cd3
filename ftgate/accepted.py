"""Places of the data that somebody has accepted: which can be, and how one is known again.

A place is known by what it says, never by where it stands: by the rule and the bytes of its record.
So a line that moves stays accepted, and a record that is edited counts again.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import NamedTuple

from ftgate.content.masks import PERSONAL, SECRET
from ftgate.model import Problem
from ftgate.readers.diagnose import BOM
from ftgate.readers.jsonl import Line
from ftgate.readers.sniff import wide_encoding

DIGITS = 12
"""Hexadecimal digits of a digest: 48 bits, so a million places have no two alike by chance."""

CODES: dict[str, str] = {
    **{"not-utf8": "FT004", "invalid-json": "FT101", "unknown-schema": "FT102"},
    **{"missing-assistant-turn": "FT103", "bad-role-order": "FT104", "bad-tool-call": "FT105"},
    **{"duplicate-key": "FT107", "unknown-role": "FT108", "empty-content": "FT109"},
    **{"bad-weight": "FT110", "unknown-key": "FT111", "non-finite-number": "FT112"},
    **{"lone-surrogate": "FT113", "bad-content-part": "FT114", "not-an-object": "FT119"},
    **{"undefined-tool": "FT120", "bad-tool-definition": "FT121", "malformed-messages": "FT122"},
    **{"bad-name": "FT123", "nothing-to-train": "FT124", "unknown-record-key": "FT125"},
    **{"bad-prompt-completion": "FT127", "bad-preference-pair": "FT128", "bad-field": "FT131"},
    **{"reserved-word": "FT132", "bad-schema-version": "FT134"},
    **{"record-too-long": "FT301", "truncated-at-training": "FT302"},
    **{"special-token-text": "FT304", SECRET: "FT505", PERSONAL: "FT506"},
}
"""Kinds of problems that one record has by itself, with the rule that reports them.

Left out is what the file has as a whole (it is no JSON Lines, its schemas are mixed), what records
have together (duplicates, leaks, contradictions, shares of the answers), and what has no record:
blank lines, byte order marks and lines that are too long to be read.
"""

ACCEPTABLE = frozenset(CODES.values())
"""The rules whose places can be accepted one by one."""


class Accepting(NamedTuple):
    """What is accepted of one file: entries ``CODE digest``.

    ``collect`` accepts nothing, and notes the entry of every place that could be.
    """

    known: frozenset[str] = frozenset()
    collect: bool = False

    @property
    def key(self) -> str:
        """What a profile depends on."""
        return "collect" if self.collect else " ".join(sorted(self.known))

    def left(self, line: Line, problems: list[Problem], seen: Counter[str]) -> list[Problem]:
        """The problems of a line that count; entries that were met are counted in ``seen``."""
        left = []
        for problem in problems:
            found = entry_of(problem.kind, line)
            if found and (self.collect or found in self.known):
                seen[found] += 1
            if self.collect or found not in self.known:
                left.append(problem)
        return left


def entry_of(kind: str, line: Line) -> str:
    """``CODE digest`` of a problem of this kind in a line; "" for what cannot be accepted."""
    code = CODES.get(kind)
    record = _record_bytes(line) if code else b""
    if code is None or not record:
        return ""
    return f"{code} {digest(code, record)}"


def digest(code: str, record: bytes) -> str:
    """The first :data:`DIGITS` of the SHA-256 of code, a zero byte and the record."""
    return hashlib.sha256(code.encode() + b"\0" + record).hexdigest()[:DIGITS]


def _record_bytes(line: Line) -> bytes:
    """The record without what says nothing: order of keys, spacing, escapes and line ending.

    A line that is no clean JSON object stands for itself. Empty where there is no line to speak
    of: it is blank, was not read, or is the head of a file in another encoding.
    """
    if line.record is not None and not line.problems:
        return json.dumps(line.record, sort_keys=True, separators=(",", ":")).encode()
    if line.offset == 0 and wide_encoding(line.raw):
        return b""
    return line.raw.removeprefix(BOM).strip()
