"""ShareGPT: ``{"conversations": [{"from": "human", "value": …}, …], "system": …, "tools": …}``.

There is no specification. The keys are those that LLaMA-Factory reads (``data/README.md``): a call
is a turn ``function_call`` whose value is JSON, a tool's answer a turn ``observation``, ``tools`` a
string of JSON, and each ``<image>`` in a text stands for the next entry of ``images``.
"""

from __future__ import annotations

from typing import Any

from ftgate.formats.as_chat import AsChat, from_json, pair, read_messages, role_of
from ftgate.formats.contract import Format, Record
from ftgate.formats.openai_messages import known_role
from ftgate.model import Example

IMAGE = "<image>"
CALLS = ("function_call", "tool_call")
_ANSWERS = {"observation", "observations", "tool_response", "function_response"}
_MESSAGES = ("conversations", "conversation", "messages")
_RECORD_KEYS = {*_MESSAGES, "system", "tools", "images"}
_NAMES = (("from", "value"), ("speaker", "text"))
_PAIRS = (("chosen", "rejected"), ("better", "worse"))


def matches(record: Record) -> bool:
    """True for a record with ``conversations``, or whose messages have a ``from``."""
    if "conversations" in record:
        return True
    messages = record.get("messages", record.get("conversation"))
    if not isinstance(messages, list) or not messages or not isinstance(messages[0], dict):
        return False
    return "conversation" in record or "from" in messages[0]


def as_chat(record: Record) -> AsChat:
    """The conversation in OpenAI's terms."""
    chat = AsChat()
    chat.leave(record, _RECORD_KEYS)
    chat.say_system(chat.text(record, "system", optional=True))
    images = _images(chat, record.get("images"))
    key = next(key for key in _MESSAGES if key in record)
    _read_turns(chat, record[key], key, images)
    if images:
        chat.unsayable.append(f"images has {len(images)} more than there are {IMAGE} in the texts")
    _read_tools(chat, record.get("tools"))
    return chat


def parse(record: Record) -> Example:
    """Turns, calls and tools; with ``chosen`` and ``rejected``, a pair."""
    for keys in _PAIRS:
        if all(isinstance(record.get(key), dict) for key in keys):
            told = [AsChat(), AsChat()]
            for chat, key in zip(told, keys, strict=True):
                _read_turns(chat, [record[key]], key, [])
            return pair(as_chat(record), *told)
    return as_chat(record).example()


def _read_turns(chat: AsChat, turns: Any, where: str, images: list[Any]) -> None:
    first = turns[0] if isinstance(turns, list) and turns else None
    if isinstance(first, dict) and "from" not in first and "role" in first:
        read_messages(chat, turns, where)
        return
    if not isinstance(turns, list) or not turns:
        chat.bad(where, "is not a list of turns", "malformed-messages")
        return
    for index, turn in enumerate(turns):
        path = f"{where}[{index}]"
        if isinstance(turn, dict):
            _read_turn(chat, turn, path, images)
        else:
            chat.bad(path, "is not an object", "malformed-messages")


def _read_turn(chat: AsChat, turn: Record, path: str, images: list[Any]) -> None:
    who, what = next((names for names in _NAMES if names[0] in turn), _NAMES[0])
    speaker = turn.get(who)
    text = chat.text(turn, what, path)
    weight = {"weight": turn["weight"]} if "weight" in turn else {}
    chat.leave(turn, {who, what, "weight"}, path)
    if speaker in CALLS:
        chat.say("assistant", None, tool_calls=_calls(chat, text, f"{path}.{what}"), **weight)
        return
    role = role_of(chat, speaker, f"{path}.{who}", _role)
    if role == "tool":
        chat.say(role, text, tool_call_id=chat.answered(), **weight)
    else:
        chat.say(role, _with_images(chat, text, images, path), **weight)


def _role(speaker: Any) -> str | None:
    if speaker in _ANSWERS:
        return "tool"
    return "assistant" if speaker == "agent" else known_role(speaker)


def _calls(chat: AsChat, text: str, path: str) -> list[Record]:
    called = from_json(text)
    if isinstance(called, dict):
        called = [called]
    if not isinstance(called, list) or not called:
        chat.bad(path, "is not the JSON of a call")
        return [chat.call({"name": "", "arguments": text}, path)]
    return [chat.call(call, f"{path}[{index}]") for index, call in enumerate(called)]


def _images(chat: AsChat, images: Any) -> list[Any]:
    if images is None:
        return []
    if not isinstance(images, list):
        chat.bad("images", "is not a list")
        return []
    chat.images = len(images)
    return list(images)


def _with_images(chat: AsChat, text: str, images: list[Any], path: str) -> str | list[Record]:
    """The text, cut at its placeholders as long as there are images for them."""
    if not images or IMAGE not in text:
        return text
    parts: list[Record] = []
    for index, piece in enumerate(text.split(IMAGE)):
        if index and images:
            parts.append(chat.image(images.pop(0), path))
            chat.images -= 1  # counted with the list
        elif index:
            chat.unsayable.append(f"{path}.value has more {IMAGE} than there are images")
        if piece:
            parts.append({"type": "text", "text": piece})
    return parts


def _read_tools(chat: AsChat, tools: Any) -> None:
    """Definitions as a JSON string (or as they are), each with or without OpenAI's wrapper."""
    if not tools:
        return
    defined = from_json(tools) if isinstance(tools, str) else tools
    if not isinstance(defined, list):
        chat.bad("tools", "is not the JSON of a list of functions")
        return
    for index, tool in enumerate(defined):
        chat.define(unwrapped(tool), f"tools[{index}]")


def unwrapped(tool: Any) -> Any:
    """The function of a tool definition, or what there is instead."""
    return tool.get("function", tool) if isinstance(tool, dict) else tool


FORMAT = Format(
    name="sharegpt",
    title="ShareGPT (conversations of from/value)",
    hint="rename conversations to messages, from to role (human is user, gpt is assistant) and "
    "value to content",
    matches=matches,
    parse=parse,
    as_chat=as_chat,
)
