"""Word sequences as numbers, and MinHash signatures of them, many texts at a time.

A word is what stands between white space and common punctuation, A to Z in lower case; a character
of Chinese or Japanese is a word, and Thai and Lao break before leading vowels. A shingle is a pair
of neighbouring words, the first with the beginning of the text. Two texts are compared by the
Jaccard similarity of their sets of shingles: edits of a tenth of the words leave about 0.68.

Signatures are one-permutation MinHash (Li, Owen and Zhang, NIPS 2012) with optimal densification
(Shrivastava, ICML 2017): one hash per shingle instead of 128, at nearly the same variance.
Everything is computed over whole buffers in numpy, at about 80 MB/s.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ftgate.content.marks import Marks, Search

BANDS = 32
ROWS = 4
"""Texts are compared when one of 32 bands of 4 values is equal: 99.9% of those with a similarity
of 0.68, 87% at 0.5, 3% at 0.18."""

MIN_BINS = 8

GRAM_WORDS = 13
"""Words in a sequence that two texts share only by copying: the convention of decontamination
since GPT-3 (arXiv 2005.14165, appendix C)."""

GRAM_SAMPLE = 8
"""One of so many sequences is kept, chosen by its hash and so the same ones everywhere."""

Longs = npt.NDArray[np.uint64]
Places = npt.NDArray[np.intp]

_BINS = BANDS * ROWS
_EMPTY = np.uint32(2**32 - 1)
_FLUSH_BYTES = 1 << 17  # fits the second-level cache with its intermediate results
_START = b"\x01"  # begins every text: a word of one byte
_SEPARATORS = frozenset(bytes(range(33)) + b".,;:!?\"'()[]{}") - {1}
_TABLE = bytes(
    0 if byte in _SEPARATORS else byte + 32 if 65 <= byte <= 90 else byte for byte in range(256)
)
_WORD_BASE = 0x9E3779B1
_GRAM_BASE = 0x9E3779B97F4A7C15


class Texts(NamedTuple):
    """Shingles of many texts: those of text ``i`` are ``shingles[ends[i - 1]:ends[i]]``.

    ``words`` are the words behind them, one for each shingle: its second.
    """

    shingles: Longs
    words: Longs
    ends: Places


def shingle(texts: Iterable[str]) -> Texts:
    """The shingles of each text, repeated ones included."""
    data = [
        _START + b"\0" + text.encode("utf-8", "surrogatepass").translate(_TABLE) for text in texts
    ]
    buffer = b"\0" + b"\0".join(data) + b"\0"
    numbers = np.frombuffer(buffer, np.uint8)
    starts, ends = _word_bounds(numbers, ascii_only=buffer.isascii())
    power, inverse = _powers(len(numbers))
    sums = np.cumsum(numbers * power, dtype=np.uint32)
    words = ((sums[ends - 1] - sums[starts - 1]) * inverse[starts]).astype(np.uint64)
    pairs = spread((words[:-1] << np.uint64(32)) | words[1:])
    text_ends = np.cumsum([len(each) + 1 for each in data])
    counts = np.searchsorted(starts, text_ends + 1)  # words up to the end of each text
    inside = np.ones(len(pairs), dtype=bool)
    inside[counts[:-1] - 1] = False  # from the last word of a text to the next text
    return Texts(pairs[inside], words[1:][inside], counts - np.arange(1, len(data) + 1))


def _word_bounds(numbers: Any, *, ascii_only: bool) -> tuple[Places, Places]:
    """Index of the first byte of each word, and of the byte after it."""
    inside = numbers != 0
    change = inside[1:] != inside[:-1]
    if ascii_only:
        edges = np.flatnonzero(change) + 1
        return edges[0::2], edges[1::2]
    high = np.flatnonzero(numbers[:-2] >= 0xE0)  # first bytes of three or four
    first, second, third = numbers[high], numbers[high + 1], numbers[high + 2]
    wide = high[(first >= 0xE3) & (first <= 0xE9)]  # U+3000 to U+9FFF: a character is a word
    change[wide - 1] = change[wide + 2] = True
    vowel = (first == 0xE0) & ((second == 0xB9) | (second == 0xBB)) & ((third & 0xF8) == 0x80)
    change[high[vowel] - 1] = True  # U+0E40 to U+0E47, U+0EC0 to U+0EC7
    edges = np.flatnonzero(change) + 1
    words = inside[edges[:-1]]
    return edges[:-1][words], edges[1:][words]


@cache
def _power_table(size: int) -> tuple[Any, Any]:
    inverse = pow(_WORD_BASE, -1, 2**32)
    return tuple(
        np.cumprod(np.full(size, base, dtype=np.uint32), dtype=np.uint32)
        for base in (_WORD_BASE, inverse)
    )  # type: ignore[return-value]


def _powers(size: int) -> tuple[Any, Any]:
    """Powers of the base of the word hash, and of its inverse, modulo 2**32."""
    power, inverse = _power_table(1 << max(18, (size - 1).bit_length()))
    return power[:size], inverse[:size]


def spread(values: Longs) -> Longs:
    """Spread what differs in any bit over all bits (the finaliser of SplitMix64)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def signatures(shingles: Longs, ends: Places) -> npt.NDArray[np.uint32]:
    """One row of ``BANDS`` values per text; short texts have a row of their own kind.

    Those fill less than ``MIN_BINS`` bins: too few to be told apart by (see
    :data:`ftgate.content.near.MIN_PAIRS`), and slow to fill the others from.
    """
    bins = np.full((len(ends), _BINS), _EMPTY, dtype=np.uint32)
    rows = np.repeat(np.arange(len(ends)), np.diff(ends, prepend=0))
    slots = rows * _BINS + (shingles >> np.uint64(57)).astype(np.intp)
    np.minimum.at(bins.reshape(-1), slots, shingles.astype(np.uint32))
    empty = bins == _EMPTY
    short = empty.sum(axis=1) > _BINS - MIN_BINS
    bins[short] = 0
    empty[short] = False
    _densify(bins, empty)
    values = bins.reshape(-1, BANDS, ROWS).astype(np.uint64)
    mixer = np.array([1, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5], np.uint64)
    return (spread((values * mixer).sum(axis=2)) >> np.uint64(32)).astype(np.uint32)


