"""What unsafe fixes drop, and what they leave."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftgate.fixing import Fixes, Unsafe, fix_file
from ftgate.fixing.dropping import fold, without_dropped
from ftgate.fixing.lines import read_lines
from ftgate.judge import Judge
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
        (chat("a", "C#"), chat("a", "C")),
        (chat("a", "5%"), chat("a", "5")),
        (chat("a", "x = -1"), chat("a", "x = 1")),
        (chat("a", "-.5"), chat("a", ".5")),
        (chat("3.5", "x"), chat("35", "x")),
        (chat("x < 3", "y"), chat("x > 3", "y")),
        (chat("a", "b"), chat("a b", "")),
        (calling('{"a": 1}'), calling('{"a": -1}')),
        (
            {"prompt": "a", "completion": "b", "label": True},
            {"prompt": "A", "completion": "b", "label": False},
        ),
    ],
    ids=range(10),
)
def test_what_says_something_else_is_no_near_duplicate(
    one: Any, other: Any, tmp_path: Path
) -> None:
    assert kept(tmp_path, [one, other], Unsafe(Judge(), lambda kind: False))[0] == [0, 1]


def weighed(weight: int, text: str = "b") -> dict[str, Any]:
    answer = {"role": "assistant", "content": text, "weight": weight}
    return {"messages": [{"role": "user", "content": "a"}, answer]}


def sharegpt(question: Any = "a", **more: Any) -> dict[str, Any]:
    turns = [{"from": "human", "value": question}, {"from": "gpt", "value": "b"}]
    return {"conversations": turns, **more}


def showing(part: dict[str, Any]) -> dict[str, Any]:
    """An OpenAI chat, or one of Nova's, with a part that is no text."""
    text: dict[str, Any] = {"type": "text", "text": "a"} if "type" in part else {"text": "a"}
    answer: Any = "b" if "type" in part else [{"text": "b"}]
    turns = [
        {"role": "user", "content": [text, part]},
        {"role": "assistant", "content": answer},
    ]
    return {"messages": turns} | ({} if "type" in part else {"schemaVersion": "bedrock-2024"})


def nova(kind: str, uri: str) -> dict[str, Any]:
    return {kind: {"format": "mp4", "source": {"s3Location": {"uri": uri}}}}


def choosing(*answers: str) -> dict[str, Any]:
    candidates = [
        {"content": [{"text": answer}], "preferenceLabel": label}
        for answer, label in zip(answers, ("preferred", "non-preferred"), strict=True)
    ]
    question = {"role": "user", "content": [{"text": "a"}]}
    turns = [question, {"role": "assistant", "candidates": candidates}]
    return {"schemaVersion": "bedrock-2024", "messages": turns}


def preferring(one: str, other: str) -> dict[str, Any]:
    outputs = [[{"role": "assistant", "content": text}] for text in (one, other)]
    prompt = {"messages": [{"role": "user", "content": "a"}]}
    return {"input": prompt, "preferred_output": outputs[0], "non_preferred_output": outputs[1]}


