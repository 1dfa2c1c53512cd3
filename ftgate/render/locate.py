"""Where formats for machines put a finding: they have no place for one without a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ftgate.render.places import ordered, rank

if TYPE_CHECKING:
    from ftgate.model import Finding
    from ftgate.report import DatasetReport, Report

CONFIG = "ftgate.toml"


def located(report: Report) -> Iterator[tuple[DatasetReport, Finding, str]]:
    """Every finding with its dataset and a file, those of each dataset worst first.

    A finding about the plan as a whole stands at the first file of its dataset.
    """
    for dataset in report.datasets:
        first = dataset.files[0].path if dataset.files else CONFIG
        for finding in ordered(dataset.findings):
            yield dataset, finding, first if finding.path is None else finding.path


def worst_first(report: Report) -> list[tuple[DatasetReport, Finding, str]]:
    """Every finding of the report, worst first: what a limit cuts off matters least."""
    return sorted(located(report), key=lambda entry: rank(entry[1]))
