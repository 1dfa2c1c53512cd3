"""A record of any schema, told as an OpenAI chat.

Formats fill an :class:`AsChat` while they read. Its :meth:`~AsChat.example` is what they parse to,
and its messages and tools are what ``ftgate convert`` writes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from ftgate.formats.contract import Record, text_of
from ftgate.formats.openai_messages import known_role
from ftgate.model import Example, Problem

THINKING = ("thinking", "reasoning_content")
"""Keys of a message whose text the model is trained on, and that OpenAI does not know."""


class AsChat:
    """One record in OpenAI's terms, as far as it can be said in them.

    ``messages`` are message objects with OpenAI's roles; ``content`` is a text, a list of parts or
    None. ``tools`` are OpenAI's definitions, ``images`` counts images. ``problems`` say where the
    record breaks its own schema, ``unsayable`` what no chat of OpenAI can say though the record
    may; ``lost`` names keys that were left behind. ``extras`` are record keys of OpenAI's own.
    """

    def __init__(self) -> None:
        self.messages: list[Record] = []
        self.tools: list[Any] | None = None
        self.images = 0
        self.problems: list[Problem] = []
        self.unsayable: list[str] = []
        self.lost: list[str] = []
        self.extras: Record = {}
        self._ids: set[str] = set()
        self._open: list[tuple[str, str]] = []

    def bad(self, path: str, what: str, kind: str = "bad-field") -> None:
        """Note that the value at ``path`` is not what the schema wants."""
        self.problems.append(Problem(kind, f"{path} {what}", path))

    def leave(self, record: Record, known: set[str], where: str = "") -> None:
        """Note the keys that are left behind, by their place without its numbers."""
        extra = [key for key in record if key not in known]
        if extra:
            prefix = re.sub(r"\[\d+\]", "[]", f"{where}.") if where else ""
            self.lost += [prefix + key for key in extra]

    def text(self, record: Record, key: str, where: str = "", *, optional: bool = False) -> str:
        """The text of ``record[key]``; a problem, and "", when it is none."""
        value = record.get(key)
        if isinstance(value, str):
            return value
        if not (optional and value is None):
            path = f"{where}.{key}" if where else key
            self.bad(path, "is not text" if key in record else "is missing")
        return text_of(value)

    def json(self, value: Any, path: str) -> str:
        """A value as JSON text; a problem, and "", when it cannot be written."""
        text = as_json(value)
        if not text:
            self.bad(path, "is nested too deeply")
        return text

    def say(self, role: str, content: Any, **keys: Any) -> Record:
        """Add one message and return it."""
        message = {"role": role, "content": content, **keys}
        self.messages.append(message)
        return message

    def say_system(self, text: str) -> None:
        """Add a system message unless there is nothing to say."""
        if text:
            self.say("system", text)

    def call(
        self, function: Any, path: str, id_key: str = "", arguments_key: str = "arguments"
    ) -> Record:
        """One tool call in OpenAI's form, from an object with a name, arguments and maybe an id.

        Arguments are a JSON text or an object.
        """
        if not isinstance(function, dict):
            self.bad(path, "is not an object")
            function = {"name": "", arguments_key: ""}
        self.leave(function, {"name", id_key, arguments_key}, path)
        name, arguments = function.get("name"), function.get(arguments_key)
        if not isinstance(name, str):
            self.bad(f"{path}.name", "is not text")
            name = ""
        if isinstance(arguments, dict):
            arguments = self.json(arguments, f"{path}.{arguments_key}")
        if not isinstance(arguments, str):
            self.bad(f"{path}.{arguments_key}", "is neither text nor an object")
            arguments = text_of(arguments)
        called = self._called(function.get(id_key), name)
        return {
            "id": called,
            "type": "function",
            "function": {"name": name, "arguments": arguments},
        }

    def answered(self, call_id: Any = None, name: Any = None) -> str:
        """The id of the call that a tool's message answers: as stated, by name, or the next one."""
        if not isinstance(call_id, str) or not call_id:
            fitting = [known for known in self._open if known[1] == name] or self._open
            if not fitting:
                self.unsayable.append(f"messages[{len(self.messages)}] answers no call")
            call_id = fitting[0][0] if fitting else self._new_id()
        self._open = [known for known in self._open if known[0] != call_id]
        return str(call_id)

    def image(self, url: Any, path: str) -> Record:
        """A part that shows an image; only links and embedded data can be said."""
        self.images += 1
        if not isinstance(url, str) or not url.startswith(("https://", "http://", "data:")):
            self.unsayable.append(f"{path} is an image that is neither a link nor embedded")
            url = ""
        return {"type": "image_url", "image_url": {"url": url}}

    def define(self, function: Any, path: str) -> None:
        """Add one tool definition: ``name``, ``description``, ``parameters``."""
        if not isinstance(function, dict) or not isinstance(function.get("name"), str):
            self.bad(path, "is not a function with a name")
        else:
            self.tools = [*(self.tools or []), {"type": "function", "function": function}]

    def example(self, *, completion: bool = False) -> Example:
        """What every later room sees of the record."""
        return Example(
            [(message["role"], _spoken(message)) for message in self.messages],
            self.problems,
            [text for message in self.messages for text in _called(message)],
            self.tools,
            self.images,
            completion=completion,
        )

    def _called(self, call_id: Any, name: str) -> str:
        """The id of a new call, which waits for its answer."""
        known = call_id if isinstance(call_id, str) and call_id else self._new_id()
        self._ids.add(known)
        self._open.append((known, name))
        return known

    def _new_id(self) -> str:
        number = len(self._ids) + 1
        while f"call_{number}" in self._ids:
            number += 1
        self._ids.add(f"call_{number}")
        return f"call_{number}"


