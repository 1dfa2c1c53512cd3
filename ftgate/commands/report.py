"""``ftgate report``: a dataset or a scenario as the report that a decision is taken from."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from ftgate.commands.flags import CONTEXT, OnePerLine, check_options, planning
from ftgate.commands.output import (
    PLAIN_WIDTH,
    check_target,
    emit,
    emit_fitted,
    say,
    screen_width,
    write_file,
)
from ftgate.commands.scenarios import is_scenario, read_scenario
from ftgate.errors import UsageError, did_you_mean
from ftgate.render.escape import quiet

if TYPE_CHECKING:
    from ftgate.report_page.study import Study

# What a file of each format begins with, or has in its first lines, when we wrote it.
_FORMATS = ("html", "md", "json", "txt")
_SUFFIXES = {"htm": "html", "markdown": "md", "text": "txt", **{name: name for name in _FORMATS}}
_LOOKED_AT = 2000
_STDOUT = "-"


@click.command("report", context_settings=CONTEXT)
@click.argument("path", required=False, type=click.Path(), metavar="[PATH]")
@click.option(
    "-o",
    "--output",
    type=OnePerLine(),
    multiple=True,
    metavar="PATH",
    help="Where to: report.html, report.md, report.json or report.txt, or - for text on standard "
    "output. FORMAT=PATH where the name does not say which. Repeatable.  [default: -]",
)
@planning
def command(path: str | None, output: tuple[str, ...], **flags: Any) -> int:
    """Write the report that a decision is taken from: recommendation, costs, flip points, charts.

    PATH is a training set or its folder, with the plan in ftgate.toml; without PATH, what
    ftgate.toml declares, else the current folder. Or it is a scenario: a TOML file with prices,
    tokens and volume; sample_data/scenarios has commented examples. The HTML is one file without
    scripts and prints on A4. The same input gives the same report, byte for byte.

    \b
    Exit codes: 0 written, 2 error, 3 a number is missing (the line to add is named).
    """
    targets = _targets(output or (_STDOUT,), path or "")
    found = _scenario(path) if path and is_scenario(path) else _dataset(path, flags)
    if found is None:
        return 3
    written = {name: render(found, name) for name in {name for name, _ in targets}}
    for name, target in targets:
        if target != _STDOUT:
            write_file(target, written[name])
        elif name == "txt":
            emit_fitted(render(found, name, min(screen_width(), PLAIN_WIDTH)))
        else:
            emit(written[name])
    return 0


def _scenario(path: str) -> Study:
    from ftgate.report_page.study import study

    return study(read_scenario(path), os.path.basename(path))


def _dataset(path: str | None, flags: dict[str, Any]) -> Study | None:
    """The study of the one dataset there; None, and said why, while a number is missing."""
    from ftgate.costing import price_one
    from ftgate.report_page.study import study_of

    costs = price_one(path, replace(check_options(flags), notice=say))
    if costs.planned is None:
        for each in costs.missing:
            say(f"{costs.name}: not priced: {each.what}: {each.reason}")
        return None
    plan = costs.planned
    return study_of(plan.scenario, plan.notes, costs.comparison, plan.sources)


def render(study: Study, name: str, width: int = PLAIN_WIDTH) -> str:
    """A study as ``html``, ``md``, ``json`` or ``txt``; ``width`` is that of text in columns."""
    from ftgate import __version__

    if name == "json":
        import json

        from ftgate.report_page.machine import study_dict

        return quiet(json.dumps(study_dict(study, __version__), indent=2)) + "\n"
    from ftgate.report_page.report import document

    page = document(study, __version__)
    if name == "html":
        from ftgate.report_page.html import html

        return html(page)
    if name == "md":
        from ftgate.report_page.markdown import markdown

        return markdown(page)
    from ftgate.report_page.plain import plain

    return plain(page, width)


def _targets(values: tuple[str, ...], scenario: str) -> list[tuple[str, str]]:
    """Format and path of every ``-o``, checked before anything is computed."""
    targets = [_target(value) for value in values]
    seen: dict[str, str] = {}
    for value, (name, path) in zip(values, targets, strict=True):
        real = path if path == _STDOUT else os.path.realpath(path)
        if real in seen:
            raise UsageError(
                f"-o {seen[real]} and -o {value} are the same file", hint="name a file for each"
            )
        seen[real] = value
        if path != _STDOUT:
            check_target(path)
            _check_replaceable(path, name, scenario)
    return targets


def _target(value: str) -> tuple[str, str]:
    """``report.html`` or ``html=report`` → format and path."""
    name, equals, path = value.partition("=")
    if equals and name in _FORMATS and path:
        return name, path
    if value == _STDOUT:
        return "txt", value
    suffix = os.path.splitext(value)[1].lower().removeprefix(".")
    if suffix not in _SUFFIXES:
        ends = f"end it in .{', .'.join(_FORMATS)}, or write html={value or 'PATH'}"
        near = did_you_mean(suffix, _FORMATS, "")
        raise UsageError(
            f"-o {value}: the name does not say which format", hint=f"{near} {ends}".lstrip()
        )
    return _SUFFIXES[suffix], value


def _check_replaceable(path: str, name: str, scenario: str) -> None:
    """Raise UsageError for a file that is there and is none of our reports in this format."""
    if not os.path.isfile(path):
        return
    if os.path.exists(scenario) and os.path.samefile(path, scenario):
        raise UsageError(f"-o {path}: the scenario itself", hint="name another file")
    try:
        with open(path, "rb") as stream:
            begin = stream.read(_LOOKED_AT)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    if begin and _mark(name).encode() not in begin:
        raise UsageError(
            f"-o {path}: exists, and is no {name} report of ftgate",
            hint="remove it, or name another file: a report must not replace data",
        )


def _mark(name: str) -> str:
    from ftgate.report_page import html, machine, markdown, plain

    return {
        "html": html.MARK,
        "md": markdown.MARK,
        "json": machine.MARK,
        "txt": plain.MARK,
    }[name]
