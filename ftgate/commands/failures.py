"""``-o failures=PATH``: every place of every finding about input and format, as JSON Lines.

A report names the first places of a finding. Here the files that have any are read again with the
same judge, so that each place is a row: ``path, line, code, message, json_path, rule``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO

from ftgate.errors import UsageError

if TYPE_CHECKING:
    from ftgate.fixing import Judge
    from ftgate.gate import CheckOptions
    from ftgate.model import Finding
    from ftgate.report import Report

NAME = "failures"
KEYS = ("path", "line", "code", "message", "json_path", "rule")
_FAMILIES = ("FT0", "FT1")


def check_replaceable(path: str) -> None:
    """Raise UsageError when a file of this name exists and holds anything but failures.

    The name may end like a training set's, so a training set must be safe from it.
    """
    if not os.path.isfile(path):  # nothing to lose, or the writer says why not
        return
    with open(path, "rb") as stream:
        first = stream.readline(1 << 20)
    try:
        ours = not first or tuple(json.loads(first)) == KEYS
    except (TypeError, ValueError):
        ours = False
    if not ours:
        raise UsageError(
            f"-o {NAME}={path}: exists and is no list of failures",
            hint="name another file: a report must not replace data",
        )


def as_json_lines(report: Report, paths: Sequence[str], options: CheckOptions) -> str:
    """All rows; ``paths`` and ``options`` are those of the report."""
    return "".join(
        json.dumps(dict(zip(KEYS, row, strict=True)), ensure_ascii=False) + "\n"
        for row in _rows(report, paths, options)
    )


def _rows(report: Report, paths: Sequence[str], options: CheckOptions) -> Iterator[tuple[Any, ...]]:
    for dataset, judge in zip(report.datasets, _judges(paths, options), strict=True):
        by_path: dict[str | None, list[Finding]] = {}
        for finding in dataset.findings:
            if finding.code.startswith(_FAMILIES):
                by_path.setdefault(finding.path, []).append(finding)
        for path, findings in by_path.items():
            yield from _rows_of_file(path, findings, judge, options.stdin)


def _judges(paths: Sequence[str], options: CheckOptions) -> Iterator[Judge]:
    """The judge of each dataset, in the order of the report."""
    from pathlib import Path

    from ftgate.fixing.project import authority
    from ftgate.gate import SettingsFinder, jobs_of, parse_day

    finder, today = SettingsFinder(options), parse_day(options.as_of)
    if options.stdin is not None:
        yield authority(finder.for_folder(Path())[1], today).judge
        return
    for job in jobs_of(paths, finder):
        yield authority(job.settings, today).judge


def _rows_of_file(
    path: str | None, findings: list[Finding], judge: Judge, stdin: bytes | None
) -> Iterator[tuple[Any, ...]]:
    """Rows of one file by line; those of findings about the file as a whole come first."""
    places = list(_places(path, findings, judge, stdin)) if path is not None else []
    seen = {finding.code for _, finding, _, _ in places}
    for finding in findings:
        if finding.code not in seen:
            for line in finding.lines or (None,):
                row = (finding.code, finding.message, finding.json_path, finding.rule)
                yield (path, line, *row)
    for line, finding, message, json_path in places:
        yield (path, line, finding.code, message, json_path, finding.rule)


def _places(
    path: str, findings: list[Finding], judge: Judge, stdin: bytes | None
) -> Iterator[tuple[int, Finding, str, str]]:
    """Line, finding, message and JSON path of every problem that a finding counts."""
    from ftgate.readers.jsonl import read_jsonl
    from ftgate.readers.table import read_table
    from ftgate.rules import load_rules

    by_kind = {finding.name: finding for finding in findings if finding.lines}
    if not by_kind:
        return
    with _open(path, stdin) as stream:
        table = judge.csv and path.lower().endswith(".csv")
        for line in read_table(stream) if table else read_jsonl(stream):
            for problem in judge.judge(line).problems:
                if finding := by_kind.get(problem.kind):
                    message = problem.detail or load_rules()[finding.code].summary
                    yield line.number, finding, message, problem.path


def _open(path: str, stdin: bytes | None) -> BinaryIO:
    """The decompressed bytes of a file, or of what standard input held."""
    import io

    from ftgate.readers.compressed import decompressed, open_data

    if stdin is None:
        return open_data(path)
    return decompressed(io.BufferedReader(io.BytesIO(stdin)))