def calls_of(message: Record) -> list[Record]:
    """The tool calls of a message; the deprecated ``function_call`` as one without an id."""
    single = message.get("function_call")
    if isinstance(single, dict):
        return [{"id": "", "type": "function", "function": single}]
    calls = message.get("tool_calls")
    return calls if isinstance(calls, list) else []


def as_json(value: Any) -> str:
    """A value as JSON text; "" when it is nested too deeply or not finite."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (RecursionError, ValueError):
        return ""


def from_json(text: str) -> Any:
    """The value of a JSON text, numbers of any size exact; None when it is none."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except (RecursionError, ValueError):
        return None


def _refuse(constant: str) -> None:
    """NaN and Infinity, which Python reads and JSON does not have."""
    raise ValueError(constant)


def parser(
    read: Callable[[Record], AsChat], *, completion: bool = False
) -> Callable[[Record], Example]:
    """The ``parse`` of a format from its ``as_chat``."""
    return lambda record: read(record).example(completion=completion)


def pair(prompt: AsChat, chosen: AsChat, rejected: AsChat, *, completion: bool = False) -> Example:
    """A prompt with two answers, the preferred one first."""
    parts = [told.example(completion=completion) for told in (prompt, chosen, rejected)]
    return Example(
        [turn for part in parts for turn in part.turns],
        [problem for part in parts for problem in part.problems],
        [call for part in parts for call in part.calls],
        prompt.tools,
        sum(part.images for part in parts),
        prompt=parts[0]._replace(problems=[]),
        completion=completion,
    )


def read_messages(chat: AsChat, messages: Any, where: str = "messages") -> None:
    """Read messages that have OpenAI's shape, or nearly: what is not a message is a problem."""
    if not isinstance(messages, list) or not messages:
        chat.bad(where, "is not a list of messages", "malformed-messages")
        return
    for index, message in enumerate(messages):
        path = f"{where}[{index}]"
        if isinstance(message, dict):
            _read_message(chat, message, path)
        else:
            chat.bad(path, "is not an object", "malformed-messages")


