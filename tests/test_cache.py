from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from ftgate.cache import Cache, key_of


def test_a_value_comes_back(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "new")
    cache.put("kind-1", {"tokens": 12, "lines": [1, 2]})
    assert cache.get("kind-1") == {"tokens": 12, "lines": [1, 2]}


def test_an_unknown_key_is_absent(tmp_path: Path) -> None:
    assert Cache(tmp_path).get("kind-1") is None


@pytest.mark.parametrize("cut", [0, 1, 20, -1])
def test_a_torn_entry_is_absent(tmp_path: Path, cut: int) -> None:
    cache = Cache(tmp_path)
    cache.put("kind-1", {"tokens": 12})
    entry = tmp_path / "kind-1.json"
    entry.write_bytes(entry.read_bytes()[:cut])
    assert cache.get("kind-1") is None


def test_a_changed_entry_is_absent(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put("kind-1", {"tokens": 12})
    entry = tmp_path / "kind-1.json"
    entry.write_bytes(entry.read_bytes().replace(b"12", b"13"))
    assert cache.get("kind-1") is None


def test_entries_are_for_their_owner_only_and_leave_nothing_beside(tmp_path: Path) -> None:
    Cache(tmp_path).put("kind-1", [1])
    (entry,) = tmp_path.glob("[!.]*")
    assert stat.S_IMODE(entry.stat().st_mode) == 0o600


def test_a_cache_that_cannot_be_written_is_empty(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    cache = Cache(blocked)
    cache.put("kind-1", [1])
    assert cache.get("kind-1") is None
    assert blocked.read_text() == "not a folder"


def test_disabled_remembers_nothing() -> None:
    cache = Cache.open(enabled=False)
    cache.put("kind-1", [1])
    assert cache.get("kind-1") is None


def test_keys_separate_their_parts() -> None:
    assert key_of("kind", "ab", "c") != key_of("kind", "a", "bc")
    assert key_of("kind", "ab", "c") != key_of("other", "ab", "c")


def test_entries_of_last_month_are_forgotten(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    old, new, newer = (key_of("kind", name) for name in ("old", "new", "newer"))
    cache.put(old, [1])
    os.utime(tmp_path / f"{old}.json", (0, 0))
    cache.put(new, [2])
    assert cache.get(old) == [1], "once a day is enough"
    os.utime(tmp_path / ".pruned", (0, 0))
    os.utime(tmp_path / f"{old}.json", (0, 0))
    cache.put(newer, [3])
    assert cache.get(old) is None
    assert cache.get(new) == [2]


def test_a_folder_that_holds_other_things_keeps_them(tmp_path: Path) -> None:
    """``--cache-dir`` may name any folder, and what is old in it need not be a cache's."""
    cache = Cache(tmp_path)
    cache.put(key_of("profile", "a"), 1)
    strangers = [tmp_path / name for name in ("notes.txt", "train.jsonl", "report.json", ".pruned")]
    for path in (*strangers, *tmp_path.glob("profile-*")):
        path.touch()
        os.utime(path, (0, 0))
    cache.put(key_of("profile", "b"), 2)
    assert all(path.exists() for path in strangers)
    assert cache.get(key_of("profile", "a")) is None
