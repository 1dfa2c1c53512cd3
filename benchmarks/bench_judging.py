"""What judging the content of a set costs, and how it grows with hostile text.

    python -m benchmarks.bench_judging [MEGABYTES]

A sample of fixed size is judged, so the cost does not grow with the set: the speed is the size of
the set by the CPU time of judging its sample (reading the set is ``bench_scale``). Target: at
least 20 MB a second on one core. Hostile texts repeat one piece; text of eight times the length may
take at most 24 times as long (a quadratic pattern takes 64 times).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

from benchmarks.generate import write
from benchmarks.labelled import read_sample
from benchmarks.measure import DATA
from ftgate.content import reading
from ftgate.content.goal import SAMPLE_SIZE, Sampled, judge_goal

RUNS = 5
PIECES = [
    "a", " ", "\n", "(", "((", "{", "[", "```", "```\n", '{"a":', "<a", "|", "|x", "-", "- a\n",
    "A) ", "1,", "1 = 1 ", "$1", "@", "a@a.", "a@a-", "https://", "www.", "_", "...", "?", "…",
    "step 1 ", "select from ", "Monday ", "12:30-", "+1 ", "(12) 345", "\\frac", "é", "中", "か",
    "ก", "ह", "💡", "a_b", "a-a-", "name: x, ", "options: a;", "&a", "x(", "x('", "§ ", "AB-12",
    "[a] ", "### a\n", "Q: ", "<s>", " ->", "v1.", "1.1", "周", "tell me a ",
]  # fmt: skip


def seconds(sample: Sequence[Sampled], examples: int) -> float:
    """CPU seconds of judging this sample, the best of some runs."""
    best = float("inf")
    for _ in range(RUNS):
        start = time.process_time()
        judge_goal(sample, examples=examples)
        best = min(best, time.process_time() - start)
    return best


def growth(piece: str) -> float:
    """How many times longer eight times the text takes."""
    took = []
    for size in (2000, 16_000):
        text = piece * (size // len(piece))
        for turns in ([("user", text), ("assistant", text + "!")], [("assistant", text)]):
            sample = [Sampled("t.jsonl", line, turns, []) for line in range(3)]
            took.append(max(seconds(sample, 3), 0.001))
    return max(took[2] / took[0], took[3] / took[1])


def main(megabytes: float = 200) -> None:
    """Print the speed and the steepest growth."""
    file = DATA / f"chat-{megabytes:g}mb.jsonl"
    if not file.exists():
        write(file, megabytes)
    sample = read_sample(file)
    took = seconds(sample, 10**6)
    print(f"{SAMPLE_SIZE} examples of {megabytes:g} MB judged in {1000 * took:.0f} ms CPU")
    print(f"effective speed {megabytes / took:.0f} MB/s   (target: at least 20)")
    reading.MAX_CHARS = 10**9  # the clip would hide the patterns
    steepest = max(PIECES, key=growth)
    print(f"steepest growth {growth(steepest):.0f} times, of {steepest!r}   (target: at most 24)")


if __name__ == "__main__":
    main(*(float(sys.argv[1]),) if len(sys.argv) > 1 else ())
