"""What unsafe fixes drop, and what they leave."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftgate.fixing import Fixes, Judge, Unsafe, fix_file
from ftgate.fixing.dropping import fold, without_dropped
from ftgate.fixing.lines import read_lines
from ftgate.model import Example, Problem


def chat(question: str, answer: str, **more: Any) -> dict[str, Any]:
    turns = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return {"messages": turns, **more}


def kept(folder: Path, rows: list[Any], unsafe: Unsafe | None = None) -> tuple[list[int], Any]:
    """Indices of the rows that stay, and what the report counts."""
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    file = folder / "train.jsonl"
    file.write_text("".join(line + "\n" for line in lines), "utf-8")
    report = fix_file(file, Fixes(unsafe=unsafe or Unsafe(Judge(), lambda kind: True)))
    left = file.read_text("utf-8").splitlines()
    return [lines.index(line) for line in left], report.repairs


def test_invalid_lines_and_records_of_no_schema_go(tmp_path: Path) -> None:
    rows = [chat("a", "b"), '{"messages": [', "7", {"a": 1}, chat("c", "d")]
    assert kept(tmp_path, rows) == ([0, 4], {"invalid line": 2, "refused record": 1})


def test_of_lines_with_two_readings_the_records_stay(tmp_path: Path) -> None:
    rows = [
        chat("a", "b"),
        "[",
        chat("c", "d"),
        "]",
        "/*",
        chat("e", "f"),
        "*/",
        "[",
        " {",
        " }",
        "]",
    ]
    assert kept(tmp_path, rows) == ([0, 2, 5], {"invalid line": 8})


def test_a_line_that_is_too_long_to_be_held_goes_as_one() -> None:
    data = b'{"text": "a"}\n{"text": "' + b"x" * 5_000_000 + b'"}\n{"text": "b"}\n'
    unsafe = Unsafe(Judge(), lambda kind: True)
    pieces = list(without_dropped(read_lines(io.BytesIO(data), max_line_bytes=1000), unsafe))
    assert b"".join(piece.old for piece in pieces) == data
    assert b"".join(piece.text for piece in pieces) == b'{"text": "a"}\n{"text": "b"}\n'
    assert sum(piece.repairs["invalid line"] for piece in pieces) == 1
    assert max(len(piece.old) for piece in pieces) <= 1 << 20
    untouched = without_dropped(read_lines(io.BytesIO(data), max_line_bytes=1000))
    assert b"".join(piece.text for piece in untouched) == data


def test_only_what_is_severe_makes_a_record_go(tmp_path: Path) -> None:
    rows = [chat("a", ""), chat("b", "c", extra=1), chat("d", "e")]

    def refuse(record: dict[str, Any], name: str, example: Example) -> list[Problem]:
        return [Problem("unknown-record-key")] if "extra" in record else example.problems

    unsafe = Unsafe(Judge(refuse), lambda kind: kind == "unknown-record-key")
    assert kept(tmp_path, rows, unsafe) == ([0, 2], {"refused record": 1})


def test_a_schema_that_the_provider_does_not_train_on_is_refused(tmp_path: Path) -> None:
    rows = [chat("a", "b"), {"text": "a"}]
    unsafe = Unsafe(Judge(accepts=["openai_chat"]), lambda kind: kind == "unknown-schema")
    assert kept(tmp_path, rows, unsafe) == ([0], {"refused record": 1})


def test_examples_that_are_too_long_go(tmp_path: Path) -> None:
    unsafe = Unsafe(Judge(), lambda kind: True, lambda example: len(example.turns[1][1]) > 3)
    rows = [chat("a", "long answer"), chat("b", "c")]
    assert kept(tmp_path, rows, unsafe) == ([1], {"over-long example": 1})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (chat("Hello, world!", "Yes."), chat("hello  world", "YES")),
        (chat("ﬁve Straße", "x"), chat("FIVE STRASSE", "x")),
        (chat("a\u00a0b\n", "x"), chat("A B", "“x”")),
    ],
)
def test_near_duplicates_differ_in_case_space_and_punctuation(
    one: Any, other: Any, tmp_path: Path
) -> None:
    assert kept(tmp_path, [one, other]) == ([0], {"near-duplicate": 1})


def calling(arguments: str) -> dict[str, Any]:
    function = {"name": "f", "arguments": arguments}
    call = {"id": "1", "type": "function", "function": function}
    question = {"role": "user", "content": "a"}
    return {"messages": [question, {"role": "assistant", "tool_calls": [call]}]}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (chat("a", "?"), chat("a", "!")),
        (chat("3.5", "x"), chat("35", "x")),
        (chat("x < 3", "y"), chat("x > 3", "y")),
        (chat("a", "b"), chat("a b", "")),
        (calling('{"a": 1}'), calling('{"a": -1}')),
        (
            {"prompt": "a", "completion": "b", "label": True},
            {"prompt": "A", "completion": "b", "label": False},
        ),
    ],
    ids=range(6),
)
def test_what_says_something_else_is_no_near_duplicate(
    one: Any, other: Any, tmp_path: Path
) -> None:
    assert kept(tmp_path, [one, other], Unsafe(Judge(), lambda kind: False))[0] == [0, 1]


@given(st.text())
def test_folding_again_changes_nothing_but_what_unicode_does(text: str) -> None:
    folded = fold(text)
    assert fold(f"  {folded}\t") in (folded, fold(folded), f"  {folded}\t")
    assert bool(folded) == bool(text)
