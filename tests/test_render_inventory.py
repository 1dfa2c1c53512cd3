"""An audit in every format: what fits, what is unknown, and names that want to be markup."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import ftgate
from ftgate.auditing.inventory import Inventory, Overlap, Row
from ftgate.auditor import audit
from ftgate.gate import CheckOptions
from ftgate.render import inventory_data, inventory_html, inventory_markdown, inventory_text
from ftgate.render.inventory import FULL, SORTS, ordered
from ftgate.render.inventory_text import compact, shortened
from ftgate.render.markdown import MAX_CHARS
from ftgate.render.style import columns
from tests.audited import build
from tests.conftest import AS_OF

SCHEMA = json.loads(Path(ftgate.__file__).with_name("audit.schema.json").read_text("utf-8"))
HOSTILE = (
    '=HYPERLINK("http://evil")',
    "</td><script>alert(1)</script>",
    "a|b`c`[d](http://evil) @everyone",
    "red\x1b[31m\nrow",
    "\u202etxt.lnosj",
    "\udcff.jsonl",
)
SMALL = Row(
    "small",
    "data/small.jsonl",
    1,
    examples=1,
    tokens=99_999,
    usd_high=Decimal("0.031"),
    same_elsewhere=0,
    near_elsewhere=0,
    outcome="pass",
    decision="fine-tune",
)


@pytest.fixture(scope="module")
def inventory(tmp_path_factory: pytest.TempPathFactory) -> Inventory:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("above"))
        return audit(build(Path("library")), CheckOptions(as_of=AS_OF, cache=False))


def many(number: int) -> Inventory:
    rows = tuple(replace(SMALL, name=f"set-{at:05}", path=f"d/{at:05}") for at in range(number))
    overlaps = tuple(Overlap(at, at - 1, same=1) for at in range(1, number))
    return Inventory("0.1.0", AS_OF, rows, overlaps)


def hostile() -> Inventory:
    rows = tuple(replace(SMALL, name=name, path=name, error=name) for name in HOSTILE)
    overlaps = tuple(Overlap(at, 0, same=1, leaked=1) for at in range(1, len(rows)))
    return Inventory("0.1.0", AS_OF, rows, overlaps)


# -- the terminal -----------------------------------------------------------------------------

EXPECTED = """\
        exam-                             dup  dup leak leak sec-
dataset  ples tokens   cost goal           in else   in else rets outcome
broken      -      -      - -               -    -    0    0    - fail
copies     17  2,323 $0.058 style 0%        0    5    0    0    0 fail
eval        0      0      - -               0    0    0    2    0 undecided
mixed      10    663 $0.033 knowledge 60%   0    0    0    0    0 fail
plan        -      -      - -               -    -    -    -    - error
secrets     4    486 $0.061 unknown 25%     0    0    0    0    1 fail
support    14  1,893 $0.066 style 0%        2    7    1    1    0 fail
---------------------------------------------------------------------------
total     ≥45 ≥5,365 ≥$0.22                ≥2  ≥12   ≥1   ≥3   ≥1

7 datasets: 5 fail, 1 undecided, 1 error
- is unknown; ≥ leaves out the datasets that do not know it
not shown for want of room: format, personal data, decision

in several datasets:
  support in copies
    1 of 3 held-out examples trained on there; 7 of 14 examples there too, 2 of
    them nearly
  eval in copies
    1 of 2 held-out examples trained on there
  eval in support
    1 of 2 held-out examples trained on there
