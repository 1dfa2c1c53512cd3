"""FT9: exceptions that do nothing, have run out, or were given for other data."""

from __future__ import annotations

from collections.abc import Iterator

from ftgate.model import BaselineUse, Finding, WaiverUse
from ftgate.model.outcome import VoidIgnore
from ftgate.rules.input import counted
from ftgate.rules.registry import rule


@rule("FT901", severity="warning", since="0.1")
def unused_waiver(waivers: tuple[WaiverUse, ...]) -> Iterator[Finding]:
    """Waiver covers no finding.

    ## Why is this bad?
    An exception that nobody needs hides the next problem of its kind: it will be waived before
    anyone has looked at it.

    ## What to do instead
    Delete the `[[waive]]` entry. If it was meant for something else, correct its code, dataset or
    path. A missing number (exit code 3) cannot be approved: state it.

    ## Source
    The same idea as ruff's RUF100 and mypy's warn_unused_ignores. A waiver without a dataset is
    only reported where the plan has one dataset.
    """
    for waiver in waivers:
        if waiver.covered or waiver.expired:
            continue
        text, step = f"the waiver of {waiver.code} covers nothing", "delete the [[waive]] entry"
        if waiver.undecided:
            text += ": a missing number cannot be approved"
            step = f"state the number: ftgate explain {waiver.code}; {step}"
        else:
            step += ", or correct its code, dataset or path"
        yield Finding(text, key=waiver.code, next_step=step)


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


@rule("FT904", severity="warning", since="0.1")
def baseline_entry_gone(baseline: tuple[BaselineUse, ...]) -> Iterator[Finding]:
    """Baseline accepts places that are no longer there.

    ## Why is this bad?
    The record was repaired, edited or dropped, and its entry stayed. Should the same record come
    back, from a backup or from a repeated export, it is accepted without anyone having looked.

    ## What to do instead
    `ftgate baseline prune` removes the entries; it never adds one. A hook and a check leave the
    file alone.

    ## Source
    The same idea as FT901. Entries are compared with the files as they are, for the rules that
    were asked; those of a file that is gone are only seen by `prune`.
    """
    for use in baseline:
        if use.gone:
            verb = "is" if use.gone == 1 else "are"
            yield Finding(
                f"{use.gone:,} of {counted(len(use.listed), 'accepted place')} in .ftgate-baseline"
                f" {verb} gone",
                path=use.path,
                count=use.gone,
                next_step="ftgate baseline prune",
            )


@rule("FT905", severity="warning", since="0.1")
def void_ignore(void_ignores: tuple[VoidIgnore, ...]) -> Iterator[Finding]:
    """Comment in a prompt file is to accept a finding, and accepts none.

    ## Why is this bad?
    A comment without a reason tells a reviewer nothing, and one that names no rule would hide
    whatever comes next, so neither has any effect. One that covers nothing reads as if the matter
    were still open.

    ## What to do instead
    Write `ftgate: ignore[FT601] reason` as a comment of the file: `{# ... #}` in templates,
    `<!-- ... -->` in text and Markdown, `# ...` in YAML and front matter. On a line of its own it
    is about the whole file, after text about that line. It takes rules about prompt files (FT6)
    one by one, by code or name.

    ## Source
    zizmor and ruff spell such comments alike; ruff's RUF100 and PGH004 report unused and blanket
    ones.
    """
    for each in void_ignores:
        yield Finding(
            f"comment without effect: {each.why}",
            path=each.path,
            lines=(each.line,),
            key=f"{each.line} {each.why}",
            next_step=each.next_step,
        )
