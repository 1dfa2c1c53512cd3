"""What somebody else could have written is not believed, however right its checksum is."""

from __future__ import annotations

import os
import shutil
import stat
from datetime import date
from pathlib import Path

import orjson
import pytest

from ftgate import ownership
from ftgate.cache import Cache, _checksum
from ftgate.cli import run
from ftgate.ownership import doubt, doubt_of
from ftgate.prices.live import Live
from tests.conftest import AS_OF, ROOT
from tests.fuzz.parsers import CORPUS

FAILING = str(ROOT / "sample_data" / "ski-resort-faq" / "train.jsonl")
HOOK = ("hook", FAILING, "--as-of", AS_OF)
OTHER_USER = 4321

pytestmark = pytest.mark.skipif(os.name == "nt", reason="files have no such owner there")


def seen(mode: int, user: int) -> os.stat_result:
    return os.stat_result((mode, 1, 1, 1, user, 1, 0, 0, 0, 0))


@pytest.mark.parametrize(
    ("mode", "owner", "why"),
    [
        (stat.S_IFDIR | 0o700, 1000, ""),
        (stat.S_IFDIR | 0o755, 1000, ""),
        (stat.S_IFREG | 0o644, 1000, ""),
        (stat.S_IFDIR | 0o775, 1000, "can be written by others"),
        (stat.S_IFDIR | 0o1777, 1000, "can be written by others"),
        (stat.S_IFREG | 0o602, 1000, "can be written by others"),
        (stat.S_IFDIR | 0o700, 1001, "belongs to another user"),
        (stat.S_IFDIR | 0o700, 0, "belongs to another user"),
    ],
)
def test_only_what_its_user_alone_can_write_is_believed(mode: int, owner: int, why: str) -> None:
    assert doubt(seen(mode, owner), user=1000) == why


def test_where_files_have_no_owner_all_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "geteuid")
    assert doubt(seen(stat.S_IFDIR | 0o777, 7)) == ""


def test_a_folder_that_is_not_there_is_not_doubted(tmp_path: Path) -> None:
    assert doubt_of(tmp_path / "new") == ""


def forge_a_pass(cache: Path) -> int:
    """Turn every answer that is remembered into a pass, with the right checksum."""
    forged = 0
    for entry in cache.glob("answer-*.json"):
        body = orjson.dumps({"exit_code": 0, "text": ""})
        entry.write_bytes(_checksum(body) + b"\n" + body)
        forged += 1
    return forged


@pytest.fixture
def forged(own_cache: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A cache with a forged answer to :data:`HOOK`, which its owner is told."""
    own_cache.chmod(0o700)
    assert run([*HOOK]) == 1
    assert forge_a_pass(own_cache) == 1
    assert run([*HOOK]) == 0, "whoever can write as the user can change the code as well"
    capsys.readouterr()
    return own_cache


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o1777, 0o702])
def test_a_cache_that_others_can_write_to_is_not_used(
    mode: int, forged: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    forged.chmod(mode)
    before = sorted(forged.iterdir())
    assert run([*HOOK]) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"ftgate: the cache is not used: {forged} can be written by others; ")
    assert told.count("\n") == 1
    assert sorted(forged.iterdir()) == before


def test_a_cache_of_another_user_is_not_used(
    forged: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(ownership.os, "geteuid", lambda: OTHER_USER)
    assert run([*HOOK]) == 1
    assert "belongs to another user" in capsys.readouterr().err


def test_an_entry_that_others_can_write_to_is_absent(forged: Path) -> None:
    (entry,) = forged.glob("answer-*.json")
    forged.chmod(0o755)
    entry.chmod(0o666)
    assert run([*HOOK]) == 1


def test_an_entry_of_another_user_is_absent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was there before the folder was closed."""
    cache = Cache(tmp_path)
    cache.put("kind-1", [1])
    assert cache.get("kind-1") == [1]
    monkeypatch.setattr(ownership.os, "geteuid", lambda: OTHER_USER)
    assert cache.get("kind-1") is None


@pytest.mark.parametrize(
    "command", [("check",), ("cost",), ("count",), ("audit", "--exit-zero"), ("baseline", "write")]
)
def test_every_command_says_so_once(
    command: tuple[str, ...], own_cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own_cache.chmod(0o777)
    shutil.copy(FAILING, tmp_path / "train.jsonl")
    run([*command, str(tmp_path)])
    assert capsys.readouterr().err.count("the cache is not used") == 1
    assert list(own_cache.iterdir()) == []


def test_doctor_says_what_to_do(
    own_cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own_cache.chmod(0o777)
    assert run(["doctor", str(tmp_path), "--as-of", AS_OF]) == 1
    shown = " ".join(capsys.readouterr().out.split())
    assert "can be written by others: not used" in shown
    assert "chmod go-w" in shown


def test_live_prices_that_others_can_write_are_not_used(tmp_path: Path) -> None:
    stored = tmp_path / "live-prices.ftgate"
    shutil.copy(CORPUS / "stored-prices" / "live", stored)
    stored.chmod(0o600)
    day = date.fromisoformat(AS_OF)
    assert Live(stored, day).providers()
    for path, mode in ((tmp_path, 0o777), (stored, 0o666)):
        before = path.stat().st_mode
        path.chmod(mode)
        assert Live(stored, day).providers() == ()
        assert "can be written by others" in Live(stored, day).notes[0]
        path.chmod(before)
    assert Live(stored, day).providers()
