"""torchtune's records: hostile shapes and paths of problems."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftgate.model import Example
from ftgate.targets import open_target
from ftgate.targets.torchtune import CHECKS

KEYS = [
    "messages", "conversations", "chosen", "rejected", "role", "content", "from", "value",
    "ipython", "type", "text", "image_url", "url", "input", "output", "instruction",
]  # fmt: skip
WORDS = ["user", "assistant", "system", "tool", "human", "gpt", "start", "text", ""]
LEAVES = st.none() | st.booleans() | st.integers() | st.sampled_from(WORDS)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)
    ),
    max_leaves=20,
)


def problems(format_name: str, record: Any) -> list[tuple[str, str]]:
    target = open_target("torchtune")
    assert target is not None
    found = target.problems(record, format_name, Example([], []))
    return [(problem.kind, problem.path) for problem in found]


@given(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=5), st.sampled_from(sorted(CHECKS)))
def test_no_record_makes_the_check_raise(record: Any, format_name: str) -> None:
    problems(format_name, record)


def test_problems_of_a_conversation_have_their_paths() -> None:
    record = {
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "x"}, {"type": "audio"}]},
            {"role": "user", "content": "x"},
            {"role": None, "content": "x"},
            {"role": "tool", "content": "x"},
        ]
    }
    assert problems("openai_chat", record) == [
        ("bad-content-part", "messages[0].content[1]"),
        ("unknown-role", "messages[2].role"),
        ("bad-role-order", "messages[1]"),
        ("bad-tool-call", "messages[3]"),
    ]


@pytest.mark.parametrize(
    ("format_name", "record", "expected"),
    [
        (
            "sharegpt",
            {"conversations": [{"from": "bot", "value": "x"}, {"from": "gpt", "value": "y"}]},
            [("unknown-role", "conversations[0].from"), ("bad-role-order", "conversations[1]")],
        ),
        (
            "alpaca",
            {"instruction": "x", "output": [{"type": "text"}]},
            [("bad-content-part", "output[0]")],
        ),
        (
            "trl_preference",
            {"chosen": [], "rejected": [{"role": "user"}]},
            [("bad-content-part", "rejected[0].content")],
        ),
    ],
)
def test_problems_of_other_datasets_have_their_paths(
    format_name: str, record: Any, expected: list[tuple[str, str]]
) -> None:
    assert problems(format_name, record) == expected
