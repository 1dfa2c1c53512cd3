"""What a machine can do to ftgate: no home, a full or read-only disk, odd clocks, other processes.

The report is the same, or the exit code says that there is none; files of the user stay whole.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ftgate import cache as room
from ftgate.cache import Cache, key_of
from ftgate.cli import run
from tests.conftest import AS_OF, ROOT
from tests.kills import CHECK, CHECKED, FIXED, JSON, Laboratory
from tests.launching import posix
from tests.steps import EVERY, Runner, runner

Capture = pytest.CaptureFixture[str]
SET = "broken-export"


@pytest.fixture(scope="module")
def helper() -> Iterator[Runner]:
    with runner() as running:
        yield running


@pytest.fixture(scope="module")
def checked(helper: Runner, tmp_path_factory: pytest.TempPathFactory) -> Laboratory:
    return Laboratory(CHECKED, helper, tmp_path_factory.mktemp("scene"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(ROOT / "sample_data" / SET, tmp_path / SET)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def start(folder: Path, *arguments: str, **how: Any) -> subprocess.Popen[str]:
    """ftgate as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "ftgate", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **how.pop("environment", {})},
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **how},
    )


# -- folders ----------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize("trouble", [errno.EROFS, errno.ENOSPC, errno.EACCES, errno.EIO])
def test_a_cache_that_fails_in_every_call_changes_no_report(
    trouble: int, checked: Laboratory
) -> None:
    checked.reset()
    cache = (str(checked.top / "cache"),)
    told = checked.run(CHECK, at=EVERY, what=f"errno:{trouble}", watched=cache)
    assert (told.code, told.out, told.err) == (checked.report.code, checked.report.out, "")
    assert list((checked.top / "cache").iterdir()) == []


