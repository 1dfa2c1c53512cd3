"""LLM Foundry's records: hostile shapes and paths of problems."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ftgate.formats.contract import first_of_each_kind
from ftgate.model import Example
from ftgate.targets import open_target

KEYS = ["messages", "prompt", "response", "completion", "role", "content", "extra"]
LEAVES = st.none() | st.booleans() | st.integers() | st.sampled_from(["user", "assistant", "x", ""])
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)
    ),
    max_leaves=20,
)
FORMATS = ["openai_chat", "prompt_response", "prompt_completion"]


def problems(format_name: str, record: Any) -> list[tuple[str, str]]:
    target = open_target("llm-foundry")
    assert target is not None
    found = first_of_each_kind(target.problems(record, format_name, Example([], [])))
    return [(problem.kind, problem.path) for problem in found]


@given(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=4), st.sampled_from(FORMATS))
def test_no_record_makes_the_check_raise(record: Any, format_name: str) -> None:
    problems(format_name, record)


def test_problems_of_a_conversation_have_their_paths() -> None:
    record = {
        "messages": [
            {"role": "user", "content": "x", "name": "eva"},
            {"role": "user", "content": None},
        ],
        "tools": [],
    }
    assert problems("openai_chat", record) == [
        ("unknown-record-key", ""),
        ("unknown-key", "messages[0]"),
        ("empty-content", "messages[1].content"),
        ("bad-role-order", "messages[1]"),
    ]


def test_an_empty_side_is_told_from_a_missing_one() -> None:
    assert problems("prompt_response", {"prompt": "", "response": "x"}) == [
        ("nothing-to-train", "prompt")
    ]
    assert problems("prompt_response", {"prompt": "x", "response": None}) == [
        ("bad-field", "response")
    ]
