"""OpenAI's schemas: what is right stays silent, what is wrong is named with its place."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftgate.formats import openai_chat, openai_preference, prompt_completion
from ftgate.model import Example

SYSTEM = {"role": "system", "content": "You are Marv."}
USER = {"role": "user", "content": "What is the weather in Paris?"}
ANSWER = {"role": "assistant", "content": "Rain, as if it were ever anything else."}
FUNCTION = {"name": "weather", "arguments": '{"city": "Paris"}'}
CALL = {"id": "call_1", "type": "function", "function": FUNCTION}
CALLING = {"role": "assistant", "content": None, "tool_calls": [CALL]}
RESULT = {"role": "tool", "tool_call_id": "call_1", "content": "rain"}
TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
LINK = {"url": "https://example.com/a.png"}
IMAGE = {"type": "image_url", "image_url": LINK}
TEXT = {"type": "text", "text": "What is this?"}


def parse(*messages: Any, **rest: Any) -> Example:
    return openai_chat.parse({"messages": list(messages), **copy.deepcopy(rest)})


def problems(example: Example) -> dict[str, str]:
    """The first problem of each kind."""
    return {problem.kind: problem.detail for problem in reversed(example.problems)}


def tool_record(**changes: Any) -> Example:
    """A right tool record with some keys of its call replaced (``None`` removes a key)."""
    call: dict[str, Any] = {**CALL, **changes}
    call = {key: value for key, value in call.items() if value is not None}
    return parse(USER, {**CALLING, "tool_calls": [call]}, RESULT, ANSWER, tools=[TOOL])


# -- what is right ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "messages",
    [
        [USER, ANSWER],
        [SYSTEM, USER, ANSWER],
        [SYSTEM, USER, ANSWER, USER, ANSWER],
        [SYSTEM, USER, USER, ANSWER],
        [SYSTEM, ANSWER],
        [{**USER, "name": "Ada_L-1"}, {**ANSWER, "weight": 0}, USER, {**ANSWER, "weight": 1}],
        [{**USER, "content": [TEXT, IMAGE]}, ANSWER],
        [{**USER, "content": [TEXT]}, {**ANSWER, "content": [TEXT]}],
        [USER, {"role": "assistant", "content": None, "refusal": "I won't."}],
    ],
)
def test_good_conversations_have_no_problems(messages: list[Any]) -> None:
    assert problems(parse(*messages)) == {}


def test_good_tool_use_has_no_problems_and_its_texts_are_read() -> None:
    example = parse(SYSTEM, USER, CALLING, RESULT, ANSWER, tools=[TOOL], parallel_tool_calls=False)
    assert problems(example) == {}
    assert [role for role, _ in example.turns] == [
        "system",
        "user",
        "assistant",
        "tool",
        "assistant",
    ]
    assert example.calls == ["weather", '{"city": "Paris"}']
    assert example.tools == [TOOL]


def test_calls_in_the_last_message_need_no_answer() -> None:
    assert problems(parse(USER, CALLING, tools=[TOOL])) == {}
    assert problems(parse(USER, {**CALLING, "content": ""}, tools=[TOOL])) == {}


def test_deprecated_functions_are_read() -> None:
    calling = {"role": "assistant", "content": None, "function_call": FUNCTION}
    result = {"role": "function", "name": "weather", "content": "rain"}
    example = parse(USER, calling, result, ANSWER, functions=[TOOL["function"]])
    assert problems(example) == {}
    assert example.calls == ["weather", '{"city": "Paris"}']


def test_texts_of_parts_are_joined_and_images_counted() -> None:
    example = parse({**USER, "content": [TEXT, IMAGE, TEXT]}, ANSWER)
    assert example.turns[0] == ("user", "What is this?What is this?")
    assert example.images == 1


@given(st.lists(st.sampled_from([SYSTEM, USER, ANSWER, {**ANSWER, "content": " "}]), max_size=5))
def test_the_quick_way_and_the_careful_way_agree(messages: list[Any]) -> None:
    quick = openai_chat.parse({"messages": messages})
    careful = openai_chat.parse({"messages": messages, "parallel_tool_calls": True})
    assert quick == careful


# -- what is wrong -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("messages", "kind", "detail"),
    [
        ([SYSTEM, USER], "missing-assistant-turn", "system, user"),
        ([ANSWER, USER], "bad-role-order", "end with a user"),
        ([USER, SYSTEM, ANSWER], "bad-role-order", "messages[1] is a system message, not first"),
        ([SYSTEM, SYSTEM, USER, ANSWER], "bad-role-order", "messages[1] is a system"),
        ([USER, ANSWER, ANSWER], "bad-role-order", "messages[2] is a second assistant"),
        ([{**USER, "role": "human"}, ANSWER], "unknown-role", "OpenAI says user"),
        ([{**SYSTEM, "role": "developer"}, USER, ANSWER], "unknown-role", "OpenAI says system"),
        ([USER, {**ANSWER, "role": "Chatbot"}], "unknown-role", "Chatbot; OpenAI says assistant"),
        ([{**USER, "role": "User"}, ANSWER], "unknown-role", "is User; OpenAI says user"),
        ([USER, {**ANSWER, "role": "expert"}], "unknown-role", "none of system"),
        ([{**USER, "role": 7}, ANSWER], "unknown-role", "none of"),
        ([{"content": "x"}, ANSWER], "malformed-messages", "messages[0] has no role"),
        (["hello", ANSWER], "malformed-messages", "messages[0] is not an object"),
        ([None, ANSWER], "malformed-messages", "messages[0] is not an object"),
        ([], "malformed-messages", "at least one message"),
        ([USER, {**ANSWER, "content": ""}], "empty-content", "messages[1].content is empty"),
        ([USER, {**ANSWER, "content": " \n"}], "empty-content", "messages[1].content is empty"),
        ([USER, {**ANSWER, "content": None}], "empty-content", "messages[1].content is missing"),
        ([USER, {"role": "assistant"}], "empty-content", "messages[1].content is missing"),
        ([{**USER, "content": []}, ANSWER], "empty-content", "messages[0].content is empty"),
        ([{**USER, "id": 1}, ANSWER], "unknown-key", "messages[0] has id beside"),
        ([{**USER, "tool_calls": [CALL]}, ANSWER], "unknown-key", "messages[0]"),
        ([{**USER, "name": "Ada Lovelace"}, ANSWER], "bad-name", "messages[0].name"),
        ([{**USER, "name": "a" * 65}, ANSWER], "bad-name", "1 to 64"),
        ([{**USER, "weight": 1}, ANSWER], "bad-weight", "user message with a weight"),
        ([USER, {**ANSWER, "weight": 0}], "nothing-to-train", "weight 0"),
        ([USER, RESULT, ANSWER], "bad-tool-call", "messages[1] answers no call"),
        ([USER, {**RESULT, "tool_call_id": None}, ANSWER], "bad-tool-call", "no tool_call_id"),
        ([USER, CALLING, USER, ANSWER], "bad-tool-call", "1 calls before messages[2] unanswered"),
        ([USER, CALLING, RESULT, RESULT, ANSWER], "bad-tool-call", "messages[3] answers no call"),
        ([USER, CALLING, RESULT, CALLING, RESULT, ANSWER], "bad-tool-call", "id is used twice"),
        ([USER, {**CALLING, "tool_calls": []}], "bad-tool-call", "tool_calls is not a list"),
        ([USER, CALLING, RESULT, ANSWER], "undefined-tool", "defines no tools"),
        ([USER, CALLING, {**RESULT, "content": [TEXT]}, ANSWER], "bad-content-part", "a string"),
        ([{**USER, "content": {"text": "x"}}, ANSWER], "bad-content-part", "is an object"),
        ([{**USER, "content": 5}, ANSWER], "bad-content-part", "is a number"),
        ([{**USER, "content": [{"text": "x"}]}, ANSWER], "bad-content-part", '"type": "text"'),
        ([{**USER, "content": [{"type": "input_audio"}]}, ANSWER], "bad-content-part", "audio"),
        ([{**USER, "content": ["x"]}, ANSWER], "bad-content-part", "[0] is not an object"),
        ([{**USER, "content": [{"type": "text"}]}, ANSWER], "bad-content-part", "no text string"),
        ([{**USER, "content": [{"type": "video"}]}, ANSWER], "bad-content-part", "neither text"),
        ([USER, ANSWER, {"role": "function", "content": "x"}], "bad-name", "without a name"),
        ([USER, {**ANSWER, "content": [IMAGE]}], "bad-content-part", "only user messages"),
        ([{**USER, "content": [IMAGE] * 11}, ANSWER], "bad-content-part", "11 images; limit 10"),
        ([USER, {**ANSWER, "audio": {"id": "a"}}], "bad-content-part", "audio"),
    ],
)  # fmt: skip
def test_defects_are_named_with_their_place(messages: list[Any], kind: str, detail: str) -> None:
    example = parse(*messages)
    assert detail in problems(example)[kind]
    assert all(stands_in({"messages": messages}, problem.path) for problem in example.problems)


def stands_in(record: Any, path: str) -> bool:
    """Whether a JSON path leads somewhere, at most its last key missing."""
    *steps, last = re.findall(r"\w+", path)
    for step in steps:
        record = record[int(step) if isinstance(record, list) else step]
    return isinstance(record, dict) or int(last) < len(record)


@pytest.mark.parametrize(
    ("record", "paths"),
    [
        (
            {"messages": [USER, ANSWER, {**ANSWER, "weight": 2}]},
            {"bad-role-order": "messages[2]", "bad-weight": "messages[2].weight"},
        ),
        (
            {"messages": [USER, {**CALLING, "tool_calls": [{**CALL, "function": 1}]}]},
            {"bad-tool-call": "messages[1].tool_calls[0].function"},
        ),
        ({"messages": [USER, CALLING]}, {"undefined-tool": "messages[1].tool_calls[0]"}),
        ({"messages": [USER, ANSWER], "tools": [1]}, {"bad-tool-definition": "tools[0]"}),
        ({"messages": [USER, ANSWER], "id": 1}, {"unknown-record-key": ""}),
    ],
)
def test_paths_lead_to_the_defect(record: dict[str, Any], paths: dict[str, str]) -> None:
    found = openai_chat.parse(record).problems
    assert {problem.kind: problem.path for problem in found} == paths


@pytest.mark.parametrize("weight", [True, False, 1.0, 0.5, 2, -1, "1", None])
def test_weight_is_the_integer_zero_or_one(weight: Any) -> None:
    assert "bad-weight" in problems(parse(USER, {**ANSWER, "weight": weight}))


@pytest.mark.parametrize(("detail", "good"), [("low", True), ("full", False)])
def test_the_detail_of_an_image_is_one_of_three_words(detail: str, good: bool) -> None:
    image = {"type": "image_url", "image_url": {**LINK, "detail": detail}}
    found = problems(parse({**USER, "content": [image]}, ANSWER))
    assert ("bad-content-part" not in found) is good


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://example.com/a.png", True),
        ("data:image/webp;base64,UklGRg==", True),
        ("data:image/gif;base64,R0lGODlh", False),
        ("data:image/png;base64,", False),
        ("cat.png", False),
        (None, False),
    ],
)
def test_images_are_links_or_base64_of_three_kinds(url: str | None, good: bool) -> None:
    content = [{"type": "image_url", "image_url": {"url": url}}]
    assert ("bad-content-part" in problems(parse({**USER, "content": content}, ANSWER))) is not good


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({"function": {"name": "weather", "arguments": {"city": "Paris"}}}, "is an object"),
        (
            {"function": {"name": "weather", "arguments": "city=Paris"}},
            "not a string of valid JSON",
        ),
        ({"function": {"name": "weather", "arguments": "[1]"}}, "not of an object"),
        ({"function": {"name": "weather", "arguments": ""}}, "not a string of valid JSON"),
        ({"function": {"name": "weather"}}, "arguments is not a string"),
        ({"function": {"name": "get weather", "arguments": "{}"}}, "name is not"),
        ({"function": "weather"}, "function is not an object"),
        ({"type": None}, 'has no "type": "function"'),
        ({"id": None}, "has no id"),
    ],
)
def test_malformed_calls_are_named(changes: dict[str, Any], detail: str) -> None:
    assert detail in problems(tool_record(**changes))["bad-tool-call"]


def test_called_functions_must_be_defined() -> None:
    other = {"type": "function", "function": {"name": "other"}}
    found = problems(parse(USER, CALLING, RESULT, ANSWER, tools=[other]))
    assert found == {"undefined-tool": "1 unknown function called; 1 defined"}


@pytest.mark.parametrize(
    ("tools", "detail"),
    [
        ({"name": "weather"}, "tools is not a list"),
        (["weather"], "tools[0] is not an object"),
        ([{"function": {"name": "weather"}}], 'has no "type": "function"'),
        ([{"type": "function", "name": "weather"}], "Responses API"),
        ([{"type": "function", "function": {"name": "a b"}}], "name that is not"),
        ([{"type": "function", "function": {"name": "a", "parameters": "x"}}], "parameters"),
        ([{"type": "function", "function": {"name": "a", "description": 1}}], "description"),
        ([TOOL, TOOL], "tools[1] defines a name twice"),
    ],
)
def test_malformed_definitions_are_named(tools: Any, detail: str) -> None:
    assert detail in problems(parse(USER, ANSWER, tools=tools))["bad-tool-definition"]


def test_a_malformed_definition_is_not_also_an_undefined_tool() -> None:
    found = problems(parse(USER, CALLING, tools=[{"type": "function", "name": "weather"}]))
    assert found.keys() == {"bad-tool-definition"}


def test_a_weight_in_the_wrong_place_is_one_problem() -> None:
    assert problems(parse({**USER, "weight": 0}, ANSWER)).keys() == {"bad-weight"}


def test_keys_beside_messages_are_named_where_they_look_like_keys() -> None:
    found = problems(parse(USER, ANSWER, source="crm", id=1, **{"ann@example.org": 1}))
    assert found["unknown-record-key"].startswith("id, source and 1 more beside functions")
    found = problems(parse(USER, ANSWER, **{"call 555-0100": 1}))
    assert found["unknown-record-key"].startswith("1 key beside functions")


@pytest.mark.parametrize("messages", [None, {}, 3, {"role": "user"}])
def test_messages_must_be_a_list(messages: Any) -> None:
    assert "malformed-messages" in problems(openai_chat.parse({"messages": messages}))


# -- the two other schemas ------------------------------------------------------------------------

GOOD_PAIR: dict[str, Any] = {
    "input": {"messages": [SYSTEM, USER]},
    "preferred_output": [ANSWER],
    "non_preferred_output": [{"role": "assistant", "content": "Sunny!"}],
}


def test_good_preference_pair_has_no_problems() -> None:
    example = openai_preference.parse(GOOD_PAIR)
    assert problems(example) == {}
    assert [text for _, text in example.turns[2:]] == [ANSWER["content"], "Sunny!"]


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({"preferred_output": [ANSWER, ANSWER]}, "preferred_output is not a list of one"),
        ({"preferred_output": ANSWER}, "preferred_output is not a list of one"),
        ({"preferred_output": [USER]}, "not an assistant"),
        ({"non_preferred_output": [ANSWER]}, "both outputs say the same"),
        ({"input": {"messages": [USER, ANSWER]}}, "end with an assistant"),
        ({"input": [USER]}, "input is not an object"),
    ],
)
def test_bad_preference_pairs_are_named(changes: dict[str, Any], detail: str) -> None:
    record = {**GOOD_PAIR, **changes}
    example = openai_preference.parse(record)
    assert detail in problems(example)["bad-preference-pair"]
    assert all(stands_in(record, problem.path) for problem in example.problems)


def test_tools_of_a_preference_pair_are_found_in_its_input() -> None:
    source = {**GOOD_PAIR["input"], "tools": [1]}
    (problem,) = openai_preference.parse({**GOOD_PAIR, "input": source}).problems
    assert (problem.kind, problem.path) == ("bad-tool-definition", "input.tools[0]")


@pytest.mark.parametrize(
    ("record", "kinds"),
    [
        ({"prompt": "a", "completion": "b"}, set()),
        ({"prompt": "", "completion": "b"}, set()),
        ({"prompt": 1, "completion": "b"}, {"bad-prompt-completion"}),
        ({"prompt": "a", "completion": ["b"]}, {"bad-prompt-completion"}),
        ({"completion": "b"}, {"bad-prompt-completion"}),
        ({"prompt": "a", "completion": " "}, {"empty-content"}),
        ({"prompt": "a", "completion": "b", "id": 1}, {"unknown-record-key"}),
    ],
)
def test_prompt_and_completion_are_two_strings(record: dict[str, Any], kinds: set[str]) -> None:
    assert problems(prompt_completion.parse(record)).keys() == kinds
