"""Reviewed exceptions: ignored paths and waivers. A suppressed finding is named, never hidden."""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence
from datetime import date

from ftgate.model import Finding
from ftgate.settings import Settings, WaiverSettings


def suppress(
    findings: Sequence[Finding], settings: Settings, *, dataset: str, digest: str, today: date
) -> tuple[list[Finding], tuple[str, ...]]:
    """Findings that remain, and one line for each that was taken away.

    A waiver applies until its date, to its dataset and path, and, when pinned to a digest, only to
    those bytes. A missing number is not an exception that somebody could approve, and neither is a
    file that cannot be read.
    """
    kept: list[Finding] = []
    waived: list[str] = []
    for finding in findings:
        if finding.undecided or finding.name == "unreadable-file":
            kept.append(finding)
            continue
        if pattern := _ignored(finding, settings):
            waived.append(f"{finding.code} {finding.name}: per-file-ignores {pattern!r}")
            continue
        waiver = next(
            (
                waiver
                for waiver in settings.waive
                if _applies(waiver, finding, dataset=dataset, digest=digest, today=today)
            ),
            None,
        )
        if waiver:
            waived.append(f"{finding.code} {finding.name}: {waiver.reason} (until {waiver.until})")
        else:
            kept.append(finding)
    return kept, tuple(waived)


def _ignored(finding: Finding, settings: Settings) -> str:
    """The pattern of ``[per-file-ignores]`` that covers the finding, or ""."""
    for pattern, codes in settings.per_file_ignores.items():
        upper = tuple(code.upper() for code in codes)
        named = finding.code.startswith(upper) or finding.name in codes
        if finding.path is not None and named and fnmatch.fnmatch(finding.path, pattern):
            return pattern
    return ""


def _applies(
    waiver: WaiverSettings, finding: Finding, *, dataset: str, digest: str, today: date
) -> bool:
    return (
        waiver.code.lower() in (finding.code.lower(), finding.name)
        and today <= waiver.until
        and waiver.dataset in (None, dataset)
        and (waiver.path is None or fnmatch.fnmatch(finding.path or "", waiver.path))
        and (waiver.digest is None or digest.startswith(waiver.digest))
    )
