"""Does a line repeat a key? Answered without parsing it a second time.

Fast parsers keep the last of two equal keys and say nothing, so the record no longer shows the
repetition. The number of quotes does: a JSON text has two for every key and every string, and one
for every escaped quote. Written again, a record that lost a member has at least two fewer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

_U0022 = b"\\u0022"


def may_repeat_key(raw: bytes, record: Any) -> bool:
    r"""False when no object in ``raw``, which orjson parses to ``record``, has a key twice.

    True is exact but for texts that speak of the escape ``\u0022`` (a quote that is written
    without one) and for records too deeply nested to be written: those deserve a second look.
    """
    quotes = raw.count(b'"')
    plain, inner = _plain_chat_quotes(record)
    if quotes == plain and not (inner and _U0022 in raw):
        return False
    try:
        written_again = orjson.dumps(record)
    except TypeError:
        return True
    return quotes + raw.count(_U0022) != written_again.count(b'"')


def _plain_chat_quotes(
    record: Any, count: Callable[[str, str], int] = str.count
) -> tuple[int, int]:
    """Quotes of a record that has messages of role and text and nothing else; otherwise 0.

    And how many of them are part of the text: without any, none is written as an escape.
    Most records are such, and looking at their texts is cheaper than writing them again.
    """
    frame, inner = 2, 0
    try:
        if len(record) != 1:
            return 0, 0
        for message in record["messages"]:
            if len(message) != 2:
                return 0, 0
            frame += 8
            inner += count(message["role"], '"') + count(message["content"], '"')
    except (KeyError, TypeError):
        return 0, 0
    return frame + inner, inner
