"""``ftgate check --select FT0,FT1`` on 200 MB of chat, beside two checkers from PyPI.

    python -m benchmarks.bench_structure [MEGABYTES] [RUNS] [PROVIDER]

The peers are cleanllm 4.0.0 (``preflight``) and together 3.1.1 (``check_file``, called as a library
because its command wants a login); they get an environment of their own beside the data. PROVIDER
is whose rules ftgate judges by (default: openai). Target: at most 1.5 times the CPU time of the
faster one, and at most 150 MB of memory.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.generate import write
from benchmarks.measure import DATA, Run, expect, median_cpu, run_once

PEERS = DATA / "peers"
PACKAGES = ("cleanllm==4.0.0", "together==3.1.1")
_TOGETHER = "import sys; from together.lib.utils.files import check_file; check_file(sys.argv[1])"


def install_peers() -> None:
    """Put the peers into an environment of their own, once."""
    if not PEERS.exists():
        subprocess.run([sys.executable, "-m", "venv", PEERS], check=True)
        pip = [PEERS / "bin" / "python", "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, *PACKAGES], check=True)


def main(megabytes: float = 200, runs: int = 5, provider: str = "openai") -> None:
    """Print the medians, the ratio to the fastest peer, and the peak memory."""
    install_peers()
    file = DATA / f"chat-{megabytes:g}mb.jsonl"
    if not file.exists():
        write(file, megabytes)
    bin_ = PEERS / "bin"
    commands = {
        "cleanllm": [str(bin_ / "cleanllm"), "preflight", str(file), "--framework", "trl"],
        "together": [str(bin_ / "python"), "-c", _TOGETHER, str(file)],
        "ftgate": [*_ours(), str(file), "--select", "FT0,FT1", "--provider", provider],
    }
    done: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            with tempfile.TemporaryDirectory() as cache:
                done[name].append(run_once(command, {"FTGATE_CACHE_DIR": cache}))
    print(f"rules of {provider}")
    for name, measured in done.items():
        expect(measured, 0)
        peak = max(run.peak_mb for run in measured)
        print(f"{name:<9} {median_cpu(measured):6.2f} s CPU   peak {peak:4.0f} MB")
    fastest = min(median_cpu(done[name]) for name in ("cleanllm", "together"))
    print(f"ratio     {median_cpu(done['ftgate']) / fastest:6.2f}   (target: at most 1.5)")


def _ours() -> list[str]:
    return [str(Path(sys.executable)), "-m", "ftgate", "check", "--isolated"]


if __name__ == "__main__":
    main(*(kind(given) for kind, given in zip((float, int, str), sys.argv[1:], strict=False)))
