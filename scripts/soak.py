"""Fuzz every parser for as long as there is time: ``make soak``.

    python -m scripts.soak --inputs 40000            each parser, mutations of the corpus
    python -m scripts.soak --seconds 60 --only jsonl one parser, for a minute
    python -m scripts.soak --guided --only fixed     guided by coverage (pip install -e '.[fuzz]')

Prints seed, number of inputs and inputs per second of every parser; the same seed gives the same
inputs. Inputs that broke the property are kept in ``--keep``, and make the exit code 1.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.fuzz import driver
from tests.fuzz.parsers import PARSERS


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parsers that were asked for; 1 when one of them has a defect."""
    asked = _arguments(arguments)
    driver.limit_memory()
    if asked.guided:
        from scripts.soak_guided import guided

        return guided(asked.only[0], asked.seconds or 60, asked.keep)
    total, found = 0, 0
    for parser in asked.only or PARSERS:
        count, defects = _soak(parser, asked)
        total, found = total + count, found + len(defects)
    mb = driver.peak_bytes() / 1e6
    print(f"total: {total:,} inputs, {found} defects, peak {mb:,.0f} MB, seed {asked.seed}")
    return int(bool(found))


def _soak(parser: str, asked: argparse.Namespace) -> tuple[int, dict[str, driver.Defect]]:
    """One parser; of the defects one for each place in the code."""
    defects: dict[str, driver.Defect] = {}
    started, count, slowest = time.monotonic(), 0, 0.0
    for data in itertools.islice(driver.inputs(parser, asked.seed), asked.inputs):
        before = time.process_time()
        defect = driver.attempt(parser, data)
        slowest = max(slowest, time.process_time() - before)
        count += 1
        if defect and defect.kind.partition(":")[0] + defect.where not in defects:
            defects[defect.kind.partition(":")[0] + defect.where] = defect
            _keep(defect, asked.keep, asked.seed)
        if asked.seconds and time.monotonic() - started > asked.seconds:
            break
    rate = count / (time.monotonic() - started)
    print(
        f"{parser:<14} {count:>9,} inputs  {rate:>7,.0f}/s  slowest {slowest:.2f} s "
        f" {len(defects)} defects",
        flush=True,
    )
    return count, defects


def _keep(defect: driver.Defect, folder: Path, seed: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{defect.parser}-{seed}-{len(list(folder.iterdir()))}"
    path.write_bytes(defect.data)
    print(f"  {defect.parser}: {defect.kind} at {defect.where}; kept in {path}", flush=True)


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m scripts.soak", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--inputs", type=int, default=10_000, help="of each parser")
    parser.add_argument("--seconds", type=float, default=0, help="at most, for each parser")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="+", choices=PARSERS, default=[])
    parser.add_argument("--guided", action="store_true", help="by coverage, with atheris")
    parser.add_argument("--keep", type=Path, default=Path("fuzz-defects"))
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
