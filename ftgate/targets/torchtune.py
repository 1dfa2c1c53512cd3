"""What torchtune's datasets crash on, each with its default column names.

Source: ``torchtune/data/_messages.py`` of torchtune (``OpenAIToMessages``, ``ShareGPTToMessages``,
``InputOutputToMessages``, ``AlpacaToMessages``, ``ChosenRejectedToMessages``), and
``validate_messages``, which supervised fine-tuning calls on what they make.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ftgate.formats.contract import a
from ftgate.model import Problem
from ftgate.targets.chat import START
from ftgate.targets.contract import Check, Record, kind_of, text_at
from ftgate.targets.frameworks import objects_in, plain_roles

if TYPE_CHECKING:
    from ftgate.targets.chat import Chat

_TOOL_ROLES = ("tool", "ipython")
_SHAREGPT_ROLES = {"system": "system", "human": "user", "gpt": "assistant"}
_OTHER = "other"
_Turn = tuple[str, bool]  # the role, and whether the message is marked as a tool call


def check_messages(record: Record, chat: Chat) -> list[Problem]:
    """Problems of ``messages``: any role is taken, some only in their place."""
    roles = plain_roles(record.get("messages"), "role", "content")
    if roles:
        return _order([(_known(role, chat), False) for role in roles], "messages", chat)
    problems: list[Problem] = []
    turns: list[_Turn] = []
    for message, where in objects_in(record.get("messages"), "messages", problems):
        turns.append((_known(message.get("role"), chat), bool(message.get("ipython"))))
        problems += _role(message, where)
        problems += _content(message, "content", where, _is_openai_part)
    return problems + _order(turns, "messages", chat)


def check_sharegpt(record: Record, chat: Chat) -> list[Problem]:
    """Problems of ``conversations`` of from and value."""
    problems: list[Problem] = []
    turns: list[_Turn] = []
    for message, where in objects_in(record.get("conversations"), "conversations", problems):
        speaker = message.get("from")
        role = _SHAREGPT_ROLES.get(speaker, _OTHER) if isinstance(speaker, str) else _OTHER
        turns.append((role, False))
        if role == _OTHER:
            path = f"{where}.from"
            detail = f"{path} is none of {', '.join(_SHAREGPT_ROLES)}"
            problems.append(Problem("unknown-role", detail, path))
        problems += _content(message, "value", where, _is_own_part)
    return problems + _order(turns, "conversations", chat)


def check_alpaca(record: Record, chat: Chat) -> list[Problem]:
    """Problems of an instruction and its output; whatever the instruction is becomes text."""
    problems = []
    if "instruction" not in record:
        problems.append(Problem("bad-field", "instruction is missing", "instruction"))
    if not isinstance(record.get("output"), list):
        return problems + text_at(record, "output")
    return problems + _content(record, "output", "", _is_own_part)


def check_pair(record: Record, chat: Chat) -> list[Problem]:
    """Problems of an ``input`` and its ``output``."""
    return text_at(record, "input") + text_at(record, "output")


def check_text(record: Record, chat: Chat) -> list[Problem]:
    """Problems of a ``text`` to continue training on."""
    return text_at(record, "text")


def check_preference(record: Record, chat: Chat) -> list[Problem]:
    """Problems of two conversations, ``chosen`` and ``rejected``; their order is free."""
    problems: list[Problem] = []
    for key in ("chosen", "rejected"):
        for message, where in objects_in(record.get(key), key, problems):
            problems += _role(message, where)
            problems += _content(message, "content", where, _is_own_part)
    return problems


# -- one message ------------------------------------------------------------------------------


def _known(role: Any, chat: Chat) -> str:
    return role if isinstance(role, str) and role in chat.roles else _OTHER


def _role(message: Record, where: str) -> list[Problem]:
    role = message.get("role")
    if not isinstance(role, str):
        path = f"{where}.role"
        return [Problem("unknown-role", f"{path} is {kind_of(role, 'role' in message)}", path)]
    if message.get("ipython") and role != "assistant":
        detail = f"{where} is {a(role)} message with ipython"
        return [Problem("bad-tool-call", detail, f"{where}.ipython")]
    return []


def _content(
    message: Record, key: str, where: str, is_part: Callable[[Any], bool]
) -> list[Problem]:
    path = f"{where}.{key}" if where else key
    content = message.get(key)
    if isinstance(content, list):
        return [
            Problem("bad-content-part", f"{path}[{index}] is not a usable part", f"{path}[{index}]")
            for index, part in enumerate(content)
            if not is_part(part)
        ]
    if isinstance(content, str):
        return []
    detail = f"{path} is {kind_of(content, key in message)}, not text or parts"
    return [Problem("bad-content-part", detail, path)]


def _is_openai_part(part: Any) -> bool:
    if not isinstance(part, dict):
        return False
    if part.get("type") == "text":
        return isinstance(part.get("text"), str)
    image = part.get("image_url")
    address = image.get("url") if isinstance(image, dict) else None
    return part.get("type") == "image_url" and isinstance(address, str)


def _is_own_part(part: Any) -> bool:
    """Torchtune's own parts say ``content``; its images are no JSON."""
    if not isinstance(part, dict):
        return False
    return part.get("type") == "text" and isinstance(part.get("content"), str)


# -- the conversation -------------------------------------------------------------------------


def _order(turns: list[_Turn], where: str, chat: Chat) -> list[Problem]:
    if len(turns) < chat.min_messages:
        detail = f"{where} has fewer than {chat.min_messages} messages"
        return [Problem("malformed-messages", detail, where)]
    problems = []
    before, calls_tool = START, False
    for index, (role, is_call) in enumerate(turns):
        if role in _TOOL_ROLES and not calls_tool:
            path = f"{where}[{index}]"
            detail = f"{path} answers a message that is not marked as a tool call (ipython)"
            problems.append(Problem("bad-tool-call", detail, path))
        elif before not in chat.follows.get(role, (before,)):
            path = f"{where}[{index}]"
            after = "first" if before == START else f"after a message of {before}"
            detail = f"{path} is {a(role)} message {after}"
            problems.append(Problem("bad-role-order", detail, path))
        before, calls_tool = role, is_call
    return problems


CHECKS: dict[str, Check] = {
    "openai_chat": check_messages,
    "sharegpt": check_sharegpt,
    "alpaca": check_alpaca,
    "prompt_response": check_pair,
    "text": check_text,
    "trl_preference": check_preference,
}
