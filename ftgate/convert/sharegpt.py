"""Writes ShareGPT as LLaMA-Factory reads it, see :mod:`ftgate.formats.sharegpt`."""

from __future__ import annotations

from ftgate.convert.chat import (
    CannotSayError,
    Image,
    Message,
    arguments_of,
    functions_of,
    json_text,
    messages_of,
    without_system,
)
from ftgate.formats.as_chat import AsChat
from ftgate.formats.contract import Record
from ftgate.formats.sharegpt import IMAGE


def write(chat: AsChat) -> Record:
    """One record with ``conversations``, and ``system``, ``tools`` and ``images`` where needed."""
    system, messages = without_system(messages_of(chat, weights=True))
    functions = functions_of(chat)
    images: list[str] = []
    _check_order(messages)
    record: Record = {"conversations": [_turn(message, images) for message in messages]}
    if images and IMAGE in "".join(_texts(messages)):
        raise CannotSayError(f"a text has {IMAGE}, which stands for an image")
    if system:
        record["system"] = system
    if functions:
        record["tools"] = json_text(functions)
    if images:
        record["images"] = images
    return record


def _turn(message: Message, images: list[str]) -> Record:
    weight = {} if message.weight is None else {"weight": message.weight}
    if message.calls:
        if message.text:
            raise CannotSayError("an assistant message has both text and calls")
        calls = [
            {"name": name, "arguments": arguments_of(arguments)}
            for _, name, arguments in message.calls
        ]
        value = json_text(calls[0] if len(calls) == 1 else calls)
        return {"from": "function_call", "value": value, **weight}
    if message.role == "tool":
        return {"from": "observation", "value": message.text, **weight}
    pieces = []
    for part in message.parts:
        if isinstance(part, Image):
            images.append(part.url)
        pieces.append(IMAGE if isinstance(part, Image) else part)
    speaker = "gpt" if message.role == "assistant" else "human"
    return {"from": speaker, "value": "".join(pieces), **weight}


def _texts(messages: list[Message]) -> list[str]:
    return [part for message in messages for part in message.parts if isinstance(part, str)]


def _check_order(messages: list[Message]) -> None:
    """Answers have no id: the next one belongs to the first call without an answer."""
    waiting: list[str] = []
    for message in messages:
        waiting += [call_id for call_id, _, _ in message.calls]
        if message.role == "tool" and (not waiting or waiting.pop(0) != message.answers[0]):
            raise CannotSayError("tool messages are not in the order of their calls")
