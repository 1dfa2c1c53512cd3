"""What ``ftgate baseline`` writes: places that are accepted, and entries that no longer occur."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ftgate.accepted import ACCEPTABLE
from ftgate.atomic import replacing
from ftgate.baseline import name_in, read, written
from ftgate.errors import UsageError
from ftgate.files import BASELINE_NAME, find_baseline
from ftgate.gate import (
    CheckOptions,
    SettingsFinder,
    deadline_of,
    jobs_of,
    parse_day,
    prices_for,
)
from ftgate.judging import Judging
from ftgate.model import Finding
from ftgate.remote.names import is_url
from ftgate.sources import Job

MERGE_LINE = f"{BASELINE_NAME} merge=union"
"""For ``.gitattributes``: two branches that add lines keep the lines of both."""

_ATTRIBUTES = ".gitattributes"


class Change(NamedTuple):
    """One baseline before and after: lines ``(file, CODE digest)``.

    ``counting`` are findings of the same data that go on counting: none is about single records.
    """

    path: Path
    before: frozenset[tuple[str, str]]
    after: frozenset[tuple[str, str]]
    counting: tuple[Finding, ...] = ()


class _Seen(NamedTuple):
    """What all datasets of one baseline say of its lines."""

    listed: set[tuple[str, str]]
    found: set[tuple[str, str]]
    counting: list[Finding]


def accept(paths: Sequence[str], options: CheckOptions) -> list[Change]:
    """Baselines that accept every place which counts now, of the rules that were asked.

    Lines about other files and other rules stay. Nothing is written: see :func:`save`. Raises
    OutOfTimeError when the time budget is spent.
    """
    changes = []
    for path, seen in _look(paths, options, collect=True):
        before = _lines(path)
        after = (before - seen.listed) | seen.found
        changes.append(Change(path, before, after, tuple(seen.counting)))
    return changes


def prune(paths: Sequence[str], options: CheckOptions) -> list[Change]:
    """Baselines without the lines that no longer occur, or whose file is gone."""
    changes = []
    for path, seen in _look(paths, options, collect=False):
        before = _lines(path)
        gone = {line for line in before if _is_gone(path.parent, line[0])}
        after = before - (seen.listed - seen.found) - gone
        changes.append(Change(path, before, after))
    return changes


def _is_gone(folder: Path, name: str) -> bool:
    """Whether there is no file of this name; of data elsewhere only the owner knows."""
    return not is_url(name) and not os.path.lexists(folder / name)


def save(change: Change) -> tuple[Path, ...]:
    """Write the line for the merges of a baseline, then the baseline, each whole or not at all.

    What another process has written since the change was worked out stays. Returns the files that
    were written: none when nothing has changed.
    """
    if change.after == change.before:
        return ()
    saved: tuple[Path, ...] = (change.path,)
    attributes = change.path.parent / _ATTRIBUTES
    if not _merges(change.path.parent):
        known = attributes.read_bytes() if attributes.is_file() else b""
        end = b"\n" if known and not known.endswith(b"\n") else b""
        _write(attributes, known + end + f"{MERGE_LINE}\n".encode())
        saved = (change.path, attributes)
    entries: dict[str, set[str]] = {}
    for file, entry in (_lines(change.path) - change.before) | change.after:
        entries.setdefault(file, set()).add(entry)
    _write(change.path, written({file: frozenset(each) for file, each in entries.items()}))
    return saved


def _look(
    paths: Sequence[str], options: CheckOptions, *, collect: bool
) -> Iterator[tuple[Path, _Seen]]:
    """Each baseline that belongs to the named data, with what the data say of it."""
    if "-" in paths:
        raise UsageError("standard input has no baseline", hint="name a file")
    seen: dict[Path, _Seen] = {}
    for job, judged in _judged(paths, options, collect=collect):
        path = find_baseline(job.folder) or (_new_path(job) if collect else None)
        if path is not None:
            _add(seen.setdefault(path, _Seen(set(), set(), [])), path, job, judged, collect)
    yield from seen.items()


def _judged(
    paths: Sequence[str], options: CheckOptions, *, collect: bool
) -> Iterator[tuple[Job, Judging]]:
    started, finder, today = time.monotonic(), SettingsFinder(options), parse_day(options.as_of)
    judge = finder.judging(today, prices_for(options, today))
    for job in jobs_of(paths, finder):
        deadline = deadline_of(job.settings, started)
        with deadline.during(f"{job.dataset.name}: not judged"):
            judged = judge(job, collect=collect, deadline=deadline)
        yield job, judged


def _add(seen: _Seen, path: Path, job: Job, judged: Judging, collect: bool) -> None:
    names = {file.name: name_in(path.parent, file.path) for file in job.dataset.files}
    findings = judged.report.findings
    places = {(each.path, each.code) for each in findings if _has_places(each)}
    for use in judged.accepted:
        file = names[use.path]
        seen.listed.update((file, entry) for entry in use.listed)
        wanted = (entry for entry in use.found if not collect or (use.path, _code(entry)) in places)
        seen.found.update((file, entry) for entry in wanted)
    seen.counting.extend(each for each in findings if not _has_places(each))


def _has_places(finding: Finding) -> bool:
    """Whether each place of a finding is a record that can be accepted by itself."""
    return finding.code in ACCEPTABLE and bool(finding.lines) and not finding.key


def _code(entry: str) -> str:
    return entry.partition(" ")[0]


def _lines(path: Path) -> frozenset[tuple[str, str]]:
    entries = read(path) if path.is_file() else {}
    return frozenset((file, entry) for file, listed in entries.items() for entry in listed)


def _new_path(job: Job) -> Path:
    """Where a first baseline goes: beside the plan, else at the repository's root."""
    folder = Path(os.path.realpath(job.folder))
    if job.dataset.config_path:
        return folder / BASELINE_NAME
    root = next((each for each in _upwards(folder) if (each / ".git").exists()), folder)
    return root / BASELINE_NAME


def _merges(folder: Path) -> bool:
    """Whether git is told how to merge a baseline in this folder."""
    for above in _upwards(folder):
        attributes = above / _ATTRIBUTES
        lines = attributes.read_bytes().splitlines() if attributes.is_file() else []
        words = (line.split() for line in lines)
        if any(each and each[0].endswith(BASELINE_NAME.encode()) and _says(each) for each in words):
            return True
        if (above / ".git").exists():
            return False
    return False


def _says(words: list[bytes]) -> bool:
    return any(word.startswith(b"merge=") for word in words[1:])


def _upwards(folder: Path) -> Iterable[Path]:
    return (folder, *folder.parents)


def _write(path: Path, data: bytes) -> None:
    try:
        with replacing(str(path)) as (stream, publish):
            stream.write(data)
            publish()
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from None
