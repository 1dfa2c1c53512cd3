"""A large file that nobody has written to since its digest was taken is not read again."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import ftgate.looks
from ftgate.cache import Cache
from ftgate.looks import MARK_BYTES, Looks, Seen, look_at

SIZE = MARK_BYTES + 10


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "train.jsonl"
    path.write_bytes(b"a" * SIZE)
    return path


@pytest.fixture
def digested(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows with every file that is read."""
    found: list[int] = []
    digests = ftgate.looks._digests_of

    def noticed(*arguments: Any) -> Iterator[str]:
        found.append(1)
        return digests(*arguments)

    monkeypatch.setattr(ftgate.looks, "_digests_of", noticed)
    return found


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if every file had been written long ago."""
    monkeypatch.setattr(ftgate.looks, "SETTLED_SECONDS", 0)


def sha256(path: Path) -> str:
    return f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"


@pytest.mark.usefixtures("settled")
def test_it_is_digested_once(file: Path, cache: Cache, digested: list[int]) -> None:
    first = look_at(str(file), cache=cache)
    assert first.digest == sha256(file)
    assert len(first.marks) == 1
    assert Looks(cache).at(str(file)) == first
    assert len(digested) == 1


@pytest.mark.usefixtures("settled")
def test_it_is_known_by_its_whole_path(
    file: Path, cache: Cache, digested: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    look_at(str(file), cache=cache)
    monkeypatch.chdir(file.parent)
    look_at(file.name, cache=cache)
    assert len(digested) == 1


@pytest.mark.usefixtures("settled")
def test_same_size_and_same_time_are_not_the_same_file(file: Path, cache: Cache) -> None:
    """No program can set back the time of an inode."""
    before = file.stat()
    look_at(str(file), cache=cache)
    file.write_bytes(b"b" * SIZE)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert file.stat().st_mtime_ns == before.st_mtime_ns
    assert look_at(str(file), cache=cache).digest == sha256(file)


@pytest.mark.usefixtures("settled")
def test_another_file_in_its_place_is_not_the_same(file: Path, cache: Cache) -> None:
    before = file.stat()
    look_at(str(file), cache=cache)
    other = file.with_name("other.jsonl")
    other.write_bytes(b"c" * SIZE)
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(file)
    assert look_at(str(file), cache=cache).digest == sha256(file)


def test_one_that_has_just_changed_is_digested_again(
    file: Path, cache: Cache, digested: list[int]
) -> None:
    look_at(str(file), cache=cache)
    look_at(str(file), cache=cache)
    assert len(digested) == 2
    assert not list(file.parent.glob("cache/look-*"))


@pytest.mark.usefixtures("settled")
def test_one_that_changes_while_it_is_digested_is_not_remembered(
    file: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    digests = ftgate.looks._digests_of

    def written_to(*arguments: Any) -> Iterator[str]:
        yield from digests(*arguments)
        with open(file, "ab") as stream:
            stream.write(b"more")

    with monkeypatch.context() as patched:
        patched.setattr(ftgate.looks, "_digests_of", written_to)
        look_at(str(file), cache=cache)
    assert look_at(str(file), cache=cache).digest == sha256(file)


@pytest.mark.usefixtures("settled")
def test_small_files_and_other_things_are_not_remembered(
    tmp_path: Path, cache: Cache, digested: list[int]
) -> None:
    small = tmp_path / "small.jsonl"
    small.write_bytes(b"a" * (MARK_BYTES - 1))
    for path in (small, small, Path(os.devnull), Path(os.devnull)):
        look_at(str(path), cache=cache)
    assert len(digested) == 4
    assert cache.directory is not None
    assert not cache.directory.exists()


@pytest.mark.usefixtures("settled")
def test_whoever_wants_to_be_sure_has_it_digested_again(
    file: Path, cache: Cache, digested: list[int]
) -> None:
    for looks in (Looks(cache), Looks(cache, afresh=True), Looks(Cache(None)), Looks()):
        assert looks.at(str(file)).digest == sha256(file)
    look_at(str(file))
    assert len(digested) == 5


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("entry", [7, [], {}, {"stamp": None}, {"seen": ["x", 1, 1, []]}])
def test_an_entry_of_another_shape_is_none(
    file: Path, cache: Cache, entry: Any, digested: list[int]
) -> None:
    cache.put(ftgate.looks._key(str(file)), entry)
    assert look_at(str(file), cache=cache).digest == sha256(file)
    assert len(digested) == 1


@pytest.mark.usefixtures("settled")
def test_one_that_is_gone_is_unreadable(file: Path, cache: Cache) -> None:
    look_at(str(file), cache=cache)
    file.unlink()
    assert look_at(str(file), cache=cache) == Seen("unreadable", 0, 0)
