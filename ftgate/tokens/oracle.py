"""Token counts by tiktoken, the definition of exact, on inputs of any size.

tiktoken's splitting pattern reaches ``\\s+(?!\\S)`` through a backtracking engine that panics
(``pyo3_runtime.PanicException``, not an ``Exception``) on 999,999 blanks in a row. Such a run is
cut out and its pieces are handed to the merge step directly; :func:`cut` says why that is exact.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

from ftgate.tokens.vocabulary import PATTERNS, load_ranks

LONGEST_RUN = 500_000
"""Blanks in a row that tiktoken is trusted with: half of what it can take (0.14.0: 999,998)."""

BLANKS = (
    "\t\x0b\x0c \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""Unicode White_Space without CR and LF. Python's ``\\s`` would add U+001C to U+001F."""


def long_run(longest: int) -> re.Pattern[str]:
    """Match a maximal run of more than ``longest`` blanks that no line break follows.

    The lookbehind makes the search linear: a run is tried once, at its first blank. A run before
    a line break is left alone because tiktoken takes it by ``\\s*[\\r\\n]``, without backtracking.
    """
    return re.compile(rf"(?<![{BLANKS}])[{BLANKS}]{{{longest + 1},}}+(?![\r\n])")


LONG_RUN = long_run(LONGEST_RUN)


def cut(text: str, run: re.Pattern[str] = LONG_RUN) -> Iterator[tuple[str, bool]]:
    """Yield ``(part, is_piece)`` whose counts add up to the count of ``text``.

    Both patterns treat a maximal run of blanks R alike, unless a line break follows it:

    * R starts a piece. Before R is a character that is not white space, whose piece can run on
      into CR and LF only, or a line break; ``\\s*[\\r\\n]`` then ends exactly before R.
    * When text follows R, ``\\s+(?!\\S)`` takes R without its last blank as one piece; the last
      blank belongs to what follows (`` ?[^\\s…]+``), where no pattern looks back.
    * When nothing follows, R is one piece. (cl100k's ``\\s++$`` also takes line breaks before R,
      but no token holds a line break followed by blanks at its end, so no merge crosses there.)
    """
    start = 0
    for match in run.finditer(text):
        if match.start() > start:
            yield text[start : match.start()], False
        start = match.end() if match.end() == len(text) else match.end() - 1
        yield text[match.start() : start], True
    if start < len(text):
        yield text[start:], False


@cache
def open_oracle(encoding_name: str) -> Callable[[str], int]:
    """Return ``count(text)`` as tiktoken's ``encode_ordinary`` counts, from our own ranks.

    Special-token text (``<|endoftext|>``) counts as the ordinary text it is; lone surrogates count
    as U+FFFD. Raises UsageError for an unknown encoding, VocabularyError for a damaged file.
    """
    ranks = load_ranks(encoding_name)
    from tiktoken import Encoding

    encoding = Encoding(
        encoding_name,
        pat_str=PATTERNS[encoding_name],
        mergeable_ranks=ranks,
        special_tokens={},
    )
    encode, merge = encoding.encode_ordinary, encoding._encode_single_piece

    def count(text: str) -> int:
        if len(text) <= LONGEST_RUN:
            return len(encode(text))
        return sum(len(merge(part) if is_piece else encode(part)) for part, is_piece in cut(text))

    return count
