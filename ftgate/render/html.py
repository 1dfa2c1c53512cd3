"""The report as one HTML file that asks nobody for anything and runs only its own script.

Templates, style, script and the chart library (uPlot 1.6.32 of npm, MIT) lie in ``page/``. Text
from data passes Jinja's escaping and :func:`~ftgate.render.escape.visible`; the policy in the head
of the page lets the browser run what has the right digest and load nothing. Records are never
inside.
"""

from __future__ import annotations

import base64
import functools
import hashlib
from typing import TYPE_CHECKING, Any

from ftgate.render.escape import visible
from ftgate.render.html_view import Room, page_view

if TYPE_CHECKING:
    from jinja2 import Environment

    from ftgate.report import Report


MAX_BYTES = 400_000
"""What a page is kept under, as far as one section allows: an artifact that opens everywhere."""

_ROOMS = (Room(), Room(12, 300), Room(6, 200), Room(3, 150), Room(1, 100))


def render(report: Report, *, color: bool, width: int, verbose: bool) -> str:
    """The whole page; it looks the same whoever asks for it."""
    del color, width, verbose
    from markupsafe import Markup

    environment = _environment()
    style = _asset(environment, "uplot.css") + _asset(environment, "page.css")
    script = _asset(environment, "uplot.js") + _asset(environment, "page.js")
    policy = (
        f"default-src 'none'; script-src {_digest(script)}; style-src {_digest(style)};"
        " base-uri 'none'; form-action 'none'"
    )
    template, text = environment.get_template("page.html.j2"), ""
    for room in _ROOMS:
        text = template.render(
            **page_view(report, room),
            policy=policy,
            style=Markup(style),  # noqa: S704  # nosec B704
            script=Markup(script),  # noqa: S704  # nosec B704
        )
        if len(text.encode()) <= MAX_BYTES:
            break
    return text.rstrip("\n") + "\n"


@functools.cache
def _environment() -> Environment:
    """Compiles each template once, which takes ten times as long as a page."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("ftgate.render", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )


def _shown(value: Any) -> Any:
    """Control characters of any plain text as visible escapes; markup of ours as it is."""
    return visible(value) if type(value) is str else value


def _asset(environment: Environment, name: str) -> str:
    assert environment.loader is not None  # noqa: S101 - given above
    return environment.loader.get_source(environment, name)[0].rstrip("\n") + "\n"


def _digest(text: str) -> str:
    """The source expression of one inline element, as Content Security Policy Level 3 has it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
