"""A judged dataset as a row of the inventory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ftgate.auditing.inventory import Row
from ftgate.content.masks import PERSONAL, SECRET

if TYPE_CHECKING:
    from ftgate.auditing.across import Across
    from ftgate.profile import Profile
    from ftgate.report import DatasetReport, FileReport


def row_of(
    report: DatasetReport,
    profiles: dict[str, Profile | None],
    *,
    counted: bool,
    searched: float | None,
) -> Row:
    """One row; ``profiles`` has what was read of each data file, by name, None of a broken one.

    ``counted`` says that tokens could be counted, ``searched`` is the share (0-1) of the examples
    that were compared, None where none was.
    """
    train = _profiles(report, profiles, "train")
    held = _profiles(report, profiles, "validation", "test")
    data = [file for file in report.files if file.role != "prompt"]
    both = None if train is None or held is None else [*train, *held]
    training, goal = report.training, report.goal
    examples, held_out = _sum(train, "examples"), _sum(held, "examples")
    return Row(
        name=report.name,
        path=data[0].path,
        files=len(data),
        bytes=_bytes(data),
        formats=_formats(profiles),
        examples=examples,
        held_out=held_out,
        invalid=_sum(both, "invalid"),
        tokens=_sum(train, "tokens") if counted else None,
        model=training.model if training else None,
        provider=report.profile or None,
        usd_low=training.usd_low if training and train else None,
        usd_high=training.usd_high if training and train else None,
        goal=goal.label if goal and goal.judged else None,
        knowledge_share=goal.knowledge_share if goal and goal.judged else None,
        duplicates=_found(report, "exact", examples),
        near_duplicates=_found(report, "near", examples),
        leaked=_found(report, "leaked_from_validation", held_out and examples),
        leaked_elsewhere=None if held_out else held_out,
        secrets=_lines(both, SECRET),
        personal=_lines(both, PERSONAL),
        searched=searched,
        outcome=report.outcome,
        decision=report.decision,
        codes=tuple(sorted({each.code for each in report.findings if each.severity == "error"})),
        digest=report.digest,
    )


def with_others(row: Row, found: Across, index: int, share: float) -> Row:
    """The row with what the other datasets have of it, where it was compared with them.

    ``share`` (0-1) of what was searched in each dataset was compared with the others.
    """
    if row.searched is None:
        return row
    return replace(
        row,
        searched=row.searched * share,
        same_elsewhere=None if row.examples is None else found.same[index],
        near_elsewhere=None if row.examples is None else found.near[index],
        leaked_elsewhere=None if row.held_out is None else found.leaked[index],
    )


def _profiles(
    report: DatasetReport, profiles: dict[str, Profile | None], *roles: str
) -> list[Profile] | None:
    """Of the files with these roles; None when one of them could not be read."""
    found = [profiles[file.path] for file in report.files if file.role in roles]
    known = [profile for profile in found if profile is not None]
    return known if len(known) == len(found) else None


def _sum(profiles: list[Profile] | None, name: str) -> int | None:
    return None if profiles is None else sum(getattr(each, name) for each in profiles)


def _found(report: DatasetReport, kind: str, among: int | None) -> int | None:
    """How many were found among so many examples: of none, none."""
    return report.duplicates[kind] if among else among


def _lines(profiles: list[Profile] | None, kind: str) -> int | None:
    """Lines with a problem of this kind; None where nobody looked."""
    if profiles is None or not all(profile.hygiene for profile in profiles):
        return None
    return sum(each.problems[kind].count for each in profiles if kind in each.problems)


def _formats(profiles: dict[str, Profile | None]) -> tuple[str, ...]:
    """Names of record schemas, the most frequent first."""
    counts: dict[str, int] = {}
    for profile in profiles.values():
        for name, number in (profile.formats if profile else {}).items():
            counts[name] = counts.get(name, 0) + number
    return tuple(sorted(counts, key=lambda name: (-counts[name], name)))


def _bytes(files: list[FileReport]) -> int | None:
    """Size on disk; an unreadable file has none that is known."""
    if any(file.digest == "unreadable" for file in files):
        return None
    return sum(file.bytes for file in files)
