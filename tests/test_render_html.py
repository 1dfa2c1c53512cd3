"""The HTML report: one file that loads nothing, shows text as text, and opens at once."""

from __future__ import annotations

import base64
import hashlib
import re
import time
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import ftgate
from ftgate.model import Evidence, Judgement, Reason
from ftgate.render import renderer
from ftgate.render.html import MAX_BYTES
from ftgate.render.html_marks import GROUPS, WIDTH, bars, timeline
from ftgate.render.html_view import Room
from ftgate.report import DatasetReport, Report
from tests.browser import Page, browse, drive, needs_chromium, parsed
from tests.report_values import (
    CACHED,
    COMPARISON,
    FAILING,
    GOAL,
    KNOWLEDGE,
    PASSING,
    PRICE,
    TODAY,
    TOKENS,
    TUNED,
    UNPRICED,
    UNREADABLE,
    WARNING,
    report,
)
from tests.test_render_machine import HOSTILE, RULES, many

UPLOT_1_6_32 = "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f"
"""Of dist/uPlot.iife.min.js in the npm package."""

CALL: dict[str, Any] = {
    **dict.fromkeys(("growth_ratio", "other_usd", "fixed_usd", "replica_usd"), Decimal(0)),
    **dict.fromkeys(("replica_calls", "upfront_usd"), Decimal(0)),
    **dict.fromkeys(("static_tokens", "dynamic_tokens", "answer_tokens"), Decimal(100)),
    **dict.fromkeys(("input_mtok", "output_mtok", "token_factor"), Decimal(1)),
    "calls_per_month": Decimal(50_000),
    "ramp": [],
    "epochs": 3,
    "job_usd": [],
    "life_months": None,
    "own_months": None,
}
LIVE = replace(
    PASSING,
    comparison=replace(
        COMPARISON,
        options=(
            replace(TODAY, terms=CALL),
            replace(CACHED, terms=CALL),
            replace(TUNED, terms={**CALL, "life_months": 10}),
        ),
    ),
)


def html(*datasets: DatasetReport, **changes: Any) -> str:
    made: Report = replace(report(*datasets), rules=RULES, **changes)
    return renderer("html")(made, color=True, width=40, verbose=False)


def page(*datasets: DatasetReport, **changes: Any) -> Page:
    return parsed(html(*datasets, **changes))


def written(folder: Path, text: str) -> Path:
    path = folder / "page.html"
    path.write_text(text, encoding="utf-8")
    return path


def hostile(text: str) -> tuple[DatasetReport, dict[str, Any]]:
    """A dataset with this text in every place where a report has text, and the rest of a report."""
    finding = replace(
        KNOWLEDGE, message=text, path=text, next_step=text, rule=text, name=text, code=text
    )
    options = [replace(each, name=text, model=text, note=text) for each in LIVE.comparison.options]  # type: ignore[union-attr]
    comparison = replace(
        COMPARISON,
        baseline=text,
        best=text,
        assumptions=(text,),
        options=tuple(options),
        thresholds=tuple(replace(each, meaning=text) for each in COMPARISON.thresholds),
    )
    dataset = replace(
        FAILING,
        name=text,
        findings=(finding, WARNING),
        reasons=(Reason(text, text),),
        next_command=text,
        waived=(text,),
        comparison=comparison,
        tokens=replace(TOKENS, note=text, by_role={text: 1}),
        goal=replace(GOAL, evidence=(Evidence(text, text, text),)),
        files=tuple(replace(file, path=text) for file in FAILING.files),
    )
    price = replace(PRICE, model=text, source=text, url=text, provider=text)
    return dataset, {"prices": (price,), "settings": {text: {text: [text]}}}


# -- what the page says -------------------------------------------------------------------------


def test_every_dataset_is_a_section_worst_first_with_its_verdict_and_reasons() -> None:
    seen = page(PASSING, FAILING)
    sections = [each for each in seen.find("section", class_="dataset")]
    titles = [next(e.text for e in seen.inside(each) if e.tag == "h2") for each in sections]
    assert titles == ["fail ski-resort-faq", "pass hospital-letters"]
    assert "71% of answers teach facts (limit 60%)" in sections[0].text
    links = [each.attributes["href"] for each in seen.find("a") if each.text == "ski-resort-faq"]
    assert links == ["#d1", "#d1"]


