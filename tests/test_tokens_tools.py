"""Tool definitions are rendered as a TypeScript namespace."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftgate.tokens.tools import render_tools

BOOK_A_TABLE = {
    "type": "function",
    "function": {
        "name": "book_table",
        "description": "Book a table.\nAsk for the date first.",
        "parameters": {
            "type": "object",
            "properties": {
                "date": {"type": "string", "description": "ISO date"},
                "guests": {"type": "integer"},
                "area": {"type": "string", "enum": ["inside", "terrace"]},
                "level": {"type": "number", "enum": [1, 2.5, None]},
                "dishes": {"type": "array", "items": {"type": "string"}},
                "contact": {
                    "type": "object",
                    "properties": {
                        "email": {"type": "string", "description": "not rendered"},
                        "phone": {"type": ["string", "null"]},
                    },
                    "required": ["email"],
                },
                "note": {"anyOf": [{"type": "string"}, {"type": "boolean"}]},
                "extra": {"type": "object"},
                "more": {},
            },
            "required": ["date", "guests"],
        },
    },
}
CANCEL = {"type": "function", "function": {"name": "cancel", "parameters": {"type": "object"}}}

RENDERED = """\
namespace functions {

// Book a table.
// Ask for the date first.
type book_table = (_: {
// ISO date
date: string,
guests: number,
area?: "inside" | "terrace",
level?: 1 | 2.5 | null,
dishes?: string[],
contact?: {
  email: string,
  phone?: string | null,
},
note?: string | boolean,
extra?: object,
more?: any,
}) => any;

type cancel = () => any;

} // namespace functions"""


def test_rendering() -> None:
    assert render_tools([BOOK_A_TABLE, CANCEL]) == RENDERED


def test_older_array_of_functions_renders_alike() -> None:
    assert render_tools([BOOK_A_TABLE["function"], CANCEL["function"]]) == RENDERED


@pytest.mark.parametrize("tools", [[], [None, "x", 3], [{"function": None}], [{"type": "x"}]])
def test_no_function_renders_as_nothing(tools: list[Any]) -> None:
    assert render_tools(tools) == ""


KEYS = st.sampled_from(
    ["type", "properties", "items", "enum", "anyOf", "required", "description", "parameters", "x"]
)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["object", "array", "string", "é"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=15,
)


@given(parameters=JSON_VALUES, description=JSON_VALUES)
def test_any_json_is_rendered(parameters: Any, description: Any) -> None:
    function = {"name": "f", "description": description, "parameters": parameters}
    assert "type f = (" in render_tools([{"type": "function", "function": function}])


def test_repeated_types_do_not_multiply() -> None:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(30):
        schema = {"type": ["object", "object"], "properties": {"a": schema}}
    function = {"name": "f", "parameters": {"type": "object", "properties": {"p": schema}}}
    assert len(render_tools([{"function": function}])) < 10_000


@pytest.mark.parametrize("key", ["items", "properties"])
def test_deep_nesting_ends_in_any(key: str) -> None:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(900):
        schema = (
            {"type": "array", "items": schema}
            if key == "items"
            else {"type": "object", "properties": {"a": schema}}
        )
    parameters = {"type": "object", "properties": {"p": schema}}
    assert "any" in render_tools([{"function": {"name": "f", "parameters": parameters}}])
