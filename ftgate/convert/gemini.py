"""Writes Gemini's ``contents``."""

from __future__ import annotations

import mimetypes

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

_FUNCTION_KEYS = {"name", "description", "parameters"}


def write(chat: AsChat) -> Record:
    """One record with ``contents``, and ``systemInstruction`` and ``tools`` where needed."""
    system, messages = without_system(messages_of(chat, thoughts=True))
    functions = functions_of(chat)
    record: Record = {}
    if system:
        record["systemInstruction"] = {"role": "system", "parts": [{"text": system}]}
    contents: list[Record] = []
    before = ""
    for message in messages:
        if message.role == before == "tool":  # answers to parallel calls are one content
            contents[-1]["parts"] += _parts(message)
        else:
            role = "model" if message.role == "assistant" else "user"
            contents.append({"role": role, "parts": _parts(message)})
        before = message.role
    record["contents"] = contents
    if functions:
        chat.lost += [
            f"tools[].function.{key}" for f in functions for key in f.keys() - _FUNCTION_KEYS
        ]
        declared = [{key: f[key] for key in f if key in _FUNCTION_KEYS} for f in functions]
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
