"""Where a command's text goes: the terminal with its width and colours, or a whole file."""

from __future__ import annotations

import codecs
import errno
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from ftgate.atomic import is_device, replacing
from ftgate.errors import UsageError
from ftgate.render import renderer
from ftgate.render.escape import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ftgate.commands.progress import Ticker
    from ftgate.report import Report

PLAIN_WIDTH = 100  # columns when nobody looks: files, pipes, CI logs
MIN_WIDTH, MAX_WIDTH = 40, 120  # longer lines are hard to read
_STDOUT = "standard output"
_BY_SUFFIX = {"htm": "html", "md": "markdown", "txt": "text", "xml": "junit"}
_LOOKALIKES = {
    "\u2014": "-",
    "\u2013": "-",
    "\u00b7": "|",
    "\u2192": "->",
    "\u2026": "...",
    "\u00d7": "x",
    "\u2264": "<=",
    "\u2265": ">=",
    **dict.fromkeys("\u2588\u2589\u258a\u258b\u258c\u258d\u258e\u258f", "#"),
}


def render(report: Report, name: str, *, verbose: bool = False, color: bool = False) -> str:
    """The report in one format, as wide as the terminal."""
    text = renderer(name)(report, color=color, width=screen_width(), verbose=verbose)
    if name != "text":
        return text
    from ftgate.render.fit import fitted

    return fitted(text, table_width())


def format_of(path: str) -> str:
    """The format that the name of a file suggests, such as ``markdown`` for ``report.md``."""
    suffix = os.path.splitext(path)[1].lower().removeprefix(".")
    return _BY_SUFFIX.get(suffix, suffix)


def wants_color(choice: str) -> bool:
    """Whether standard output gets colours: the flag, then NO_COLOR, FORCE_COLOR, the terminal.

    ``FORCE_COLOR=0`` asks for none, as in Node.js, where the variable comes from.
    """
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if forced := os.environ.get("FORCE_COLOR"):
        return forced.lower() not in ("0", "false")
    return sys.stdout is not None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def screen_width() -> int:
    """Columns for text: those of the terminal, as far as lines stay readable."""
    return min(MAX_WIDTH, _columns() or PLAIN_WIDTH)


def table_width() -> int:
    """Columns for tables: all of the terminal; where nobody looks, room for one line a row."""
    return _columns() or sys.maxsize


def _columns() -> int:
    """Columns of the terminal, at least :data:`MIN_WIDTH`; 0 where there is none."""
    stated = os.environ.get("COLUMNS", "")
    if stated.isdigit():
        return max(MIN_WIDTH, int(stated))
    try:
        columns = os.get_terminal_size(sys.stdout.fileno()).columns
    except (AttributeError, OSError, ValueError):  # closed, not a terminal, not a file at all
        return 0
    return max(MIN_WIDTH, columns) if columns else 0


def say(note: str) -> None:
    """One line on standard error that is no result."""
    for ticker in _tickers:
        ticker.clear()
    sys.stderr.write(f"ftgate: {visible(note)}\n")


def emit(text: str) -> None:
    """Write to standard output; a reader that has gone away (``| head``) is no error.

    Characters that the output's encoding lacks are written as their ASCII lookalikes, or as
    escapes. Raises OSError naming standard output when it is full or closed.
    """
    if not text:
        return
    stream = sys.stdout
    if stream is None:  # closed by whoever started us
        raise OSError(errno.EBADF, os.strerror(errno.EBADF), _STDOUT)
    encoding = getattr(stream, "encoding", None) or "utf-8"
    safe = text.encode(encoding, "ftgate.lookalike").decode(encoding)
    try:
        stream.write(safe)
        stream.flush()
    except BrokenPipeError:
        discard(stream)
    except OSError as error:
        raise OSError(error.errno, error.strerror, _STDOUT) from None


def emit_fitted(text: str) -> None:
    """:func:`emit` for people: lines that are wider than the terminal are broken."""
    from ftgate.render.fit import fitted

    emit(fitted(text, table_width()))


def discard(stream: TextIO) -> None:
    """Send what is still buffered nowhere: Python flushes again at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _lookalike(error: UnicodeError) -> tuple[str, int]:
    """What a codec writes for characters that it lacks."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(_LOOKALIKES.get(each) or _escaped(each) for each in lacking), error.end


def _escaped(character: str) -> str:
    return character.encode("ascii", "backslashreplace").decode()


codecs.register_error("ftgate.lookalike", _lookalike)


def check_target(path: str) -> None:
    """Raise UsageError, before any work is done, for a file that could not be written."""
    real = os.path.realpath(path)
    folder = os.path.dirname(real)
    if os.path.isdir(real):
        raise UsageError(f"{path} is a folder", hint="name a file")
    if is_device(path):
        if not os.access(path, os.W_OK):
            raise UsageError(f"{path}: cannot be written", hint="name another file")
    elif not os.path.isdir(folder):
        missing = os.path.dirname(path) if not os.path.islink(path) else folder
        raise UsageError(f"{path}: there is no folder {missing}", hint=f"mkdir -p {missing}")
    elif not os.access(folder, os.W_OK | os.X_OK):
        raise UsageError(
            f"{path}: cannot be written: no permission in {folder}", hint="name another file"
        )


def write_file(path: str, text: str | Iterable[str]) -> None:
    """Write a file whole or not at all; a device or pipe is written to, a link followed.

    ``text`` may come piece by piece. Raises UsageError when the file cannot be written.
    """
    check_target(path)
    pieces = (text,) if isinstance(text, str) else text
    try:
        if is_device(path):
            with open(path, "wb") as stream:
                stream.writelines(piece.encode() for piece in pieces)
        else:
            with replacing(path) as (stream, publish):
                stream.writelines(piece.encode() for piece in pieces)
                publish()
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from None


@contextmanager
def progress_line(
    *, wanted: bool = True, doing: str = "judging"
) -> Iterator[Callable[[str, int, int], None] | None]:
    """A line on the terminal that says how far the work is, once it has taken a second.

    Yields None, and shows nothing, where nobody looks: standard error is no terminal, or it is
    that of a hook, whose output is kept and shown later.
    """
    looked_at = sys.stderr is not None and sys.stderr.isatty()
    if not wanted or not looked_at or os.environ.get("TERM") == "dumb" or _in_a_hook():
        yield None
        return
    from ftgate.commands.progress import Ticker

    with Ticker(doing) as ticker:
        _tickers.append(ticker)
        try:
            yield ticker.show
        finally:
            _tickers.remove(ticker)


_tickers: list[Ticker] = []
"""Lines on standard error that have to make room for a note."""


def _in_a_hook() -> bool:
    """Whether pre-commit or prek runs us; with colours they give their hooks a terminal."""
    return "PRE_COMMIT" in os.environ
