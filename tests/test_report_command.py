"""``ftgate report``: golden numbers are in it, hostile text is only text, data is not replaced."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from ftgate.commands.report import command, render
from ftgate.economics.scenario import Scenario, parse_scenario
from ftgate.errors import ConfigError, UnreadableError, UsageError
from ftgate.report_page.answer import recommendation, verdict
from ftgate.report_page.names import chance_text, words
from ftgate.report_page.notes import notes
from ftgate.report_page.options import Line, cumulative, options
from ftgate.report_page.study import Study, study
from tests.test_risk import EVERYTHING
from tests.test_sensitivity import HOSPITAL, SEED, TECHWIZ

FORMATS = ("html", "md", "json", "txt")
SHUTDOWN = "[shutdown]\nusable_until_months = {}\n"
ALTERNATIVE = '[[alternative]]\nmodel = "other"\ninput_mtok = {}\noutput_mtok = {}\n'
UNLABELLED = SEED.split("[labelling]")[0]
CASES = {
    "everything": EVERYTHING.split("[risk]")[0].replace("_months = 36", "_months = 9"),
    "seed": SEED,
    "no calls": SEED.replace("queries_per_month = 10_000", "queries_per_month = 0"),
    "no life": SEED + SHUTDOWN.format(0),
    "short life": SEED + SHUTDOWN.format(3),
    "free today": SEED.replace("0.03", "0").replace("0.06", "0"),
    "free fine-tune": UNLABELLED.replace("examples = 500", "examples = 0"),
    "facts that change": SEED.replace('kind = "format"', 'kind = "knowledge"\nvolatile = true'),
    "facts": SEED.replace('kind = "format"', 'kind = "knowledge"'),
    "few examples": SEED.replace("examples = 500", "examples = 5"),
    "fifty years": SEED.replace("horizon_months = 24", "horizon_months = 600"),
    "examples given": UNLABELLED,
    "retrained": UNLABELLED + "[retraining]\nevery_months = 6\nusd = 500\n",
    "dearer rival": SEED + ALTERNATIVE.format(90, 90),
}


@cache
def made(case: str) -> Study:
    return study(CASES[case], "case.toml")


@cache
def read(path: Path) -> Study:
    return study(path.read_text(encoding="utf-8"), path.name)


def report(*args: str) -> str:
    result = CliRunner().invoke(command, list(args), catch_exceptions=False, standalone_mode=False)
    assert result.return_value == 0
    return result.output


def flat(text: str) -> str:
    return " ".join(text.split())


class Page(HTMLParser):
    """Elements with their attributes, the text outside of styles, and what was never closed."""

    VOID = ("meta", "line", "rect", "circle", "polyline")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("name", ["html", "md", "txt"])
def test_the_hospital_report_has_totals_flip_points_and_today_s_prices(name: str) -> None:
    text = render(read(HOSPITAL), name)
    shown = flat(Page(text).text if name == "html" else text)
    for golden in (
        *("599,000.00", "629,224.00", "15.8 months", "Do not fine-tune", "$30,224"),
        *("65,302.4", "1,620.40", "959.95", "8.791%", "$7.582"),
        *("99,000.00", "4,200.00", "2,602.40", "4,500.00", "270.23", "450.00"),
        *("nobody told us", "(250,000 × 10% + 750,000 × 5%)"),
    ):
        assert golden in shown


def test_the_recommendation_is_three_sentences() -> None:
    for path in (HOSPITAL, TECHWIZ):
        sentences = recommendation(read(path))
        assert len(sentences) == 3
        assert all(each.endswith(".") and ". " not in each for each in sentences)
    assert "11,412.49 (now 10,000)" in recommendation(read(TECHWIZ))[2]
    assert "959.95 (now 400)" in recommendation(read(HOSPITAL))[2]


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("everything", "Do not fine-tune"),
        ("seed", "Do not fine-tune yet"),
        ("examples given", "Fine-tune"),
        ("retrained", "Fine-tune"),
        ("short life", "Do not fine-tune"),
        ("no calls", "Do not fine-tune"),
        ("facts", "Do not fine-tune yet"),
        ("facts that change", "Do not fine-tune: use retrieval"),
        ("few examples", "Do not fine-tune yet"),
        ("dearer rival", "Do not fine-tune yet"),
    ],
)
def test_the_verdict_follows_suitability_and_the_cheapest_prompt(case: str, said: str) -> None:
    assert verdict(made(case)) == said


def test_a_cheaper_prompt_is_recommended_only_with_its_test() -> None:
    cheap = study(SEED + ALTERNATIVE.format("0.1", "0.5"), "s.toml")
    assert cheap.rival.name == "other"
    assert recommendation(cheap)[0].startswith("Try other instead")
    assert "must be tested" in recommendation(cheap)[0]
    assert recommendation(study(SEED, "s.toml"))[0].startswith("Stay with gpt-4")


def test_a_dearer_bill_is_recommended_with_its_reason() -> None:
    slow = study(SEED, "s.toml")
    assert slow.ours.horizon_usd < slow.rival.horizon_usd
    why = "all in (less, but against gpt-4 it is paid back only after 6.8 months, where 6 months"
    assert why in recommendation(slow)[0]
    loses = study(SEED + ALTERNATIVE.format("0.1", "0.5"), "s.toml")
    assert loses.ours.horizon_usd > loses.rival.horizon_usd
    assert "less, but" not in recommendation(loses)[0]


def total(lines: tuple[Line, ...]) -> Fraction:
    return sum((line.usd for line in lines), Fraction(0))


def exact(scenario: Scenario, months: int, index: int) -> Fraction:
    option = options(scenario)[index]
    return cumulative(scenario, option, months)[-1]


@pytest.mark.parametrize("case", [*CASES, "hospital", "techwiz"])
def test_the_lines_of_every_option_add_up_to_its_total(case: str) -> None:
    texts = {
        **CASES,
        "hospital": HOSPITAL.read_text("utf-8"),
        "techwiz": TECHWIZ.read_text("utf-8"),
    }
    scenario = parse_scenario(texts[case], "case.toml")
    year = parse_scenario(
        re.sub(r"horizon_months = \d+", "horizon_months = 12", texts[case]), "year.toml"
    )
    for index, option in enumerate(options(scenario)):
        whole = (
            scenario.over_horizon(option.service)
            if option.variant is None
            else scenario.all_in(option.variant)
        )
        # Growth and falling prices are powers to 40 digits, multiplied in another order.
        assert float(total(option.lines)) == pytest.approx(float(whole), rel=1e-15)
        assert float(option.horizon_usd) == pytest.approx(
            float(exact(scenario, scenario.horizon_months, index)), rel=1e-15
        )
        assert float(option.year_usd) == pytest.approx(float(exact(year, 12, index)), rel=1e-15)


@pytest.mark.parametrize("case", CASES)
def test_every_kind_of_scenario_has_a_report_in_every_format(case: str) -> None:
    found = made(case)
    for name in FORMATS:
        text = render(found, name)
        assert "case.toml" in text
        assert not re.search(r"\b(nan|inf|None|Fraction)\b", text)


def charts(text: str) -> list[ElementTree.Element]:
    found = re.findall(r"<svg .*?</svg>", text, re.DOTALL)
    return [ElementTree.fromstring(each) for each in found]  # noqa: S314 - our own


@pytest.mark.parametrize("case", CASES)
def test_charts_are_titled_and_stay_inside_their_frame(case: str) -> None:
    text = render(made(case), "html")
    ids = [value for name, value in Page(text).attributes if name == "id"]
    assert len(ids) == len(set(ids))
    drawn = charts(text)
    assert len(drawn) >= 8
    for chart in drawn:
        width, height = map(float, chart.attrib["viewBox"].split()[2:])
        assert chart[0].tag == "title"
        assert chart[0].text
        assert chart.attrib["aria-labelledby"].split() == [
            chart[0].attrib["id"],
            chart[1].attrib["id"],
        ]
        for element in chart.iter():
            points = [pair.split(",") for pair in element.attrib.get("points", "").split()]
            across = [float(x) for x, _ in points]
            up = [float(y) for _, y in points]
            across += [
                float(element.attrib[key]) for key in ("x", "x1", "x2") if key in element.attrib
            ]
            up += [float(element.attrib[key]) for key in ("y", "y1", "y2") if key in element.attrib]
            assert all(0 <= x <= width for x in across)
            assert all(0 <= y <= height for y in up)


def test_the_page_needs_nothing_from_outside() -> None:
    text = render(read(HOSPITAL), "html")
    page = Page(text)
    assert page.open == []
    assert not {"script", "link", "img", "iframe", "object", "base", "form"} & set(page.tags)
    assert all(value.startswith("#") for name, value in page.attributes if name in ("href", "src"))
    assert not re.search(r"url\(|@import|https?://", text)
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text
    assert page.tags.count("table") == text.count('class="scroll"')


HOSTILE = (
    r"<script>alert(1)</script> \"><img src=x onerror=alert(1)> | [x](http://evil.example/) "
    r"![y](http://evil.example/) `a` @octocat $x$ www.evil.example \u001b[31mred \u202e \n# forged"
)


def hostile() -> Study:
    text = re.sub(
        r'(title|model) = "[^"]*"', lambda m: f'{m[1]} = "{HOSTILE}"', TECHWIZ.read_text("utf-8")
    )
    comment = "<script>alert(2)</script> | ![z](http://evil.example/)\u202e"
    text = text.replace("# per call", f"# {comment}")
    return study(text, "<b>\x1b[2J.toml")


def test_hostile_text_is_only_text_in_the_html() -> None:
    text = render(hostile(), "html")
    page, plain = Page(text), Page(render(read(TECHWIZ), "html"))
    assert page.open == []
    assert set(page.tags) == set(plain.tags)
    assert {name for name, _ in page.attributes} == {name for name, _ in plain.attributes}
    assert "<script>alert(1)</script>" in page.text
    assert "<script>alert(2)</script>" in page.text
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", text)


def test_hostile_text_is_only_text_in_the_markdown() -> None:
    text = render(hostile(), "md")
    assert set(re.findall(r"<(?!!--)[^>]*>", text)) == {
        *("<details>", "</details>", "<summary>", "</summary>")
    }
    for markup in ("[x]", "![", "http://", "`a`", " @octocat", "$x$", "www.evil", "\x1b", "\u202e"):
        assert markup not in text.replace("\\`a\\`", "")
    assert "\n# forged" not in text
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    heads = {len(re.findall(r"(?<!\\)\|", line)) for line in rows if "--:" in line or ":--" in line}
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in rows} <= heads


@pytest.mark.parametrize("name", ["txt", "json"])
def test_hostile_text_cannot_steer_a_terminal(name: str) -> None:
    text = render(hostile(), name)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text)
    assert "\n# forged" not in text


def test_plain_text_keeps_to_a_hundred_columns() -> None:
    for path in (HOSPITAL, TECHWIZ):
        assert max(map(len, render(read(path), "txt").splitlines())) <= 100


def test_json_has_the_whole_comparison() -> None:
    data = json.loads(render(read(TECHWIZ), "json"))
    assert data["schema"] == "ftgate/cost-report/1"
    assert data["cost"]["today"]["monthly_usd"] == "315"
    labelled = next(each for each in data["options"] if each["kind"] == "fine-tuned, labelled")
    lines = {line["item"]: line["horizon_usd"] for line in labelled["lines"]}
    assert lines["training"] == "12"
    assert float(lines["labelling"]) == pytest.approx(6250 / 3)
    assert sum(map(float, lines.values())) == pytest.approx(float(labelled["horizon_usd"]))
    months = [row["variants"][2]["months"] for row in data["price_sweeps"]["base.input"][1:4]]
    assert [float(each) for each in months] == pytest.approx(
        [6.847495, 11.738562, 22.409982], abs=1e-6
    )
    assert data["risk"]["draws"] == 20_000


def test_risk_with_and_without_the_announced_end() -> None:
    found = read(HOSPITAL)
    assert found.living is not None
    assert found.risk.positive.probability < found.living.positive.probability
    assert study(SEED, "s.toml").living is None
    assert "Had it none" in flat(render(found, "txt"))


def test_the_comments_of_a_file_are_its_remarks() -> None:
    text = (
        "# About the file.\n# Run:  ftgate report x.toml\ntitle = 'a # b'  # the title's\n\n"
        "# Not about a table, for a line without one is in between.\n\n# About the table:\n"
        '# two lines.\n\n[tokens]  # and its own\nquery = 5 # "quoted" # twice\nanswer = 6\n'
        "# Before a key.\nother = 1\n[[alternative]] # first\n"
        '[[alternative]]\nmodel = "x\\"#" # its\n'
    )
    assert notes(text) == {
        "": "About the file.",
        "title": "the title's",
        "tokens": "About the table: two lines. and its own",
        "tokens.query": '"quoted" # twice',
        "alternative[1]": "first",
        "alternative[2].model": "its",
    }
    assert notes("") == {}


def test_every_key_of_the_samples_has_words() -> None:
    for path in (HOSPITAL, TECHWIZ):
        scenario = read(path).scenario
        for table, values in scenario.data.items():
            if isinstance(values, dict) and table != "risk":
                assert not [key for key in values if "_" in words(f"{table}.{key}")]


def test_a_chance_without_error_is_said_in_words() -> None:
    assert chance_text(0, 0) == "0% (none)"
    assert chance_text(1, 0) == "100% (all)"
    assert chance_text(0.5, 0.0035) == "50.0% ± 0.4%"
    assert chance_text(0.001, 0.0002) == "0.1% ± 0.02%"


def test_several_formats_are_written_and_the_same_again(tmp_path: Path) -> None:
    targets = [tmp_path / f"report.{name}" for name in FORMATS]
    outputs = [part for target in targets for part in ("-o", str(target))]
    assert report(str(TECHWIZ), *outputs, "-o", "-") == targets[3].read_text("utf-8")
    first = [target.read_bytes() for target in targets]
    assert report(str(TECHWIZ), *outputs) == ""
    assert [target.read_bytes() for target in targets] == first
    assert report(str(TECHWIZ), "-o", f"html={tmp_path / 'page'}") == ""
    assert (tmp_path / "page").read_bytes() == first[0]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *("page", "report.html", "report.json", "report.md", "report.txt")
    ]


def test_text_on_standard_output_is_the_default() -> None:
    assert report(str(HOSPITAL)).startswith("ftgate report: Hospital letters")


@pytest.mark.parametrize("name", ["prompt.txt", "README.md", "data.json", "page.htm"])
def test_a_report_never_replaces_what_is_none(tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    target.write_text('{"messages": []}\n')
    with pytest.raises(UsageError, match=r"exists, and is no \w+ report") as caught:
        report(str(TECHWIZ), "-o", str(target))
    assert name in caught.value.message
    assert target.read_text() == '{"messages": []}\n'
    target.write_text("")
    report(str(TECHWIZ), "-o", str(target))
    assert target.stat().st_size > 10_000


def test_a_report_never_replaces_its_scenario(tmp_path: Path) -> None:
    text = f"# ftgate report: \n{SEED}"
    path = tmp_path / "plan.txt"
    path.write_text(text)
    with pytest.raises(UsageError, match="the scenario itself"):
        report(str(path), "-o", str(path))
    assert path.read_text() == text


@pytest.mark.parametrize(
    ("outputs", "message"),
    [
        (["report"], "does not say which format"),
        (["train.jsonl"], "does not say which format"),
        (["html="], "does not say which format"),
        (["a.md", "./a.md"], "are the same file"),
        (["-", "json=-"], "are the same file"),
        (["no/such/report.html"], "no folder"),
    ],
)
def test_a_wrong_output_is_refused_before_any_work(outputs: list[str], message: str) -> None:
    flags = [part for output in outputs for part in ("-o", output)]
    with pytest.raises(UsageError, match=message):
        report("no-such-scenario.toml", *flags)


def test_a_scenario_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match=r"none\.toml"):
        report(str(tmp_path / "none.toml"))
    (tmp_path / "latin.toml").write_bytes(b'title = "\xe9"')
    with pytest.raises(UnreadableError, match="not UTF-8"):
        report(str(tmp_path / "latin.toml"))
    (tmp_path / "empty.toml").write_text("")
    with pytest.raises(ConfigError, match="is missing"):
        report(str(tmp_path / "empty.toml"))
