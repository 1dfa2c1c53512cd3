"""``ftgate check``: judge training sets and say why."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from ftgate.commands.flags import COLOR, CONTEXT, VERBOSE, OnePerLine, check_options, judging
from ftgate.commands.output import emit, progress_line, render, wants_color, write_atomic
from ftgate.errors import UsageError
from ftgate.render import RENDERERS

if TYPE_CHECKING:
    from ftgate.report import Report


@click.command("check", context_settings=CONTEXT)
@click.argument("paths", nargs=-1, type=click.Path(allow_dash=True), metavar="[PATH]...")
@judging
@click.option(
    "-f",
    "--output-format",
    type=click.Choice(list(RENDERERS)),
    default="text",
    help="What standard output gets.  [default: text]",
)
@click.option(
    "-o",
    "--output",
    type=OnePerLine(),
    multiple=True,
    metavar="FORMAT=PATH",
    help="Write a report to a file as well, e.g. json=report.json. Repeatable.",
)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing of datasets that pass.")
@VERBOSE
@COLOR
def command(
    paths: tuple[str, ...],
    output_format: str,
    output: tuple[str, ...],
    quiet: bool,
    verbose: bool,
    color: str,
    **flags: Any,
) -> int:
    """Judge training sets: is each fine-tune justified, and will the job do what it should?

    PATH is a file, a folder, a glob, or - for a training set on standard input. Without PATH,
    everything in ftgate.toml is judged, else the current folder. Files are grouped into train,
    validation and test by their names; prompt files beside them are what the fine-tune replaces.

    \b
    Exit codes: 0 pass, 1 fail, 2 error, 3 undecided.
    """
    files = [_parse_output(value) for value in output]
    options = check_options(flags)
    if "-" in paths:
        options = replace(options, stdin=_read_stdin(paths))
    from ftgate.gate import check

    with progress_line(wanted=not quiet) as progress:
        report = check(paths, replace(options, progress=progress))
    for name, path in files:
        write_atomic(path, render(report, name, verbose=verbose))
    shown = _not_passing(report) if quiet and output_format == "text" else report
    if shown.datasets or output_format != "text":
        emit(render(shown, output_format, verbose=verbose, color=wants_color(color)))
    return report.exit_code


def _not_passing(report: Report) -> Report:
    return replace(
        report,
        datasets=tuple(dataset for dataset in report.datasets if dataset.outcome != "pass"),
    )


def _parse_output(value: str) -> tuple[str, str]:
    """``json=report.json`` → its parts; checked before anything is judged."""
    name, equals, path = value.partition("=")
    if not equals or name not in RENDERERS:
        raise UsageError(
            f"-o {value}: not FORMAT=PATH with a known format",
            hint=f"formats: {', '.join(RENDERERS)}; e.g. -o json=report.json",
        )
    if path in ("", "-"):
        raise UsageError(f"-o {value}: no file named", hint=f"for standard output: -f {name}")
    return name, path


def _read_stdin(paths: tuple[str, ...]) -> bytes:
    if len(paths) > 1:
        raise UsageError("- cannot be combined with other paths", hint="judge them separately")
    if sys.stdin.isatty():
        click.echo("ftgate: reading a training set from the keyboard; end it with Ctrl-D", err=True)
    return sys.stdin.buffer.read()
