"""What changed since another version, in words: for the verdict's rows and for ``ftgate diff``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from ftgate.changes import version_of
from ftgate.render import words
from ftgate.render.escape import visible
from ftgate.render.phrases import DECISIONS
from ftgate.render.style import OUTCOME_COLORS, paint

if TYPE_CHECKING:
    from ftgate.model.change import Change, Version
    from ftgate.report import DatasetReport

ARROW = " \u2192 "


def since(dataset: DatasetReport) -> str:
    """What changed since the version that the check compares with: one row of the verdict."""
    if dataset.before is None:
        return ""
    found = differences(dataset.before.version, version_of(dataset))
    return f"since {visible(dataset.before.ref)}: {'; '.join(found) or 'no number changed'}"


def differences(before: Version, after: Version) -> list[str]:
    """One phrase for each number that changed: ``132 → 140 examples (+6%)``."""
    phrases = [
        _number(before.examples, after.examples, "examples"),
        _number(before.tokens, after.tokens, "tokens"),
        _money(before.training_usd, after.training_usd, "training"),
        _money(before.monthly_usd, after.monthly_usd, "a month tuned"),
        _findings(before, after),
    ]
    return [phrase for phrase in phrases if phrase]


def change_lines(change: Change, *, color: bool) -> Iterator[str]:
    """The lines of one dataset in ``ftgate diff``."""
    name, before, after = visible(change.name), change.before, change.after
    if before is None and after is not None:
        yield f"{name}: added, {_verdict(after, color)}"
        yield f"  {_size(after)}"
    elif after is None and before is not None:
        yield f"{name}: removed, was {_verdict(before, color)}"
        yield f"  {_size(before)}"
    elif before is not None and after is not None:
        yield f"{name}: {_verdicts(before, after, color)}"
        yield from (f"  {phrase}" for phrase in differences(before, after) or [_unchanged(change)])


def markdown(changes: Sequence[Change], base: str, head: str) -> str:
    """A table of what changed, for a comment; datasets without a change are only counted."""
    from ftgate.render.markdown import escaped

    rows = [
        f"| {escaped(each.name)} | {_cell(each)} | {escaped('; '.join(_said(each)))} |"
        for each in changes
        if each.state != "same"
    ]
    head_rows = ["| dataset | verdict | change |", "|---|---|---|"] if rows else []
    title = f"**{escaped(base)}{ARROW}{escaped(head)}**: {escaped(total_line(changes))}"
    return "\n".join([title, "", *head_rows, *rows]) + "\n"


def _cell(change: Change) -> str:
    outcomes = [each.outcome if each else "" for each in (change.before, change.after)]
    return ARROW.join(dict.fromkeys(filter(None, outcomes)))


def _said(change: Change) -> list[str]:
    if change.before is None or change.after is None:
        version = change.after or change.before
        return [change.state, _size(version)] if version else []
    return differences(change.before, change.after) or [_unchanged(change)]


def total_line(changes: Sequence[Change]) -> str:
    """``3 datasets: 1 added, 1 changed, 1 same; training $0.47 → $2.10``."""
    states = [change.state for change in changes]
    counts = [f"{states.count(each)} {each}" for each in dict.fromkeys(sorted(states))]
    money = _money(_sum(changes, "before"), _sum(changes, "after"), "training")
    return f"{words.count(len(changes), 'dataset')}: {', '.join(counts)}" + (
        f"; {money}" if money else ""
    )


def _sum(changes: Sequence[Change], side: str) -> Decimal | None:
    """Dollars of all jobs at one side; None when one of them is not known."""
    versions = [version for each in changes if (version := getattr(each, side))]
    known = [each.training_usd for each in versions if each.training_usd is not None]
    return sum(known, Decimal(0)) if len(known) == len(versions) else None


def _unchanged(change: Change) -> str:
    return "nothing changed" if change.state == "same" else "other bytes, the same numbers"


def _size(version: Version) -> str:
    parts = [words.count(version.examples, "example")]
    if version.tokens is not None:
        parts.append(words.count(version.tokens, "token"))
    if version.training_usd is not None:
        parts.append(f"training up to {words.usd(version.training_usd)}")
    return " \u00b7 ".join(parts)


def _verdict(version: Version, color: bool) -> str:
    outcome = paint(version.outcome, OUTCOME_COLORS[version.outcome], color=color)
    return f"{outcome} ({DECISIONS[version.decision]})"


def _verdicts(before: Version, after: Version, color: bool) -> str:
    if (before.outcome, before.decision) == (after.outcome, after.decision):
        return f"still {_verdict(after, color)}"
    return f"{_verdict(before, color)}{ARROW}{_verdict(after, color)}"


def _number(before: int | None, after: int | None, noun: str) -> str:
    if before == after or before is None or after is None:
        return ""
    return f"{before:,}{ARROW}{after:,} {noun} ({_grown(Decimal(before), Decimal(after))})"


def _money(before: Decimal | None, after: Decimal | None, noun: str) -> str:
    if before == after:
        return ""
    shown = [words.usd(each) if each is not None else "unknown" for each in (before, after)]
    if None in (before, after) or shown[0] != shown[1]:
        share = f" ({_grown(before, after)})" if before is not None and after is not None else ""
        return f"{noun} {shown[0]}{ARROW}{shown[1]}{share}"
    return ""


def _grown(before: Decimal, after: Decimal) -> str:
    if not before:
        return f"+{after:,f}" if after == after.to_integral() else "from nothing"
    return f"{(after - before) / before * 100:+,.0f}%"


def _findings(before: Version, after: Version) -> str:
    old, new = before.codes, after.codes
    gone = [f"-{code}" for code in sorted(old.keys() - new.keys())]
    come = [f"+{code}" for code in sorted(new.keys() - old.keys())]
    return visible(f"findings {' '.join([*come, *gone])}") if come or gone else ""
