"""Renderers: pure functions from a :class:`~ftgate.report.Report` to text.

Each module of the table has ``render(report, *, color, width, verbose) -> str``. ``width`` is in
columns; formats for machines ignore it, and ``color`` and ``verbose`` too: their shape never
depends on who looks.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from ftgate.report import Report

RENDERERS: dict[str, str] = {
    "text": "ftgate.render.text",
    "concise": "ftgate.render.concise",
    "json": "ftgate.render.machine",
    "jsonl": "ftgate.render.json_lines",
    "github": "ftgate.render.github",
    "gitlab": "ftgate.render.gitlab",
    "sarif": "ftgate.render.sarif",
    "junit": "ftgate.render.junit",
    "markdown": "ftgate.render.markdown",
    "html": "ftgate.render.html",
    "attestation": "ftgate.render.attestation",
}


class Renderer(Protocol):
    """What every renderer is."""

    def __call__(self, report: Report, *, color: bool, width: int, verbose: bool) -> str: ...


def renderer(name: str) -> Renderer:
    """The renderer of one format; KeyError when there is none of that name."""
    return cast("Renderer", importlib.import_module(RENDERERS[name]).render)