def _read_message(chat: AsChat, message: Record, path: str) -> None:
    role = role_of(chat, message.get("role"), f"{path}.role", known_role)
    content = read_content(chat, message.get("content"), f"{path}.content")
    kept = {key: value for key, value in message.items() if key not in ("role", "content")}
    for key, kind, what in (("tool_calls", list, "a list"), ("function_call", dict, "an object")):
        if not isinstance(kept.get(key), kind | None):
            chat.bad(f"{path}.{key}", f"is not {what}")
            del kept[key]
    if isinstance(kept.get("tool_calls"), list):
        kept["tool_calls"] = [
            _read_call(chat, call, f"{path}.tool_calls[{index}]")
            for index, call in enumerate(kept["tool_calls"])
        ]
    if isinstance(kept.get("function_call"), dict):
        call = chat.call(kept["function_call"], f"{path}.function_call")
        kept["function_call"] = call["function"]
    if role == "tool":
        kept["tool_call_id"] = chat.answered(kept.get("tool_call_id"), kept.get("name"))
    for key in THINKING:
        if not isinstance(kept.get(key, ""), str):
            chat.bad(f"{path}.{key}", "is not text")
            del kept[key]
    if content is None and not (calls_of(kept) or kept.keys() & {*THINKING, "refusal"}):
        chat.bad(f"{path}.content", "is empty" if "content" in message else "is missing")
    chat.say(role, content, **kept)


def _read_call(chat: AsChat, call: Any, path: str) -> Record:
    if not isinstance(call, dict) or "function" not in call:
        return chat.call(call, path, "id")
    chat.leave(call, {"id", "type", "function"}, path)
    function = call["function"]
    if isinstance(function, dict):
        function = {**function, "id": call.get("id")}
    return chat.call(function, f"{path}.function", "id")


def role_of(chat: AsChat, value: Any, path: str, known: Callable[[Any], str | None]) -> str:
    """OpenAI's name of a role; ``user`` for one that nobody knows."""
    if not isinstance(value, str):
        chat.bad(path, "is not text", "malformed-messages")
        return "user"
    role = known(value)
    if role is None:
        chat.unsayable.append(f"{path} is a role that OpenAI does not have")
    return role or "user"


def read_content(chat: AsChat, content: Any, path: str) -> str | list[Any] | None:
    """Read a content value of OpenAI's shape: a text, or parts with a ``type``."""
    if content is None or isinstance(content, str):
        return content
    if not isinstance(content, list):
        chat.bad(path, "is neither text nor a list of parts")
        return ""
    return [_read_part(chat, part, f"{path}[{index}]") for index, part in enumerate(content)]


def _read_part(chat: AsChat, part: Any, path: str) -> Any:
    if not isinstance(part, dict):
        chat.bad(path, "is not an object")
        return {"type": "text", "text": text_of(part)}
    kind = part.get("type", "text")
    if not isinstance(kind, str):
        chat.bad(f"{path}.type", "is not text")
        return {"type": "text", "text": text_of(part)}
    key = "value" if "value" in part and kind not in part else kind  # LLaMA-Factory has one name
    if kind == "text" and isinstance(part.get(key), str):
        chat.leave(part, {"type", key}, path)
        return {"type": "text", "text": part[key]}
    if kind == "image_url" and isinstance(part.get("image_url"), dict):
        chat.leave(part, {"type", "image_url"}, path)
        chat.images += 1
        return {"type": "image_url", "image_url": part["image_url"]}
    if kind in ("image", "image_url"):  # the image itself may be in a column of its own
        places = ("url", "image", kind, "value")
        return chat.image(next(filter(None, map(part.get, places)), None), path)
    chat.unsayable.append(f"{path} is neither text nor an image")
    return part


def _spoken(message: Record) -> str:
    texts = [message[key] for key in THINKING if isinstance(message.get(key), str)]
    return "\n".join(filter(None, [*texts, text_of(message["content"])]))


def _called(message: Record) -> list[str]:
    functions = [call["function"] for call in calls_of(message)]
    return [text for function in functions for text in function.values() if text]
