"""What a provider counts in an example and bills for a job."""

from __future__ import annotations

import pytest

from ftgate.model import Example
from ftgate.tokens.billing import (
    COLUMNS,
    MAX_REMEMBERED_TOOLS,
    TOKENS_PER_ROLE,
    Meter,
    azure_billable_tokens,
    billable_tokens,
    epochs_auto,
    image_tokens,
)
from ftgate.tokens.encodings import ENCODINGS
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
    turns = [("user", "Hello world"), ("assistant", "Hi!"), ("assistant", "Hi!")]
    trained = measure(counter, Example(turns, []))
    assert measure(counter, Example(turns, [], untrained=(1,))) == trained


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


def test_image_tokens_are_unknown_rather_than_zero() -> None:
    assert [image_tokens(images) for images in (0, 1, 7)] == [0, None, None]


@pytest.mark.parametrize(
    ("one_epoch", "epochs", "reported"),
    [
        (478, 10, 5_000),  # Microsoft, Clippy, 10 examples, gpt-4o-mini and gpt-4.1
        (2_405, 3, 8_000),  # Microsoft, Zava v1, 40 examples: round-to-nearest would give 7,000
        (2_646, 3, 8_000),  # Microsoft, Zava v2, 40 examples: 3 per example would give 9,000
        (1_567, 10, 16_000),  # Microsoft Learn, travel, 10 examples
        (104_370, 3, 314_000),  # retail banking, 1,000 examples
    ],
)
def test_azure_bills_started_thousands(one_epoch: int, epochs: int, reported: int) -> None:
    assert azure_billable_tokens(one_epoch, epochs) == reported
    assert azure_billable_tokens(reported, 1) == reported


def test_openai_bills_every_epoch() -> None:
    assert billable_tokens(48_661, 3) == 145_983  # OpenAI cookbook, drone, 103 examples


@pytest.mark.parametrize(("examples", "seen"), [(10, 10), (20, 5), (25, 4), (103, 3)])
def test_auto_epochs_seen_on_public_jobs_are_the_upper_end(examples: int, seen: int) -> None:
    low, high, rule = epochs_auto(examples)
    assert (low, high) == (1, seen)
    assert f"{seen} by OpenAI's cookbook" in rule


@pytest.mark.parametrize(("examples", "high"), [(0, 25), (1, 25), (5, 20), (33, 3), (10**6, 3)])
def test_auto_epochs_stay_in_the_cookbooks_range(examples: int, high: int) -> None:
    assert epochs_auto(examples)[1] == high
