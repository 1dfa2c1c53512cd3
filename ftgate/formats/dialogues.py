"""Relatives of OpenAI chat: messages under another key, as a string, or without an answer."""

from __future__ import annotations

from typing import Any

from ftgate.formats.as_chat import AsChat, from_json, parser, read_messages
from ftgate.formats.contract import Format, Record

_REFERENCE = "reference_answer"
_OPENAI_KEYS = ("parallel_tool_calls", "functions")
_CHAT_KEYS = {"messages", "tools", *_OPENAI_KEYS}
_MISTRAL_KEYS = {"messages", "interactions", "tools", "available_tools", "system_prompt"}


def _read_tools(chat: AsChat, record: Record, key: str = "tools") -> None:
    tools = record.get(key)
    if isinstance(tools, list):
        chat.tools = tools
    elif tools is not None:
        chat.bad(key, "is not a list")


def _chat(record: Record, messages: Any) -> AsChat:
    chat = AsChat()
    chat.leave(record, _CHAT_KEYS)
    chat.extras = {key: record[key] for key in _OPENAI_KEYS if key in record}
    read_messages(chat, messages)
    _read_tools(chat, record)
    return chat


def chat_as_chat(record: Record) -> AsChat:
    """An OpenAI chat as it is; a content that is called ``text``, as mistral-finetune has it."""
    messages = record.get("messages")
    return _chat(record, _named_content(messages))


def _json_string(record: Record) -> AsChat:
    return _chat(record, from_json(record["messages"]))


def _interactions(record: Record) -> AsChat:
    """The other name that mistral-finetune reads ``messages`` under."""
    chat = AsChat()
    chat.leave(record, _MISTRAL_KEYS)
    chat.say_system(chat.text(record, "system_prompt", optional=True))
    read_messages(chat, _named_content(record.get("interactions")), "interactions")
    _read_tools(chat, record, "tools" if record.get("tools") else "available_tools")
    return chat


def _named_content(messages: Any) -> Any:
    """The same messages, with ``content`` for mistral-finetune's other names."""
    return [*map(_named, messages)] if isinstance(messages, list) else messages


def _named(message: Any) -> Any:
    if not isinstance(message, dict):
        return message
    if "text" in message and "content" not in message:
        message = {**message, "content": message["text"]}
        del message["text"]
    if isinstance(message.get("is_user"), bool) and "role" not in message:
        message = {**message, "role": "user" if message["is_user"] else "assistant"}
        del message["is_user"]
    return message


def _cohere(record: Record) -> AsChat:
    chat = AsChat()
    history = record["chat_history"]
    if isinstance(history, list):
        history = [
            {"role": message.get("role"), "content": message.get("message")}
            if isinstance(message, dict)
            else message
            for message in history
        ]
    read_messages(chat, history, "chat_history")
    chat.say("user", chat.text(record, "message"))
    return chat


def _batch(record: Record) -> AsChat:
    return _chat({}, record["body"].get("messages"))


def is_reinforcement(record: Record) -> bool:
    """True for messages that end with the question, next to the answer that a grader expects."""
    if _REFERENCE not in record:
        return False
    messages = record.get("messages")
    last = messages[-1] if isinstance(messages, list) and messages else None
    return isinstance(last, dict) and last.get("role") == "user"


MESSAGES_STRING = Format(
    name="messages_string",
    title="messages as a JSON string",
    hint="the value of messages is a string that holds JSON: decode it once more "
    "(jq -c '.messages |= fromjson')",
    matches=lambda record: isinstance(record.get("messages"), str),
    parse=parser(_json_string),
    as_chat=_json_string,
)
MISTRAL_INTERACTIONS = Format(
    name="mistral_interactions",
    title="mistral-finetune (interactions)",
    hint="rename interactions to messages, and text to content",
    matches=lambda record: "interactions" in record,
    parse=parser(_interactions),
    as_chat=_interactions,
)
COHERE_CHAT = Format(
    name="cohere_chat",
    title="Cohere chat request (chat_history, message)",
    hint="write chat_history and message as messages (CHATBOT is assistant) and add the answer",
    matches=lambda record: "chat_history" in record,
    parse=parser(_cohere),
    not_chat="a request has no answer",
)
OPENAI_BATCH = Format(
    name="openai_batch",
    title="OpenAI Batch API requests (custom_id, body)",
    hint="these are requests without answers: take body.messages and add the assistant message",
    matches=lambda record: "custom_id" in record and isinstance(record.get("body"), dict),
    parse=parser(_batch),
    not_chat="a request has no answer",
)
OPENAI_REINFORCEMENT = Format(
    name="openai_reinforcement",
    title="OpenAI reinforcement (reference_answer; ended 2026-10-23)",
    hint="OpenAI ended reinforcement fine-tuning in 2026: for the supervised method, write the "
    "reference answer as the assistant message",
    matches=is_reinforcement,
    parse=parser(lambda record: _chat({}, record["messages"])),
    not_chat="a question for a grader has no answer",
)