"""


def test_the_table_of_a_terminal(inventory: Inventory) -> None:
    out = inventory_text.render(ordered(inventory, None), width=80)
    table, _, errors = out.partition("\nnot judged:\n")
    assert table == EXPECTED
    assert "ftgate.toml: unknown key modle; did you mean model?" in " ".join(errors.split())


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120])
def test_the_table_fits_the_terminal_whatever_the_names(inventory: Inventory, width: int) -> None:
    names = ("\u6f22\u5b57" * 40, "a/very/long/way/to/a/file/that/is/called/train.jsonl")
    for name in names:
        rows = tuple(replace(row, name=f"{name}-{row.name}") for row in inventory.rows)
        out = inventory_text.render(replace(inventory, rows=rows), width=width)
        assert max(map(columns, out.splitlines())) <= width


def test_a_wide_terminal_shows_more(inventory: Inventory) -> None:
    narrow, wide = (inventory_text.render(inventory, width=width) for width in (80, 120))
    assert "keep prompting" not in narrow
    assert "not shown for want of room: format, personal data, decision" in narrow
    assert "alpaca openai_chat" in wide
    assert "knowledge 60%" in wide


def test_what_was_compared_in_part_is_said() -> None:
    part = Inventory("0.1.0", AS_OF, (replace(SMALL, searched=0.5), replace(SMALL, searched=1.0)))
    assert "1 dataset compared in part" in inventory_text.render(part, width=80)
    assert "1 dataset compared in part" in inventory_html.render(part)
    assert "in part" not in inventory_text.render(many(2), width=80)


def test_colour_is_for_the_outcome(inventory: Inventory) -> None:
    plain, painted = (inventory_text.render(inventory, width=100, color=c) for c in (False, True))
    assert re.sub("\x1b\\[[0-9;]*m", "", painted) == plain
    assert painted.count("\x1b[31m") == sum(
        row.outcome in ("fail", "error") for row in inventory.rows
    )


def test_limit_leaves_out_rows_and_keeps_the_totals() -> None:
    out = inventory_text.render(many(30), width=80, limit=4)
    assert [line for line in out.splitlines() if line.startswith("set-")][3:] == [
        line for line in out.splitlines() if line.startswith("set-00003")
    ]
    assert "\u2026 26 more" in out
    assert "30 datasets: 30 pass" in out
    assert "and 19 more pairs" in out


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("0", "0"),
        ("9,999", "9,999"),
        ("12,399", "12.3k"),
        ("999,999", "999k"),
        ("4,567,890", "4.56M"),
        ("\u226512,345,678,901", "\u226512.3G"),
        ("-", "-"),
        ("\u2265-", "\u2265-"),
    ],
)
def test_large_counts_have_three_figures(text: str, short: str) -> None:
    assert compact(text) == short


@pytest.mark.parametrize("width", [1, 2, 5, 9, 10, 30])
def test_names_are_shortened_in_the_middle(width: int) -> None:
    assert columns(shortened("beginning-and-end", width)) <= width
    assert columns(shortened("\u6f22\u5b57\u6f22\u5b57\u6f22\u5b57", width)) <= width
    assert shortened("beginning-and-end", 9) == "begi\u2026-end"


# -- formats ----------------------------------------------------------------------------------


def test_json_follows_its_schema_and_keeps_null(inventory: Inventory) -> None:
    for each in (inventory, hostile(), many(3)):
        document = json.loads(inventory_data.as_json(each))
        jsonschema.Draft202012Validator(SCHEMA).validate(document)
    document = json.loads(inventory_data.as_json(inventory))
    plan = next(row for row in document["datasets"] if "plan" in row["path"])
    assert plan["examples"] is None
    assert document["totals"]["unknown"]["examples"] == 2
    assert document["totals"]["sums"]["usd_high"] == "0.21823"
    broken = {**document, "datasets": [{**plan, "examples": -1}]}
    assert not jsonschema.Draft202012Validator(SCHEMA).is_valid(broken)


def test_csv_has_a_line_for_each_dataset(inventory: Inventory) -> None:
    header, *lines = csv.reader(inventory_data.as_csv(inventory).splitlines())
    assert sorted(header) == sorted(Row.__slots__)
    assert len(lines) == 7
    rows = [dict(zip(header, line, strict=True)) for line in lines]
    assert [row["examples"] for row in rows] == ["", "17", "0", "10", "", "4", "14"]
    assert rows[3]["formats"] == "alpaca openai_chat"


def test_no_cell_of_the_csv_is_computed_or_broken() -> None:
    lines = list(csv.reader(inventory_data.as_csv(hostile()).splitlines()))
    assert len(lines) == 1 + len(HOSTILE)
    for line in lines:
        assert all(not cell.startswith(("=", "+", "@", "-")) for cell in line)
        assert not any(re.search("[\x00-\x1f\u202e\udcff]", cell) for cell in line)


@pytest.mark.parametrize(
    "render",
    [
        lambda found: inventory_text.render(found, width=100),
        inventory_markdown.render,
        inventory_html.render,
        inventory_data.as_json,
        inventory_data.as_csv,
    ],
    ids=["text", "markdown", "html", "json", "csv"],
)
def test_hostile_names_stay_text(render: Callable[[Inventory], str]) -> None:
    out = render(hostile())
    out.encode("utf-8")
    assert not re.search("[\x1b\u202e\udcff]", out)


def test_markdown_escapes_what_is_markup() -> None:
    out = inventory_markdown.render(hostile())
    assert not re.search(r"(?<!\\)<(?!/?sub>)", out)
    assert not re.search(r"(?<!\\)\]\(|(?<!\\)://", out)
    assert "@everyone" not in out
    rows = [line for line in out.splitlines() if line.startswith("|")]
    assert len({len(re.findall(r"(?<!\\)\|", line)) for line in rows}) == 1


def test_markdown_of_many_datasets_fits_a_comment() -> None:
    out = inventory_markdown.render(many(5_000))
    assert len(out) <= MAX_CHARS
    assert re.search(r"and [\d,]+ more", out)
    assert out.count("| total |") == 1


class Page(HTMLParser):
    """Rows of cells by section, every tag and the attributes of every cell."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.rows: list[list[str]] = []
        self.keys: list[list[str | None]] = []
        self.cell = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href", "action")]
        if tag == "tr":
            self.rows.append([])
            self.keys.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self.keys[-1].append(dict(attrs).get("data-v"))
            self.cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.cell = False

    def handle_data(self, data: str) -> None:
        if self.cell:
            self.rows[-1][-1] += data


