"""The marks of all datasets of an audit: on disk until they are compared, then a file at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ftgate.content.marks import Marks, Part
from ftgate.profile import Profile
from ftgate.spill import Spill

if TYPE_CHECKING:
    from ftgate.memory import Memory


class Shelf:
    """Keeps of each file what other datasets are compared with, as far as there is memory for it.

    Where there is not, that is a uniform sample of all examples, the same ones of every file: see
    :mod:`ftgate.thinning`.
    """

    def __init__(self, memory: Memory) -> None:
        self._spill = Spill(memory.waiting_bytes)
        self._memory_bytes = memory.kept_bytes
        self._kept: list[tuple[bool, Profile]] = []
        self._halvings = 0

    def put(self, profile: Profile, *, held_out: bool) -> None:
        """Keep one file more. Raises SpillError."""
        marks = profile.all_marks()
        needed = Marks(
            lines=marks.lines,
            prompts=marks.prompts,
            answers=marks.answers,
            signed=marks.signed,
            records=marks.records,
            bands=marks.bands,
        )
        kept = Profile(examples=profile.examples, marks=needed)
        kept.spill(self._spill)
        self._kept.append((held_out, kept))

    def close(self) -> float:
        """No file comes any more: the share (0-1) of the examples that is compared.

        Raises SpillError.
        """
        from ftgate.thinning import halvings

        self._halvings = halvings([kept for _, kept in self._kept], self._memory_bytes)
        return 0.5**self._halvings

    def parts(self) -> Iterator[Part]:
        """The files in order, with the marks of one at a time. Raises SpillError."""
        from ftgate.thinning import thinned

        for index, (held_out, kept) in enumerate(self._kept):
            yield Part(str(index), held_out, kept.examples, thinned(kept, self._halvings))


__all__ = ["Shelf"]
