"""Comments in prompt files that accept a finding: ``ftgate: ignore[FT601] reason``.

They are written as comments of the file they stand in: ``{# … #}`` in templates, ``<!-- … -->`` in
text and Markdown, ``# …`` in YAML and in front matter, on one line. JSON has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ftgate.model.prompts import PromptIgnore

_MARK = "ftgate:"
_MAX_CHARS = 500  # of what a comment says, so that no line takes long
_OPENING = re.compile(r"(?P<open>\{#-?|<!--|(?:^|(?<=\s))#)\s*ftgate:\s*ignore\b")
_SAID = re.compile(r"\s*(?:\[(?P<codes>[^\]]*)\])?\s*:?\s*(?P<reason>.*?)[\s-]*", re.DOTALL)
_CLOSING = {"{": "#}", "<": "-->"}
_FENCE = re.compile(r"---[ \t]*")


def ignores_of(text: str, name: str) -> tuple[PromptIgnore, ...]:
    """Every such comment of a file, whether or not it says what it has to."""
    lowered = name.lower()
    if _MARK not in text or lowered.endswith(".json"):
        return ()
    lines = text.split("\n")
    if lowered.endswith((".yaml", ".yml")):
        return tuple(_outside_of_texts(text, _found(lines, 1, "{#")))
    body = _body_start(lines)
    return (*_found(lines[:body], 1, "#"), *_found(lines[body:], body + 1, "{<"))


def _found(lines: list[str], first: int, kinds: str) -> Iterator[PromptIgnore]:
    for number, line in enumerate(lines, first):
        if _MARK not in line:
            continue
        end = 0
        for opening in _OPENING.finditer(line):
            kind = opening["open"][0]
            if kind not in kinds or opening.start() < end:
                continue
            closing = _CLOSING.get(kind, "")
            last = opening.end() + _MAX_CHARS
            end = line.find(closing, opening.end(), last) if closing else min(len(line), last)
            if end < 0:
                continue
            said = _SAID.fullmatch(line[opening.end() : end])
            rest = line[: opening.start()] + line[end + len(closing) :]
            codes = (said and said["codes"]) or ""
            yield PromptIgnore(
                number,
                tuple(codes.replace(",", " ").split()),
                said["reason"] if said else "",
                whole_file=not rest.strip(),
                column=opening.start() if kind == "#" else -1,
            )


def _body_start(lines: list[str]) -> int:
    """Index of the first line after the front matter, 0 where there is none."""
    if not _FENCE.fullmatch(lines[0].rstrip("\r")):
        return 0
    fences = (at for at, line in enumerate(lines) if at and _FENCE.fullmatch(line.rstrip("\r")))
    return next(fences, -1) + 1


def _outside_of_texts(text: str, found: Iterator[PromptIgnore]) -> Iterator[PromptIgnore]:
    """Without what looks like a comment of YAML and is part of a text."""
    listed = list(found)
    spans = list(_texts(text)) if any(each.column >= 0 for each in listed) else []
    for each in listed:
        place = (each.line - 1, each.column)
        if each.column < 0 or not any(start <= place < end for start, end in spans):
            yield each


def _texts(text: str) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Where the texts of a YAML file begin and end, as (line, column) from 0."""
    import yaml

    try:
        for token in yaml.scan(text, Loader=yaml.SafeLoader):
            if isinstance(token, yaml.ScalarToken):
                start, end = token.start_mark, token.end_mark
                yield (start.line, start.column), (end.line, end.column)
    except yaml.YAMLError:
        return
