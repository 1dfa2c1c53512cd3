"""Secrets and personal data on ordinary chat: speed, false alarms, and a peer.

    python -m benchmarks.bench_secrets [MEGABYTES] [RUNS]

CPU time of this process, beside a plain ``json.loads`` of the same lines, in turn; the medians.
Lines are searched one by one, as in sets of up to 2 MB, and many together, as in larger ones.
Reading the file is not counted. Target, of both: at least 30 MB/s, at most one record with a
secret among 10,000. The data are ``benchmarks/generate.py``'s, which has a few real addresses:
those that stand in the sources of Python's standard library.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence

from benchmarks.generate import write
from benchmarks.measure import DATA
from ftgate.content.masks import SECRET, count
from ftgate.content.secrets import inspect, inspect_suspect
from ftgate.content.sieve import suspects
from ftgate.model import Example, Problem

LIMIT_MB_S, LIMIT_ALARMS = 30.0, 1e-4
NOTHING = Example([], [])


def seconds(work: Callable[[Sequence[bytes]], object], lines: Sequence[bytes]) -> float:
    """CPU seconds of doing this to the lines."""
    start = time.process_time()
    work(lines)
    return time.process_time() - start


def alone(lines: Sequence[bytes]) -> list[list[Problem]]:
    """The problems of each line, searched by itself."""
    return [inspect(line, NOTHING) for line in lines]


def together(lines: Sequence[bytes]) -> list[list[Problem]]:
    """The problems of each line that has some, searched 640 lines (1 MB) at a time."""
    found = []
    for start in range(0, len(lines), 640):
        some = lines[start : start + 640]
        secret, private = suspects(some)
        for at in sorted(secret | private):
            found.append(
                inspect_suspect(some[at], NOTHING, secret=at in secret, private=at in private)
            )
    return found


def parsed(lines: Sequence[bytes]) -> None:
    """The peer."""
    for line in lines:
        json.loads(line)


def main(megabytes: float = 20, runs: int = 5) -> None:
    """Print the medians, the ratio and what was found; exit 1 beyond a limit."""
    file = DATA / f"chat-{megabytes:g}mb.jsonl"
    if not file.exists():
        write(file, megabytes)
    lines = file.read_bytes().splitlines(keepends=True)
    size = sum(map(len, lines)) / 1e6
    times: dict[str, list[float]] = {}
    for _ in range(runs):
        for work in (alone, together, parsed):
            times.setdefault(work.__name__, []).append(seconds(work, lines))
    speeds = {name: size / statistics.median(each) for name, each in times.items()}
    for name, speed in speeds.items():
        print(f"{name:10} {speed:6.1f} MB/s   of json.loads {speed / speeds['parsed']:.2f}")
    signals: Counter[str] = Counter()
    alarms = 0
    for problems in together(lines):
        count(signals, problems)
        alarms += any(problem.kind == SECRET for problem in problems)
    print(f"{len(lines):,} records, {alarms} with a secret (target: at most 1 of 10,000)")
    kinds = Counter({name.partition(" @")[0]: 0 for name in signals})
    for name, number in signals.items():
        kinds[name.partition(" @")[0]] += number
    for name, number in kinds.most_common():
        print(f"  {number:6,} x {name}")
    slowest = min(speeds["alone"], speeds["together"])
    if slowest < LIMIT_MB_S or alarms > LIMIT_ALARMS * len(lines):
        raise SystemExit(1)


if __name__ == "__main__":
    main(*(kind(given) for kind, given in zip((float, int), sys.argv[1:], strict=False)))
