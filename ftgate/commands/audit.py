"""``ftgate audit``: a folder of datasets, here or in a bucket, as a table."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from ftgate.commands.flags import COLOR, CONTEXT, OnePerLine, check_options, output_format, planning
from ftgate.commands.output import (
    check_target,
    emit,
    format_of,
    progress_line,
    say,
    screen_width,
    wants_color,
    write_file,
)
from ftgate.errors import UsageError
from ftgate.readers import DATA_SUFFIXES
from ftgate.render.inventory import SORTS, ordered
from ftgate.render.words import count

if TYPE_CHECKING:
    from ftgate.auditing.inventory import Inventory, Row

FORMATS = ("text", "csv", "json", "html", "markdown")


@click.command("audit", context_settings=CONTEXT)
@click.argument("paths", nargs=-1, required=True, type=click.Path(), metavar="DIR|URL...")
@output_format(*FORMATS)
@click.option(
    "-o",
    "--output",
    type=OnePerLine(),
    multiple=True,
    metavar="FORMAT=PATH",
    help="Write the inventory to a file as well, e.g. html=audit.html. Repeatable.",
)
@click.option(
    "--sort",
    type=click.Choice(list(SORTS)),
    help="Numbers from the largest, unknown ones last.  [default: by path]",
)
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    metavar="N",
    help="Rows that -f text shows; the totals are those of all.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "fail", "undecided", "duplicates", "leak", "secret"]),
    multiple=True,
    allow_from_autoenv=False,  # FTGATE_FAIL_ON is a severity, for ftgate check
    help="Exit 1 when a dataset could not be judged (error), has this outcome, or has duplicates"
    " elsewhere, leaked held-out examples or secrets. Repeatable.  [default: never]",
)
@click.option("--exit-zero", is_flag=True, help="Exit 0 whatever was found, or could not be read.")
@planning
@COLOR
def command(
    paths: tuple[str, ...],
    output_format: str,
    output: tuple[str, ...],
    sort: str | None,
    limit: int | None,
    fail_on: tuple[str, ...],
    exit_zero: bool,
    color: str,
    **flags: Any,
) -> int:
    """Inventory of the datasets below DIR: size, cost, goal, duplicates, leaks, secrets, outcome.

    URL is a folder, glob or file elsewhere: s3://, gs://, abfs://, hf:// or https://.

    Every dataset is judged by its nearest ftgate.toml and compared with all others: which examples
    do several of them have, and which held-out examples are in the training set of another one?
    What cannot be read is a row with its error. An audit is no gate: without --fail-on it ends
    with 0 whatever it found, as long as every dataset could be judged.

    \b
    Exit codes: 0 written, 1 --fail-on applies, 2 error, or a dataset could not be judged, 3 there
    was no time (--timeout) for all of them.
    """
    files = _files(output)
    options = replace(check_options(flags), notice=say)
    from ftgate.auditor import audit

    with progress_line(doing="auditing") as progress:
        found = audit(paths, replace(options, progress=progress))
    inventory = ordered(found, sort)
    if output_format == "text":
        from ftgate.render import inventory_text

        emit(
            inventory_text.render(
                inventory, width=screen_width(), color=wants_color(color), limit=limit
            )
        )
    else:
        emit(render(inventory, output_format))
    for name, path in files:
        write_file(path, render(inventory, name))
    _say_tables(paths)
    return 0 if exit_zero else _exit_code(inventory, fail_on)


def _exit_code(inventory: Inventory, fail_on: tuple[str, ...]) -> int:
    """What was asked to fail, fails; else what was not judged is never taken for judged."""
    if any(_applies(row, reason) for row in inventory.rows for reason in fail_on):
        return 1
    if any(row.outcome == "error" for row in inventory.rows):
        return 2
    late = any(row.error for row in inventory.rows) or not inventory.compared
    return 3 if late else 0


def _say_tables(paths: tuple[str, ...]) -> None:
    """An inventory that is silent about a table would be taken for a whole one."""
    from ftgate.files import tables_below

    if tables := [table for path in paths for table in tables_below(path)]:
        files = count(len(tables), "table")
        say(f"not read: {files}, such as {tables[0]}; how to convert it: ftgate check {tables[0]}")


def render(inventory: Inventory, name: str) -> str:
    """The inventory as a file of one of the :data:`FORMATS`."""
    from ftgate.render import inventory_data, inventory_html, inventory_markdown, inventory_text

    if name == "text":
        return inventory_text.render(inventory, width=screen_width())
    renderers = {
        "csv": inventory_data.as_csv,
        "json": inventory_data.as_json,
        "html": inventory_html.render,
        "markdown": inventory_markdown.render,
    }
    return renderers[name](inventory)


def _applies(row: Row, reason: str) -> bool:
    """Whether a dataset is one of those that ``--fail-on`` names; what is unknown is not."""
    if reason in ("error", "fail", "undecided"):
        return row.outcome == reason
    counts = {
        "duplicates": (row.same_elsewhere, row.near_elsewhere),
        "leak": (row.leaked, row.leaked_elsewhere),
        "secret": (row.secrets,),
    }
    return any(counts[reason])


def _files(values: tuple[str, ...]) -> list[tuple[str, str]]:
    """Format and path of every ``-o``, checked before anything is judged."""
    files: dict[str, tuple[str, str]] = {}
    for value in values:
        name, equals, path = value.partition("=")
        if not equals or name not in FORMATS or path in ("", "-"):
            hint = f"formats: {', '.join(FORMATS)}; e.g. -o html=audit.html"
            if not equals and (meant := format_of(value)) in FORMATS:
                hint = f"did you mean -o {meant}={value}? {hint}"
            raise UsageError(f"-o {value}: not FORMAT=PATH with a known format", hint=hint)
        if path.lower().endswith(DATA_SUFFIXES):
            raise UsageError(
                f"-o {value}: the name of a training set", hint="a report must not replace data"
            )
        real = os.path.realpath(path)
        if real in files:
            raise UsageError(f"-o {value}: written twice", hint="name a file for each format")
        files[real] = name, path
        check_target(path)
    return list(files.values())
