"""Near-duplicates in a small set, without numpy, which takes longer to load than to find them.

Candidates share features: pieces of text that end at letters which any text has now and then, so
that an edit changes one or two pieces; in short texts, whose pieces would be too few, pairs of
words. Candidates are verified as in :mod:`~ftgate.content.near`.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from ftgate.content.alike import MIN_PAIRS, Said, alike, jaccard
from ftgate.content.marks import window_of
from ftgate.content.words import SEPARATORS, START, words_of
from ftgate.deadline import FOREVER, Deadline

HEAD_EXAMPLES, COMMON_SHARE, MIN_COMMON = 256, 0.5, 20
"""Pairs of words that half of the first examples have are those of a template."""

_PAIRED_BYTES, _CUT_BYTES = 900, 300
"""Shorter texts have pairs, longer ones pieces. Alike texts differ in length by less than the
factor that lies between, so they always have one kind of feature in common."""

_ENDS = frozenset(b"kmvwKMVW") | {byte for byte in range(0x80, 0xC0) if byte % 8 == 3}
_MIN_PIECE = 12  # bytes; shorter pieces are in many texts
_CUTS = bytes(
    32 if byte in _ENDS else byte + 32 if 65 <= byte <= 90 else byte for byte in range(256)
)
_DROPPED = bytes(SEPARATORS)
_SMALL_GROUP = 8  # texts that share a feature: all pairs of so many, else neighbours and the first
_WINDOW_SIMILARITY = 0.4  # of all words; less than is asked of the whole texts
_SHARED = 0.18  # of the features of the smaller text; every fifth word changed leaves 0.4

Texts = Mapping[int, tuple[str, str]]
"""What was said before the answer, and the answer, by row number."""


def find_few_pairs(
    texts: Texts, train: Sequence[int], deadline: Deadline = FOREVER
) -> list[tuple[int, int]]:
    """All pairs of row numbers that are near-duplicates; ``train`` are those not held out.

    Raises OutOfTimeError after ``deadline``.
    """
    said = deadline.watch(texts.items())
    features = {row: _features(window_of(*parts)) for row, parts in said}
    candidates = _with_words_in_common(sorted(_candidates(features)), texts)
    if not candidates:
        return []
    common = _common([texts[row] for row in train[:HEAD_EXAMPLES]])
    rows = {row for pair in candidates for row in pair}
    known = {row: _said(*texts[row], common) for row in deadline.watch(rows)}
    return [pair for pair in deadline.watch(candidates) if alike(known[pair[0]], known[pair[1]])]


def _with_words_in_common(
    candidates: Sequence[tuple[int, int]], texts: Texts
) -> list[tuple[int, int]]:
    """Those worth the full comparison: two texts about one thing share a third of their words."""
    rows = {row for pair in candidates for row in pair}
    words = {row: set(words_of(window_of(*texts[row]))) for row in rows}
    return [
        (one, other)
        for one, other in candidates
        if jaccard(words[one], words[other]) >= _WINDOW_SIMILARITY
    ]


def _features(window: str) -> set[bytes]:
    data = window.encode("utf-8", "surrogatepass")
    found: set[bytes] = set()
    if len(data) >= _CUT_BYTES:
        pieces = data.translate(_CUTS, _DROPPED).split()
        found.update(piece for piece in pieces if len(piece) >= _MIN_PIECE)
    if len(data) < _PAIRED_BYTES:
        words = words_of(window)
        if len(words) >= MIN_PAIRS:
            found.update(map(b" ".join, itertools.pairwise(words)))
    return found


def _candidates(features: Mapping[int, Collection[bytes]]) -> Iterator[tuple[int, int]]:
    """Pairs that share enough of the features which less than half of the texts have."""
    most = COMMON_SHARE * len(features) if len(features) >= MIN_COMMON else len(features)
    sizes = {row: len(found) for row, found in features.items()}
    seen: dict[bytes, int] = {}
    groups: dict[bytes, list[int]] = {}
    for row, found in features.items():
        for feature in found:
            first = seen.setdefault(feature, row)
            if first != row:  # most features are of one text
                groups.setdefault(feature, [first]).append(row)
    for group in groups.values():
        if len(group) > most:
            for row in group:
                sizes[row] -= 1
    telling = (group for group in groups.values() if len(group) <= most)
    shared = Counter(itertools.chain.from_iterable(map(_pairs_of, telling)))
    for (first, second), count in shared.items():
        if count >= _SHARED * min(sizes[first], sizes[second]):
            yield first, second


def _pairs_of(group: Sequence[int]) -> Iterable[tuple[int, int]]:
    if len(group) <= _SMALL_GROUP:
        return itertools.combinations(group, 2)
    return itertools.chain(itertools.pairwise(group), ((group[0], row) for row in group[2:]))


def _pairs(words: Sequence[bytes]) -> Iterator[tuple[bytes, bytes]]:
    return zip((START, *words), words, strict=False)


def _common(texts: Sequence[tuple[str, str]]) -> frozenset[tuple[bytes, bytes]]:
    if len(texts) < MIN_COMMON:
        return frozenset()
    counts = Counter(pair for said in texts for pair in set(_pairs(words_of(window_of(*said)))))
    return frozenset(pair for pair, count in counts.items() if count >= COMMON_SHARE * len(texts))


def _said(prompt: str, answer: str, common: frozenset[tuple[bytes, bytes]]) -> Said:
    pairs = {pair for pair in _pairs(words_of(f"{prompt}\n{answer}")) if pair not in common}
    asked = {word for before, word in _pairs(words_of(prompt)) if (before, word) not in common}
    return Said(pairs, {word for _, word in pairs}, asked, set(words_of(answer)))
