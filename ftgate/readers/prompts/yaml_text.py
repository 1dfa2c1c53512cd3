"""YAML by the safe loader, with line numbers, and without documents made to explode.

The safe loader builds plain values only. It shares what aliases repeat, so a "billion laughs"
document costs nothing until somebody walks it: what it would be written out is computed first.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ftgate.readers.prompts.contract import MalformedError

if TYPE_CHECKING:
    from yaml.nodes import Node

MAX_NODES = 100_000
"""Values of a document with every alias written out; a large promptfoo configuration has 5,000."""
MAX_CHARS = 16 << 20
"""Of all texts, with every alias written out: twice the largest file that is read."""


class Tree(NamedTuple):
    """A document: its value, and the nodes that know where each part of it stands.

    ``breaks`` are the places of the line feeds: YAML ends a line at U+0085, U+2028 and U+2029 too,
    so its own numbers are not those of an editor.
    """

    value: Any
    node: Node | None
    first_line: int
    breaks: Sequence[int]

    def line(self, *path: str | int) -> int:
        """Line of the file on which the value at this path starts; that of its parent if none."""
        found = self._find(path)
        if found is None:
            return self.first_line
        below = getattr(found, "style", None) in ("|", ">")  # the text starts under its mark
        return self.first_line + bisect_left(self.breaks, found.start_mark.index) + below

    def is_block(self, *path: str | int) -> bool:
        """Whether the value at this path is a literal block, whose lines are the file's."""
        return getattr(self._find(path), "style", None) == "|"

    def _find(self, path: tuple[str | int, ...]) -> Node | None:
        node = self.node
        for step in path:
            entries = node.value if node is not None else ()
            if isinstance(step, int):
                inner = entries[step] if step < len(entries) else None
            else:
                inner = next((value for key, value in entries if key.value == step), None)
            if inner is None:
                return node
            node = inner
        return node


def parse_yaml(text: str, first_line: int = 1) -> Tree:
    """The only document of a text that starts on this line of its file.

    Raises MalformedError with the line. Uses the loader written in Python: the one in C crashes
    the process on ten thousand nested blocks.
    """
    import yaml

    breaks = [found.start() for found in re.finditer("\n", text)]
    try:
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
        _check_size(node, first_line, breaks)
        value = None if node is None else loader.construct_document(node)
    except MalformedError:
        raise
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first_line + (bisect_left(breaks, mark.index) if mark else 0)
        raise MalformedError(line, "not YAML") from None
    except yaml.YAMLError as error:
        position = getattr(error, "position", 0)
        line = first_line + text.count("\n", 0, position)
        raise MalformedError(line, "not YAML: a character that YAML forbids") from None
    except RecursionError:
        raise MalformedError(first_line, "YAML is nested too deeply") from None
    except (ValueError, TypeError, OverflowError, AttributeError):  # 2025-13-45 is no date
        raise MalformedError(first_line, "not YAML: a value that cannot be read") from None
    return Tree(value, node, first_line, breaks)


def _check_size(root: Node | None, first_line: int, breaks: Sequence[int]) -> None:
    """Raise MalformedError for aliases that repeat too much, or themselves."""
    sizes: dict[int, tuple[int, int]] = {}
    open_: set[int] = set()

    def size(node: Node) -> tuple[int, int]:
        """Values and characters below a node."""
        known = sizes.get(id(node))
        if known is not None:
            return known
        line = first_line + bisect_left(breaks, node.start_mark.index)
        if id(node) in open_:
            raise MalformedError(line, "a YAML alias contains itself")
        open_.add(id(node))
        values, chars = 1, len(node.value) if isinstance(node.value, str) else 0
        for entry in () if isinstance(node.value, str) else node.value:
            for part in entry if isinstance(entry, tuple) else (entry,):
                more_values, more_chars = size(part)
                values, chars = values + more_values, chars + more_chars
            if values > MAX_NODES:
                raise MalformedError(line, f"YAML of more than {MAX_NODES:,} values")
            if chars > MAX_CHARS:
                raise MalformedError(line, f"YAML of more than {MAX_CHARS:,} characters")
        open_.discard(id(node))
        sizes[id(node)] = values, chars
        return values, chars

    if root is not None:
        size(root)
