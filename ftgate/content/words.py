"""Words of a text: what stands between white space and common punctuation, A to Z in lower case.

A character of Chinese or Japanese is a word, and Thai and Lao break before leading vowels. This is
the definition for all sets; :mod:`~ftgate.content.shingles` splits many texts at a time alike.
"""

from __future__ import annotations

import re

from ftgate.content.patterns import lazy_bytes

START = b"\x01"
"""Begins every text, so that its first word is in a pair: a word of one byte."""

SEPARATORS = frozenset(bytes(range(33)) + b".,;:!?\"'()[]{}") - {START[0]}
_TABLE = bytes(
    32 if byte in SEPARATORS else byte + 32 if 65 <= byte <= 90 else byte for byte in range(256)
)
_UNSPACED = lazy_bytes(rb"[\xe0\xe3-\xe9]")
_WIDE = lazy_bytes(rb"([\xe3-\xe9][\x80-\xbf]{2})", re.DOTALL)  # U+3000 to U+9FFF
_VOWEL = lazy_bytes(rb"(\xe0[\xb9\xbb][\x80-\x87])", re.DOTALL)  # U+0E40-0E47, U+0EC0-0EC7


def words_of(text: str) -> list[bytes]:
    """The words of a text, in order."""
    data = text.encode("utf-8", "surrogatepass").translate(_TABLE)
    if not text.isascii() and _UNSPACED.search(data):
        data = _VOWEL.sub(rb" \1", _WIDE.sub(rb" \1 ", data))
    return data.split()
