"""Reviewed exceptions: ignored paths, comments, waivers. What they suppress is always named."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from ftgate.model import Finding, WaiverUse
from ftgate.settings import Settings, WaiverSettings


class Subject(NamedTuple):
    """What is judged: the dataset's name, the digest of its bytes, and for which day."""

    dataset: str
    digest: str
    today: date


def suppress(
    findings: Sequence[Finding],
    settings: Settings,
    subject: Subject,
    commented: Callable[[Finding], str] = lambda _: "",
) -> tuple[list[Finding], tuple[str, ...]]:
    """Findings that remain, and one line for each that was taken away.

    A waiver applies until its date, to its dataset and path, and, when pinned to a digest, only to
    those bytes. ``commented`` says why a comment in a prompt file accepts a finding, "" when none
    does. A missing number is not an exception that somebody could approve, and neither is a
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
        if reason := commented(finding):
            waived.append(f"{finding.code} {finding.name}: {reason}")
            continue
        waiver = next(
            (waiver for waiver in settings.waive if _applies(waiver, finding, subject)),
            None,
        )
        if waiver:
            waived.append(f"{finding.code} {finding.name}: {waiver.reason} (until {waiver.until})")
        else:
            kept.append(finding)
    return kept, tuple(waived)


def waiver_uses(
    findings: Sequence[Finding], settings: Settings, subject: Subject, *, whole: bool
) -> Iterator[WaiverUse]:
    """What each waiver of this dataset does for these findings.

    One that covers none is left out where that says nothing: not every rule was asked (``whole``
    is False), a number is missing, or the waiver names no dataset and the plan has several.
    """
    silent = not whole or any(finding.undecided for finding in findings)
    shared = len(settings.dataset) > 1
    for waiver in settings.waive:
        if waiver.dataset not in (None, subject.dataset):
            continue
        about = [finding for finding in findings if _covers(waiver, finding, subject)]
        undecided = sum(finding.undecided for finding in about)
        covered = len(about) - undecided
        if not about and (silent or (waiver.dataset is None and shared)):
            continue
        pinned = waiver.digest is None or subject.digest.startswith(waiver.digest)
        expired = subject.today > waiver.until
        yield WaiverUse(
            waiver.code, waiver.until, covered, expired, changed=not pinned, undecided=undecided
        )


def _ignored(finding: Finding, settings: Settings) -> str:
    """The pattern of ``[per-file-ignores]`` that covers the finding, or ""."""
    for pattern, codes in settings.per_file_ignores.items():
        upper = tuple(code.upper() for code in codes)
        named = finding.code.startswith(upper) or finding.name in codes
        if finding.path is not None and named and fnmatch.fnmatch(finding.path, pattern):
            return pattern
    return ""


def _applies(waiver: WaiverSettings, finding: Finding, subject: Subject) -> bool:
    return (
        _covers(waiver, finding, subject)
        and subject.today <= waiver.until
        and (waiver.digest is None or subject.digest.startswith(waiver.digest))
    )


def _covers(waiver: WaiverSettings, finding: Finding, subject: Subject) -> bool:
    """Whether the waiver is about this finding, whatever its date and its digest."""
    return (
        waiver.code.lower() in (finding.code.lower(), finding.name)
        and waiver.dataset in (None, subject.dataset)
        and (waiver.path is None or fnmatch.fnmatch(finding.path or "", waiver.path))
    )
