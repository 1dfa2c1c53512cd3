"""Llama on Bedrock: conversations for Llama 3.2 and later, ``prompt``/``completion`` for 3.1.

Follows the dataset validator that AWS publishes (``meta-llama/dataset_validation``). It checks no
order of roles and lets keys that it does not know pass.
"""

from __future__ import annotations

from ftgate.model import Problem
from ftgate.targets import converse
from ftgate.targets.chat import Chat
from ftgate.targets.contract import Check, Record, text_at

SCHEMA_VERSION = "bedrock-conversation-2024"


def check_conversation(record: Record, chat: Chat) -> list[Problem]:
    """One conversation: its version, one system text, at least two messages of typed items."""
    problems = chat.check(record.get("messages"))
    if record.get("schemaVersion", SCHEMA_VERSION) != SCHEMA_VERSION:
        detail = f"schemaVersion is not {SCHEMA_VERSION}"
        problems.append(Problem("bad-schema-version", detail, "schemaVersion"))
    if "system" in record:
        problems += converse.check_system(record["system"])
        if isinstance(record["system"], list) and len(record["system"]) != 1:
            detail = f"system has {len(record['system'])} items, not 1"
            problems.append(Problem("bad-field", detail, "system"))
    messages = record.get("messages")
    if isinstance(messages, list) and all(map(_is_plain, messages)):
        return problems
    for message, where, items in converse.said_in(record):
        problems += converse.check_items(message, where)
        for item, path in items:
            problems += _check_item(item, path, message.get("role"))
    return problems


def _is_plain(message: object) -> bool:
    """True for a message of texts only: most, seen quickly."""
    return isinstance(message, dict) and converse.plain_texts(message.get("content")) is not None


def _check_item(item: Record, where: str, role: object) -> list[Problem]:
    problems = []
    if not isinstance(item.get("text", ""), str):
        problems.append(Problem("bad-content-part", f"{where}.text is not a text", f"{where}.text"))
    for kind in ("image", "video"):
        if kind in item:
            path = f"{where}.{kind}"
            problems += converse.check_media(item[kind], path)
            problems += _check_owner(item[kind], path)
    if "image" in item and role == "assistant":
        path = f"{where}.image"
        problems.append(Problem("bad-content-part", f"{path} is in an assistant message", path))
    return problems


def _check_owner(media: object, where: str) -> list[Problem]:
    place = converse.place_of(media) if isinstance(media, dict) else {}
    if isinstance(place.get("bucketOwner", ""), str):
        return []
    path = f"{where}.source.s3Location.bucketOwner"
    return [Problem("bad-content-part", f"{path} is not a text", path)]


def check_pair(record: Record, chat: Chat) -> list[Problem]:
    """One ``prompt`` with its ``completion``, both texts and both possibly empty."""
    return text_at(record, "prompt") + text_at(record, "completion")


CHECKS: dict[str, Check] = {
    "bedrock_converse": check_conversation,
    "openai_chat": check_conversation,
    "prompt_completion": check_pair,
}
