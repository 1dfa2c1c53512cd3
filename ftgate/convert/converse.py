"""Writes Amazon Bedrock Converse."""

from __future__ import annotations

from ftgate.convert.chat import (
    CannotSayError,
    Image,
    Message,
    arguments_of,
    messages_of,
    plain_functions,
    sides,
    without_system,
)
from ftgate.formats.as_chat import AsChat
from ftgate.formats.contract import Record
from ftgate.formats.converse import SCHEMA_VERSION


def write(chat: AsChat) -> Record:
    """One record with ``schemaVersion``, ``messages``, and ``system`` and ``toolConfig``."""
    system, messages = without_system(messages_of(chat, thoughts=True))
    functions = plain_functions(chat)
    record: Record = {"schemaVersion": SCHEMA_VERSION}
    if system:
        record["system"] = [{"text": system}]
    record["messages"] = [
        {"role": "assistant" if side == "assistant" else "user", "content": blocks}
        for side, blocks in sides(messages, _blocks)
    ]
    if functions:
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
