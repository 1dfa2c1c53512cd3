"""Secrets in a text that is no record: a prompt file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import orjson

from ftgate.content.masks import SECRET
from ftgate.content.secrets import inspect
from ftgate.model import Example


class Found(NamedTuple):
    """A secret's line in the text (from 1), and its kind with a masked fingerprint."""

    line: int
    detail: str


def secrets_in(text: str) -> Iterator[Found]:
    """Every secret of a text, by line; one that spans lines (a private key) stands at the first."""
    remaining = dict.fromkeys(_details(text))
    for number, line in enumerate(text.split("\n"), 1):
        for detail in _details(line):
            if detail in remaining:
                del remaining[detail]
                yield Found(number, detail)
    for detail in remaining:
        yield Found(1, detail)


def _details(text: str) -> list[str]:
    record = {"messages": [{"role": "system", "content": text}]}
    raw = orjson.dumps(record, option=orjson.OPT_NON_STR_KEYS) if _encodable(text) else b""
    found = inspect(raw, Example([("system", text)], [])) if raw else []
    return [problem.detail for problem in found if problem.kind == SECRET]


def _encodable(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)
