"""Two prices out of the stored live feeds, beside reading the whole feed as JSON.

    python -m benchmarks.bench_prices [RUNS]

The store has as many prices as LiteLLM's file of the providers that ftgate knows. Both run in
processes of their own, with what a hook has imported anyway. Target: at most 15 ms of CPU.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

from ftgate.prices import store

PROVIDERS = ("openai", "azure", "aws-bedrock", "fireworks", "together", "google", "nebius")
UNITS = ("input_mtok", "output_mtok", "cached_input_mtok", "batch_input_mtok")
TODAY = date(2026, 11, 22)

_BEFORE = (
    "import json, sys, time, datetime\nfrom pathlib import Path\nimport ftgate.prices.book as b\n"
)
_OURS = (
    _BEFORE + "start = time.process_time()\n"
    "book = b.PriceBook.load(today=datetime.date(2026, 11, 22), mode='cached',"
    " live=Path(sys.argv[1]))\n"
    "for unit in ('input_mtok', 'output_mtok'):\n"
    "    book.lookup('gpt-6-luna', unit)\n"
    "print(time.process_time() - start)\n"
)
_PEER = (
    _BEFORE + "start = time.process_time()\n"
    "feed = json.loads(Path(sys.argv[1]).read_bytes())\n"
    "feed['openai/m1/input_mtok'], feed['openai/m1/output_mtok']\n"
    "print(time.process_time() - start)\n"
)


def main(runs: int = 9) -> None:
    """Print both medians."""
    with tempfile.TemporaryDirectory() as folder:
        live, feed = Path(folder, "live"), Path(folder, "feed.json")
        keys = [f"{p}/m{n}/{unit}" for p in PROVIDERS for n in range(200) for unit in UNITS]
        rows = {key: ("0.25", TODAY.isoformat()) for key in keys}
        day = TODAY.isoformat()
        record = store.Record("LiteLLM", "https://prices.example/feed", "B", day, rows=rows)
        store.save(live, "litellm", record)
        # As a feed has it: every price with the model's other facts, some 3 MB together.
        feed.write_text(json.dumps({key: {"usd": 0.25, "notes": "x" * 500} for key in keys}))
        ours = statistics.median(_seconds(_OURS, live) for _ in range(runs))
        peer = statistics.median(_seconds(_PEER, feed) for _ in range(runs))
    print(f"two look-ups      {ours * 1000:6.1f} ms CPU   (target: at most 15)")
    print(f"the feed as JSON  {peer * 1000:6.1f} ms CPU   ratio {peer / ours:.2f}")


def _seconds(program: str, path: Path) -> float:
    command = [sys.executable, "-c", program, str(path)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


if __name__ == "__main__":
    main(*(int(value) for value in sys.argv[1:]))
