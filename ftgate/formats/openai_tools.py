"""Tool definitions and tool calls of OpenAI chat records."""

from __future__ import annotations

import re
from typing import Any

import orjson

from ftgate.model import Problem

FUNCTION_NAME = r"[a-zA-Z0-9_-]{1,64}\Z"
"""OpenAI API reference: a-z, A-Z, 0-9, underscores and dashes, at most 64 characters."""

Call = tuple[str | None, list[str], list[Problem]]


def check_definitions(
    tools: Any, functions: Any, problems: list[Problem], within: str = ""
) -> set[str]:
    """Names that ``tools`` and the deprecated ``functions`` define; problems are appended.

    ``within`` is the path of the object that holds them, with its dot.
    """
    names: set[str] = set()
    for key, values in (("tools", tools), ("functions", functions)):
        if values is None:
            continue
        if not isinstance(values, list):
            detail = f"{within}{key} is not a list"
            problems.append(Problem("bad-tool-definition", detail, f"{within}{key}"))
            continue
        for index, value in enumerate(values):
            trouble = _definition_trouble(value, key, names)
            if trouble:
                path = f"{within}{key}[{index}]"
                problems.append(Problem("bad-tool-definition", f"{path} {trouble}", path))
    return names


def _definition_trouble(value: Any, key: str, names: set[str]) -> str:
    """What is wrong with one definition; its name is added to ``names``."""
    if not isinstance(value, dict):
        return "is not an object"
    function: Any = value
    if key == "tools":
        if value.get("type") != "function":
            return 'has no "type": "function"'
        function = value.get("function")
        if not isinstance(function, dict):
            flat = "name" in value
            return "has no function object" + (" (this is the Responses API's shape)" * flat)
    name = function.get("name")
    if not isinstance(name, str) or not re.match(FUNCTION_NAME, name):
        return "has a name that is not 1 to 64 letters, digits, _ or -"
    twice = name in names
    names.add(name)
    if twice:
        return "defines a name twice"
    if not isinstance(function.get("parameters", {}), dict):
        return "has parameters that are not an object"
    return "" if isinstance(function.get("description", ""), str) else "has no description string"


def check_call(call: Any, where: str) -> Call:
    """The function's name, the texts that are billed (name, arguments) and the problems."""
    if not isinstance(call, dict):
        return None, [], [Problem("bad-tool-call", f"{where} is not an object", where)]
    problems = []
    call_id = call.get("id")
    if not isinstance(call_id, str) or not call_id:
        problems.append(Problem("bad-tool-call", f"{where} has no id", where))
    if call.get("type") != "function":
        problems.append(Problem("bad-tool-call", f'{where} has no "type": "function"', where))
    name, texts, more = check_function_call(call.get("function"), f"{where}.function")
    return name, texts, problems + more


def check_function_call(function: Any, where: str) -> Call:
    """Name and arguments of one call: a tool call's ``function``, or a ``function_call``."""
    if not isinstance(function, dict):
        return None, [], [Problem("bad-tool-call", f"{where} is not an object", where)]
    problems = []
    name, arguments = function.get("name"), function.get("arguments")
    if not isinstance(name, str) or not re.match(FUNCTION_NAME, name):
        detail = f"{where}.name is not 1 to 64 letters, digits, _ or -"
        problems.append(Problem("bad-tool-call", detail, f"{where}.name"))
    trouble = _arguments_trouble(arguments)
    if trouble:
        path = f"{where}.arguments"
        problems.append(Problem("bad-tool-call", f"{path} {trouble}", path))
    texts = [text for text in (name, arguments) if isinstance(text, str)]
    return name if isinstance(name, str) else None, texts, problems


def _arguments_trouble(arguments: Any) -> str:
    if isinstance(arguments, dict):
        return "is an object; it must be a string that holds JSON"
    if not isinstance(arguments, str):
        return "is not a string"
    try:
        parsed = orjson.loads(arguments)
    except ValueError:
        return "is not a string of valid JSON"
    return "" if isinstance(parsed, dict) else "is a string of JSON, but not of an object"
