"""Files on disk: what a path, a folder or a glob stands for, and which of them are data."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from ftgate.config import FILE_NAME, is_plan
from ftgate.errors import NothingToJudgeError, UnreadableError, did_you_mean
from ftgate.prices.places import LOCK_NAME
from ftgate.readers import DATA_SUFFIXES
from ftgate.readers.prompt_names import may_be_prompt
from ftgate.remote.names import is_url

PROMPT_SUFFIXES = (".j2", ".jinja", ".jinja2", ".md", ".txt")
PLAN_NAMES = (FILE_NAME, "pyproject.toml")
BASELINE_NAME = ".ftgate-baseline"
DVC_SUFFIX = ".dvc"
_FOR_ALL_BELOW = (BASELINE_NAME, LOCK_NAME)
_COMPARED = 1_000  # names of a folder that a misspelt one is compared with
_SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__", "venv", "site-packages"})
_TABLES = (".csv", ".tsv", ".parquet")
_OTHER_SUFFIXES = (".json", *_TABLES)


def expand(paths: Sequence[str], on_error: Callable[[OSError], None] | None = None) -> list[str]:
    """Data files under files, folders and globs, sorted, each once.

    A file that is named outright is taken whatever its suffix; folders and globs yield data files.
    Addresses stay as they are: who asks for what lies behind them decides when.
    ``on_error`` hears of folders that cannot be listed (None: UnreadableError for the first).
    """
    found: dict[str, None] = {}
    for path in paths:
        if is_url(path):
            found[path] = None
        elif os.path.isdir(path):
            found.update(dict.fromkeys(data_below(path, on_error)))
        elif os.path.lexists(path):
            found[_regular(path)] = None
        elif glob.has_magic(path):
            matches = [name for name in sorted(glob.glob(path, recursive=True)) if is_data(name)]
            found.update(dict.fromkeys(os.path.normpath(name) for name in matches))
        else:
            pulled = os.path.lexists(path + DVC_SUFFIX)
            hint = f"{path}{DVC_SUFFIX} says where its data are: dvc pull" if pulled else ""
            raise UnreadableError(f"{path}: no such file or folder", hint=hint or _nearest(path))
    if not found:
        raise NothingToJudgeError(
            f"no training data in {', '.join(paths) or 'the current folder'}",
            hint=f"looked for files that end in {', '.join(DATA_SUFFIXES)}{_other_data(paths)}",
        )
    return list(found)


def data_beside(path: str) -> list[str]:
    """Data files in the folder of a file that is gone; below it, when it was for all of them."""
    folder = Path(path).parent
    if Path(path).name in (FILE_NAME, *_FOR_ALL_BELOW) and folder.is_dir():
        return data_below(str(folder))
    return [str(near) for near in listed(folder) if is_data(near.name)]


def below_plans(paths: Sequence[str]) -> list[str]:
    """Data files in the folders of the plans, baselines and price locks among these paths."""
    plans = [path for path in paths if os.path.basename(path) in PLAN_NAMES and is_plan(path)]
    plans += [path for path in paths if os.path.basename(path) in _FOR_ALL_BELOW]
    return [file for plan in plans for file in data_below(os.path.dirname(plan) or ".")]


def find_baseline(folder: Path) -> Path | None:
    """The nearest ``.ftgate-baseline`` from a folder upwards, not above the repository's root."""
    start = Path(os.path.realpath(folder))
    for above in (start, *start.parents):
        candidate = above / BASELINE_NAME
        if candidate.is_file():
            return candidate
        if (above / ".git").exists():
            return None
    return None


def data_below(top: str, on_error: Callable[[OSError], None] | None = None) -> list[str]:
    """Data files in a folder and the folders below it, but for hidden and installed ones."""
    return _below(top, is_data, on_error)


def tables_below(top: str) -> list[str]:
    """Tables in a folder and below it: they may be data, and nobody looks for them there."""
    return _below(top, lambda name: name.lower().endswith(_TABLES), lambda _: None)


def _below(
    top: str, wanted: Callable[[str], bool], on_error: Callable[[OSError], None] | None
) -> list[str]:
    found: list[str] = []
    for folder, folders, names in os.walk(top, onerror=on_error or _raise):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name not in _SKIPPED_FOLDERS
        )
        paths = [os.path.join(folder, name) for name in sorted(names) if wanted(name)]
        found.extend(
            os.path.normpath(path)
            for path in paths
            if os.path.isfile(path) or not os.path.exists(path)  # no pipe, device or link to one
        )
    return found


def _regular(path: str) -> str:
    """A file that can be read twice; a dangling link is a finding later."""
    if os.path.exists(path) and not os.path.isfile(path):
        raise UnreadableError(
            f"{path}: not a regular file", hint="read a pipe with: ftgate check -"
        )
    return os.path.normpath(path)


def _other_data(paths: Sequence[str]) -> str:
    """A hint at files that look like data of another kind, which can be named outright."""
    names = [name for path in paths if os.path.isdir(path) for name in sorted(os.listdir(path))]
    if pointers := [name for name in names if is_dvc_pointer(name)]:
        return f"; {pointers[0]} says where its data are: dvc pull"
    others = [name for name in names if name.lower().endswith(_OTHER_SUFFIXES)]
    return f"; {others[0]} is not JSON Lines, name it to see how to convert it" if others else ""


def _nearest(path: str) -> str:
    """A hint for what is not there: the kinds of addresses that are read, or the nearest name."""
    if "://" in path:
        known = ", ".join(f"{scheme}://" for scheme in ("s3", "gs", "abfs", "hf", "https"))
        return f"data elsewhere are read by {known}"
    folder, name = os.path.split(os.path.normpath(path))
    entries = [entry.name for entry in listed(Path(folder))[:_COMPARED]]
    return did_you_mean(name, entries, "name a file, a folder, a glob or an address")


def _raise(error: OSError) -> None:
    raise UnreadableError(f"{error.filename}: {error.strerror}")


def listed(folder: Path) -> list[Path]:
    """Entries of a folder in order; none when it cannot be listed."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def is_data(name: str) -> bool:
    """Whether the name ends like a training set's."""
    return name.lower().endswith(DATA_SUFFIXES)


def is_dvc_pointer(name: str) -> bool:
    """Whether DVC calls the file so that stands for a training set: ``train.jsonl.dvc``."""
    return name.lower().endswith(DVC_SUFFIX) and is_data(name[: -len(DVC_SUFFIX)])


def is_input(name: str) -> bool:
    """Whether a verdict may depend on a file of this name.

    It is data or a pointer to them, a plan, a baseline, locked prices, or a prompt.
    """
    base = name.rsplit("/", 1)[-1].lower()
    prompt = base.endswith(PROMPT_SUFFIXES) or may_be_prompt(name)
    named = base in (*PLAN_NAMES, *_FOR_ALL_BELOW) or is_dvc_pointer(base)
    return is_data(base) or named or prompt
