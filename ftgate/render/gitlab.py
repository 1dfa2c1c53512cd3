"""GitLab's Code Quality report: a JSON array of findings (a subset of Code Climate's format)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ftgate.render.escape import quiet, visible
from ftgate.render.locate import worst_first
from ftgate.report import fingerprint

if TYPE_CHECKING:
    from ftgate.report import Report

_SEVERITIES = {"error": "major", "warning": "minor", "info": "info"}


def render(report: Report, *, color: bool, width: int, verbose: bool) -> str:
    """One entry per finding, at its first line; GitLab shows them beside the merge request."""
    del color, width, verbose
    entries: list[dict[str, Any]] = [
        {
            "description": visible(f"{dataset.name}: {finding.message}"),
            "check_name": f"{finding.code} {finding.name}",
            "fingerprint": fingerprint(dataset.name, finding),
            "severity": _SEVERITIES[finding.severity or "error"],
            "location": {
                "path": visible(path.removeprefix("./")),
                "lines": {"begin": finding.lines[0] if finding.lines else 1},
            },
        }
        for dataset, finding, path in worst_first(report)
    ]
    return quiet(json.dumps(entries, indent=2)) + "\n"
