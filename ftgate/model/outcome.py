"""What comes out: findings, and the verdict with its reasons."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from ftgate.model.words import Decision, Outcome, Severity


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact that a rule reports, aggregated over its places.

    A rule fills ``message``, ``path``, ``lines`` (first places, 1-based) and ``count``; the runner
    stamps ``code``, ``name`` and, where the rule left it open, ``severity``. ``decision`` is the
    advice that follows from the finding, ``undecided`` marks a missing number rather than a defect.
    ``key`` tells findings of one rule in one file apart (a model and unit, say). ``json_path`` is
    where in the record of the first line, ``rule`` what the provider says about it.
    """

    message: str
    path: str | None = None
    lines: tuple[int, ...] = ()
    count: int = 1
    code: str = ""
    name: str = ""
    severity: Severity | None = None
    decision: Decision | None = None
    undecided: bool = False
    next_step: str = ""
    key: str = ""
    json_path: str = ""
    rule: str = ""


class RuleText(NamedTuple):
    """What a report says of a rule that it names: its default severity and its documentation."""

    code: str
    name: str
    severity: Severity
    summary: str
    documentation: str


class WaiverUse(NamedTuple):
    """One ``[[waive]]`` entry beside the findings of a dataset.

    ``covered`` counts the findings that it is about, ``changed`` says that the data are not those
    that it is pinned to. ``undecided`` counts those that it cannot accept: a number is missing.
    """

    code: str
    until: date
    covered: int
    expired: bool
    changed: bool
    undecided: int = 0


class BaselineUse(NamedTuple):
    """What ``.ftgate-baseline`` lists of one data file, beside what the file holds of it.

    Entries are ``CODE digest``. ``found`` counts the places of each that was met.
    """

    path: str
    listed: frozenset[str]
    found: dict[str, int]

    @property
    def gone(self) -> int:
        """Entries that the file no longer has a place for."""
        return len(self.listed - self.found.keys())


class VoidIgnore(NamedTuple):
    """A comment in a prompt file that is to accept a finding and does not; ``why``, what to do."""

    path: str
    line: int
    why: str
    next_step: str


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of the verdict: the rule, and the sentence with number, limit and next step."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Outcome and decision of one dataset, with the reasons in order of weight."""

    outcome: Outcome
    decision: Decision
    reasons: tuple[Reason, ...]
    next_command: str = ""
    waived: tuple[str, ...] = field(default=())
