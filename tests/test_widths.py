"""Tables and text fit the screen: 80 columns, the 40 of a phone, and whole lines in a pipe."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftgate.cli import run
from ftgate.render.fit import fit_line, fitted, table
from ftgate.render.style import columns, paint
from tests.conftest import AS_OF, ROOT

Capture = pytest.CaptureFixture[str]
SAMPLES = ROOT / "sample_data"
COMMANDS = [
    "rules",
    "explain FT4",
    "explain FT401",
    "providers",
    "providers openai",
    "prices list",
    "prices show gpt-4.1-mini",
    "prices doctor",
    "models",
    "doctor",
    "count hospital-letters --provider openai --rule cookbook",
    "prompts hospital-letters",
    "check hospital-letters ski-resort-faq -v",
    "cost hospital-letters -v",
    "cost scenarios/techwiz.toml --tornado",
    "report scenarios/techwiz.toml",
]


@pytest.fixture
def samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(SAMPLES)
    monkeypatch.setenv("FTGATE_TODAY", AS_OF)


@pytest.mark.usefixtures("samples")
@pytest.mark.parametrize("command", COMMANDS)
def test_no_line_is_wider_than_the_screen_but_for_a_single_word(
    command: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for width in (80, 40):
        monkeypatch.setenv("COLUMNS", str(width))
        run(command.split())
        lines = capsys.readouterr().out.splitlines()
        assert len(lines) >= 2
        assert [line for line in lines if columns(line) > width and len(line.split()) > 1] == []


@pytest.mark.usefixtures("samples")
@pytest.mark.parametrize("command", ["prices list", "rules", "explain FT4"])
def test_where_nobody_looks_a_row_is_one_line(
    command: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(command.split())
    whole = capsys.readouterr().out
    monkeypatch.setenv("COLUMNS", "40")
    run(command.split())
    narrow = capsys.readouterr().out
    assert max(map(len, whole.splitlines())) > 80
    # Broken or not, the same is said: every word of a row is in both.
    words = {word for line in whole.splitlines()[1:] for word in line.split() if word.isascii()}
    assert words <= set(narrow.split())


HEADS = ("file", "role", "tokens")
ROWS = (("a.jsonl", "train", "1,204"), ("long/b.jsonl", "", "9"))


def test_a_table_that_fits_is_aligned() -> None:
    assert table(HEADS, ROWS, 27, right=(2,)) == [
        ["file          role   tokens"],
        ["a.jsonl       train   1,204"],
        ["long/b.jsonl              9"],
    ]


def test_a_table_that_does_not_fit_names_its_numbers() -> None:
    assert table(HEADS, ROWS, 26, right=(2,)) == [
        [],
        ["a.jsonl", "  role train", "  tokens 1,204"],
        ["long/b.jsonl", "  tokens 9"],
    ]
    (_, row) = table(HEADS, [("long-name.jsonl" * 2, "train", "1,204")], 40)
    assert row[1:] == ["  role train \u00b7 tokens 1,204"]


@pytest.mark.parametrize(
    ("line", "width", "expected"),
    [
        ("fits", 4, ["fits"]),
        ("  one two three", 10, ["  one two", "    three"]),
        ("a  one two three four five", 20, ["a  one two three", "   four five"]),
        ("a label of some length  one two", 20, ["a label of some", "    length  one two"]),
        ("   12  345  6789", 12, ["   12  345", "       6789"]),
        ("see  https://example.com/long", 12, ["see", "    https://example.com/long"]),
        ("\u8a9e\u8a9e \u8a9e", 5, ["\u8a9e\u8a9e", "  \u8a9e"]),
        ("", 4, [""]),
    ],
)
def test_a_line_is_broken_where_words_end(line: str, width: int, expected: list[str]) -> None:
    assert fit_line(line, width) == expected


def test_colours_take_no_room() -> None:
    painted = paint("red", 31, color=True)
    assert fit_line(f"{painted} {painted}", 7) == [f"{painted} {painted}"]
    assert fit_line(f"{painted} {painted}", 6) == [painted, f"  {painted}"]


@given(st.text(alphabet="ab .\u8a9e", max_size=80), st.integers(12, 60))
def test_no_word_is_lost_or_torn_and_nothing_is_too_wide(line: str, width: int) -> None:
    text = fitted(line, width)
    assert text.split() == line.split()
    assert all(
        columns(part) <= width or len(part.split()) <= 1 or columns(line) <= width
        for part in text.splitlines()
    )


def test_the_stated_width_counts_and_none_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    from ftgate.commands import output

    assert (output.screen_width(), output.table_width()) == (output.PLAIN_WIDTH, sys.maxsize)
    monkeypatch.setenv("COLUMNS", "20")
    assert output.screen_width() == output.table_width() == output.MIN_WIDTH
    monkeypatch.setenv("COLUMNS", "200")
    assert (output.screen_width(), output.table_width()) == (output.MAX_WIDTH, 200)


def test_report_needs_no_path(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FTGATE_TODAY", AS_OF)
    monkeypatch.chdir(SAMPLES / "hospital-letters")
    assert run(["report"]) == 0
    assert capsys.readouterr().out.startswith("ftgate report: hospital-letters")
    monkeypatch.chdir(tmp_path)
    assert run(["report"]) == 3
    assert "no training data" in capsys.readouterr().err
    for name in ("a", "b"):
        shutil.copytree(SAMPLES / "FT501-duplicate-examples" / "fails", tmp_path / name)
    assert run(["report"]) == 2
    assert "here: 2 datasets" in capsys.readouterr().err
