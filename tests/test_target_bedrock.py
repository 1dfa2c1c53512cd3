"""Bedrock's targets: places of problems, the two kinds of Nova records, and hostile shapes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftgate.formats.contract import first_of_each_kind
from ftgate.model import Example, Problem
from ftgate.targets import open_target

QUESTION = {"role": "user", "content": [{"text": "Is it in stock?"}]}
ANSWER = {"role": "assistant", "content": [{"text": "Yes."}]}
KEYS = st.sampled_from([
    "messages", "system", "toolConfig", "schemaVersion", "role", "content", "candidates",
    "text", "image", "video", "reasoningContent", "toolUse", "toolResult", "source", "uri",
    "s3Location", "format", "tools", "toolSpec", "name", "inputSchema", "json", "toolUseId",
])  # fmt: skip
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["", "user", "x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


def problems(provider: str, record: Any, format_name: str = "bedrock_converse") -> list[Problem]:
    target = open_target(provider)
    assert target is not None
    return first_of_each_kind(target.problems(record, format_name, Example([], [])))


def paths(provider: str, *messages: Any, **rest: Any) -> dict[str, str]:
    found = problems(provider, {"messages": list(messages), **rest})
    return {problem.kind: problem.path for problem in found}


@pytest.mark.parametrize("provider", ["bedrock-nova", "bedrock-llama"])
def test_problems_of_both_families_name_their_place(provider: str) -> None:
    spoken = {"role": "system", "content": "Sell."}
    assert paths(provider, spoken, ANSWER) == {
        "unknown-role": "messages[0].role",
        "bad-content-part": "messages[0].content",
    }
    http = {"image": {"format": "png", "source": {"s3Location": {"uri": "http://a"}}}}
    asked = {"role": "user", "content": [{"text": "Which?"}, http]}
    assert paths(provider, asked, ANSWER, system=[{}]) == {
        "bad-content-part": "messages[0].content[1].image.source.s3Location.uri",
        "bad-field": "system[0].text",
    }


def test_nova_names_words_tools_and_candidates() -> None:
    worded = {"role": "user", "content": [{"text": "Hi"}, {"text": "User: hi"}]}
    assert paths("bedrock-nova", worded, ANSWER) == {"reserved-word": "messages[0].content[1].text"}
    call = {"toolUse": {"toolUseId": "1", "name": "stock", "input": "{}"}}
    calling = {"role": "assistant", "content": [call]}
    assert paths("bedrock-nova", QUESTION, calling, toolConfig={"tools": [{}]}) == {
        "bad-tool-call": "messages[1].content[0].toolUse.input",
        "bad-tool-definition": "toolConfig.tools[0].toolSpec",
    }
    choice = {"content": [{"text": "Yes."}], "preferenceLabel": "better"}
    choosing = {"role": "assistant", "candidates": [choice, choice]}
    assert paths("bedrock-nova", QUESTION, choosing) == {
        "bad-preference-pair": "messages[1].candidates[0].preferenceLabel"
    }


def test_prompt_and_completion_of_llama_are_texts() -> None:
    found = problems("bedrock-llama", {"prompt": 1, "completion": "b"}, "prompt_completion")
    assert [(problem.kind, problem.path) for problem in found] == [("bad-field", "prompt")]


@pytest.mark.parametrize("provider", ["bedrock-nova", "bedrock-llama"])
@settings(max_examples=150)
@given(record=st.dictionaries(KEYS, JSON), messages=st.lists(st.dictionaries(KEYS, JSON)))
def test_no_shape_of_json_makes_a_check_raise(
    provider: str, record: dict[str, Any], messages: list[Any]
) -> None:
    problems(provider, record)
    found = problems(provider, {**record, "messages": messages})
    assert all(problem.kind and problem.detail for problem in found)


TEXTS = st.lists(
    st.fixed_dictionaries({"text": st.sampled_from(["", "Yes.", "User: hi", "a < b", 1])}),
    max_size=2,
)
TURNS = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["user", "assistant", "system"]), "content": TEXTS},
        optional={"candidates": st.just([])},
    )
    | st.sampled_from([QUESTION, ANSWER, None]),
    max_size=4,
)


@pytest.mark.parametrize("provider", ["bedrock-nova", "bedrock-llama"])
@settings(max_examples=150)
@given(system=TEXTS, messages=TURNS)
def test_keys_that_are_not_read_change_nothing(
    provider: str, system: list[Any], messages: list[Any]
) -> None:
    """What has no more than texts is judged by a shorter way, which has to say the same."""
    record = {"schemaVersion": "bedrock-conversation-2024", "system": system, "messages": messages}
    noted = [
        message and {**message, "content": [{**item, "note": 1} for item in message["content"]]}
        for message in messages
    ]
    assert problems(provider, record) == problems(provider, {**record, "messages": noted})
