"""The same bytes give the same reports, whatever the machine, the folder and the order."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

import pytest

from tests.conftest import AS_OF, ROOT

SETS = ("broken-export", "hospital-letters", "ski-resort-faq", "techwiz-support")
FORMATS = (
    *("text", "concise", "json", "jsonl", "github", "gitlab", "sarif", "junit"),
    *("markdown", "html", "attestation", "failures"),
)
COMMANDS = (
    ("audit", ".", "-f", "json"),
    ("cost", "techwiz-support", "-f", "json"),
    ("count", "techwiz-support", "-f", "json"),
    ("prompts", ".", "-f", "json"),
    ("baseline", "write", "broken-export"),
)
PROGRAM = """
import os, sys
from ftgate.tokens import engines
def absent(encoding_name):
    raise ModuleNotFoundError
if names := os.environ.pop("TEST_ENGINES", None):
    engines.FAST_ENGINES = {
        name: opened if name in names else absent for name, opened in engines.FAST_ENGINES.items()
    }
os.umask(int(os.environ.pop("TEST_UMASK", "022"), 8))
from ftgate.cli import run
codes = []
for line in sys.stdin.read().splitlines():
    name, *arguments = line.split()
    with open(name, "w", encoding="utf-8") as sys.stdout:
        codes.append(run(arguments))
sys.stdout = sys.__stdout__
print(codes)
"""
Outputs = dict[str, bytes]


def judge(
    folder: Path,
    sets: Sequence[str] = SETS,
    *,
    python: Sequence[str] = (),
    **environment: str,
) -> Outputs:
    """Every report on the data in a folder, by name, and the exit codes."""
    out = folder.parent / f"{folder.name}-reports"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    written = " ".join(f"-o {name}={out / name}" for name in FORMATS if name != "json")
    lines = [f"{out / 'json'} check {' '.join(sets)} --as-of {AS_OF} -f json {written}"]
    lines += [f"{out / each[0]} {' '.join(each)}" for each in COMMANDS]
    kept = ("PATH", "FTGATE_CACHE_DIR", "FTGATE_STATE_DIR")
    done = subprocess.run(
        [sys.executable, *python, "-c", PROGRAM],
        input="\n".join(lines),
        cwd=folder,
        env={
            **{name: os.environ[name] for name in kept if name in os.environ},
            **{"PYTHONPATH": str(ROOT), "FTGATE_TODAY": AS_OF},
            **environment,
        },
        capture_output=True,
        text=True,
        check=True,
    )
    (folder / "broken-export" / ".ftgate-baseline").unlink()
    (folder / "broken-export" / ".gitattributes").unlink()
    reports = {path.name: path.read_bytes() for path in out.iterdir()}
    return {**reports, "exit codes": done.stdout.encode()}


def put(folder: Path, sets: Sequence[str] = SETS) -> Path:
    """The data in a new folder, made in this order."""
    folder.mkdir()
    for name in sets:
        shutil.copytree(ROOT / "sample_data" / name, folder / name)
    return folder


def differing(one: Outputs, other: Outputs) -> list[str]:
    """Names of the reports that differ, each with its first line that does."""
    found = []
    for name in sorted(one.keys() | other.keys()):
        pair = [outputs.get(name, b"").decode().splitlines() for outputs in (one, other)]
        lines = zip_longest(*pair)
        found += [f"{name}: {first!r} {second!r}" for first, second in lines if first != second][:1]
    return found


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return put(tmp_path_factory.mktemp("determinism") / "data")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("usual")


@pytest.fixture(scope="module")
def usual(data: Path, cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Outputs:
    """The reports of one run, with an empty cache."""
    state = str(tmp_path_factory.mktemp("state"))
    return judge(data, FTGATE_CACHE_DIR=str(cache), FTGATE_STATE_DIR=state)


def test_the_reports_say_something(usual: Outputs) -> None:
    assert {*FORMATS, *(each[0] for each in COMMANDS), "exit codes"} == set(usual)
    assert usual["exit codes"] == b"[1, 0, 0, 0, 0, 0]\n"
    assert all(usual.values())


ELSEWHERE = {
    "a bare machine": {
        **{"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        **{"HOME": "/dev/null", "FTGATE_CACHE_DIR": "/dev/null/cache"},
        **{"PYTHONHASHSEED": "4711", "TEST_UMASK": "077", "TEST_ENGINES": "only"},
    },
    "Turkey, a day ahead": {
        **{"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8", "TZ": "Pacific/Kiritimati"},
        **{"PYTHONHASHSEED": "1", "TERM": "dumb"},
    },
}


@pytest.mark.parametrize("where", ELSEWHERE)
def test_the_machine_does_not_matter(where: str, data: Path, usual: Outputs) -> None:
    assert differing(judge(data, **ELSEWHERE[where]), usual) == []


def test_what_is_remembered_is_what_was_computed(data: Path, usual: Outputs, cache: Path) -> None:
    before = {path.name for path in cache.iterdir()}
    assert differing(judge(data, FTGATE_CACHE_DIR=str(cache)), usual) == []
    assert {path.name for path in cache.iterdir()} == before != set()


def test_folder_order_and_time_of_the_files_and_asserts_do_not_matter(
    usual: Outputs, tmp_path: Path
) -> None:
    folder = put(tmp_path / "elsewhere", SETS[::-1])
    for number, path in enumerate(sorted(folder.rglob("*"))):
        os.utime(path, (number, 4_070_908_800 - number))  # the last second of 2098
    assert differing(judge(folder, python=["-O"]), usual) == []


def test_the_order_of_the_arguments_changes_no_report_of_a_dataset(
    data: Path, usual: Outputs
) -> None:
    assert by_name(judge(data, SETS[::-1])) == by_name(usual)


def by_name(outputs: Outputs) -> dict[str, object]:
    return {each["name"]: each for each in json.loads(outputs["json"])["datasets"]}


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["bpe-openai", "splintr", "fastokens"])
def test_the_engine_does_not_matter(engine: str, data: Path, usual: Outputs) -> None:
    assert differing(judge(data, TEST_ENGINES=f"only {engine}"), usual) == []
