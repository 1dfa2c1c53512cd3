"""Which pieces a file has, remembered by how the file begins, and which of them go together.

Up to its first change a file has the pieces that it had: the digest of the whole file, which every
run takes, says so at its marks (:class:`~ftgate.looks.Seen`). There it is neither cut nor digested
again. What several pieces in a row said is remembered as one, so that few entries are opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ftgate.cache import Cache, key_of
from ftgate.engine import Piece
from ftgate.looks import MARK_BYTES, Seen

MOST_IN_SECTION = 16
"""Pieces that go together; on average they are half as many."""

_LAST_DIGITS = ("0", "1")  # how the digest of a section's last piece begins: one in 8


def remember_outline(cache: Cache, seen: Seen, pieces: Sequence[Piece]) -> None:
    """Remember all pieces of a file, unless one was not digested or the file has no mark."""
    if seen.marks and all(piece.digest for piece in pieces):
        cache.put(_key(seen), {"marks": seen.marks, "pieces": [[*piece] for piece in pieces]})


def pieces_before_change(cache: Cache, seen: Seen) -> list[Piece]:
    """The first pieces of a file, as those of the last one that began alike."""
    found: Any = cache.get(_key(seen)) if seen.marks else None
    try:
        marks, pieces = found["marks"], [Piece(*piece) for piece in found["pieces"]]
    except (KeyError, TypeError):
        return []
    same = 0
    while same < min(len(marks), len(seen.marks)) and marks[same] == seen.marks[same]:
        same += 1
    # The last piece may end without a line end, and a longer file goes on with the same line.
    return [piece for piece in pieces[:-1] if piece.start + piece.size <= same * MARK_BYTES]


def sections(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """The same pieces in rows, most of which stay the same, too, when some lines change."""
    section: list[Piece] = []
    for piece in pieces:
        section.append(piece)
        if ends_section(section):
            yield section
            section = []
    if section:
        yield section


def ends_section(pieces: Sequence[Piece]) -> bool:
    """Whether these pieces, the first of which follows a section, are one."""
    return len(pieces) == MOST_IN_SECTION or pieces[-1].digest.startswith(_LAST_DIGITS)


def _key(seen: Seen) -> str:
    return key_of("outline", seen.marks[0])
