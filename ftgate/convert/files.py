"""Converts a file into another one: whole, or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

from ftgate.atomic import replacing
from ftgate.convert.chat import Writer
from ftgate.convert.stream import Account, convert_stream
from ftgate.errors import UnreadableError, UsageError
from ftgate.formats import Format
from ftgate.readers.compressed import ArchiveError, open_data
from ftgate.readers.sniff import HEAD_BYTES, diagnose_head


def convert_file(
    name: str,
    out: str | BinaryIO,
    write: Writer,
    *,
    source: Format | None = None,
    skip_invalid: bool = False,
    progress: Callable[[int], None] | None = None,
) -> tuple[Account, bool]:
    """Convert the file ``name`` to ``out``, a path or an open stream; True when it was written.

    Nothing is written when no record could be converted or, unless ``skip_invalid``, when one
    could not. A file is first written beside its final place and then moved there, so what was
    there stays whole; a stream gets its bytes after the last record was converted.

    Raises UnreadableError for ``name``, UsageError for ``out``.
    """
    account = Account()
    lines = _lines(name, write, account, source, progress)
    with _errors_of(out), _draft(out) as (draft, publish):
        for line in lines:
            if skip_invalid or not account.refused:
                draft.write(line)
        written = account.converted > 0 and (skip_invalid or not account.refused)
        if written:
            publish()
    return account, written


def _lines(
    name: str,
    write: Writer,
    account: Account,
    source: Format | None,
    progress: Callable[[int], None] | None,
) -> Iterator[bytes]:
    """The converted lines of a file; trouble with reading it is an UnreadableError."""
    try:
        with open_data(name) as stream:
            problem = diagnose_head(stream.read(HEAD_BYTES), name)
        if problem:
            what, _, fix = problem.detail.partition("; run: ")
            raise UnreadableError(f"{name}: not JSON Lines: {what}", hint=fix)
        with open_data(name) as stream:
            yield from convert_stream(stream, write, account, source=source, progress=progress)
    except ArchiveError as error:
        raise UnreadableError(f"{name}: {error}") from None
    except OSError as error:
        raise UnreadableError(f"{name}: {error.strerror or error}") from None


@contextmanager
def _errors_of(out: str | BinaryIO) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if not isinstance(out, str):
            raise
        raise UsageError(f"{out}: cannot be written: {error.strerror or error}") from None


@contextmanager
def _draft(out: str | BinaryIO) -> Iterator[tuple[BinaryIO, Callable[[], None]]]:
    """A stream to write to, and the call that makes it count; without the call nothing stays."""
    if isinstance(out, str):
        with replacing(out) as drafted:
            yield drafted
    else:
        sink = out
        with tempfile.TemporaryFile() as stream:

            def copy() -> None:
                stream.seek(0)
                with suppress(BrokenPipeError):  # a reader that has gone away is no error
                    shutil.copyfileobj(stream, sink)
                    sink.flush()

            yield stream, copy
