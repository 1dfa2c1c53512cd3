"""The nouns of an audit. None is what could not be found out; it is never a zero."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from ftgate.model import Decision, GoalLabel, Outcome

SUMMED = (
    *("files", "bytes", "examples", "held_out", "invalid", "tokens", "usd_low", "usd_high"),
    *("duplicates", "near_duplicates", "leaked"),
    *("same_elsewhere", "near_elsewhere", "leaked_elsewhere", "secrets", "personal"),
)
"""Fields of a row that have a total."""


@dataclass(frozen=True, slots=True)
class Row:
    """One dataset of an inventory, or a folder that cannot be listed, which has no files.

    ``path`` is its first file. ``examples``, ``tokens`` (of one epoch) and the dollars are those of
    the training files, ``held_out`` counts validation and test examples, ``invalid`` the lines that
    are no example. ``duplicates`` repeat an earlier training example, ``near_duplicates`` differ
    from one in some words, ``leaked`` held-out examples are in the training set. The same three
    ``…_elsewhere`` are about the training sets of the other datasets. ``secrets`` and ``personal``
    count lines that hold a secret, or personal data, whatever the plan allows. ``searched`` is the
    share (0-1) of the examples that were compared. ``codes`` are the rules that found an error;
    ``error`` says why a dataset was not judged at all, for want of time (FT010) too.
    """

    name: str
    path: str
    files: int
    bytes: int | None = None
    formats: tuple[str, ...] = ()
    examples: int | None = None
    held_out: int | None = None
    invalid: int | None = None
    tokens: int | None = None
    model: str | None = None
    provider: str | None = None
    usd_low: Decimal | None = None
    usd_high: Decimal | None = None
    goal: GoalLabel | None = None
    knowledge_share: float | None = None
    duplicates: int | None = None
    near_duplicates: int | None = None
    leaked: int | None = None
    same_elsewhere: int | None = None
    near_elsewhere: int | None = None
    leaked_elsewhere: int | None = None
    secrets: int | None = None
    personal: int | None = None
    searched: float | None = None
    outcome: Outcome = "error"
    decision: Decision | None = None
    codes: tuple[str, ...] = ()
    error: str = ""
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Overlap:
    """What of one dataset is also in the training set of another one, by index of their rows.

    ``same`` and ``near`` count training examples of ``dataset``, ``leaked`` its held-out ones.
    """

    dataset: int
    other: int
    same: int = 0
    near: int = 0
    leaked: int = 0


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over the rows that know a number (None where none does), and how many do not."""

    datasets: int
    outcomes: dict[Outcome, int]
    sums: dict[str, int | Decimal | None]
    unknown: dict[str, int]


@dataclass(frozen=True, slots=True)
class Inventory:
    """The result of an audit.

    Rows are sorted by path, with folders that cannot be listed at the end; overlaps by size, the
    largest leaks first. When there was no time for it, the datasets are not ``compared`` with each
    other.
    """

    version: str
    as_of: str
    rows: tuple[Row, ...]
    overlaps: tuple[Overlap, ...] = ()
    compared: bool = True

    @property
    def totals(self) -> Totals:
        """What all datasets are together."""
        counts = Counter(row.outcome for row in self.rows)
        known = {
            name: [value for row in self.rows if (value := getattr(row, name)) is not None]
            for name in SUMMED
        }
        return Totals(
            datasets=len(self.rows),
            outcomes={name: counts[name] for name in _OUTCOMES},
            sums={name: _sum(values) for name, values in known.items()},
            unknown={name: len(self.rows) - len(values) for name, values in known.items()},
        )


_OUTCOMES: tuple[Outcome, ...] = ("pass", "fail", "undecided", "error")


def _sum(values: list[int | Decimal]) -> int | Decimal | None:
    return sum(values[1:], values[0]) if values else None
