"""``ftgate baseline``: accept the findings that a repository has, so that only new ones count."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from ftgate.commands.flags import CONTEXT, check_options, choosing, planning
from ftgate.commands.output import emit, say
from ftgate.files import BASELINE_NAME
from ftgate.render.escape import visible
from ftgate.render.words import count

if TYPE_CHECKING:
    from pathlib import Path

    from ftgate.baselining import Change


@click.group("baseline", context_settings=CONTEXT)
def command() -> None:
    """Accept the findings that a repository has; from then on only new ones count.

    What is accepted stands in .ftgate-baseline, one line for each rule and record, by content:
    a line that moves stays accepted, a record that is edited counts again. A check and a hook
    read the file and never write it.

    Only findings about single records can be accepted (FT0, FT1, FT301, FT302, FT304, FT505 and
    FT506). What the set is as a whole, its money and its verdict are waived: [[waive]].
    """


@command.command("write", context_settings=CONTEXT)
@click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATH]...")
@choosing
@planning
def write(paths: tuple[str, ...], **flags: Any) -> int:
    """Accept every place that counts now, in the named data or in all that the plan declares.

    Lines about these files and rules that no longer occur are removed, other lines stay.
    Tells git in .gitattributes to keep the lines of both sides in a merge.
    """
    from ftgate.baselining import accept, save

    changes = accept(paths, replace(check_options(flags), notice=say))
    for change in changes:
        saved = save(change)
        if not change.after and not saved:
            emit("nothing to accept\n")
        else:
            emit(f"{_summary(change)}\n{_table(change.after)}")
            emit(f"commit {' and '.join(map(_shown, saved))}\n" if saved else "")
        emit(_counting(change))
    return 0


@command.command("prune", context_settings=CONTEXT)
@click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATH]...")
@planning
def prune(paths: tuple[str, ...], **flags: Any) -> int:
    """Remove the lines whose record no longer occurs, or whose file is gone; add none."""
    from ftgate.baselining import prune as pruned
    from ftgate.baselining import save

    changes = pruned(paths, replace(check_options(flags), notice=say))
    for change in changes:
        save(change)
        gone = change.before - change.after
        left = count(len(change.after), "record")
        emit(f"{_shown(change.path)}: {len(gone):,} removed, {left} still accepted\n{_table(gone)}")
    if not changes:
        emit(f"no {BASELINE_NAME}: nothing is accepted\n")
    return 0


def _summary(change: Change) -> str:
    new, gone = len(change.after - change.before), len(change.before - change.after)
    accepted = count(len(change.after), "record")
    return f"{_shown(change.path)}: accepts {accepted} ({new:,} new, {gone:,} removed)"


def _shown(path: Path) -> str:
    relative = os.path.relpath(path)
    return visible(str(path) if relative.startswith("..") else relative)


def _table(lines: Iterable[tuple[str, str]]) -> str:
    """A row for each rule and file."""
    from ftgate.rules import find_rule

    places = Counter((entry.partition(" ")[0], file) for file, entry in lines)
    rows = [
        (f"{code} {find_rule(code).name}", count(number, "record"), file)
        for (code, file), number in sorted(places.items())
    ]
    width = max((len(name) for name, _, _ in rows), default=0)
    return "".join(
        f"  {name:<{width}}  {number:>12}  {visible(file)}\n" for name, number, file in rows
    )


def _counting(change: Change) -> str:
    """What still fails or warns: it is not about single records."""
    counting = (each for each in change.counting if each.severity != "info")
    names = sorted({f"{each.code} {each.name}" for each in counting})
    listed = "".join(f"  {name}\n" for name in names)
    return f"still counts, for it is not about single records:\n{listed}" if names else ""
