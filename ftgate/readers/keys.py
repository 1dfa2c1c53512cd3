"""Does a line repeat a key? Answered without parsing it a second time.

Fast parsers keep the last of two equal keys and say nothing, so the record no longer shows the
repetition. The number of quotes does: a JSON text has two for every key and every string, and one
for every escaped quote. Written again, a record that lost a member has at least two fewer.
"""

from __future__ import annotations

from typing import Any

import orjson

_ESCAPED_QUOTE = b"\\u0022"
_RECORD_QUOTES = 2  # of the key "messages"
_MESSAGE_QUOTES = 8  # of the keys "role" and "content" and of their values


def may_repeat_key(raw: bytes, record: Any) -> bool:
    r"""False when no object in ``raw``, which orjson parses to ``record``, has a key twice.

    True is exact but for texts that speak of the escape ``\u0022`` (a quote that is written
    without one) and for records too deeply nested to be written: those deserve a second look.
    """
    try:
        written_again = orjson.dumps(record)
    except TypeError:
        return True
    return raw.count(b'"') + raw.count(_ESCAPED_QUOTE) != written_again.count(b'"')


def is_plain_chat(raw: bytes, messages: int, quotes: int) -> bool:
    """Whether a line has so many messages of role and text, their ``quotes``, and nothing else.

    For such a line it is quicker than :func:`may_repeat_key`, which is False then.
    """
    written = _RECORD_QUOTES + _MESSAGE_QUOTES * messages + quotes
    return raw.count(b'"') == written and not (quotes and _ESCAPED_QUOTE in raw)
