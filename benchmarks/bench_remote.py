"""``ftgate check`` on the same bytes on disk, behind a web server and in a bucket, all on loopback.

    python -m benchmarks.bench_remote [MEGABYTES] [RUNS]

The servers run in processes of their own; what is measured is ftgate. Cold is with an empty cache,
warm is a second run, which only asks for the version.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.generate import write
from benchmarks.measure import DATA, Run, expect, median_cpu, run_once
from scripts.bucket import bucket_server, upload

_SERVER = """
import sys
from tests.store_servers import web
with web() as server:
    print(server.put("/train.jsonl", open(sys.argv[1], "rb").read()), flush=True)
    sys.stdin.read()
"""


@contextmanager
def web_server(file: Path) -> Iterator[str]:
    """The address of the file on a web server in another process."""
    command = [sys.executable, "-c", _SERVER, str(file)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as server:  # type: ignore[call-overload]
        yield server.stdout.readline().strip()
        server.stdin.close()


def main(megabytes: float = 200, runs: int = 5) -> None:
    """Print the medians, the ratios to the local file, and the peak memory."""
    file = DATA / f"chat-{megabytes:g}mb.jsonl"
    if not file.exists():
        write(file, megabytes)
    with bucket_server() as environment, web_server(file) as url:
        upload(environment, "bench", {"train.jsonl": file})
        places = {"disk": str(file), "https": url, "s3": "s3://bench/train.jsonl"}
        done: dict[str, list[Run]] = {}
        for _ in range(runs):
            for name, path in places.items():
                command = [sys.executable, "-m", "ftgate", "check", path, "--isolated"]
                with tempfile.TemporaryDirectory() as cache:
                    for state in ("cold", "warm"):
                        run = run_once(command, {**environment, "FTGATE_CACHE_DIR": cache})
                        done.setdefault(f"{name} {state}", []).append(run)
    for name, measured in done.items():
        expect(measured, 1, 3)
        cpu, local = median_cpu(measured), median_cpu(done[f"disk {name.split()[1]}"])
        peak = max(run.peak_mb for run in measured)
        print(f"{name:<11} {cpu:6.2f} s CPU  {cpu / local:5.2f} of disk   peak {peak:4.0f} MB")


if __name__ == "__main__":
    main(*(float(each) for each in sys.argv[1:2]), *(int(each) for each in sys.argv[2:3]))
