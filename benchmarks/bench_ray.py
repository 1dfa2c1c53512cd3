"""``--engine ray`` beside ``--engine local`` on a folder of shards, two workers each.

    python -m benchmarks.bench_ray [SHARDS] [MEGABYTES] [RUNS]

Megabytes are those of a shard. Start-up is what a check of one small file takes with Ray beyond
what it takes without, the end of the cluster included. CPU time is that of all processes that a
command started, looked at ten times a second: those of Ray are not its children.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.generate import write
from benchmarks.measure import DATA

JOBS = "2"
_LOOK_SECONDS = 0.1


class Run(NamedTuple):
    """Seconds of one command."""

    wall: float
    cpu: float


def main(shards: int = 500, megabytes: float = 1.0, runs: int = 5) -> None:
    """Print medians, and the ratio that has a target."""
    folder = DATA / f"shards-{shards}-{megabytes:g}mb"
    for number in range(shards):
        file = folder / f"train-{number:05}.jsonl"
        if not file.exists():
            write(file, megabytes, seed=number)
    small = DATA / "chat-0.01mb.jsonl"
    write(small, 0.01)
    found: dict[str, list[Run]] = {}
    for _ in range(runs):
        for engine in ("local", "ray"):
            found.setdefault(engine, []).append(check(folder, engine))
            found.setdefault(f"{engine}, small", []).append(check(small, engine))
    wall = {name: median(run.wall for run in each) for name, each in found.items()}
    cpu = {name: median(run.cpu for run in each) for name, each in found.items()}
    for name, seconds in wall.items():
        print(f"{name:12} {seconds:7.2f} s wall  {cpu[name]:7.2f} s CPU")
    start = wall["ray, small"] - wall["local, small"]
    work = (wall["ray"] - start) / wall["local"]
    more = (cpu["ray"] - cpu["ray, small"]) / (cpu["local"] - cpu["local, small"])
    print(f"{'start-up':12} {start:7.2f} s wall")
    print(f"{'ray / local without start-up (wall)':40} {work:5.2f}   (target: at most 1.25)")
    print(f"{'ray / local without start-up (CPU)':40} {more:5.2f}")


def check(path: Path, engine: str) -> Run:
    """One check with an empty cache."""
    with tempfile.TemporaryDirectory() as cache:
        command = [sys.executable, "-m", "ftgate", "check", str(path), "--isolated"]
        options = ["--engine", engine, "-j", JOBS, "--quiet", "--cache-dir", cache]
        begun, seen = time.perf_counter(), dict[int, float]()
        process = subprocess.Popen(
            [*command, *options],
            env={**os.environ, "BENCH_MARK": cache},
            stdout=subprocess.DEVNULL,
        )
        while process.poll() is None:
            seen |= cpu_seconds(cache)
            time.sleep(_LOOK_SECONDS)
        wall = time.perf_counter() - begun
        if process.returncode not in (0, 1, 3):
            raise SystemExit(f"--engine {engine}: exit code {process.returncode}")
    return Run(wall, sum(seen.values()))


def cpu_seconds(mark: str) -> dict[int, float]:
    """User and system time of the processes that have the mark in their environment, by id."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (folder / "environ").read_bytes():
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                ticks = int(fields[11]) + int(fields[12])
                found[int(folder.name)] = ticks / os.sysconf("SC_CLK_TCK")
        except OSError:
            continue
    return found


if __name__ == "__main__":
    given = sys.argv[1:]
    main(
        *(int(each) for each in given[:1]),
        *(float(each) for each in given[1:2]),
        *(int(each) for each in given[2:3]),
    )
