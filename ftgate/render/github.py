"""GitHub workflow commands: annotations on the files, and the verdicts in the log.

GitHub shows ten errors and ten warnings of a step (actions/toolkit, pull request 734), so the worst
ones come first and the last one of a full ten says how many are missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ftgate.render.escape import visible
from ftgate.render.locate import worst_first
from ftgate.render.phrases import decision

if TYPE_CHECKING:
    from ftgate.model import Finding
    from ftgate.report import Report

LIMIT = 10
_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


def render(report: Report, *, color: bool, width: int, verbose: bool) -> str:
    """At most :data:`LIMIT` annotations of each kind, then one line per dataset."""
    del color, width, verbose
    by_command: dict[str, list[str]] = {command: [] for command in _COMMANDS.values()}
    for dataset, finding, path in worst_first(report):
        command = _COMMANDS[finding.severity or "error"]
        by_command[command].append(_annotation(command, dataset.name, finding, path))
    lines = [line for each in by_command.items() for line in _limited(*each)]
    # A name that begins with "::" must not begin a line.
    lines += [
        f"ftgate: {visible(dataset.name)}: {dataset.outcome}: {decision(dataset)}"
        for dataset in report.datasets
    ]
    return "".join(line + "\n" for line in lines)


def _annotation(command: str, dataset: str, finding: Finding, path: str) -> str:
    line = f",line={finding.lines[0]}" if finding.lines else ""
    rest = finding.count - 1
    more = f" (and {rest:,} more in this file)" if finding.lines and rest > 0 else ""
    step = f" -> {finding.next_step}" if finding.next_step else ""
    text = _data(f"{dataset}: {finding.message}{more}{step}")
    title = _property(f"{finding.code} {finding.name}")
    return f"::{command} file={_property(path)}{line},title={title}::{text}"


def _limited(command: str, lines: list[str]) -> Iterator[str]:
    if len(lines) <= LIMIT:
        yield from lines
        return
    yield from lines[: LIMIT - 1]
    rest = len(lines) - LIMIT + 1
    yield f"::{command} title=ftgate::and {rest:,} more: see the log, or ftgate check -f concise"


def _data(text: str) -> str:
    """A message as the runner reads it back; line breaks and controls are already visible."""
    return visible(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
