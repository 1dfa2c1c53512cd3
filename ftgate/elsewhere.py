"""Datasets of files that are not on this machine: which belong together, and what folders hold."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path, PurePath, PurePosixPath

from ftgate.errors import NothingToJudgeError, UsageError
from ftgate.files import is_data
from ftgate.grouping import group
from ftgate.readers import DATA_SUFFIXES
from ftgate.readers.sniff import PARQUET_FIX
from ftgate.remote.names import WEB, is_url, scheme_of, shown
from ftgate.settings import DatasetSettings, Settings
from ftgate.sources import Dataset, File, Job, Listed


def discover_elsewhere(
    urls: Sequence[str],
    config: Path | None,
    declared: Iterable[tuple[Job, set[str]]],
    settings: Mapping[Path | None, Settings],
    listed: Listed | None,
) -> list[Job]:
    """Datasets of files, folders and globs elsewhere; what the plan declares is as declared.

    ``settings`` has those of ``config``. Raises RemoteError, and NothingToJudgeError for a folder
    without data.
    """
    files = list(dict.fromkeys(file for url in urls for file in _files(url, listed)))
    jobs = [job for job, members in declared if any(_is_of(members, file) for file in files)]
    owned = {file.path for job in jobs for file in job.dataset.files}
    by_name = _by_name(file for file in files if not _is_of(owned, file))
    groups = group(by_name)
    for (folder, base), members in groups.items():
        own = PurePosixPath(folder).name
        name = own if not base or (len(groups) == 1 and base == "data") else base
        data = (by_name[path] for path, _ in members)
        found = tuple(
            File(url, role, shown(url)) for url, (_, role) in zip(data, members, strict=True)
        )
        dataset = Dataset(name, found, str(config) if config else None)
        jobs.append(Job(dataset, settings[config], DatasetSettings(name=name)))
    return jobs


def with_files(dataset: Dataset, listed: Listed | None) -> Dataset:
    """The dataset with files for the folders and globs that it has elsewhere."""
    files = []
    for file in dataset.files:
        if is_url(file.path):
            found = _files(file.path, listed)
            files += [replace(file, path=url, name=shown(url)) for url in found]
        else:
            files.append(file)
    _by_name(file.path for file in files if is_url(file.path))
    return replace(dataset, files=tuple(files))


def _files(url: str, listed: Listed | None) -> list[str]:
    """The file that is named, or the data files of a folder or glob."""
    if scheme_of(url) in WEB and not url.partition("?")[0].endswith("/"):
        return [url]
    if is_data(url) and not _is_pattern(url):
        return [url]
    there = (listed or _ask)(url)
    found = [name for name in there if is_data(name)] or [name for name in there if name == url]
    if not found:
        raise NothingToJudgeError(f"no training data in {shown(url)}", hint=_others(there))
    return found


def _ask(url: str) -> list[str]:
    from ftgate.remote.looking import listed  # few runs ask

    return listed(url)


def _others(names: Sequence[str]) -> str:
    """What is there instead."""
    parquet = [name for name in names if name.lower().endswith(".parquet")]
    if parquet:
        what = f"{len(parquet):,} Parquet files" if len(parquet) > 1 else "a Parquet file"
        return f"there is {what}; run: {PARQUET_FIX.format(shlex.quote(shown(parquet[0])))}"
    return f"looked for files that end in {', '.join(DATA_SUFFIXES)}"


def _is_pattern(url: str) -> bool:
    return url.endswith("/") or any(mark in url for mark in "*?[")


def _is_of(members: Iterable[str], url: str) -> bool:
    """Whether a file is one of these files, folders and globs."""
    return any(
        url == member or (_is_pattern(member) and _matches(url, member)) for member in members
    )


def _matches(url: str, pattern: str) -> bool:
    if pattern.endswith("/"):
        return url.startswith(pattern)
    return scheme_of(pattern) not in WEB and fnmatchcase(url, pattern)


def _by_name(urls: Iterable[str]) -> dict[PurePath, str]:
    """Addresses by the names that reports have for them. Raises UsageError for two alike."""
    found: dict[PurePath, str] = {}
    for url in urls:
        path = PurePosixPath(shown(url))
        if found.setdefault(path, url) != url:
            raise UsageError(
                f"{shown(url)} is named twice, with different queries",
                hint="reports do not show what follows ?: judge them separately",
            )
    return found
