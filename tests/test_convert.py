"""Records survive the way through another schema; what cannot be said is refused, never lost."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftgate import convert as converting
from ftgate.convert import SOURCES, TARGETS, CannotSayError, source_named
from ftgate.formats import detect
from tests.test_formats import FAMILIES, JSON, spoiled
from tests.test_formats_chat import WITH_TOOLS

Record = dict[str, Any]
PIXEL = "data:image/png;base64,iVBORw0KGgo="
QUESTION = {"role": "user", "content": "Rain?"}
ANSWER = {"role": "assistant", "content": "No."}


def convert(record: Record, target: str, source: str | None = None) -> tuple[Record, list[str]]:
    """The converted record and the keys that were left behind."""
    found = source_named(source) if source else detect(record)
    assert found is not None
    return converting.convert(record, found, TARGETS[target])


def call(number: int, name: str = "weather", arguments: str = "{}") -> Record:
    function = {"name": name, "arguments": arguments}
    return {"id": f"call_{number}", "type": "function", "function": function}


# -- round trips ------------------------------------------------------------------------------

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="<"), min_size=1)
NAMES = st.from_regex(r"[a-z_]{1,9}", fullmatch=True)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
ARGUMENTS = st.dictionaries(NAMES, VALUES, max_size=3)
FUNCTIONS = st.fixed_dictionaries(
    {"name": NAMES},
    optional={
        "description": TEXTS,
        "parameters": st.dictionaries(NAMES, VALUES, max_size=2).map(
            lambda properties: {"type": "object", "properties": {}, **properties}
        ),
    },
)


@st.composite
def chats(draw: st.DrawFn, *, tools: bool, images: tuple[str, ...], weights: bool) -> Record:
    """An OpenAI chat as exporters write it: the subset that the targets have words for."""
    messages: list[Record] = []
    if draw(st.booleans()):
        messages.append({"role": "system", "content": draw(TEXTS)})
    calls = 0
    for _ in range(draw(st.integers(1, 3))):
        content: Any = draw(TEXTS)
        if images and draw(st.booleans()):
            url = draw(st.sampled_from(images))
            content = [
                {"type": "image_url", "image_url": {"url": url}},
                {"type": "text", "text": content},
            ]
        messages.append({"role": "user", "content": content})
        if tools and draw(st.booleans()):
            called = draw(st.lists(st.tuples(NAMES, ARGUMENTS, TEXTS), min_size=1, max_size=3))
            numbers = range(calls + 1, calls + 1 + len(called))
            calls += len(called)
            listed = [
                call(number, name, json.dumps(arguments, ensure_ascii=False))
                for number, (name, arguments, _) in zip(numbers, called, strict=True)
            ]
            messages.append({"role": "assistant", "content": None, "tool_calls": listed})
            messages += [
                {"role": "tool", "content": said, "tool_call_id": f"call_{number}"}
                for number, (_, _, said) in zip(numbers, called, strict=True)
            ]
        answer: Record = {"role": "assistant", "content": draw(TEXTS)}
        if weights and draw(st.booleans()):
            answer["weight"] = draw(st.sampled_from([0, 1]))
        messages.append(answer)
    record: Record = {"messages": messages}
    if tools and draw(st.booleans()):
        functions = draw(st.lists(FUNCTIONS, min_size=1, max_size=2))
        record["tools"] = [{"type": "function", "function": function} for function in functions]
    return record


LOSSLESS = {
    "openai-chat": {"tools": True, "images": (PIXEL, "https://x.org/a"), "weights": True},
    "sharegpt": {"tools": True, "images": (PIXEL, "https://x.org/a"), "weights": True},
    "gemini": {"tools": True, "images": (PIXEL, "https://x.org/a.png?b=1"), "weights": False},
    "bedrock-converse": {"tools": True, "images": (PIXEL,), "weights": False},
    "alpaca": {"tools": False, "images": (), "weights": False},
}
"""What each target has words for."""


@pytest.mark.parametrize("target", TARGETS)
@settings(max_examples=40)
@given(data=st.data())
def test_there_and_back_is_where_it_was(target: str, data: st.DataObject) -> None:
    record = data.draw(chats(**LOSSLESS[target]))
    there, lost = convert(record, target)
    back, lost_on_the_way_back = convert(json.loads(json.dumps(there)), "openai-chat")
    assert lost == lost_on_the_way_back == []
    assert back == record


@pytest.mark.parametrize("target", [name for name in TARGETS if name != "openai-chat"])
@settings(max_examples=40)
@given(data=st.data())
def test_every_later_room_sees_the_same_example(target: str, data: st.DataObject) -> None:
    record = data.draw(chats(**{**LOSSLESS[target], "weights": False}))
    there, _ = convert(record, target)
    first, second = detect(record), detect(there)
    assert first is not None
    assert second is not None
    assert second.name.replace("_", "-") == target
    one, other = first.parse(record), second.parse(there)
    assert other.problems == []
    assert (other.turns, other.calls, other.images) == (one.turns, one.calls, one.images)
    assert other.tools == one.tools


@pytest.mark.parametrize("target", TARGETS)
@given(data=st.data())
def test_a_hostile_record_is_converted_or_refused(target: str, data: st.DataObject) -> None:
    record = data.draw(st.sampled_from([*(each[1] for each in FAMILIES), *WITH_TOOLS.values()]))
    broken = data.draw(st.sampled_from(list(spoiled(record, data.draw(JSON)))))
    found = detect(broken)
    if found is None:
        return
    with suppress(CannotSayError):
        written, _ = convert(broken, target)
        assert json.loads(json.dumps(written)) == written


# -- single cases -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", WITH_TOOLS)
def test_calls_of_every_family_become_openais(name: str) -> None:
    written, lost = convert(WITH_TOOLS[name], "openai-chat")
    first, called, answered, last = written["messages"]
    assert first == QUESTION
    (one,) = called["tool_calls"]
    assert one["function"] == {"name": "weather", "arguments": '{"place": "Bern"}'}
    assert (answered["content"], answered["tool_call_id"]) == ("dry", one["id"])
    assert last == ANSWER
    assert [tool["function"]["name"] for tool in written["tools"]] == ["weather"]
    assert lost == []


@pytest.mark.parametrize(
    ("source", "record", "messages"),
    [
        ("alpaca", {"instruction": "Rain?", "input": "", "output": "No."}, [QUESTION, ANSWER]),
        ("query-response", {"query": "Rain?", "response": "No."}, [QUESTION, ANSWER]),
        ("prompt-response", {"question": "Rain?", "answer": "No."}, [QUESTION, ANSWER]),
        ("vertex-text", {"input_text": "Rain?", "output_text": "No."}, [QUESTION, ANSWER]),
        ("prompt-completion", {"prompt": "Rain?", "completion": "No."}, [QUESTION, ANSWER]),
        ("prompt-completion", {"prompt": [QUESTION], "completion": [ANSWER]}, [QUESTION, ANSWER]),
        ("messages-string", {"messages": json.dumps([QUESTION, ANSWER])}, [QUESTION, ANSWER]),
        (
            "openai-chat",
            {"messages": [{"role": "user", "text": "Rain?"}, {"role": "assistant", "text": "No."}]},
            [QUESTION, ANSWER],
        ),
    ],
)
def test_pairs_and_relatives_become_chats(
    source: str, record: Record, messages: list[Record]
) -> None:
    assert convert(record, "openai-chat") == ({"messages": messages}, [])
    assert convert(record, "openai-chat", source) == ({"messages": messages}, [])


def test_how_closely_an_image_is_looked_at_is_not_said_elsewhere() -> None:
    image = {"type": "image_url", "image_url": {"url": PIXEL, "detail": "low"}}
    record = {"messages": [{"role": "user", "content": [image]}, ANSWER]}
    assert convert(record, "openai-chat") == (record, [])
    assert convert(record, "gemini")[1] == ["messages[].content[].image_url.detail"]


def test_function_calls_of_the_older_api_become_tool_calls() -> None:
    function = {"name": "weather", "arguments": '{"place": "Bern"}'}
    record = {
        "messages": [
            QUESTION,
            {"role": "assistant", "content": None, "function_call": function},
            {"role": "function", "name": "weather", "content": "dry"},
            ANSWER,
        ],
        "functions": [{"name": "weather", "parameters": {}}],
    }
    assert convert(record, "openai-chat") == (record, [])
    written, lost = convert(record, "bedrock-converse")
    use, result = (message["content"][0] for message in written["messages"][1:3])
    assert use["toolUse"]["toolUseId"] == result["toolResult"]["toolUseId"]
    assert written["toolConfig"]["tools"][0]["toolSpec"]["name"] == "weather"
    assert lost == []


def test_answers_to_parallel_calls_share_a_message_where_turns_alternate() -> None:
    calls = [call(1), call(2)]
    tools = [
        {"role": "tool", "content": "dry", "tool_call_id": "call_2"},
        {"role": "tool", "content": "wet", "tool_call_id": "call_1"},
    ]
    asked = {"role": "assistant", "content": "Let me see.", "tool_calls": calls}
    record = {"messages": [QUESTION, asked, *tools, ANSWER]}
    for target, key in (("gemini", "contents"), ("bedrock-converse", "messages")):
        written, _ = convert(record, target)
        assert len(written[key]) == 4
        assert convert(written, "openai-chat")[0] == record


def test_keys_without_a_counterpart_are_named() -> None:
    record = {
        "messages": [
            {**QUESTION, "weight": 0},
            {**ANSWER, "weight": 1, "source_id": 7, "refusal": None, "name": None},
        ],
        "parallel_tool_calls": False,
        "source_id": 7,
    }
    left = {"source_id", "messages[].source_id"}
    assert set(convert(record, "openai-chat")[1]) == left | {"messages[].weight"}
    everywhere = left | {"parallel_tool_calls"}
    assert set(convert(record, "sharegpt")[1]) == everywhere
    assert set(convert(record, "gemini")[1]) == everywhere | {"messages[].weight"}


PAIR = {"conversations": [{"from": "human", "value": "Rain?"}]} | {
    key: {"from": "gpt", "value": key} for key in ("chosen", "rejected")
}
SHAREGPT = {"conversations": [{"from": "human", "value": "<image>"}, {"from": "gpt", "value": "."}]}
CHAT = {"messages": [QUESTION, ANSWER]}
ALPACA = {"instruction": "Rain?", "output": "No."}
QUERY = {"query": "Rain?", "response": "No."}


def said(role: str = "assistant", **more: Any) -> Record:
    """A chat in which the message of one role has more keys."""
    messages = [{**each, **(more if each["role"] == role else {})} for each in (QUESTION, ANSWER)]
    return {"messages": messages}


LOSSES: list[tuple[str, Record]] = [
    ("chosen", PAIR),
    ("rejected", {**ALPACA, "rejected": "Yes."}),
    ("rejected_response", {**QUERY, "rejected_response": "Yes."}),
    ("rejected_messages", {**CHAT, "rejected_messages": [ANSWER]}),
    ("kto_tag", {**SHAREGPT, "kto_tag": True}),
    ("label", {**CHAT, "label": False}),
    ("images", {**CHAT, "images": ["a.png"]}),
    ("image", {**CHAT, "image": "a.png"}),
    ("videos", {**SHAREGPT, "videos": ["a.mp4"]}),
    ("audios", {**SHAREGPT, "audios": ["a.wav"]}),
    ("images", {**ALPACA, "images": ["a.png"]}),
    ("videos", {**QUERY, "videos": ["a.mp4"]}),
    ("images", {"prompt": "Rain?", "completion": "No.", "images": ["a.png"]}),
    ("images", {"question": "Rain?", "answer": "No.", "images": ["a.png"]}),
    ("system", {**CHAT, "system": "Be brief."}),
    ("tools", {**ALPACA, "tools": "[1]"}),
    ("tools", {"prompt": [QUESTION], "completion": [ANSWER], "tools": '[{"name": "f"}]'}),
    ("documents", {**CHAT, "documents": [{"text": "It is dry."}]}),
    ("messages[].thinking", {"prompt": [QUESTION], "completion": [{**ANSWER, "thinking": "Hm."}]}),
    ("messages[].reasoning_content", said(reasoning_content="Hm.")),
    ("messages[].tool_calls", said("user", tool_calls=[call(1)])),
    ("messages[1].train", said(train=False)),
    ("messages[1].loss", said(loss=False)),
    ("messages[0].train", said("user", train=True)),
    (
        "conversations[1].train",
        {
            "conversations": [
                {"from": "human", "value": "a"},
                {"from": "gpt", "value": "b", "train": False},
            ]
        },
    ),
]


@pytest.mark.parametrize(("key", "record"), LOSSES)
def test_only_metadata_is_left_behind(key: str, record: Record) -> None:
    with pytest.raises(CannotSayError) as refusal:
        convert(record, "openai-chat")
    assert str(refusal.value).startswith(f"{key} has no place in the other schema: ")


@pytest.mark.parametrize("target", ["gemini", "bedrock-converse", "alpaca"])
def test_an_answer_that_is_not_trained_stays_one(target: str) -> None:
    rounds = [QUESTION, {**ANSWER, "weight": 0}, QUESTION, ANSWER]
    with pytest.raises(CannotSayError, match=r"messages\[1\].weight is not 1"):
        convert({"messages": rounds}, target)
    assert convert({"messages": rounds}, "sharegpt")[0]["conversations"][1]["weight"] == 0


@pytest.mark.parametrize("target", ["sharegpt", "gemini", "bedrock-converse", "alpaca"])
def test_a_name_that_the_model_sees_is_not_left_behind(target: str) -> None:
    with pytest.raises(CannotSayError, match=r"messages\[\].name has no place"):
        convert(said("user", name="ann"), target)


def test_keys_that_say_nothing_or_what_is_usual_are_no_loss() -> None:
    nothing: Record = {"images": [], "system": "", "rejected": None, "label": "a", "tools": "[]"}
    turns = [
        {"from": "human", "value": "Rain?", "train": False, "tool_calls": None},
        {"from": "gpt", "value": "No.", "train": True, "tool_calls": None},
    ]
    assert convert({"conversations": turns, **nothing}, "openai-chat")[0] == CHAT
    usual = [{**QUESTION, "images": None, "loss": None}, {**ANSWER, "loss": True, "images": None}]
    assert convert({"messages": usual}, "openai-chat")[0] == CHAT


@pytest.mark.parametrize("target", ["gemini", "bedrock-converse"])
def test_thoughts_stay_thoughts_where_there_is_a_place_for_them(target: str) -> None:
    record = {"prompt": [QUESTION], "completion": [{**ANSWER, "thinking": "Hm."}]}
    written, lost = convert(record, target)
    found = detect(written)
    assert found is not None
    assert found.parse(written).turns[-1] == ("assistant", "Hm.\nNo.")
    assert lost == []


def test_keys_inside_of_calls_parts_and_tools_are_named_by_their_place() -> None:
    asked = {**CALLING, "tool_calls": [{**call(1), "index": 0}]}
    said = {"role": "user", "content": [{"type": "text", "text": "Rain?", "cache": 1}]}
    record = {"messages": [said, asked]}
    inside = ["messages[].content[].cache", "messages[].tool_calls[].index"]
    assert convert(record, "openai-chat")[1] == inside
    record = {
        "contents": [{"parts": [{"text": "a", "thoughtSignature": "x"}]}],
        "tools": [{"functionDeclarations": [{"name": "f", "response": {}}]}],
    }
    inside = ["tools[].functionDeclarations[].response", "contents[].parts[].thoughtSignature"]
    assert convert(record, "openai-chat")[1] == inside


CALLING = {"role": "assistant", "content": None, "tool_calls": [call(1), call(2)]}
IMAGE = {"type": "image_url", "image_url": {"url": "https://x.org/a"}}


@pytest.mark.parametrize(
    ("target", "record", "why"),
    [
        ("openai-chat", {"chosen": "a", "rejected": "b"}, "two answers"),
        ("openai-chat", {"text": "a"}, "no question"),
        ("openai-chat", {"messages": [QUESTION, "x"]}, "messages[1] is not an object"),
        (
            "openai-chat",
            {"conversations": [{"from": "x", "value": "a"}]},
            "conversations[0].from is a role that OpenAI does not have",
        ),
        (
            "openai-chat",
            {"conversations": [{"from": "human", "value": "<image>"}], "images": ["a.png"]},
            "neither a link nor embedded",
        ),
        (
            "openai-chat",
            {"conversations": [{"from": "human", "value": "x"}], "images": [PIXEL]},
            "images has 1 more",
        ),
        (
            "openai-chat",
            {"contents": [{"parts": [{"inlineData": {"mimeType": "audio/wav", "data": ""}}]}]},
            "is not an image",
        ),
        ("sharegpt", {"messages": [QUESTION, {**ANSWER, "tool_calls": [call(1)]}]}, "both text"),
        (
            "sharegpt",
            {
                "messages": [
                    QUESTION,
                    CALLING,
                    {"role": "tool", "content": "a", "tool_call_id": "call_2"},
                ]
            },
            "order of their calls",
        ),
        (
            "sharegpt",
            {
                "messages": [
                    {"role": "user", "content": [IMAGE, {"type": "text", "text": "<image>"}]}
                ]
            },
            "<image>",
        ),
        (
            "gemini",
            {"messages": [{"role": "user", "content": [IMAGE]}]},
            "does not say what kind",
        ),
        (
            "gemini",
            {"messages": [QUESTION, {**CALLING, "tool_calls": [call(1, arguments="[]")]}]},
            "the JSON of an object",
        ),
        (
            "gemini",
            {"messages": [QUESTION, {"role": "system", "content": "x"}, ANSWER]},
            "messages[1] is a system message",
        ),
        ("gemini", {"messages": [QUESTION, {**ANSWER, "refusal": "No."}]}, "has refusal"),
        ("bedrock-converse", {"messages": [{"role": "user", "content": [IMAGE]}]}, "bytes"),
        ("alpaca", {"messages": [QUESTION, CALLING]}, "tools"),
        ("alpaca", {"messages": [QUESTION, QUESTION, ANSWER]}, "one question and one answer"),
    ],
)
def test_what_the_target_cannot_say_is_refused(target: str, record: Record, why: str) -> None:
    with pytest.raises(CannotSayError) as refusal:
        convert(record, target)
    assert why in str(refusal.value)


def test_a_schema_that_is_named_has_to_fit() -> None:
    with pytest.raises(CannotSayError, match="not a record of ShareGPT"):
        convert({"messages": [QUESTION, ANSWER]}, "openai-chat", "sharegpt")


def test_every_source_can_be_named() -> None:
    assert {source_named(name).name for name in SOURCES} >= {"openai_chat", "gemini", "alpaca"}
    assert set(TARGETS) <= set(SOURCES)
