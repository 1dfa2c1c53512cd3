"""``ftgate report``: a scenario as the report that a decision is taken from."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from ftgate.commands.flags import CONTEXT, OnePerLine
from ftgate.commands.output import check_target, emit, write_file
from ftgate.errors import UnreadableError, UsageError

if TYPE_CHECKING:
    from ftgate.report_page.study import Study

# What a file of each format begins with, or has in its first lines, when we wrote it.
_FORMATS = ("html", "md", "json", "txt")
_SUFFIXES = {"htm": "html", "markdown": "md", "text": "txt", **{name: name for name in _FORMATS}}
_LOOKED_AT = 2000
_STDOUT = "-"


@click.command("report", context_settings=CONTEXT)
@click.argument("scenario", type=click.Path(), metavar="SCENARIO")
@click.option(
    "-o",
    "--output",
    type=OnePerLine(),
    multiple=True,
    metavar="PATH",
    help="Where to: report.html, report.md, report.json or report.txt, or - for text on standard "
    "output. FORMAT=PATH where the name does not say which. Repeatable.  [default: -]",
)
def command(scenario: str, output: tuple[str, ...]) -> int:
    """Write the report of a scenario: recommendation, costs, flip points, charts, risk, sources.

    SCENARIO is a TOML file with prices, tokens and volume; sample_data/scenarios has commented
    examples. The HTML is one file without scripts and prints on A4. The same scenario gives the
    same report, byte for byte.
    """
    targets = _targets(output or (_STDOUT,), scenario)
    from ftgate.report_page.study import study

    found = study(_read(scenario), os.path.basename(scenario))
    written = {name: render(found, name) for name in {name for name, _ in targets}}
    for name, path in targets:
        if path == _STDOUT:
            emit(written[name])
        else:
            write_file(path, written[name])
    return 0


def render(study: Study, name: str) -> str:
    """A study as ``html``, ``md``, ``json`` or ``txt``."""
    from ftgate import __version__

    if name == "json":
        import json

        from ftgate.report_page.machine import study_dict

        return json.dumps(study_dict(study, __version__), indent=2) + "\n"
    from ftgate.report_page.report import document

    page = document(study, __version__)
    if name == "html":
        from ftgate.report_page.html import html

        return html(page)
    if name == "md":
        from ftgate.report_page.markdown import markdown

        return markdown(page)
    from ftgate.report_page.plain import plain

    return plain(page)


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
        raise UsageError(
            f"-o {value}: the name does not say which format",
            hint=f"end it in .{', .'.join(_FORMATS)}, or write html={value or 'PATH'}",
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


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as stream:
            return stream.read()
    except OSError as error:
        raise UnreadableError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UnreadableError(f"{path}: not UTF-8 text (byte {error.start})") from None
