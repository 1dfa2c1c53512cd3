"""TRL (1.16): one dataset type per record, in texts or in messages.

A type is a set of columns (:data:`TYPES`); other columns are carried along unread. Roles are the
chat template's affair, with two exceptions: a prompt ends with a role that can be answered or
continued, and a record with images has only the roles of the sheet.

Source: ``trl/data_utils.py``: ``is_conversational``, ``maybe_convert_to_chatml``,
``maybe_extract_prompt``, ``apply_chat_template`` and ``prepare_multimodal_messages``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ftgate.model import Problem
from ftgate.targets.chat import Chat
from ftgate.targets.contract import Check, Record, kind_of
from ftgate.targets.frameworks import first_of, objects_in, plain_roles, read_json

TYPES = {
    frozenset(columns.split())
    for columns in (
        "messages",
        "prompt",
        "prompt completion",
        "prompt chosen rejected",
        "chosen rejected",
        "prompt completion label",
    )
}
"""Language modeling, prompt only, prompt and completion, preference, preference whose answers
begin with the prompt, unpaired preference."""

TURNS = ("prompt", "completion", "chosen", "rejected", "messages")
COLUMNS = frozenset((*TURNS, "label"))


def check_record(record: Record, chat: Chat) -> list[Problem]:
    """Where TRL raises on a record."""
    if len(record) == 1 and plain_roles(record.get("messages"), "role", "content"):
        return []
    if "conversations" in record:  # becomes the column messages before anything else is looked at
        return _conversations(record["conversations"]) + list(_extras(record))
    columns = {key for key in COLUMNS if key in record}
    if columns not in TYPES:
        names = " and ".join(sorted(columns)) or "none of the known columns"
        return [Problem("bad-field", f"the record has {names}: no type of dataset")]
    keys = [key for key in TURNS if key in columns]
    if {"prompt", "chosen"} <= columns and _is_chat(record["prompt"]) != _is_chat(record["chosen"]):
        keys.remove("prompt")  # then the prompt is taken from the beginning of both answers
    problems = [problem for key in keys for problem in _column(record, key, "prompt" in keys)]
    if len({isinstance(record[key], list) for key in keys}) > 1:
        detail = f"{' and '.join(keys)} are neither all texts nor all messages"
        problems.append(Problem("bad-field", detail))
    elif not problems:
        problems += [problem for key in keys for problem in _images(record, key, chat)]
    return problems + list(_extras(record))


def _is_chat(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _conversations(messages: Any) -> list[Problem]:
    first = messages[0] if isinstance(messages, list) and messages else None
    if not isinstance(first, dict) or not first.keys() >= {"from", "value"}:
        detail = "conversations[0] has no from and value"
        return [Problem("malformed-messages", detail, "conversations[0]")]
    return _messages(messages, "conversations")


def _column(record: Record, key: str, prompt_apart: bool) -> list[Problem]:
    value = record[key]
    if isinstance(value, list):
        found = _messages(value, key)
        return found or (_prompt_end(value) if key == "prompt" else [])
    if key == "messages":
        return [Problem("malformed-messages", f"messages is {kind_of(value)}, not a list", key)]
    if not isinstance(value, str):
        return [Problem("bad-field", f"{key} is {kind_of(value)}, not text or messages", key)]
    if not value and not prompt_apart:
        return [Problem("empty-content", f"{key} is empty: no prompt can be taken from it", key)]
    return []


def _messages(messages: list[Any], where: str) -> list[Problem]:
    problems: list[Problem] = []
    if not messages:
        return [Problem("malformed-messages", f"{where} is empty", where)]
    if plain_roles(messages, "role", "content"):
        return []
    for message, path in objects_in(messages, where, problems):
        role = first_of(message, "from", "role")
        if not isinstance(role, str):
            there = "role" in message or "from" in message
            detail = f"{path}.role is {kind_of(role, there)}, not text"
            problems.append(Problem("malformed-messages", detail, path))
        if first_of(message, "value", "content") is None and not _answers_without(message):
            detail = f"{path} has no content"
            problems.append(Problem("empty-content", detail, f"{path}.content"))
    return problems


def _answers_without(message: Record) -> bool:
    """Whether a message without content consists of calls or thoughts."""
    return any(message.get(key) for key in ("tool_calls", "thinking", "reasoning_content"))


def _prompt_end(messages: list[Any]) -> list[Problem]:
    role, path = first_of(messages[-1], "from", "role"), f"prompt[{len(messages) - 1}]"
    if role in ("user", "tool", "assistant"):
        return []
    return [Problem("bad-role-order", "prompt ends with neither user, tool nor assistant", path)]


def _images(record: Record, key: str, chat: Chat) -> Iterator[Problem]:
    """Whether roles and ``{"type": "image"}`` placeholders fit the images of the record.

    The images belong to the prompt, or to the messages where there is no prompt.
    """
    images_apart = "image" in record or "images" in record
    if not isinstance(record[key], list) or not (images_apart or _has_image_parts(record[key])):
        return
    given = _count_images(record) if key in ("prompt", "messages") else 0
    waiting, places = given, 0
    for index, message in enumerate(record[key]):
        path, role = f"{key}[{index}]", first_of(message, "from", "role")
        content = first_of(message, "value", "content")
        if role not in chat.roles:
            detail = f"{path}.role is none of {', '.join(sorted(chat.roles))}"
            yield Problem("unknown-role", detail, f"{path}.role")
        if role == "user" and isinstance(content, str):
            places, waiting = places + waiting, 0  # the first user text takes all of them
        elif isinstance(content, list) and role != "tool":
            places += sum(_is_place(part) for part in content)
    if places != given:
        detail = f"{key} has places for {places} images, the record has {given}"
        yield Problem("bad-content-part", detail, key)


def _is_place(part: Any) -> bool:
    return isinstance(part, dict) and part.get("type") == "image" and "image" not in part


def _has_image_parts(messages: list[Any]) -> bool:
    if plain_roles(messages, "role", "content"):
        return False
    contents = [first_of(message, "value", "content") for message in messages]
    return any(
        isinstance(part, dict) and part.get("type") == "image"
        for content in contents
        if isinstance(content, list)
        for part in content
    )


def _count_images(record: Record) -> int:
    if "image" in record:
        return 1
    images = record.get("images")
    return len(images) if isinstance(images, list) else 0


def _extras(record: Record) -> Iterator[Problem]:
    tools = record.get("tools")
    if isinstance(tools, str) and not read_json(tools)[0]:
        yield Problem("bad-tool-definition", "tools is a text that is not JSON", "tools")
    options = record.get("chat_template_kwargs", {})
    if not isinstance(options, dict):
        path = "chat_template_kwargs"
        yield Problem("bad-field", f"{path} is {kind_of(options)}, not an object", path)


CHECKS: dict[str, Check] = dict.fromkeys(
    (
        "openai_chat",
        "sharegpt",
        "prompt_completion",
        "trl_preference",
        "trl_unpaired",
        "trl_prompt_only",
        "trl_stepwise",
    ),
    check_record,
)
