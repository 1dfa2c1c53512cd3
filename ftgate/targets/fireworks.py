"""Fireworks: weights of whole samples, content as parts, and preference pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ftgate.model import Problem
from ftgate.targets.contract import Check, Record
from ftgate.targets.frameworks import plain_roles
from ftgate.targets.parts import check_parts
from ftgate.targets.preference import ANSWERS, check_pair

if TYPE_CHECKING:
    from ftgate.targets.chat import Chat

IMAGE_FORMATS = ("png", "jpg", "jpeg")


def _conversation(record: Record, chat: Chat) -> list[Problem]:
    problems = _messages(record.get("messages"), chat, "messages")
    weight = record.get("weight", 1)
    if isinstance(weight, bool) or not isinstance(weight, int | float):
        problems.append(Problem("bad-weight", "the record's weight is not a number", "weight"))
    return problems


def _preference(record: Record, chat: Chat) -> list[Problem]:
    problems = check_pair(record, chat, _messages)
    for key in ANSWERS:
        match record.get(key):
            case [{"content": list(parts)}]:
                problems += check_parts(parts, f"{key}[0].content", IMAGE_FORMATS, images=False)
    return problems


CHECKS: dict[str, Check] = {"openai_chat": _conversation, "openai_preference": _preference}


def _messages(messages: Any, chat: Chat, where: str) -> list[Problem]:
    problems = chat.check(messages, where)
    if plain_roles(messages, "role", "content"):
        return problems
    for index, message in enumerate(messages if isinstance(messages, list) else ()):
        match message:
            case {"role": role, "content": list(parts)}:
                path, images = f"{where}[{index}].content", role == "user"
                problems += check_parts(parts, path, IMAGE_FORMATS, images=images)
    return problems
