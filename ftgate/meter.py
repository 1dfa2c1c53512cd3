"""How much of the data this process has read: readers add to it, the line on the screen looks.

One for the process, as a log is: nothing is decided by it, and who reads need not know who looks.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Meter:
    """Bytes announced and read, examples and tokens, of all datasets of a run.

    ``counted`` are the bytes that have these tokens.
    """

    expected: int = 0
    bytes: int = 0
    examples: int = 0
    tokens: int = 0
    counted: int = 0
    _whole: tuple[int, int, int] = (0, 0, 0)

    def start(self, size: int) -> None:
        """So many bytes are about to be read."""
        self.expected += size
        self._whole = (self.bytes + size, self.examples, self.tokens)

    def add(self, size: int, examples: int = 0, tokens: int = 0) -> None:
        """A part of them has been read; what is read twice is not done twice."""
        self.bytes = min(self.bytes + size, self._whole[0])
        self.examples += examples
        self.tokens += tokens
        self.counted += size if tokens else 0

    def finish(self, examples: int, tokens: int) -> None:
        """All of them have been, with so many examples; what was added of them is in here."""
        self.bytes, before, counted = self._whole
        self.examples, self.tokens = before + examples, counted + tokens
        self.counted = self.bytes


METER = Meter()
