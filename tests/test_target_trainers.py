"""TRL, axolotl, LLaMA-Factory and ms-swift: where a problem is, and no record breaks a check."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftgate.catalog import read_provider
from ftgate.formats import detect
from ftgate.model import Example, Problem
from ftgate.targets import Record, Target, open_target

NAMES = ("trl", "axolotl", "llama-factory", "ms-swift")
USER = {"role": "user", "content": "Hi"}
ANSWER = {"role": "assistant", "content": "Hello"}


def target(name: str) -> Target:
    found = open_target(name)
    assert found is not None
    return found


def problems(name: str, record: Record) -> list[Problem]:
    format_ = detect(record)
    assert format_ is not None
    return target(name).problems(record, format_.name, format_.parse(record))


def chat(*messages: Any, **columns: Any) -> Record:
    return {"messages": list(messages), **columns}


def turn(role: str, content: Any = "x", **keys: Any) -> Record:
    return {"role": role, "content": content, **keys}


CALL = {"function": {"name": "f", "arguments": "{"}}
PART = {"type": "text", "text": 5}


@pytest.mark.parametrize(
    ("name", "record", "expected"),
    [
        ("trl", {"prompt": [USER, turn("system")]}, {"bad-role-order": "prompt[1]"}),
        ("trl", {"prompt": [USER], "completion": [None]}, {"malformed-messages": "completion[0]"}),
        ("trl", chat(USER, turn("assistant", None)), {"empty-content": "messages[1].content"}),
        ("trl", chat(USER, tools="["), {"bad-tool-definition": "tools"}),
        ("trl", chat(USER, turn("x"), image="a"), {"unknown-role": "messages[1].role"}),
        ("axolotl", chat(USER, {}), {"malformed-messages": "messages[1]"}),
        (
            "axolotl",
            {"conversations": [{"from": "human", "value": [PART]}]},
            {"bad-content-part": "conversations[0].value[0]"},
        ),
        (
            "axolotl",
            chat(turn("assistant", tool_calls=[CALL]), tools=[{"function": {"parameters": "{"}}]),
            {
                "bad-tool-call": "messages[0].tool_calls[0].function.arguments",
                "bad-tool-definition": "tools[0].function.parameters",
            },
        ),
        ("llama-factory", chat(USER, USER, ANSWER), {"bad-role-order": "messages[1]"}),
        ("llama-factory", chat(USER, turn("x")), {"unknown-role": "messages[1].role"}),
        (
            "llama-factory",
            chat(USER, turn("assistant", []), kto_tag=1),
            {"bad-content-part": "messages[1].content", "bad-field": "kto_tag"},
        ),
        (
            "llama-factory",
            chat(USER, chosen=ANSWER, rejected=turn("assistant", 1)),
            {"bad-preference-pair": "rejected.content"},
        ),
        (
            "llama-factory",
            {"conversations": [{"from": "human", "value": "a"}, {"from": "function_call"}]},
            {"malformed-messages": "conversations[1]"},
        ),
        ("ms-swift", chat(USER, turn("model")), {"unknown-role": "messages[1].role"}),
        (
            "ms-swift",
            chat(turn("user", [PART])),
            {"bad-content-part": "messages[0].content[0].text"},
        ),
        (
            "ms-swift",
            chat(USER, turn("assistant", tool_calls=[{"function": {}}])),
            {"bad-tool-call": "messages[1].tool_calls[0].function"},
        ),
        (
            "ms-swift",
            chat(USER, ANSWER, objects={"bbox": [[1, 2], []]}, rejected_response="Hello"),
            {"bad-field": "objects.bbox[1]", "bad-preference-pair": "rejected_response"},
        ),
        ("ms-swift", {"query": "a", "response": 5}, {"bad-content-part": "response"}),
    ],
)
def test_a_problem_names_its_place(name: str, record: Record, expected: dict[str, str]) -> None:
    assert {one.kind: one.path for one in problems(name, record)} == expected


def test_text_of_a_record_is_never_quoted() -> None:
    hidden = "not to be shown"
    records = [
        chat(turn(hidden), turn("user", [{"type": hidden}])),
        {"conversations": [{"from": hidden, "value": hidden}]},
        {"instruction": "a", "input": "", "output": "b", "tools": hidden},
    ]
    found = [problem for name in NAMES for record in records for problem in problems(name, record)]
    assert found
    assert all(hidden not in problem.detail + problem.path for problem in found)


@pytest.mark.parametrize("text", ["[" * 3_000_000, "[1]," * 20_000, "x" * 70_000])
def test_a_long_text_is_not_read_as_python(text: str) -> None:
    found = problems("ms-swift", {"messages": text})
    assert [(one.kind, one.path) for one in found] == [("malformed-messages", "messages")]
    assert "too long" in found[0].detail


def test_a_short_text_is_read_as_python() -> None:
    assert problems("ms-swift", {"messages": str([USER, ANSWER])}) == []


KEYS = re.findall(
    r"\w+",
    """messages conversations conversation prompt completion chosen rejected label text system tools
    images image instruction input output history query response rejected_response kto_tag
    rejected_messages chosen_messages chosen_response speaker loss_weight
    objects bbox role content from value human assistant tool_calls function
    name arguments parameters id type source url chat_template_kwargs""",
)
WORDS = st.sampled_from(
    ["user", "assistant", "system", "tool", "human", "text", "image", "tool_use", "{}", "[b'']"]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | WORDS
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
    ),
    max_leaves=20,
)
RECORDS = st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=5)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=150)
@given(record=RECORDS)
def test_hostile_records_never_break_a_check(name: str, record: Record) -> None:
    judge, rules = target(name), read_provider(name).table("rules")
    for format_name in read_provider(name).table("formats")["accepts"]:
        for problem in judge.problems(record, format_name, Example([], [])):
            assert problem.kind in rules
            assert re.fullmatch(r"([a-z_]+(\[\d+\]|\.[a-z_]+)*)?", problem.path)


SPOKEN = st.fixed_dictionaries(
    {"role": st.sampled_from(["system", "user", "assistant", "tool", "function"]), "content": WORDS}
) | st.fixed_dictionaries(
    {"from": st.sampled_from(["system", "human", "gpt", "observation", "bot"]), "value": WORDS}
)


@pytest.mark.parametrize("name", ["trl", "llama-factory", "ms-swift"])
@settings(max_examples=150)
@given(
    column=st.sampled_from(["messages", "conversations"]),
    messages=st.lists(SPOKEN | VALUES, max_size=4),
)
def test_a_column_that_is_not_read_changes_nothing(
    name: str, column: str, messages: list[Any]
) -> None:
    record = {column: messages}
    judge, example = target(name), Example([], [])
    beside = judge.problems({**record, "id": 1}, "openai_chat", example)
    assert judge.problems(record, "openai_chat", example) == beside
