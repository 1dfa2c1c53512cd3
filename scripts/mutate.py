"""Mutation testing: how many small mistakes in the code that decides would a test notice?

``python -m scripts.mutate`` wants the coverage of the tests by test (``make coverage`` leaves it in
``.coverage``). For every mutant (:mod:`scripts.mutants`) it runs the tests that pass the changed
line, the most specific ones first, until one fails, in a process forked from one that has all
tests loaded. Mistakes outside of functions are imported afresh. A test that fails without the
mistake too proves nothing and is left out. What needs more than ``--tests`` tests or ``--seconds``
of processor time counts as survived, and so does a mistake that only a subprocess would meet.

Of a room with many mutants a sample is tried; the same seed gives the same sample. mutmut leaves
out decorated functions, which every rule is, and cosmic-ray starts the tests anew for each mutant.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import coverage

from scripts.mutants import Mutant, mutants_of, users_of
from scripts.mutation_bench import ROOT, Result, Work, silence, work_off

EQUIVALENT = ROOT / "scripts" / "equivalent_mutants.txt"
PINNED = tuple(
    f"tests/test_rule_defaults.py::test_{name}"
    for name in (
        "the_limits_that_nobody_states",
        "volumes_and_cached_prices_of_comparisons",
        "what_is_assumed_of_a_number_without_a_range",
    )
)
"""Tests of values that are made on import: no line of theirs leads to what they look at."""
ROOMS = {
    "rules": ("ftgate/rules/*.py",),
    "economics": ("ftgate/economics/**/*.py",),
    "verdict": ("ftgate/verdict.py",),
    "suppression": (
        *("ftgate/suppress.py", "ftgate/ignoring.py", "ftgate/accepted.py"),
        *("ftgate/baseline.py", "ftgate/baselining.py"),
    ),
}


class Tests:
    """Which tests pass which lines, from the contexts of coverage."""

    def __init__(self, data_file: Path) -> None:
        data = coverage.CoverageData(str(data_file))
        data.read()
        self.lines: dict[str, dict[int, set[str]]] = {}
        self._inside: dict[str, Counter[str]] = {}
        self._everywhere: Counter[str] = Counter()
        for path in data.measured_files():
            name = str(Path(path).relative_to(ROOT))
            self.lines[name] = {
                line: {name.split("|")[0] for name in names if name}
                for line, names in data.contexts_by_lineno(path).items()
            }
            self._inside[name] = Counter()
            for names in self.lines[name].values():
                self._inside[name].update(names)
            self._everywhere.update(self._inside[name])

    def of(self, mutant: Mutant, users: dict[str, list[int]]) -> list[str]:
        """Tests that pass the line, or the lines that use what it defines.

        First come those of whose lines the most are in this file: they are about it, and fast.
        """
        lines = self.lines.get(mutant.path, {})
        found = set(lines.get(mutant.line, ())) if mutant.function else set()
        if not found:
            names = (mutant.function.rpartition(".")[2],) if mutant.function else mutant.names
            used = [line for name in names for line in users[name]] or users[""]
            found = set().union(*(lines.get(line, ()) for line in used))
        inside = self._inside.get(mutant.path, Counter())
        tests = sorted(found, key=lambda name: (-inside[name] / self._everywhere[name], name))
        return tests if mutant.function else [*PINNED, *tests]


def thinned(tests: list[str], most: int) -> list[str]:
    """The first half of what is allowed, then others in even steps."""
    half = most // 2
    rest = tests[half:]
    return tests[:half] + rest[:: max(1, math.ceil(len(rest) / max(1, most - half)))]


def chosen(room: str, sample: int, seed: int, only: str) -> list[Mutant]:
    """The mutants to try of a room: all, or ``sample`` of them (0: no limit)."""
    paths = sorted({path for pattern in ROOMS[room] for path in ROOT.glob(pattern)})
    names = {str(path.relative_to(ROOT)): path for path in paths}
    every = [
        each for name, path in names.items() if only in name for each in mutants_of(path, name)
    ]
    if 0 < sample < len(every):
        print(f"{room}: {sample:,} of {len(every):,} mutants, seed {seed}")
        return random.Random(f"{seed} {room}").sample(every, sample)  # noqa: S311 - repeatable
    print(f"{room}: all {len(every):,} mutants")
    return every


def interval(killed: int, tried: int) -> tuple[float, float]:
    """Wilson's 95% interval of a share."""
    z, share = 1.96, killed / tried
    centre = share + z * z / (2 * tried)
    spread = z * math.sqrt(share * (1 - share) / tried + z * z / (4 * tried * tried))
    return (centre - spread) / (1 + z * z / tried), (centre + spread) / (1 + z * z / tried)


