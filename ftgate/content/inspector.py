"""What hygiene (FT5) reads of the examples of one stream."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ftgate.content import answers, masks, secrets
from ftgate.content.marks import Marker, Marks, Search, limit_of
from ftgate.model import Example, Problem
from ftgate.readers.jsonl import Line

_ALONE_BYTES = 1 << 22  # what is computed of lines together takes ten times their bytes

Found = list[tuple[Line, list[Problem]]]
"""Problems of examples, in the order of the file."""


class Inspector:
    """Looks at examples, many at a time; :meth:`close` returns what was counted.

    Every line is searched for secrets and personal data: in a small set one after the other, else
    all together. Answers are looked at in the share of the examples that ``search`` says, those
    with the smallest digests.
    """

    def __init__(self, search: Search) -> None:
        self._search = search
        self._answers_below = limit_of(search.answer_share)
        self._signals: Counter[str] = Counter()
        self._marker = Marker(search)

    def inspect(
        self, lines: Sequence[Line], digests: Sequence[int], examples: Sequence[Example]
    ) -> Found:
        """The problems of some lines; each digest is a number drawn from the bytes of a line."""
        every = self._secrets(lines, examples)
        for at, (line, digest, example) in enumerate(zip(lines, digests, examples, strict=True)):
            self._marker.add(line.number, digest, example)
            if digest < self._answers_below and (found := self._look_at_answers(example)):
                every[at] = every.get(at, []) + found
        return [(lines[at], every[at]) for at in sorted(every)]

    def _secrets(
        self, lines: Sequence[Line], examples: Sequence[Example]
    ) -> dict[int, list[Problem]]:
        """Secrets and personal data by the index of the line."""
        if self._search.small or sum(len(line.raw) for line in lines) > _ALONE_BYTES:
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