def test_the_page_is_a_whole_table_without_its_script(inventory: Inventory) -> None:
    page = Page(inventory_html.render(inventory))
    assert page.rows[0] == [column.title for column in FULL]
    assert {len(row) for row in page.rows} == {len(FULL)}
    assert len(page.rows) == 1 + 7 + 1
    assert page.rows[-1][0] == "total"
    examples = page.rows[0].index("examples")
    assert [row[examples] for row in page.rows[1:]] == [
        "-",
        "17",
        "0",
        "10",
        "-",
        "4",
        "14",
        "\u226545",
    ]
    assert page.keys[1][examples] is None
    assert page.keys[2][examples] == "17"
    assert page.tags.count("tfoot") == 1


def test_the_page_asks_for_nothing_and_runs_its_own_script_alone() -> None:
    out = inventory_html.render(hostile())
    page = Page(out)
    assert page.links == []
    assert page.tags.count("script") == 1
    (script,) = re.findall("<script>(.*?)</script>", out, re.S)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'" in out
    assert len(page.rows) == 2 + len(HOSTILE)
    assert page.rows[2][0] == HOSTILE[1]


# -- order ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sort", "field"),
    [("examples", "examples"), ("cost", "usd_high"), ("secrets", "secrets"), ("bytes", "bytes")],
)
def test_numbers_are_sorted_from_the_largest_and_unknown_ones_last(
    inventory: Inventory, sort: str, field: str
) -> None:
    found: list[Any] = [getattr(row, field) for row in ordered(inventory, sort).rows]
    known = [each for each in found if each is not None]
    assert known == sorted(known, reverse=True)
    assert found[: len(known)] == known


@pytest.mark.parametrize("sort", SORTS)
def test_sorting_keeps_every_overlap_with_its_datasets(inventory: Inventory, sort: str) -> None:
    def named(found: Inventory) -> set[tuple[str, str, int]]:
        return {
            (found.rows[each.dataset].path, found.rows[each.other].path, each.same)
            for each in found.overlaps
        }

    assert named(ordered(inventory, sort)) == named(inventory)
    assert len(ordered(inventory, sort).rows) == 7


def test_worst_outcomes_come_first(inventory: Inventory) -> None:
    found = [row.outcome for row in ordered(inventory, "outcome").rows]
    assert found == ["error", *["fail"] * 5, "undecided"]
