"""``ftgate run``: a training command starts only when its data pass, and only with these bytes."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from ftgate.commands.flags import COLOR, CONTEXT, check_options, judging
from ftgate.commands.output import progress_line, say, wants_color
from ftgate.errors import UnreadableError, UsageError

if TYPE_CHECKING:
    from ftgate.gate import CheckOptions
    from ftgate.report import Report


@click.command(
    "run",
    context_settings={**CONTEXT, "ignore_unknown_options": False, "allow_interspersed_args": False},
)
@click.argument("trainer", nargs=-1, type=click.UNPROCESSED, metavar="-- CMD [ARG]...")
@click.option(
    "-p",
    "--path",
    "paths",
    envvar="FTGATE_PATH",
    multiple=True,
    type=click.Path(),
    help="File, folder or glob to judge instead of what ftgate.toml declares. Repeatable.",
)
@click.option(
    "--dataset",
    "names",
    envvar="FTGATE_DATASET",
    multiple=True,
    metavar="NAME",
    help="Only the dataset of this name has to pass. Repeatable.",
)
@judging
@COLOR
def command(
    trainer: tuple[str, ...],
    paths: tuple[str, ...],
    names: tuple[str, ...],
    color: str,
    **flags: Any,
) -> int:
    """Run CMD if, and only if, the fine-tune is justified for exactly these bytes.

    The data are judged; if they pass, their digests are taken again and CMD starts in place of
    ftgate, so its exit code and its signals are its own. It finds the digest of the dataset in
    FTGATE_DIGEST, several joined by commas.

    \b
    ftgate run -- python train.py --epochs 3
    Exit codes: CMD's own, or 1 fail, 2 error, 3 undecided, without CMD having started.
    """
    if not trainer:
        raise UsageError("no command to run", hint="ftgate run -- python train.py")
    if flags.get("exit_zero"):
        raise UsageError("--exit-zero would start the job whatever the verdict is")
    from dataclasses import replace

    from ftgate.gate import check

    with progress_line() as progress:
        options = replace(check_options(flags), progress=progress, notice=say)
        report = _of(check(paths, options), names)
    if report.outcome != "pass":  # also where [policy] on_unknown says a missing number softly
        from ftgate.render.text import render_screen
        from ftgate.report import EXIT_CODES

        sys.stderr.write(render_screen(report, color=wants_color(color), width=100))
        say(f"{trainer[0]} was not started")
        return EXIT_CODES[report.outcome]
    _recheck(report, options)
    return _start(trainer, ",".join(dataset.digest for dataset in report.datasets))


def _of(report: Report, names: tuple[str, ...]) -> Report:
    """The report of the named datasets, with their own exit code."""
    if not names:
        return report
    from dataclasses import replace

    from ftgate.report import EXIT_CODES
    from ftgate.verdict import worst

    known = {dataset.name: dataset for dataset in report.datasets}
    for name in names:
        if name not in known:
            raise UsageError(f"no dataset {name!r}", hint=f"known: {', '.join(sorted(known))}")
    chosen = tuple(known[name] for name in dict.fromkeys(names))
    outcome = worst(dataset.outcome for dataset in chosen)
    return replace(report, datasets=chosen, outcome=outcome, exit_code=EXIT_CODES[outcome])


def _recheck(report: Report, options: CheckOptions) -> None:
    """Raise UnreadableError when a file is no longer what was judged."""
    from ftgate.cache import Cache
    from ftgate.looks import Looks

    looks = Looks(Cache.open(options.cache_dir, enabled=options.cache), afresh=True)
    for dataset in report.datasets:
        for file in dataset.files:
            if looks.at(file.path).digest != file.digest:
                raise UnreadableError(
                    f"{file.path} changed after it was judged; nothing was started",
                    hint="run again",
                )


def _start(trainer: tuple[str, ...], digest: str) -> int:
    """Become the command; where processes cannot be replaced, wait for it."""
    environment = {**os.environ, "FTGATE_DIGEST": digest}
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        if os.name == "posix":
            os.execvpe(trainer[0], list(trainer), environment)  # noqa: S606 - what was asked for
        import subprocess

        return subprocess.run(trainer, env=environment, check=False).returncode  # noqa: S603
    except OSError as error:
        raise UnreadableError(
            f"{trainer[0]}: {error.strerror}", hint="is it on the PATH?"
        ) from None
