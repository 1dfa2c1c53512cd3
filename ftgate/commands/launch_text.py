"""What ``ftgate launch`` says before it sends, and while it does."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ftgate.render import words
from ftgate.render.escape import visible

if TYPE_CHECKING:
    from ftgate.launching.requests import Plan, Prediction


def offer(plan: Plan, address: str) -> Iterator[str]:
    """What will be uploaded, where, what it trains, and what it is predicted to cost."""
    yield f"{plan.dataset} passes ({plan.verdict}): {plan.digest}"
    for file in plan.files:
        examples = words.count(file.examples, f"{_ROLES[file.role]} example")
        yield f"upload {file.path}: {file.bytes:,} bytes, {examples}, as it is, to {address}"
    inner = {k: v for k, v in plan.hyperparameters.items() if k != "n_epochs"}
    inner |= {} if plan.seed is None else {"seed": plan.seed}
    inner |= {} if plan.suffix is None else {"suffix": plan.suffix}
    settings = ", ".join(f"{name} {json.dumps(value)}" for name, value in inner.items())
    predicted = plan.prediction
    epochs = words.count(predicted.high_epochs, "epoch")
    if predicted.low_epochs != predicted.high_epochs:
        epochs = f"{predicted.low_epochs}\u2013{epochs}, as the service decides"
    yield f"train {plan.model}, {plan.method}, {epochs}{f', {settings}' if settings else ''}"
    yield f"predicted: {_bill(predicted)}"


def _bill(predicted: Prediction) -> str:
    tokens = words.int_range(predicted.low_tokens, predicted.high_tokens)
    text = f"{tokens} billable tokens ({predicted.confidence})"
    low, high = predicted.low_usd, predicted.high_usd
    cost = "cost not known" if low is None or high is None else words.usd_range(low, high)
    return ", ".join(filter(None, (text, cost, observed(predicted.formula))))


def observed(formula: str) -> str:
    """What finished jobs showed of a formula's estimates: "observed ±0.0% over 3 jobs", or ""."""
    from ftgate.errors import LaunchError
    from ftgate.launching import calibration
    from ftgate.launching.journal import Journal

    try:
        lines = Journal.open().logged()
    except LaunchError:  # no home: nothing was observed
        return ""
    return calibration.observed(calibration.entries_of(lines), formula)


_ROLES = {"train": "training", "validation": "validation"}


@contextmanager
def upload_line() -> Iterator[Callable[[str, int, int], None] | None]:
    """A line on the terminal with how much of a file was sent; None where there is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return

    def show(path: str, sent: int, size: int) -> None:
        line = f"uploading {visible(path)[-60:]} {sent * 100 // max(size, 1)}% of {size:,} bytes"
        sys.stderr.write(f"\r\x1b[K{line}" + ("\r\x1b[K" if sent >= size else ""))
        sys.stderr.flush()

    try:
        yield show
    finally:  # an upload that failed leaves no half line
        sys.stderr.write("\r\x1b[K")