def test_a_page_of_one_dataset_needs_no_contents() -> None:
    assert not list(page(PASSING).find("nav"))


def test_money_tokens_prices_and_settings_are_in_tables() -> None:
    seen = page(PASSING)
    rows = [each.text for each in seen.find("tr")]
    assert "501 to 1,000 72" in rows
    assert any(row.startswith("today's prompt input $100.50 monthly 50,250,000") for row in rows)
    assert any("OpenAI pricing page 2026-11-18 2027-02-16 bundled" in row for row in rows)
    assert any(row.startswith("requests_per_month 2,100 below") for row in rows)


def test_what_is_unknown_is_said_and_never_zero() -> None:
    seen = page(UNREADABLE, UNPRICED)
    rows = {row.text for row in seen.find("tr")}
    assert "broken error hold 112 unknown unknown unknown" in rows
    assert any(each.text == "not looked for" for each in seen.find("dd"))
    assert [each.text for each in seen.find("dd")].count("unknown") == 1  # the job of gpt-9


def test_settings_are_keys_with_values_and_nothing_that_is_not_stated() -> None:
    plan = {"usage": {"horizon_months": 12, "ramp": [0.1, 0.5], "cache_hit_rate": None}}
    rows = [
        each.text
        for each in page(PASSING, settings={**plan, "waive": [{"code": "FT8"}]}).find("tr")
    ]
    assert {"usage.horizon_months 12", "usage.ramp 0.1, 0.5", "waive.1.code FT8"} <= set(rows)
    assert not [row for row in rows if "cache_hit_rate" in row]


def test_volumes_are_shown_where_the_volume_is_unknown() -> None:
    rows = [row.text for row in page(FAILING).find("tr")]
    assert "1,000 keep prompting cached prompt none $1.00" in rows
    assert "1,000,000 fine-tune fine-tuned 1.9 $1,000" in rows


def test_a_bar_is_as_long_as_the_total_of_its_option() -> None:
    found = bars(COMPARISON.options)
    assert [bar.option for bar in found] == list(COMPARISON.options)
    for bar in found:
        spent = sum(part.usd for part in bar.parts)
        if bar.option.lines and any(line.monthly for line in bar.option.lines):
            assert spent == pytest.approx(bar.option.total_usd)
        assert [part.group for part in bar.parts] == sorted(
            (part.group for part in bar.parts), key=GROUPS.index
        )
    assert max(part.left + part.width for bar in found for part in bar.parts) == WIDTH


def test_a_bar_beside_the_contest_does_not_shrink_the_others() -> None:
    dear = replace(TODAY, monthly_usd=(Decimal(9_999),) * 12, contends=False)
    first, cut = bars((TODAY, dear))
    assert (first.cut, cut.cut) == (False, True)
    assert first.parts[-1].left + first.parts[-1].width == WIDTH


def test_the_life_of_the_model_goes_from_today_to_its_end() -> None:
    moments = timeline(PASSING, "2026-11-22")
    assert [(each.day, each.kind) for each in moments] == [
        (date(2026, 11, 22), "now"),
        (date(2027, 2, 3), "payback"),
        (date(2027, 10, 14), "stop"),
        (date(2027, 11, 22), "horizon"),
    ]
    assert [each.at for each in moments] == [0, 200, 893, 1000]


def test_the_horizon_counts_from_the_day_of_the_job() -> None:
    moments = timeline(PASSING, "2026-11-22", "2026-12-31")
    assert [(each.day, each.text) for each in moments if each.kind in ("now", "horizon")] == [
        (date(2026, 11, 22), "judged"),
        (date(2026, 12, 31), "the job starts"),
        (date(2027, 12, 31), "end of the horizon of 12 months"),
    ]


def test_a_payback_that_comes_too_late_is_no_fact() -> None:
    assert COMPARISON.break_even_best is not None
    late = replace(COMPARISON.break_even_best, status="PAYS_BACK_AFTER_SHUTDOWN")
    dataset = replace(PASSING, comparison=replace(COMPARISON, break_even_best=late))
    (moment,) = [each for each in timeline(dataset, "2026-11-22") if each.kind == "late"]
    assert moment.text == "the fine-tune would have paid back against cached prompt"


# -- one file that asks nobody ------------------------------------------------------------------


