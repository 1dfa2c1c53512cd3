"""The messages of an OpenAI conversation, checked one by one and then in order."""

from __future__ import annotations

import re
from typing import Any

from ftgate.formats.contract import a, named
from ftgate.formats.openai_parts import MAX_IMAGES, read_content
from ftgate.formats.openai_tools import FUNCTION_NAME, check_call, check_function_call
from ftgate.model import Problem

_COMMON = {"role", "content", "name"}
MESSAGE_KEYS = {
    "system": _COMMON,
    "user": _COMMON,
    "assistant": _COMMON | {"weight", "tool_calls", "function_call", "refusal", "audio"},
    "tool": _COMMON | {"tool_call_id"},
    "function": _COMMON,
}
"""Roles, and the keys that a message of each role may have: FineTuneChatRequestInput of the OpenAI
API reference, which has no ``developer`` message, unlike the requests of newer models."""

ROLE_ALIASES = {
    "human": "user",
    "gpt": "assistant",
    "model": "assistant",
    "bot": "assistant",
    "ai": "assistant",
    "chatbot": "assistant",
    "ipython": "tool",
    "developer": "system",
}
"""Role names of other families, in lower case, and what OpenAI calls them."""

_NAME = r"[^\s<|\\/>]{1,64}\Z"


def known_role(name: Any) -> str | None:
    """OpenAI's name for a role of another family, or in another case; None when unknown."""
    lowered = name.lower() if isinstance(name, str) else ""
    return lowered if lowered in MESSAGE_KEYS else ROLE_ALIASES.get(lowered)


