"""Two reports side by side: what changed for each dataset."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ftgate.model.change import Change, Version

if TYPE_CHECKING:
    from ftgate.report import DatasetReport, Report


_MAX_EXPONENT = 15  # of dollars


def version_of(dataset: DatasetReport) -> Version:
    """The numbers of a dataset that are compared."""
    options = dataset.comparison.options if dataset.comparison else ()
    tuned = next((option for option in options if option.kind == "fine-tuned"), None)
    monthly = [line.usd for line in tuned.lines if line.monthly] if tuned else []
    codes = Counter(finding.code for finding in dataset.findings)
    return Version(
        outcome=dataset.outcome,
        decision=dataset.decision,
        examples=dataset.examples,
        tokens=dataset.tokens.total if dataset.tokens else None,
        training_usd=dataset.training.usd_high if dataset.training else None,
        monthly_usd=sum(monthly, Decimal(0)) if monthly else None,
        codes=dict(sorted(codes.items())),
        digest=dataset.digest,
    )


def versions_of(report: Report | None) -> dict[str, Version]:
    """The version of every dataset of a report, by name; none for a commit without any."""
    return {each.name: version_of(each) for each in report.datasets} if report else {}


def stored_versions(report: Mapping[str, Any]) -> dict[str, Version]:
    """The same of a report that was written as JSON.

    Raises KeyError, TypeError or ValueError for what is no report.
    """
    return {each["name"]: _stored(each) for each in report["datasets"]}


def compare_versions(before: Mapping[str, Version], after: Mapping[str, Version]) -> list[Change]:
    """A change per dataset that either side has, by name."""
    names = sorted(before.keys() | after.keys())
    return [Change(name, before.get(name), after.get(name)) for name in names]


def _stored(dataset: Mapping[str, Any]) -> Version:
    options = (dataset["comparison"] or {}).get("options", ())
    tuned = next((each for each in options if each["kind"] == "fine-tuned"), None)
    lines = tuned["lines"] if tuned else ()
    monthly = [
        _amount(line["usd"])
        for line in lines
        if not line["upfront"] and not line.get("every_months")
    ]
    training = dataset["training"] and dataset["training"]["usd"]["high"]
    codes = Counter(finding["code"] for finding in dataset["findings"])
    return Version(
        outcome=dataset["outcome"],
        decision=dataset["decision"],
        examples=sum(file["examples"] for file in dataset["files"] if file["role"] == "train"),
        tokens=dataset["tokens"] and dataset["tokens"]["total"],
        training_usd=_amount(training) if training is not None else None,
        monthly_usd=sum(monthly, Decimal(0)) if monthly else None,
        codes=dict(sorted(codes.items())),
        digest=dataset["digest"],
    )


def _amount(text: str) -> Decimal:
    """Dollars of a report; ``1e999999`` is none, and written out it would fill a disk."""
    amount = Decimal(text)
    if not amount.is_finite() or abs(amount.adjusted()) > _MAX_EXPONENT:
        raise ValueError(text)
    return amount
