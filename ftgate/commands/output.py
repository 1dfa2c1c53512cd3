"""Where a command's text goes: the terminal with its width and colours, or a whole file."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ftgate.errors import UsageError
from ftgate.render import renderer
from ftgate.render.escape import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ftgate.report import Report

PLAIN_WIDTH = 100  # columns when nobody looks: files, pipes, CI logs
MIN_WIDTH, MAX_WIDTH = 40, 120  # longer lines are hard to read


def render(report: Report, name: str, *, verbose: bool = False, color: bool = False) -> str:
    """The report in one format, as wide as the terminal."""
    return renderer(name)(report, color=color, width=screen_width(), verbose=verbose)


def wants_color(choice: str) -> bool:
    """Whether standard output gets colours: the flag, then NO_COLOR, FORCE_COLOR, the terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def screen_width() -> int:
    """Columns of the terminal, :data:`PLAIN_WIDTH` where there is none."""
    stated = os.environ.get("COLUMNS", "")
    if stated.isdigit():
        return max(MIN_WIDTH, min(MAX_WIDTH, int(stated)))
    try:
        columns = os.get_terminal_size(sys.stdout.fileno()).columns
    except (OSError, ValueError):  # not a terminal, or not a file at all
        return PLAIN_WIDTH
    return max(MIN_WIDTH, min(MAX_WIDTH, columns or PLAIN_WIDTH))


def emit(text: str) -> None:
    """Write to standard output; a reader that has gone away (``| head``) is no error.

    Characters that the output's encoding lacks are written as escapes.
    """
    stream = sys.stdout
    encoding = getattr(stream, "encoding", None) or "utf-8"
    safe = text.encode(encoding, "backslashreplace").decode(encoding)
    try:
        stream.write(safe)
        stream.flush()
    except BrokenPipeError:
        # Python flushes again at exit: give it somewhere to write to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def write_atomic(path: str, text: str) -> None:
    """Write a file whole or not at all. Raises UsageError when its folder is missing."""
    import tempfile

    folder = os.path.dirname(path) or "."
    if not os.path.isdir(folder):
        raise UsageError(f"{path}: there is no folder {folder}", hint=f"mkdir -p {folder}")
    if os.path.isdir(path):
        raise UsageError(f"{path} is a folder", hint="name a file")
    temporary = ""
    try:
        descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=".ftgate-")
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        os.chmod(temporary, _mode_for(path))
        os.replace(temporary, path)
    except OSError as error:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from None


def _mode_for(path: str) -> int:
    """Permissions of the file that is replaced, else what ``open`` would give."""
    try:
        return os.stat(path).st_mode & 0o777
    except FileNotFoundError:
        umask = os.umask(0)
        os.umask(umask)
        return 0o666 & ~umask


@contextmanager
def progress_line(*, wanted: bool) -> Iterator[Callable[[str, int, int], None] | None]:
    """A line on the terminal that names the dataset being judged, removed at the end.

    Yields None, and shows nothing, where standard error is not a terminal.
    """
    if not wanted or not sys.stderr.isatty():
        yield None
        return

    def show(name: str, done: int, total: int) -> None:
        sys.stderr.write(f"\r\x1b[Kjudging {visible(name)[:60]} ({done + 1} of {total})")
        sys.stderr.flush()

    try:
        yield show
    finally:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
