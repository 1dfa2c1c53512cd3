"""FT9: waivers that do nothing, have run out, or were given for other data."""

from __future__ import annotations

from collections.abc import Iterator

from ftgate.model import Finding, WaiverUse
from ftgate.rules.registry import rule


@rule("FT901", severity="warning", since="0.1")
def unused_waiver(waivers: tuple[WaiverUse, ...]) -> Iterator[Finding]:
    """Waiver covers no finding.

    ## Why is this bad?
    An exception that nobody needs hides the next problem of its kind: it will be waived before
    anyone has looked at it.

    ## What to do instead
    Delete the `[[waive]]` entry. If it was meant for something else, correct its code, dataset or
    path.

    ## Source
    The same idea as ruff's RUF100 and mypy's warn_unused_ignores. A waiver without a dataset is
    only reported where the plan has one dataset.
    """
    for waiver in waivers:
        if not waiver.covered and not waiver.expired:
            yield Finding(
                f"the waiver of {waiver.code} covers nothing",
                key=waiver.code,
                next_step="delete the [[waive]] entry, or correct its code, dataset or path",
            )


@rule("FT902", severity="warning", since="0.1")
def expired_waiver(waivers: tuple[WaiverUse, ...]) -> Iterator[Finding]:
    """Waiver has run out.

    ## Why is this bad?
    The exception was given until a date. Since then its findings count again, and an entry that no
    longer does anything reads as if the matter were settled.

    ## What to do instead
    Repair what was waived, or review it again and state a new date and reason.

    ## Source
    `until` of the `[[waive]]` entry, compared with the day of the run; the day itself still counts.
    """
    for waiver in waivers:
        if waiver.expired:
            again = f"; {waiver.covered} of its findings count again" if waiver.covered else ""
            yield Finding(
                f"the waiver of {waiver.code} ended on {waiver.until}{again}",
                key=waiver.code,
                next_step="repair what was waived, or review it and state a new date",
            )


@rule("FT903", severity="warning", since="0.1")
def waiver_digest_changed(waivers: tuple[WaiverUse, ...]) -> Iterator[Finding]:
    """Waiver is pinned to other data.

    ## Why is this bad?
    Somebody approved an exception for exactly these bytes. The data have changed since, so what was
    approved is not what would be trained on, and the finding counts again.

    ## What to do instead
    Review the changed data (`ftgate diff`), then pin the waiver to their digest, which the JSON
    report names.

    ## Source
    `digest` of the `[[waive]]` entry, compared with the digest of the dataset's files and roles.
    """
    for waiver in waivers:
        if waiver.changed and waiver.covered and not waiver.expired:
            yield Finding(
                f"the waiver of {waiver.code} is pinned to other data;"
                f" {waiver.covered} of its findings count again",
                key=waiver.code,
                next_step="review the data, then pin its digest from the JSON report",
            )
