"""Numbers as people read them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ftgate.render import words
from ftgate.render.escape import visible
from ftgate.render.style import columns, spread


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "$0.00"),
        ("0.00041234", "$0.00041"),
        ("0.0302", "$0.030"),
        ("0.0999", "$0.10"),
        ("0.094", "$0.094"),
        ("0.92", "$0.92"),
        ("5.724", "$5.72"),
        ("721.2", "$721.20"),
        ("1224.5", "$1,225"),
        ("1234567", "$1,234,567"),
        ("-3", "-$3.00"),
    ],
)
def test_money_keeps_the_digits_that_mean_something(amount: str, text: str) -> None:
    assert words.usd(Decimal(amount)) == text


@pytest.mark.parametrize(
    ("months", "text"),
    [
        ("0", "less than a day"),
        ("0.04", "1 day"),
        ("0.5", "15 days"),
        ("1", "1 month"),
        ("1.04", "1 month"),
        ("2.44", "2.4 months"),
        ("17.6", "18 months"),
    ],
)
def test_durations_are_days_below_a_month(months: str, text: str) -> None:
    assert words.duration(Decimal(months)) == text


def test_ranges_collapse_when_both_ends_read_the_same() -> None:
    assert words.usd_range(Decimal("0.301"), Decimal("0.302")) == "$0.30"
    assert words.int_range(5, 5) == "5"


def test_counts_have_separators_and_the_right_number() -> None:
    assert words.count(1, "example") == "1 example"
    assert words.count(1204, "example") == "1,204 examples"
    assert words.count(0, "reply", "replies") == "0 replies"


def test_ordinary_text_of_every_script_is_left_alone() -> None:
    for text in (
        "r\u00e9sum\u00e9.jsonl",
        "\u8bad\u7ec3/\u6570\u636e.jsonl",
        "a b\\c",
        "\U0001f600",
    ):
        assert visible(text) == text


def test_invisible_characters_become_visible() -> None:
    assert visible("a\tb\r\x00\x9b\u200b\ufeff\U000e0041") == (
        "a\\tb\\r\\x00\\x9b\\u200b\\ufeff\\U000e0041"
    )


def test_escaping_twice_changes_nothing() -> None:
    once = visible("a\x1b\u202e")
    assert visible(once) == once


def test_columns_ignore_colours_and_count_wide_characters_twice() -> None:
    assert columns("\x1b[31mFAIL\x1b[0m") == 4
    assert columns("\u8bad\u7ec3") == 4
    assert columns("e\u0301") == 1
    assert [columns(line) for line in spread("\u8bad", "right", 20)] == [20]
