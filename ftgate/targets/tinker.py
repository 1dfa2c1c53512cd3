"""Tinker: what stops the cookbook's builder for conversation files, or what it drops.

The builder puts all messages into one Arrow table, whose columns have one type each, and gives the
rows to the renderer of the model. Problems that depend on the renderer are told as such in the
sheet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ftgate.model import Problem
from ftgate.targets.contract import Check, Record
from ftgate.targets.frameworks import plain_roles

if TYPE_CHECKING:
    from ftgate.targets.chat import Chat

PART_TYPES = ("text", "thinking", "image", "audio")
"""Types of content parts; each part has its text, address or data under the name of its type."""


def _conversation(record: Record, chat: Chat) -> list[Problem]:
    messages = record.get("messages")
    problems = chat.check(messages)
    if record.get("tools"):
        problems.append(Problem("unknown-record-key", "tools are not read", "tools"))
    if not isinstance(messages, list) or plain_roles(messages, "role", "content"):
        return problems
    shapes = set()
    for index, message in enumerate(messages):
        if isinstance(message, dict):
            problems += _message(message, f"messages[{index}]")
            shapes.add(type(message.get("content")))
    if {str, list} <= shapes:
        detail = "messages have text in some messages and parts in others"
        problems.append(Problem("bad-content-part", detail, "messages"))
    return problems


CHECKS: dict[str, Check] = {"openai_chat": _conversation}


def _message(message: Record, where: str) -> list[Problem]:
    problems = []
    if message.get("tool_calls"):
        path = f"{where}.tool_calls"
        problems.append(Problem("bad-tool-call", f"{path} cannot be read from a file", path))
    if "trainable" in message:
        problems.append(Problem("unknown-key", f"{where} has trainable", f"{where}.trainable"))
    if message.get("weight") == 0:
        path = f"{where}.weight"
        problems.append(Problem("bad-weight", f"{path} is 0 and is not read", path))
    content = message.get("content")
    for index, part in enumerate(content if isinstance(content, list) else ()):
        path = f"{where}.content[{index}]"
        if not _is_part(part):
            detail = f"{path} is no part of type {', '.join(PART_TYPES)}"
            problems.append(Problem("bad-content-part", detail, path))
    return problems


def _is_part(part: Any) -> bool:
    if not isinstance(part, dict) or part.get("type") not in PART_TYPES:
        return False
    return isinstance(part.get(part["type"]), str)
