"""Gemini tuning on Google Cloud (Vertex AI, Agent Platform): ``contents`` of ``parts``.

Google publishes no validator. The rules are those of its page on preparing tuning data; keys are
read in both spellings of proto JSON, ``fileData`` and ``file_data``.
"""

from __future__ import annotations

from typing import Any

from ftgate.model import Problem
from ftgate.targets.chat import Chat
from ftgate.targets.contract import Check, Record, kind_of

DATA = {
    "text": str,
    "fileData": dict,
    "inlineData": dict,
    "functionCall": dict,
    "functionResponse": dict,
}
"""What a part may hold, and the JSON type of each: a union, so one of them."""

SNAKE = {"".join(f"_{c.lower()}" if c.isupper() else c for c in key): key for key in DATA}


def check(record: Record, chat: Chat) -> list[Problem]:
    """One example: its turns, in which the model says something, and its system instruction."""
    problems: list[Problem] = []
    for key in ("systemInstruction", "system_instruction"):
        if record.get(key) is not None:
            problems += _check_instruction(record[key], key)
    contents = record.get("contents")
    if not isinstance(contents, list) or not contents:
        detail = "contents is not a list with at least one turn"
        return [*problems, Problem("malformed-messages", detail, "contents")]
    for index, content in enumerate(contents):
        problems += _check_turn(content, f"contents[{index}]", chat)
    roles = [content.get("role") for content in contents if isinstance(content, dict)]
    if "model" not in roles:
        detail = "contents have no turn of the model"
        problems.append(Problem("missing-assistant-turn", detail, "contents"))
    elif roles[-1] != "model":
        where = f"contents[{len(contents) - 1}]"
        problems.append(Problem("bad-role-order", "contents do not end with the model", where))
    return problems


def _check_turn(content: Any, where: str, chat: Chat) -> list[Problem]:
    if not isinstance(content, dict):
        detail = f"{where} is {kind_of(content)}, not an object"
        return [Problem("malformed-messages", detail, where)]
    role = content.get("role", "user")  # a single turn may leave it out
    problems = []
    if not isinstance(role, str) or role not in chat.roles:
        detail = f"{where}.role is none of {', '.join(sorted(chat.roles))}"
        problems.append(Problem("unknown-role", detail, f"{where}.role"))
    parts = content.get("parts")
    if not isinstance(parts, list) or not parts:
        path = f"{where}.parts"
        return [*problems, Problem("malformed-messages", f"{path} is not a list of parts", path)]
    for index, part in enumerate(parts):
        problems += _check_part(part, f"{where}.parts[{index}]")
    return problems


def _check_part(part: Any, where: str) -> list[Problem]:
    if not isinstance(part, dict):
        return [Problem("bad-content-part", f"{where} is {kind_of(part)}, not an object", where)]
    held = [key for key in part if SNAKE.get(key, key) in DATA]
    if len(held) != 1:
        detail = f"{where} holds {len(held)} of {', '.join(DATA)}, not one"
        return [Problem("bad-content-part", detail, where)]
    key = held[0]
    value, path = part[key], f"{where}.{key}"
    if not isinstance(value, DATA[SNAKE.get(key, key)]):
        return [Problem("bad-content-part", f"{path} is {kind_of(value)}", path)]
    if SNAKE.get(key, key) == "fileData":
        return _check_file(value, path)
    return []


def _check_file(file: Record, where: str) -> list[Problem]:
    return [
        Problem("bad-content-part", f"{where} has no {camel}", where)
        for camel, snake in (("mimeType", "mime_type"), ("fileUri", "file_uri"))
        if not isinstance(file.get(camel, file.get(snake)), str)
    ]


def _check_instruction(instruction: Any, where: str) -> list[Problem]:
    parts = instruction.get("parts") if isinstance(instruction, dict) else None
    if not isinstance(parts, list) or not parts:
        return [Problem("bad-field", f"{where} is not an object with parts", where)]
    return [
        Problem("bad-field", f"{path} has no text", path)
        for path, part in ((f"{where}.parts[{index}]", part) for index, part in enumerate(parts))
        if not isinstance(part, dict) or not isinstance(part.get("text"), str)
    ]


CHECKS: dict[str, Check] = {"gemini": check}