def _equivalents() -> set[tuple[str, str, str]]:
    """Mutants that no test can notice: ``path | function | change | why`` on a line each."""
    lines = EQUIVALENT.read_text(encoding="utf-8").splitlines() if EQUIVALENT.is_file() else []
    parts = [line.split(" | ") for line in lines if line and not line.startswith("#")]
    return {(path, function, change) for path, function, change, _ in parts}


def main() -> int:
    """Print the survivors and the table; 1 when fewer than ``--fail-under`` percent were killed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("rooms", nargs="*", default=list(ROOMS), help=", ".join(ROOMS))
    parser.add_argument("--only", default="", help="part of a path")
    parser.add_argument("--sample", type=int, default=0, help="mutants of each room, 0 for all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--tests", type=int, default=60, help="at most, of a mutant")
    parser.add_argument("--seconds", type=float, default=15, help="of processor time, of a mutant")
    parser.add_argument("--fail-under", type=float, default=85)
    parser.add_argument("--data", type=Path, default=ROOT / ".coverage")
    options = parser.parse_args()
    tests, known = Tests(options.data), _equivalents()
    rooms = {
        room: chosen(room, options.sample, options.seed, options.only) for room in options.rooms
    }
    users = {path: users_of(ROOT / path) for path in {m.path for ms in rooms.values() for m in ms}}
    work = [
        (mutant, thinned(tests.of(mutant, users[mutant.path]), options.tests))
        for mutants in rooms.values()
        for mutant in mutants
    ]
    results = _judged(work, options.jobs, options.seconds)
    shares = [_reported(room, mutants, results, known) for room, mutants in rooms.items()]
    return 1 if any(100 * share < options.fail_under for share in shares) else 0


def _judged(work: Work, jobs: int, seconds: float) -> dict[tuple[str, int], Result]:
    """The results by path and number of the mutant, from as many processes as ``jobs``."""
    folder = Path(tempfile.mkdtemp(prefix="mutants-"))
    children = []
    for index in range(jobs):
        child = os.fork()
        if not child:
            silence()
            work_off(work[index::jobs], seconds, folder / f"{index}.jsonl", folder / f"tmp{index}")
            os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)
    found = {}
    for path in folder.glob("*.jsonl"):
        for mutant, killer, count in map(json.loads, path.read_text().splitlines()):
            result = Result(Mutant(*mutant), killer, count)
            found[result.mutant.path, result.mutant.number] = result
    shutil.rmtree(folder, ignore_errors=True)
    return found


def _reported(
    room: str,
    mutants: Sequence[Mutant],
    results: dict[tuple[str, int], Result],
    known: set[tuple[str, str, str]],
) -> float:
    """Print what became of the mutants of a room; the share that was killed."""
    tried = [results[key] for each in mutants if (key := (each.path, each.number)) in results]
    killed = sum(bool(each.killer) for each in tried)
    survived = [each for each in tried if not each.killer]
    open_ones = [each for each in survived if _name(each.mutant) not in known]
    for each in open_ones:
        mutant, place = each.mutant, f"{each.mutant.path}:{each.mutant.line}"
        print(f"survived {each.tests} tests: {place} {mutant.function} | {mutant.change}")
    counted = killed + len(open_ones)
    least, most = interval(killed, counted)
    print(
        f"{room}: {killed:,} of {counted:,} killed, {killed / counted:.1%} "
        f"(95% interval {least:.1%} to {most:.1%}); {len(survived) - len(open_ones)} more are "
        f"equivalent, {len(mutants) - len(tried)} could not be tried",
        flush=True,
    )
    return killed / counted


def _name(mutant: Mutant) -> tuple[str, str, str]:
    return mutant.path, mutant.function, mutant.change


if __name__ == "__main__":
    sys.exit(main())
