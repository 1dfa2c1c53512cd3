"""Calls, tools, images, thoughts and pairs of every family reach the same fields of an example."""

from __future__ import annotations

from typing import Any

import pytest

from ftgate.formats import BY_NAME, detect
from ftgate.model import Example

WEATHER = {
    "name": "weather",
    "description": "Weather of a place.",
    "parameters": {"type": "object", "properties": {"place": {"type": "string"}}},
}
TOOLS = [{"type": "function", "function": WEATHER}]
CALLED = ["weather", '{"place": "Bern"}']
TURNS = [("user", "Rain?"), ("assistant", ""), ("tool", "dry"), ("assistant", "No.")]
PIXEL = "iVBORw0KGgo="


def turn(role: str, text: str) -> dict[str, Any]:
    """A message as version 1 of LLaMA-Factory writes it."""
    return {"role": role, "content": [{"type": "text", "value": text}], "loss_weight": 1.0}


def nova_pair(*answers: tuple[str, str], **keys: Any) -> dict[str, Any]:
    candidates = [
        {"content": [{"text": text}], "preferenceLabel": label} for text, label in answers
    ]
    asked = {"role": "user", "content": [{"text": "1+1"}]}
    return {"messages": [asked, {"role": "assistant", "candidates": candidates}], **keys}


WITH_TOOLS: dict[str, dict[str, Any]] = {
    "sharegpt": {
        "conversations": [
            {"from": "human", "value": "Rain?"},
            {"from": "function_call", "value": '{"name":"weather","arguments":{"place":"Bern"}}'},
            {"from": "observation", "value": "dry"},
            {"from": "gpt", "value": "No."},
        ],
        "tools": '[{"name": "weather", "description": "Weather of a place.", "parameters": '
        '{"type": "object", "properties": {"place": {"type": "string"}}}}]',
    },
    "gemini": {
        "contents": [
            {"role": "user", "parts": [{"text": "Rain?"}]},
            {
                "role": "model",
                "parts": [{"functionCall": {"name": "weather", "args": {"place": "Bern"}}}],
            },
            {
                "role": "user",
                "parts": [{"functionResponse": {"name": "weather", "response": {"output": "dry"}}}],
            },
            {"role": "model", "parts": [{"text": "No."}]},
        ],
        "tools": [
            {
                "function_declarations": [
                    {
                        **WEATHER,
                        "parameters": {
                            "type": "OBJECT",
                            "properties": {"place": {"type": "STRING"}},
                        },
                    }
                ]
            }
        ],
    },
    "bedrock_converse": {
        "schemaVersion": "bedrock-conversation-2024",
        "messages": [
            {"role": "user", "content": [{"text": "Rain?"}]},
            {
                "role": "assistant",
                "content": [
                    {"toolUse": {"toolUseId": "1", "name": "weather", "input": {"place": "Bern"}}}
                ],
            },
            {
                "role": "user",
                "content": [{"toolResult": {"toolUseId": "1", "content": [{"text": "dry"}]}}],
            },
            {"role": "assistant", "content": [{"text": "No."}]},
        ],
        "toolConfig": {
            "tools": [
                {
                    "toolSpec": {
                        "name": "weather",
                        "description": "Weather of a place.",
                        "inputSchema": {"json": WEATHER["parameters"]},
                    }
                }
            ]
        },
    },
    "mistral_interactions": {
        "interactions": [
            {"role": "user", "text": "Rain?"},
            {
                "role": "assistant",
                "tool_calls": [
                    {
                        "id": "123456789",
                        "function": {"name": "weather", "arguments": '{"place": "Bern"}'},
                    }
                ],
            },
            {"role": "tool", "text": "dry", "tool_call_id": "123456789"},
            {"role": "assistant", "text": "No."},
        ],
        "available_tools": TOOLS,
    },
    "prompt_completion": {
        "prompt": [{"role": "user", "content": "Rain?"}],
        "completion": [
            {
                "role": "assistant",
                "tool_calls": [
                    {
                        "type": "function",
                        "function": {"name": "weather", "arguments": {"place": "Bern"}},
                    }
                ],
            },
            {"role": "tool", "name": "weather", "content": "dry"},
            {"role": "assistant", "content": "No."},
        ],
        "tools": TOOLS,
    },
}


def parsed(record: dict[str, Any]) -> Example:
    found = detect(record)
    assert found is not None
    return found.parse(record)


@pytest.mark.parametrize("name", WITH_TOOLS)
def test_calls_and_tools_are_the_same_whatever_the_family(name: str) -> None:
    example = parsed(WITH_TOOLS[name])
    assert example.turns == TURNS
    assert example.calls == CALLED
    assert example.tools == TOOLS


@pytest.mark.parametrize("name", [name for name in WITH_TOOLS if name != "prompt_completion"])
def test_a_well_formed_record_has_no_problem(name: str) -> None:
    assert parsed(WITH_TOOLS[name]).problems == []


