"""Does a line repeat a key? Answered without parsing it a second time.

Fast parsers keep the last of two equal keys and say nothing, so the record no longer shows the
repetition. The number of quotes does: a JSON text has two for every key and every string, and one
for every escaped quote. Written again, a record that lost a member has at least two fewer.
"""

from __future__ import annotations

from typing import Any

import orjson


def may_repeat_key(raw: bytes, record: Any) -> bool:
    r"""False when no object in ``raw``, which orjson parses to ``record``, has a key twice.

    True is exact but for texts that speak of the escape ``\u0022`` (a quote that is written
    without one) and for records too deeply nested to be written: those deserve a second look.
    """
    try:
        written_again = orjson.dumps(record)
    except TypeError:
        return True
    quotes = raw.count(b'"') + raw.count(b"\\u0022")
    return quotes != written_again.count(b'"')
