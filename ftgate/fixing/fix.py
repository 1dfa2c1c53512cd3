"""One file: read its pieces, drop what goes, write the rest."""

from __future__ import annotations

import io
import os
import stat
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import BinaryIO

from ftgate.errors import UnreadableError
from ftgate.files import is_data
from ftgate.fixing.document import begins_document, is_document, read_document
from ftgate.fixing.dropping import Unsafe, without_dropped
from ftgate.fixing.lines import read_lines
from ftgate.fixing.piece import DROPS, KINDS, MARK, PLURALS, Piece
from ftgate.fixing.replacing import Draft
from ftgate.readers.compressed import GZIP_MAGIC, ZSTD_MAGIC
from ftgate.readers.diagnose import BOM
from ftgate.readers.sniff import HEAD_BYTES, diagnose_head

_FIXABLE = ("a JSON array", "JSON spread over several lines")


@dataclass(frozen=True, slots=True)
class Fixes:
    """Which repairs are made: the safe ones, and those of ``unsafe``.

    ``keep_byte_order_mark`` leaves the one at the start of the file, for a provider that asks for
    it.
    """

    keep_byte_order_mark: bool = False
    unsafe: Unsafe | None = None


SAFE = Fixes()


@dataclass(frozen=True, slots=True)
class FixReport:
    """What was done to one file, or would be.

    ``repairs`` counts by name (see :mod:`ftgate.fixing.piece`), ``invalid`` the lines that no
    repair is known for and that are still there. ``backup`` is the path of the copy of the original
    file, "" without one. ``skipped`` says why the file was left alone as a whole, "" when it was
    not.
    """

    path: str
    changed: bool = False
    repairs: dict[str, int] = field(default_factory=dict)
    invalid: int = 0
    backup: str = ""
    skipped: str = ""

    @property
    def dropped(self) -> int:
        """Records and invalid lines that the file no longer has."""
        return sum(self.repairs.get(kind, 0) for kind in DROPS)

    @property
    def summary(self) -> str:
        """``3 blank lines, 2 duplicates``."""
        return ", ".join(
            f"{count:,} {kind if count == 1 else PLURALS.get(kind, kind + 's')}"
            for kind, count in self.repairs.items()
        )


def fix_file(
    path: str | os.PathLike[str], fixes: Fixes = SAFE, *, backup: bool = True
) -> FixReport:
    """Repair one file of training data in place; good records keep their bytes.

    Unsafe fixes first save the file as it was beside it as ``NAME.bak``, unless ``backup`` is
    False. A file that is compressed, or in which no record is found, is left alone and ``skipped``
    says why. Raises UnreadableError when the file cannot be read and :class:`FixError` when it
    cannot be replaced; then it is as it was.
    """
    name = os.fspath(path)
    with _open(name) as stream:
        if skipped := _not_fixable(stream, name):
            return FixReport(name, skipped=skipped)
        tally = _Tally()
        with Draft(name, stream) as draft:
            for piece in _pieces(stream, fixes):
                tally.add(piece)
                draft.add(piece.old, piece.text)
            report = tally.report(name)
            if not report.changed:
                return report
            saved = draft.replace(backup=backup and fixes.unsafe is not None)
        return replace(report, backup=saved)


def preview_file(
    path: str | os.PathLike[str], watch: Callable[[Piece], None], fixes: Fixes = SAFE
) -> FixReport:
    """What :func:`fix_file` would do; ``watch`` sees every piece of the file, in order."""
    name = os.fspath(path)
    with _open(name) as stream:
        if skipped := _not_fixable(stream, name):
            return FixReport(name, skipped=skipped)
        tally = _Tally()
        for piece in _pieces(stream, fixes):
            tally.add(piece)
            watch(piece)
        return tally.report(name)


@contextmanager
def _open(name: str) -> Iterator[BinaryIO]:
    try:
        with io.BufferedReader(io.FileIO(name), buffer_size=1 << 20) as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise UnreadableError(f"{name}: not a regular file")
            yield stream
    except OSError as error:
        raise UnreadableError(f"{name}: {error.strerror or error}") from error


def _not_fixable(stream: BinaryIO, name: str) -> str:
    """Why a file cannot become JSON Lines without knowing what it means; "" when it may."""
    head = stream.read(HEAD_BYTES)
    stream.seek(0)
    if head.startswith((GZIP_MAGIC, ZSTD_MAGIC)):
        return "compressed; only plain files are fixed"
    problem = diagnose_head(head, name)
    if problem is None or problem.detail.startswith(_FIXABLE):
        return ""
    return problem.detail.partition("; run:")[0]


def _pieces(stream: BinaryIO, fixes: Fixes) -> Iterator[Piece]:
    """The pieces of the file with all repairs made; none of an array that is broken."""
    document = is_document(stream)
    stream.seek(0)
    broken = not document and begins_document(stream)
    stream.seek(0)
    if broken:
        return iter(())
    read = read_document(stream) if document else read_lines(stream)
    return without_dropped(_with_mark(read) if fixes.keep_byte_order_mark else read, fixes.unsafe)


def _with_mark(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """The pieces, without the repair of a byte order mark at the start of the file."""
    for piece in islice(pieces, 1):
        yield Piece(BOM, None) if MARK in piece.repairs else piece
    yield from pieces


class _Tally:
    """What the pieces of a file add up to."""

    def __init__(self) -> None:
        self._repairs: Counter[str] = Counter()
        self._records = self._invalid = 0
        self._changed = False

    def add(self, piece: Piece) -> None:
        """Count one piece."""
        if piece.holds == "records":
            self._records += len(piece.new or ())
        elif piece.holds in ("invalid", "unclear"):
            self._invalid += len(piece.new) if piece.new is not None else 1
        if piece.repairs:
            self._repairs.update(piece.repairs)
        self._changed = self._changed or piece.changed

    def report(self, name: str) -> FixReport:
        """The sum; a file that is hardly a training set is left alone."""
        skipped = ""
        if not self._records:
            skipped = "no record can be made of it"
        elif self._invalid and not is_data(name):
            skipped = f"not named like a training set, and {self._invalid:,} lines are no records"
        if skipped:
            return FixReport(name, invalid=self._invalid, skipped=skipped)
        repairs = {kind: count for kind in KINDS if (count := self._repairs[kind])}
        return FixReport(name, self._changed, repairs, self._invalid)
