"""Every renderer on a report of thousands of findings, beside ``json.dumps`` of the same report.

    python -m benchmarks.bench_render [FINDINGS] [RUNS]

The findings are those of the broken sample, again and again with other lines. Targets: at most one
second of CPU time for each renderer, and what a forge takes of its format.
"""

from __future__ import annotations

import gzip
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

from ftgate.gate import CheckOptions, check
from ftgate.render import RENDERERS, renderer
from ftgate.report import Report
from ftgate.report_json import to_dict

_ROOT = Path(__file__).parent.parent
_LIMITS = {
    "markdown": "65,536 characters",
    "sarif": "25,000 results, 10 MB compressed",
    "html": "400 kB",
    "github": "10 annotations of each kind",
}


def large_report(findings: int) -> Report:
    """The broken sample with this many findings."""
    os.chdir(_ROOT)
    report = check(["sample_data/broken-export"], CheckOptions(as_of="2026-11-22", cache=False))
    (dataset,) = report.datasets
    many = tuple(
        replace(each, lines=tuple(line + number for line in each.lines), key=str(number))
        for number, each in enumerate(islice(cycle(dataset.findings), findings))
    )
    return replace(report, datasets=(replace(dataset, findings=many),))


def median_cpu(act: Callable[[], str], runs: int) -> tuple[float, str]:
    """Median CPU seconds, and what came out of it."""
    seconds, text = [], ""
    for _ in range(runs):
        began = time.process_time()
        text = act()
        seconds.append(time.process_time() - began)
    return statistics.median(seconds), text


def main(findings: int = 5_000, runs: int = 5) -> None:
    """Print seconds, sizes and limits."""
    report = large_report(findings)
    peer, _ = median_cpu(lambda: json.dumps(to_dict(report)), runs)
    print(f"{findings:,} findings; json.dumps of the report {peer:.3f} s CPU")
    for name in RENDERERS:
        show = renderer(name)
        for verbose in (False, True) if name == "text" else (False,):
            seconds, text = median_cpu(
                lambda show=show, verbose=verbose: show(
                    report, color=False, width=100, verbose=verbose
                ),
                runs,
            )
            packed = len(gzip.compress(text.encode())) / 1e6
            title = f"{name} -v" if verbose else name
            print(
                f"{title:<12} {seconds:6.3f} s  {seconds / peer:5.1f} times"
                f"  {len(text):>10,} characters, {packed:5.2f} MB compressed"
                f"  {_LIMITS.get(name, '')}".rstrip()
            )


if __name__ == "__main__":
    main(*(int(given) for given in sys.argv[1:]))
