"""JSON: the contract of :mod:`ftgate.report_json`, the same whatever the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftgate.render.escape import quiet
from ftgate.report_json import dumps

if TYPE_CHECKING:
    from ftgate.report import Report


def render(report: Report, *, color: bool, width: int, verbose: bool) -> str:
    """The report as indented JSON."""
    del color, width, verbose
    return quiet(dumps(report))
