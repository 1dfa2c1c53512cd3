"""The page for everybody: screen readers, keyboards, phones, dark rooms and paper."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from justhtml import JustHTML

from ftgate.commands.report import render
from tests.browser import drive, needs_chromium, violations, without_policy
from tests.report_values import FAILING, KNOWLEDGE
from tests.test_render_html import LIVE, html, written
from tests.test_report_command import read
from tests.test_sensitivity import HOSPITAL

LONG = replace(KNOWLEDGE, message="m" * 300, path="p" * 200, key="long")
PAGE = (LIVE, replace(FAILING, findings=(*FAILING.findings, LONG)))
DECISION = render(read(HOSPITAL), "html")
RULES_AT_LEAST = 25


@needs_chromium
@pytest.mark.parametrize(
    ("width", "dark"), [(1200, False), (390, False), (1200, True)], ids=["wide", "phone", "dark"]
)
def test_axe_finds_nothing(tmp_path: Path, width: int, dark: bool) -> None:
    found, passed = violations(written(tmp_path, html(*PAGE)), width, dark=dark)
    assert found == []
    assert passed >= RULES_AT_LEAST


@needs_chromium
@pytest.mark.parametrize("width", [1200, 390])
def test_axe_finds_nothing_on_the_report_for_a_decision(tmp_path: Path, width: int) -> None:
    found, passed = violations(written(tmp_path, DECISION), width)
    assert found == []
    assert passed >= RULES_AT_LEAST


def test_the_report_for_a_decision_is_html_without_a_parse_error() -> None:
    JustHTML(DECISION, strict=True)


@needs_chromium
def test_axe_would_find_something(tmp_path: Path) -> None:
    broken = html(*PAGE).replace("<html lang=", "<html data-lang=").replace("<label for", "<b data")
    found, _ = violations(written(tmp_path, broken))
    assert {each.split(":")[0] for each in found} >= {"serious html-has-lang", "critical label"}


@needs_chromium
def test_everything_that_acts_is_reached_by_the_keyboard_in_the_order_of_the_page(
    tmp_path: Path,
) -> None:
    script = """(page) => {
      const acts = [...page.querySelectorAll("a, button, input, select, summary, .scroll")];
      return [
        acts.filter((each) => each.tabIndex < 0 && !each.closest("[hidden]")).length,
        acts.filter((each) => each.tabIndex > 0).length,
        acts.length,
      ];
    }"""
    unreachable, reordered, number = drive(written(tmp_path, html(*PAGE)), script)
    assert (unreachable, reordered) == (0, 0)
    assert number > 20


@needs_chromium
def test_on_a_phone_a_finding_is_read_without_scrolling_sideways(tmp_path: Path) -> None:
    script = """(page) => [...page.querySelectorAll(".findings, .tornado")].map((each) => {
      const box = each.closest(".scroll");
      return box.scrollWidth - box.clientWidth;
    })"""
    assert set(drive(written(tmp_path, html(*PAGE)), script, width=390)) == {0}


@needs_chromium
def test_paper_is_white_and_has_no_controls(tmp_path: Path) -> None:
    """Print styles as the style sheet states them, applied to the screen."""
    page = html(*PAGE).replace("@media print", "@media screen")
    script = """(page) => {
      const shown = (name) => [...page.querySelectorAll(name)]
        .filter((each) => page.defaultView.getComputedStyle(each).display !== "none").length;
      const ground = page.defaultView.getComputedStyle(page.documentElement).backgroundColor;
      return [shown("nav, .sliders, .controls, details:not([open])"), shown(".totals"), ground];
    }"""
    controls, tables, ground = drive(written(tmp_path, without_policy(page)), script)
    assert (controls, tables, ground) == (0, 1, "rgb(255, 255, 255)")
