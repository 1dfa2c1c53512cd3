"""Records that go: exact duplicates always, everything that would not train only when asked."""

from __future__ import annotations

import hashlib
import io
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from ftgate.fixing.judge import Judge
from ftgate.fixing.piece import DUPLICATE, INVALID, NEAR_DUPLICATE, REFUSED, TOO_LONG, Piece
from ftgate.fixing.relaxed import strict_object
from ftgate.formats import detect
from ftgate.model import Example
from ftgate.readers.jsonl import read_jsonl

_DIGEST_BYTES = 16
"""Twice what profiles keep: they count with them, here a collision would lose a record."""


@dataclass(frozen=True, slots=True)
class Unsafe:
    """What ``--unsafe-fixes`` drops besides invalid lines and near-duplicates.

    ``severe`` says whether a kind of problem makes the provider refuse a record; ``too_long``
    whether an example has more tokens than the provider takes (None: no limit is known).
    """

    judge: Judge
    severe: Callable[[str], bool]
    too_long: Callable[[Example], bool] | None = None


def without_dropped(pieces: Iterable[Piece], unsafe: Unsafe | None = None) -> Iterator[Piece]:
    """The pieces with only the lines that stay.

    A duplicate has the bytes of an earlier record, white space around it apart, and is of a known
    schema: what :attr:`ftgate.profile.Profile.digests` counts.
    """
    seen: set[bytes] = set()
    near: set[bytes] = set()
    for piece in pieces:
        if piece.holds == "records":
            yield _kept_records(piece, seen, near, unsafe)
        elif unsafe and piece.holds != "nothing":
            yield _kept_records(_without_invalid(piece), seen, near, unsafe)
        else:
            yield piece


def _without_invalid(piece: Piece) -> Piece:
    """The piece with only those lines that are records by themselves."""
    if piece.new is None:
        return Piece(piece.old, (), repairs=Counter({INVALID: 1} if piece.holds != "rest" else {}))
    whole = tuple(line for line in piece.new if strict_object(line) is not None)
    lost = Counter({INVALID: len(piece.new) - len(whole)})
    return Piece(piece.old, whole, "records", lost)


def _kept_records(piece: Piece, seen: set[bytes], near: set[bytes], unsafe: Unsafe | None) -> Piece:
    kept: list[bytes] = []
    dropped: Counter[str] = Counter()
    for line in piece.new or ():
        digest = hashlib.sha256(line.strip()).digest()[:_DIGEST_BYTES]
        if digest in seen and detect(strict_object(line)):
            dropped[DUPLICATE] += 1
        elif unsafe and (reason := _unfit(line, near, unsafe)):
            dropped[reason] += 1
        else:
            kept.append(line)
        seen.add(digest)
    if not dropped:
        return piece
    holds = piece.holds if kept else "nothing"
    return Piece(piece.old, tuple(kept), holds, piece.repairs + dropped)


def _unfit(line: bytes, near: set[bytes], unsafe: Unsafe) -> str:
    """Why a record is dropped, "" when it stays; a record that stays is remembered in ``near``."""
    read = next(read_jsonl(io.BytesIO(line)))
    problems, example = unsafe.judge.judge(read)
    if any(unsafe.severe(problem.kind) for problem in problems) or example is None:
        return REFUSED
    if unsafe.too_long and unsafe.too_long(example):
        return TOO_LONG
    digest = _near_digest(example, read.record or {})
    if digest in near:
        return NEAR_DUPLICATE
    if digest:
        near.add(digest)
    return ""


def _near_digest(example: Example, record: dict[str, Any]) -> bytes:
    """Digest of what two near-duplicates share; empty where text is not all that they say.

    Tool calls, tools and labels must be equal to the byte: two answers that differ in nothing else
    are two answers.
    """
    if example.images or not example.turns:
        return b""
    turns = [(role, fold(text)) for role, text in example.turns]
    parts = repr((turns, example.calls, record.get("label"), record.get("labels")))
    tools = orjson.dumps(example.tools, option=orjson.OPT_SORT_KEYS) if example.tools else b""
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass") + tools).digest()


def fold(text: str) -> str:
    """Text without what near-duplicates may differ in.

    Unicode NFKC, case folding, then each run of white space and punctuation (categories P*) is one
    space. A text of nothing else stays as it is: ``?`` and ``!`` are different answers.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(folded.translate(_SPACES).split()) or text


class _Spaces(dict[int, int]):
    """A table for ``str.translate``, filled character by character as they are met."""

    def __missing__(self, code: int) -> int:
        character = chr(code)
        blank = character.isspace() or unicodedata.category(character).startswith("P")
        self[code] = ord(" ") if blank else code
        return self[code]


_SPACES = _Spaces()
