"""``ftgate convert``: the same records in another schema."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from ftgate.atomic import is_device
from ftgate.commands.flags import CONTEXT
from ftgate.commands.output import check_target
from ftgate.errors import UnreadableError, UsageError
from ftgate.remote.names import is_url, shown
from ftgate.render.escape import visible

if TYPE_CHECKING:
    from ftgate.convert.stream import Account, Places

_TARGETS = ("openai-chat", "sharegpt", "gemini", "bedrock-converse", "alpaca")
_PACKED = (".gz", ".zst", ".bz2", ".xz", ".zip")
_SHOWN_LINES = 5
_MAX_KEY_CHARS = 60
_PROGRESS_FROM_BYTES = 16 << 20
_PROGRESS_EVERY = 5000  # lines


def _complete_source(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
    del ctx, param
    from click.shell_completion import CompletionItem

    from ftgate.convert import SOURCES

    return [CompletionItem(name) for name in SOURCES if name.startswith(incomplete)]


@click.command("convert", context_settings=CONTEXT)
@click.argument("name", type=click.Path(), metavar="IN")
@click.option(
    "--to",
    "target",
    envvar="FTGATE_TO",
    type=click.Choice(_TARGETS),
    required=True,
    help="Schema to write.",
)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(allow_dash=True),
    metavar="OUT",
    help="File to write, or - for standard output.",
)
@click.option(
    "--from",
    "source",
    envvar="FTGATE_FROM",
    metavar="SCHEMA",
    shell_complete=_complete_source,
    help="Schema to read, where its keys do not tell.  [default: found record by record]",
)
@click.option("--skip-invalid", is_flag=True, help="Leave out records that cannot be converted.")
@click.option("--force", is_flag=True, help="Replace OUT when it exists.")
def command(
    name: str, target: str, output: str, source: str | None, skip_invalid: bool, force: bool
) -> int:
    """Write the records of IN in another schema, in the same order.

    What is trained on comes along: texts, tool calls, tool definitions, images, weights, thoughts.
    Metadata is left behind, and listed with its lines. When the other schema has no words for
    something else, nothing is written, the record is named and the exit code is 1.
    """
    _check(name, output, force)
    from ftgate.convert import TARGETS
    from ftgate.convert.files import convert_file

    chosen = _source(source)
    with _progress(name) as progress, _sink(output) as sink:
        account, written = convert_file(
            name,
            sink,
            TARGETS[target],
            source=chosen,
            skip_invalid=skip_invalid,
            progress=progress,
        )
    _report(account, name, target, output, written=written)
    return 0 if written else 1


def _check(name: str, output: str, force: bool) -> None:
    """Raise for an output that must not be written, before anything is read."""
    if is_url(name):
        raise UnreadableError(f"{shown(name)}: is not on this machine", hint="download it first")
    if not os.path.exists(name):
        raise UnreadableError(f"{name}: no such file")
    if not os.path.isfile(name):  # it is read twice: a pipe would be empty by then
        raise UnreadableError(f"{name}: not a regular file")
    if output == "-":
        return
    if output.lower().endswith(_PACKED):
        raise UsageError(
            f"{output}: records are written without compression", hint="name it .jsonl"
        )
    check_target(output)
    if not os.path.lexists(output):
        return
    if os.path.exists(output) and os.path.samefile(name, output):
        raise UsageError(f"{output} is the file that is read", hint="name another file")
    if not force and not is_device(output):
        raise UsageError(f"{output} exists", hint="--force replaces it")


def _source(name: str | None) -> Any:
    if name is None:
        return None
    from ftgate.convert import SOURCES, source_named

    wanted = name.replace("_", "-")
    if wanted not in SOURCES:
        raise UsageError(f"--from {name}: not a schema", hint=f"one of {', '.join(SOURCES)}")
    return source_named(wanted)


@contextmanager
def _sink(output: str) -> Iterator[str | BinaryIO]:
    """The path of a file of its own, or the open stream of what is none."""
    if output == "-":
        if sys.stdout is None:  # closed by whoever started us
            raise OSError(errno.EBADF, os.strerror(errno.EBADF), "standard output")
        yield sys.stdout.buffer
    elif is_device(output):
        with open(output, "wb") as stream:
            yield stream
    else:
        yield output


@contextmanager
def _progress(name: str) -> Iterator[Callable[[int], None] | None]:
    """A line on the terminal while a large file is converted, removed at the end."""
    large = os.path.getsize(name) >= _PROGRESS_FROM_BYTES
    if not large or sys.stderr is None or not sys.stderr.isatty():
        yield None
        return

    def show(line: int) -> None:
        if line % _PROGRESS_EVERY == 0:
            sys.stderr.write(f"\r\x1b[Kconverting {visible(name)[:60]}: {line:,} lines")
            sys.stderr.flush()

    try:
        yield show
    finally:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


def _report(account: Account, name: str, target: str, output: str, *, written: bool) -> None:
    """Say on stderr what was written, what was left behind and what was refused."""
    records = account.converted + account.refused
    for line, why in account.refusals:
        _say(f"{name}:{line}: {why}")
    if account.refused > len(account.refusals):
        _say(f"... and {account.refused - len(account.refusals):,} more")
    if not written:
        what = f"{account.refused:,} of {_counted(records)} cannot be converted"
        _say(f"ftgate: {what if records else f'{name} has no records'}; nothing was written")
        if account.converted:
            _say("  hint: --skip-invalid leaves them out")
        return
    sources = ", ".join(account.sources).replace("_", "-")
    where = "standard output" if output == "-" else output
    _say(f"{where}: {_counted(account.converted)}, {sources} to {target}")
    for key, places in sorted(account.lost.items()):
        _say(f"dropped: {places.count:,} \u00d7 {key[:_MAX_KEY_CHARS]} ({_lines(places)})")
    if account.refused:
        _say(f"skipped: {account.refused:,} of {_counted(records)}, which cannot be converted")
    if account.blank:
        _say(f"skipped: {account.blank:,} blank {'line' if account.blank == 1 else 'lines'}")


def _say(text: str) -> None:
    click.echo(visible(text), err=True)


def _counted(records: int) -> str:
    return f"{records:,} {'record' if records == 1 else 'records'}"


def _lines(places: Places) -> str:
    """``lines 1, 4, 9``; of many lines the first."""
    shown = ", ".join(str(line) for line in places.lines[:_SHOWN_LINES])
    if len(places.lines) > _SHOWN_LINES:
        shown += ", \u2026"
    return f"{'line' if len(places.lines) == 1 else 'lines'} {shown}"
