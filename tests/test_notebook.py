"""What a notebook shows and runs: the library's examples, and reports as small tables."""

from __future__ import annotations

import doctest
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser
from types import ModuleType

import pytest

import ftgate
from ftgate import library
from ftgate.model import BreakEven, Comparison
from ftgate.report import DatasetReport
from tests.conftest import ROOT
from tests.report_values import FAILING, PASSING, UNPRICED, UNREADABLE, report

EVERYTHING = report(PASSING, FAILING, UNREADABLE, UNPRICED)
HOSTILE = '<img src=x onerror="alert(1)">\x1b[2J\u202e'


@pytest.mark.parametrize(("module", "examples"), [(ftgate, 6), (library, 7)])
def test_the_examples_of_the_documentation_do_what_they_say(
    module: ModuleType, examples: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT / "sample_data")
    result = doctest.testmod(module)
    assert (result.failed, result.attempted) == (0, examples)


class Page(HTMLParser):
    """The elements and the text of a fragment; fails on a tag that is not closed in order."""

    VOID = ("br",)

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.cells: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag == "td":
            self.cells.append("")
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if "td" in self.open:
            self.cells[-1] += data


def test_a_report_shows_verdicts_findings_and_money() -> None:
    page = Page(EVERYTHING._repr_html_())
    assert "4 datasets" in page.text
    for dataset in EVERYTHING.datasets:
        assert f"{dataset.outcome.upper()} {dataset.name}" in page.text
    assert any(cell.startswith("FT401") for cell in page.cells)
    assert "training" in page.text


def test_what_passes_is_folded() -> None:
    assert "<details>" in report(PASSING)._repr_html_()
    assert "<details open>" in report(FAILING)._repr_html_()


def test_nothing_is_fetched_run_or_painted_over() -> None:
    for html in (EVERYTHING._repr_html_(), comparison()._repr_html_()):
        page = Page(html)
        known = {"div", "details", "summary", "b", "span", "table", "tr", "th", "td", "br"}
        assert page.tags <= known
        assert page.attributes <= {"style", "open", "scope"}
        assert "url(" not in html
        # Outside of the verdict, colours are the notebook's: dark themes stay legible.
        assert html.count("color:#") == html.count("background:#")


def test_text_of_the_data_stays_text() -> None:
    finding = replace(FAILING.findings[0], message=HOSTILE, path=HOSTILE)
    hostile = replace(FAILING, name=HOSTILE, findings=(finding,), next_command=HOSTILE)
    html = report(hostile)._repr_html_()
    assert "img" not in Page(html).tags
    assert "\x1b" not in html
    assert "\u202e" not in html
    assert Page(html).text.count("<img src=x") == 4


def test_long_results_are_cut_and_counted() -> None:
    many = tuple(replace(FAILING, name=f"set-{number}") for number in range(60))
    html = report(*many)._repr_html_()
    assert "and 10 more datasets" in html
    findings = tuple(FAILING.findings[:1]) * 25
    assert "and 5 more findings" in report(replace(FAILING, findings=findings))._repr_html_()


def comparison(dataset: DatasetReport = PASSING) -> Comparison:
    assert dataset.comparison is not None
    return dataset.comparison


def test_a_comparison_shows_every_option_and_marks_the_best() -> None:
    found = comparison()
    page = Page(found._repr_html_())
    rows = [page.cells[start : start + 4] for start in range(0, len(page.cells), 4)]
    assert [row[0].split(" (best)")[0].rstrip(" *") for row in rows] == [
        option.name for option in found.options
    ]
    assert [row[0] for row in rows if "(best)" in row[0]] == [f"{found.best} (best)"]
    assert "break-even: " in page.text


def test_without_a_volume_the_volumes_are_shown() -> None:
    found = library.compare(ftgate.Workload(None, 800, 200, 100), {})
    page = Page(found._repr_html_())
    assert len(page.cells) == 3 * len(found.at_volumes) > 0
    assert "not known: calls per month" in page.text


def test_a_comparison_without_anything_is_no_error() -> None:
    point = BreakEven("NEVER", None, None, None, None)
    empty = Comparison(12, "", "", (), point)
    assert "never" in Page(empty._repr_html_()).text
    assert Page(replace(empty, break_even=None)._repr_html_()).cells == []


def test_amounts_are_those_of_the_options() -> None:
    first = comparison().options[0]
    option = replace(first, upfront_usd=Decimal("1234.5"), name="x", contends=False)
    html = replace(comparison(), options=(option,))._repr_html_()
    assert Page(html).cells[:2] == ["x *", "$1,235"]
    assert "never the best" in html
