"""Every known family is named by its keys, and its turns are read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftgate.formats import BY_NAME, FORMATS, detect

QUESTION, ANSWER = ("user", "How far is the moon?"), ("assistant", "384,400 km.")
PAIR = [QUESTION, ANSWER]
CHAT = [{"role": role, "content": text} for role, text in PAIR]
SHAREGPT = [{"from": "human", "value": QUESTION[1]}, {"from": "gpt", "value": ANSWER[1]}]

FAMILIES: list[tuple[str, dict[str, Any], list[tuple[str, str]]]] = [
    ("openai_chat", {"messages": CHAT}, PAIR),
    (
        "openai_preference",
        {
            "input": {"messages": CHAT[:1]},
            "preferred_output": CHAT[1:],
            "non_preferred_output": [{"role": "assistant", "content": "Far."}],
        },
        [*PAIR, ("assistant", "Far.")],
    ),
    ("prompt_completion", {"prompt": QUESTION[1], "completion": ANSWER[1]}, PAIR),
    ("alpaca", {"instruction": QUESTION[1], "input": "", "output": ANSWER[1]}, PAIR),
    (
        "alpaca",
        {"instruction": "Answer.", "input": QUESTION[1], "output": ANSWER[1]},
        [("user", f"Answer.\n\n{QUESTION[1]}"), ANSWER],
    ),
    ("sharegpt", {"conversations": SHAREGPT}, PAIR),
    ("sharegpt", {"messages": SHAREGPT}, PAIR),
    (
        "sharegpt",
        {"conversations": CHAT, "system": "Be brief."},
        [("system", "Be brief."), *PAIR],
    ),
    (
        "gemini",
        {
            "systemInstruction": {"role": "system", "parts": [{"text": "Be brief."}]},
            "contents": [
                {"role": "user", "parts": [{"text": QUESTION[1]}]},
                {"role": "model", "parts": [{"text": ANSWER[1]}]},
            ],
        },
        [("system", "Be brief."), *PAIR],
    ),
    ("vertex_text", {"input_text": QUESTION[1], "output_text": ANSWER[1]}, PAIR),
    (
        "bedrock_converse",
        {
            "schemaVersion": "bedrock-conversation-2024",
            "system": [{"text": "Be brief."}],
            "messages": [{"role": role, "content": [{"text": text}]} for role, text in PAIR],
        },
        [("system", "Be brief."), *PAIR],
    ),
    ("text", {"text": ANSWER[1]}, [ANSWER]),
    (
        "trl",
        {"prompt": QUESTION[1], "chosen": ANSWER[1], "rejected": "Far."},
        [*PAIR, ("assistant", "Far.")],
    ),
    ("trl", {"prompt": CHAT[:1], "completion": CHAT[1:]}, PAIR),
    ("trl", {"chosen": CHAT, "rejected": CHAT}, PAIR * 2),
    ("messages_string", {"messages": json.dumps(CHAT)}, PAIR),
    (
        "mistral_interactions",
        {"interactions": [{"is_user": r == "user", "text": t} for r, t in PAIR]},
        PAIR,
    ),
    (
        "cohere_chat",
        {"chat_history": [{"role": "CHATBOT", "message": ANSWER[1]}], "message": QUESTION[1]},
        [ANSWER, QUESTION],
    ),
    (
        "openai_batch",
        {"custom_id": "1", "method": "POST", "body": {"model": "m", "messages": CHAT[:1]}},
        [QUESTION],
    ),
    ("prompt_response", {"prompt": QUESTION[1], "response": ANSWER[1]}, PAIR),
    ("prompt_response", {"question": QUESTION[1], "answer": ANSWER[1]}, PAIR),
]


@pytest.mark.parametrize(("name", "record", "turns"), FAMILIES)
def test_families_are_named_and_read(
    name: str, record: dict[str, Any], turns: list[tuple[str, str]]
) -> None:
    found = detect(record)
    assert found is not None
    assert found.name == name
    assert found.parse(record).turns == turns


def test_every_family_has_an_example_here() -> None:
    assert {name for name, _, _ in FAMILIES} == set(BY_NAME)


def test_a_json_string_that_is_broken_has_no_turns() -> None:
    assert BY_NAME["messages_string"].parse({"messages": "[{"}).turns == []


def test_only_what_openai_trains_on_is_judged() -> None:
    judged = {known.name for known in FORMATS if known.judged}
    assert judged == {"openai_chat", "openai_preference", "prompt_completion"}
    assert all(known.hint for known in FORMATS if not known.judged)


@pytest.mark.parametrize("record", [{}, {"foo": 1}, {"text": 3}, [], None, "messages", {"id": "x"}])
def test_unknown_records_have_no_family(record: Any) -> None:
    assert detect(record) is None


WORDS = (
    "messages role content input output prompt completion chosen rejected tools functions name "
    "weight tool_calls function_call function arguments id type text image_url url parts contents "
    "conversations from value system schemaVersion instruction preferred_output text body "
    "non_preferred_output interactions chat_history message custom_id input_text output_text "
    "tool_call_id refusal audio detail parameters parallel_tool_calls"
)
KEYS = st.sampled_from(WORDS.split())
LEAVES = st.sampled_from(
    [
        None,
        True,
        0,
        1,
        1.0,
        "",
        " ",
        "user",
        "assistant",
        "tool",
        "system",
        "c1",
        "{}",
        "[",
        "\ud83d",
    ]
)
JSON = st.recursive(
    LEAVES, lambda v: st.lists(v, max_size=4) | st.dictionaries(KEYS, v, max_size=5), max_leaves=25
)


@settings(deadline=None)
@given(record=st.dictionaries(KEYS, JSON, max_size=5))
def test_no_record_makes_a_parser_raise(record: dict[str, Any]) -> None:
    found = detect(record)
    if found:
        example = found.parse(record)
        assert all(isinstance(part, str) for turn in example.turns for part in turn)
        kinds = [problem.kind for problem in example.problems]
        assert len(kinds) == len(set(kinds))
