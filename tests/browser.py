"""A page as Chromium makes it: the DOM after its script has run, and what the console said."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple

import pytest

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="NOT TESTED: Chromium is not installed (apt-get install chromium)"
)

_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
    *("--no-first-run", "--disable-extensions", "--enable-logging=stderr"),
    "--allow-file-access-from-files",
    *("--host-resolver-rules=MAP * ~NOTFOUND", "--virtual-time-budget=3000"),
)
_VOID = {"meta", "br", "input", "link", "img"}


class Element(NamedTuple):
    """One element in document order, with its attributes and all text inside."""

    tag: str
    attributes: dict[str, str]
    depth: int
    texts: list[str]

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self._open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        element = Element(tag, values, len(self._open), [])
        self.elements.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.elements.append(Element(tag, values, len(self._open), []))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.handle_data(" ")
        if any(each.tag == tag for each in self._open):
            while self._open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.texts.append(data)


class Page(NamedTuple):
    """What the browser made of a page."""

    dom: str
    elements: list[Element]
    console: list[str]

    def find(self, tag: str, **attributes: str) -> Iterator[Element]:
        """Elements with these attributes; ``class_`` has to be one of the classes."""
        for each in self.elements:
            wanted = (
                value in each.attributes.get("class", "").split()
                if name == "class_"
                else each.attributes.get(name) == value
                for name, value in attributes.items()
            )
            if each.tag == tag and all(wanted):
                yield each

    def inside(self, element: Element) -> list[Element]:
        """Everything below one element."""
        start = next(n for n, each in enumerate(self.elements) if each is element) + 1
        found = []
        for each in self.elements[start:]:
            if each.depth <= element.depth:
                break
            found.append(each)
        return found


def parsed(text: str, console: list[str] | None = None) -> Page:
    """A page as it was written, before any script."""
    reader = _Reader()
    reader.feed(text)
    return Page(text, reader.elements, console or [])


def browse(path: Path, fragment: str = "", width: int = 1200) -> Page:
    """Open a file in Chromium and read the DOM back."""
    assert CHROMIUM is not None
    done = subprocess.run(
        [
            *(CHROMIUM, *_FLAGS, f"--window-size={width},900"),
            *(f"--user-data-dir={path.parent / 'profile'}", "--dump-dom"),
            f"{path.as_uri()}{'#' + fragment if fragment else ''}",
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    console = re.findall(r"CONSOLE.*", done.stderr)
    return parsed(done.stdout, console)


_DRIVER = """<!doctype html><meta charset="utf-8"><body style="margin:0">
<iframe src="{page}" style="border:0;width:{width}px;height:2000px"></iframe><pre id="out"></pre>
<script>onload = () => {{
  const page = document.querySelector("iframe").contentDocument;
  const act = (element, kind) => element.dispatchEvent(new page.defaultView.Event(kind));
  document.getElementById("out").textContent = JSON.stringify(({script})(page, act));
}}</script>"""


def drive(path: Path, script: str, width: int = 1200) -> Any:
    """Run ``(page, act) => ...`` on a page as wide as ``width``, and return what it returns.

    ``act(element, "input")`` is what a person does to a control.
    """
    driver = path.with_name("driver.html")
    driver.write_text(_DRIVER.format(page=path.name, width=width, script=script), encoding="utf-8")
    return json.loads(next(browse(driver).find("pre", id="out")).text)


_AUDITED = """<!doctype html><meta charset="utf-8"><title>audit</title>
<iframe src="{page}" style="border:0;width:{width}px;height:2000px"></iframe><pre id="out"></pre>
<script>onload = async () => {{
  const {{ violations, passes }} = await document.querySelector("iframe").contentWindow.axe.run();
  const found = violations.flatMap(({{ id, impact, nodes }}) =>
    nodes.map(({{ html }}) => `${{impact}} ${{id}}: ${{html.slice(0, 200)}}`));
  document.getElementById("out").textContent = JSON.stringify([found, passes.length]);
}}</script>"""


def without_policy(text: str) -> str:
    """A page that may be given another script or style."""
    return re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text)


def violations(path: Path, width: int = 1200, *, dark: bool = False) -> tuple[list[str], int]:
    """What axe-core objects to on a page, and how many of its rules the page passes.

    The policy of the page forbids a foreign script, so a copy without it is looked at.
    """
    package = importlib.util.find_spec("axe_core_python")
    assert package is not None
    assert package.origin is not None
    axe = Path(package.origin).with_name("axe.min.js").read_text("utf-8")
    text = without_policy(path.read_text("utf-8"))
    if dark:
        text = text.replace("(prefers-color-scheme: dark)", "(min-width: 1px)", 1)
    closing = '<script src="axe.min.js"></script></body>'
    path.with_name("axe.min.js").write_text(axe, encoding="utf-8")
    copy = path.with_name("audited.html")
    copy.write_text(closing.join(text.rsplit("</body>", 1)), encoding="utf-8")
    driver = path.with_name("driver.html")
    driver.write_text(_AUDITED.format(page=copy.name, width=width), encoding="utf-8")
    found, passed = json.loads(next(browse(driver).find("pre", id="out")).text)
    return found, passed
