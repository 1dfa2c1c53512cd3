"""The words for decisions and break-even codes, in one place for every renderer."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ftgate.render import words
from ftgate.render.escape import visible

if TYPE_CHECKING:
    from ftgate.model import BreakEven, Comparison, Decision, Option
    from ftgate.report import DatasetReport

DECISIONS: dict[Decision, str] = {
    "fine-tune": "fine-tune",
    "prompt": "keep prompting",
    "rag": "use retrieval",
    "hybrid": "fine-tune plus retrieval",
    "hold": "hold",
}

_NEVER = {
    "NO_VOLUME": "never: nobody calls the model",
    "NEVER_NEGATIVE_SAVINGS": "never{against}: the tuned model costs as much every month, or more",
    "NEVER": "never{against}: the savings are too small to pay back in 50 years",
    "PAYS_BACK_THEN_LOST": "paid back{against}, then lost again within {horizon}",
}
_TOO_LATE = {
    "PAYS_BACK_AFTER_HORIZON": "after the horizon of {horizon}",
    "PAYS_BACK_AFTER_SHUTDOWN": "after the model stops",
}


def option(comparison: Comparison, name: str) -> Option | None:
    """The option of that name; None when it was not compared."""
    return next((each for each in comparison.options if each.name == name), None)


def tuned(comparison: Comparison) -> Option | None:
    """The fine-tune itself."""
    return next((each for each in comparison.options if each.kind == "fine-tuned"), None)


def decision(dataset: DatasetReport) -> str:
    """The decision in words; rules that were only partly asked decide nothing."""
    if dataset.outcome == "pass" and dataset.decision == "hold":
        return "selected rules"
    return DECISIONS[dataset.decision]


def break_even(point: BreakEven, comparison: Comparison) -> str:
    """``2.4 months · 198,000 calls · 2027-02-03 against today, before the model stops (…)``."""
    against = f" against {visible(point.against)}" if point.against else ""
    if point.status in _NEVER:
        months = words.count(comparison.horizon_months, "month")
        return _NEVER[point.status].format(against=against, horizon=months)
    parts: list[str] = []
    if point.months is not None:
        parts.append("at once" if point.status == "IMMEDIATE" else words.duration(point.months))
    if point.calls is not None and point.calls > 0:
        parts.append(words.count(math.ceil(point.calls), "call"))
    if point.date is not None:
        parts.append(point.date.isoformat())
    text = " \u00b7 ".join(parts) or "never"
    return text + against + _life(point, comparison)


def _life(point: BreakEven, comparison: Comparison) -> str:
    if point.status in _TOO_LATE:
        months = words.count(comparison.horizon_months, "month")
        return f", {_TOO_LATE[point.status].format(horizon=months)}"
    model = tuned(comparison)
    if model is None or model.usable_until is None or point.before_usable_until is None:
        return ""
    side = "before" if point.before_usable_until else "after"
    return f", {side} the model stops ({model.usable_until.isoformat()})"
