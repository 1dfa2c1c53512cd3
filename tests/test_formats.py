"""Every known family is named by its keys, and its turns are read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftgate.formats import BY_NAME, FORMATS, detect
from ftgate.model import Problem

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
        [("user", f"Answer.\n{QUESTION[1]}"), ANSWER],
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
    (
        "bedrock_converse",
        {
            "system": [{"text": "Be brief."}],
            "messages": [{"role": role, "content": [{"text": text}]} for role, text in PAIR],
        },
        [("system", "Be brief."), *PAIR],
    ),
    (
        "bedrock_preference",
        {
            "messages": [
                {"role": "user", "content": [{"text": QUESTION[1]}]},
                {
                    "role": "assistant",
                    "candidates": [
                        {"content": [{"text": "Far."}], "preferenceLabel": "Non-Preferred"},
                        {"content": [{"text": ANSWER[1]}], "preferenceLabel": "preferred"},
                    ],
                },
            ],
        },
        [*PAIR, ("assistant", "Far.")],
    ),
    ("text", {"text": ANSWER[1]}, [ANSWER]),
    (
        "trl_preference",
        {"prompt": QUESTION[1], "chosen": ANSWER[1], "rejected": "Far."},
        [*PAIR, ("assistant", "Far.")],
    ),
    ("trl_preference", {"chosen": CHAT, "rejected": CHAT}, [*PAIR, ANSWER]),
    ("prompt_completion", {"prompt": CHAT[:1], "completion": CHAT[1:]}, PAIR),
    (
        "prompt_completion",
        {"prompt": [{"type": "text", "text": QUESTION[1]}], "completion": ANSWER[1]},
        PAIR,
    ),
    ("trl_unpaired", {"prompt": QUESTION[1], "completion": ANSWER[1], "label": False}, PAIR),
    ("trl_prompt_only", {"prompt": QUESTION[1]}, [QUESTION]),
    ("trl_prompt_only", {"prompt": CHAT[:1]}, [QUESTION]),
    (
        "trl_stepwise",
        {"prompt": QUESTION[1], "completions": ["384,400", "km"], "labels": [True, True]},
        [QUESTION, ("assistant", "384,400\nkm")],
    ),
    (
        "openai_reinforcement",
        {"messages": CHAT[:1], "reference_answer": ANSWER[1]},
        [QUESTION],
    ),
    ("response_only", {"response": ANSWER[1]}, [ANSWER]),
    (
        "segments",
        {
            "segments": [
                {"label": False, "text": QUESTION[1]},
                {"label": True, "text": ANSWER[1]},
            ]
        },
        [QUESTION, ANSWER],
    ),
    (
        "query_response",
        {
            "query": QUESTION[1],
            "response": ANSWER[1],
            "history": [["Hi.", "Hello."]],
            "system": "Be brief.",
        },
        [("system", "Be brief."), ("user", "Hi."), ("assistant", "Hello."), *PAIR],
    ),
    (
        "alpaca",
        {"instruction": QUESTION[1], "output": ANSWER[1], "history": [["Hi.", "Hello."]]},
        [("user", "Hi."), ("assistant", "Hello."), *PAIR],
    ),
    ("messages_string", {"messages": json.dumps(CHAT)}, PAIR),
    (
        "mistral_interactions",
        {"interactions": [{"is_user": r == "user", "text": t} for r, t in PAIR]},
        PAIR,
    ),
    ("mistral_interactions", {"interactions": CHAT}, PAIR),
    (
        "mistral_interactions",
        {"interactions": [{"role": r, "text": t} for r, t in PAIR], "system_prompt": "Be brief."},
        [("system", "Be brief."), *PAIR],
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
    ("named_columns", {"pregunta": QUESTION[1], "respuesta": ANSWER[1], "tema": "a"}, PAIR),
    ("named_columns", {"Question": QUESTION[1], "Expected Response": ANSWER[1]}, PAIR),
    ("named_columns", {"plain_text": QUESTION[1], "summary": ANSWER[1], "id": 3}, PAIR),
    ("named_columns", {"NL": QUESTION[1], "Query": ANSWER[1]}, PAIR),
    ("named_columns", {"title": "t", "document": QUESTION[1], "summary": ANSWER[1]}, PAIR),
    ("named_columns", {"source": "CNN", "article": QUESTION[1], "summary": ANSWER[1]}, PAIR),
    ("named_columns", {"inputs": QUESTION[1], "response": ANSWER[1]}, PAIR),
    ("named_columns", {"Question": QUESTION[1], "Answer ": ANSWER[1], "Topic": "a"}, PAIR),
    ("named_columns", {"질문": QUESTION[1], "답변": ANSWER[1]}, PAIR),
    (
        "named_turns",
        {"request": [{"role": "user", "text": QUESTION[1]}], "response": ANSWER[1]},
        PAIR,
    ),
]


@pytest.mark.parametrize(
    ("name", "record", "turns"),
    [
        ("named_columns", {"text": "ten o'clock", "label": "10:00"}, ["ten o'clock", "10:00"]),
        ("named_columns", {"source": "hi", "target": "salut", "lang": "fr"}, ["hi", "salut"]),
        ("named_columns", {"context": "Is it open?", "response": "Yes."}, ["Is it open?", "Yes."]),
        (
            "named_columns",
            {"question": "How many?", "context": "t(a)", "query": "select 1"},
            ["t(a)\nHow many?", "select 1"],
        ),
        (
            "prompt_response",
            {"question": "Who?", "context": "Ada wrote it.", "answer": "Ada"},
            ["Ada wrote it.\nWho?", "Ada"],
        ),
        (
            "prompt_response",
            {"question": "Who?", "context_list": ["Ada wrote it."], "answer": "Ada"},
            ["Ada wrote it.\nWho?", "Ada"],
        ),
        (
            "alpaca",
            {"instruction": "Who?", "context": "Ada wrote it.", "response": "Ada"},
            ["Who?\nAda wrote it.", "Ada"],
        ),
        ("prompt_response", {"input": "two", "output": {"n": 2}}, ["two", '{"n": 2}']),
        (
            "named_turns",
            {"dialogue": [{"speaker": "user", "text": "hi"}, {"speaker": "bot", "text": "yo"}]},
            ["hi", "yo"],
        ),
        ("text", {"text": "One. Two.", "label": None}, ["One. Two."]),
        ("text", {"text": "One. Two.", "source": "a book"}, ["One. Two."]),
    ],
)
def test_pairs_are_read_whatever_their_columns_are_called(
    name: str, record: dict[str, Any], turns: list[str]
) -> None:
    found = detect(record)
    assert found is not None
    assert found.name == name
    assert [text for _, text in found.parse(record).turns] == turns


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


def test_every_family_but_openais_says_how_to_become_a_chat() -> None:
    openai = {"openai_chat", "openai_preference"}
    assert {known.name for known in FORMATS if not known.hint} == openai
    assert not [known.name for known in FORMATS if known.not_chat and known.as_chat]


@pytest.mark.parametrize(
    ("record", "name"),
    [
        ({"messages": CHAT, "source": "x", "system": "y"}, "openai_chat"),
        ({"messages": None}, "openai_chat"),
        ({"messages": CHAT, "reference_answer": "x"}, "openai_chat"),
        ({"conversations": None}, "sharegpt"),
        ({"conversations": SHAREGPT, "chosen": {}, "rejected": {}}, "sharegpt"),
        ({"instruction": "x", "chosen": "a", "rejected": "b"}, "alpaca"),
        ({"instruction": "x", "output": "b", "prompt": "x", "text": "xb"}, "alpaca"),
        ({"instruction": "x", "prompt": "a", "completion": "b"}, "prompt_completion"),
        ({"schemaVersion": "bedrock-conversation-2024"}, "bedrock_converse"),
        ({"contents": "x"}, "gemini"),
        ({"completion": "x"}, "prompt_completion"),
        ({"text": 3}, "text"),
        ({"prompt": 3}, "trl_prompt_only"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_most_specific_family_wins_also_for_broken_records(
    record: dict[str, Any], name: str
) -> None:
    found = detect(record)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("record", [{}, {"foo": 1}, [], None, "messages", {"id": "x"}])
def test_unknown_records_have_no_family(record: Any) -> None:
    assert detect(record) is None


WORDS = (
    "messages role content input output prompt completion chosen rejected tools functions name "
    "weight tool_calls function_call function arguments id type text image_url url parts contents "
    "conversations from value system schemaVersion instruction preferred_output text body "
    "non_preferred_output interactions chat_history message custom_id input_text output_text "
    "tool_call_id refusal audio detail parameters parallel_tool_calls response query history "
    "label labels completions interactions thinking reference_answer systemInstruction image bytes "
    "functionCall functionResponse functionDeclarations args inlineData fileData mimeType fileUri "
    "toolUse toolResult toolUseId toolConfig toolSpec inputSchema json source format images output "
    "reasoningContent reasoningText conversation question answer"
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
        "human",
        "gpt",
        "model",
        "function_call",
        "observation",
        "<image>",
        '[{"name": "f", "arguments": {}}]',
        "\ud83d",
    ]
)
JSON = st.recursive(
    LEAVES, lambda v: st.lists(v, max_size=4) | st.dictionaries(KEYS, v, max_size=5), max_leaves=25
)


@given(record=st.dictionaries(KEYS, JSON, max_size=5))
def test_no_record_makes_a_parser_raise(record: dict[str, Any]) -> None:
    found = detect(record)
    if found:
        example = found.parse(record)
        assert all(isinstance(call, str) for call in example.calls)
        assert all(isinstance(part, str) for turn in example.turns for part in turn)
        assert all(isinstance(problem, Problem) for problem in example.problems)


@given(data=st.data())
def test_no_hostile_value_inside_a_familys_record_makes_its_parser_raise(
    data: st.DataObject,
) -> None:
    _, record, _ = data.draw(st.sampled_from(FAMILIES))
    broken = data.draw(st.sampled_from(list(spoiled(record, data.draw(JSON)))))
    found = detect(broken)
    if found:
        assert isinstance(found.parse(broken).turns, list)
        if found.as_chat:
            assert isinstance(found.as_chat(broken).messages, list)


def spoiled(value: Any, other: Any) -> Iterator[Any]:
    """The same value with one of its inner values replaced, every one in turn."""
    inner = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
    for key, item in inner:
        for changed in (other, *(spoiled(item, other) if isinstance(item, dict | list) else ())):
            pairs = [(k, changed if k == key else v) for k, v in inner]
            yield dict(pairs) if isinstance(value, dict) else [v for _, v in pairs]
