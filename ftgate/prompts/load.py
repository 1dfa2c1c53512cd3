"""A prompt file from disk, with the files that it includes: none outside of its repository."""

from __future__ import annotations

import glob
import io
import os
from pathlib import Path

from ftgate.errors import UnreadableError
from ftgate.model.prompts import PromptFile
from ftgate.prompts.ignores import ignores_of
from ftgate.readers.prompts import read_prompt_text
from ftgate.readers.prompts.contract import Include, MalformedError
from ftgate.small_files import read_small

MAX_INCLUDED_FILES = 1_000
MAX_INCLUDED_BYTES = 8 << 20
"""Of one file, included or not: twice what the largest contexts hold."""


def load_prompt(path: str, name: str) -> PromptFile:
    """Read a prompt file; what is wrong with its format is a defect in the result.

    ``name`` is how messages call it. Raises UnreadableError when it is no UTF-8 text, or empty (a
    prompt that cannot be read would make every bill of today's prompt wrong), and for a link that
    leads out of its repository: whoever sends a change could have any file of the machine read.
    """
    _refuse_link_outside(path, name)
    try:
        data = read_small(path, MAX_INCLUDED_BYTES)
        text = io.TextIOWrapper(io.BytesIO(data), "utf-8-sig").read()  # line ends as in a file
    except OSError as error:
        raise UnreadableError(f"prompt {name}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UnreadableError(
            f"prompt {name}: not UTF-8 at byte {error.start}", hint="save it as UTF-8"
        ) from None
    if not text.strip():
        raise UnreadableError(f"prompt {name}: empty", hint="remove it from the plan, or fill it")
    file = read_prompt_text(text, path, includes_of(path))
    return file._replace(ignores=ignores_of(text, path))


def _refuse_link_outside(path: str, name: str) -> None:
    """Raise UnreadableError for a link out of the repository; outside of one there is no such."""
    real, folder = Path(os.path.realpath(path)), Path(os.path.abspath(path)).parent
    root = next((above for above in (folder, *folder.parents) if (above / ".git").exists()), None)
    if root is not None and not real.is_relative_to(os.path.realpath(root)):
        raise UnreadableError(
            f"prompt {name}: a link to a file outside of the repository",
            hint="copy the text into the repository, or take the file out of the plan",
        )


def includes_of(path: str) -> Include:
    """How a prompt file reads another: relative to its own folder, inside of its repository.

    The repository is the nearest folder above with ``.git``; without one, the file's own folder.
    Links are followed before that is decided.
    """

    def include(name: str) -> list[tuple[str, str]]:
        folder = Path(os.path.realpath(path)).parent
        root = _root(folder)
        found = sorted(glob.glob(name, root_dir=folder, recursive=True)) or [name]
        if len(found) > MAX_INCLUDED_FILES:
            raise MalformedError(1, f"includes more than {MAX_INCLUDED_FILES:,} files")
        return [(each, _included(folder / each, root)) for each in found]

    return include


def _root(folder: Path) -> Path:
    return next((above for above in (folder, *folder.parents) if (above / ".git").exists()), folder)


def _included(path: Path, root: Path) -> str:
    """Text of an included file. Raises MalformedError; no message repeats the name."""
    real = Path(os.path.realpath(path))
    if not real.is_relative_to(root):
        raise MalformedError(1, "includes a file outside of the repository")
    try:
        if not real.is_file():
            raise MalformedError(1, "includes a file that is not there")
        if real.stat().st_size > MAX_INCLUDED_BYTES:
            raise MalformedError(1, f"includes a file above {MAX_INCLUDED_BYTES >> 20} MiB")
        return real.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        if isinstance(error, MalformedError):
            raise
        raise MalformedError(1, "includes a file that cannot be read") from None
