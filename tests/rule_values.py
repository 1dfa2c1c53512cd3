"""What tests of rules share: the one finding, and a training job."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from ftgate.model import Finding, Missing, Training


def only(findings: Iterable[Finding]) -> Finding:
    (finding,) = findings
    return finding


def training(usd_high: str | None = "1", missing: Missing | None = None) -> Training:
    return Training(
        model="gpt-4.1-mini-2025-04-14",
        provider="openai",
        epochs_low=2,
        epochs_high=3,
        epochs_used=3,
        epochs_rule="auto",
        billable_low=20_000_000,
        billable_high=30_000_000,
        usd_low=None if usd_high is None else Decimal(1),
        usd_high=None if usd_high is None else Decimal(usd_high),
        price_ref=None,
        missing=missing,
    )
