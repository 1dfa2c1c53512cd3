"""What a git hook is answered: silence, or one screen; remembered for exactly these bytes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ftgate import gitindex, sources
from ftgate.atomic import scratch_folder
from ftgate.cache import key_of
from ftgate.deadline import Deadline, OutOfTimeError
from ftgate.errors import FtgateError, NotFetchedError, UsageError
from ftgate.files import DVC_SUFFIX, data_below, data_beside, find_baseline, is_dvc_pointer
from ftgate.gate import (
    CheckOptions,
    SettingsFinder,
    deadline_of,
    judge_all,
    parse_day,
    shown_as,
)
from ftgate.looks import Looks
from ftgate.prices.places import price_files
from ftgate.readers.prompt_names import includes_others
from ftgate.sources import Job

if TYPE_CHECKING:
    from ftgate.report import Report

PUSHED_COMMIT = "PRE_COMMIT_TO_REF"
"""pre-commit and prek name the commit whose files they pass here; those on disk may be newer."""


NEXT = "ftgate check"
"""What reads data elsewhere, so that the next hook knows them."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a hook says: nothing when it passes."""

    exit_code: int
    text: str


def hook(
    files: Sequence[str], options: CheckOptions, present: Callable[[Report], str], look: str = ""
) -> Answer:
    """Judge the datasets to which the changed files belong; ``staged`` judges git's index.

    ``present`` renders a report that does not pass, and ``look`` names how (its colour and width).
    The answer is remembered for exactly these bytes, this plan and this day, so that a commit
    that changes nothing costs a look into the cache. Nobody is asked for data elsewhere: they are
    judged as ``ftgate check`` last saw them, and undecided where it never did.
    """
    if options.prices in ("live", "if-stale"):
        raise UsageError(
            f"--prices {options.prices}: a hook asks nobody",
            hint="--prices cached, and outside of the hook: ftgate prices update",
        )
    if options.staged:
        root = gitindex.git_root(Path())
        changed = gitindex.index_files(root)
        return _answer_exported(changed, root, gitindex.export_index, options, present, look)
    if not files:
        return Answer(0, "")
    changed = [_data_of(file) for file in files]
    if pushed := os.environ.get(PUSHED_COMMIT):
        root = gitindex.git_root(Path())
        named = [os.path.relpath(file, root) for file in files]
        if not any(name.startswith("..") for name in named):
            export = partial(_export_commit, pushed)
            return _answer_exported(named, root, export, options, present, look)
    if not all(map(os.path.lexists, changed)):
        changed = gitindex.neighbours_of_deleted(changed, gitindex.git_root(Path()))
    if not changed:
        return Answer(0, "")
    finder = SettingsFinder(options, offline=True)
    return _answer(_discover(changed, finder), options, finder, present, look)


def _export_commit(commit: str, root: Path, target: Path) -> None:
    gitindex.export_commit(root, commit, target, own_prices=True)


def _data_of(file: str) -> str:
    """A training set, for the DVC pointer that stands for it."""
    return file[: -len(DVC_SUFFIX)] if is_dvc_pointer(file) else file


def _answer_exported(
    changed: Sequence[str],
    root: Path,
    export: Callable[[Path, Path], None],
    options: CheckOptions,
    present: Callable[[Report], str],
    look: str,
) -> Answer:
    """What is committed or pushed is what git has, not what is on disk."""
    if not changed:
        return Answer(0, "")
    with scratch_folder() as folder:
        target = folder.resolve() / (root.name or "root")  # datasets are called like folders
        target.mkdir()
        export(root, target)
        (target / ".git").touch()  # the search for a configuration ends here, as at the real root
        files = list(_to_judge([_data_of(str(target / name)) for name in changed]))
        if not files:
            return Answer(0, "")
        try:
            finder = SettingsFinder(options, offline=True)
            shown = [shown_as(job, f"{target}{os.sep}", "") for job in _discover(files, finder)]
            return _answer(shown, options, finder, present, look)
        except FtgateError as error:  # names are those of the repository
            error.message = error.message.replace(f"{target}{os.sep}", "")
            raise


