"""Mistral's records: hostile shapes, paths of problems, and JSON Schema against jsonschema."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftgate.formats.contract import first_of_each_kind
from ftgate.model import Example
from ftgate.targets import open_target
from ftgate.targets.draft7 import is_schema

KEYS = [
    "messages", "interactions", "role", "content", "text", "weight", "name", "tool_calls", "id",
    "tool_call_id", "function", "arguments", "tools", "available_tools", "description",
    "parameters", "system_prompt", "only_last",
]  # fmt: skip
WORDS = ("user", "assistant", "system", "tool", "null", "abcDEF123", "")
SCHEMA_KEYS = [*jsonschema.Draft7Validator.META_SCHEMA["properties"], "default", "x-origin"]
SCHEMA_WORDS = ("object", "string", "integer", "text", "(", "a+", "")


def values(keys: list[str], words: tuple[str, ...]) -> st.SearchStrategy[Any]:
    """JSON values whose keys and texts mean something to the check."""
    numbers = st.integers(-2, 3) | st.floats(allow_nan=False)
    leaves = st.none() | st.booleans() | numbers | st.sampled_from(words)
    return st.recursive(
        leaves,
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(keys), inner, max_size=4)
        ),
        max_leaves=25,
    )


def problems(name: str, format_name: str, record: Any) -> list[tuple[str, str]]:
    target = open_target(name)
    assert target is not None
    found = first_of_each_kind(target.problems(record, format_name, Example([], [])))
    return [(problem.kind, problem.path) for problem in found]


RECORDS = st.dictionaries(st.sampled_from(KEYS), values(KEYS, WORDS), max_size=5)


@given(RECORDS, st.sampled_from(["openai_chat", "mistral_interactions"]))
def test_no_record_makes_the_check_raise(record: Any, format_name: str) -> None:
    problems("mistral", format_name, record)


@given(RECORDS)
def test_no_text_to_pretrain_on_makes_the_check_raise(record: Any) -> None:
    problems("mistral-finetune", "text", record)


def test_problems_of_all_kinds_are_reported_with_their_paths() -> None:
    call = {"id": "call_1", "function": {"name": "moons", "arguments": {}}}
    record = {
        "messages": [
            {"role": "user", "content": [{"type": "image_url"}]},
            {"role": "assistant", "tool_calls": [call], "weight": 3},
            {"role": "tool", "content": None, "tool_call_id": "abcDEF123", "name": "a b"},
        ],
        "available_tools": [{"function": {"name": "f", "description": "d", "parameters": []}}],
        "system_prompt": 1,
    }
    assert problems("mistral", "openai_chat", record) == [
        ("bad-field", "system_prompt"),
        ("bad-tool-definition", "available_tools[0].function.parameters"),
        ("bad-content-part", "messages[0].content[0]"),
        ("bad-weight", "messages[1].weight"),
        ("bad-tool-call", "messages[1].tool_calls[0].id"),
        ("empty-content", "messages[2].content"),
        ("bad-name", "messages[2].name"),
        ("bad-role-order", "messages[2]"),
    ]


def test_interactions_are_named_in_paths() -> None:
    record = {"interactions": [{"role": "user", "text": "x"}, {"role": "bot", "text": "y"}]}
    assert problems("mistral", "mistral_interactions", record) == [
        ("unknown-role", "interactions[1].role")
    ]


@given(st.dictionaries(st.sampled_from(SCHEMA_KEYS), values(SCHEMA_KEYS, SCHEMA_WORDS), max_size=3))
def test_schemas_are_judged_as_by_jsonschema(schema: Any) -> None:
    try:
        jsonschema.Draft7Validator.check_schema(json.loads(json.dumps(schema)))
        expected = True
    except jsonschema.SchemaError:
        expected = False
    assert is_schema(schema) == expected


def test_deep_schemas_are_judged_without_recursion() -> None:
    schema: Any = True
    for _ in range(5_000):
        schema = {"items": schema}
    assert is_schema(schema)


@pytest.mark.parametrize("pattern", ["[[a]", "(?:a+)+$", "a{1,99999999999999999999}"])
def test_patterns_are_compiled_without_a_warning(pattern: str) -> None:
    assert is_schema({"pattern": pattern}) == (not pattern.startswith("a{"))
