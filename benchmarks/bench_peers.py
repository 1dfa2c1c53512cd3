"""ftgate beside every program that does a part of its work, on the same chat set, in turn.

    python -m benchmarks.bench_peers [MEGABYTES] [RUNS]

Structure: cleanllm ``preflight`` and together ``check_file`` beside ``--select FT0,FT1``; target:
at most 1.2 times the CPU time of the faster one. Counting: the loop that everybody writes first and
datatrove's counter beside ``--select FT0,FT1,FT2,FT3`` in one process. Content: cleanllm ``scan``
beside every default rule. What is slow gets a tenth of the data; compare MB/s of CPU time.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks import peers
from benchmarks.bench_scale import COUNT, data_of, ftgate
from benchmarks.measure import Run, expect, median_cpu, median_wall, run_once

STRUCTURE_LIMIT = 1.2
FOLDER = "{folder}"


def main(megabytes: float = 200, runs: int = 5) -> None:
    """Print a line for each program and the ratio to the fastest peer of its kind."""
    peers.install()
    whole, tenth = data_of(megabytes), data_of(megabytes / 10)
    found: dict[str, list[Run]] = {}
    sizes: dict[str, float] = {}
    for _ in range(runs):
        for name, file, command in programs(whole, tenth):
            sizes[name] = file.stat().st_size / 1e6
            with tempfile.TemporaryDirectory() as folder:
                given = [argument.replace(FOLDER, folder) for argument in command]
                run = run_once(given, {"FTGATE_CACHE_DIR": folder})
            found.setdefault(name, []).append(run)
    report(found, sizes)


def programs(whole: Path, tenth: Path) -> list[tuple[str, Path, list[str]]]:
    """Name, file and command; FOLDER stands for an empty folder."""
    alone = ("--engine", "serial")
    return [
        ("cleanllm preflight", whole, peers.cleanllm(whole)),
        ("together check_file", whole, peers.together(whole)),
        ("ftgate, structure", whole, ftgate(whole, "--select", "FT0,FT1", *alone)),
        ("loop with tiktoken", whole, peers.loop(whole)),
        ("datatrove counter", tenth, peers.datatrove(tenth, FOLDER)),
        ("ftgate, counting", whole, ftgate(whole, *COUNT, *alone)),
        ("cleanllm scan", tenth, peers.cleanllm_scan(tenth)),
        ("ftgate, every rule", whole, ftgate(whole, *alone)),
    ]


_KINDS = (
    ("structure", "ftgate, structure", ("cleanllm preflight", "together check_file")),
    ("counting", "ftgate, counting", ("loop with tiktoken", "datatrove counter")),
    ("content", "ftgate, every rule", ("cleanllm scan",)),
)


def report(found: dict[str, list[Run]], sizes: dict[str, float]) -> None:
    """Medians, and how ftgate stands beside the fastest peer of each kind, per byte."""
    for name, runs in found.items():
        expect(runs, *((0, 1, 3) if name.startswith("ftgate") else (0,)))
        cpu, wall, peak = median_cpu(runs), median_wall(runs), max(run.peak_mb for run in runs)
        print(
            f"{name:20} {sizes[name]:4.0f} MB  {cpu:6.2f} s CPU  {wall:6.2f} s wall"
            f"  {sizes[name] / cpu:6.1f} MB/s  peak {peak:4.0f} MB"
        )
    cost = {name: median_cpu(runs) / sizes[name] for name, runs in found.items()}
    for kind, ours, others in _KINDS:
        fastest = min(others, key=cost.__getitem__)
        limit = f"  (target: at most {STRUCTURE_LIMIT})" if kind == "structure" else ""
        print(f"{kind:20} {cost[ours] / cost[fastest]:5.2f} of {fastest}{limit}")


if __name__ == "__main__":
    main(*(kind(given) for kind, given in zip((float, int), sys.argv[1:], strict=False)))
