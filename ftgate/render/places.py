"""Where a finding is: ``train.jsonl:3,17,22 … 55 more``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftgate.model import SEVERITIES
from ftgate.render.escape import visible

if TYPE_CHECKING:
    from ftgate.model import Finding, Severity

SHOWN = 3  # enough to open the file and see the pattern


def ordered(findings: tuple[Finding, ...]) -> list[Finding]:
    """Findings by severity, then code, then path: the same whatever order files were read in."""
    return sorted(findings, key=lambda each: (rank(each), each.code, each.path or ""))


def rank(finding: Finding) -> int:
    """How bad it is: 0 is worst."""
    return SEVERITIES.index(severity(finding))


def severity(finding: Finding) -> Severity:
    """The severity that the runner stamped; an unstamped finding counts as an error."""
    return finding.severity or "error"


def place(finding: Finding) -> str:
    """Path with the first lines and how many more there are; empty without a path."""
    if finding.path is None:
        return ""
    path = visible(finding.path)
    if not finding.lines:
        return path
    shown = finding.lines[:SHOWN]
    lines = ",".join(str(line) for line in shown)
    rest = finding.count - len(shown)
    more = f" \u2026 {rest:,} more" if rest > 0 else ""
    return f"{path}:{lines}{more}"
