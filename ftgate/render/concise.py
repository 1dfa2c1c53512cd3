"""Concise: ``path:line: CODE [name] message``, one line per place, for editors and grep.

Each dataset ends with one line for its verdict, ``name: fail: keep prompting (rules of OpenAI)``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ftgate.render.escape import visible
from ftgate.render.phrases import decision
from ftgate.render.places import ordered, severity
from ftgate.render.style import OUTCOME_COLORS, SEVERITY_COLORS, paint

_FIRST_PLACE = re.compile(r"; line (?P<line>\d+)(?:: (?P<detail>.+))?\Z", re.S)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftgate.model import Finding
    from ftgate.report import DatasetReport, Report


def render(report: Report, *, color: bool, width: int, verbose: bool) -> str:
    """The report, one line per place of a finding."""
    del width, verbose
    lines: list[str] = []
    for dataset in report.datasets:
        for finding in ordered(dataset.findings):
            lines.extend(_finding_lines(finding, dataset, color=color))
        outcome = paint(dataset.outcome, OUTCOME_COLORS[dataset.outcome], color=color)
        rules = f" (rules of {visible(dataset.provider)})" if dataset.provider else ""
        lines.append(f"{visible(dataset.name)}: {outcome}: {decision(dataset)}{rules}")
    return "".join(line + "\n" for line in lines)


def _finding_lines(finding: Finding, dataset: DatasetReport, *, color: bool) -> Iterator[str]:
    code = paint(finding.code, SEVERITY_COLORS[severity(finding)], color=color)
    path = visible(dataset.name if finding.path is None else finding.path)
    rest = finding.count - len(finding.lines)
    more = f" (and {rest:,} more)" if finding.lines and rest > 0 else ""
    head = f"{code} [{finding.name}]"
    if not finding.lines:
        yield f"{path}: {head} {visible(finding.message)}"
    for number, line in enumerate(finding.lines, 1):
        text = visible(_message_at(finding, line))
        yield f"{path}:{line}: {head} {text}{more if number == len(finding.lines) else ''}"


def _message_at(finding: Finding, line: int) -> str:
    """The message, with the detail of its first place at that place only."""
    match = _FIRST_PLACE.search(finding.message)
    if match is None or int(match["line"]) != finding.lines[0]:
        return finding.message
    detail = match["detail"] if line == finding.lines[0] else ""
    return finding.message[: match.start()] + (f"; {detail}" if detail else "")
