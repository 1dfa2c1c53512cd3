"""What a provider counts in an example."""

from __future__ import annotations

import pytest

from ftgate.formats import openai_chat, openai_preference, prompt_completion
from ftgate.model import Example
from ftgate.tokens.billing import (
    COLUMNS,
    MAX_REMEMBERED_TOOLS,
    TOKENS_PER_ROLE,
    Meter,
    exactness_of,
)
from ftgate.tokens.encodings import ENCODINGS, resolve
from ftgate.tokens.engines import Counter, open_counter
from ftgate.tokens.tools import render_tools

ROLES = ("system", "developer", "user", "assistant", "tool", "function")

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
}


@pytest.fixture(scope="module")
def counter() -> Counter:
    return open_counter("cl100k_base", size_bytes=0)


def measure(counter: Counter, example: Example) -> dict[str, int]:
    return dict(zip(COLUMNS, Meter(counter).measure(example), strict=True))


def as_messages(*turns: tuple[str, str]) -> list[dict[str, str]]:
    return [{"role": role, "content": text} for role, text in turns]


@pytest.mark.parametrize("encoding_name", ENCODINGS)
def test_every_role_is_one_token(encoding_name: str) -> None:
    count = open_counter(encoding_name, size_bytes=0, engine="tiktoken").count
    assert {role: count(role) for role in ROLES} == dict.fromkeys(ROLES, TOKENS_PER_ROLE)


def test_one_per_example_and_four_per_message(counter: Counter) -> None:
    """In cl100k_base 'Be brief.' is 3 tokens, 'Hello world' 2 and 'Hi!' 2."""
    turns = [("system", "Be brief."), ("user", "Hello world"), ("assistant", "Hi!")]
    assert measure(counter, Example(turns, [])) == {
        "total": 1 + 3 * 4 + 3 + 2 + 2,
        "system": 3,
        "user": 2,
        "assistant": 2,
        "tool": 0,
        "tools": 0,
    }


def test_roles_share_columns(counter: Counter) -> None:
    turns = [("developer", "Be brief."), ("function", "Hello world"), ("tool", "Hi!")]
    measured = measure(counter, Example(turns, []))
    assert (measured["system"], measured["tool"], measured["total"]) == (3, 4, 20)


def test_weight_zero_is_billed(counter: Counter) -> None:
    """Job "derpies" (gpt-4o-mini, 25 x 4): 6,104 billed, 5,976 without its weight-0 messages."""
    messages = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi!"}]
    untrained = [messages[0], {**messages[1], "weight": 0}]
    totals = [
        measure(counter, openai_chat.parse({"messages": messages + last}))["total"]
        for last in (messages, untrained)
    ]
    assert totals[0] == totals[1]


def test_unknown_role_shows_in_the_total_only(counter: Counter) -> None:
    role = "asistant of many tokens"
    measured = measure(counter, Example([(role, "Hello world")], []))
    assert measured == {
        **dict.fromkeys(COLUMNS, 0),
        "total": 1 + 3 + counter.count(role) + counter.count("Hello world"),
    }


def test_calls_count_as_content_and_tools_as_rendered_minus_two(counter: Counter) -> None:
    turns = [("user", "Weather in Rome?"), ("assistant", "")]
    calls = ["get_weather", '{"city": "Rome"}']
    plain = measure(counter, Example(turns, []))
    measured = measure(counter, Example(turns, [], calls=calls, tools=[WEATHER]))
    call_tokens = counter.count(calls[0]) + counter.count(calls[1])
    tool_tokens = counter.count(render_tools([WEATHER])) - 2
    assert measured["assistant"] == call_tokens
    assert measured["tools"] == tool_tokens
    assert measured["total"] == plain["total"] + call_tokens + tool_tokens


