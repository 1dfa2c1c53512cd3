"""Rewrites tests/golden/formats: every format of three samples, as it is printed today.

One sample passes, one fails because it teaches facts, one is broken. What depends on the machine
is left out, and so are the documentation of the rules, which has pages of its own, and all but two
of the judgements on answers. Of the HTML page the words are kept, in the order of the document.
``python -m scripts.update_golden`` rewrites the files; a test compares, and the difference is for
the reviewer to read.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

from ftgate.gate import CheckOptions, check
from ftgate.render import RENDERERS, renderer
from ftgate.report import Report

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "tests" / "golden" / "formats"
SAMPLES = ("hospital-letters", "ski-resort-faq", "broken-export")
SUFFIXES = {
    **{"text": "txt", "concise": "concise.txt", "json": "json", "jsonl": "jsonl"},
    **{"github": "github.txt", "gitlab": "gitlab.json", "sarif": "sarif", "junit": "xml"},
    **{"markdown": "md", "html": "html.txt", "attestation": "intoto.json"},
}
AS_OF = "2026-11-22"
_WIDTH = 100


class _Words(HTMLParser):
    """The text of a page without its script and style, a line for each element that has some."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._silent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self._silent = tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        del tag
        self._silent = False

    def handle_data(self, data: str) -> None:
        if not self._silent and (text := " ".join(data.split())):
            self.lines.append(text)


def words(page: str) -> str:
    """What a page says."""
    reader = _Words()
    reader.feed(page)
    return "\n".join(reader.lines) + "\n"


def judged(sample: str) -> Report:
    """The report of a sample, without the versions of this machine."""
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as cache:
        os.chdir(ROOT)  # paths in reports are relative to here
        try:
            report = check([f"sample_data/{sample}"], CheckOptions(as_of=AS_OF, cache_dir=cache))
        finally:
            os.chdir(before)
    return replace(
        report,
        version="0",
        rules=tuple(rule._replace(documentation=rule.summary) for rule in report.rules),
        datasets=tuple(
            replace(
                each,
                tokens=each.tokens and replace(each.tokens, engine="tiktoken"),
                goal=each.goal and replace(each.goal, judgements=each.goal.judgements[:2]),
            )
            for each in report.datasets
        ),
    )


def rendered(report: Report, name: str) -> str:
    """One format of a report."""
    text = renderer(name)(report, color=False, width=_WIDTH, verbose=False)
    return words(text) if name == "html" else text


def golden(sample: str) -> Iterator[tuple[Path, str]]:
    """Every file of a sample with what belongs into it."""
    report = judged(sample)
    for name in RENDERERS:
        yield FOLDER / f"{sample}.{SUFFIXES[name]}", rendered(report, name)


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for each in SAMPLES:
        for path, text in golden(each):
            path.write_text(text, encoding="utf-8", newline="")
