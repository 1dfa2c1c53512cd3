"""The few examples of a file whose texts are kept, to judge what they teach.

Kept are the examples with the smallest record digests, which is a uniform sample of the distinct
examples that does not depend on their order or on how the file was cut (bottom-k sampling, Cohen
and Kaplan 2007).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ftgate.model import Example


@dataclass(slots=True)
class Sample:
    """The ``size`` distinct examples with the smallest digests, with their line numbers."""

    size: int
    kept: dict[bytes, tuple[int, Example]] = field(default_factory=dict)
    bound: bytes = b"\xff" * 9  # nothing above it can be among the smallest

    def offer(self, digest: bytes, line: int, example: Example) -> None:
        """Keep the example if its digest is among the smallest seen."""
        if digest > self.bound or digest in self.kept:
            return
        self.kept[digest] = (line, example)
        if len(self.kept) >= 2 * self.size:
            self._cut()

    def examples(self) -> list[tuple[bytes, int, Example]]:
        """``(digest, line, example)``, by digest."""
        self._cut()
        return [(digest, line, example) for digest, (line, example) in self.kept.items()]

    def _cut(self) -> None:
        """Forget all but the smallest; doing so once in a while is cheaper than a heap."""
        self.kept = {digest: self.kept[digest] for digest in sorted(self.kept)[: self.size]}
        if len(self.kept) == self.size:
            self.bound = max(self.kept)