def _to_judge(paths: Sequence[str]) -> Iterator[str]:
    """What is there of these paths: of what is gone the data beside it, of a submodule its data."""
    for path in paths:
        if os.path.isdir(path):
            yield from data_below(path)
        elif os.path.lexists(path):
            yield path
        else:
            yield from data_beside(path)


def _discover(files: Sequence[str], finder: SettingsFinder) -> list[Job]:
    return sources.discover(files, finder.for_folder, siblings=True, listed=finder.looks.listed)


def _answer(
    jobs: Sequence[Job],
    options: CheckOptions,
    finder: SettingsFinder,
    present: Callable[[Report], str],
    look: str,
) -> Answer:
    """The answer about the datasets that can be judged, and which of them cannot."""
    unknown: list[tuple[Job, NotFetchedError]] = []
    known: list[Job] = []
    started = time.monotonic()
    for job in jobs:
        try:
            for file in job.dataset.files:
                finder.looks.at(file.path, deadline_of(job.settings, started))
            known.append(job)
        except OutOfTimeError:
            known.append(job)  # the gate will say so
        except NotFetchedError as error:
            unknown.append((job, error))
    answer = _answer_of(known, options, finder, present, look, started)
    if not unknown:
        return answer
    from ftgate.render.escape import visible

    lines = [f"{job.dataset.name}: undecided: {error.message}" for job, error in unknown]
    text = "\n".join((answer.text.rstrip("\n"), *map(visible, lines), f"  next: {NEXT}", ""))
    fails = any(job.settings.policy.on_unknown == "fail" for job, _ in unknown)
    code = 3 if fails and not options.exit_zero else 0
    return Answer(answer.exit_code or code, text.lstrip("\n"))


def _answer_of(
    jobs: Sequence[Job],
    options: CheckOptions,
    finder: SettingsFinder,
    present: Callable[[Report], str],
    look: str,
    started: float,
) -> Answer:
    if not jobs:  # files that are neither data nor prompts
        return Answer(0, "")
    key = _key(jobs, options, finder, look, started)
    match finder.cache.get(key) if key else None:
        case {"exit_code": int(code), "text": str(text)}:
            return Answer(code, text)
    silent = replace(options, notice=None)  # how old prices are is for ftgate check to say
    report = judge_all(jobs, silent, finder, started=started)
    answer = Answer(report.exit_code, present(report) if report.outcome != "pass" else "")
    whole = not any(includes_others(file.name) for job in jobs for file in job.dataset.files)
    from ftgate.judging import is_late  # an answer that is remembered needs no judge

    late = any(map(is_late, report.datasets))
    if key and whole and not late and finder.looks.still_true():
        finder.cache.put(key, {"exit_code": answer.exit_code, "text": answer.text})
    return answer


def _key(
    jobs: Sequence[Job], options: CheckOptions, finder: SettingsFinder, look: str, started: float
) -> str | None:
    """What the answer is remembered by; None when time is up before all bytes are known."""
    today = parse_day(options.as_of)
    asked = f"{today} {options.select} {options.ignore} {options.exit_zero} {os.getcwd()}"
    asked += f" {options.prices} {options.price}"
    offline, identity = options.prices in (None, "offline"), list[str]()
    try:
        for job in jobs:
            deadline = deadline_of(job.settings, started)
            identity += _identity(job, finder.looks, offline, deadline)
    except OutOfTimeError:
        return None
    return key_of("answer", look, asked, *identity)


def _identity(job: Job, looks: Looks, offline: bool, deadline: Deadline) -> Iterator[str]:
    """The plan and the bytes that the verdict on one dataset depends on."""
    for path in price_files(job.folder, offline=offline):
        yield f"{path.name} {looks.at(str(path)).digest}"  # what is staged lies elsewhere each time
    if baseline := find_baseline(job.folder):
        yield f"{baseline.name} {looks.at(str(baseline)).digest}"
    yield repr((job.settings, job.plan, job.dataset.name))
    for file in job.dataset.files:
        yield f"{file.role} {file.name} {looks.at(file.path, deadline).digest}"
    if job.plan.tuned_prompt and job.dataset.config_path:
        yield looks.at(str(Path(job.dataset.config_path).parent / job.plan.tuned_prompt)).digest
