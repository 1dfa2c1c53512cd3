"""Runs benchmarks and writes what they print into ``RESULTS.md``, with the machine and the day.

    python -m benchmarks [NAME …]

NAME is a module without ``bench_``; without one all run. Each has a section of its own: those that
are not run, and what stands before the first section, stay as they are.
"""

from __future__ import annotations

import importlib
import os
import platform
import re
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

RESULTS = Path(__file__).with_name("RESULTS.md")
NAMES = (
    "hook",
    "scale",
    "memory",
    "peers",
    "pathological",
    "judging",
    "secrets",
    "duplicates",
    "prompts",
    "render",
    "remote",
    "ray",
    "prices",
    "risk",
)
_TOKENIZERS = ("tiktoken", "fastokens", "splintr-rs", "bpe-openai")
_SECTION = re.compile(r"^(?=## bench_)", re.MULTILINE)


def main(names: list[str]) -> None:
    """Run these, one after the other; a benchmark that fails ends the run."""
    for name in names or NAMES:
        write_section(f"bench_{name}", section(f"bench_{name}"))


def section(module: str) -> str:
    """Title, machine and output of a benchmark, which is shown as it comes."""
    about = (importlib.import_module(f"benchmarks.{module}").__doc__ or "").partition("\n")[0]
    print(f"== {module}: {about}", flush=True)
    load = os.getloadavg()[0]
    command = [sys.executable, "-m", f"benchmarks.{module}"]
    lines = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            lines.append(line)
    if process.returncode:
        raise SystemExit(f"{module} ended with exit code {process.returncode}")
    day = datetime.now(UTC).date()
    return (
        f"## {module}\n\n{about}\n\n```text\n{''.join(lines)}```\n\n"
        f"{day}, {machine()}; load before the run {load:.1f}.\n"
    )


def machine() -> str:
    """What it was measured on."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    versions = ", ".join(f"{name} {found}" for name in _TOKENIZERS if (found := _version(name)))
    return f"{cores} cores {platform.machine()}, CPython {platform.python_version()}, {versions}"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def write_section(module: str, text: str) -> None:
    """Replace the section of a benchmark, or add it at the end."""
    head, *sections = _SECTION.split(RESULTS.read_text("utf-8"))
    by_name = {each.split("\n", 1)[0].removeprefix("## "): each.rstrip() for each in sections}
    by_name[module] = text.rstrip()
    order = {f"bench_{name}": number for number, name in enumerate(NAMES)}
    known = sorted(by_name, key=lambda name: order.get(name, len(order)))
    RESULTS.write_text("\n\n".join([head.rstrip(), *(by_name[name] for name in known)]) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