@cache
def blank_band() -> int:
    """The value of every band of a short text."""
    return int(signatures(np.empty(0, np.uint64), np.zeros(1, np.intp))[0, 0])


def _densify(bins: npt.NDArray[np.uint32], empty: npt.NDArray[np.bool_]) -> None:
    """Fill each empty bin from another one, tried in an order that is the same for all texts."""
    order = _donors()
    row, column = np.nonzero(empty)
    filled = bins.copy()
    for attempt in range(len(order)):
        if not len(row):
            break
        found = bins[row, order[attempt][column]]
        filled[row, column] = found
        left = found == _EMPTY
        row, column = row[left], column[left]
    bins[:] = filled


@cache
def _donors() -> npt.NDArray[np.intp]:
    """Per attempt and bin the bin to borrow from; every bin is tried in the end."""
    draw = np.random.Generator(np.random.PCG64(20261122))
    random = [draw.permutation(_BINS) for _ in range(_BINS)]
    rest = [np.roll(np.arange(_BINS), shift) for shift in range(1, _BINS)]
    return np.array(random + rest)


def grams(texts: Texts) -> tuple[Places, Longs]:
    """Hashes of sampled sequences of 13 words, each with the index of its text."""
    words, ends = texts.words, texts.ends
    if len(words) < GRAM_WORDS:
        return np.empty(0, np.intp), np.empty(0, np.uint64)
    power = np.cumprod(np.full(len(words) + 1, _GRAM_BASE, np.uint64), dtype=np.uint64)
    inverse = np.full(len(words) + 1, pow(_GRAM_BASE, -1, 2**64), np.uint64)
    inverse = np.cumprod(inverse, dtype=np.uint64)
    sums = np.concatenate((np.zeros(1, np.uint64), np.cumsum(words * power[:-1], dtype=np.uint64)))
    found = spread((sums[GRAM_WORDS:] - sums[:-GRAM_WORDS]) * inverse[: len(words) - 12])
    text = np.searchsorted(ends, np.arange(len(words)), side="right")
    kept = (found % np.uint64(GRAM_SAMPLE) == 0) & (text[12:] == text[: len(found)])
    return text[: len(found)][kept], found[kept]


def common_of(texts: list[str], share: float = 0.5, least: int = 20) -> tuple[int, ...]:
    """Shingles that at least this share of the texts have; none of fewer than ``least`` texts."""
    if len(texts) < least:
        return ()
    shingles, _, ends = shingle(texts)
    each = [np.unique(part) for part in np.split(shingles, ends[:-1])]
    values, counts = np.unique(np.concatenate(each), return_counts=True)
    return tuple(int(value) for value in values[counts >= share * len(texts)])


class Common:
    """Leaves out shingles that most texts share, and one in 65,536 of the others for each."""

    def __init__(self, shingles: Iterable[int]) -> None:
        low = np.array(list(shingles), dtype=np.uint64).astype(np.uint16)
        self._kept = np.ones(2**16, dtype=bool)
        self._kept[low] = False
        self._empty = not len(low)

    def drop(self, texts: Texts) -> Texts:
        """The texts without these shingles, and without the words behind them."""
        if self._empty:
            return texts
        kept = self._kept[texts.shingles.astype(np.uint16)]
        before = np.concatenate((np.zeros(1, np.intp), np.cumsum(kept)))
        return Texts(texts.shingles[kept], texts.words[kept], before[texts.ends])


class Signer:
    """Signs texts in batches, into the columns of ``marks``; nothing depends on the batches."""

    def __init__(self, marks: Marks, search: Search) -> None:
        self._marks = marks
        self._grams = search.grams
        self._common = Common(search.common)
        self._lines: list[int] = []
        self._texts: list[str] = []
        self._waiting = 0

    def add(self, line: int, record: int, text: str) -> None:
        """Sign one example's text, at the latest at :meth:`flush`."""
        self._marks.signed.append(line)
        self._marks.records.append(record)
        self._lines.append(line)
        self._texts.append(text)
        self._waiting += len(text)
        if self._waiting >= _FLUSH_BYTES:
            self.flush()

    def flush(self) -> None:
        """Sign what waits."""
        if not self._texts:
            return
        texts = shingle(self._texts)
        own = self._common.drop(texts)
        self._marks.bands.frombytes(signatures(own.shingles, own.ends).tobytes())
        if self._grams:
            index, found = grams(texts)
            lines = np.array(self._lines, dtype=np.uint32)[index]
            self._marks.gram_lines.frombytes(lines.tobytes())
            self._marks.grams.frombytes(found.tobytes())
        self._lines, self._texts, self._waiting = [], [], 0
