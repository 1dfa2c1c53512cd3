"""What a reader of prompt files is."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ftgate.model.prompts import PromptDefect, PromptFile

Include = Callable[[str], list[tuple[str, str]]]
"""Name of another file as a prompt file names it → names and texts; globs may match several.

Raises :class:`MalformedError` for what is missing or lies outside of the repository.
"""


class MalformedError(ValueError):
    """A prompt file is not what its format says; ``defect`` has line and reason."""

    def __init__(self, line: int, detail: str) -> None:
        super().__init__(detail)
        self.defect = PromptDefect(line, detail)


class Reader(NamedTuple):
    """A format of prompt files: ``matches`` looks at the lower-case base name only.

    ``read`` takes text and includes. It never runs or renders a template, and raises
    :class:`MalformedError` when there is no prompt to be had.
    """

    name: str
    matches: Callable[[str], bool]
    read: Callable[[str, Include], PromptFile]


def names_of(value: object) -> frozenset[str]:
    """Names of declared variables: the keys of a table, or a list of names or of named tables."""
    if isinstance(value, dict):
        return frozenset(str(key) for key in value)
    if not isinstance(value, list):
        return frozenset()
    named = [entry.get("name") if isinstance(entry, dict) else entry for entry in value]
    return frozenset(name for name in named if isinstance(name, str))
