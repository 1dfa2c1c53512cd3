"""``audit``: every dataset of a folder judged, and compared with the others.

A dataset that cannot be judged, or whose plan is not valid, is a row with its error; wrong flags
and missing paths are errors of the whole.
"""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from ftgate import __version__, sources
from ftgate.auditing.inventory import Inventory, Row
from ftgate.auditing.shelf import Shelf
from ftgate.content.marks import WHOLE_BYTES, parts_of, share_of
from ftgate.deadline import Deadline, OutOfTimeError
from ftgate.errors import ConfigError, FtgateError, NothingToJudgeError, UsageError
from ftgate.files import expand
from ftgate.gate import (
    CheckOptions,
    SettingsFinder,
    deadline_of,
    distinctly_named,
    parse_day,
    prices_for,
    report_progress,
)
from ftgate.settings import Settings

if TYPE_CHECKING:
    from ftgate.judging import Judging
    from ftgate.looks import Seen
    from ftgate.reading import Reading
    from ftgate.sources import File, Job


class Judged(NamedTuple):
    """A dataset of the audit: its row, and those of its files of which the shelf has the marks.

    ``seen`` are the digests of its files by path. Of what was read nothing else is kept.
    """

    job: Job
    row: Row
    shelved: tuple[File, ...] = ()
    seen: Mapping[str, Seen] = MappingProxyType({})


def audit(
    paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    options: CheckOptions | None = None,
) -> Inventory:
    """Inventory of all datasets under the paths: files, folders, globs and addresses, or one.

    Every dataset is judged as :func:`ftgate.check` does, by the nearest plan, and its examples are
    looked for in the others. Of the options, what is about one verdict (``exit_zero``,
    ``compare_to``, ``stdin``, ``staged``) has no part in it. Raises FtgateError for wrong paths and
    flags; what is wrong with one dataset stands in its row, and so does that there was no time for
    it.
    """
    started, options = time.monotonic(), options or CheckOptions()
    several = [paths] if isinstance(paths, (str, os.PathLike)) else paths
    finder = _Tolerant(options)
    jobs, closed = _discover([os.fspath(path) for path in several], finder)
    shelf = Shelf(finder.engine().memory)
    judged = _judge(distinctly_named(jobs), options, finder, shelf, started)
    found = _compared(judged, options, shelf, deadline_of(finder.stated, started))
    return replace(found, rows=(*found.rows, *map(_closed, closed)))


class _Tolerant(SettingsFinder):
    """Remembers why a plan is not valid, and goes on with what lies beneath it."""

    def __init__(self, options: CheckOptions) -> None:
        super().__init__(options)
        self.errors: dict[str, FtgateError] = {}
        self._looked_at: set[Path] = set()
        # Flags are the same for every dataset: what is wrong with them is no row.
        alone = SettingsFinder(replace(options, isolated=not options.config, notice=None))
        self.stated = alone.for_folder(Path())[1]

    def for_folder(self, folder: Path) -> tuple[Path | None, Settings]:
        """The nearest plan, without its datasets when it is not valid."""
        try:
            path, settings = super().for_folder(folder)
            if path and path not in self._looked_at:
                self._looked_at.add(path)
                sources.declared(path, settings)
        except ConfigError as error:
            path = self._by_folder[folder.resolve()]
            self.errors[str(path)] = error
        if path and str(path) in self.errors:
            return path, self.stated
        return path, settings


def _discover(paths: Sequence[str], finder: SettingsFinder) -> tuple[list[Job], list[OSError]]:
    """The datasets, and the folders that cannot be listed. Raises UsageError without either."""
    if "-" in paths:
        raise UsageError("'-' is no folder of datasets", hint="ftgate check - < file")
    closed: list[OSError] = []
    try:
        named = expand(paths, closed.append)
        jobs = sources.discover(named, finder.for_folder, listed=finder.looks.listed)
    except NothingToJudgeError as error:
        if closed:
            return [], closed
        raise UsageError(error.message, hint=error.hint) from None
    found = [job for job in jobs if not job.dataset.only_prompts]
    if not found and not closed:
        raise UsageError(f"no training data in {', '.join(paths)}", hint="name a folder of them")
    return found, closed


def _closed(error: OSError) -> Row:
    """A folder that cannot be listed."""
    name = os.path.normpath(error.filename)
    return Row(name, name, 0, error=error.strerror or str(error))