@posix
@pytest.mark.parametrize("home", ["nowhere", "a file", "unset"])
def test_no_home_changes_no_report(home: str, folder: Path, checked: Laboratory) -> None:
    (folder / "a file").touch()
    without = {name: value for name, value in os.environ.items() if name != "FTGATE_CACHE_DIR"}
    where = "/dev/null" if home == "nowhere" else str(folder / home)
    environment = {**without, "PYTHONPATH": str(ROOT), "HOME": where}
    if home == "unset":
        del environment["HOME"]
    command = [sys.executable, "-m", "ftgate", "check", SET, *JSON, "--cache-dir", f"{where}/x"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (checked.report.code, checked.report.out)


# -- clocks -----------------------------------------------------------------------------------


@pytest.mark.parametrize("day", ["1970-01-01", "2001-02-03", "2099-12-31"])
def test_an_odd_day_is_never_a_crash(day: str, folder: Path, capsys: Capture) -> None:
    for name in ("hospital-letters", "ski-resort-faq"):
        shutil.copytree(ROOT / "sample_data" / name, folder / name)
    assert run(["check", SET, "ski-resort-faq", "hospital-letters", "--as-of", day]) == 1
    assert run(["check", "hospital-letters", "--as-of", day]) != 0, "prices of that day are unknown"
    assert "internal error" not in capsys.readouterr().err


def test_times_in_the_future_change_nothing(folder: Path, capsys: Capture) -> None:
    run(["check", SET, *JSON])
    report = capsys.readouterr().out
    for path in (folder / SET).iterdir():
        os.utime(path, (time.time() + 10**8,) * 2)
    run(["check", SET, *JSON])
    assert capsys.readouterr().out == report


def test_a_clock_that_was_set_back_does_not_keep_the_cache_from_forgetting(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    old = key_of("kind", "old")
    cache.put(old, 1)
    os.utime(tmp_path / f"{old}.json", (0, 0))
    os.utime(tmp_path / ".pruned", (time.time() + 10**9,) * 2)
    cache.put(key_of("kind", "new"), 1)
    assert cache.get(old) is None


# -- damaged caches ---------------------------------------------------------------------------


def entries(own_cache: Path) -> list[Path]:
    return sorted(own_cache.glob("*.json"))


def test_every_prefix_and_every_flipped_bit_of_an_entry_is_absent(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put("kind-1", {"tokens": 12, "lines": [1, 2], "text": "é"})
    entry = tmp_path / "kind-1.json"
    whole = entry.read_bytes()
    damaged = [whole[:size] for size in range(len(whole))]
    for bit in range(8 * len(whole)):
        data = bytearray(whole)
        data[bit // 8] ^= 1 << bit % 8
        damaged.append(bytes(data))
    damaged += [whole + b" ", whole * 2, b"\0" * len(whole)]
    for data in damaged:
        entry.write_bytes(data)
        assert cache.get("kind-1") is None


def whole(body: Any) -> bytes:
    data = json.dumps(body).encode()
    return room._checksum(data) + b"\n" + data


FOREIGN: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda data: data[: len(data) // 2],
    "empty": lambda data: b"",
    "without a checksum": lambda data: data.partition(b"\n")[2],
    "an empty object": lambda data: whole({}),
    "a list": lambda data: whole([1, "a", None]),
    "a number": lambda data: whole(-1.5),
    "null": lambda data: whole(None),
    "a text": lambda data: whole("other"),
    "other fields": lambda data: whole({"version": 0, "findings": {}}),
    "every value null": lambda data: whole(emptied(json.loads(data.partition(b"\n")[2]))),
}


def emptied(value: Any) -> Any:
    return dict.fromkeys(value) if isinstance(value, dict) else None


@pytest.mark.parametrize("kind", FOREIGN)
def test_entries_of_another_shape_are_not_believed(
    kind: str, folder: Path, own_cache: Path, capsys: Capture
) -> None:
    shutil.copytree(ROOT / "sample_data" / "ski-resort-faq", folder / "faq")
    for command in (["check", SET, "faq", *JSON], ["hook", "faq/train.jsonl", "--as-of", AS_OF]):
        code = run(command)
        told = capsys.readouterr()
        for path in entries(own_cache):
            path.write_bytes(FOREIGN[kind](path.read_bytes()))
        assert (run(command), capsys.readouterr()) == (code, told)


# -- other processes --------------------------------------------------------------------------


@posix
def test_two_checks_share_a_cache(folder: Path, checked: Laboratory, own_cache: Path) -> None:
    both = [start(folder, "check", SET, *JSON) for _ in range(3)]
    for each in both:
        out, err = each.communicate(timeout=60)
        assert (each.returncode, out, err) == (1, checked.report.out, "")
    assert [path for path in own_cache.iterdir() if path.name.startswith(".ftgate-")] == []


@posix
def test_two_repairs_of_one_file_are_one_repair(
    folder: Path, helper: Runner, tmp_path_factory: pytest.TempPathFactory
) -> None:
    right = Laboratory(FIXED, helper, tmp_path_factory.mktemp("scene")).after
    both = [start(folder, "check", SET, "--fix-only", "--unsafe-fixes") for _ in range(3)]
    ended = [(each.communicate(timeout=60)[1], each.returncode) for each in both]
    assert (folder / SET / "train.jsonl").read_bytes() == right[f"{SET}/train.jsonl"]
    assert 1 in [code for _, code in ended]
    for err, code in ended:
        assert code in (0, 1) or "changed while it was read" in err or "has locked it" in err
    original = (ROOT / "sample_data" / SET / "train.jsonl").read_bytes()
    others = {path.name for path in (folder / SET).iterdir()} - {"train.jsonl", "ftgate.toml"}
    assert others == {"train.jsonl.bak"}
    assert (folder / SET / "train.jsonl.bak").read_bytes() == original


def test_two_baselines_that_are_written_at_once_keep_the_lines_of_both(folder: Path) -> None:
    from ftgate.baselining import accept, save
    from ftgate.gate import CheckOptions

    (folder / SET / "ftgate.toml").unlink()
    (folder / "ftgate.toml").write_text("version = 1\n")
    shutil.copytree(folder / SET, folder / "copy")
    options = CheckOptions(as_of=AS_OF)
    mine, theirs = accept([SET], options), accept(["copy"], options)
    for change in (*mine, *theirs):
        save(change)
    lines = (folder / ".ftgate-baseline").read_text("utf-8")
    assert {line.split()[1].partition("/")[0] for line in lines.splitlines()} == {SET, "copy"}


@posix
def test_a_file_that_changes_on_the_way_is_judged_as_one_of_both_or_not_at_all(
    helper: Runner, checked: Laboratory
) -> None:
    file = checked.top / "project" / SET / "train.jsonl"
    checked.reset()
    file.write_bytes(file.read_bytes() + b'{"text": "written meanwhile"}\n')
    whole = {checked.report.out, checked.run(CHECK).out}
    assert len(whole) == 2
    for at in range(1, checked.undisturbed.steps + 1, 2):
        checked.reset()
        told = checked.run(CHECK, at=at, what=f"edit:{file}")
        assert told.out in whole or (told.code == 2 and "changed while it was read" in told.err)


# -- output that nobody takes -----------------------------------------------------------------


@posix
@pytest.mark.parametrize("name", ["text", "json", "html"])
def test_a_reader_that_goes_away_does_not_change_the_verdict(name: str, folder: Path) -> None:
    gate = start(folder, "check", SET, "--as-of", AS_OF, "-f", name)
    assert gate.stdout is not None
    assert gate.stderr is not None
    gate.stdout.close()
    assert gate.stderr.read() == ""
    gate.stderr.close()
    assert gate.wait(60) == 1


@posix
def test_where_no_error_can_be_said_the_exit_code_is_not_that_of_a_verdict(folder: Path) -> None:
    for command in (("check", "nowhere"), ("check", SET, "--fix-only", "--unsafe-fixes")):
        gate = start(folder, *command)
        assert gate.stderr is not None
        gate.stderr.close()
        gate.communicate(timeout=60)
        assert gate.returncode == 2