@pytest.mark.parametrize(
    "record",
    [
        {
            "conversations": [
                {"from": "human", "value": "<image>What?"},
                {"from": "gpt", "value": "A cat."},
            ],
            "images": ["cat.png"],
        },
        {
            "contents": [
                {
                    "parts": [
                        {"inlineData": {"mimeType": "image/png", "data": PIXEL}},
                        {"text": "What?"},
                    ]
                },
                {"role": "model", "parts": [{"text": "A cat."}]},
            ]
        },
        {
            "schemaVersion": "bedrock-conversation-2024",
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {"image": {"format": "png", "source": {"bytes": PIXEL}}},
                        {"text": "What?"},
                    ],
                },
                {"role": "assistant", "content": [{"text": "A cat."}]},
            ],
        },
        {
            "prompt": [
                {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "What?"}]}
            ],
            "completion": [{"role": "assistant", "content": "A cat."}],
        },
    ],
    ids=["sharegpt", "gemini", "bedrock_converse", "prompt_completion"],
)
def test_images_are_counted_and_their_texts_read(record: dict[str, Any]) -> None:
    example = parsed(record)
    assert example.images == 1
    assert example.turns == [("user", "What?"), ("assistant", "A cat.")]


@pytest.mark.parametrize(
    "answer",
    [
        {
            "contents": [
                {"role": "model", "parts": [{"text": "Hm.", "thought": True}, {"text": "4"}]}
            ]
        },
        {
            "schemaVersion": "bedrock-conversation-2024",
            "messages": [
                {
                    "role": "assistant",
                    "content": [
                        {"reasoningContent": {"reasoningText": {"text": "Hm."}}},
                        {"text": "4"},
                    ],
                }
            ],
        },
        {"prompt": "", "completion": [{"role": "assistant", "thinking": "Hm.", "content": "4"}]},
    ],
    ids=["gemini", "bedrock_converse", "trl"],
)
def test_thoughts_are_text_that_is_trained_on(answer: dict[str, Any]) -> None:
    assert parsed(answer).turns[-1] == ("assistant", "Hm.\n4")


@pytest.mark.parametrize(
    ("record", "completion"),
    [
        ({"prompt": "1+1", "chosen": "2", "rejected": "3"}, True),
        ({"chosen": "1+12", "rejected": "1+13"}, True),
        (
            {
                "chosen": [
                    {"role": "user", "content": "1+1"},
                    {"role": "assistant", "content": "2"},
                ],
                "rejected": [
                    {"role": "user", "content": "1+1"},
                    {"role": "assistant", "content": "3"},
                ],
            },
            False,
        ),
        (
            {
                "conversations": [{"from": "human", "value": "1+1"}],
                "chosen": {"from": "gpt", "value": "2"},
                "rejected": {"from": "gpt", "value": "3"},
            },
            False,
        ),
        ({"instruction": "1+1", "chosen": "2", "rejected": "3"}, False),
        ({"instruction": "1+1", "chosen_response": "2", "rejected_response": "3"}, False),
        ({"question": "1+1", "chosen_response": "2", "rejected_response": "3"}, True),
        (
            {
                "chosen_messages": [turn("user", "1+1"), turn("assistant", "2")],
                "rejected_messages": [turn("user", "1+1"), turn("assistant", "3")],
            },
            False,
        ),
        (
            {
                "conversation": [{"speaker": "human", "text": "1+1"}],
                "better": {"speaker": "agent", "text": "2"},
                "worse": {"speaker": "agent", "text": "3"},
            },
            False,
        ),
        (nova_pair(("2", "preferred"), ("3", "non-preferred")), False),
        (nova_pair(("3", "Non-Preferred"), ("2", "Preferred")), False),
    ],
    ids=[
        "standard",
        "implicit",
        "messages",
        "sharegpt",
        "alpaca",
        "argilla",
        "question",
        "llama-factory",
        "speakers",
        "nova",
        "nova-reversed",
    ],
)
def test_pairs_share_their_prompt(record: dict[str, Any], completion: bool) -> None:
    example = parsed(record)
    assert example.problems == []
    assert example.turns == [("user", "1+1"), ("assistant", "2"), ("assistant", "3")]
    assert example.prompt is not None
    assert example.prompt.turns == [("user", "1+1")]
    assert example.completion is example.prompt.completion is completion


