"""``ftgate doctor``: is everything there that a verdict needs?"""

from __future__ import annotations

import os
from pathlib import Path

import click

from ftgate.commands.flags import COLOR, CONTEXT
from ftgate.commands.output import emit_fitted, wants_color
from ftgate.errors import UsageError
from ftgate.render.escape import visible
from ftgate.render.style import SEVERITY_COLORS, paint

_MARKS = {"ok": ("ok", 32), "note": ("note", SEVERITY_COLORS["warning"]), "problem": ("FAIL", 31)}


@click.command("doctor", context_settings=CONTEXT)
@click.argument("folder", required=False, default=".", type=click.Path(), metavar="[PATH]")
@click.option(
    "--today",
    "--as-of",
    "as_of",
    envvar=["FTGATE_TODAY", "FTGATE_AS_OF"],
    metavar="DATE",
    help="Look as if today were YYYY-MM-DD.",
)
@COLOR
def command(folder: str, as_of: str | None, color: str) -> int:
    """Look at the installation, the prices, the cache, the plan, the data and the git hook.

    Exit 0: nothing is broken. Exit 1: something is, with the command that repairs it.
    """
    if not os.path.isdir(folder):
        raise UsageError(f"{folder} is not a folder", hint="name the folder that holds the data")
    from ftgate.doctor import examine
    from ftgate.gate import parse_day

    answers = examine(Path(folder), parse_day(as_of))
    colored = wants_color(color)
    lines = []
    for answer in answers:
        word, shade = _MARKS[answer.state]
        mark = paint(f"{word:<5}", shade, color=colored)
        lines.append(f"{mark} {answer.topic:<11} {visible(answer.text)}")
        if answer.step:
            lines.append(f"{'':<17} \u2192 {visible(answer.step)}")
    emit_fitted("\n".join(lines) + "\n")
    return int(any(answer.state == "problem" for answer in answers))
