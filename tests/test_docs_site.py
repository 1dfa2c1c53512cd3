"""The documentation site: built strictly, generated from the program, and fetching nothing."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from ftgate.catalog import provider_names
from ftgate.cli import COMMANDS
from ftgate.config import json_schema
from ftgate.render import RENDERERS
from ftgate.rules import load_rules
from scripts.build_docs import DOCS, assemble, build, navigation, reference
from scripts.reference_pages import FAMILIES, configuration_page, rule_pages

FETCHED = ("src", "href", "srcset", "poster", "data", "xlink:href", "style")
FOREIGN = re.compile(r"(?:https?:)?//[\w.-]", re.IGNORECASE)
CSS_FETCHES = re.compile(r"(?:url\(|@import)\s*['\"]?([^'\")\s;]+)", re.IGNORECASE)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site; without the generator nothing here is proved, and the run says so."""
    if importlib.util.find_spec("zensical") is None:
        pytest.skip("THE DOCUMENTATION IS NOT BUILT: install it with pip install -e '.[docs]'")
    target = tmp_path_factory.mktemp("site") / "site"
    build(target)
    return target


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return reference()


class Page(HTMLParser):
    """What a browser fetches for a page by itself: everything but the targets of links."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.policies: list[str] = []
        self.styles = ""
        self._in_style = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self._in_style = tag == "style"
        if (values.get("http-equiv") or "").lower() == "content-security-policy":
            self.policies.append(values.get("content") or "")
        if tag not in ("a", "svg"):
            self.fetched += [values[name] or "" for name in FETCHED if name in values]

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self.styles += data

    def handle_endtag(self, tag: str) -> None:
        self._in_style = False


# -- the built site ---------------------------------------------------------------------------


def test_every_page_is_built(site: Path, pages: dict[str, str]) -> None:
    written = {path.relative_to(DOCS).with_suffix(".html") for path in DOCS.rglob("*.md")}
    generated = {Path("reference", path).with_suffix(".html") for path in pages}
    built = {path.relative_to(site) for path in site.rglob("*.html")}
    assert built == written | generated | {Path("404.html")}


def test_no_page_fetches_anything_from_elsewhere(site: Path) -> None:
    found = []
    for path in site.rglob("*.html"):
        page = Page(path.read_text("utf-8"))
        assert page.fetched, "a page without style and script was not read right"
        asked = [*page.fetched, *CSS_FETCHES.findall(page.styles)]
        found += [(path.name, each) for each in asked if FOREIGN.match(each.strip())]
    for path in site.rglob("*.css"):
        asked = CSS_FETCHES.findall(path.read_text("utf-8"))
        found += [(path.name, each) for each in asked if FOREIGN.match(each)]
    assert found == []


def test_the_browser_is_told_to_fetch_nothing_from_elsewhere(site: Path) -> None:
    for path in site.rglob("*.html"):
        (policy,) = Page(path.read_text("utf-8")).policies
        assert policy.startswith("default-src 'self'")
        assert "http" not in policy
        assert "*" not in policy


def test_the_test_sees_what_is_fetched() -> None:
    page = Page(
        '<script src="https://cdn.example/x.js"></script><img src="//img.example/1.png">'
        '<style>@import "https://fonts.example/css";</style><a href="https://example.com">x</a>'
    )
    assert page.fetched == ["https://cdn.example/x.js", "//img.example/1.png"]
    assert all(FOREIGN.match(each) for each in page.fetched)
    assert CSS_FETCHES.findall(page.styles) == ["https://fonts.example/css"]


@pytest.mark.parametrize("broken", ["[gone](nowhere.md)", "[gone](index.md#no-such-heading)"])
def test_a_broken_link_ends_the_build(site: Path, broken: str, tmp_path: Path) -> None:
    del site  # for its skip
    configuration = assemble(tmp_path)
    with (tmp_path / "docs" / "tutorial.md").open("a") as stream:
        stream.write(f"\n{broken}\n")
    command = [sys.executable, "-m", "zensical", "build", "--strict", "-f", str(configuration)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "does not exist" in done.stdout + done.stderr


# -- the generated pages ----------------------------------------------------------------------


def test_the_reference_is_generated_and_not_kept() -> None:
    assert not (DOCS / "reference").exists()


def test_every_rule_is_documented_with_its_options(pages: dict[str, str]) -> None:
    for rule in load_rules().values():
        page = pages[f"rules/{rule.code[:3].lower()}.md"]
        _, _, section = page.partition(f"## {rule.code} {rule.name} {{#{rule.code.lower()}}}\n")
        section = section.partition("\n## ")[0]
        assert f"**{rule.severity}**" in section
        assert "**Why is this bad?**" in section
        assert all(f"| `{option}` |" in section for option in rule.options)
        assert (
            f"[{rule.code}]({rule.code[:3].lower()}.md#{rule.code.lower()})"
            in pages["rules/index.md"]
        )


def test_a_new_family_gets_a_page_of_its_own() -> None:
    (first, *_) = load_rules().values()
    made = rule_pages({"FT999": replace(first, code="FT999", options={"max_ratio": 0.5})})
    assert sorted(made) == ["rules/ft9.md", "rules/index.md"]
    assert "| `max_ratio` | `0.5` |" in made["rules/ft9.md"]


def test_every_family_has_a_title() -> None:
    assert {code[:3] for code in load_rules()} <= set(FAMILIES)


def test_every_command_is_documented(pages: dict[str, str]) -> None:
    for name in COMMANDS:
        assert f"\n### ftgate {name}\n" in pages["cli.md"]
    assert "\n### ftgate prices lock\n" in pages["cli.md"]


def test_every_key_has_a_type_and_a_meaning(pages: dict[str, str]) -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| .*? \| (.*?) \|$", pages["configuration.md"], re.M)
    assert len(rows) > 50
    assert [key for key, type_, meaning in rows if not type_ or not meaning] == []
    keys = {key for key, _, _ in rows}
    for definition in json_schema()["$defs"].values():
        assert set(definition["properties"]) <= keys


def test_a_new_key_is_documented() -> None:
    schema = json_schema()
    key = {"type": "integer", "default": 7, "description": "of something | else <b>"}
    schema["$defs"]["UsageSettings"]["properties"]["new_key"] = key
    row = "| `new_key` | integer | `7` | of something \\| else &lt;b&gt; |"
    assert row in configuration_page(schema)


def test_every_format_and_provider_is_documented(pages: dict[str, str]) -> None:
    for name in RENDERERS:
        assert f"| `{name}` |" in pages["formats.md"]
    for name in provider_names():
        assert f"\n## {name}\n" in pages["providers.md"]


def test_the_exit_codes_are_those_of_the_program(pages: dict[str, str]) -> None:
    codes = re.findall(r"^\| `(\d+)` \| (\w+) ", pages["exit-codes.md"], re.M)
    assert codes == [
        *(("0", "pass"), ("1", "fail"), ("2", "error"), ("3", "undecided")),
        ("130", "interrupted"),
    ]
    assert "NothingToJudgeError" in pages["exit-codes.md"]


# -- navigation -------------------------------------------------------------------------------


def reached(nav: object) -> list[str]:
    """Every page of a navigation."""
    if isinstance(nav, str):
        return [nav]
    inner = nav.values() if isinstance(nav, dict) else nav
    assert not isinstance(inner, (str, int))
    return [page for each in inner for page in reached(each)]


def test_every_page_is_reached_once(pages: dict[str, str]) -> None:
    written = [path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")]
    every = [*written, *(f"reference/{path}" for path in pages)]
    assert sorted(reached(navigation(every))) == sorted(every)


def test_a_page_that_comes_or_goes_breaks_nothing() -> None:
    few = ["index.md", "tutorial.md", "how-to/other.md", "what-a-prompt-costs.md"]
    *_, how_to, _, explanation = navigation(few)
    assert how_to == {"How-to": ["how-to/other.md"]}
    assert explanation == {"Explanation": ["what-a-prompt-costs.md"]}


def test_the_first_page_leads_to_every_page() -> None:
    first = (DOCS / "index.md").read_text("utf-8")
    pages = [page.relative_to(DOCS).as_posix() for page in sorted(DOCS.rglob("*.md"))]
    assert [page for page in pages if page != "index.md" and f"]({page})" not in first] == []
