"""Families of conversations: ShareGPT, Gemini, Bedrock Converse, TRL and relatives.

OpenAI accepts none of them. They are named, and their turns are read.
"""

from __future__ import annotations

from typing import Any

import orjson

from ftgate.formats.contract import Format, Record, text_of
from ftgate.formats.openai_messages import known_role
from ftgate.model import Example


def _read(
    messages: Any, role_key: str = "role", text_key: str = "content"
) -> list[tuple[str, str]]:
    """Turns of a list of message objects; whatever is not one is left out."""
    if isinstance(messages, str):
        return [("assistant", messages)]
    if not isinstance(messages, list):
        return []
    return [
        (known_role(message.get(role_key)) or "user", text_of(message.get(text_key)))
        for message in messages
        if isinstance(message, dict)
    ]


def _system(value: Any) -> list[tuple[str, str]]:
    text = text_of(value)
    return [("system", text)] if text else []


def _sharegpt_messages(record: Record) -> Any:
    return record.get("conversations", record.get("conversation", record.get("messages")))


def _matches_sharegpt(record: Record) -> bool:
    messages = _sharegpt_messages(record)
    if not isinstance(messages, list) or not messages:
        return "conversations" in record
    return "messages" not in record or (isinstance(messages[0], dict) and "from" in messages[0])


def _parse_sharegpt(record: Record) -> Example:
    messages = _sharegpt_messages(record)
    first = messages[0] if isinstance(messages, list) and messages else None
    keys = ("from", "value") if isinstance(first, dict) and "from" in first else ("role", "content")
    return Example(_system(record.get("system")) + _read(messages, *keys), [])


def _parse_gemini(record: Record) -> Example:
    instruction = record.get("systemInstruction", record.get("system_instruction"))
    parts = instruction.get("parts") if isinstance(instruction, dict) else instruction
    return Example(_system(parts) + _read(record["contents"], "role", "parts"), [])


def _parse_converse(record: Record) -> Example:
    return Example(_system(record.get("system")) + _read(record.get("messages")), [])


def _parse_trl(record: Record) -> Example:
    prompt = record.get("prompt")
    turns = [("user", prompt)] if isinstance(prompt, str) else _read(prompt)
    for key in ("chosen", "rejected", "completion"):
        turns += _read(record.get(key))
    return Example(turns, [])


def _parse_json_string(record: Record) -> Example:
    try:
        messages = orjson.loads(record["messages"])
    except ValueError:
        messages = None
    return Example(_read(messages if isinstance(messages, list) else None), [])


def _parse_interactions(record: Record) -> Example:
    turns = [
        ("user" if message.get("is_user") else "assistant", text_of(message.get("text")))
        for message in record["interactions"]
        if isinstance(message, dict)
    ]
    return Example(turns, [])


def _parse_cohere(record: Record) -> Example:
    history = _read(record["chat_history"], "role", "message")
    return Example([*history, ("user", text_of(record.get("message")))], [])


def _parse_batch(record: Record) -> Example:
    return Example(_read(record["body"].get("messages")), [])


SHAREGPT = Format(
    name="sharegpt",
    title="ShareGPT (conversations of from/value)",
    hint="rename conversations to messages, from to role (human is user, gpt is assistant) and "
    "value to content",
    judged=False,
    matches=_matches_sharegpt,
    parse=_parse_sharegpt,
)
GEMINI = Format(
    name="gemini",
    title="Gemini (contents of role/parts)",
    hint="rename contents to messages, role model to assistant, join the texts of parts into "
    "content, and put systemInstruction first as a system message",
    judged=False,
    matches=lambda record: isinstance(record.get("contents"), list),
    parse=_parse_gemini,
)
BEDROCK_CONVERSE = Format(
    name="bedrock_converse",
    title="Amazon Bedrock Converse (schemaVersion)",
    hint="drop schemaVersion, put system first as a system message, and join the texts of each "
    "content list",
    judged=False,
    matches=lambda record: "schemaVersion" in record,
    parse=_parse_converse,
)
TRL = Format(
    name="trl",
    title="TRL (prompt, chosen, rejected)",
    hint="for OpenAI's preference method write the prompt as input.messages, chosen as "
    "preferred_output and rejected as non_preferred_output; for supervised training write prompt "
    "and completion as messages",
    judged=False,
    matches=lambda record: (
        ("chosen" in record and "rejected" in record)
        or ("completion" in record and isinstance(record.get("prompt"), list))
    ),
    parse=_parse_trl,
)
MESSAGES_STRING = Format(
    name="messages_string",
    title="messages as a JSON string",
    hint="the value of messages is a string that holds JSON: decode it once more "
    "(jq -c '.messages |= fromjson')",
    judged=False,
    matches=lambda record: isinstance(record.get("messages"), str),
    parse=_parse_json_string,
)
MISTRAL_INTERACTIONS = Format(
    name="mistral_interactions",
    title="mistral-finetune interactions (is_user, text)",
    hint="rename interactions to messages, and write is_user as role and text as content",
    judged=False,
    matches=lambda record: isinstance(record.get("interactions"), list),
    parse=_parse_interactions,
)
COHERE_CHAT = Format(
    name="cohere_chat",
    title="Cohere chat request (chat_history, message)",
    hint="write chat_history and message as messages (CHATBOT is assistant) and add the answer",
    judged=False,
    matches=lambda record: isinstance(record.get("chat_history"), list),
    parse=_parse_cohere,
)
OPENAI_BATCH = Format(
    name="openai_batch",
    title="OpenAI Batch API requests (custom_id, body)",
    hint="these are requests without answers: take body.messages and add the assistant message",
    judged=False,
    matches=lambda record: "custom_id" in record and isinstance(record.get("body"), dict),
    parse=_parse_batch,
)
