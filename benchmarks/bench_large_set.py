"""``ftgate check`` on 200 MB of chat, beside a plain loop over the same file.

    python -m benchmarks.bench_large_set [MEGABYTES] [RUNS]

Target: at least 2.5 times less CPU than the loop, and at most 300 MB of memory.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.generate import write
from benchmarks.measure import DATA, Run, expect, median_cpu, run_once

HERE = Path(__file__).parent


def main(megabytes: float = 200, runs: int = 3) -> None:
    """Print both medians, the ratio and the peak memory."""
    file = DATA / f"chat-{megabytes:g}mb.jsonl"
    if not file.exists():
        write(file, megabytes)
    ours: list[Run] = []
    loop: list[Run] = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as cache:
            command = [sys.executable, "-m", "ftgate", "check", str(file), "--isolated"]
            ours.append(run_once(command, {"FTGATE_CACHE_DIR": cache}))
        loop.append(run_once([sys.executable, str(HERE / "loop.py"), str(file)]))
    expect(ours, 0, 1, 3)
    expect(loop, 0)
    print(
        f"plain loop    {median_cpu(loop):7.2f} s CPU   peak {max(r.peak_mb for r in loop):4.0f} MB"
    )
    print(
        f"ftgate check  {median_cpu(ours):7.2f} s CPU   peak {max(r.peak_mb for r in ours):4.0f} MB"
    )
    print(f"ratio         {median_cpu(loop) / median_cpu(ours):7.2f}   (target: at least 2.5)")


if __name__ == "__main__":
    main(*(float(sys.argv[1]), int(sys.argv[2])) if len(sys.argv) > 2 else ())
