"""What hygiene (FT5) reads of the examples of one stream."""

from __future__ import annotations

from collections import Counter

from ftgate.content import answers, masks, secrets
from ftgate.content.marks import Marker, Marks, Search, limit_of
from ftgate.model import Example, Problem
from ftgate.readers.jsonl import Line

# Each search begins with what it needs out of the processor's caches, and leaves them without what
# reading and counting need: four times as many searches cost a tenth of a whole check.
_BATCH_BYTES = 1 << 20
_ALONE_BYTES = 1 << 22  # what is computed of a batch takes ten times its bytes

Found = list[tuple[Line, list[Problem]]]
"""Problems of examples, in the order of the file."""


class Inspector:
    """Looks at one example after the other; :meth:`close` returns what was counted.

    Every line is searched for secrets and personal data: in a small set one after the other, else
    many at a time, so that problems are told later than their example is read. Answers are looked
    at in the share of the examples that ``search`` says, those with the smallest digests.
    """

    def __init__(self, search: Search) -> None:
        self._search = search
        self._answers_below = limit_of(search.answer_share)
        self._signals: Counter[str] = Counter()
        self._marker = Marker(search)
        self._lines: list[Line] = []
        self._examples: list[Example] = []
        self._found: dict[int, list[Problem]] = {}
        self._bytes = 0

    def inspect(self, line: Line, digest: int, example: Example) -> Found:
        """Problems that are known by now; ``digest`` is a number drawn from the line's bytes."""
        self._marker.add(line.number, digest, example)
        found = self._look_at_answers(example) if digest < self._answers_below else []
        if found:
            self._found[len(self._lines)] = found
        self._lines.append(line)
        self._examples.append(example)
        self._bytes += len(line.raw)
        return self.rest() if self._search.small or self._bytes > _BATCH_BYTES else []

    def rest(self) -> Found:
        """Problems of the lines that wait to be searched together."""
        every = self._secrets()
        for index, found in self._found.items():
            every[index] = every.get(index, []) + found
        told = [(self._lines[index], every[index]) for index in sorted(every)]
        self._lines, self._examples, self._found, self._bytes = [], [], {}, 0
        return told

    def _secrets(self) -> dict[int, list[Problem]]:
        """Secrets and personal data by the index of the waiting line."""
        lines, examples = self._lines, self._examples
        if self._search.small or self._bytes > _ALONE_BYTES:
            each = ((at, secrets.inspect(line.raw, examples[at])) for at, line in enumerate(lines))
            every = {at: found for at, found in each if found}
        else:
            from ftgate.content.sieve import suspects  # with numpy, which small sets do without

            secret, private = suspects([line.raw for line in lines])
            every = {
                at: secrets.inspect_suspect(
                    lines[at].raw, examples[at], secret=at in secret, private=at in private
                )
                for at in secret | private
            }
            every = {at: found for at, found in every.items() if found}
        for found in every.values():
            masks.count(self._signals, found)
        return every

    def _look_at_answers(self, example: Example) -> list[Problem]:
        if self._search.answer_share < 1:
            self._signals[answers.LOOKED_AT] += 1
        for name in answers.signals(example):  # Counter.update takes longer for two names
            self._signals[name] += 1
        return answers.inspect(example)

    def close(self) -> tuple[Counter[str], Marks]:
        """Signals of the whole stream, and the marks of its examples."""
        return self._signals, self._marker.close()
