"""Billed tokens beside predicted ones: how far the formula was off, and whether it drifted.

A formula has drifted when the median error of its last jobs is beyond what it promises. The
limits: an exact formula was equal to every public job, while the wrong constants that circulate
are 0.3 to 11.6 % off, so a tenth of a percent tells them apart; one that was fitted to few jobs,
or only documented, was seen within 3 %, so 5 % is not noise.
"""

from __future__ import annotations

import json
import re
import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ftgate.launching.requests import Prediction
from ftgate.plain import Doubt, build

DRIFT_RATIO = {"exact": 0.001, "fitted": 0.05, "documented": 0.05, "unknown": 0.05}
RECENT_JOBS = 5

_BILLED = re.compile(r"training tokens billed:?\s*([\d,.]{1,30})", re.IGNORECASE)


class Entry(NamedTuple):
    """One finished job: what was predicted for the epochs that it trained, and what was billed."""

    job: str
    formula: str
    confidence: str
    model: str
    epochs: int
    predicted_tokens: int
    billed_tokens: int
    band_tokens: int
    expected_epochs: tuple[int, int]
    finished_at: int

    @property
    def error_ratio(self) -> float:
        """Signed: 0.01 is a bill one percent above the prediction."""
        return (self.billed_tokens - self.predicted_tokens) / max(self.predicted_tokens, 1)

    @property
    def in_band(self) -> bool:
        """Whether the difference is one that the prediction itself announced."""
        return abs(self.billed_tokens - self.predicted_tokens) <= self.band_tokens

    @property
    def epochs_expected(self) -> bool:
        """Whether the service chose a number of epochs that was predicted."""
        low, high = self.expected_epochs
        return low <= self.epochs <= high


class Formula(NamedTuple):
    """The errors of one formula: over all of its jobs, and lately."""

    name: str
    confidence: str
    jobs: int
    exact: int
    low_ratio: float
    median_ratio: float
    high_ratio: float
    recent_ratio: float
    limit_ratio: float

    @property
    def drifted(self) -> bool:
        """Whether its last jobs are further off than it promises."""
        return self.recent_ratio > self.limit_ratio


def entry_of(
    job: str,
    model: str,
    epochs: int,
    billed_tokens: int,
    finished_at: int,
    prediction: Prediction,
) -> Entry:
    """The comparison for one job."""
    return Entry(
        job=job,
        formula=prediction.formula,
        confidence=prediction.confidence,
        model=model,
        epochs=epochs,
        predicted_tokens=prediction.at(epochs),
        billed_tokens=billed_tokens,
        band_tokens=prediction.band_tokens,
        expected_epochs=(prediction.low_epochs, prediction.high_epochs),
        finished_at=finished_at,
    )


def billed_in(messages: Iterable[str]) -> int | None:
    """The number in Azure's event "Training tokens billed"; its ``trained_tokens`` is no bill."""
    for message in messages:
        if found := _BILLED.search(message):
            return int(re.sub(r"\D", "", found[1]) or 0)
    return None


def prediction_in(metadata: Mapping[str, str]) -> Prediction | None:
    """The prediction that a job carries with it, for a launch of another machine."""
    try:
        found = build(Prediction, json.loads(metadata.get("ftgate_prediction", "")))
    except (Doubt, ValueError, RecursionError):
        return None
    sound = isinstance(found, Prediction) and found.low_epochs > 0 and found.round_up_tokens > 0
    return found if sound else None


def formulas(entries: Sequence[Entry]) -> list[Formula]:
    """The error distribution of every formula, by name."""
    names = sorted({entry.formula for entry in entries})
    return [_formula(name, [each for each in entries if each.formula == name]) for name in names]


def _formula(name: str, entries: list[Entry]) -> Formula:
    ordered = sorted(entries, key=lambda each: each.finished_at)
    ratios = sorted(each.error_ratio for each in ordered)
    recent = [0.0 if each.in_band else abs(each.error_ratio) for each in ordered[-RECENT_JOBS:]]
    confidence = ordered[-1].confidence
    return Formula(
        name=name,
        confidence=confidence,
        jobs=len(ordered),
        exact=sum(each.billed_tokens == each.predicted_tokens for each in ordered),
        low_ratio=ratios[0],
        median_ratio=statistics.median(ratios),
        high_ratio=ratios[-1],
        recent_ratio=statistics.median(recent),
        limit_ratio=DRIFT_RATIO.get(confidence, DRIFT_RATIO["unknown"]),
    )


def observed(entries: Sequence[Entry], formula: str) -> str:
    """ "observed ±0.0% over 3 jobs" for an estimate of this formula; "" before the first job."""
    ratios = [abs(each.error_ratio) for each in entries if each.formula == formula]
    if not ratios:
        return ""
    jobs = "1 job" if len(ratios) == 1 else f"{len(ratios)} jobs"
    return f"observed ±{max(ratios):.1%} over {jobs}"


def to_json(entry: Entry) -> dict[str, Any]:
    """A line of the calibration log."""
    return {**entry._asdict(), "expected_epochs": list(entry.expected_epochs)}


def from_json(value: Mapping[str, Any]) -> Entry | None:
    """The entry of a line; None for what is none."""
    texts = [value.get(name) for name in ("job", "formula", "confidence", "model")]
    names = ("epochs", "predicted_tokens", "billed_tokens", "band_tokens", "finished_at")
    numbers = [value.get(name) for name in names]
    expected = value.get("expected_epochs")
    if not all(isinstance(each, str) for each in texts):
        return None
    if not all(type(each) is int for each in numbers):
        return None
    if not isinstance(expected, list) or [type(each) for each in expected] != [int, int]:
        return None
    fields = {name: value[name] for name in Entry._fields}
    return Entry(**{**fields, "expected_epochs": tuple(expected)})


def entries_of(lines: Iterable[Mapping[str, Any]]) -> list[Entry]:
    """The log, one entry a job: the last line of a job counts."""
    found = [entry for line in lines if (entry := from_json(line))]
    return list({entry.job: entry for entry in found}.values())
