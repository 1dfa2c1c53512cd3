"""Tools of Amazon Nova's conversations: ``toolConfig``, ``toolUse`` and ``toolResult``."""

from __future__ import annotations

from typing import Any

from ftgate.model import Problem
from ftgate.targets.converse import Said


def check_tools(config: Any, said: list[Said]) -> list[Problem]:
    """A ``toolConfig``, and whether the calls and results fit its definitions and each other."""
    names: set[str] = set()
    problems = _check_definitions(config, names)
    if problems:
        return problems
    called: set[str] = set()
    answered: set[str] = set()
    for _, _, items in said:
        for item, path in items:
            problems += _check_call(item.get("toolUse"), f"{path}.toolUse", names, called)
            problems += _check_answer(
                item.get("toolResult"), f"{path}.toolResult", called, answered
            )
    return problems


def check_use(use: Any, where: str) -> list[Problem]:
    """One ``toolUse``: an id, a name, and an object as input."""
    if not isinstance(use, dict):
        return [_bad_call(where, "is not an object")]
    problems = [
        _bad_call(f"{where}.{key}", "is not a text with words")
        for key in ("toolUseId", "name")
        if not _filled(use.get(key))
    ]
    if not isinstance(use.get("input"), dict):
        problems.append(_bad_call(f"{where}.input", "is not an object"))
    return problems


def check_result(result: Any, where: str) -> list[Problem]:
    """One ``toolResult``: an id, and a list of content with either text or json."""
    if not isinstance(result, dict):
        return [_bad_call(where, "is not an object")]
    problems = []
    if not _filled(result.get("toolUseId")):
        problems.append(_bad_call(f"{where}.toolUseId", "is not a text with words"))
    content = result.get("content")
    if not isinstance(content, list) or not content:
        return [*problems, _bad_call(f"{where}.content", "is not a list with content")]
    return problems + [
        _bad_call(f"{where}.content[{index}]", "has not either a text or an object json")
        for index, item in enumerate(content)
        if not _is_result(item)
    ]


def _is_result(item: Any) -> bool:
    if not isinstance(item, dict):
        return False
    text, value = item.get("text"), item.get("json")
    if text is None:
        return isinstance(value, dict)
    return value is None and isinstance(text, str)


def _check_call(use: Any, where: str, names: set[str], called: set[str]) -> list[Problem]:
    if use is None or check_use(use, where):
        return []
    problems = []
    if use["name"] not in names:
        problems.append(Problem("undefined-tool", f"{where}.name is not in toolConfig", where))
    if use["toolUseId"] in called:
        problems.append(_bad_call(f"{where}.toolUseId", "is used twice"))
    called.add(use["toolUseId"])
    return problems


def _check_answer(result: Any, where: str, called: set[str], answered: set[str]) -> list[Problem]:
    if result is None or check_result(result, where):
        return []
    call_id = result["toolUseId"]
    if call_id not in called:
        return [_bad_call(f"{where}.toolUseId", "answers no call before it")]
    if call_id in answered:
        return [_bad_call(f"{where}.toolUseId", "answers a call twice")]
    answered.add(call_id)
    return []


def _check_definitions(config: Any, names: set[str]) -> list[Problem]:
    tools = config.get("tools") if isinstance(config, dict) else None
    if not isinstance(tools, list) or not tools:
        return [_bad_tool("toolConfig.tools", "is not a list with a tool")]
    problems = []
    for index, tool in enumerate(tools):
        where = f"toolConfig.tools[{index}].toolSpec"
        spec = tool.get("toolSpec") if isinstance(tool, dict) else None
        if not isinstance(spec, dict):
            problems.append(_bad_tool(where, "is not an object"))
            continue
        problems += [
            _bad_tool(f"{where}.{key}", "is not a text with words")
            for key in ("name", "description")
            if not _filled(spec.get(key))
        ]
        schema = spec.get("inputSchema")
        value = schema.get("json") if isinstance(schema, dict) else None
        if not isinstance(value, dict) or "type" not in value:
            problems.append(_bad_tool(f"{where}.inputSchema.json", "is no JSON Schema with a type"))
        if isinstance(spec.get("name"), str):
            if spec["name"] in names:
                problems.append(_bad_tool(f"{where}.name", "is used twice"))
            names.add(spec["name"])
    return problems


def _filled(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _bad_call(path: str, what: str) -> Problem:
    return Problem("bad-tool-call", f"{path} {what}", path)


def _bad_tool(path: str, what: str) -> Problem:
    return Problem("bad-tool-definition", f"{path} {what}", path)
