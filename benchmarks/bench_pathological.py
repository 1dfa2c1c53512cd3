"""What one megabyte of strange text costs, beside one megabyte of ordinary text.

    python -m benchmarks.bench_pathological [RUNS]

CPU time of ``ftgate check --select FT0,FT1,FT2,FT3`` without what a tiny file takes, per byte of
file. Target: at most 5 times ordinary text, whatever the text is, and no crash.
"""

from __future__ import annotations

import base64
import json
import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.bench_scale import COUNT, data_of, ftgate
from benchmarks.measure import Run, expect, median_cpu, run_once

MB = 1_000_000
LONG_LINE_MB = 500


def main(runs: int = 5) -> None:
    """Print one line for each kind of text."""
    with tempfile.TemporaryDirectory() as folder:
        files = {name: (Path(folder, f"{name}.jsonl"), size) for name, size in kinds()}
        for name, (file, _) in files.items():
            write_kind(name, file)
        found: dict[str, list[Run]] = {}
        for _ in range(runs):
            for name, (file, _) in files.items():
                command = ftgate(file, *COUNT, "--no-cache")
                found.setdefault(name, []).append(run_once(command))
    for each in found.values():
        expect(each, 0, 1, 3)
    start = median_cpu(found["tiny"])

    def per_mb(name: str) -> float:
        return (median_cpu(found[name]) - start) / files[name][1]

    ordinary = per_mb("ordinary")
    for name, each in found.items():
        peak = max(run.peak_mb for run in each)
        print(
            f"{name:12} {per_mb(name) * 1000:7.1f} ms CPU/MB {per_mb(name) / ordinary:6.2f} times"
            f"   peak {peak:4.0f} MB"
        )


def kinds() -> Iterator[tuple[str, float]]:
    """Names, and about how many megabytes the files have."""
    yield "ordinary", 1
    yield "tiny", 1
    for name in TEXTS:
        yield name, 1
    yield "deep", 1
    yield "long line", LONG_LINE_MB


def letters(size: int) -> str:
    """Random letters: no token has many of them."""
    return "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz", k=size))


TEXTS = {
    "one letter": "a" * MB,
    "spaces": " " * (MB - 1) + "a",
    "line breaks": "\n" * (MB - 1) + "a",
    "base64": base64.b64encode(random.Random(1).randbytes(MB * 3 // 4)).decode(),
    "letters": letters(MB),
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈" * (MB // 39),
    "Chinese": "中" * (MB // 3),
    "accents": "e\u0301" * (MB // 3),
}
"""One answer of about a megabyte each."""


def write_kind(name: str, file: Path) -> None:
    """The file of this kind."""
    if name == "ordinary":
        file.write_bytes(data_of(1).read_bytes())
    elif name == "deep":
        nested = '{"messages": ' + "[" * 2000 + "]" * 2000 + "}\n"
        file.write_text((chat("short") + nested) * (MB // len(nested)), "utf-8")
    elif name == "long line":
        with file.open("wb") as stream:
            stream.write(chat("short").encode())
            for _ in range(LONG_LINE_MB):
                stream.write(b"x" * MB)
    else:
        file.write_text(chat(TEXTS.get(name, "short")), "utf-8")


def chat(answer: str) -> str:
    """One record."""
    messages = [{"role": "user", "content": "Go."}, {"role": "assistant", "content": answer}]
    return json.dumps({"messages": messages}, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
