"""The comments in :mod:`ftgate.settings` as descriptions: one place says what a key means."""

from __future__ import annotations

import inspect
import re

_FIELD = re.compile(r"    (\w+): [^#]*(?:# (.*))?$")
_COMMENT = re.compile(r"    # (.*)$")


def comments(table: type) -> dict[str, str]:
    """Field name → the comment behind it, or the lines of comment right above it.

    Empty when the source is not installed: editors then show types without words.
    """
    try:
        lines = inspect.getsource(table).splitlines()
    except OSError:
        return {}
    found: dict[str, str] = {}
    above: list[str] = []
    for line in lines:
        if comment := _COMMENT.match(line):
            above.append(comment[1])
            continue
        if field := _FIELD.match(line):
            text = field[2] or " ".join(above)
            if text:
                found[field[1]] = text
        above = []
    return found
