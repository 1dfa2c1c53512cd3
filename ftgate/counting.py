"""Counts tokens with the cheapest engine, and not before a text comes that no cache knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftgate.cache import Cache, key_of
from ftgate.engine.task import Counting, adopt, meter
from ftgate.model import Encoding

if TYPE_CHECKING:
    from ftgate.profiling import Measure
    from ftgate.tokens.engines import Counter


class LazyCounter:
    """Counts tokens; loads the vocabulary at the first text that no cache knows."""

    def __init__(
        self, encoding: Encoding, size_bytes: int, cache: Cache, memory_bytes: int = 0
    ) -> None:
        self.encoding = encoding
        self.size_bytes = size_bytes
        self.cache = cache
        self.memory_bytes = memory_bytes
        self.engine = "cached"
        self.note = ""
        self._counter: Counter | None = None

    def measure(self) -> Measure:
        """The provider's token count of one example (see :mod:`ftgate.tokens.billing`)."""
        return meter(self.counting())

    def counting(self, remembered_bytes: int = 0) -> Counting:
        """How a task counts; the counts of so many bytes are known."""
        self.size_bytes -= remembered_bytes
        return adopt(self._open())

    def count(self, text: str) -> int:
        """Tokens of a text, remembered by its digest."""
        key = key_of("text", text, self.encoding.name)
        known = self.cache.get(key)
        if not isinstance(known, int):
            known = self._open().count(text)
            self.cache.put(key, known)
        return int(known)

    def _open(self) -> Counter:
        """The engine, started once: that costs more than counting a megabyte."""
        if self._counter is None:
            from ftgate.tokens.engines import open_counter

            self._counter = open_counter(
                self.encoding.name, size_bytes=self.size_bytes, memory_bytes=self.memory_bytes
            )
            self.engine, self.note = self._counter.engine, self._counter.note
        return self._counter
