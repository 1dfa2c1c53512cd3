"""Mutation testing: each mutant is the module with one small mistake in it."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.mutants import mutants_of, mutated
from scripts.mutate import interval
from tests.conftest import ROOT

SOURCE = '''
from __future__ import annotations

LIMIT = 3


@staticmethod
def over(numbers: list[int], *, least: int = 1) -> bool:
    """Text 7 stays."""
    if not numbers:
        raise ValueError("none")
    return max(numbers) + 1 > LIMIT and len(numbers) >= least


class Box:
    size = 2

    def twice(self) -> int:
        return self.size * 2
'''


@pytest.fixture
def module(tmp_path: Path) -> Path:
    path = tmp_path / "module.py"
    path.write_text(SOURCE, encoding="utf-8")
    return path


def test_every_place_where_a_mistake_is_easily_made_is_changed(module: Path) -> None:
    found = {(each.function, each.change) for each in mutants_of(module, "module.py")}
    assert {
        ("", "3 -> 4"),
        ("", "1 -> 2"),
        ("", "2 -> 3"),
        ("over", "not numbers -> numbers"),
        ("over", "raise ValueError('none') -> nothing"),
        ("over", "max(numbers) -> min(numbers)"),
        ("over", "max(numbers) + 1 -> max(numbers) - 1"),
        ("over", "max(numbers) + 1 > LIMIT -> max(numbers) + 1 >= LIMIT"),
        ("over", "len(numbers) >= least -> not len(numbers) >= least"),
        ("Box.twice", "self.size * 2 -> self.size / 2"),
        ("Box.twice", "return self.size * 2 -> return None"),
    } <= found
    assert not any("Text" in change or "staticmethod" in change for _, change in found)


def test_a_mutant_is_the_module_with_one_mistake(module: Path) -> None:
    mutants = mutants_of(module, "module.py")
    texts = {ast.unparse(mutated(module, mutant)) for mutant in mutants}
    assert len(texts) == len(mutants)
    source = ast.unparse(ast.parse(SOURCE)).splitlines()
    for text in texts:
        assert sum(old != new for old, new in zip(source, text.splitlines(), strict=True)) == 1


def test_the_name_of_a_default_is_that_of_its_function(module: Path) -> None:
    [default] = [
        each for each in mutants_of(module, "m.py") if each.change == "1 -> 2" and not each.function
    ]
    assert default.names == ("over",)


def test_the_interval_is_wilsons() -> None:
    least, most = interval(90, 100)  # prop.test in R without its correction for continuity
    assert (round(least, 4), round(most, 4)) == (0.8256, 0.9448)


@pytest.mark.slow
def test_mistakes_in_the_verdict_are_noticed(tmp_path: Path) -> None:
    data = tmp_path / ".coverage"
    measure = ("pytest", "-q", "-p", "no:cacheprovider", "--cov", "--cov-context=test")
    run_module(*measure, "--cov-report=", "tests/test_verdict.py", COVERAGE_FILE=str(data))
    table = run_module("scripts.mutate", "verdict", "--jobs", "1", "--data", str(data))
    found = re.search(r"verdict: (\d+) of (\d+) killed.* (\d+) more .* (\d+) could not", table)
    assert found, table
    killed, counted, equivalent, untried = map(int, found.groups())
    assert (counted - killed, equivalent, untried) == (0, 1, 0), table


def run_module(*arguments: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
