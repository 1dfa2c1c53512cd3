"""Secrets and personal data on ordinary chat: speed, false alarms, and a peer.

    python -m benchmarks.bench_secrets [MEGABYTES] [RUNS]

CPU time of this process, beside a plain ``json.loads`` of the same lines, in turn; the medians.
Reading the file is not counted. Target: at least 30 MB/s, at most one record with a secret among
10,000. The data are ``benchmarks/generate.py``'s, which has a few real addresses: those that stand
in the sources of Python's standard library.
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
from ftgate.content.secrets import inspect
from ftgate.model import Example

LIMIT_MB_S, LIMIT_ALARMS = 30.0, 1e-4
NOTHING = Example([], [])


def seconds(work: Callable[[bytes], object], lines: Sequence[bytes]) -> float:
    """CPU seconds of doing this to every line."""
    start = time.process_time()
    for line in lines:
        work(line)
    return time.process_time() - start


def main(megabytes: float = 20, runs: int = 5) -> None:
    """Print the medians, the ratio and what was found; exit 1 beyond a limit."""
    file = DATA / f"chat-{megabytes:g}mb.jsonl"
    if not file.exists():
        write(file, megabytes)
    lines = file.read_bytes().splitlines(keepends=True)
    size = sum(map(len, lines)) / 1e6
    ours, peer = [], []
    for _ in range(runs):
        ours.append(seconds(lambda line: inspect(line, NOTHING), lines))
        peer.append(seconds(json.loads, lines))
    speed, beside = (size / statistics.median(times) for times in (ours, peer))
    print(f"inspect     {speed:6.1f} MB/s   (target: at least {LIMIT_MB_S:g})")
    print(f"json.loads  {beside:6.1f} MB/s   ratio {speed / beside:.2f}")
    signals: Counter[str] = Counter()
    alarms = 0
    for line in lines:
        problems = inspect(line, NOTHING)
        count(signals, problems)
        alarms += any(problem.kind == SECRET for problem in problems)
    print(f"{len(lines):,} records, {alarms} with a secret (target: at most 1 of 10,000)")
    kinds = Counter({name.partition(" @")[0]: 0 for name in signals})
    for name, number in signals.items():
        kinds[name.partition(" @")[0]] += number
    for name, number in kinds.most_common():
        print(f"  {number:6,} x {name}")
    if speed < LIMIT_MB_S or alarms > LIMIT_ALARMS * len(lines):
        raise SystemExit(1)


if __name__ == "__main__":
    main(*(kind(given) for kind, given in zip((float, int), sys.argv[1:], strict=False)))
