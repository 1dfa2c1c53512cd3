"""``ftgate hook``: what git hooks call. Offline, silent on pass, one screen on failure."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ftgate.commands.flags import COLOR, CONTEXT, VERBOSE, FilesFirst, check_options, judging
from ftgate.commands.output import emit, render, say, screen_width, wants_color

if TYPE_CHECKING:
    from ftgate.report import Report


@click.command("hook", cls=FilesFirst, context_settings=CONTEXT)
@click.argument("files", nargs=-1, type=click.Path(), metavar="[FILE]...")
@click.option("--staged", is_flag=True, help="Judge what is staged for commit; no FILE needed.")
@click.option("--install", is_flag=True, help="Write git's own hook, which judges each commit.")
@judging
@VERBOSE
@COLOR
def command(
    files: tuple[str, ...], staged: bool, install: bool, verbose: bool, color: str, **flags: Any
) -> int:
    """Judge the datasets that the changed FILEs belong to.

    pre-commit calls it with the changed files; a plain git hook calls it with --staged. Each file
    is expanded to its whole dataset: a change of only the validation set judges the training set
    beside it too. Nothing is printed when everything passes. Without pre-commit or prek, --install
    writes git's own hook; one that exists is not overwritten.

    \b
    To commit in spite of it:  SKIP=ftgate git commit    (CI still judges)
    """
    if install:
        from ftgate.commands import hook_install

        emit(hook_install.install(Path()))
        return 0
    if not files and not staged:
        return 0
    from ftgate.hooking import hook

    colored, width = wants_color(color), screen_width()

    def present(report: Report) -> str:
        failing = tuple(each for each in report.datasets if each.outcome != "pass")
        shown = replace(report, datasets=failing)
        if verbose:
            return render(shown, "text", verbose=True, color=colored)
        from ftgate.render.text import render_screen  # a remembered answer needs no renderer

        return render_screen(shown, color=colored, width=width)

    look = f"{colored} {width} {verbose}"
    answer = hook(files, replace(check_options(flags), staged=staged, notice=say), present, look)
    emit(answer.text)
    return answer.exit_code
