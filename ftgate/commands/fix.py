"""``ftgate check --fix`` and ``--diff``: repair the files before they are judged."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from ftgate.commands.output import emit
from ftgate.errors import FtgateError, UsageError
from ftgate.remote.names import is_url
from ftgate.render.escape import visible

if TYPE_CHECKING:
    from ftgate.cache import Cache
    from ftgate.fixing import Fixes, FixReport
    from ftgate.gate import CheckOptions
    from ftgate.sources import File, Job

_Command = TypeVar("_Command", bound=Callable[..., Any])

_FLAGS: tuple[Callable[[Any], Any], ...] = (
    click.option(
        "--fix",
        is_flag=True,
        help="First repair the files: byte order marks, CRLF, blank lines, trailing commas and "
        "comments, arrays and printed JSON, exact duplicates, the newline at the end.",
    ),
    click.option("--fix-only", is_flag=True, help="Repair and stop; exit 1 if a file changed."),
    click.option(
        "--unsafe-fixes",
        is_flag=True,
        help="Let --fix, --fix-only or --diff also drop invalid lines, refused records, over-long "
        "examples and near-duplicates: records whose turns differ in nothing but Unicode NFKC, "
        "case, white space and punctuation, and that are equal in everything else. Keeps the "
        "original as NAME.bak.",
    ),
    click.option("--no-backup", is_flag=True, help="Keep no NAME.bak."),
    click.option(
        "--diff", is_flag=True, help="Show what fixes would change, write nothing; exit 1 if any."
    ),
    click.option(
        "--show-records",
        is_flag=True,
        help="Show texts of the data: whole lines in --diff, else new words of answers that teach "
        "facts.",
    ),
)


class FixFlags(NamedTuple):
    """The flags of :func:`fixing`."""

    fix: bool
    fix_only: bool
    unsafe_fixes: bool
    no_backup: bool
    diff: bool
    show_records: bool

    @property
    def wanted(self) -> bool:
        """Whether there is anything to do before judging."""
        return self.fix or self.fix_only or self.diff

    @property
    def judges(self) -> bool:
        """Whether the files are judged afterwards."""
        return not (self.fix_only or self.diff)


def fixing(command: _Command) -> _Command:
    """Add the flags that repair files."""
    for flag in reversed(_FLAGS):
        command = flag(command)
    return command


def take_flags(flags: dict[str, Any], paths: Sequence[str]) -> FixFlags:
    """Take the flags of :func:`fixing` out of all flags. Raises UsageError for contradictions."""
    found = FixFlags(**{name: flags.pop(name) for name in FixFlags._fields})
    if found.unsafe_fixes and not found.wanted:
        raise UsageError("--unsafe-fixes alone changes nothing", hint="add --fix or --diff")
    if found.wanted and "-" in paths:
        raise UsageError("standard input cannot be fixed", hint="name a file")
    if found.show_records and found.fix_only and not found.diff:
        raise UsageError("--show-records shows what is judged", hint="drop --fix-only")
    if found.no_backup and not found.unsafe_fixes:
        raise UsageError("--no-backup is about --unsafe-fixes", hint="other fixes lose nothing")
    return found


def run(paths: Sequence[str], options: CheckOptions, flags: FixFlags) -> int:
    """Repair (or preview) every file; 1 when one has changed or would change, else 0.

    A file that cannot be replaced does not keep the others from being fixed; then the first
    error is raised at the end.
    """
    changed = False
    errors: list[FtgateError] = []
    for file, fixes in _files(paths, options, flags):
        try:
            report = _preview(file, fixes, flags) if flags.diff else _fix(file, fixes, flags)
            changed = changed or report.changed
        except FtgateError as error:
            errors.append(error)
    for further in errors[1:]:
        click.echo(f"ftgate: {visible(further.message)}", err=True)
    if errors:
        raise errors[0]
    return int(changed)


def _files(
    paths: Sequence[str], options: CheckOptions, flags: FixFlags
) -> Iterator[tuple[File, Fixes]]:
    """Files to fix, with the fixes that their provider needs."""
    from ftgate.fixing.project import data_files
    from ftgate.gate import SettingsFinder, jobs_of

    finder = SettingsFinder(options, offline=True)  # what is elsewhere is not fixed
    known: dict[int, Fixes] = {}  # by settings: prices and vocabularies are read once
    for job, file in data_files(jobs_of(paths, finder), paths):
        key = id(job.settings)
        if key not in known:
            known[key] = _fixes(job, options, finder.cache, unsafe=flags.unsafe_fixes)
        yield file, known[key]


def _fixes(job: Job, options: CheckOptions, cache: Cache, *, unsafe: bool) -> Fixes:
    from ftgate.fixing import Fixes
    from ftgate.fixing.project import authority
    from ftgate.gate import parse_day

    today = parse_day(options.as_of)
    judge = authority(job.settings, today, select=options.select, ignore=options.ignore)
    keep_mark = bool(judge.provider.byte_order_mark)
    if not unsafe:
        return Fixes(keep_mark)
    here = (file.path for file in job.dataset.files if not is_url(file.path))
    size = sum(map(os.path.getsize, here))
    return Fixes(keep_mark, judge.unsafe(size, cache))


def _preview(file: File, fixes: Fixes, flags: FixFlags) -> FixReport:
    from ftgate.fixing import preview_file
    from ftgate.fixing.diff import Diff

    diff = Diff(file.name, full=flags.show_records)
    report = preview_file(file.path, diff.add, fixes)
    if report.changed:
        emit(diff.text())
    _say(report, file.name, "would fix")
    return report


def _fix(file: File, fixes: Fixes, flags: FixFlags) -> FixReport:
    from ftgate.fixing import fix_file

    report = fix_file(file.path, fixes, backup=not flags.no_backup)
    _say(report, file.name, "fixed")
    return report


def _say(report: FixReport, name: str, done: str) -> None:
    """One line on standard error for a file that changed, or that cannot be fixed."""
    text = f"{done}: {report.summary} in {name}" if report.changed else ""
    if report.skipped:
        text = f"not fixed: {name}: {report.skipped}"
    if report.backup:
        text += f"; the original is beside it: {os.path.basename(report.backup)}"
    if text:
        click.echo(visible(text), err=True)
