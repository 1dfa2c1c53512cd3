"""Runs commands as whole processes and compares them, one run of each in turn.

CPU time (user + system) is what the operating system charged the finished process and its
children; it is steadier than wall time on a shared machine. Quote medians and ratios.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
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
    """One finished process."""

    cpu_seconds: float
    peak_mb: float
    exit_code: int


def run_once(command: Sequence[str], env: dict[str, str] | None = None) -> Run:
    """Start a command, wait for it, and read what it used."""
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**_ENVIRONMENT, **(env or {})},
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    scale = 2**20 if sys.platform == "darwin" else 2**10
    return Run(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / scale, process.returncode)


def median_cpu(runs: Sequence[Run]) -> float:
    """Median CPU seconds."""
    return statistics.median(run.cpu_seconds for run in runs)


def expect(runs: Sequence[Run], *codes: int) -> None:
    """Refuse to compare a command that failed."""
    wrong = {run.exit_code for run in runs} - set(codes)
    if wrong:
        raise SystemExit(f"exit codes {sorted(wrong)}, expected {codes}")
