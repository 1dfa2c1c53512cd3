"""The one value that every renderer sees, and its JSON contract (``ftgate/report/1``).

Keys only grow; the number in ``schema`` changes when one changes its meaning or goes. Money is a
decimal string in USD, tokens are integers, ratios 0-1, dates ISO. There is no wall-clock time
inside, so the same bytes judged for the same day give the same report, byte for byte.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from ftgate.model import (
    Comparison,
    Decision,
    Encoding,
    FileRole,
    Finding,
    Goal,
    Outcome,
    Price,
    Reason,
    RuleText,
    Training,
)
from ftgate.model.change import Before
from ftgate.model.opinion import Opinion

SCHEMA = "ftgate/report/1"
EXIT_CODES: dict[Outcome, int] = {"pass": 0, "fail": 1, "error": 2, "undecided": 3}


@dataclass(frozen=True, slots=True)
class FileReport:
    """One file as it was read: ``lines = examples + invalid + blank``."""

    path: str
    role: FileRole
    format: str
    bytes: int
    lines: int
    examples: int
    invalid: int
    blank: int
    digest: str


@dataclass(frozen=True, slots=True)
class TokenReport:
    """Tokens of one epoch of the training files, as the provider counts them.

    ``histogram`` has ``(upper bound, examples)`` pairs over tokens per example.
    """

    encoding: Encoding
    engine: str
    total: int
    by_role: dict[str, int]
    tools: int
    images: int
    per_example: dict[str, float]
    over_limit: int
    truncated_tokens: int
    limit: int | None
    histogram: tuple[tuple[int, int], ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class DatasetReport:
    """Everything that is said of one dataset."""

    name: str
    outcome: Outcome
    decision: Decision
    reasons: tuple[Reason, ...]
    digest: str
    files: tuple[FileReport, ...]
    tokens: TokenReport | None
    training: Training | None
    goal: Goal | None
    duplicates: dict[str, int | None]
    findings: tuple[Finding, ...]
    comparison: Comparison | None
    provider: str = ""
    profile: str = ""
    next_command: str = ""
    waived: tuple[str, ...] = ()
    before: Before | None = None
    opinion: Opinion | None = None

    @property
    def examples(self) -> int:
        """Training examples that were read."""
        return sum(file.examples for file in self.files if file.role == "train")


@dataclass(frozen=True, slots=True)
class Report:
    """The result of one run over any number of datasets.

    ``exit_code`` already follows the policy (``on_unknown``, ``--exit-zero``). ``rules`` has the
    rules that the findings name, by code, for formats that carry their documentation.
    """

    version: str
    outcome: Outcome
    exit_code: int
    as_of: str
    datasets: tuple[DatasetReport, ...]
    prices: tuple[Price, ...]
    settings: dict[str, Any] = field(default_factory=dict)
    price_mode: str = "offline"  # how prices were asked for: --prices
    rules: tuple[RuleText, ...] = ()

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from ftgate.render.notebook import report_html

        return report_html(self)


def fingerprint(dataset: str, finding: Finding) -> str:
    """Stable identity of a finding: dataset, rule, file and key, not line numbers or wording."""
    key = f"{dataset}\0{finding.code}\0{finding.path or ''}\0{finding.key}"
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:12]
