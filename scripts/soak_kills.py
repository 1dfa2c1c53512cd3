"""Kills commands that write, at every step and at random moments, and counts what is damaged.

``python -m scripts.soak_kills [KILLS]``: at least that many (500), over all scenes of
:mod:`tests.kills`. Every step is a place; then writes are torn at random bytes, and the rest of
the kills come at random moments. Exit 1 when a file was damaged or a run after a kill went wrong.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.kills import NAMES, Laboratory, laboratory
from tests.steps import Runner, runner

KILLS = 500
TORN = 20
LARGEST_BYTES = 20_000
SEED = 11


def main(arguments: list[str] | None = None) -> int:
    """Run the soak and print a line for each scene; returns an exit code."""
    named = sys.argv[1:] if arguments is None else arguments
    wanted = int(named[0]) if named else KILLS
    problems: list[str] = []
    with runner() as helper:
        for left, name in zip(range(len(NAMES), 0, -1), NAMES, strict=True):
            share = -(-(wanted - helper.stopped) // left)
            problems += _soak(name, share, helper)
    print(f"{helper.stopped} kills, {len(problems)} wrong")
    print("".join(f"{problem}\n" for problem in problems), end="")
    return int(bool(problems) or helper.stopped < wanted)


def _soak(name: str, share: int, helper: Runner) -> list[str]:
    """Kill one command this often, or at each of its steps if they are more."""
    problems: list[str] = []
    before, start, ways = helper.stopped, time.monotonic(), Counter[str]()
    with tempfile.TemporaryDirectory() as folder, laboratory(name, helper, Path(folder)) as place:
        for way, how in _ways(place):
            if way == "moments" and helper.stopped - before >= share:
                break
            stopped = helper.stopped
            problems += place.kill(**how)
            ways[way] += helper.stopped - stopped
    took = time.monotonic() - start
    counts = ", ".join(f"{number} at {way}" for way, number in ways.items())
    print(f"{name:15} {counts}; {len(problems)} wrong; {took:.0f} s", flush=True)
    return problems


def _ways(place: Laboratory) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every step, torn writes, and then random moments without end."""
    chance = random.Random(SEED)  # noqa: S311 - places, no secrets
    for at in range(1, place.undisturbed.steps + 1):
        yield "steps", {"at": at}
    for _ in range(TORN):
        size = int(LARGEST_BYTES ** chance.random())
        yield "bytes of a write", {"size_limit": size, "size_kills": True}
    start = time.monotonic()
    place.reset()
    place.run(place.scene.command)
    took = time.monotonic() - start
    while True:
        yield "moments", {"after_seconds": chance.uniform(0.001, took)}


if __name__ == "__main__":
    sys.exit(main())