def test_the_policy_allows_what_is_inside_and_nothing_else() -> None:
    text = html(PASSING, FAILING)
    seen = parsed(text)
    policy = next(
        each.attributes["content"] for each in seen.find("meta") if "content" in each.attributes
    )
    assert policy.startswith("default-src 'none'; ")
    for tag, source in (("script", "script-src"), ("style", "style-src")):
        (element,) = [e for e in seen.find(tag) if e.attributes.get("type") != "application/json"]
        digest = hashlib.sha256("".join(element.texts).encode()).digest()
        assert f"{source} 'sha256-{base64.b64encode(digest).decode()}'" in policy
    assert "unsafe" not in policy


def test_nothing_is_loaded_from_anywhere() -> None:
    seen = page(PASSING, FAILING)
    assert not [each for each in seen.elements if {"src", "style", "srcset"} & set(each.attributes)]
    assert not list(seen.find("link"))
    outside = [each.attributes["href"] for each in seen.find("a")]
    assert {url for url in outside if not url.startswith("#")} == {"https://openai.com/api/pricing"}
    (style,) = seen.find("style")
    assert not re.search(r"url\(|@import|@font-face", style.text)
    assert not re.search(r"\bfetch\(|XMLHttpRequest|WebSocket|sendBeacon", seen.dom)


def test_no_record_and_no_reason_of_a_judgement_is_inside() -> None:
    judged = (Judgement("letters/train.jsonl", 7, True, "canary-of-a-judgement"),)
    assert "canary" not in html(replace(PASSING, goal=replace(GOAL, judgements=judged)))


def test_the_same_report_is_the_same_bytes_whoever_looks() -> None:
    made = report(LIVE, FAILING)
    show = renderer("html")
    first = show(made, color=False, width=40, verbose=False)
    assert show(made, color=True, width=200, verbose=True) == first
    assert "generated" not in first


def test_the_chart_library_is_the_published_one_with_its_licence() -> None:
    folder = Path(ftgate.__file__).parent / "render" / "page"
    digest = hashlib.sha256((folder / "uplot.js").read_bytes()).hexdigest()
    assert digest == UPLOT_1_6_32
    assert "Leon Sorokin" in (folder / "LICENSE-uplot").read_text("utf-8")


# -- what the data are called cannot act --------------------------------------------------------


@pytest.mark.parametrize("text", [*HOSTILE, "<img src=x onerror=alert(1)>", '"><svg onload=x>'])
def test_text_makes_no_element_and_no_attribute(text: str) -> None:
    dataset, changes = hostile(text)
    seen, plain = page(dataset, **changes), hostile("plain")
    expected = page(plain[0], **plain[1])
    shape = [(each.tag, sorted(each.attributes)) for each in seen.elements]
    assert shape == [(each.tag, sorted(each.attributes)) for each in expected.elements]


def test_a_price_links_to_a_page_and_nothing_else() -> None:
    for url in ("javascript:alert(1)", "http://a.example", "data:text/html,x", "HTTPS://x y"):
        price = replace(PRICE, url=url)
        assert not [e for e in page(PASSING, prices=(price,)).find("a") if url in str(e.attributes)]


@needs_chromium
def test_a_hostile_page_runs_its_own_script_only(tmp_path: Path) -> None:
    steps = "document.title='owned'"
    attack = f'</script></style><script>{steps}</script><img src=x onerror="{steps}">'
    datasets = []
    for text in (*HOSTILE, attack):
        dataset, changes = hostile(text)
        datasets.append(dataset)
    seen = browse(written(tmp_path, html(*datasets, **changes)))
    assert seen.console == []
    assert next(seen.find("title")).text == f"ftgate: {len(datasets)} fail"
    assert len(list(seen.find("script"))) == 2
    assert not list(seen.find("img"))
    assert len(list(seen.find("canvas"))) == 2 * len(datasets)


# -- a lot of it --------------------------------------------------------------------------------


def test_thousands_of_findings_take_no_second_and_the_worst_are_shown() -> None:
    began = time.perf_counter()
    text = html(many(5000), PASSING)
    assert time.perf_counter() - began < 1
    seen = parsed(text)
    (table,) = seen.find("table", class_="findings")
    words = [each.text for each in seen.inside(table) if each.tag == "td"][::4]
    assert len(words) == Room().findings
    assert set(words) == {"error"}
    assert "… and 4,501 more findings, none of them worse" in text
    assert len(text.encode()) <= MAX_BYTES


