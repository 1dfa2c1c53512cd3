"""``ftgate diff``: what a change does to examples, tokens, dollars, findings and the verdict."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ftgate.commands.flags import COLOR, CONTEXT, check_options, judging, output_format
from ftgate.commands.output import emit, emit_fitted, wants_color
from ftgate.errors import UnreadableError
from ftgate.render.escape import quiet
from ftgate.small_files import read_small

if TYPE_CHECKING:
    from ftgate.gate import CheckOptions
    from ftgate.model.change import Change, Version


_WRONG = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError)


@click.command("diff", context_settings=CONTEXT)
@click.argument("base", metavar="BASE")
@click.argument("head", required=False, metavar="[HEAD]")
@click.option(
    "-p",
    "--path",
    "paths",
    envvar="FTGATE_PATH",
    multiple=True,
    type=click.Path(),
    help="Only datasets under this file, folder or glob. Repeatable.",
)
@output_format("text", "json", "markdown")
@judging
@COLOR
def command(
    base: str,
    head: str | None,
    paths: tuple[str, ...],
    output_format: str,
    color: str,
    **flags: Any,
) -> int:
    """What changed between BASE and HEAD: examples, tokens, dollars, findings, verdict.

    BASE and HEAD are commits, branches or tags, or JSON reports; without HEAD, the files as they
    are now. Commits are read from git as they are, without a checkout, and judged with the same
    prices for the same day. The exit code says only whether that worked: what a change may cost is
    the policy of ftgate check --compare-to.
    """
    options = check_options(flags)
    before = _versions(base, paths, options)
    after = _versions(head, paths, options)
    from ftgate.changes import compare_versions

    changes = compare_versions(before, after)
    shown = _shown(changes, base, head or "", output_format, color=wants_color(color))
    (emit_fitted if output_format == "text" else emit)(shown)
    return 0


def _versions(
    named: str | None, paths: tuple[str, ...], options: CheckOptions
) -> dict[str, Version]:
    """The datasets of a report, of a commit, or as they lie on disk."""
    from ftgate.changes import versions_of

    if named is not None and named.endswith(".json") and Path(named).is_file():
        return _stored(named)
    if named is not None:
        from ftgate.history import report_at

        return versions_of(report_at(named, paths, options))
    from ftgate.errors import NothingToJudgeError
    from ftgate.gate import check

    try:
        return versions_of(check(paths, replace(options, compare_to=None)))
    except NothingToJudgeError:
        return {}


def _stored(path: str) -> dict[str, Version]:
    from ftgate.changes import stored_versions
    from ftgate.model.change import Version
    from ftgate.plain import Doubt, build, to_plain

    try:
        found = stored_versions(json.loads(read_small(path)))
        # What is printed later is what it says to be: a number, a known word, a text.
        return build(dict[str, Version], to_plain(found))  # type: ignore[no-any-return]
    except (*_WRONG, ArithmeticError, Doubt):
        raise UnreadableError(
            f"{path} is no report of ftgate", hint=f"write one: ftgate check -o json={path}"
        ) from None


def _shown(changes: list[Change], base: str, head: str, form: str, *, color: bool) -> str:
    from ftgate.render import changes as rendered

    if form == "json":
        from ftgate.report_json import plain

        found = [{"name": each.name, "state": each.state, **_sides(each)} for each in changes]
        whole = {"schema": "ftgate/diff/1", "base": base, "head": head or None, "datasets": found}
        return quiet(json.dumps(plain(whole), indent=2)) + "\n"
    if form == "markdown":
        return rendered.markdown(changes, base, head or "the files as they are")
    lines = [line for each in changes for line in rendered.change_lines(each, color=color)]
    return "\n".join([*lines, rendered.total_line(changes)]) + "\n"


def _sides(change: Change) -> dict[str, Any]:
    return {"before": change.before, "after": change.after}