MEDIA = {
    **{
        f"chat-{column}": [chat("a", "b", **{column: [f"{n}.bin"]}) for n in "12"]
        for column in ("images", "videos", "audios", "image", "video", "audio", "objects")
    },
    **{
        f"sharegpt-{column}": [sharegpt(**{column: [f"{n}.bin"]}) for n in "12"]
        for column in ("images", "videos", "audios")
    },
    **{
        f"{name}-images": [{**record, "images": [f"{n}.png"]} for n in "12"]
        for name, record in {
            "alpaca": {"instruction": "a", "output": "b"},
            "query": {"query": "a", "response": "b"},
            "prompt": {"prompt": "a", "completion": "b"},
            "preference": {"prompt": "a", "chosen": "b", "rejected": "c"},
            "text": {"text": "a"},
        }.items()
    },
    **{
        f"nova-{kind}": [showing(nova(kind, f"s3://b/{n}.mp4")) for n in "12"]
        for kind in ("image", "video", "document")
    },
    "openai-image": [
        showing({"type": "image_url", "image_url": {"url": f"https://x.org/{n}"}}) for n in "12"
    ],
    "openai-audio": [
        showing({"type": "input_audio", "input_audio": {"data": n, "format": "wav"}}) for n in "12"
    ],
    "openai-file": [showing({"type": "file", "file": {"file_id": n}}) for n in "12"],
    "blocks-video": [showing({"type": "video", "video": f"{n}.mp4"}) for n in "12"],
    "gemini-video": [
        {
            "contents": [
                {
                    "role": "user",
                    "parts": [
                        {"text": "a"},
                        {"fileData": {"mimeType": "video/mp4", "fileUri": f"gs://{n}"}},
                    ],
                },
                {"role": "model", "parts": [{"text": "b"}]},
            ]
        }
        for n in "12"
    ],
}
OTHERWISE = {
    "candidates": [choosing("b", "c"), choosing("c", "b")],
    "candidates-case": [choosing("b", "B."), choosing("B.", "b")],
    "trl-pair": [{"prompt": "a", "chosen": one, "rejected": two} for one, two in ("xy", "XY")],
    "trl-pair-swapped": [
        {"prompt": "a", "chosen": one, "rejected": two} for one, two in (("x", "X"), ("X", "x"))
    ],
    "openai-pair": [preferring("x", "X."), preferring("X.", "x")],
    "sharegpt-pair": [
        {
            "conversations": [{"from": "human", "value": "a"}],
            "chosen": {"from": "gpt", "value": one},
            "rejected": {"from": "gpt", "value": two},
        }
        for one, two in (("x", "X"), ("X", "x"))
    ],
    "alpaca-pair": [
        {"instruction": "a", "output": "b", "rejected": rejected} for rejected in ("x", "X")
    ],
    "weight": [weighed(0), weighed(1)],
    "weight-and-case": [weighed(0), weighed(1, "B")],
    "sharegpt-weight": [
        {"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b", **more}]}
        for more in ({}, {"weight": 0})
    ],
    "mask": [
        {"messages": [{"role": "assistant", "content": "b", "train": train}]}
        for train in (True, False)
    ],
    "name": [
        {"messages": [{"role": "user", "content": "a", "name": name}]} for name in ("Ann", "ann")
    ],
    "metadata": [chat("a", "b", metadata={"text": text}) for text in ("b", "B")],
    "label-of-text": [{"text": "Yes?", "label": label} for label in ("Yes?", "yes")],
    "solution": [{"prompt": "1 or -1?", "solution": solution} for solution in ("1", "-1")],
    "number": [chat("a", "b", id=number) for number in (10**30, 10**30 + 1)],
    "kind-of-number": [chat("a", "b", x=number) for number in (1, True)],
    "twice": ['{"text": "a", "x": 1, "x": 3}', '{"text": "A", "x": 2, "x": 3}'],
}


@pytest.mark.parametrize("rows", [*MEDIA.values(), *OTHERWISE.values()], ids=[*MEDIA, *OTHERWISE])
def test_records_that_differ_in_more_than_their_texts_stay(rows: list[Any], tmp_path: Path) -> None:
    assert kept(tmp_path, rows, Unsafe(Judge(), lambda kind: False)) == ([0, 1], {})


def test_a_record_that_is_nested_too_deeply_to_compare_stays(tmp_path: Path) -> None:
    rows: list[Any] = []
    for text in ("a", "A"):
        deep = "[" * 500 + "]" * 500
        rows.append(json.dumps(chat(text, "b"))[:-1] + f', "x": {deep}}}')
    assert kept(tmp_path, rows, Unsafe(Judge(), lambda kind: False)) == ([0, 1], {})


@pytest.mark.parametrize(
    "write",
    [
        lambda text: {"instruction": text, "input": text, "output": "b"},
        lambda text: sharegpt(text, source="x"),
        lambda text: {"prompt": text, "chosen": "x", "rejected": "y"},
        lambda text: weighed(0, text),
        lambda text: {"contents": [{"role": "user", "parts": [{"text": text}]}]},
        lambda text: chat(text, "b", images=["1.png"]),
    ],
)
def test_texts_of_every_schema_are_folded(write: Any, tmp_path: Path) -> None:
    unsafe = Unsafe(Judge(), lambda kind: False)
    rows = [write("Hello, world"), write("hello world!")]
    assert kept(tmp_path, rows, unsafe) == ([0], {"near-duplicate": 1})


@given(st.text())
def test_folding_again_changes_nothing_but_what_unicode_does(text: str) -> None:
    folded = fold(text)
    assert fold(f"  {folded}\t") in (folded, fold(folded), f"  {folded}\t")
    assert bool(folded) == bool(text)
