"""Writes Gemini's ``contents``."""

from __future__ import annotations

import mimetypes

from ftgate.convert.chat import (
    FUNCTION_KEYS,
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


def write(chat: AsChat) -> Record:
    """One record with ``contents``, and ``systemInstruction`` and ``tools`` where needed."""
    system, messages = without_system(messages_of(chat, thoughts=True))
    functions = plain_functions(chat)
    record: Record = {}
    if system:
        record["systemInstruction"] = {"role": "system", "parts": [{"text": system}]}
    record["contents"] = [
        {"role": "model" if side == "assistant" else "user", "parts": parts}
        for side, parts in sides(messages, _parts)
    ]
    if functions:
        declared = [{key: f[key] for key in f if key in FUNCTION_KEYS} for f in functions]
        record["tools"] = [{"functionDeclarations": declared}]
    return record


def _parts(message: Message) -> list[Record]:
    if message.role == "tool":
        call_id, name = message.answers
        response = {"output": message.text}
        return [{"functionResponse": {"id": call_id, "name": name, "response": response}}]
    parts: list[Record] = []
    if message.thinking:
        parts.append({"text": message.thinking, "thought": True})
    for part in message.parts:
        parts.append(_image(part) if isinstance(part, Image) else {"text": part})
    for call_id, name, arguments in message.calls:
        call = {"id": call_id, "name": name, "args": arguments_of(arguments)}
        parts.append({"functionCall": call})
    return parts or [{"text": ""}]


def _image(image: Image) -> Record:
    if image.mime:
        return {"inlineData": {"mimeType": image.mime, "data": image.data}}
    kind = mimetypes.guess_type(image.url.partition("?")[0])[0]
    if kind is None or not kind.startswith("image/"):
        raise CannotSayError("the name of a linked image does not say what kind it is")
    return {"fileData": {"mimeType": kind, "fileUri": image.url}}
