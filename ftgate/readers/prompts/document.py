"""YAML and JSON alike: a value, and the line on which each text of it stands."""

from __future__ import annotations

import json
from typing import Any, NamedTuple, Protocol

from ftgate.readers.prompts.contract import MalformedError
from ftgate.readers.prompts.yaml_text import parse_yaml

_MARK_CHARS = 40  # enough of a text to find it again in its file


class Document(Protocol):
    """A parsed document; a path is made of keys and positions."""

    @property
    def value(self) -> Any:
        """Plain values."""

    def line(self, *path: str | int) -> int:
        """Line of the file on which the value at this path starts."""

    def is_block(self, *path: str | int) -> bool:
        """Whether its lines are those of the file."""


class JsonTree(NamedTuple):
    """A JSON document. A text is found again by its beginning: parsers keep no positions."""

    value: Any
    text: str

    def line(self, *path: str | int) -> int:
        """Line of a text; 1 for what is no text."""
        value = self.value
        for step in path:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return 1
        if not isinstance(value, str):
            return 1
        for ascii_ in (False, True):
            mark = json.dumps(value[:_MARK_CHARS], ensure_ascii=ascii_)[:-1]
            at = self.text.find(mark)
            if at >= 0:
                return 1 + self.text.count("\n", 0, at)
        return 1

    def is_block(self, *path: str | int) -> bool:
        """Never: JSON writes line ends as escapes."""
        return False


def parse(text: str) -> Document:
    """JSON where it begins like JSON, else YAML. Raises MalformedError with the line."""
    if not text.lstrip().startswith(("{", "[")):
        return parse_yaml(text)
    try:
        return JsonTree(json.loads(text), text)
    except json.JSONDecodeError as error:
        raise MalformedError(error.lineno, "not JSON") from None
    except (RecursionError, ValueError):
        raise MalformedError(1, "JSON that cannot be read") from None
