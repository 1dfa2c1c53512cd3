"""What hygiene (FT5) reads of the examples of one stream."""

from __future__ import annotations

from collections import Counter

from ftgate.content import answers, masks, secrets
from ftgate.content.marks import Marker, Marks, Search
from ftgate.model import Example, Problem


class Inspector:
    """Looks at one example after the other; :meth:`close` returns what was counted."""

    def __init__(self, search: Search) -> None:
        self._signals: Counter[str] = Counter()
        self._marker = Marker(search)

    def inspect(self, line: int, raw: bytes, digest: int, example: Example) -> list[Problem]:
        """Problems of one example; ``raw`` is its line, ``digest`` a number drawn from that."""
        self._marker.add(line, digest, example)
        for name in answers.signals(example):  # Counter.update takes longer for two names
            self._signals[name] += 1
        found = secrets.inspect(raw, example)
        masks.count(self._signals, found)
        return found + answers.inspect(example)

    def close(self) -> tuple[Counter[str], Marks]:
        """Signals of the whole stream, and the marks of its examples."""
        return self._signals, self._marker.close()
