"""What the training frameworks have in common: turns under several names, and JSON inside texts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ftgate.model import Problem
from ftgate.targets.contract import Record, kind_of


def first_of(message: Record, *keys: str) -> Any:
    """The value of the first of the keys that the message has; None when it has none of them."""
    for key in keys:
        if key in message:
            return message[key]
    return None


def plain_roles(messages: Any, role_key: str, content_key: str) -> list[str] | None:
    """The roles of messages that are no more than a role and a text: most messages, quickly.

    None when there is no message, or any has other keys or other types.
    """
    if type(messages) is not list or not messages:
        return None
    roles = []
    for message in messages:
        if type(message) is not dict or len(message) != 2:
            return None
        role = message.get(role_key)
        if type(role) is not str or type(message.get(content_key)) is not str:
            return None
        roles.append(role)
    return roles


def are_rounds(roles: list[str]) -> bool:
    """True for rounds of user and assistant, which a system message may precede."""
    spoken = roles[1:] if roles[0] == "system" else roles
    return bool(spoken) and spoken == ["user", "assistant"] * (len(spoken) // 2)


def objects_in(
    items: Any, where: str, wrong: list[Problem], kind: str = "malformed-messages"
) -> Iterator[tuple[Record, str]]:
    """Each object of a list, with its path; whatever is none goes to ``wrong``."""
    if not isinstance(items, list):
        wrong.append(Problem(kind, f"{where} is {kind_of(items)}, not a list", where))
        return
    for index, item in enumerate(items):
        path = f"{where}[{index}]"
        if isinstance(item, dict):
            yield item, path
        else:
            wrong.append(Problem(kind, f"{path} is {kind_of(item)}, not an object", path))


def read_json(text: str) -> tuple[bool, Any]:
    """Whether a text is JSON as Python reads it (NaN included), and its value."""
    try:
        return True, json.loads(text)
    except (ValueError, RecursionError):
        return False, None