def test_tools_are_rendered_once_per_distinct_set(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered: list[object] = []
    monkeypatch.setattr(
        "ftgate.tokens.billing.render_tools", lambda tools: rendered.append(tools) or "x y z"
    )
    meter = Meter(counter)
    sets = [[{"function": {"name": f"f{n}"}}] for n in range(MAX_REMEMBERED_TOOLS + 1)]
    for tools in [sets[0], sets[0], *sets]:
        assert meter.measure(Example([], [], tools=tools))[5] == 1
    assert len(rendered) == len(sets)


@pytest.mark.parametrize("tools", [None, [], [{"type": "web_search"}]])
def test_no_functions_cost_nothing(counter: Counter, tools: list[object] | None) -> None:
    assert measure(counter, Example([], [], tools=tools))["total"] == 1


def test_the_prompt_of_a_preference_pair_is_billed_with_each_answer(counter: Counter) -> None:
    """The same as two chat examples, one per answer, by the formula that is exact for chat."""
    system, user = ("system", "Be brief."), ("user", "Weather in Rome?")
    chosen, rejected = ("assistant", "Hi!"), ("assistant", "Hello world")
    record = {
        "input": {"messages": as_messages(system, user), "tools": [WEATHER]},
        "preferred_output": as_messages(chosen),
        "non_preferred_output": as_messages(rejected),
    }
    both = [
        measure(counter, Example([system, user, answer], [], tools=[WEATHER]))["total"]
        for answer in (chosen, rejected)
    ]
    measured = measure(counter, openai_preference.parse(record))
    assert measured["total"] == sum(both)
    assert measured["system"] == counter.count("Be brief.")
    assert measured["assistant"] == counter.count("Hi!") + counter.count("Hello world")


def test_tool_calls_in_the_prompt_of_a_pair_are_billed_twice(counter: Counter) -> None:
    call = {"name": "get_weather", "arguments": '{"city": "Rome"}'}
    asked = {"id": "1", "type": "function", "function": call}
    prompt = [
        {"role": "user", "content": "Weather in Rome?"},
        {"role": "assistant", "content": None, "tool_calls": [asked]},
        {"role": "tool", "tool_call_id": "1", "content": "Rain"},
    ]
    answers = {
        "preferred_output": as_messages(("assistant", "Hi!")),
        "non_preferred_output": as_messages(("assistant", "Hello world")),
    }
    with_call = {"input": {"messages": prompt}, **answers}
    without = {"input": {"messages": [prompt[0], prompt[2]]}, **answers}
    totals = [
        measure(counter, openai_preference.parse(record))["total"]
        for record in (with_call, without)
    ]
    message = 4 + counter.count(call["name"]) + counter.count(call["arguments"])
    assert totals[0] - totals[1] == 2 * message


def test_a_prompt_and_its_completion_are_billed_as_text_alone(counter: Counter) -> None:
    """davinci-002, 25 x 4: the texts alone come to 1,912 of 1,924; as chat 9 more per example."""
    example = prompt_completion.parse({"prompt": "Hello world", "completion": "Hi!"})
    assert measure(counter, example)["total"] == 2 + 2


@pytest.mark.parametrize(
    ("formats", "exactness", "words"),
    [
        (["openai_chat"], "exact", ""),
        ([], "exact", ""),
        (["openai_chat", "openai_preference"], "assumed", "within 3%"),
        (["prompt_completion"], "assumed", "1,924"),
        (["alpaca", "sharegpt"], "assumed", "another schema"),
    ],
)
def test_only_chat_counts_are_exact(formats: list[str], exactness: str, words: str) -> None:
    trusted = exactness_of(resolve("gpt-4.1"), formats)
    assert trusted.exactness == exactness
    assert words in trusted.note
    assert trusted.note.count("another schema") <= 1


def test_an_estimate_does_not_become_better_by_its_format() -> None:
    foreign = resolve("claude-sonnet-5")
    trusted = exactness_of(foreign, ["openai_preference"])
    assert trusted.exactness == "estimated"
    assert trusted.note.startswith(foreign.note)
    assert exactness_of(foreign, ["openai_chat"]) == foreign
