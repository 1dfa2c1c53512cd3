"""``ftgate hook`` on a 1 MB set, cold and unchanged, beside the imports it cannot do without.

    python -m benchmarks.bench_hook [RUNS]

Targets: unchanged at most 2 times, cold at most 5 times the CPU time of
``python -c "import json, pathlib, tomllib, click"``.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.generate import write
from benchmarks.measure import DATA, Run, expect, median_cpu, run_once

PLAN = """\
version = 1
[[dataset]]
name = "latency"
train = ["train.jsonl"]
[usage]
requests_per_month = 100_000
prompt_tokens = 900
"""


def main(runs: int = 15) -> None:
    """Print the three medians and both ratios."""
    imports = [sys.executable, "-c", "import json, pathlib, tomllib, click"]
    floor: list[Run] = []
    cold: list[Run] = []
    warm: list[Run] = []
    source = DATA / "chat-1mb.jsonl"
    if not source.exists():
        write(source, 1)
    with tempfile.TemporaryDirectory() as folder:
        project, cache = Path(folder, "project"), Path(folder, "cache")
        project.mkdir()
        shutil.copy(source, project / "train.jsonl")
        (project / "ftgate.toml").write_text(PLAN)
        command = [sys.executable, "-m", "ftgate", "hook", str(project / "train.jsonl")]
        env = {"FTGATE_CACHE_DIR": str(cache)}
        for _ in range(runs):
            floor.append(run_once(imports))
            shutil.rmtree(cache, ignore_errors=True)
            cold.append(run_once(command, env))
            warm.append(run_once(command, env))
    expect(floor, 0)
    expect([*cold, *warm], 0, 1, 3)
    base = median_cpu(floor)
    print(f"imports only    {base * 1000:6.0f} ms CPU")
    for name, measured, limit in (("unchanged", warm, 2), ("cold", cold, 5)):
        cpu = median_cpu(measured)
        print(f"hook, {name:9} {cpu * 1000:6.0f} ms CPU   {cpu / base:5.2f} times (target {limit})")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
