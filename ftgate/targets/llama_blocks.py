"""Messages of LLaMA-Factory's version 1: content in blocks of ``type`` and ``value``.

``{"messages": [{"role": "user", "content": [{"type": "text", "value": …}], "loss_weight": 0.0}]}``,
and for pairs the same under ``chosen_messages`` and ``rejected_messages``.

Source: ``llamafactory/v1/utils/types.py`` and ``llamafactory/v1/core/rendering/format.py``.
"""

from __future__ import annotations

from typing import Any

from ftgate.model import Problem
from ftgate.targets.contract import Record, kind_of
from ftgate.targets.frameworks import objects_in, read_json

PAIR = ("chosen_messages", "rejected_messages")
ROLES = ("system", "user", "assistant", "tool")
MEDIA = ("image_url", "video_url", "audio_url")
TYPES = ("text", "reasoning", "tool_call", *MEDIA)


def has_blocks(record: Record) -> bool:
    """True for a pair of version 1, and for messages whose first content is a block."""
    if PAIR[0] in record:
        return True
    messages = record.get("messages")
    first = messages[0] if isinstance(messages, list) and messages else None
    content = first.get("content") if isinstance(first, dict) else None
    block = content[0] if isinstance(content, list) and content else None
    return isinstance(block, dict) and "value" in block


def check(record: Record) -> list[Problem]:
    """Where version 1 raises on the messages of a record."""
    problems: list[Problem] = []
    for key in PAIR if PAIR[0] in record else ("messages",):
        for message, path in objects_in(record.get(key), key, problems):
            problems += _message(message, path)
    return problems


def _message(message: Record, path: str) -> list[Problem]:
    problems: list[Problem] = []
    role = message.get("role")
    if not isinstance(role, str) or role not in ROLES:
        detail = f"{path}.role is none of {', '.join(ROLES)}"
        problems.append(Problem("unknown-role", detail, f"{path}.role"))
    where = f"{path}.content"
    for block, there in objects_in(message.get("content"), where, problems, "bad-content-part"):
        problems += _block(block, there)
    return problems


def _block(block: Record, path: str) -> list[Problem]:
    kind, value = block.get("type"), block.get("value")
    if not isinstance(kind, str) or kind not in TYPES:
        detail = f"{path}.type is none of {', '.join(TYPES)}"
        return [Problem("bad-content-part", detail, f"{path}.type")]
    if not isinstance(value, str):
        what = kind_of(value, "value" in block)
        return [Problem("bad-content-part", f"{path}.value is {what}, not text", f"{path}.value")]
    if kind == "tool_call" and not _is_call(value):
        detail = f"{path}.value is not the JSON of a call with name and arguments"
        return [Problem("bad-tool-call", detail, f"{path}.value")]
    return []


def _is_call(text: str) -> bool:
    call: Any = read_json(text)[1]
    return isinstance(call, dict) and call.keys() >= {"name", "arguments"}
