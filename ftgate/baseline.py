"""``.ftgate-baseline``: findings that a repository had when it began to use ftgate.

Sorted lines ``CODE path digest``, nothing else: no line numbers, dates, versions or commits, so two
branches that both add lines merge by keeping all of them (``merge=union``), in whatever order. The
path is relative to the baseline's folder; see :mod:`ftgate.accepted` for the digest.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from ftgate.accepted import ACCEPTABLE, DIGITS, Accepting
from ftgate.errors import ConfigError
from ftgate.files import find_baseline
from ftgate.model import BaselineUse
from ftgate.reading import Reading
from ftgate.remote.names import is_url, shown
from ftgate.small_files import read_small
from ftgate.sources import File, Job

_LINE = re.compile(rf"(?P<code>[A-Z]+\d+) (?P<path>.+) (?P<digest>[0-9a-f]{{{DIGITS}}})")
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r"}
_ESCAPED = {escaped: plain for plain, escaped in _ESCAPES.items()}

Entries = Mapping[str, frozenset[str]]
"""Accepted places, ``CODE digest``, by the file's path below the baseline's folder."""


def read(path: Path) -> Entries:
    """The entries of a baseline, in any order and however often. Raises ConfigError."""
    try:
        return _entries(read_small(path), str(path))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from None


def written(entries: Entries) -> bytes:
    """The bytes of a baseline with these entries."""
    lines = [
        f"{code} {_escaped(file)} {digest}\n"
        for file, accepted in entries.items()
        for code, _, digest in (entry.partition(" ") for entry in accepted)
    ]
    return "".join(sorted(lines)).encode("utf-8", "surrogateescape")


class InForce(NamedTuple):
    """The baseline of one dataset: its file (None: there is none) and what it accepts by path."""

    path: Path | None
    files: dict[str, Accepting]
    listed: dict[str, frozenset[str]]

    def uses(self, files: Iterable[File], reading: Reading) -> tuple[BaselineUse, ...]:
        """What each file has of its entries; a file that could not be read says nothing."""
        found = []
        for file in files:
            result = reading.results.get(file.path)
            if file.path in self.files and result and result.profile:
                listed = self.listed[file.path]
                if reading.vocabulary:  # tokens were not counted, so nothing was too long
                    listed = frozenset(one for one in listed if not one.startswith("FT3"))
                found.append(BaselineUse(file.name, listed, dict(result.profile.accepted)))
        return tuple(found)


def in_force(job: Job, rules: Collection[str], *, collect: bool = False) -> InForce:
    """What the nearest baseline accepts of a dataset's files, of these rules.

    ``collect`` asks for the entry of every place instead. Raises ConfigError for a baseline that
    cannot be read.
    """
    path = find_baseline(job.folder)
    entries = read(path) if path else {}
    files: dict[str, Accepting] = {}
    listed: dict[str, frozenset[str]] = {}
    for file in job.dataset.files:
        if file.role == "prompt":
            continue
        known = entries.get(name_in(path.parent, file.path), frozenset()) if path else frozenset()
        asked = frozenset(entry for entry in known if entry.partition(" ")[0] in rules)
        if collect or asked:
            files[file.path] = Accepting(collect=True) if collect else Accepting(asked)
            listed[file.path] = asked
    return InForce(path, files, listed)


def name_in(folder: Path, path: str) -> str:
    """How a baseline in this folder calls a file; a link keeps its own name, data elsewhere too."""
    if is_url(path):
        return shown(path)
    head, tail = os.path.split(path)
    real = os.path.join(os.path.realpath(head), tail)
    return os.path.relpath(real, os.path.realpath(folder)).replace(os.sep, "/")


@functools.lru_cache(maxsize=8)  # every dataset of a repository asks for the same one
def _entries(data: bytes, where: str) -> Entries:
    found: dict[str, set[str]] = {}
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    for number, line in enumerate(lines, 1):
        if line.strip():
            file, entry = _parsed(line.rstrip("\r"), f"{where}:{number}")
            found.setdefault(file, set()).add(entry)
    return MappingProxyType({file: frozenset(entries) for file, entries in found.items()})


def _parsed(line: str, where: str) -> tuple[str, str]:
    match = _LINE.fullmatch(line)
    if not match:
        raise ConfigError(
            f"{where}: no line of a baseline",
            hint="CODE path digest; git merges both sides with: .ftgate-baseline merge=union",
        )
    if match["code"] not in ACCEPTABLE:
        raise ConfigError(
            f"{where}: {match['code']} is not about single records, so it has no baseline",
            hint="waive it, with a reason and a date: [[waive]]",
        )
    file = re.sub(r"\\[\\nr]", lambda found: _ESCAPED[found[0]], match["path"])
    return file, f"{match['code']} {match['digest']}"


def _escaped(path: str) -> str:
    return re.sub(r"[\\\n\r]", lambda found: _ESCAPES[found[0]], path)
