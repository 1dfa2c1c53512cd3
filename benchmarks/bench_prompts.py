"""``ftgate prompts`` on a folder of prompt files, beside tiktoken that only counts them.

    python -m benchmarks.bench_prompts [FILES] [RUNS]

The files are the annotated samples of the tests, in all their formats, each with other numbers in
it. Target: at most 3 times the CPU time of the peer, which starts Python, reads every file and
counts its text with o200k_base.
"""

from __future__ import annotations

import random
import re
import shutil
import sys
from pathlib import Path

from benchmarks.measure import DATA, Run, expect, median_cpu, run_once

_SAMPLES = Path(__file__).parent.parent / "tests" / "prompt_samples"
_PEER = """
import sys
from pathlib import Path
from ftgate.tokens.oracle import open_oracle
count = open_oracle("o200k_base")
print(sum(count(each.read_text("utf-8")) for each in Path(sys.argv[1]).rglob("*.*")))
"""


def write_files(folder: Path, files: int) -> None:
    """Copies of the samples, no two of them alike."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "prompts").mkdir(parents=True)
    samples = [path for path in sorted(_SAMPLES.iterdir()) if path.is_file()]
    samples = [path for path in samples if path.suffix != ".labels"]
    digits = random.Random(7)
    for number in range(files):
        sample = samples[number % len(samples)]
        text = re.sub(r"\d", lambda _: str(digits.randrange(1, 10)), sample.read_text("utf-8"))
        (folder / "prompts" / f"{number:04}-{sample.name}").write_text(text, "utf-8")


def main(files: int = 500, runs: int = 5) -> None:
    """Print the medians and the ratio."""
    folder = DATA / f"prompts-{files}"
    write_files(folder, files)
    python = sys.executable
    commands = {
        "tiktoken": [python, "-c", _PEER, str(folder)],
        "ftgate": [python, "-m", "ftgate", "prompts", str(folder), "-f", "json"],
    }
    done: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            done[name].append(run_once(command))
    expect(done["tiktoken"], 0)
    expect(done["ftgate"], 0, 1)  # other digits may break a date in the front matter
    size = sum(path.stat().st_size for path in (folder / "prompts").iterdir())
    print(f"{files} files, {size / 1e6:.2f} MB")
    for name, measured in done.items():
        print(f"{name:<9} {median_cpu(measured):6.2f} s CPU")
    ratio = median_cpu(done["ftgate"]) / median_cpu(done["tiktoken"])
    print(f"ratio     {ratio:6.2f}   (target: at most 3)")


if __name__ == "__main__":
    main(*(int(given) for given in sys.argv[1:]))
