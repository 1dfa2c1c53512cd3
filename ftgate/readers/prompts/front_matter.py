"""The YAML between two lines of ``---`` at the beginning of a file."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from ftgate.readers.prompts.contract import MalformedError, names_of
from ftgate.readers.prompts.yaml_text import parse_yaml

_FENCE = re.compile(r"^---[ \t]*$", re.M)


class Parts(NamedTuple):
    """A file with front matter: ``line`` is the line on which the body starts."""

    front: dict[str, Any] | None
    body: str
    line: int


def split(text: str) -> Parts:
    """Front matter and body; no front matter where the first line is no ``---``.

    Raises MalformedError when the front matter has no end, or is no YAML table.
    """
    opening = _FENCE.match(text)
    if opening is None:
        return Parts(None, text, 1)
    closing = _FENCE.search(text, opening.end())
    if closing is None:
        raise MalformedError(1, "front matter has no closing ---")
    value = parse_yaml(text[opening.end() + 1 : closing.start()], first_line=2).value
    if not isinstance(value, dict | None):
        raise MalformedError(2, "front matter is no table of keys")
    end = min(closing.end() + 1, len(text))
    return Parts(value or {}, text[end:], 1 + text.count("\n", 0, end))


def declared_inputs(front: dict[str, Any] | None) -> frozenset[str] | None:
    """Variables that front matter declares, by the keys in use; None when it declares none."""
    for key in ("inputs", "input_variables", "variables"):
        if front is not None and key in front:
            return names_of(front[key])
    return None
