"""How fast and how big: one process and several, cold, unchanged and with one line changed.

    python -m benchmarks.bench_scale [MEGABYTES] [RUNS]

Programs run in turn; ratios are of medians. Seconds on the clock mean little on a busy machine.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.generate import write
from benchmarks.measure import DATA, Run, expect, median_cpu, median_wall, run_once

HERE = Path(__file__).parent
COUNT = ("--select", "FT0,FT1,FT2,FT3")
ENGINES = ("splintr", "fastokens")
JOBS = 2
RAW = (sys.executable, "-m", "benchmarks.raw_tokens")


def main(megabytes: float = 200, runs: int = 5) -> None:
    """Print every figure beside what it is compared with."""
    whole, half = data_of(megabytes), data_of(megabytes / 2)
    texts = whole.with_suffix(".texts.json")
    if not texts.exists():
        # In a process of its own: what is started later would inherit its peak of memory.
        subprocess.run([*RAW, "write", str(whole), str(texts)], check=True)
    found: dict[str, list[Run]] = {}
    raw: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        changed = Path(folder, whole.name)
        change_line(whole, changed)
        for _ in range(runs):
            cache = Path(folder, "cache")
            env = {"FTGATE_CACHE_DIR": str(cache)}
            for name, command, keeps in programs(whole, half, changed):
                if not keeps:
                    shutil.rmtree(cache, ignore_errors=True)
                found.setdefault(name, []).append(run_once(command, env))
            for engine in ENGINES:
                raw.setdefault(engine, []).append(raw_seconds(texts, engine))
    for name, each in found.items():
        expect(each, 0, *(() if name == "loop" else (1, 3)))
    report(found, min(median(seconds) for seconds in raw.values()))


def programs(whole: Path, half: Path, changed: Path) -> Iterator[tuple[str, list[str], bool]]:
    """Name, command, and whether it finds what the command before it has remembered."""
    yield "loop", [sys.executable, str(HERE / "loop.py"), str(whole)], False
    yield "one process", ftgate(whole, *COUNT, "--engine", "serial"), False
    yield "half of it", ftgate(half, *COUNT, "--engine", "serial"), False
    yield "two processes", ftgate(whole, *COUNT, "--engine", "local", "-j", str(JOBS)), False
    yield "unchanged", ftgate(whole, *COUNT), True
    yield "one line changed", ftgate(changed, *COUNT), True
    yield "every rule", ftgate(whole), False


def ftgate(file: Path, *options: str) -> list[str]:
    """The command that checks one file."""
    return [sys.executable, "-m", "ftgate", "check", str(file), "--isolated", *options]


def raw_seconds(texts: Path, engine: str) -> float:
    """What the tokenizer alone takes for the same strings."""
    command = [*RAW, "count", str(texts), engine, str(JOBS)]
    return float(subprocess.run(command, capture_output=True, check=True, text=True).stdout)


def data_of(megabytes: float) -> Path:
    """The chat set of this size."""
    file = DATA / f"chat-{megabytes:g}mb.jsonl"
    if not file.exists():
        write(file, megabytes)
    return file


def change_line(source: Path, target: Path) -> None:
    """Copy a file with one word more in a line in its middle."""
    middle = source.stat().st_size // 2
    with source.open("rb") as old, target.open("wb") as new:
        for line in old:
            if old.tell() > middle >= old.tell() - len(line):
                line = line.replace(b'"content": "', b'"content": "Indeed, ', 1)
            new.write(line)


def report(found: dict[str, list[Run]], raw_wall: float) -> None:
    """Medians, and the ratios that have a target."""
    for name, runs in found.items():
        cpu, wall, peak = median_cpu(runs), median_wall(runs), max(run.peak_mb for run in runs)
        print(f"{name:17} {cpu:6.2f} s CPU  {wall:6.2f} s wall  peak {peak:4.0f} MB")
    print(f"{'tokenizer alone':17} {'':12} {raw_wall:6.2f} s wall")
    cpu = {name: median_cpu(runs) for name, runs in found.items()}
    wall = {name: median_wall(runs) for name, runs in found.items()}
    for what, ratio, target in (
        ("faster than the loop (wall)", wall["loop"] / wall["two processes"], "at least 12"),
        ("every rule, the same", wall["loop"] / wall["every rule"], "at least 5"),
        ("of the tokenizer's wall", wall["two processes"] / raw_wall, "at most 1.6"),
        ("two processes beside one", wall["one process"] / wall["two processes"], "at least 1.8"),
        ("twice the data (CPU)", cpu["one process"] / cpu["half of it"], "at most 2.1"),
        ("one line changed (CPU)", cpu["one line changed"] / cpu["one process"], "at most 0.03"),
    ):
        print(f"{what:28} {ratio:6.2f}   (target: {target})")
    print(f"{'unchanged':28} {cpu['unchanged']:6.2f} s CPU (target: at most 0.3)")


if __name__ == "__main__":
    main(*(float(sys.argv[1]), int(sys.argv[2])) if len(sys.argv) > 2 else ())
