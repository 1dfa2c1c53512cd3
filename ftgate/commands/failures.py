"""``-o failures=PATH``: every place of every finding about input and format, as JSON Lines.

A report names the first places of a finding. Here the files that have any are read again with the
same judge, so that each place is a row: ``path, line, code, message, json_path, rule``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from ftgate.accepted import ACCEPTABLE, Accepting, entry_of
from ftgate.errors import UnreadableError, UsageError

if TYPE_CHECKING:
    from ftgate.gate import CheckOptions
    from ftgate.judge import Judge, Judged
    from ftgate.model import Finding, Problem
    from ftgate.readers.jsonl import Line
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
    except (TypeError, ValueError, RecursionError):
        ours = False
    if not ours:
        raise UsageError(
            f"-o {NAME}={path}: exists and is no list of failures",
            hint="name another file: a report must not replace data",
        )


def as_json_lines(report: Report, paths: Sequence[str], options: CheckOptions) -> Iterator[str]:
    """The rows, line by line; ``paths`` and ``options`` are those of the report."""
    for row in _rows(report, paths, options):
        values = dict(zip(KEYS, map(_encodable, row), strict=True))
        yield json.dumps(values, ensure_ascii=False) + "\n"


def _encodable(value: Any) -> Any:
    """A text with undecodable bytes (of a path) as visible escapes, as in ``-o json``."""
    if not isinstance(value, str):
        return value
    return value.encode("utf-8", "backslashreplace").decode()


def _rows(report: Report, paths: Sequence[str], options: CheckOptions) -> Iterator[tuple[Any, ...]]:
    for dataset, reader in zip(report.datasets, readers_of(paths, options), strict=True):
        by_path: dict[str | None, list[Finding]] = {}
        for finding in dataset.findings:
            if finding.code.startswith(_FAMILIES):
                by_path.setdefault(finding.path, []).append(finding)
        for path, findings in by_path.items():
            for line, finding, message, json_path in _places(path, findings, reader):
                yield path, line, finding.code, message, json_path, finding.rule


class Reader(NamedTuple):
    """How the files of one dataset are read again.

    ``stdin`` is what standard input held, None when files were judged. ``accepting`` is what the
    baseline accepts of each file: those places are no failures. ``paths`` are where the bytes are
    by the name in the report, which of an address is not all.
    """

    judge: Judge
    stdin: bytes | None
    accepting: Mapping[str, Accepting] = MappingProxyType({})
    paths: Mapping[str, str] = MappingProxyType({})

    def lines(self, path: str) -> Iterator[Line]:
        """The lines of a file, as they were judged. Raises UnreadableError."""
        from ftgate.readers.jsonl import read_jsonl
        from ftgate.readers.table import read_table

        table = self.judge.csv and path.lower().endswith(".csv")
        try:
            with self._open(path) as stream:
                yield from read_table(stream) if table else read_jsonl(stream)
        except OSError as error:
            raise UnreadableError(f"{path}: {error.strerror or error}") from error

    def _open(self, path: str) -> BinaryIO:
        import io

        from ftgate.readers.compressed import decompressed, open_data

        if self.stdin is None:
            return open_data(self.paths.get(path, path))
        return decompressed(io.BufferedReader(io.BytesIO(self.stdin)))


def readers_of(paths: Sequence[str], options: CheckOptions) -> Iterator[Reader]:
    """The reader of each dataset, in the order of the report."""
    from pathlib import Path

    from ftgate.baseline import in_force
    from ftgate.fixing.project import authority
    from ftgate.gate import SettingsFinder, jobs_of, parse_day

    finder, today, stdin = SettingsFinder(options), parse_day(options.as_of), options.stdin
    if stdin is not None:
        yield Reader(authority(finder.for_folder(Path())[1], today).judge, stdin)
        return
    for job in jobs_of(paths, finder):
        files = in_force(job, ACCEPTABLE).files
        accepting = {
            file.name: files[file.path] for file in job.dataset.files if file.path in files
        }
        where = {file.name: file.path for file in job.dataset.files}
        yield Reader(authority(job.settings, today).judge, None, accepting, where)


def _places(
    path: str | None, findings: list[Finding], reader: Reader
) -> Iterator[tuple[int | None, Finding, str, str]]:
    """Line, finding, message and JSON path of every problem that a finding counts.

    Findings about the file as a whole come last.
    """
    from ftgate.rules import load_rules

    listed: set[Finding] = set()
    counted = {(finding.name, finding.key): finding for finding in findings if finding.lines}
    if path is not None and counted:
        accepting = reader.accepting.get(path, Accepting())
        for line in reader.lines(path):
            for finding, problem in _counted(counted, reader.judge.judge(line)):
                if finding.key == "" and entry_of(problem.kind, line) in accepting.known:
                    continue
                listed.add(finding)
                message = problem.detail or load_rules()[finding.code].summary
                yield line.number, finding, message, problem.path
    for finding in findings:
        if finding not in listed:
            for number in finding.lines or (None,):
                yield number, finding, finding.message, finding.json_path


def _counted(
    findings: dict[tuple[str, str], Finding], judged: Judged
) -> Iterator[tuple[Finding, Problem]]:
    """Every problem of a line, each place once, with the finding that counts it.

    ``findings`` are known by name and key: of an unknown schema there is one for each format that
    is not trained on, and one for records of no format.
    """
    from ftgate.model import Problem

    problems = dict.fromkeys(judged.problems)
    if judged.format == "prompt_completion":  # wrong as a whole, whatever the record says
        problems[Problem("legacy-schema")] = None
    for problem in problems:
        own = findings.get((problem.kind, judged.format))
        if finding := own or findings.get((problem.kind, "")):
            yield finding, problem
