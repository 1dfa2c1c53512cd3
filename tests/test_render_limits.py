"""What a forge takes of each format, and how long a renderer takes for thousands of findings."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from itertools import cycle, islice

import pytest

from ftgate.model import RuleText
from ftgate.render import renderer
from ftgate.report import DatasetReport, Report
from tests.report_values import FAILING, KNOWLEDGE, WARNING, report

FINDINGS = 5_000
COMMENT_CHARS = 65_536
SUMMARY_BYTES = 2**20
SARIF_RESULTS, SARIF_BYTES = 25_000, 10_000_000
JUNIT_BYTES = 30_000_000
PAGE_BYTES = 400_000
KINDS = (KNOWLEDGE, WARNING, replace(WARNING, severity="info", code="FT999"))
RULES = tuple(RuleText(each.code, each.name, "error", "A rule.", "Why.\n" * 50) for each in KINDS)


def dataset(name: str, findings: int, length: int = 200) -> DatasetReport:
    """Findings of every severity in many files, with messages of 8-bit and wide characters."""
    kinds = islice(cycle(KINDS), findings)
    message = ("x" * 9 + "語") * (length // 10)
    made = (
        replace(kind, message=f"{n}: {message}", path=f"data/{n % 40}.jsonl", key=str(n))
        for n, kind in enumerate(kinds)
    )
    return replace(FAILING, name=name, findings=tuple(made))


def large(*datasets: DatasetReport) -> Report:
    return replace(report(*datasets), rules=RULES)


ONE = large(dataset("one", FINDINGS))
SHAPES = {
    "one dataset": ONE,
    "many datasets": large(*(dataset(f"set-{n}", FINDINGS // 200) for n in range(200))),
    "long messages": large(dataset("long", FINDINGS, length=2_000)),
}


def shown(name: str, made: Report, *, verbose: bool = False) -> str:
    return renderer(name)(made, color=False, width=80, verbose=verbose)


@pytest.mark.parametrize("shape", SHAPES)
def test_markdown_is_a_comment_and_a_summary(shape: str) -> None:
    text = shown("markdown", SHAPES[shape])
    assert len(text) <= COMMENT_CHARS
    assert len(text.encode()) <= SUMMARY_BYTES
    assert "more" in text


@pytest.mark.parametrize("shape", SHAPES)
def test_a_page_opens_everywhere(shape: str) -> None:
    assert len(shown("html", SHAPES[shape]).encode()) <= PAGE_BYTES


@pytest.mark.parametrize("shape", SHAPES)
def test_github_shows_every_annotation_that_it_is_given(shape: str) -> None:
    lines = shown("github", SHAPES[shape]).splitlines()
    for command in ("error", "warning", "notice"):
        shown_of_it = [line for line in lines if line.startswith(f"::{command} ")]
        assert len(shown_of_it) == 10
        assert "more: see the log" in shown_of_it[-1]


def test_code_scanning_takes_the_log_of_more_results_than_it_has_room_for() -> None:
    text = shown("sarif", large(dataset("huge", SARIF_RESULTS + 5_000, length=50)))
    (run,) = json.loads(text)["runs"]
    assert len(run["results"]) == SARIF_RESULTS
    assert run["properties"]["leftOff"] == 5_000
    levels = [each["level"] for each in run["results"]]
    assert levels == sorted(levels, key=["error", "warning", "note"].index), "the worst are kept"
    assert len(gzip.compress(text.encode(), compresslevel=1)) <= SARIF_BYTES
    assert max(len(each["locations"]) for each in run["results"]) == 1
    assert max(len(each.get("relatedLocations", ())) for each in run["results"]) < 100


@pytest.mark.parametrize("shape", SHAPES)
def test_junit_is_below_what_gitlab_reads(shape: str) -> None:
    assert len(shown("junit", SHAPES[shape]).encode()) <= JUNIT_BYTES


def test_a_screen_has_room_for_the_worst_and_counts_the_rest() -> None:
    lines = shown("text", ONE).splitlines()
    assert len(lines) <= 30
    assert any("more findings: see them with -v" in line for line in lines)
