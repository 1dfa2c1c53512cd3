"""Tool definitions as the model reads them: a TypeScript namespace of function types.

OpenAI does not publish the rendering; this is the form that models recite and that prompt token
counts agree with. On the only public job with tools and a known bill (OpenAI cookbook,
``drone_training.jsonl``, gpt-3.5-turbo-0125: 103 examples with the same 16 tools) it comes to 381
tokens per example where 379 were billed. ``json.dumps`` of these tools would be 916.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

MAX_DEPTH = 32
"""Nesting of schemas beyond which a type is rendered as ``any``; no real tool comes near."""

DESCRIBED_DEPTH = 0
"""Only the parameters themselves keep their descriptions, not what is nested in them."""

PRIMITIVES = {
    "string": "string",
    "number": "number",
    "integer": "number",
    "boolean": "boolean",
    "null": "null",
}


def render_tools(tools: list[Any]) -> str:
    """Return the namespace of the functions in ``tools``, or ``""`` when there are none.

    ``tools`` is OpenAI's array of ``{"type": "function", "function": …}``, or the older array of
    the functions themselves. Entries without a name are left out: that they are wrong is for the
    format to say. Never raises on JSON values.
    """
    functions = [tool.get("function", tool) for tool in tools if isinstance(tool, dict)]
    lines = [
        line
        for function in functions
        if isinstance(function, dict) and isinstance(function.get("name"), str)
        for line in _function(function)
    ]
    if not lines:
        return ""
    return "\n".join(["namespace functions {", "", *lines, "} // namespace functions"])


def _function(function: dict[str, Any]) -> Iterator[str]:
    yield from _comment(function.get("description"))
    parameters = list(_properties(function.get("parameters"), 0))
    if parameters:
        yield f"type {function['name']} = (_: {{"
        yield from parameters
        yield "}) => any;"
    else:
        yield f"type {function['name']} = () => any;"
    yield ""


def _comment(description: Any) -> list[str]:
    text = description if isinstance(description, str) else ""
    return [f"// {line}" for line in text.splitlines()]


def _properties(schema: Any, depth: int) -> Iterator[str]:
    """Yield the lines of an object's properties; none when it declares none."""
    properties = schema.get("properties") if isinstance(schema, dict) else None
    if not isinstance(properties, dict):
        return
    required = schema.get("required")
    required = _strings(required) if isinstance(required, list) else {}
    for name, value in properties.items():
        if depth <= DESCRIBED_DEPTH and isinstance(value, dict):
            yield from _comment(value.get("description"))
        yield f"{'  ' * depth}{name}{'' if name in required else '?'}: {_type(value, depth)},"


def _type(schema: Any, depth: int) -> str:
    """Return the TypeScript type of a JSON Schema."""
    if not isinstance(schema, dict) or depth > MAX_DEPTH:
        return "any"
    if isinstance(choices := schema.get("enum"), list):
        return " | ".join(map(_literal, choices))
    for union in ("anyOf", "oneOf"):
        if isinstance(members := schema.get(union), list):
            return " | ".join(_type(member, depth + 1) for member in members)
    kind = schema.get("type")
    if isinstance(kind, list):
        return " | ".join(_type({**schema, "type": one}, depth + 1) for one in _strings(kind))
    if kind == "array":
        return f"{_type(schema.get('items'), depth + 1)}[]"
    if kind == "object":
        lines = list(_properties(schema, depth + 1))
        return "\n".join(["{", *lines, f"{'  ' * depth}}}"]) if lines else "object"
    return PRIMITIVES.get(kind, "any") if isinstance(kind, str) else "any"


def _literal(choice: Any) -> str:
    return "any" if isinstance(choice, list | dict) else json.dumps(choice, ensure_ascii=False)


def _strings(values: list[Any]) -> dict[str, None]:
    """Return the distinct strings in order; repeated types would multiply at every level."""
    return dict.fromkeys(value for value in values if isinstance(value, str))