@pytest.mark.parametrize(
    ("record", "kind", "path"),
    [
        ({"conversations": [{"from": "human"}]}, "bad-field", "conversations[0].value"),
        ({"conversations": []}, "malformed-messages", "conversations"),
        ({"conversations": [{"value": "a"}]}, "malformed-messages", "conversations[0].from"),
        (
            {"conversations": [{"from": "function_call", "value": "f()"}]},
            "bad-field",
            "conversations[0].value",
        ),
        ({"contents": [{"role": "user"}]}, "bad-field", "contents[0].parts"),
        ({"contents": [{"parts": [{"text": 1}]}]}, "bad-field", "contents[0].parts[0].text"),
        (
            {"contents": [{"role": "system", "parts": [{"text": ""}]}]},
            "malformed-messages",
            "contents[0].role",
        ),
        (
            {"schemaVersion": "x", "messages": [{"role": "user", "content": "text"}]},
            "bad-field",
            "messages[0].content",
        ),
        ({"instruction": "a"}, "bad-field", "output"),
        ({"instruction": "a", "output": "b", "history": [["c"]]}, "bad-field", "history[0]"),
        ({"query": None, "response": "b"}, "bad-field", "query"),
        ({"interactions": [{"role": "user"}]}, "bad-field", "interactions[0].content"),
        ({"prompt": "a", "completions": ["b"], "labels": []}, "bad-field", "labels"),
        ({"prompt": "a", "completion": "b", "label": 1}, "bad-field", "label"),
        ({"messages": "[1]"}, "malformed-messages", "messages[0]"),
        ({"text": 1}, "bad-field", "text"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_broken_shape_is_named_with_its_place(
    record: dict[str, Any], kind: str, path: str
) -> None:
    (problem,) = parsed(record).problems
    assert (problem.kind, problem.path) == (kind, path)
    assert problem.detail.startswith(path)


def gemini(*parts: Any, **keys: Any) -> dict[str, Any]:
    return {"contents": [{"role": "user", "parts": list(parts)}], **keys}


def converse(*blocks: Any, **keys: Any) -> dict[str, Any]:
    message = {"role": "user", "content": list(blocks)}
    return {"schemaVersion": "bedrock-conversation-2024", "messages": [message], **keys}


PART, BLOCK = "contents[0].parts[0]", "messages[0].content[0]"


@pytest.mark.parametrize(
    ("record", "path"),
    [
        (gemini({"text": "a"}, systemInstruction=1), "systemInstruction"),
        (gemini({"text": "a"}, tools={}), "tools"),
        (
            gemini({"text": "a"}, tools=[{"functionDeclarations": [1]}]),
            "tools[0].functionDeclarations[0]",
        ),
        (gemini(1), PART),
        (gemini({"inlineData": {"data": "x"}}), f"{PART}.inlineData.mimeType"),
        (gemini({"functionCall": {"args": {}}}), f"{PART}.functionCall.name"),
        (gemini({"functionCall": 1}), f"{PART}.functionCall"),
        (gemini({"functionResponse": 1}), f"{PART}.functionResponse"),
        (gemini({"functionResponse": {"name": "f"}}), f"{PART}.functionResponse.response"),
        (gemini({"functionResponse": {"response": {}}}), f"{PART}.functionResponse.name"),
        (converse({"text": "a"}, system="a"), "system"),
        (converse({"text": "a"}, toolConfig=[]), "toolConfig.tools"),
        (converse({"text": "a"}, toolConfig={"tools": [{}]}), "toolConfig.tools[0].toolSpec"),
        (converse(1), BLOCK),
        (converse({"image": {}}), f"{BLOCK}.image"),
        (converse({"toolUse": 1}), f"{BLOCK}.toolUse"),
        (converse({"toolUse": {"name": "f"}}), f"{BLOCK}.toolUse.input"),
        (converse({"toolResult": 1}), f"{BLOCK}.toolResult"),
        (converse({"toolResult": {"content": 1}}), f"{BLOCK}.toolResult.content"),
    ],
)
def test_a_broken_part_is_named_with_its_place(record: dict[str, Any], path: str) -> None:
    (problem,) = parsed(record).problems
    assert (problem.kind, problem.path) == ("bad-field", path)


def test_raw_text_and_completions_are_not_billed_as_messages() -> None:
    assert parsed({"text": "a"}).completion
    assert parsed({"prompt": "a", "completion": "b"}).completion
    assert not parsed(
        {"prompt": "", "completion": [{"role": "assistant", "content": "b"}]}
    ).completion
    assert not BY_NAME["alpaca"].parse({"instruction": "a", "output": "b"}).completion


def test_every_candidate_of_a_pair_is_read_behind_what_stands_before_it() -> None:
    answers = [("2", "preferred"), ("3", "non-preferred"), ("4", "non-preferred")]
    tool = {"toolSpec": {"name": "add", "description": "+", "inputSchema": {"json": {}}}}
    record = nova_pair(
        *answers,
        schemaVersion="bedrock-conversation-2024",
        system=[{"text": "Be brief."}],
        toolConfig={"tools": [tool]},
    )
    example = parsed(record)
    before = [("system", "Be brief."), ("user", "1+1")]
    assert example.turns == [*before, *(("assistant", text) for text, _ in answers)]
    assert example.prompt is not None
    assert example.prompt.turns == before
    assert example.tools is not None
    assert example.problems == []


@pytest.mark.parametrize(
    "candidates", [None, {}, [None], [{}], [{"preferenceLabel": 1}], [{"preferenceLabel": "best"}]]
)
def test_candidates_that_are_no_choice_are_a_problem(candidates: Any) -> None:
    record = {"messages": [{"role": "assistant", "candidates": candidates}]}
    assert {problem.kind for problem in parsed(record).problems} >= {"bad-preference-pair"}


def test_a_nova_pair_is_no_chat() -> None:
    found = detect(nova_pair(("2", "preferred"), ("3", "non-preferred")))
    assert found is not None
    assert (found.name, found.as_chat) == ("bedrock_preference", None)
    assert "two answers" in found.not_chat
