"""A file is replaced whole or not at all, whatever fails and whenever."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ftgate.errors import UnreadableError
from ftgate.fixing import FixError, Fixes, Unsafe, fix_file
from ftgate.fixing import replacing as room
from ftgate.judge import Judge

OLD = b'{"text": "a"}\r\n\n{"text": "b"}\n'
NEW = b'{"text": "a"}\n{"text": "b"}\n'
UNSAFE = Fixes(unsafe=Unsafe(Judge(), lambda kind: True))


class Killed(BaseException):
    """What a signal would do: no handler for errors sees it."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "train.jsonl"
    path.write_bytes(OLD)
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


STEPS = ["open", "write", "flush", "fsync", "chmod", "chown", "stat", "link", "replace"]


def failing(
    step: str, turn: int, error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], int]:
    """Make the ``turn``-th call of a step raise; returns a function that tells how many came."""
    calls = 0

    def wrapped(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **keywords: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == turn:
                raise error
            return function(*arguments, **keywords)

        return call

    if step in ("write", "flush"):
        fdopen = os.fdopen

        def opened(*arguments: Any, **keywords: Any) -> Any:
            return Stream(fdopen(*arguments, **keywords), step, wrapped)

        monkeypatch.setattr(room.os, "fdopen", opened)
    else:
        monkeypatch.setattr(room.os, step, wrapped(getattr(os, step)))
    return lambda: calls


class Stream:
    """A file whose writes or flushes may fail."""

    def __init__(self, stream: Any, step: str, wrapped: Callable[[Any], Any]) -> None:
        self._stream = stream
        setattr(self, step, wrapped(getattr(stream, step)))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), Killed()], ids=repr)
@pytest.mark.parametrize("fixes", [Fixes(), UNSAFE], ids=["safe", "unsafe"])
@pytest.mark.parametrize("step", STEPS)
def test_whatever_fails_the_file_is_the_old_one_or_the_new_one(
    step: str, fixes: Fixes, error: BaseException, file: Path
) -> None:
    for turn in range(1, 20):
        file.write_bytes(OLD)
        with pytest.MonkeyPatch.context() as patch:
            calls = failing(step, turn, error, patch)
            try:
                fix_file(file, fixes)
                raised = False
            except (FixError, UnreadableError, Killed):
                raised = True
        content = file.read_bytes()
        assert content in (OLD, NEW)
        assert content == NEW or raised
        for other in set(file.parent.iterdir()) - {file}:  # a backup, whole and rightly named
            assert other.read_bytes() == OLD
            assert other.name == "train.jsonl.bak"
            other.unlink()
        if calls() < turn:
            assert content == NEW
            return
    pytest.fail("the step never came to an end")


def test_a_failure_leaves_nothing_else_behind(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing("replace", 1, OSError(5, "Input/output error"), monkeypatch)
    with pytest.raises(FixError, match=r"train\.jsonl: not fixed: Input/output error"):
        fix_file(file)
    assert file.read_bytes() == OLD
    assert names(file.parent) == ["train.jsonl"]


def test_mode_and_name_stay_and_the_folder_holds_nothing_new(file: Path) -> None:
    file.chmod(0o640)
    fix_file(file)
    assert file.read_bytes() == NEW
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert names(file.parent) == ["train.jsonl"]


def test_a_good_file_is_not_written_at_all(file: Path) -> None:
    file.write_bytes(NEW)
    before = file.stat()
    assert not fix_file(file).changed
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_link_stays_a_link_and_its_target_is_fixed(file: Path) -> None:
    link = file.parent / "folder" / "link.jsonl"
    link.parent.mkdir()
    link.symlink_to(file)
    fix_file(link)
    assert link.is_symlink()
    assert file.read_bytes() == NEW
    assert names(link.parent) == ["link.jsonl"]


def test_a_file_with_two_names_is_refused(file: Path) -> None:
    os.link(file, file.parent / "other.jsonl")
    with pytest.raises(FixError, match=r"2 names \(hard links\)"):
        fix_file(file)
    assert file.read_bytes() == OLD


def test_a_read_only_file_is_refused_even_to_its_owner(file: Path) -> None:
    file.chmod(0o444)
    with pytest.raises(FixError, match="read-only"):
        fix_file(file)
    assert file.read_bytes() == OLD


@pytest.mark.skipif(os.name != "posix", reason="files are locked by other means")
def test_a_file_that_somebody_else_repairs_is_left_to_him(file: Path) -> None:
    import fcntl

    with file.open("rb") as theirs:
        fcntl.flock(theirs, fcntl.LOCK_EX)
        with pytest.raises(FixError, match="another program has locked it"):
            fix_file(file, UNSAFE)
        assert names(file.parent) == ["train.jsonl"]
        assert file.read_bytes() == OLD
    assert fix_file(file, UNSAFE).backup


def test_a_file_that_changes_meanwhile_is_not_overwritten(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsync = os.fsync

    def late(descriptor: int) -> None:
        fsync(descriptor)
        file.write_bytes(OLD + b"{}\n")

    monkeypatch.setattr(room.os, "fsync", late)
    with pytest.raises(FixError, match="changed while it was read"):
        fix_file(file)
    assert file.read_bytes() == OLD + b"{}\n"
    assert names(file.parent) == ["train.jsonl"]


@pytest.fixture
def backups(file: Path) -> Iterator[list[str]]:
    yield (found := [])
    assert found == [name for name in names(file.parent) if ".bak" in name]


def test_unsafe_fixes_keep_every_original(file: Path, backups: list[str]) -> None:
    for number in range(3):
        file.write_bytes(OLD + b"bad %d\n" % number)
        report = fix_file(file, UNSAFE)
        assert file.read_bytes() == NEW
        assert Path(report.backup).read_bytes() == OLD + b"bad %d\n" % number
        backups.append(Path(report.backup).name)
    assert backups == ["train.jsonl.bak", "train.jsonl.bak.1", "train.jsonl.bak.2"]


def test_no_backup_is_made_of_a_good_file_or_when_none_is_wanted(
    file: Path, backups: list[str]
) -> None:
    assert fix_file(file, UNSAFE, backup=False).backup == ""
    assert fix_file(file, UNSAFE).backup == ""
    assert backups == []


def test_what_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.jsonl", tmp_path):
        with pytest.raises(UnreadableError):
            fix_file(path)