def test_the_rows_go_to_the_worst_findings_of_all_datasets() -> None:
    warnings = replace(
        FAILING, name="warned", findings=tuple(replace(WARNING, key=str(n)) for n in range(900))
    )
    seen = page(warnings, many(300))
    tables = list(seen.find("table", class_="findings"))
    rows = [[each for each in seen.inside(table) if each.tag == "tr"] for table in tables]
    assert [len(each) - 1 for each in rows] == [200, 300]


def test_many_datasets_are_all_listed_and_the_worst_have_sections() -> None:
    datasets = [replace(PASSING, name=f"set-{number}") for number in range(60)]
    seen = page(*datasets, FAILING)
    sections = list(seen.find("section", class_="dataset"))
    assert len(sections) == Room().datasets
    assert "ski-resort-faq" in sections[0].text
    assert all(any(e.text == f"set-{n}" for e in seen.find("th")) for n in range(60))


def test_a_page_of_many_long_datasets_keeps_its_size() -> None:
    long = tuple(replace(KNOWLEDGE, key=str(n), message="m" * 900) for n in range(300))
    datasets = [replace(FAILING, name=f"set-{number}", findings=long) for number in range(30)]
    text = html(*datasets)
    assert len(text.encode()) <= MAX_BYTES
    seen = parsed(text)
    assert list(seen.find("section", class_="dataset"))
    assert any(each.text == "set-29" for each in seen.find("th"))


# -- in a browser -------------------------------------------------------------------------------


@needs_chromium
def test_findings_are_sorted_and_filtered(tmp_path: Path) -> None:
    other = replace(KNOWLEDGE, code="FT999", message="zebra", count=7, key="z")
    path = written(tmp_path, html(replace(FAILING, findings=(WARNING, KNOWLEDGE, other))))
    script = """(page, act) => {
      const rows = () => [...page.querySelectorAll(".findings tbody tr")].filter((r) => !r.hidden)
        .map((r) => r.cells[1].textContent.slice(0, 5));
      const heads = [...page.querySelectorAll(".findings th button")];
      const found = [rows()];
      heads[4].click(); found.push(rows());
      heads[4].click(); found.push(rows(), heads[4].parentNode.getAttribute("aria-sort"));
      const filter = page.querySelector(".filter");
      filter.value = "zebra"; act(filter, "input"); found.push(rows());
      found.push(page.querySelector(".controls output").textContent);
      filter.value = ""; act(filter, "input");
      const level = page.querySelector(".severity");
      level.value = "warning"; act(level, "change"); found.push(rows());
      return found;
    }"""
    assert drive(path, script) == [
        ["FT401", "FT999", "FT204"],
        ["FT204", "FT999", "FT401"],
        ["FT401", "FT999", "FT204"],
        "descending",
        ["FT999"],
        "1 of 3 shown",
        ["FT204"],
    ]


@needs_chromium
@pytest.mark.parametrize("width", [390, 1200])
def test_no_page_is_wider_than_its_window(tmp_path: Path, width: int) -> None:
    long = replace(KNOWLEDGE, message="m" * 300, path="p" * 200)
    path = written(tmp_path, html(replace(LIVE, name="n" * 90, findings=(long,)), FAILING))
    script = """(page) => {
      page.querySelectorAll("details").forEach((each) => (each.open = true));
      return [page.documentElement.scrollWidth, page.documentElement.clientWidth];
    }"""
    scrolled, shown = drive(path, script, width)
    assert scrolled == shown <= width


@needs_chromium
def test_a_slider_moves_the_numbers_and_the_plan_brings_them_back(tmp_path: Path) -> None:
    path = written(tmp_path, html(LIVE))
    script = """(page, act) => {
      const total = () => Number(page.querySelector(".totals tbody tr td:last-child").dataset.usd);
      const [calls, slide] = page.querySelectorAll(".slider.calls input");
      const found = [total()];
      slide.value = 3; act(slide, "input"); found.push(total(), calls.value);
      found.push(page.querySelector(".link").hash);
      page.querySelector(".reset").click(); found.push(total(), calls.value);
      return found;
    }"""
    planned, fewer, calls, link, again, back = drive(path, script)
    assert planned == again == pytest.approx(12 * 50_000 * 300 / 1e6)
    assert fewer == pytest.approx(12 * 1_000 * 300 / 1e6)
    assert (calls, back) == ("1000", "50000")
    assert link == "#set=d1&calls=1000&epochs=3&hit=&months=12"
