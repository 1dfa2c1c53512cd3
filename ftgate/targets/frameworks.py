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
