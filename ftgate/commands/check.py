"""``ftgate check``: judge training sets and say why."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from ftgate.commands import failures, fix, judge
from ftgate.commands.flags import (
    COLOR,
    CONTEXT,
    VERBOSE,
    FilesFirst,
    OnePerLine,
    check_options,
    judging,
)
from ftgate.commands.output import (
    check_target,
    emit,
    format_of,
    progress_line,
    render,
    say,
    wants_color,
    write_file,
)
from ftgate.errors import UsageError
from ftgate.readers import DATA_SUFFIXES
from ftgate.render import RENDERERS

if TYPE_CHECKING:
    from ftgate.report import Report


_MAX_STDIN_BYTES = 512 << 20  # held whole, and what OpenAI takes as one file
_STDOUT = ("", "-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")  # it already gets a report


@click.command("check", cls=FilesFirst, context_settings=CONTEXT)
@click.argument("paths", nargs=-1, type=click.Path(allow_dash=True), metavar="[PATH]...")
@judging
@fix.fixing
@judge.asking
@click.option(
    "-f",
    "--output-format",
    "--format",
    "formats",
    envvar="FTGATE_OUTPUT_FORMAT",
    type=click.Choice(list(RENDERERS)),
    multiple=True,
    help="What standard output gets.  [default: text]",
)
@click.option(
    "-o",
    "--output",
    type=OnePerLine(),
    multiple=True,
    metavar="FORMAT=PATH",
    help="Write a report to a file as well, e.g. json=report.json; failures=bad.jsonl has a row "
    "for every place of a finding about input and format. Repeatable.",
)
@click.option(
    "--compare-to",
    metavar="REF",
    help="Commit or branch to compare with: [policy] max_increase limits what a change may cost.",
)
@click.option(
    "--attest",
    type=click.Path(),
    metavar="PATH",
    help="Write an in-toto statement of the verdict and the digests: short for -o attestation=.",
)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing of datasets that pass.")
@VERBOSE
@COLOR
def command(
    paths: tuple[str, ...],
    formats: tuple[str, ...],
    output: tuple[str, ...],
    attest: str | None,
    quiet: bool,
    verbose: bool,
    color: str,
    **flags: Any,
) -> int:
    """Judge training sets: is each fine-tune justified, and will the job do what it should?

    PATH is a file, a folder, a glob, an address (s3://, gs://, abfs://, hf://, https://), or - for
    a training set on standard input. Without PATH, everything in ftgate.toml is judged, else the
    current folder. Files are grouped into train, validation and test by their names; prompt files
    beside them are what the fine-tune replaces.

    \b
    Exit codes: 0 pass, 1 fail, 2 error, 3 undecided.
    With --diff and --fix-only: 0 nothing to fix, 1 something.
    """
    if len(set(formats)) > 1:
        raise UsageError(
            f"standard output gets one format, not {' and '.join(formats)}",
            hint=f"write the other to a file: -o {formats[0]}=PATH",
        )
    output_format = formats[0] if formats else "text"
    files = _outputs((*output, f"attestation={attest}") if attest else output)
    fixes, asking = fix.take_flags(flags, paths), judge.take_flags(flags)
    _refuse_contradictions(fixes, files, formats, asking=bool(asking))
    options = check_options(flags)
    if fixes.wanted:
        changed = fix.run(paths, options, fixes)
        if not fixes.judges:
            return changed
    if "-" in paths:
        options = replace(options, stdin=_read_stdin(paths))
    from ftgate.gate import check

    with progress_line(wanted=not quiet) as progress:
        report = check(paths, replace(options, progress=progress, notice=say))
    if asking:
        report = judge.told(report, paths, options, asking, quiet=quiet)
    shown = _not_passing(report) if quiet and output_format == "text" else report
    if shown.datasets or output_format != "text":
        emit(render(shown, output_format, verbose=verbose, color=wants_color(color)))
    if fixes.show_records:
        from ftgate.commands import novelty

        emit("".join(novelty.as_text(report, paths, options)))
    _say_observed(shown, wanted=verbose)
    for name, path in files:  # after the verdict is said: a full disk must not lose it
        if name == failures.NAME:
            write_file(path, failures.as_json_lines(report, paths, options))
        else:
            write_file(path, render(report, name, verbose=verbose))
    return report.exit_code


def _say_observed(report: Report, *, wanted: bool) -> None:
    """How far estimates of this kind were off, where ftgate reconcile has seen bills."""
    if not wanted:
        return
    from ftgate.commands.launch_text import observed
    from ftgate.launching.planning import formula_of

    for dataset in report.datasets:
        if seen := observed(formula_of(dataset)):
            say(f"{dataset.name}: estimates of this kind: {seen}")


def _refuse_contradictions(
    fixes: fix.FixFlags, files: list[tuple[str, str]], formats: tuple[str, ...], *, asking: bool
) -> None:
    """Raise UsageError for outputs that these flags cannot have."""
    if not fixes.judges and (files or formats or asking):
        hint = "drop -o, -f and --judge, or use --fix"
        raise UsageError("--fix-only and --diff judge nothing", hint=hint)
    if fixes.show_records and formats and formats[0] != "text":
        raise UsageError("--show-records is for people: it shows texts", hint="drop -f")


def _not_passing(report: Report) -> Report:
    return replace(
        report,
        datasets=tuple(dataset for dataset in report.datasets if dataset.outcome != "pass"),
    )


def _outputs(values: tuple[str, ...]) -> list[tuple[str, str]]:
    """Format and path of every ``-o``, checked before anything is judged."""
    files = [_parse_output(value) for value in values]
    seen: dict[str, str] = {}
    for name, path in files:
        real = os.path.realpath(path)
        if real in seen:
            raise UsageError(
                f"-o {seen[real]} and -o {name}={path} are the same file",
                hint="name a file for each format",
            )
        seen[real] = f"{name}={path}"
        check_target(path)
    return files


def _parse_output(value: str) -> tuple[str, str]:
    """``json=report.json`` → its parts."""
    name, equals, path = value.partition("=")
    formats = (*RENDERERS, failures.NAME)
    if not equals or name not in formats:
        import difflib

        near = difflib.get_close_matches(name, formats, n=1)
        hint = f"formats: {', '.join(formats)}; e.g. -o json=report.json"
        if near and equals:
            hint = f"did you mean -o {near[0]}={path}? {hint}"
        elif not equals and (meant := format_of(value)) in formats:
            hint = f"did you mean -o {meant}={value}? {hint}"
        raise UsageError(f"-o {value}: not FORMAT=PATH with a known format", hint=hint)
    if path in _STDOUT:
        hint = "name a file" if name == failures.NAME else f"for standard output: -f {name}"
        raise UsageError(f"-o {value}: not a file of its own", hint=hint)
    if name == failures.NAME:
        failures.check_replaceable(path)
    elif path.lower().endswith(DATA_SUFFIXES):
        raise UsageError(
            f"-o {value}: the name of a training set", hint="a report must not replace data"
        )
    return name, path


def _read_stdin(paths: tuple[str, ...]) -> bytes:
    if len(paths) > 1:
        raise UsageError("- cannot be combined with other paths", hint="judge them separately")
    if sys.stdin.isatty():
        click.echo("ftgate: reading a training set from the keyboard; end it with Ctrl-D", err=True)
    data = sys.stdin.buffer.read(_MAX_STDIN_BYTES + 1)
    if len(data) > _MAX_STDIN_BYTES:
        said = f"standard input has more than {_MAX_STDIN_BYTES >> 20} MiB"
        raise UsageError(said, hint="write it to a file, which is read line by line")
    return data
