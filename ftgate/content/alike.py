"""When two examples say nearly the same: one definition for sets of any size."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

PAIR_SIMILARITY = 0.35
WORD_SIMILARITY = 0.55
"""Jaccard similarity of the word pairs and of the words of two near-duplicates, at least.

Changing every tenth word leaves 0.68 of the pairs and 0.82 of the words on average, every fifth
0.47 and 0.67. Two texts that share whole sentences beside others have fewer words in common than
that when they have as many pairs.
"""

PART_SIMILARITY = 0.5
"""Of the words of their prompts, and of those of their answers: two questions about one passage
are no duplicates, and neither are two ways to ask for one answer."""

FEW_WORDS = 2
"""Parts of up to so many words have to be equal."""

MIN_PAIRS = 12
"""Word pairs that an example has at least: in a shorter one, one word makes the difference."""


MAX_SHARING, MIN_SHARING, SHARING_RATIO = 10, 2, 0.01
"""Examples that share a sequence of words before it counts as a template."""

MIN_SEQUENCES = 2
"""Of the sequences of one example: a single one may be chance, or a quotation."""

LABEL_SHARE = 0.9
EXAMPLES_PER_LABEL = 5
"""Answers are labels when nine of ten are short and each occurs five times on average."""


def max_sharing(examples: int) -> int:
    """How many of so many examples may share a sequence that is no template."""
    return min(MAX_SHARING, max(MIN_SHARING, round(SHARING_RATIO * examples)))


class Said(NamedTuple):
    """Distinct word pairs and words of an example, and words of its two parts.

    Sets, or sorted arrays of numbers where there are many examples.
    """

    pairs: Any
    words: Any
    prompt: Any
    answer: Any


def jaccard(one: AbstractSet[Any], other: AbstractSet[Any]) -> float:
    """Share of common values; 0 for two empty sets, which say nothing."""
    common = len(one & other)
    return common / max(len(one) + len(other) - common, 1)


def alike(one: Said, other: Said, similarity: Callable[[Any, Any], float] = jaccard) -> bool:
    """Whether two examples are near-duplicates; ``similarity`` is Jaccard's, of what they hold."""
    if min(len(one.pairs), len(other.pairs)) < MIN_PAIRS:
        return False
    if similarity(one.words, other.words) < WORD_SIMILARITY:
        return False
    if similarity(one.pairs, other.pairs) < PAIR_SIMILARITY:
        return False
    for mine, theirs in ((one.prompt, other.prompt), (one.answer, other.answer)):
        if len(mine) or len(theirs):
            few = min(len(mine), len(theirs)) <= FEW_WORDS
            if similarity(mine, theirs) < (1 if few else PART_SIMILARITY):
                return False
    return True


class Groups:
    """Disjoint sets of row numbers (union-find with path halving)."""

    def __init__(self, size: int) -> None:
        self._parent = array("q", range(size))

    def find(self, row: int) -> int:
        """The smallest row of the group."""
        parent = self._parent
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    def join(self, first: int, second: int) -> None:
        """Make one group of two."""
        low, high = sorted((self.find(first), self.find(second)))
        self._parent[high] = low
