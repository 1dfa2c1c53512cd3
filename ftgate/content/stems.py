"""Text to comparable pieces: words, content stems, script and language.

A content stem is a case-folded word without its ending, so that ``prices`` in the answer is found
again in ``price`` of the prompt. Scripts without spaces are cut by character (Chinese, Japanese)
or by overlapping triples (Thai, Lao, Khmer, Burmese); Korean words keep their first two syllables,
because particles follow.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from itertools import chain

from ftgate.content.patterns import lazy
from ftgate.content.stopwords import CJK_STOP, LANGUAGES_OF

STEM_LENGTH = 6
"""Letters kept of a word: removes most endings of European languages, keeps words apart."""

_CJK = "\u3005\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f"
_UNSPACED = "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u1000-\u109f\u1780-\u17d3"
# Everything that ends a word. \w is no help: to it the vowel signs of Hindi are not letters.
_SEPARATORS = (
    r"\x00-\x2f:-@\[-`{-\x9f\u00a0-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7"
    r"\u037e\u0387\u055a-\u055f\u0589\u05be\u05c0\u05c3\u05f3\u05f4\u060c\u061b\u061f\u066a-\u066d"
    r"\u06d4\u0964\u0965\u0e3f\u0e4f\u0e5a\u0e5b\u1680\u2000-\u206f\u20a0-\u20cf\u2100-\u2bff"
    r"\u2e00-\u2e7f\u3000-\u3004\u3006-\u303f\ud800-\uf8ff\ufe00-\ufe6f\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40"
    r"\uff5b-\uff65\U0001f000-\U0001faff"
)

_ASCII_LETTER = lazy(r"[a-zA-Z]")
_IN_ASCII_WORDS = "".join(chr(code).lower() if chr(code).isalnum() else " " for code in range(128))
_SPACED_WORD = lazy(f"[^{_SEPARATORS}]+")
_UNSPACED_WORD = lazy(f"[{_UNSPACED}]+")
# The ranges of Chinese take 4 ms to compile: not for texts that have curly quotes and emoji only.
_BEYOND_ALPHABETS = lazy("[^\x00-\u0e00\u2000-\u2bff\U0001f000-\U0001faff]")
_ANY_WORD = lazy(f"[{_CJK}]|[{_UNSPACED}]+|[^{_SEPARATORS}{_CJK}{_UNSPACED}]+")
_SCRIPT_OF_BLOCK = {
    **dict.fromkeys(range(0x00, 0x03), "latin"),
    0x1E: "latin",
    0x03: "greek",
    0x04: "cyrillic",
    0x05: "hebrew",
    **dict.fromkeys((0x06, 0x07), "arabic"),
    0x09: "devanagari",
    **dict.fromkeys(range(0x0A, 0x0E), "other"),
    0x0E: "thai",
    **dict.fromkeys((0x10, 0x12, 0x17), "other"),
    0x30: "kana",
    **dict.fromkeys(range(0x34, 0xA0), "han"),
    **dict.fromkeys(range(0xAC, 0xD8), "hangul"),
}
"""Blocks of 256 code points; good enough to tell scripts apart by majority."""


def words(text: str) -> list[str]:
    """Case-folded words in order; one entry per character in Chinese and Japanese."""
    if text.isascii():
        return text.translate(_IN_ASCII_WORDS).split()
    pattern = _ANY_WORD if has_unspaced(text) else _SPACED_WORD
    return pattern.findall(text.casefold())


def has_unspaced(text: str) -> bool:
    """True when the text may have a letter of a script without spaces, or of Korean."""
    return not text.isascii() and _BEYOND_ALPHABETS.search(text) is not None


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The comparable part of one case-folded word; empty for function words and single letters."""
    if word in LANGUAGES_OF or word in CJK_STOP:
        return ""
    if word.isascii():
        if len(word) > STEM_LENGTH:
            return word if word[0].isdigit() else word[:STEM_LENGTH]
        if len(word) == 1 and not word.isdigit():
            return ""
        return word[:-1] if len(word) > 3 and word[-1] == "s" else word
    if "\uac00" <= word[0] <= "\ud7af":
        return word[:2]
    return word[:STEM_LENGTH]


def stems(tokens: list[str]) -> set[str]:
    """The content stems of case-folded words; numbers are kept whole."""
    distinct = set(tokens)
    found = set(map(stem, distinct))
    found.discard("")
    if max(distinct, default="") >= "\u0e01":
        for token in distinct:
            if "\u0e01" <= token[0] <= "\u17d3" and _UNSPACED_WORD.match(token):
                found.discard(token[:STEM_LENGTH])
                found.update(token[i : i + 3] for i in range(max(1, len(token) - 2)))
    return found


def script(text: str) -> str:
    """The script of most letters: ``latin``, ``han``, ``kana``, …; empty without letters."""
    if text.isascii():
        return "latin" if _ASCII_LETTER.search(text) else ""
    counts: dict[str, int] = {}
    blocks = Counter([ord(character) >> 8 for character in text[:200] if character.isalpha()])
    for block, letters in blocks.items():
        name = _SCRIPT_OF_BLOCK.get(block, "other")
        counts[name] = counts.get(name, 0) + letters
    # Japanese mixes Chinese characters with kana, Chinese has no kana at all.
    if counts.get("kana", 0) > 1:
        counts["kana"] += counts.pop("han", 0)
    # An alphabet spends about three letters where Chinese characters spend one.
    if "latin" in counts and ("han" in counts or "kana" in counts):
        counts["latin"] //= 3
    return max(counts, key=lambda name: (counts[name], name), default="")


def languages(tokens: list[str]) -> dict[str, int]:
    """Function words per language among ``tokens``; empty when none is known."""
    known = [LANGUAGES_OF[token] for token in tokens if token in LANGUAGES_OF]
    return Counter(chain.from_iterable(known))
