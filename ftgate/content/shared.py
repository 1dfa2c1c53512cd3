"""What the examples of one set share: templates around prompts and answers, and labels.

A prompt template ("Question: … Answer:") or a sign-off under every answer hides what one example
teaches, so it is taken off before the example is judged. An answer that many examples share is a
label, not a fact.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from ftgate.content.patterns import lazy
from ftgate.content.values import structured

SHARED_RATIO = 0.5
"""A prefix or suffix is a template when at least this share of the texts carries it."""

MIN_TEMPLATE_CHARS = 8
LABEL_RATIO = 0.01
LABEL_COUNT = 3
"""An answer is a label when 3 examples, and 1% of all, give it…"""

LABEL_COVERAGE = 0.2
"""…and such answers together make a fifth of the set; facts repeat too, but not that often."""

LABEL_CHARS = 60
LIST_CHARS = 240
ITEM_CHARS = 40
"""Several labels in one answer: each is as short as this, all together as short as that…"""

LISTS_COVERAGE = 0.3
"""…and such answers make so much of the set; none of them has a figure, for prices recur too."""

LABEL_WORDS = 4
VALUE_RATIO = 0.05
"""A value within JSON is one of a fixed set when 3 answers, and 5% of all, have it."""

MAX_JSON_CHARS = 200_000

SENTENCE_RATIO = 0.03
"""A longer label is a sentence, which may well state a fact that a few paraphrases ask for; it is a
label when three in a hundred examples give it."""


_FIGURE = lazy(r"\d")
_BETWEEN_ITEMS = lazy(r"[;|,、；]")


class Shared(NamedTuple):
    """Templates and labels of one set, and what its answers choose from: listed ``items``, and the
    ``values`` within JSON."""

    prompt_prefix: str
    prompt_suffix: str
    answer_prefix: str
    answer_suffix: str
    labels: frozenset[str]
    items: frozenset[str]
    values: frozenset[str]

    def is_label(self, answer: str) -> bool:
        """One of the labels, or several of them listed in one answer."""
        listed = _items(answer) if self.items else []
        return label_key(answer) in self.labels or (bool(listed) and self.items.issuperset(listed))


def shared_context(prompts: Sequence[str], answers: Sequence[str]) -> Shared:
    """Templates and labels over the prompts and answers of one sample."""
    return Shared(
        _common_prefix(prompts),
        _common_prefix([text[::-1] for text in prompts])[::-1],
        _common_prefix(answers),
        _common_prefix([text[::-1] for text in answers])[::-1],
        _labels(answers),
        _listed(answers),
        _values(answers),
    )


def strip_template(text: str, prefix: str, suffix: str) -> str:
    """``text`` without the template; unchanged when nothing would be left."""
    bare = text
    if prefix and bare.startswith(prefix):
        bare = bare[len(prefix) :]
    if suffix and bare.endswith(suffix):
        bare = bare[: -len(suffix)]
    return bare.strip() or text.strip()


def _common_prefix(texts: Sequence[str]) -> str:
    """The longest prefix, cut at a word end, that ``SHARED_RATIO`` of the texts begin with.

    In sorted order texts with one prefix are neighbours, so a window of that many texts shares
    what its first and last text share.
    """
    ordered = sorted(set(texts))
    width = int(len(ordered) * SHARED_RATIO) + 1
    if len(ordered) < 6:
        return ""
    best = ""
    for first, last in zip(ordered, ordered[width - 1 :], strict=False):
        if first[: len(best) + 1] != last[: len(best) + 1]:
            continue
        size = len(best)
        limit = min(len(first), len(last))
        while size < limit and first[size] == last[size]:
            size += 1
        best = first[:size]
    cut = len(best)
    while cut and best[cut - 1].isalnum():
        cut -= 1
    return best[:cut] if cut >= MIN_TEMPLATE_CHARS else ""


def label_key(answer: str) -> str:
    """Answers that differ in case, spaces and final punctuation are one label."""
    return answer.strip().strip(".!\"'`").casefold()


def _least_ratio(answer: str) -> float:
    return LABEL_RATIO if len(answer.split()) <= LABEL_WORDS else SENTENCE_RATIO


def _labels(answers: Sequence[str]) -> frozenset[str]:
    counts = Counter(label_key(answer) for answer in answers if len(answer) <= LABEL_CHARS)
    labels = {
        answer: count
        for answer, count in counts.items()
        if count >= max(LABEL_COUNT, _least_ratio(answer) * len(answers))
    }
    if len(counts) == 1 or sum(labels.values()) < LABEL_COVERAGE * len(answers):
        return frozenset()  # one answer to everything tells nothing apart
    return frozenset(labels)


def _items(answer: str) -> list[str]:
    """The short items that an answer consists of; none when a part is longer or has a figure."""
    if len(answer) > LIST_CHARS or _FIGURE.search(answer):
        return []
    items = [label_key(item.strip()) for item in _BETWEEN_ITEMS.split(answer)]
    return items if max(map(len, items)) <= ITEM_CHARS else []


def _listed(answers: Sequence[str]) -> frozenset[str]:
    """Labels that answers give several of at a time: few items, which many answers combine."""
    lists = [items for items in map(_items, answers) if items]
    counts = Counter(item for items in lists for item in set(items))
    floor = max(LABEL_COUNT, LABEL_RATIO * len(answers))
    labels = frozenset(item for item, count in counts.items() if count >= floor)
    several = sum(len(items) > 1 and labels.issuperset(items) for items in lists)
    return labels if several >= LISTS_COVERAGE * len(answers) else frozenset()


def _values(answers: Sequence[str]) -> frozenset[str]:
    """Values that JSON answers share: the names of intents and devices, switches, units."""
    counts: Counter[str] = Counter()
    for answer in answers:
        parsed = structured(answer) if len(answer) <= MAX_JSON_CHARS else None
        counts.update(set(parsed.values) if parsed else ())
    floor = max(LABEL_COUNT, VALUE_RATIO * len(answers))
    return frozenset(value for value, count in counts.items() if count >= floor)
