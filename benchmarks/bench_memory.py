"""How much memory a whole check takes at one size and at twice of it, and how its time grows.

    python -m benchmarks.bench_memory [GIGABYTES ...]

Every size is generated, checked with all rules by one process and by several, and deleted. "Parent"
and "largest child" are peaks of resident memory, "together" is the peak of all processes with what
they share counted once; they are read ten times a second on Linux, elsewhere only the largest
process is known. Targets: at most 250 MB for each process at any size, at most 2.1 times the CPU
time for twice the data.
"""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from benchmarks.generate import write
from benchmarks.measure import DATA

SIZES_GB = (0.25, 0.5)
ENGINES = ("serial", "local")
_EVERY_SECONDS = 0.1
_SHARES_EVERY = 10  # adding up what is shared makes the system walk all pages


class Peak(NamedTuple):
    """CPU seconds of all processes, and peaks in MB."""

    cpu_seconds: float
    parent_mb: float
    child_mb: float
    together_mb: float


def watched(command: list[str]) -> Peak:
    """Run a command and look at its processes until it ends."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peaks: dict[int, int] = defaultdict(int)
    together = looks = 0
    while not _ended(process.pid):
        family = [process.pid, *_children(process.pid)]
        for each in family:
            peaks[each] = max(peaks[each], _kilobytes(each, "status", "VmHWM"))
        if looks % _SHARES_EVERY == 0:
            shared = (_kilobytes(each, "smaps_rollup", "Pss") for each in family)
            together = max(together, sum(shared))
        looks += 1
        time.sleep(_EVERY_SECONDS)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1, 3):
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    parent = peaks.pop(process.pid, 0) or usage.ru_maxrss
    largest = max(peaks.values(), default=0)
    cpu = usage.ru_utime + usage.ru_stime
    return Peak(cpu, parent / 1024, largest / 1024, together / 1024)


def _ended(pid: int) -> bool:
    """Whether the process waits to be buried; its use of time can still be asked for then."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _children(pid: int) -> list[int]:
    try:
        return [int(each) for each in _read(f"/proc/{pid}/task/{pid}/children").split()]
    except OSError:
        return []


def _kilobytes(pid: int, file: str, field: str) -> int:
    try:
        found = re.search(rf"^{field}:\s+(\d+) kB", _read(f"/proc/{pid}/{file}"), re.MULTILINE)
    except OSError:  # it has ended
        return 0
    return int(found[1]) if found else 0


def _read(path: str) -> str:
    return Path(path).read_text()


def main(sizes_gb: tuple[float, ...] = SIZES_GB) -> None:
    """Print a line for each size and engine, and how the time grows from size to size."""
    before: dict[str, tuple[float, Peak]] = {}
    for size_gb in sizes_gb:
        file = DATA / f"memory-{size_gb:g}gb.jsonl"
        examples = write(file, size_gb * 1000)
        print(f"{size_gb:g} GB, {examples:,} examples")
        for engine in ENGINES:
            command = [sys.executable, "-m", "ftgate", "check", str(file), "--isolated"]
            peak = watched([*command, "--no-cache", "--engine", engine])
            print(
                f"  {engine:7} {peak.cpu_seconds:7.1f} s CPU   parent {peak.parent_mb:4.0f} MB"
                f"   largest child {peak.child_mb:4.0f} MB   together {peak.together_mb:4.0f} MB"
            )
            if engine in before:
                smaller_gb, smaller = before[engine]
                doublings = math.log2(size_gb / smaller_gb)
                ratio = (peak.cpu_seconds / smaller.cpu_seconds) ** (1 / doublings)
                print(f"  {engine:7} {ratio:.2f} times the CPU time for twice the data (2.1)")
            before[engine] = size_gb, peak
        file.unlink()


if __name__ == "__main__":
    main(tuple(map(float, sys.argv[1:])) or SIZES_GB)
