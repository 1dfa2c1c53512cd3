"""The messages of an OpenAI conversation, checked one by one and then in order."""

from __future__ import annotations

import re
from typing import Any

from ftgate.formats.openai_parts import MAX_IMAGES, read_content
from ftgate.formats.openai_tools import FUNCTION_NAME, check_call, check_function_call
from ftgate.model import Problem

_COMMON = {"role", "content", "name"}
MESSAGE_KEYS = {
    "system": _COMMON,
    "developer": _COMMON,
    "user": _COMMON,
    "assistant": _COMMON | {"weight", "tool_calls", "function_call", "refusal", "audio"},
    "tool": _COMMON | {"tool_call_id"},
    "function": _COMMON,
}
"""Roles, and the keys that a message of each role may have (OpenAI API reference)."""

ROLE_ALIASES = {
    "human": "user",
    "gpt": "assistant",
    "model": "assistant",
    "bot": "assistant",
    "ai": "assistant",
    "chatbot": "assistant",
    "ipython": "tool",
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
        self._called: list[str] = []
        self._pending: set[str] = set()
        self._ids: set[str] = set()

    def read(self, messages: Any, where: str = "messages") -> None:
        """Read a record's messages; ``where`` is their path in the record."""
        if not isinstance(messages, list) or not messages:
            self._problem("malformed-messages", f"{where} is not a list with at least one message")
            return
        for index, message in enumerate(messages):
            if isinstance(message, dict):
                self._read_message(message, f"{where}[{index}]")
            else:
                self._problem("malformed-messages", f"{where}[{index}] is not an object")
        if self.images > MAX_IMAGES:
            self._problem("bad-content-part", f"{self.images} images; limit {MAX_IMAGES}")

    def check_turns(self, where: str = "messages") -> None:
        """Check what only shows in the whole conversation: order, and something to train on."""
        roles = self._roles
        if not roles:
            return
        if "assistant" not in roles:
            self._problem("missing-assistant-turn", f"roles: {', '.join(dict.fromkeys(roles))}")
        elif roles[-1] != "assistant":
            self._problem("bad-role-order", f"{where} end with a {roles[-1]} message")
        for index, role in enumerate(roles[1:], 1):
            if role in ("system", "developer"):
                self._problem("bad-role-order", f"{where}[{index}] is a {role} message, not first")
            if role == roles[index - 1] == "assistant":
                self._problem("bad-role-order", f"{where}[{index}] is a second assistant in a row")
        if len(self.untrained) == roles.count("assistant") > 0:
            self._problem("nothing-to-train", "every assistant message has weight 0")

    def check_called_names(self, defined: set[str]) -> None:
        """Report calls of functions that the record does not define."""
        unknown = [name for name in self._called if name not in defined]
        if unknown:
            known = f"{len(defined)} defined" if defined else "the record defines no tools"
            self._problem("undefined-tool", f"{len(set(unknown))} called functions; {known}")

    def _problem(self, kind: str, detail: str) -> None:
        self.problems.append(Problem(kind, detail))

    def _read_message(self, message: dict[str, Any], where: str) -> None:
        role = self._role(message, where)
        extra = len(message.keys() - MESSAGE_KEYS[role] - {"weight"})  # see _check_weight
        if extra:
            known = ", ".join(sorted(MESSAGE_KEYS[role]))
            self._problem("unknown-key", f"{where} has {extra} more than {known}")
        if role not in ("tool", "function"):
            self._close_calls(where)
        has_calls = role == "assistant" and self._read_calls(message, where)
        content = read_content(message.get("content"), role, where)
        self.problems += content.problems
        self.images += content.images
        if content.empty and not has_calls:
            what = "is missing" if message.get("content") is None else "is empty"
            self._problem("empty-content", f"{where}.content {what}")
        if role == "tool":
            self._read_answer(message, where)
        self._check_name(message, role, where)
        self._check_weight(message, role, where)
        self.turns.append((role, content.text))
        self._roles.append(role)

    def _role(self, message: dict[str, Any], where: str) -> str:
        role = message.get("role")
        if isinstance(role, str) and role in MESSAGE_KEYS:
            return role
        known = known_role(role)
        if "role" not in message:
            self._problem("malformed-messages", f"{where} has no role")
        elif known:
            self._problem("unknown-role", f"{where}.role is {role}; OpenAI says {known}")
        else:
            self._problem("unknown-role", f"{where}.role is none of {', '.join(MESSAGE_KEYS)}")
        return known or "user"

    def _read_calls(self, message: dict[str, Any], where: str) -> bool:
        """Read tool calls; True when the message needs no content because of them."""
        if message.get("audio") is not None:
            self._problem("bad-content-part", f"{where}.audio: audio cannot be trained on")
        if "function_call" in message and message["function_call"] is not None:
            self._take(check_function_call(message["function_call"], f"{where}.function_call"))
            return True
        calls = message.get("tool_calls")
        if calls is None:
            return isinstance(message.get("refusal"), str)
        if not isinstance(calls, list) or not calls:
            self._problem("bad-tool-call", f"{where}.tool_calls is not a list with a call")
            return False
        for index, call in enumerate(calls):
            path = f"{where}.tool_calls[{index}]"
            self._take(check_call(call, path))
            call_id = call.get("id") if isinstance(call, dict) else None
            if isinstance(call_id, str) and call_id:
                if call_id in self._ids:
                    self._problem("bad-tool-call", f"{path}.id is used twice")
                self._ids.add(call_id)
                self._pending.add(call_id)
        return True

    def _take(self, checked: tuple[str | None, list[str], list[Problem]]) -> None:
        name, texts, problems = checked
        self.calls += texts
        self.problems += problems
        if name is not None:
            self._called.append(name)

    def _read_answer(self, message: dict[str, Any], where: str) -> None:
        call_id = message.get("tool_call_id")
        if not isinstance(call_id, str) or not call_id:
            self._problem("bad-tool-call", f"{where} has no tool_call_id")
        elif call_id in self._pending:
            self._pending.discard(call_id)
        else:
            self._problem("bad-tool-call", f"{where} answers no call of the message before it")

    def _close_calls(self, where: str) -> None:
        if self._pending:
            self._problem("bad-tool-call", f"{len(self._pending)} calls before {where} unanswered")
            self._pending.clear()

    def _check_name(self, message: dict[str, Any], role: str, where: str) -> None:
        name = message.get("name")
        if name is None:
            if role == "function":
                self._problem("bad-name", f"{where} is a function result without a name")
            return
        pattern = FUNCTION_NAME if role == "function" else _NAME
        if not isinstance(name, str) or not re.match(pattern, name):
            self._problem("bad-name", f"{where}.name is not a word of 1 to 64 characters")

    def _check_weight(self, message: dict[str, Any], role: str, where: str) -> None:
        weight = message.get("weight", 1)
        if type(weight) is not int or weight not in (0, 1):
            self._problem("bad-weight", f"{where}.weight is not the integer 0 or 1")
        elif role != "assistant" and "weight" in message:
            self._problem("bad-weight", f"{where} is a {role} message with a weight")
        elif weight == 0:
            self.untrained.append(len(self.turns))
