"""The cookbook's numbers, and the number of characters that Azure's jobs call tokens."""

from __future__ import annotations

import io
import json
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftgate.tokens.azure_job import reported_tokens, utf16_units
from ftgate.tokens.cookbook import Cookbook, Spread, Tally, epochs, spread

# (words of the user, words of the answer): with a counter of words the lengths of the notebook's
# own toy_chat_fine_tuning.jsonl, of which it prints every figure below.
TOY = [(11, 4), (8, 9), (24, 10), (72, 28), (21, 8_000)]


def words(text: str) -> int:
    return len(text.split())


def tally(*records: object) -> Cookbook:
    counted = Tally(words)
    for record in records:
        counted.add(record)
    result = counted.result()
    assert result is not None
    return result


def chat(*turns: tuple[str, str], **more: object) -> dict[str, object]:
    return {"messages": [{"role": role, "content": text, **more} for role, text in turns]}


def test_the_notebooks_printed_figures() -> None:
    found = tally(*(chat(("user", "w " * u), ("assistant", "w " * a)) for u, a in TOY))
    assert found.total == pytest.approx(Spread(26, 8_032, 1_648.4, 45.0, 26.8, 4_863.6))
    assert found.answers == pytest.approx(Spread(4, 8_000, 1_610.2, 10.0, 6.0, 4_811.2))
    assert (found.examples, found.over_limit, found.crashes) == (5, 1, 0)
    assert (found.tokens_per_epoch, found.epochs, found.charged) == (4_306, 20, 86_120)


def test_every_text_of_a_message_counts_and_a_name_one_more() -> None:
    plain = tally(chat(("user", "a b"), ("assistant", "c"))).tokens_per_epoch
    named = tally(chat(("user", "a b"), ("assistant", "c"), name="one")).tokens_per_epoch
    assert plain == 3 + 2 * (3 + 1) + 3
    assert named == plain + 2 * (1 + 1)


@pytest.mark.parametrize(
    "message",
    [
        *(None, 7, {}, {"content": "a"}, {"role": "assistant"}),
        {"role": "assistant", "content": None},
        {"role": "user", "content": "a", "weight": 0},
        {"role": "assistant", "content": "a", "tool_calls": []},
    ],
)
def test_records_that_stop_the_notebook_are_said(message: object) -> None:
    assert tally({"messages": [message]}).crashes == 1


@pytest.mark.parametrize("record", [None, [], {"messages": None}, {"prompt": "a"}])
def test_records_without_messages_are_left_out(record: object) -> None:
    counted = Tally(words)
    counted.add(record)
    assert counted.result() is None


@pytest.mark.parametrize(
    ("examples", "times"),
    [(1, 25), (5, 20), (33, 3), (34, 3), (8_333, 3), (8_334, 2), (30_000, 1)],
)
def test_the_notebooks_epochs(examples: int, times: int) -> None:
    assert epochs(examples) == times


@given(st.lists(st.integers(0, 10**6), min_size=2))
def test_quantiles_are_those_of_the_statistics_module(values: list[int]) -> None:
    deciles = statistics.quantiles(values, n=10, method="inclusive")
    found = spread(values)
    assert [found.p10, found.median, found.p90] == pytest.approx(
        [deciles[0], statistics.median(values), deciles[8]]
    )


@pytest.mark.parametrize(
    ("units", "times", "reported"),
    [
        (2_688, 10, 6_720),  # Microsoft, Clippy
        (13_334, 5, 16_665),  # Microsoft, Zava 20: rounded down before it is multiplied
        (13_920, 3, 10_440),  # Microsoft, Zava v2, whose emoji are two code units each
    ],
)
def test_azure_reports_a_quarter_of_the_characters(units: int, times: int, reported: int) -> None:
    assert reported_tokens(units, times) == reported


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]))), st.booleans())
def test_characters_are_utf16_code_units_without_line_ends(lines: list[str], mark: bool) -> None:
    encoded = [json.dumps(line, ensure_ascii=False) for line in lines]
    data = ("\ufeff" if mark else "") + "\r\n".join(encoded)
    expected = sum(len(line.encode("utf-16-le")) // 2 for line in encoded)
    assert utf16_units(io.BytesIO(data.encode())) == expected


def test_characters_are_counted_across_blocks() -> None:
    text = "x" + "\N{GRINNING FACE}" * 300_000  # a character lies across the first megabyte
    assert utf16_units(io.BytesIO(text.encode())) == 600_001