def _judge(
    jobs: Sequence[Job], options: CheckOptions, finder: _Tolerant, shelf: Shelf, started: float
) -> list[Judged]:
    from ftgate.judging import scope_of
    from ftgate.pricing import look_up

    today = parse_day(options.as_of)
    choice = prices_for(options, today)
    scope_of(finder.stated, options.select, options.ignore)
    look_up(finder.stated, today, choice.book(finder.stated.price, Path(), today))
    judge = finder.judging(today, choice)
    found = []
    for done, job in enumerate(jobs):
        report_progress(options.progress, finder.looks, job, done, len(jobs))
        error = finder.errors.get(str(job.dataset.config_path))
        deadline = deadline_of(job.settings, started)
        try:
            if error is not None:
                raise error
            found.append(_judged(job, judge(job, signed=True, deadline=deadline), shelf))
        except OutOfTimeError:
            found.append(Judged(job, _late(job, deadline)))
        except (FtgateError, OSError) as failure:
            found.append(Judged(job, _failed(job, failure)))
    return found


def _judged(job: Job, judging: Judging, shelf: Shelf) -> Judged:
    from ftgate.auditing.rows import row_of

    reading = judging.read.reading
    profiles = {file.name: reading.results[file.path].profile for file in _data(job)}
    counted = judging.read.counter is not None and not reading.vocabulary
    marked = [
        (file, profile)
        for file in _data(job)
        if (profile := profiles[file.name]) and profile.hygiene
    ]
    searched = _searched(job, reading) if marked else None
    row = row_of(judging.report, profiles, counted=counted, searched=searched)
    for file, profile in marked:
        shelf.put(profile, held_out=file.role != "train")
    return Judged(job, row, tuple(file for file, _ in marked), reading.seen)


def _searched(job: Job, reading: Reading) -> float:
    """The share (0-1) of the examples whose marks are there."""
    if reading.repetition is not None:
        return reading.repetition.share
    return share_of(sum(reading.seen[file.path].size for file in _data(job)), WHOLE_BYTES)


def _failed(job: Job, failure: FtgateError | OSError) -> Row:
    hint = failure.hint if isinstance(failure, FtgateError) else ""
    said = "; ".join(filter(None, (str(failure) or repr(failure), hint)))
    return _row_without(job, error=said)


def _late(job: Job, deadline: Deadline) -> Row:
    error = deadline.error("FT010: not judged")
    said = f"{error.message}; {error.hint}"
    return _row_without(job, outcome="undecided", codes=("FT010",), error=said)


def _row_without(job: Job, **known: Any) -> Row:
    """The row of a dataset of which no number is known."""
    data = _data(job)
    return Row(job.dataset.name, data[0].name, len(data), **known)


def _data(job: Job) -> list[File]:
    return [file for file in job.dataset.files if file.role != "prompt"]


def _compared(
    judged: Sequence[Judged], options: CheckOptions, shelf: Shelf, deadline: Deadline
) -> Inventory:
    """The inventory, with what the datasets have in common, where there is time to find it."""
    as_of = parse_day(options.as_of).isoformat()
    rows = tuple(each.row for each in judged)
    if not any(each.shelved for each in judged):
        return Inventory(__version__, as_of, rows)
    from ftgate.auditing.across import find_across
    from ftgate.auditing.rows import with_others

    library, share = _Library(judged, deadline), shelf.close()
    try:
        found = find_across(shelf.parts, library.owners, library.texts, library.common, deadline)
    except OutOfTimeError:
        if options.notice:
            late = deadline.error("the datasets were not compared with each other")
            options.notice(f"{late.message}; {late.hint}")
        return Inventory(__version__, as_of, rows, compared=False)
    return Inventory(
        __version__,
        as_of,
        tuple(with_others(row, found, index, share) for index, row in enumerate(rows)),
        tuple(found.overlaps),
    )


class _Library:
    """The data files of all datasets that were searched, and their texts when they are needed."""

    def __init__(self, judged: Sequence[Judged], deadline: Deadline) -> None:
        self._judged = judged
        self._deadline = deadline
        found = [(index, file) for index, each in enumerate(judged) for file in each.shelved]
        self.owners = [index for index, _ in found]
        self._files = [file for _, file in found]

    def texts(self, part: int, lines: list[int]) -> list[tuple[str, str]]:
        """Prompts and answers on these lines; nothing on those that are gone since."""
        from ftgate.lookup import examples_at

        file, target = self._files[part], self._target(self.owners[part])
        found = examples_at(file.path, file.name, target, lines, self._deadline)
        return [parts_of(example) for example in found]

    def common(self, datasets: Collection[int]) -> tuple[int, ...]:
        """What most examples of one of these datasets share, which their signatures leave out."""
        from ftgate.searching import Searching

        found: set[int] = set()
        for index in datasets:
            each = self._judged[index]
            data = _data(each.job)
            search = Searching(
                data, each.seen, self._target(index), WHOLE_BYTES, deadline=self._deadline
            )
            found.update(search.of(data[0]).common)
        return tuple(sorted(found))

    def _target(self, dataset: int) -> str:
        """The provider whose rules the records follow."""
        return self._judged[dataset].row.provider or "openai"
