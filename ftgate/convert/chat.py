"""What the writers share: an OpenAI chat taken apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from ftgate.formats.as_chat import THINKING, AsChat, as_json, calls_of, from_json
from ftgate.formats.contract import Record

Writer = Callable[[AsChat], Record]
"""Writes one record; names what it leaves behind in ``lost`` of the chat."""

_DATA_URL = re.compile(r"data:(image/[\w.+-]+);base64,(.*)\Z", re.DOTALL)
_ROLES: dict[str, str] = {"developer": "system", "function": "tool"}
_ANSWERS = {"content", "refusal", "audio"}
EMPTY: tuple[Any, ...] = (None, "", [], {})
"""Values that say nothing: exports of tables have every key in every record."""


class CannotSayError(ValueError):
    """The target has no words for something that is trained on; the text says what and where."""


class Image(NamedTuple):
    """One image: ``mime`` and base64 ``data`` when it is embedded, else both are empty."""

    url: str
    mime: str
    data: str


class Message(NamedTuple):
    """One message as every target can look at it.

    ``role`` is system, user, assistant or tool. ``parts`` are its texts and images in order.
    ``calls`` are ``(id, name, arguments)``; ``answers`` is the ``(id, name)`` of the call that a
    tool's message answers. ``thinking`` is what an assistant thought before it answered.
    """

    role: str
    parts: list[str | Image]
    calls: list[tuple[str, str, str]]
    answers: tuple[str, str]
    weight: Any
    thinking: str

    @property
    def text(self) -> str:
        """Its text; raises :class:`CannotSayError` when there is an image as well."""
        if any(isinstance(part, Image) for part in self.parts):
            raise CannotSayError(f"a {self.role} message has an image")
        return "".join(part for part in self.parts if isinstance(part, str))


def messages_of(chat: AsChat, *, weights: bool = False, thoughts: bool = False) -> list[Message]:
    """The messages, the deprecated function calls as tool calls.

    ``weights`` and ``thoughts`` are True for targets that can say them. Without weights every
    answer is trained, so one that is not cannot be said. Keys without a counterpart stay behind.
    """
    messages = list(_read(chat))
    for index, message in enumerate(messages):
        if message.role == "system" and index:
            raise CannotSayError(f"messages[{index}] is a system message that is not the first")
        if message.weight not in (None, 1) and not weights:
            if message.role == "assistant":
                raise CannotSayError(
                    f"messages[{index}].weight is not 1, and every answer is trained there"
                )
            chat.lost.append("messages[].weight")
        if message.thinking and not thoughts:
            chat.lost.append("messages[].thinking")
    return messages


def _read(chat: AsChat) -> Iterator[Message]:
    names: dict[str, str] = {}
    last_call = ""
    for index, message in enumerate(chat.messages):
        where = f"messages[{index}]"
        role = _ROLES.get(message["role"]) or str(message["role"])
        calls = []
        for number, call in enumerate(calls_of(message)):
            function = call["function"]
            last_call = call["id"] or f"call_{index}_{number}"
            names[last_call] = function["name"]
            calls.append((last_call, function["name"], function["arguments"]))
        answers = ("", "")
        if role == "tool":
            answered = str(message.get("tool_call_id") or last_call)
            if answered not in names:
                raise CannotSayError(f"{where} answers no call")
            answers = (answered, names[answered])
        _leave(chat, message, role, where)
        parts = list(_parts(chat, message["content"], f"{where}.content"))
        thinking = "".join(message.get(key) or "" for key in THINKING)
        yield Message(role, parts, calls, answers, message.get("weight"), thinking)


def _leave(chat: AsChat, message: Record, role: str, where: str) -> None:
    said = {"role", "content", "weight", *THINKING}
    if role == "assistant":
        said |= {"tool_calls", "function_call"}
    elif role == "tool":
        said |= {"tool_call_id", "name"}
    for key, value in message.items():
        if key in said or value in EMPTY:
            continue
        if key in _ANSWERS:
            raise CannotSayError(f"{where} has {key}")
        chat.lost.append(f"messages[].{key}")


def _parts(chat: AsChat, content: Any, where: str) -> Iterator[str | Image]:
    if isinstance(content, str):
        content = [{"type": "text", "text": content}] if content else []
    for index, part in enumerate(content or []):
        if part.get("type") == "text":
            yield part["text"]
            continue
        image = part.get("image_url")
        url = image.get("url") if isinstance(image, dict) else None
        if part.get("type") != "image_url" or not isinstance(url, str):
            raise CannotSayError(f"{where}[{index}] is neither text nor image_url")
        chat.lost += [f"messages[].content[].image_url.{key}" for key in image if key != "url"]
        embedded = _DATA_URL.match(url)
        yield Image(url, *(embedded.groups() if embedded else ("", "")))


def functions_of(chat: AsChat) -> list[Record]:
    """The functions that the record defines, from ``tools`` and the deprecated ``functions``."""
    functions = []
    for index, tool in enumerate(chat.tools or []):
        function = tool.get("function") if isinstance(tool, dict) else None
        if not isinstance(function, dict) or not isinstance(function.get("name"), str):
            raise CannotSayError(f"tools[{index}] is not a function with a name")
        chat.lost += [f"tools[].{key}" for key in tool if key not in ("type", "function")]
        functions.append(function)
    older = chat.extras.get("functions") or []
    if not isinstance(older, list) or not all(isinstance(each, dict) for each in older):
        raise CannotSayError("functions is not a list of objects")
    chat.lost += [key for key in chat.extras if key != "functions"]
    return functions + older


FUNCTION_KEYS = {"name", "description", "parameters"}
"""What Gemini and Converse can say of a function."""


def plain_functions(chat: AsChat) -> list[Record]:
    """The functions that the record defines; keys beyond :data:`FUNCTION_KEYS` are lost."""
    functions = functions_of(chat)
    chat.lost += [f"tools[].function.{key}" for f in functions for key in f.keys() - FUNCTION_KEYS]
    return functions


def sides(
    messages: list[Message], write: Callable[[Message], list[Record]]
) -> list[tuple[str, list[Record]]]:
    """Role and written content of each message; answers to parallel calls are one message."""
    written: list[tuple[str, list[Record]]] = []
    for message in messages:
        if written and message.role == written[-1][0] == "tool":
            written[-1][1].extend(write(message))
        else:
            written.append((message.role, write(message)))
    return written


def arguments_of(text: str) -> Record:
    """The arguments of a call as an object."""
    arguments = from_json(text)
    if not isinstance(arguments, dict):
        raise CannotSayError("the arguments of a call are not the JSON of an object")
    return arguments


def json_text(value: Any) -> str:
    """A value as JSON text."""
    text = as_json(value)
    if not text:
        raise CannotSayError("nested too deeply")
    return text


def without_system(messages: list[Message]) -> tuple[str, list[Message]]:
    """The text of the system message ("" when there is none) and the other messages."""
    if messages and messages[0].role == "system":
        return messages[0].text, messages[1:]
    return "", messages
