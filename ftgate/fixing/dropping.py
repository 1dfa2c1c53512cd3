"""Records that go: exact duplicates always, everything that would not train only when asked."""

from __future__ import annotations

import hashlib
import io
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ftgate.fixing.piece import DUPLICATE, INVALID, NEAR_DUPLICATE, REFUSED, TOO_LONG, Piece
from ftgate.fixing.relaxed import strict_object
from ftgate.formats import detect
from ftgate.formats.as_chat import from_json
from ftgate.judge import Judge
from ftgate.model import Example
from ftgate.readers.jsonl import read_jsonl

_DIGEST_BYTES = 16
"""Twice what profiles keep: they count with them, here a collision would lose a record."""
_SIGN = re.compile(r"(?<!\w)-(?=\.?\d)")
_WORDS = "#%&*@/\\_\N{PER MILLE SIGN}"
"""Characters that Unicode calls punctuation and that stand for words."""
_PARTS = {"content", "parts"}
_SPOKEN = {
    *("messages", "conversations", "conversation", "interactions", "contents", "history"),
    *("content", "parts", "text", "value", "system", "system_prompt", "systemInstruction"),
    *("instruction", "input", "output", "query", "response", "prompt", "completion"),
    *("question", "answer", "problem", "solution", "message", "input_text", "output_text"),
}
"""The keys on the way to a text that is a turn, or a part of one. No preferred or rejected answer
is among them: it may differ from the other in nothing but case and punctuation."""


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
    problems, example, _ = unsafe.judge.judge(read)
    if any(unsafe.severe(problem.kind) for problem in problems) or example is None:
        return REFUSED
    if unsafe.too_long and unsafe.too_long(example):
        return TOO_LONG
    # Of a line with problems of its own, such as a key that is there twice, not all was read.
    record = None if read.problems else from_json(line.decode())
    digest = _near_digest(example, record)
    if digest in near:
        return NEAR_DUPLICATE
    if digest:
        near.add(digest)
    return ""


def _near_digest(example: Example, record: Any) -> bytes:
    """Digest of what two near-duplicates share; empty where text is not all that they say.

    Only texts that became turns are folded. Whatever else a record holds has to be equal: media in
    columns of their own, weights, labels, tool calls, both answers of a preference pair.
    """
    if not isinstance(record, dict) or example.images or not example.turns:
        return b""
    try:
        if _shows_more(record):
            return b""
        shared = json.dumps([_folded(record, _heard(example, record)), example.calls])
    except RecursionError:
        return b""
    return hashlib.sha256(shared.encode()).digest()


def _heard(example: Example, record: dict[str, Any]) -> set[str]:
    """The texts that became turns, and the two that Alpaca makes one of."""
    heard = {text for _, text in example.turns}
    halves = [record.get("instruction"), record.get("input")]
    texts = [half for half in halves if isinstance(half, str)]
    return heard.union(texts) if "\n".join(texts) in heard else heard


def _folded(value: Any, heard: set[str], *, spoken: bool = True) -> Any:
    """The value with its keys in order, texts as ``~folded`` where heard, else ``=as they are``."""
    if isinstance(value, str):
        return f"~{fold(value)}" if spoken and value in heard else f"={value}"
    if isinstance(value, list):
        return [_folded(each, heard, spoken=spoken) for each in value]
    if isinstance(value, dict):
        return {
            key: _folded(each, heard, spoken=spoken and key in _SPOKEN)
            for key, each in sorted(value.items())
        }
    return value


def _shows_more(value: Any) -> bool:
    """Whether a message has other parts than texts, or several answers to choose from."""
    if isinstance(value, list):
        return any(_shows_more(each) for each in value)
    if not isinstance(value, dict):
        return False
    return "candidates" in value or any(
        _shows_more(each) or (key in _PARTS and not _is_text(each))
        for key, each in value.items()
        if key in _SPOKEN
    )


def _is_text(content: Any) -> bool:
    """Whether a content is a text, or nothing but parts that are texts."""
    parts = content if isinstance(content, list) else [content]
    return all(
        part is None
        or isinstance(part, str)
        or (
            isinstance(part, dict)
            and part.keys() <= {"type", "text"}
            and part.get("type", "text") == "text"
            and isinstance(part.get("text"), str)
        )
        for part in parts
    )


def fold(text: str) -> str:
    """Text without what near-duplicates may differ in.

    Unicode NFKC, case folding, then each run of white space and punctuation (categories P*) is one
    space. A text of nothing else stays as it is: ``?`` and ``!`` are different answers. So are
    ``C#`` and ``C``, ``5%`` and ``5``, ``-1`` and ``1``: such marks are no punctuation here.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    folded = _SIGN.sub("\N{MINUS SIGN}", folded)
    return " ".join(folded.translate(_SPACES).split()) or text


class _Spaces(dict[int, int]):
    """A table for ``str.translate``, filled character by character as they are met."""

    def __missing__(self, code: int) -> int:
        character = chr(code)
        mark = unicodedata.category(character).startswith("P") and character not in _WORDS
        blank = character.isspace() or mark
        self[code] = ord(" ") if blank else code
        return self[code]


_SPACES = _Spaces()
