"""No text of the data moves a cursor, forges a command or becomes markup, in any format.

Every payload stands in every place where a report has text. What is printed is read back by a
parser of its format, and has to have the shape of the same report with a harmless text.
"""

from __future__ import annotations

import csv
import functools
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from markdown_it import MarkdownIt

from ftgate.auditing.inventory import Inventory, Overlap
from ftgate.changes import version_of
from ftgate.cli import run
from ftgate.model.change import Before, Change
from ftgate.model.opinion import Disagreement, Opinion
from ftgate.render import (
    RENDERERS,
    inventory_data,
    inventory_html,
    inventory_markdown,
    inventory_text,
    renderer,
)
from ftgate.render import changes as rendered
from ftgate.report import DatasetReport, Report
from tests.browser import browse, needs_chromium
from tests.payloads import PAYLOADS
from tests.report_values import TRAINING, report
from tests.test_render_html import hostile
from tests.test_render_inventory import SMALL

PLAIN = "plain"
CONTROLS = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u180e\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
# What GitHub's runner, Azure Pipelines and TeamCity obey (actions/runner ActionCommand.cs: the
# first form at the start of a trimmed line, the second anywhere).
GITHUB = re.compile(r"\s*::[\w-]+.*::")
ANYWHERE = re.compile(r"##\[|##vso\[|##teamcity\[")
SAMPLES = Path(__file__).parent.parent / "sample_data"


def poisoned(text: str) -> Report:
    """A report with this text in every place that has text."""
    dataset, rest = hostile(text)
    finding = replace(dataset.findings[0], code="FT401", name="knowledge-injection")  # ours
    opinion = Opinion(text, text, text, 1, disagreements=(Disagreement(text, 1, text, text),))
    dataset = replace(
        dataset,
        findings=(finding, *dataset.findings[1:]),
        provider=text,
        opinion=replace(opinion, advice=text),
        before=Before(text, version_of(dataset)),
        training=replace(TRAINING, model=text, epochs_rule=text, provider=text),
    )
    if text.startswith("https://"):  # of a price the page links to its source
        rest["prices"] = tuple(replace(price, url="") for price in rest["prices"])
    return replace(report(dataset, replace(dataset, outcome="undecided")), **rest)


@functools.cache
def shown(name: str, text: str, width: int = 100) -> str:
    return renderer(name)(poisoned(text), color=False, width=width, verbose=True)


def assert_quiet(output: str, *, commands: bool = False) -> None:
    """No terminal and no CI runner does anything but show this."""
    assert not CONTROLS.search(output)
    assert not ANYWHERE.search(output)
    for line in output.split("\n"):
        assert commands or not GITHUB.match(line), line
    output.encode()


# -- what a log shows -----------------------------------------------------------------------------


def test_there_are_enough_payloads() -> None:
    assert len(PAYLOADS) >= 200


@pytest.mark.parametrize("name", [name for name in RENDERERS if name not in ("github", "html")])
def test_no_format_moves_a_cursor_or_commands_a_runner(name: str) -> None:
    for text in PAYLOADS:
        assert_quiet(shown(name, text))


@pytest.mark.parametrize("width", [40, 73])
def test_wrapping_begins_no_line_with_a_command(width: int) -> None:
    for text in PAYLOADS:
        assert_quiet(shown("text", text, width))


def test_github_gets_the_commands_that_it_should_and_no_others() -> None:
    def commands(output: str) -> list[tuple[str, list[str]]]:
        """As the runner reads them: name, and the keys of its properties."""
        found = []
        for line in output.splitlines():
            match = re.match(r"\s*::(?P<command>[^:]*?)::", line)
            if match:
                name, _, properties = match["command"].partition(" ")
                keys = [each.partition("=")[0] for each in properties.split(",") if each]
                found.append((name, keys))
        return found

    expected = commands(shown("github", PLAIN))
    for text in PAYLOADS:
        output = shown("github", text)
        assert_quiet(output, commands=True)
        assert commands(output) == expected, text


# -- what programs read back ----------------------------------------------------------------------


def shape(value: Any) -> Any:
    """Types in their places; names of keys are data where ours are not."""
    if isinstance(value, dict):
        return [shape(each) for each in value.values()]
    if isinstance(value, list):
        return [shape(each) for each in value]
    return type(value)


@pytest.mark.parametrize("name", ["json", "attestation", "gitlab", "sarif"])
def test_json_has_the_same_shape_whatever_it_says(name: str) -> None:
    expected = shape(json.loads(shown(name, PLAIN)))
    for text in PAYLOADS:
        assert shape(json.loads(shown(name, text))) == expected, text


def test_json_lines_are_as_many_as_they_should_be() -> None:
    expected = len(shown("jsonl", PLAIN).splitlines())
    for text in PAYLOADS:
        assert len([*map(json.loads, shown("jsonl", text).splitlines())]) == expected


