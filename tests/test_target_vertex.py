"""Gemini records: places of problems, and hostile shapes."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ftgate.model import Example, ModelFacts, Problem
from ftgate.prices.book import PriceBook
from ftgate.targets import open_target

QUESTION = {"role": "user", "parts": [{"text": "Is it in stock?"}]}
ANSWER = {"role": "model", "parts": [{"text": "Yes."}]}
KEYS = st.sampled_from([
    "contents", "systemInstruction", "system_instruction", "role", "parts", "text", "fileData",
    "file_data", "fileUri", "functionCall",
])  # fmt: skip
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["", "user", "x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


def problems(record: dict[str, Any]) -> list[Problem]:
    target = open_target("vertex")
    assert target is not None
    return target.problems(record, "gemini", Example([], []))


def places(*contents: Any, **rest: Any) -> dict[str, str]:
    return {found.kind: found.path for found in problems({"contents": list(contents), **rest})}


def test_problems_name_their_place() -> None:
    assert places(QUESTION, ANSWER, systemInstruction={"parts": ["Sell."]}) == {
        "bad-field": "systemInstruction.parts[0]"
    }
    asked = {"role": "assistant", "parts": [{"text": "Which?"}, {"file_data": {"file_uri": "x"}}]}
    assert places(asked, ANSWER) == {
        "unknown-role": "contents[0].role",
        "bad-content-part": "contents[0].parts[1].file_data",
    }


def test_a_turn_after_the_answer_is_an_order_that_is_rarely_meant() -> None:
    assert places(QUESTION, ANSWER, QUESTION) == {"bad-role-order": "contents[2]"}


@given(record=st.dictionaries(KEYS, JSON), contents=st.lists(st.dictionaries(KEYS, JSON)))
def test_no_shape_of_json_makes_a_check_raise(
    record: dict[str, Any], contents: list[dict[str, Any]]
) -> None:
    problems(record)
    found = problems({**record, "contents": contents})
    assert all(problem.kind and problem.detail for problem in found)


def test_models_that_retire_have_a_last_day() -> None:
    book = PriceBook.load(today=date(2026, 11, 22))
    facts = book.model("gemini-2.5-flash", provider="vertex")
    assert isinstance(facts, ModelFacts)
    assert facts.jobs_close == facts.tuned_shutdown == date(2026, 12, 1)
    assert "may be extended" in facts.source
