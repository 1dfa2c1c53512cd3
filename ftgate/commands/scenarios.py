"""Scenario files on the command line: told apart from plans, and read."""

from __future__ import annotations

import os

from ftgate.errors import UnreadableError
from ftgate.small_files import read_small


def is_scenario(path: str) -> bool:
    """Whether a path is a scenario: a TOML file that is no plan (ftgate.toml, pyproject.toml)."""
    name = os.path.basename(path)
    return name.endswith(".toml") and name not in ("ftgate.toml", "pyproject.toml")


def read_scenario(path: str) -> str:
    """The text of a scenario file. Raises UnreadableError."""
    try:
        return read_small(path).decode()
    except OSError as error:
        raise UnreadableError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UnreadableError(f"{path}: not UTF-8 text (byte {error.start})") from None
