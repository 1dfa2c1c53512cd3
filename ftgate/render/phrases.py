"""The words for decisions and break-even codes, in one place for every renderer."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ftgate.render.escape import visible
from ftgate.render.words import duration

if TYPE_CHECKING:
    from ftgate.model import BreakEven, Comparison, Decision, Option

DECISIONS: dict[Decision, str] = {
    "fine-tune": "fine-tune",
    "prompt": "keep prompting",
    "rag": "use retrieval",
    "hybrid": "fine-tune plus retrieval",
    "hold": "hold",
}

_NEVER = {
    "NO_VOLUME": "never: nobody calls the model",
    "NEVER_NEGATIVE_SAVINGS": "never: the tuned model costs as much every month, or more",
    "NEVER": "never: the savings are too small to pay back in 50 years",
    "PAYS_BACK_THEN_LOST": "paid back, then lost again within {horizon} months",
}
_TOO_LATE = {
    "PAYS_BACK_AFTER_HORIZON": "after the horizon of {horizon} months",
    "PAYS_BACK_AFTER_SHUTDOWN": "after the model stops",
}


def option(comparison: Comparison, name: str) -> Option | None:
    """The option of that name; None when it was not compared."""
    return next((each for each in comparison.options if each.name == name), None)


def tuned(comparison: Comparison) -> Option | None:
    """The fine-tune itself."""
    return next((each for each in comparison.options if each.kind == "fine-tuned"), None)


def break_even(point: BreakEven, comparison: Comparison) -> str:
    """``2.4 months · 198,000 calls · 2027-02-03 against today, before the model stops (…)``."""
    if point.status in _NEVER:
        return _NEVER[point.status].format(horizon=comparison.horizon_months)
    parts: list[str] = []
    if point.months is not None:
        parts.append("at once" if point.status == "IMMEDIATE" else duration(point.months))
    if point.calls is not None and point.calls > 0:
        parts.append(f"{math.ceil(point.calls):,} calls")
    if point.date is not None:
        parts.append(point.date.isoformat())
    text = " \u00b7 ".join(parts) or "never"
    against = f" against {visible(point.against)}" if point.against else ""
    return text + against + _life(point, comparison)


def _life(point: BreakEven, comparison: Comparison) -> str:
    if point.status in _TOO_LATE:
        return f", {_TOO_LATE[point.status].format(horizon=comparison.horizon_months)}"
    model = tuned(comparison)
    if model is None or model.usable_until is None or point.before_usable_until is None:
        return ""
    side = "before" if point.before_usable_until else "after"
    return f", {side} the model stops ({model.usable_until.isoformat()})"
