"""Earlier versions: datasets as a commit has them, judged by today's prices without a checkout."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ftgate import gitindex
from ftgate.atomic import scratch_folder
from ftgate.changes import versions_of
from ftgate.deadline import MORE_TIME, OutOfTimeError
from ftgate.errors import ConfigError, NothingToJudgeError, UsageError
from ftgate.gate import CheckOptions, SettingsFinder, jobs_of, judge_all
from ftgate.model.change import Before
from ftgate.remote.names import is_url, shown

if TYPE_CHECKING:
    from ftgate.report import Report
    from ftgate.sources import Job


def report_at(
    ref: str, paths: Sequence[str], options: CheckOptions, started: float | None = None
) -> Report | None:
    """The datasets under the paths as the commit has them; None where it has none.

    Paths, and a named configuration, are those of the working tree; ``started`` as in
    :func:`judge_all`. Raises UnreadableError outside of a repository and for an unknown commit,
    ConfigError for a plan that was broken then, UsageError for an address.
    """
    for path in filter(is_url, paths):
        raise UsageError(f"git has no earlier {shown(path)}", hint="name files that git knows")
    here = Path.cwd().resolve()
    root = gitindex.git_root(here).resolve()
    with scratch_folder() as folder:
        # A dataset without a name is called like its folder, so the top folder keeps its own.
        target = folder.resolve() / (root.name or "root")
        gitindex.export_commit(root, ref, target)
        (target / ".git").touch()  # the search for a configuration ends here
        start = target / here.relative_to(root)
        try:
            config = _mapped(options.config, root, target)
            quiet = replace(options, config=config, progress=None, notice=None)
            finder = SettingsFinder(quiet)
            there = [_mapped(path, root, target) or path for path in paths]
            present = [path for path in there if os.path.lexists(path) or _is_glob(path)]
            if not start.is_dir() or (paths and not present):
                return None
            jobs = jobs_of(present, finder, start)
        except NothingToJudgeError:
            return None
        except ConfigError as error:
            message = error.message.replace(f"{target}{os.sep}", "")
            raise ConfigError(f"at {ref}: {message}", hint=error.hint) from None
        seen = [_as_seen_from(start, job) for job in jobs]
        return judge_all(seen, quiet, finder, started=started)


def before(
    ref: str, paths: Sequence[str], options: CheckOptions, started: float
) -> dict[str, Before]:
    """The versions at a commit, by name of the dataset.

    Raises OutOfTimeError where one of them was not judged in time: nothing is compared with it.
    """
    from ftgate.judging import is_late

    report = report_at(ref, paths, options, started)
    for late in filter(is_late, report.datasets if report else ()):
        raise OutOfTimeError(f"at {ref}: {late.name}: {late.findings[0].message}", hint=MORE_TIME)
    versions = versions_of(report)
    return {name: Before(ref, version) for name, version in versions.items()}


def _mapped(path: str | None, root: Path, target: Path) -> str | None:
    """Where a path of the working tree is in the exported one; one outside stays itself."""
    if path is None:
        return None
    real = Path(os.path.abspath(path))
    real = real.parent.resolve() / real.name
    return str(target / real.relative_to(root)) if real.is_relative_to(root) else path


def _is_glob(path: str) -> bool:
    import glob

    return glob.has_magic(path) and bool(glob.glob(path, recursive=True))


def _as_seen_from(start: Path, job: Job) -> Job:
    files = tuple(
        file
        if is_url(file.path)
        else replace(file, name=os.path.relpath(file.path, start).replace(os.sep, "/"))
        for file in job.dataset.files
    )
    return replace(job, dataset=replace(job.dataset, files=files))