def test_json_gives_back_the_very_text() -> None:
    for text in PAYLOADS:
        if not re.search("[\ud800-\udfff]", text):
            assert json.loads(shown("json", text))["datasets"][0]["name"] == text


def test_sarif_messages_have_no_links() -> None:
    for text in PAYLOADS:
        run_of = json.loads(shown("sarif", text))["runs"][0]
        assert all("](" not in result["message"]["text"] for result in run_of["results"])


def test_xml_has_the_same_elements_and_attributes() -> None:
    def elements(output: str) -> list[tuple[str, list[str]]]:
        root = ElementTree.fromstring(output)  # noqa: S314 - our own
        return [(each.tag, sorted(each.attrib)) for each in root.iter()]

    expected = elements(shown("junit", PLAIN))
    for text in PAYLOADS:
        assert elements(shown("junit", text)) == expected, text


class _Tags(HTMLParser):
    """Tags with the names of their attributes, and where links go."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, list[str]]] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, sorted(name for name, _ in attrs)))
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action")]


def tags(html: str) -> _Tags:
    parser = _Tags()
    parser.feed(html)
    return parser


def links_out(parser: _Tags) -> list[str]:
    return [link for link in parser.links if not link.startswith("#")]


def test_html_has_the_same_elements_and_attributes_and_links_nowhere() -> None:
    def page(texts: Sequence[str]) -> str:
        several = [poisoned(text) for text in texts]
        datasets = tuple(each.datasets[0] for each in several)
        prices = tuple(price for each in several for price in each.prices)
        settings = {key: value for each in several for key, value in each.settings.items()}
        whole = replace(several[0], datasets=datasets, prices=prices, settings=settings)
        return renderer("html")(whole, color=False, width=100, verbose=True)

    @functools.cache
    def expected(number: int) -> list[tuple[str, list[str]]]:
        return tags(page([f"{PLAIN}{each}" for each in range(number)])).found

    for texts in batched(PAYLOADS, 8):
        output = page(texts)
        assert_quiet(output)
        found = tags(output)
        assert found.found == expected(len(texts)), texts
        assert not links_out(found)


def batched(texts: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (texts[start : start + size] for start in range(0, len(texts), size))


@pytest.fixture(scope="module")
def markdown() -> Callable[[str], str]:
    """CommonMark with GitHub's tables and strikethrough."""
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).render


# What GitHub makes a link of while it reads Markdown, and of the text that comes of it.
AUTOLINK = re.compile(r"(?<!\\)://|\bwww\.", re.I)
MENTION = re.compile(r"@\w|#\d|\bGH-\d", re.I)


def assert_only_text(output: str, made: Callable[[str], str], plain: str) -> None:
    html = made(output)
    assert tags(html).found == tags(made(plain)).found, output
    assert not AUTOLINK.search(output), AUTOLINK.search(output)
    assert not MENTION.search(unescape(re.sub("<[^>]*>", " ", html))), output


def test_markdown_is_the_same_table_with_no_link_and_no_one_mentioned(
    markdown: Callable[[str], str],
) -> None:
    for text in PAYLOADS:
        assert_only_text(shown("markdown", text), markdown, shown("markdown", PLAIN))


# -- audit and diff -------------------------------------------------------------------------------


def inventory(text: str) -> Inventory:
    row = replace(SMALL, name=text, path=text, error=text, formats=(text,), model=text)
    return Inventory("0.1.0", "2026-11-22", (row, row), (Overlap(1, 0, same=1, leaked=1),))


def test_an_audit_keeps_to_its_formats(markdown: Callable[[str], str]) -> None:
    def html(text: str) -> list[tuple[str, list[str]]]:
        return tags(inventory_html.render(inventory(text))).found

    plain, page = inventory_markdown.render(inventory(PLAIN)), html(PLAIN)
    for text in PAYLOADS:
        found = inventory(text)
        assert_quiet(inventory_text.render(found, color=False, width=80))
        assert_quiet(inventory_data.as_json(found))
        assert_quiet(inventory_data.as_csv(found))
        assert shape(json.loads(inventory_data.as_json(found))) == shape(
            json.loads(inventory_data.as_json(inventory(PLAIN)))
        )
        assert html(text) == page
        assert_only_text(inventory_markdown.render(found), markdown, plain)


def test_a_table_for_spreadsheets_has_no_formula() -> None:
    for text in PAYLOADS:
        rows = list(csv.reader(io.StringIO(inventory_data.as_csv(inventory(text)))))
        assert [len(row) for row in rows] == [len(rows[0])] * 3
        for cell in (cell for row in rows for cell in row):
            assert not re.match("[=+@\t\r\n\uff1d\uff0b\uff20]|-\\D", cell), cell


def test_a_diff_keeps_to_its_formats(markdown: Callable[[str], str]) -> None:
    def changes(text: str) -> list[Change]:
        version = version_of(poisoned(text).datasets[0])
        return [Change(text, version, None), Change(text, None, version)]

    plain = rendered.markdown(changes(PLAIN), PLAIN, "main")
    for text in PAYLOADS:
        for change in changes(text):
            assert_quiet("\n".join(rendered.change_lines(change, color=False)))
        assert_only_text(rendered.markdown(changes(text), text.strip(), "main"), markdown, plain)


