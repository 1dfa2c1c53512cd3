"""Answers as class labels: counted by digest, and what their counts say about a set.

The key of a short answer has two digests, ``class.spelling``: of the label as it is meant, without
case, outer punctuation and spaces, and as it is written. So spellings of one label can be told
from several labels, without a text being kept.
"""

from __future__ import annotations

import functools
import hashlib
from collections import Counter
from dataclasses import dataclass

from ftgate.content.patterns import lazy

MAX_LABEL_CHARS = 40
"""A longer answer is not a class label."""

LONG_ANSWER = "long:"
"""Marks the digest of one."""

LABEL_SHARE = 0.9
"""In a classification set this share of the answers, or more, are short and occur again."""

MIN_PER_LABEL = 5
"""And there are at least so many answers to a label, on average."""

_GAP = lazy(r"[\s_]+")
_OUTER = " \t\r\n.,;:!\"'`´“”‘’«»*()[]{}。，！、"


@dataclass(frozen=True, slots=True)
class LabelSet:
    """The labels of a classification set; no label is ever named.

    ``classes`` counts answers by the digest of their label, ``spellings`` has for each label that
    is written in several ways the counts of those, largest first. ``letters`` says that the labels
    are the letters of options, whose meaning changes from prompt to prompt.
    """

    answers: int
    classes: Counter[str]
    spellings: tuple[tuple[int, ...], ...]
    letters: bool


@functools.lru_cache(maxsize=1024)
def answer_key(text: str) -> str:
    """How an answer is counted in ``Profile.labels``."""
    if len(text) > MAX_LABEL_CHARS:
        return LONG_ANSWER + _digest(text.strip())
    return f"{_digest(folded(text))}.{_digest(text)}"


def folded(label: str) -> str:
    """A label without case, outer punctuation and extra spaces.

    Signs that tell labels apart stay: ``-1`` and ``1``, ``C`` and ``C++``, ``:)`` and ``:(``.
    """
    bare = _GAP.sub(" ", label.strip(_OUTER)).casefold()
    return bare if any(map(str.isalnum, bare)) else label.strip()


def by_class(labels: Counter[str]) -> Counter[str]:
    """The same counts with the spellings of one label put together."""
    counts: Counter[str] = Counter()
    for key, count in labels.items():
        counts[key if key.startswith(LONG_ANSWER) else key.partition(".")[0]] += count
    return counts


def label_set(labels: Counter[str] | None) -> LabelSet | None:
    """The labels when the answers look like those of a classification, else None."""
    if not labels:
        return None
    answers = labels.total()
    short = Counter({key: n for key, n in labels.items() if not key.startswith(LONG_ANSWER)})
    classes = by_class(short)
    repeated = sum(count for count in classes.values() if count > 1)
    if repeated < LABEL_SHARE * answers or not 2 <= len(classes) <= answers / MIN_PER_LABEL:
        return None
    written: dict[str, list[int]] = {}
    for key, count in short.items():
        written.setdefault(key.partition(".")[0], []).append(count)
    spellings = (tuple(sorted(counts, reverse=True)) for counts in written.values())
    lettered = sum(classes[digest] for digest in _option_letters())
    return LabelSet(
        answers,
        classes,
        tuple(sorted((each for each in spellings if len(each) > 1), reverse=True)),
        letters=lettered >= LABEL_SHARE * short.total(),
    )


@functools.cache
def _option_letters() -> tuple[str, ...]:
    return tuple(_digest(letter) for letter in "abcdefghij")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
