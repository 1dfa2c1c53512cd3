"""Runs commands as whole processes and compares them, one run of each in turn.

CPU time (user + system) is what the operating system charged the finished process and its
children; it is steadier than wall time on a shared machine. Quote medians and ratios.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parent / ".data"

# Installed programs run from bytecode: a variable that forbids it would time the compiler instead.
_ENVIRONMENT = {
    name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
}


@dataclass(frozen=True, slots=True)
class Run:
    """One finished process; the peak is that of the largest of it and its children."""

    cpu_seconds: float
    peak_mb: float
    exit_code: int
    wall_seconds: float


def run_once(command: Sequence[str], env: dict[str, str] | None = None) -> Run:
    """Start a command, wait for it, and read what it used."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**_ENVIRONMENT, **(env or {})},
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    scale = 2**20 if sys.platform == "darwin" else 2**10
    return Run(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / scale, process.returncode, wall)


def median_cpu(runs: Sequence[Run]) -> float:
    """Median CPU seconds."""
    return statistics.median(run.cpu_seconds for run in runs)


def median_wall(runs: Sequence[Run]) -> float:
    """Median seconds on the clock: compare them on an idle machine only."""
    return statistics.median(run.wall_seconds for run in runs)


def expect(runs: Sequence[Run], *codes: int) -> None:
    """Refuse to compare a command that failed."""
    wrong = {run.exit_code for run in runs} - set(codes)
    if wrong:
        raise SystemExit(f"exit codes {sorted(wrong)}, expected {codes}")
