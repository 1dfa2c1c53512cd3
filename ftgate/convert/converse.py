"""Writes Amazon Bedrock Converse."""

from __future__ import annotations

from ftgate.convert.chat import (
    CannotSayError,
    Image,
    Message,
    arguments_of,
    functions_of,
    messages_of,
    without_system,
)
from ftgate.formats.as_chat import AsChat
from ftgate.formats.contract import Record
from ftgate.formats.converse import SCHEMA_VERSION

_FUNCTION_KEYS = {"name", "description", "parameters"}


def write(chat: AsChat) -> Record:
    """One record with ``schemaVersion``, ``messages``, and ``system`` and ``toolConfig``."""
    system, messages = without_system(messages_of(chat, thoughts=True))
    functions = functions_of(chat)
    record: Record = {"schemaVersion": SCHEMA_VERSION}
    if system:
        record["system"] = [{"text": system}]
    written: list[Record] = []
    before = ""
    for message in messages:
        if message.role == before == "tool":  # answers to parallel calls are one message
            written[-1]["content"] += _blocks(message)
        else:
            role = "assistant" if message.role == "assistant" else "user"
            written.append({"role": role, "content": _blocks(message)})
        before = message.role
    record["messages"] = written
    if functions:
        chat.lost += [
            f"tools[].function.{key}" for f in functions for key in f.keys() - _FUNCTION_KEYS
        ]
        record["toolConfig"] = {"tools": [{"toolSpec": _spec(each)} for each in functions]}
    return record


def _spec(function: Record) -> Record:
    spec: Record = {key: function[key] for key in ("name", "description") if key in function}
    if "parameters" in function:
        spec["inputSchema"] = {"json": function["parameters"]}
    return spec


def _blocks(message: Message) -> list[Record]:
    if message.role == "tool":
        content = [{"text": message.text}]
        return [{"toolResult": {"toolUseId": message.answers[0], "content": content}}]
    blocks: list[Record] = []
    if message.thinking:
        blocks.append({"reasoningContent": {"reasoningText": {"text": message.thinking}}})
    for part in message.parts:
        blocks.append(_image(part) if isinstance(part, Image) else {"text": part})
    for call_id, name, arguments in message.calls:
        use = {"toolUseId": call_id, "name": name, "input": arguments_of(arguments)}
        blocks.append({"toolUse": use})
    return blocks or [{"text": ""}]


def _image(image: Image) -> Record:
    if not image.mime:
        raise CannotSayError("an image is a link, and Converse wants its bytes")
    return {"image": {"format": image.mime.removeprefix("image/"), "source": {"bytes": image.data}}}
