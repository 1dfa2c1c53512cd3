"""The words of an answer that its conversation does not contain, to be shown to a person."""

from __future__ import annotations

from collections.abc import Sequence

from ftgate.content.reading import read_signs, read_turns
from ftgate.content.shared import Shared
from ftgate.content.stems import stem, words

MOST_TERMS = 8
_ALONE = Shared("", "", "", "", frozenset(), frozenset(), frozenset())


def novel_terms(turns: Sequence[tuple[str, str]]) -> list[str]:
    """Up to eight case-folded words that are new in the judged answer, in its order."""
    reading = read_turns(turns)
    if reading is None:
        return []
    signs = read_signs(reading, _ALONE)
    found: dict[str, str] = {}
    for word in words(signs.answer):
        piece = stem(word)
        if piece in signs.novel:
            found.setdefault(piece, word)
    return list(found.values())[:MOST_TERMS]
