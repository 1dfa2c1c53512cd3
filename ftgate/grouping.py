"""Which files belong together, from their names: the split rules of the Hugging Face hub.

A file name holds a split keyword when it is delimited by non-letters: ``train.jsonl``,
``support-val.jsonl``. A folder counts when its whole name is one: ``data/test/part-1.jsonl``. (The
hub also takes ``test_fixtures/``; where code is tested, that is seldom a split.) The file name
decides before the folder; a file without a keyword is training data. Source: "File names and
splits" in the Hugging Face Hub documentation (keywords and delimiters as listed there).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePath
from typing import TYPE_CHECKING

from ftgate.readers import DATA_SUFFIXES

if TYPE_CHECKING:
    from ftgate.model import FileRole

_KEYWORDS: dict[str, FileRole] = {
    "train": "train",
    "training": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
    "test": "test",
    "testing": "test",
    "eval": "test",
    "evaluation": "test",
}
_DELIMITED = re.compile(
    rf"(?:^|(?<=[-._ 0-9]))(?:{'|'.join(sorted(_KEYWORDS, key=len, reverse=True))})(?=[-._ 0-9]|$)",
    re.IGNORECASE,
)
_SHARD = re.compile(r"[-_.]?(?:\d{2,}-of-\d{2,}|(?:part|shard)[-_]?\d+)$", re.IGNORECASE)
_DIGITS = re.compile(r"[-._ ]*\d+$")
_EDGE = "-._ "


def split_of(path: PurePath) -> tuple[FileRole, str, str]:
    """Role, folder and base name of a data file: two files with equal folder and base belong.

    The base is the name without its suffix, split keyword and shard number; the folder leaves out
    a split folder. Of several keywords the last one counts (``test-driven-train``).
    """
    base, folder = _without_suffix(path.name), path.parent
    if found := _last(base):
        # Beside a keyword a number counts shards; elsewhere it may well be a year.
        rest = _DIGITS.sub("", _SHARD.sub("", base[found.end() :]))
        before = base[: found.start()].rstrip(_EDGE)
        return _KEYWORDS[found.group().lower()], str(folder), (before + rest).strip(_EDGE)
    if role := _KEYWORDS.get(folder.name.lower()):
        return role, str(folder.parent), ""
    return "train", str(folder), _SHARD.sub("", base).strip(_EDGE)


def _last(name: str) -> re.Match[str] | None:
    found = list(_DELIMITED.finditer(name))
    return found[-1] if found else None


def _without_suffix(name: str) -> str:
    for suffix in DATA_SUFFIXES:
        if name.lower().endswith(suffix):
            return name[: -len(suffix)]
    return name.rpartition(".")[0] or name


def group(paths: Iterable[PurePath]) -> dict[tuple[str, str], list[tuple[PurePath, FileRole]]]:
    """Groups of ``(path, role)`` by ``(folder, base)``, in sorted order.

    A validation or test group without training data joins the only training group of its folder.
    """
    groups: dict[tuple[str, str], list[tuple[PurePath, FileRole]]] = {}
    for path in sorted(paths):
        role, folder, base = split_of(path)
        groups.setdefault((folder, base), []).append((path, role))
    trained = [key for key, files in groups.items() if any(role == "train" for _, role in files)]
    for key in [key for key in groups if key not in trained]:
        owners = [owner for owner in trained if owner[0] == key[0]]
        if len(owners) == 1:
            groups[owners[0]].extend(groups.pop(key))
    return groups
