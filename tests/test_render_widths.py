"""Columns on the screen: wide and zero-width characters, scripts that run to the left, ASCII."""

from __future__ import annotations

import textwrap
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wcwidth import wcwidth

from ftgate.render import renderer
from ftgate.render.escape import visible
from ftgate.render.inventory_text import shortened
from ftgate.render.style import columns, folded
from tests.report_values import FAILING, KNOWLEDGE, report

NAMES = {
    "Chinese": "滑雪场常见问题解答",
    "Japanese with marks": "プロンプトは\u3099\u309aん",
    "Korean letters": "\u1112\u1161\u11ab\u1100\u1173\u11af",
    "Hebrew": "מכתבי־בית־חולים",
    "Arabic with vowels": "رَسَائِلُ المُسْتَشْفَى",
    "Devanagari": "अस्पताल के पत्र",
    "Thai": "จดหมายโรงพยาบาล",
    "combining": "Arztbriefe fu\u0308r Mu\u0308nchen",
    "emoji": "letters 🏥📄",
    "soft hyphen": "Arzt\u00adbriefe",
}


@pytest.mark.parametrize("text", NAMES.values(), ids=NAMES)
def test_columns_are_what_a_terminal_takes(text: str) -> None:
    assert columns(text) == sum(map(wcwidth, text))


def test_single_characters_take_what_wcwidth_says_but_for_newer_symbols() -> None:
    """wcwidth knows a later Unicode, in which some old symbols have become wide."""
    other = [
        character
        for character in map(chr, range(0xA0, 0x30000))
        if unicodedata.category(character) not in ("Cc", "Cn", "Co", "Cs", "Zl", "Zp")
        and columns(character) != wcwidth(character)
    ]
    assert {unicodedata.category(character) for character in other} <= {"So", "No"}
    assert len(other) < 250


@settings(max_examples=60)
@given(st.text(st.characters(codec="ascii", exclude_categories=("Cc",))).map(str.strip))
def test_ascii_is_folded_as_textwrap_does(text: str) -> None:
    width = 30
    expected = textwrap.wrap(
        text,
        width,
        initial_indent="  - ",
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    assert folded(text, width, "  - ", "    ") == expected


@settings(max_examples=60)
@given(st.text(st.sampled_from("語漢字かな한글 ab é\u0301🏥"), max_size=120), st.integers(12, 40))
def test_wide_text_is_folded_where_the_screen_ends_and_nothing_is_lost(
    text: str, width: int
) -> None:
    lines = folded(text, width, "> ", "  ")
    assert "".join(line[2:] for line in lines).replace(" ", "") == text.replace(" ", "")
    for line in lines:
        longest = max((columns(word) for word in line[2:].split(" ")), default=0)
        assert columns(line) <= width or columns(line) == 2 + longest
    for line in lines[1:]:
        assert columns(line[2]) or line[2:3] == text[0], "no mark is parted from its letter"


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_report_about_such_files_fits_the_screen(name: str, width: int) -> None:
    message = f"{name}。" * 12
    finding = replace(KNOWLEDGE, message=message, path=f"{name}.jsonl", next_step=message)
    dataset = replace(FAILING, name=name, findings=(finding,))
    text = renderer("text")(report(dataset), color=False, width=width, verbose=False)
    wide = [line for line in text.splitlines() if columns(line) > width]
    assert all(".jsonl:" in line for line in wide), "a place stays whole, so that it can be copied"


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_what_is_shortened_fits_and_begins_no_part_with_a_mark(name: str) -> None:
    for width in range(4, 16):
        short = shortened(name * 3, width)
        assert columns(short) <= width
        tail = short.partition("\u2026")[2]
        assert not tail or columns(tail[0])


def test_controls_of_direction_in_a_name_are_shown_and_reorder_nothing() -> None:
    for control in "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069":
        shown = visible(f"train{control}lnosj.exe")
        assert shown == f"train\\u{ord(control):04x}lnosj.exe"
        assert columns(shown) == len(shown)