class Conversation:
    """What the messages of one record hold. ``turns`` has one entry for each message object."""

    def __init__(self) -> None:
        self.turns: list[tuple[str, str]] = []
        self.problems: list[Problem] = []
        self.calls: list[str] = []
        self.images = 0
        self.untrained: list[int] = []
        self._roles: list[str] = []
        self._paths: list[str] = []
        self._called: dict[str, str] = {}
        self._pending: set[str] = set()
        self._ids: set[str] = set()

    def read(self, messages: Any, where: str = "messages") -> None:
        """Read a record's messages; ``where`` is their path in the record."""
        if not isinstance(messages, list) or not messages:
            detail = f"{where} is not a list with at least one message"
            self._problem("malformed-messages", detail, where)
            return
        for index, message in enumerate(messages):
            if isinstance(message, dict):
                self._read_message(message, f"{where}[{index}]")
            else:
                path = f"{where}[{index}]"
                self._problem("malformed-messages", f"{path} is not an object", path)
        if self.images > MAX_IMAGES:
            self._problem("bad-content-part", f"{self.images} images; limit {MAX_IMAGES}", where)

    def check_turns(self, where: str = "messages") -> None:
        """Check what only shows in the whole conversation: order, and something to train on."""
        roles = self._roles
        if not roles:
            return
        if "assistant" not in roles:
            detail = f"roles: {', '.join(dict.fromkeys(roles))}"
            self._problem("missing-assistant-turn", detail, where)
        elif roles[-1] != "assistant":
            path = self._paths[-1]
            self._problem("bad-role-order", f"{where} end with {a(roles[-1])} message", path)
        for index, role in enumerate(roles[1:], 1):
            path = self._paths[index]
            if role == "system":
                self._problem("bad-role-order", f"{path} is {a(role)} message, not first", path)
            if role == roles[index - 1] == "assistant":
                self._problem("bad-role-order", f"{path} is a second assistant in a row", path)
        if len(self.untrained) == roles.count("assistant") > 0:
            self._problem("nothing-to-train", "every assistant message has weight 0", where)

    def check_called_names(self, defined: set[str]) -> None:
        """Report calls of functions that the record does not define."""
        unknown = {path: name for path, name in self._called.items() if name not in defined}
        if unknown:
            known = f"{len(defined)} defined" if defined else "the record defines no tools"
            number = len(set(unknown.values()))
            detail = f"{number} unknown function{'' if number == 1 else 's'} called; {known}"
            self._problem("undefined-tool", detail, next(iter(unknown)))

    def _problem(self, kind: str, detail: str, path: str) -> None:
        self.problems.append(Problem(kind, detail, path))

    def _read_message(self, message: dict[str, Any], where: str) -> None:
        role = self._role(message, where)
        extra = message.keys() - MESSAGE_KEYS[role] - {"weight"}  # see _check_weight
        if extra:
            known = ", ".join(sorted(MESSAGE_KEYS[role]))
            self._problem("unknown-key", f"{where} has {named(extra)} beside {known}", where)
        if role not in ("tool", "function"):
            self._close_calls(where)
        has_calls = role == "assistant" and self._read_calls(message, where)
        content = read_content(message.get("content"), role, where)
        self.problems += content.problems
        self.images += content.images
        if content.empty and not has_calls:
            what = "is missing" if message.get("content") is None else "is empty"
            self._problem("empty-content", f"{where}.content {what}", f"{where}.content")
        if role == "tool":
            self._read_answer(message, where)
        self._check_name(message, role, where)
        self._check_weight(message, role, where)
        self.turns.append((role, content.text))
        self._roles.append(role)
        self._paths.append(where)

    def _role(self, message: dict[str, Any], where: str) -> str:
        role = message.get("role")
        if isinstance(role, str) and role in MESSAGE_KEYS:
            return role
        known = known_role(role)
        path = f"{where}.role"
        if "role" not in message:
            self._problem("malformed-messages", f"{where} has no role", where)
        elif known:
            self._problem("unknown-role", f"{path} is {role}; OpenAI says {known}", path)
        else:
            self._problem("unknown-role", f"{path} is none of {', '.join(MESSAGE_KEYS)}", path)
        return known or "user"

    def _read_calls(self, message: dict[str, Any], where: str) -> bool:
        """Read tool calls; True when the message needs no content because of them."""
        if message.get("audio") is not None:
            path = f"{where}.audio"
            self._problem("bad-content-part", f"{path}: audio cannot be trained on", path)
        if "function_call" in message and message["function_call"] is not None:
            path = f"{where}.function_call"
            self._take(check_function_call(message["function_call"], path), path)
            return True
        calls = message.get("tool_calls")
        if calls is None:
            return isinstance(message.get("refusal"), str)
        if not isinstance(calls, list) or not calls:
            path = f"{where}.tool_calls"
            self._problem("bad-tool-call", f"{path} is not a list with a call", path)
            return False
        for index, call in enumerate(calls):
            path = f"{where}.tool_calls[{index}]"
            self._take(check_call(call, path), path)
            call_id = call.get("id") if isinstance(call, dict) else None
            if isinstance(call_id, str) and call_id:
                if call_id in self._ids:
                    self._problem("bad-tool-call", f"{path}.id is used twice", f"{path}.id")
                self._ids.add(call_id)
                self._pending.add(call_id)
        return True

    def _take(self, checked: tuple[str | None, list[str], list[Problem]], where: str) -> None:
        name, texts, problems = checked
        self.calls += texts
        self.problems += problems
        if name is not None:
            self._called[where] = name

    def _read_answer(self, message: dict[str, Any], where: str) -> None:
        call_id = message.get("tool_call_id")
        if not isinstance(call_id, str) or not call_id:
            self._problem("bad-tool-call", f"{where} has no tool_call_id", where)
        elif call_id in self._pending:
            self._pending.discard(call_id)
        else:
            detail = f"{where} answers no call of the message before it"
            self._problem("bad-tool-call", detail, f"{where}.tool_call_id")

    def _close_calls(self, where: str) -> None:
        if self._pending:
            detail = f"{len(self._pending)} calls before {where} unanswered"
            self._problem("bad-tool-call", detail, where)
            self._pending.clear()

    def _check_name(self, message: dict[str, Any], role: str, where: str) -> None:
        name = message.get("name")
        if name is None:
            if role == "function":
                self._problem("bad-name", f"{where} is a function result without a name", where)
            return
        pattern = FUNCTION_NAME if role == "function" else _NAME
        if not isinstance(name, str) or not re.match(pattern, name):
            path = f"{where}.name"
            self._problem("bad-name", f"{path} is not a word of 1 to 64 characters", path)

    def _check_weight(self, message: dict[str, Any], role: str, where: str) -> None:
        weight = message.get("weight", 1)
        path = f"{where}.weight"
        if type(weight) is not int or weight not in (0, 1):
            self._problem("bad-weight", f"{path} is not the integer 0 or 1", path)
        elif role != "assistant" and "weight" in message:
            self._problem("bad-weight", f"{where} is {a(role)} message with a weight", path)
        elif weight == 0:
            self.untrained.append(len(self.turns))
