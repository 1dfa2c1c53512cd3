"""Engines called by a program: its script is run once, whoever starts which processes."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ftgate.engine import Engine
from ftgate.engine.starting import may_start
from ftgate.errors import UsageError
from tests.conftest import ROOT
from tests.test_engine import task, write

SCRIPT = """
import multiprocessing
import sys

import ftgate
from ftgate import profile_files
from ftgate.engine import local
from ftgate.gate import CheckOptions

profile_files.CUT_FROM_BYTES = 1000
local._context = lambda: multiprocessing.get_context("spawn")
options = CheckOptions(isolated=True, cache=False, engine=sys.argv[1], jobs=2)
print(ftgate.check("train.jsonl", options).datasets[0].examples)
"""


@pytest.mark.parametrize(
    ("engine", "source"),
    [
        ("local", "script.py"),
        ("local", "-"),
        pytest.param("ray", "script.py", marks=pytest.mark.slow),
    ],
)
def test_a_script_needs_no_guard(tmp_path: Path, engine: str, source: str) -> None:
    if engine == "ray":
        pytest.importorskip("ray")
    write(tmp_path, 30)
    (tmp_path / "script.py").write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, source, engine],
        input=SCRIPT,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr, done.returncode) == ("30\n", "", 0)


def inside_a_pool(run: Any, *given: Any) -> Any:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(run, given)


def examples_by(engine: str, path: Path) -> list[int]:
    assert not may_start()
    found = Engine(engine, 2).run([task(path)] * 2, 10**9)
    return [result.profile.examples for result in found if result.profile]


def test_a_process_of_a_pool_reads_alone(tmp_path: Path) -> None:
    path = write(tmp_path, 30)
    assert may_start()
    assert inside_a_pool(examples_by, "auto", path) == [30, 30]
    with pytest.raises(UsageError, match="cannot have processes of its own"):
        inside_a_pool(examples_by, "local", path)
