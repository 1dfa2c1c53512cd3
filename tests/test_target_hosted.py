"""Together, Fireworks, Nebius and Tinker: where a problem is, and that no record breaks a check."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftgate.catalog import read_provider
from ftgate.description import describe
from ftgate.formats import BY_NAME
from ftgate.model import Example
from ftgate.targets import Record, Target, open_target

PROVIDERS = ("together", "fireworks", "nebius", "tinker")
USER = {"role": "user", "content": "Hi"}
ANSWER = {"role": "assistant", "content": "Hello"}


def image(url: str) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": url}}


IMAGE = image("data:image/png;base64,iVBO")


def target(name: str) -> Target:
    found = open_target(name)
    assert found is not None
    return found


def places(name: str, record: Record, format_name: str = "openai_chat") -> dict[str, str]:
    example = BY_NAME[format_name].parse(record)
    return {one.kind: one.path for one in target(name).problems(record, format_name, example)}


def chat(*messages: Any) -> Record:
    return {"messages": list(messages)}


def pair(**changes: Any) -> Record:
    known = {
        "input": {"messages": [USER]},
        "preferred_output": [ANSWER],
        "non_preferred_output": [ANSWER],
    }
    return known | changes


@pytest.mark.parametrize(
    ("name", "record", "expected"),
    [
        ("together", chat(USER, USER, ANSWER), {"bad-role-order": "messages[1]"}),
        ("together", chat(USER, ANSWER | {"weight": 0.5}), {"bad-weight": "messages[1].weight"}),
        ("together", chat(USER, {"role": "assistant"}), {"malformed-messages": "messages[1]"}),
        (
            "together",
            chat({"role": "user", "content": [IMAGE, {"type": "text"}]}, ANSWER | {"content": []}),
            {"bad-content-part": "messages[0].content[1]"},
        ),
        (
            "together",
            chat({"role": "user", "content": [IMAGE], "weight": 1}, ANSWER | {"content": []}),
            {"bad-weight": "messages[0].weight"},
        ),
        ("fireworks", chat(USER, ANSWER) | {"weight": "1"}, {"bad-weight": "weight"}),
        (
            "fireworks",
            chat(USER, {"role": "assistant", "content": [IMAGE]}),
            {"bad-content-part": "messages[1].content[0]"},
        ),
        ("nebius", chat(USER, ANSWER, USER), {"bad-role-order": "messages[2]"}),
        (
            "tinker",
            chat(USER, ANSWER | {"weight": 0, "trainable": True, "tool_calls": [{"id": "1"}]}),
            {
                "bad-weight": "messages[1].weight",
                "unknown-key": "messages[1].trainable",
                "bad-tool-call": "messages[1].tool_calls",
            },
        ),
    ],
)
def test_problem_of_a_conversation_names_its_place(
    name: str, record: Record, expected: dict[str, str]
) -> None:
    assert places(name, record) == expected


@pytest.mark.parametrize("name", ["together", "fireworks"])
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {}),
        ({"input": []}, {"bad-preference-pair": "input"}),
        ({"input": {}}, {"bad-preference-pair": "input.messages"}),
        ({"input": {"messages": [ANSWER]}}, {"bad-preference-pair": "input.messages[0]"}),
        (
            {"input": {"messages": [USER | {"role": "bot"}]}},
            {"unknown-role": "input.messages[0].role"},
        ),
        ({"preferred_output": ANSWER}, {"bad-preference-pair": "preferred_output"}),
        ({"preferred_output": [USER]}, {"bad-preference-pair": "preferred_output[0].role"}),
        (
            {"non_preferred_output": [{"role": "assistant"}]},
            {"bad-preference-pair": "non_preferred_output[0]"},
        ),
        (
            {"non_preferred_output": [ANSWER | {"content": [IMAGE]}]},
            {"bad-content-part": "non_preferred_output[0].content[0]"},
        ),
    ],
)
def test_problem_of_a_preference_pair_names_its_place(
    name: str, changes: dict[str, Any], expected: dict[str, str]
) -> None:
    assert places(name, pair(**changes), "openai_preference") == expected


def test_an_image_may_have_ten_megabytes_and_no_byte_more_at_together() -> None:
    header = "data:image/png;base64,"
    longest = len("data:image/jpeg;base64,") + 4 * 10 * 2**20 // 3  # MAX_BASE64_IMAGE_LENGTH
    fits = header + "A" * (longest - len(header))
    assert not places("together", {"text": [image(fits)]}, "text")
    assert places("together", {"text": [image(fits + "A")]}, "text") == {
        "bad-content-part": "text[0]"
    }


WORDS = st.sampled_from(["", " ", "user", "assistant", "system", "text", "image_url", "\ud800"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 2) | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
PARTS = st.lists(
    st.fixed_dictionaries({}, optional={key: VALUES for key in ("type", "text", "image_url")})
    | VALUES,
    max_size=2,
)
MESSAGES = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "role": VALUES,
            "content": VALUES | PARTS,
            **{key: VALUES for key in ("weight", "tool_calls", "trainable")},
        },
    )
    | VALUES,
    max_size=3,
)


@pytest.mark.parametrize("name", PROVIDERS)
@settings(max_examples=50)
@given(messages=MESSAGES | VALUES, answer=MESSAGES | VALUES, other=VALUES | PARTS)
def test_no_record_breaks_a_check_or_is_changed_by_it(
    name: str, messages: Any, answer: Any, other: Any
) -> None:
    record = {"messages": messages, "text": other, "prompt": other, "completion": answer}
    record |= pair(input={"messages": messages}, preferred_output=answer) | {"weight": other}
    before = repr(record)
    for format_name in read_provider(name).table("formats")["accepts"]:
        for problem in target(name).problems(record, format_name, Example([], [])):
            assert re.fullmatch(r"\w+(\.\w+|\[\d+\])*|", problem.path)
    assert repr(record) == before


@pytest.mark.parametrize("name", PROVIDERS)
def test_every_problem_of_the_sheet_has_a_rule_in_words(name: str) -> None:
    for kind, row in read_provider(name).table("rules").items():
        assert row["says"], kind
        assert row["fix"], kind
        assert not row["says"].endswith("."), kind


def test_what_a_csv_is_for_is_said_with_its_source() -> None:
    limits = {fact.key: fact for fact in describe(read_provider("together")).limits}
    assert limits["csv"].value.startswith("for evaluation files only")
    assert limits["csv"].source.title.startswith("together")
