"""A file that is replaced is the old one or the new one."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from ftgate import atomic
from ftgate.atomic import is_device, replacing, scratch_folder


def write(path: Path, text: bytes, mode: int = 0o666) -> None:
    with replacing(str(path), mode=mode) as (stream, publish):
        stream.write(text)
        publish()


def test_the_new_file_is_there_when_it_is_published(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"old")
    with replacing(str(file)) as (stream, publish):
        stream.write(b"new")
        assert file.read_bytes() == b"old"
        publish()
    assert file.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["a"]


def test_what_is_not_published_leaves_nothing(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"old")
    with replacing(str(file)) as (stream, _):
        stream.write(b"new")
    with pytest.raises(KeyboardInterrupt), replacing(str(file)) as (stream, _):
        raise KeyboardInterrupt
    assert file.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a"]


@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_a_new_file_has_the_permissions_that_open_gives(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        write(tmp_path / "a", b"")
        (tmp_path / "b").write_bytes(b"")
    finally:
        os.umask(before)
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in "ab"]
    assert modes[0] == modes[1]


@pytest.mark.parametrize("mode", [0o600, 0o664])
def test_permissions_stay_and_are_never_wider_while_writing(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"")
    file.chmod(mode)
    with replacing(str(file)) as (_, publish):
        for name in os.listdir(tmp_path):
            assert not stat.S_IMODE((tmp_path / name).stat().st_mode) & ~mode
        publish()
    assert stat.S_IMODE(file.stat().st_mode) == mode


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "a").symlink_to("folder/b")
    write(tmp_path / "a", b"new")
    assert (tmp_path / "a").is_symlink()
    assert os.listdir(tmp_path / "folder") == ["b"]
    assert (tmp_path / "folder" / "b").read_bytes() == b"new"


def test_a_device_is_no_file_of_its_own(tmp_path: Path) -> None:
    assert is_device("/dev/null")
    assert is_device(str(tmp_path))
    assert not is_device(str(tmp_path / "a"))


LEFT = f".ftgate-{'a' * 16}"


@pytest.fixture(autouse=True)
def nothing_swept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has written nowhere yet."""
    monkeypatch.setattr(atomic, "_swept", set())


def test_what_a_killed_writer_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    others = [".ftgate-baseline", ".ftgate-", f"{LEFT}0", LEFT.upper(), "train.jsonl"]
    for name in (LEFT, *others):
        (tmp_path / name).write_bytes(b"half")
    write(tmp_path / "a", b"new")
    assert sorted(os.listdir(tmp_path)) == sorted(["a", *others])


def test_what_a_living_writer_writes_is_left_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with replacing(str(tmp_path / "a")) as (stream, publish):
        stream.write(b"a")
        monkeypatch.setattr(atomic, "_swept", set())
        write(tmp_path / "b", b"b")
        publish()
    assert sorted(os.listdir(tmp_path)) == ["a", "b"]


def test_a_link_that_is_called_like_a_leftover_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "mine").write_bytes(b"mine")
    (tmp_path / LEFT).symlink_to(tmp_path / "mine")
    write(tmp_path / "a", b"new")
    assert (tmp_path / "mine").read_bytes() == b"mine"


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files of the test's own."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_a_scratch_folder_is_private_and_gone_afterwards(scratch: Path) -> None:
    with scratch_folder() as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        (folder / "data").write_bytes(b"private")
    assert os.listdir(scratch) == []


def test_the_scratch_folder_of_a_killed_process_is_removed_and_that_of_a_living_one_is_not(
    scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = scratch / f"ftgate-scratch-{'0' * 16}"
    (left / "root").mkdir(parents=True)
    (left / "root" / "train.jsonl").write_bytes(b"private")
    (scratch / "ftgate-mine-123").mkdir()
    with scratch_folder() as living:
        assert not left.exists()
        monkeypatch.setattr(atomic, "_swept", set())
        with scratch_folder():
            assert living.exists()
    assert os.listdir(scratch) == ["ftgate-mine-123"]
