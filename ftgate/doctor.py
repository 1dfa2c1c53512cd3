"""Whether an installation and a repository are ready: each answer with what to do about it."""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

from ftgate import __version__, config
from ftgate.errors import FtgateError
from ftgate.render.words import count

State = Literal["ok", "note", "problem"]

_STANZA = ".pre-commit-config.yaml"


class Answer(NamedTuple):
    """One line: what was looked at, how it is, and the next step where there is one."""

    state: State
    topic: str
    text: str
    step: str = ""


def examine(folder: Path, today: date) -> list[Answer]:
    """Every answer, in the order in which a first run would meet the problem."""
    looks: tuple[Callable[[Path, date], Iterator[Answer]], ...] = (
        *(_versions, _environment, _vocabularies, _prices, _cache, _plan, _data, _git),
    )
    return [answer for look in looks for answer in look(folder, today)]


def _versions(folder: Path, today: date) -> Iterator[Answer]:
    del folder, today
    python = f"{platform.python_implementation()} {platform.python_version()}"
    yield Answer("ok", "version", f"ftgate {__version__} on {python}, {platform.machine()}")


def _environment(folder: Path, today: date) -> Iterator[Answer]:
    del folder, today
    from ftgate.environment import unknown

    for name, hint in unknown():
        yield Answer("note", "environment", f"{name} is not read by any command", hint)


def _vocabularies(folder: Path, today: date) -> Iterator[Answer]:
    del folder, today
    from ftgate.tokens.engines import ENGINES, installed
    from ftgate.tokens.vocabulary import PACKED_SHA256, load_tokens

    for name in sorted(PACKED_SHA256):
        try:
            yield Answer("ok", "vocabulary", f"{name}: {len(load_tokens(name)):,} tokens, whole")
        except FtgateError as error:
            yield Answer("problem", "vocabulary", error.message, error.hint or "reinstall ftgate")
    engines, missing = installed(), len(ENGINES) - len(installed())
    step = 'pip install "ftgate[fast]" starts and counts several times as fast' if missing else ""
    yield Answer("note" if missing else "ok", "engines", ", ".join(engines), step)


def _prices(folder: Path, today: date) -> Iterator[Answer]:
    from ftgate.prices.book import PriceBook
    from ftgate.prices.places import find_lock

    lock = find_lock(folder.resolve())
    if lock is not None:
        yield Answer("ok", "prices", f"locked by {lock.name} of {lock.parent.name}/")
    try:
        ends = [price.expires for price in PriceBook.load(today=today).prices() if price.expires]
    except FtgateError as error:
        yield Answer("problem", "prices", error.message, error.hint)
        return
    expired = sum(end < today for end in ends)
    first = min((end for end in ends if end >= today), default=None)
    if expired:
        text = f"{expired:,} of {len(ends):,} bundled prices have expired"
        yield Answer("note", "prices", text, "ftgate prices update, then --prices cached")
    elif first is not None:
        yield Answer("ok", "prices", f"{len(ends):,} bundled prices, the first ends on {first}")


def _cache(folder: Path, today: date) -> Iterator[Answer]:
    del folder, today
    from ftgate.cache import PRIVATE, default_dir
    from ftgate.ownership import doubt_of

    try:
        where = default_dir()
    except RuntimeError:
        yield Answer("note", "cache", "no home folder: nothing is remembered", "FTGATE_CACHE_DIR=…")
        return
    try:
        where.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=where):
            files = [entry for entry in os.scandir(where) if entry.is_file()]
            size = sum(entry.stat().st_size for entry in files)
        if why := doubt_of(where):
            yield Answer("problem", "cache", f"{where} {why}: not used", PRIVATE)
            return
        yield Answer("ok", "cache", f"{where}: {len(files):,} entries, {size / 1e6:.1f} MB")
    except OSError as error:
        text = f"{where}: {error.strerror}; everything is counted again in every run"
        yield Answer("note", "cache", text, "FTGATE_CACHE_DIR=… names a folder that can be written")


def _plan(folder: Path, today: date) -> Iterator[Answer]:
    del today
    path = config.find(folder.resolve())
    if path is None:
        yield Answer("note", "plan", "no ftgate.toml: the volume is not known", "ftgate init")
        return
    try:
        settings = config.load(path)
    except FtgateError as error:
        yield Answer("problem", "plan", error.message, error.hint)
        return
    calls = settings.usage.requests_per_month
    text = f"{path.name}: {count(len(settings.dataset), 'dataset')} declared"
    if calls is None:
        yield Answer("note", "plan", f"{text}, no volume", "[usage] requests_per_month = …")
    else:
        yield Answer("ok", "plan", f"{text}, {calls:,} calls a month")


def _data(folder: Path, today: date) -> Iterator[Answer]:
    del today
    from ftgate.errors import NothingToJudgeError
    from ftgate.files import expand
    from ftgate.readers.sniff import HEAD_BYTES, diagnose_head

    try:
        files = expand([str(folder)])
    except NothingToJudgeError as error:
        yield Answer("note", "data", error.message, error.hint)
        return
    pointers, unreadable = 0, 0
    for file in files:
        try:
            with open(file, "rb") as stream:
                problem = diagnose_head(stream.read(HEAD_BYTES), file)
            pointers += problem is not None and problem.kind == "lfs-pointer"
        except OSError:
            unreadable += 1
    yield Answer("ok", "data", f"{count(len(files), 'data file')} under {folder}")
    if unreadable:
        yield Answer("problem", "data", f"{unreadable} of them cannot be read", "ftgate check")
    if pointers:
        text = f"{pointers} of them are Git LFS or DVC pointers"
        yield Answer("problem", "data", text, "git lfs pull, or dvc pull")


def _git(folder: Path, today: date) -> Iterator[Answer]:
    del today
    from ftgate import gitindex

    try:
        root = gitindex.git_root(folder)
    except FtgateError:
        yield Answer("note", "hook", "no git repository here")
        return
    stanza, hook = root / _STANZA, gitindex.hook_path(root)
    named = stanza.is_file() and b"ftgate" in stanza.read_bytes()
    script = hook.read_bytes() if hook.is_file() else b""
    if b"ftgate" in script:
        yield Answer("ok", "hook", "git's own hook judges each commit")
    elif named and (b"pre-commit" in script or b"prek" in script):
        yield Answer("ok", "hook", f"{_STANZA} judges each commit")
    elif named:
        step = "ftgate hook --install, or pre-commit install"
        yield Answer("problem", "hook", f"in {_STANZA}, but not installed", step)
    else:
        step = "ftgate hook --install; ftgate init writes the stanza for pre-commit"
        yield Answer("note", "hook", "no commit is judged yet", step)