# -- the page in a browser ------------------------------------------------------------------------


def _dataset(text: str) -> DatasetReport:
    return poisoned(text).datasets[0]


@needs_chromium
@pytest.mark.parametrize("part", range(3))
def test_a_browser_runs_no_script_of_a_payload(tmp_path: Path, part: int) -> None:
    texts = [text for text in PAYLOADS if re.search("[<>\"'`{]|script|:", text)]
    several = replace(poisoned(PLAIN), datasets=tuple(map(_dataset, texts[part::3])))
    page = tmp_path / "page.html"
    page.write_text(
        renderer("html")(several, color=False, width=100, verbose=True), encoding="utf-8"
    )
    seen = browse(page)
    assert seen.console == []
    assert "owned" not in next(seen.find("title")).text
    assert len(list(seen.find("script"))) == 2
    assert not [each for each in seen.elements if each.tag in ("img", "iframe", "form", "base")]
    assert not [each for each in seen.elements if any(name[:2] == "on" for name in each.attributes)]


@needs_chromium
def test_a_browser_runs_no_script_in_an_audit(tmp_path: Path) -> None:
    rows = tuple(inventory(text).rows[0] for text in PAYLOADS)
    page = tmp_path / "audit.html"
    found = Inventory("0.1.0", "2026-11-22", rows, ())
    page.write_text(inventory_html.render(found), encoding="utf-8")
    seen = browse(page)
    assert seen.console == []
    assert "owned" not in next(seen.find("title")).text
    assert not [each for each in seen.elements if each.tag in ("img", "iframe", "form", "base")]


# -- from the file to the log ---------------------------------------------------------------------

NAMES = (
    "a\n::error::forged",
    "\x1b[2J\x9b1m\u202e",
    "##[error]x ##vso[task.complete]",
    "<img src=x onerror=document.title=1>",
    "a|b](javascript:1) `c` @everyone",
    "=1+1,\"x\" 'y'",
    "\udcff\udc80",
    "]]> &amp; \u2028",
)


def project(folder: Path, text: str) -> None:
    """A dataset whose folder, file, roles, keys, plan, prompt and prices say this."""
    quoted = json.dumps(text.encode("utf-8", "replace").decode())
    place = folder / f"{text}"
    place.mkdir()
    (place / "prompts").mkdir()
    (place / "prompts" / f"{text}.txt").write_text(
        "You are {{" + text[:5] + "}}", "utf-8", "replace"
    )
    messages = [{"role": text, "content": text}, {"role": "assistant", text: text, "content": ""}]
    lines = [{"messages": messages, text: 1}, {text: text}, {"messages": text}]
    records = "".join(json.dumps(line) + "\n" for line in lines)
    (place / f"train-{text}.jsonl").write_text(records + "{" + json.dumps(text) + "\n", "utf-8")
    (place / "ftgate.toml").write_text(
        f"[[dataset]]\nname = {quoted}\ntrain = ['*.jsonl']\nprompts = ['prompts/*']\n"
        f"[model]\nbase = {quoted}\ntoday = {quoted}\n"
        f'[[waive]]\ncode = "FT101"\nreason = {quoted}\nuntil = 2027-01-01\n'
        f'[[price]]\nmodel = {quoted}\nunit = "input_mtok"\nusd = "1"\nsource = {quoted}\n'
        "as_of = 2026-11-01\nexpires = 2026-12-31\n",
        "utf-8",
    )


COMMANDS = [
    *(["check", ".", "-f", name] for name in RENDERERS),
    ["check", ".", "-v"],
    ["check", ".", "--diff"],
    ["audit", "."],
    *(
        ["count", "."],
        ["count", ".", "-f", "json"],
        ["prompts", "."],
        ["prompts", ".", "-f", "json"],
    ),
    *(["cost"], ["cost", "-f", "json"], ["config", "show"], ["config", "show", "-f", "json"]),
    *(["config", "check"], ["init"], ["doctor"], ["baseline", "show", "."]),
    *(["convert", "missing.jsonl", "--to", "gemini", "-o", "-"], ["verify", "missing"]),
]


@pytest.mark.parametrize("text", NAMES, ids=range(len(NAMES)))
def test_no_command_repeats_a_name_as_it_is(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project(tmp_path, text)
    monkeypatch.chdir(tmp_path / text)
    monkeypatch.setenv("FTGATE_AS_OF", "2026-11-22")
    for command in COMMANDS:
        assert run(command) in (0, 1, 2, 3)
        said = capsys.readouterr()
        assert_quiet(said.err)
        assert_quiet(said.out, commands="github" in command)
        assert "internal error" not in said.err, (command, said.err)
        if command[-1] == "json":
            json.loads(said.out or "null")
