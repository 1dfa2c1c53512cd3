"""What was read of the data: a small mergeable :class:`Profile`.

A profile holds counts, integer histograms and digests, never text, so it can be cached, sent
between processes and merged in any order. :mod:`ftgate.profiling` fills it. What grows with the
examples can be moved to disk, see :meth:`Profile.spill`.
"""

from __future__ import annotations

import base64
import heapq
import sys
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ftgate.content.marks import Marks
from ftgate.spill import Chunk, Spill

if TYPE_CHECKING:
    from ftgate.runs import Run

PLACES = 20  # first places kept per kind of problem
_MANY = 200_000  # digests that are told apart without numpy
_ROWS_AT_ONCE = 200_000  # examples compared at once: about 15 MB
MAX_DISTINCT = 1000  # distinct labels and system prompts counted before giving up

ROLES = ("system", "user", "assistant", "tool")


@dataclass(slots=True)
class Tally:
    """How often one kind of problem was seen, and the first places.

    A place is ``(line, detail, path)``: see :class:`~ftgate.model.Problem`.
    """

    count: int = 0
    places: list[tuple[int, str, str]] = field(default_factory=list)

    def add(self, line: int, detail: str, path: str) -> None:
        """Count one place."""
        self.count += 1
        if len(self.places) < PLACES:
            self.places.append((line, _encodable(detail), _encodable(path)))

    def merge(self, other: Tally) -> None:
        """Add another tally of later lines."""
        self.count += other.count
        self.places = (self.places + other.places)[:PLACES]

    def shift(self, lines: int) -> None:
        """Count the lines of the places from so many lines earlier."""
        self.places = [(line + lines, detail, path) for line, detail, path in self.places]


