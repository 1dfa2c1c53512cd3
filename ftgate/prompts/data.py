"""What the training data say of a prompt: their system messages, and examples that it shows too."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from ftgate.deadline import FOREVER, Deadline
from ftgate.formats import detect
from ftgate.prompts.drift import System
from ftgate.readers.compressed import ArchiveError, open_data
from ftgate.readers.jsonl import read_jsonl

_LINES_READ = 2_000
"""Lines that are looked at for system messages: one that most examples carry is among the first."""

MIN_NEEDLE_CHARS = 24
"""Shorter questions ("thanks!") occur twice without being copied."""


class Shown(NamedTuple):
    """One few-shot example of a prompt file: the text that would give it away in the data."""

    path: str
    line: int
    text: str


class Leak(NamedTuple):
    """Lines of one data file with a few-shot example of a prompt."""

    prompt: str
    path: str
    role: str
    lines: tuple[int, ...]
    examples: int


def read_systems(paths: Iterable[str], deadline: Deadline = FOREVER) -> tuple[System, ...]:
    """The system messages among the first lines of the files, the most frequent first.

    Raises OutOfTimeError after ``deadline``.
    """
    found: Counter[str] = Counter()
    for path in paths:
        try:
            with open_data(path) as stream:
                for number, _, _, record, _, _ in deadline.watch(read_jsonl(stream)):
                    if number > _LINES_READ:
                        break
                    if (turns := _turns(record)) and turns[0][0] == "system":
                        found[turns[0][1]] += 1
        except (OSError, ArchiveError):
            continue  # the rules about input say so
    return tuple(System(text, number) for text, number in found.most_common())


def _turns(record: Any) -> list[tuple[str, str]]:
    known = detect(record) if isinstance(record, dict) else None
    return known.parse(record).turns if known else []


def find_leaks(
    shown: Sequence[Shown],
    files: Iterable[tuple[str, str, str]],
    deadline: Deadline = FOREVER,
) -> tuple[Leak, ...]:
    """Look for each shown example in every data file of ``(path, name, role)``, byte by byte.

    White space inside of a text has to be the same; JSON's two ways to write it are both tried.
    Raises OutOfTimeError after ``deadline``.
    """
    needles = [(one, spelled) for one in shown for spelled in _spellings(one.text)]
    leaks: list[Leak] = []
    for path, name, role in files:
        places: dict[str, list[tuple[int, int]]] = {}
        try:
            with open_data(path) as stream:
                for number, line in enumerate(deadline.watch(stream), 1):
                    for at, (one, needle) in enumerate(needles):
                        if needle in line:
                            places.setdefault(one.path, []).append((number, at))
        except (OSError, ArchiveError):
            continue
        for prompt, found in places.items():
            lines = tuple(dict.fromkeys(number for number, _ in found))
            texts = {needles[at][0].text for _, at in found}
            leaks.append(Leak(prompt, name, role, lines, len(texts)))
    return tuple(leaks)


def _spellings(text: str) -> set[bytes]:
    plain = text.strip()
    if len(plain) < MIN_NEEDLE_CHARS:
        return set()
    return {json.dumps(plain, ensure_ascii=ascii_)[1:-1].encode() for ascii_ in (True, False)}
