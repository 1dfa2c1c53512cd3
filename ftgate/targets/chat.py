"""Messages, checked by the terms of a provider's sheet (its ``[chat]`` table).

The terms say which roles exist, which role may follow which, which keys a message has, and what
its content may be. That covers most targets; what it cannot say is in the target's module.
"""

from __future__ import annotations

from typing import Any

from ftgate.formats.contract import a
from ftgate.model import Problem
from ftgate.targets.contract import kind_of, only_keys

_PLAIN_KEYS = frozenset(("role", "content"))

START = "start"
"""In ``follows``: no message before this one."""


class Chat:
    """The ``[chat]`` table of a sheet, ready to check messages.

    ``roles`` are the accepted ones; ``follows`` maps a role to the roles (or ``start``) that may
    stand before it, and a role without an entry may stand anywhere; ``last`` are the roles that may
    end a conversation; ``needs`` are roles that must occur; ``filled`` are roles whose content must
    not be blank; ``keys`` are the keys of a message (none: any); ``required`` those that must be
    there; ``parts`` allows a list of parts as content; ``calls_replace_content`` lets an assistant
    message have ``tool_calls`` (or ``function_call``) instead of content; ``weight`` is
    ``integer`` (0 or 1), ``number`` (0 or 1, also 1.0 and true) or ``ignored``;
    ``min_messages`` is the shortest conversation.
    """

    def __init__(self, terms: dict[str, Any]) -> None:
        self.roles = frozenset(terms.get("roles", ()))
        self.follows = {
            role: frozenset(before) for role, before in terms.get("follows", {}).items()
        }
        self.last = frozenset(terms.get("last", ()))
        self.needs: tuple[str, ...] = tuple(terms.get("needs", ()))
        self.filled = frozenset(terms.get("filled", ()))
        self.keys = frozenset(terms.get("keys", ()))
        self.required: tuple[str, ...] = tuple(terms.get("required", ("role", "content")))
        self.parts = bool(terms.get("parts", False))
        self.calls_replace_content = bool(terms.get("calls_replace_content", False))
        self.weight: str = terms.get("weight", "ignored")
        self.min_messages: int = terms.get("min_messages", 1)
        self._plain_keys_are_enough = _PLAIN_KEYS.issuperset(self.required) and (
            not self.keys or self.keys >= _PLAIN_KEYS
        )

    def check(self, messages: Any, where: str = "messages") -> list[Problem]:
        """Every problem of a list of messages; ``where`` is its path in the record."""
        if not isinstance(messages, list):
            what = kind_of(messages, present=messages is not None)
            return [Problem("malformed-messages", f"{where} is {what}, not a list", where)]
        if len(messages) < self.min_messages:
            detail = f"{where} has {len(messages)} messages, fewer than {self.min_messages}"
            return [Problem("malformed-messages", detail, where)]
        return [] if self._is_plain(messages) else self._problems(messages, where)

    def _is_plain(self, messages: list[Any]) -> bool:
        """True for messages of role and content without any problem: most, seen quickly."""
        roles, follows, filled = self.roles, self.follows, self.filled
        before, seen = START, set()
        for message in messages:
            if type(message) is not dict or len(message) != 2:
                return False
            role, content = message.get("role"), message.get("content")
            if type(role) is not str or role not in roles:
                return False
            if role in follows and before not in follows[role]:
                return False
            if type(content) is str:
                blank = role in filled and (not content or content.isspace())
            else:
                blank = not (self.parts and type(content) is list and content)
            if blank:
                return False
            seen.add(role)
            before = role
        ends = not self.last or before in self.last
        return ends and seen.issuperset(self.needs) and self._plain_keys_are_enough

    def _problems(self, messages: list[Any], where: str) -> list[Problem]:
        problems: list[Problem] = []
        for index, message in enumerate(messages):
            problems += self._message(message, f"{where}[{index}]")
        if not any(problem.kind in ("malformed-messages", "unknown-role") for problem in problems):
            roles = [message.get("role") for message in messages]
            if None not in roles:  # where a role is not required, a list without one has no order
                problems += self._order(roles, where)
        return problems

    def _message(self, message: Any, where: str) -> list[Problem]:
        if not isinstance(message, dict):
            detail = f"{where} is {kind_of(message)}, not an object"
            return [Problem("malformed-messages", detail, where)]
        problems = only_keys(message, self.keys, where) if self.keys else []
        has_calls = self.calls_replace_content and bool(
            message.get("tool_calls") or message.get("function_call")
        )
        for key in self.required:
            if key not in message and not (key == "content" and has_calls):
                problems.append(Problem("malformed-messages", f"{where} has no {key}", where))
        role = message.get("role")
        if "role" in message and (not isinstance(role, str) or role not in self.roles):
            path = f"{where}.role"
            detail = f"{path} is none of {', '.join(sorted(self.roles))}"
            problems.append(Problem("unknown-role", detail, path))
        if "content" in message and not (has_calls and message["content"] is None):
            problems += self._content(message["content"], role, f"{where}.content", has_calls)
        if self.weight != "ignored" and "weight" in message:
            problems += self._weight(message["weight"], f"{where}.weight")
        return problems

    def _content(self, content: Any, role: Any, where: str, has_calls: bool) -> list[Problem]:
        if self.parts and isinstance(content, list):
            blank = not content
        elif isinstance(content, str):
            blank = not content.strip()
        else:
            detail = (
                f"{where} is {kind_of(content)}, not {'text or parts' if self.parts else 'text'}"
            )
            kind = "empty-content" if content is None else "bad-content-part"
            return [Problem(kind, detail, where)]
        if blank and not has_calls and isinstance(role, str) and role in self.filled:
            return [Problem("empty-content", f"{where} is empty", where)]
        return []

    def _weight(self, weight: Any, where: str) -> list[Problem]:
        kinds = (int,) if self.weight == "integer" else (int, float, bool)
        if type(weight) in kinds and weight in (0, 1):
            return []
        return [Problem("bad-weight", f"{where} is not 0 or 1", where)]

    def _order(self, roles: list[str], where: str) -> list[Problem]:
        problems = []
        before = START
        for index, role in enumerate(roles):
            allowed = self.follows.get(role)
            if allowed is not None and before not in allowed:
                after = "first" if before == START else f"after a message of {before}"
                detail = f"{where}[{index}] is {a(role)} message {after}"
                problems.append(Problem("bad-role-order", detail, f"{where}[{index}]"))
            before = role
        if roles and self.last and roles[-1] not in self.last:
            detail = f"{where} end with {a(roles[-1])} message"
            problems.append(Problem("bad-role-order", detail, f"{where}[{len(roles) - 1}]"))
        for role in self.needs:
            if role not in roles:
                kind = "missing-assistant-turn" if role == "assistant" else "bad-role-order"
                problems.append(Problem(kind, f"{where} have no {role} message", where))
        return problems