@dataclass(slots=True)
class Profile:
    """What one file (or any number of them, merged) contains.

    ``tokens`` is the provider's count of one epoch; ``by_role`` counts content only.
    ``lengths`` maps tokens per example to examples. ``labels`` and ``systems`` count digests of
    answers (:mod:`ftgate.content.labels`) and of system prompts; None: too many distinct ones.
    ``over_limit`` examples are longer than the provider's limit; ``cut`` and ``cut_answers`` are
    the tokens lost and, of those, the assistant's. ``hygiene`` says that secrets, answers and
    repetitions were looked at: ``signals`` counts what :func:`ftgate.content.answers.signals` saw,
    ``marks`` are what repetitions are found by. ``accepted`` counts places by their entry in the
    baseline: those are in no tally of ``problems``. ``digests`` has 64 bits for every example,
    ``at`` its line, 0 when it has no turns; ``runs`` and ``chunks`` are the digests and the marks
    of further examples, on disk.
    """

    hygiene: bool = False
    bytes: int = 0
    lines: int = 0
    examples: int = 0
    invalid: int = 0
    blank: int = 0
    formats: Counter[str] = field(default_factory=Counter)
    format_lines: dict[str, int] = field(default_factory=dict)
    problems: dict[str, Tally] = field(default_factory=dict)
    tokens: int = 0
    by_role: Counter[str] = field(default_factory=Counter)
    tool_tokens: int = 0
    images: int = 0
    lengths: Counter[int] = field(default_factory=Counter)
    over_limit: int = 0
    cut: int = 0
    cut_answers: int = 0
    labels: Counter[str] | None = field(default_factory=Counter)
    systems: Counter[str] | None = field(default_factory=Counter)
    signals: Counter[str] = field(default_factory=Counter)
    digests: array[int] = field(default_factory=lambda: array("Q"))
    at: array[int] = field(default_factory=lambda: array("I"))
    marks: Marks = field(default_factory=Marks)
    accepted: Counter[str] = field(default_factory=Counter)
    runs: list[Run] = field(default_factory=list)
    chunks: list[Chunk] = field(default_factory=list)
    distinct: int | None = field(default=None, compare=False)  # once somebody has asked

    @property
    def unique(self) -> int:
        """Distinct examples."""
        if self.distinct is None:
            if self._are_few():
                self.distinct = len(set(self.digests))
            else:
                from ftgate.runs import distinct

                self.distinct = distinct(_ROWS_AT_ONCE, self._sorted())
        return self.distinct

    @property
    def duplicates(self) -> int | None:
        """Examples that repeat an earlier one exactly; None when only the structure was read."""
        if len(self.digests) + sum(run.rows for run in self.runs) != self.examples:
            return None
        return self.examples - self.unique

    def overlap(self, other: Profile) -> int:
        """Examples of ``other`` that also occur here, exactly."""
        if self._are_few() and other._are_few():
            mine = set(self.digests)
            return sum(1 for digest in other.digests if digest in mine)
        from ftgate.runs import found_in

        return found_in(_ROWS_AT_ONCE, other._sorted(), self._sorted())

    def quantile(self, share: float) -> int:
        """Tokens of the example at this share (0-1) of the sorted lengths; 0 when empty."""
        rank = share * (self.examples - 1)
        seen = 0
        for tokens in sorted(self.lengths):
            seen += self.lengths[tokens]
            if seen > rank:
                return tokens
        return 0

    def sample(self, size: int) -> list[tuple[int, int]]:
        """``(digest, line)`` of the distinct examples with the smallest digests, by digest.

        That is a uniform sample which depends neither on the order of the examples nor on how the
        file was cut (bottom-k sampling, Cohen and Kaplan 2007). Examples without turns are left
        out.
        """
        if not self._are_few():
            from ftgate.runs import smallest

            return smallest(_ROWS_AT_ONCE, self._sorted(), size)
        ranks = self.digests
        if sys.byteorder == "little":
            ranks = ranks[:]
            ranks.byteswap()
        eligible = len(self.at) - self.at.count(0)
        first: dict[int, int] = {}
        tried = 0
        while len(first) < size and tried < eligible:  # again only where examples repeat
            tried = 2 * tried or size
            pairs = (pair for pair in zip(ranks, self.at, strict=True) if pair[1])
            for rank, line in heapq.nsmallest(tried, pairs):
                first.setdefault(rank, line)
        return list(first.items())[:size]

    def _are_few(self) -> bool:
        return not self.runs and len(self.digests) <= _MANY

    def _sorted(self) -> list[Run]:
        """All digests, as those that are on disk."""
        return [*self.runs, self._run(Spill(sys.maxsize))] if self.digests else self.runs

    def _run(self, spill: Spill) -> Run:
        import numpy as np

        from ftgate.runs import Run

        ranks = np.frombuffer(self.digests, ">u8").astype(np.uint64)  # as :meth:`sample` has them
        return Run.of(spill, ranks, np.frombuffer(self.at, np.uint32))

    @property
    def held_bytes(self) -> int:
        """Memory of what grows with the number of examples."""
        columns = (self.digests, self.at, *self.marks.columns().values())
        return sum(len(column) * column.itemsize for column in columns)

    def spill(self, spill: Spill) -> None:
        """Move what grows with the number of examples to disk. Raises SpillError.

        Such a profile says the same, but is no more to be sent to another process.
        """
        if self.digests:
            self.runs.append(self._run(spill))
            self.digests, self.at = array("Q"), array("I")
        if columns := self.marks.columns():
            self.chunks.append(Chunk.of(spill, columns))
            self.marks = Marks()

    def on_disk(self) -> Iterator[Profile]:
        """What is on disk, a part at a time, each as a profile that says nothing else."""
        for run in self.runs:
            ranks, lines = run.whole()
            digests = array("Q", ranks.astype(">u8").tobytes())
            yield Profile(digests=digests, at=array("I", lines.tobytes()))
        for chunk in self.chunks:
            yield Profile(marks=_marks(chunk))

    def blocks(self) -> Iterator[Marks]:
        """All marks, in order, a part of them at a time. Raises SpillError."""
        for chunk in self.chunks:
            yield _marks(chunk)
        yield self.marks

    def all_marks(self) -> Marks:
        """All marks in memory. Raises SpillError."""
        if not self.chunks:
            return self.marks
        found = Marks()
        for block in self.blocks():
            found.merge(block)
        return found

    def append(self, later: Profile) -> None:
        """Add the profile of what follows in the same file, read as if it were a file of its own.

        ``later`` is not to be used any more.
        """
        if self.lines:
            later.shift(self.lines)
        self.merge(later)

    def shift(self, lines: int) -> None:
        """Count lines from so many lines earlier."""
        self.format_lines = {name: line + lines for name, line in self.format_lines.items()}
        for tally in self.problems.values():
            tally.shift(lines)
        self.at = array("I", [line and line + lines for line in self.at])
        self.marks.shift(lines)

    def merge(self, other: Profile) -> None:
        """Add the profile of another file; associative, and commutative but for the order."""
        had_examples = self.examples
        self.hygiene = self.hygiene or other.hygiene
        for name in (
            "bytes",
            "lines",
            "examples",
            "invalid",
            "blank",
            "tokens",
            "tool_tokens",
            "images",
            "over_limit",
            "cut",
            "cut_answers",
        ):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.formats.update(other.formats)
        self.by_role.update(other.by_role)
        self.lengths.update(other.lengths)
        for name, line in other.format_lines.items():
            self.format_lines.setdefault(name, line)
        for kind, tally in other.problems.items():
            self.problems.setdefault(kind, Tally()).merge(tally)
        self.labels = _merged(self.labels, other.labels)
        self.systems = _merged(self.systems, other.systems)
        self.signals.update(other.signals)
        self.distinct = None if had_examples else other.distinct
        self.digests.extend(other.digests)
        self.at.extend(other.at)
        self.marks.merge(other.marks)
        self.accepted.update(other.accepted)
        self.runs = [*self.runs, *other.runs]
        self.chunks = [*self.chunks, *other.chunks]

    def check(self) -> None:
        """Reconcile: every line is an example, invalid or blank."""
        if self.lines != self.examples + self.invalid + self.blank:
            raise AssertionError(
                f"{self.lines} lines != {self.examples} + {self.invalid} + {self.blank}"
            )

    def to_json(self) -> dict[str, Any]:
        """JSON values for the cache, of all that is in memory."""
        data = {name: getattr(self, name) for name in self.__slots__}
        del data["runs"], data["chunks"]
        data["lengths"] = sorted(self.lengths.items())
        data["problems"] = {kind: [t.count, t.places] for kind, t in self.problems.items()}
        for name in ("digests", "at"):
            data[name] = base64.b64encode(data[name]).decode()
        data["marks"] = self.marks.to_json()
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Profile:
        """Inverse of :meth:`to_json`."""
        values = dict(data)
        values["lengths"] = Counter({tokens: count for tokens, count in data["lengths"]})
        values["problems"] = {
            kind: Tally(count, [(line, detail, path) for line, detail, path in places])
            for kind, (count, places) in data["problems"].items()
        }
        for name in ("formats", "by_role", "labels", "systems", "signals", "accepted"):
            if values[name] is not None:
                values[name] = Counter(values[name])
        values["digests"] = array("Q", base64.b64decode(data["digests"]))
        values["at"] = array("I", base64.b64decode(data["at"]))
        values["marks"] = Marks.from_json(data["marks"])
        return cls(**values)


def _encodable(text: str) -> str:
    """A name of the data may have half of a surrogate pair: it is spelled out."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _marks(chunk: Chunk) -> Marks:
    return Marks(**{name: chunk.column(name) for name in chunk.places})


def _merged(mine: Counter[str] | None, other: Counter[str] | None) -> Counter[str] | None:
    """Both counts together; None when there are too many to be counted."""
    if mine is None or other is None:
        return None
    mine.update(other)
    return mine if len(mine) <= MAX_DISTINCT else None
