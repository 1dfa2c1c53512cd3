"""The few words that have a fixed set of values."""

from __future__ import annotations

from typing import Literal

Severity = Literal["error", "warning", "info"]
Outcome = Literal["pass", "fail", "undecided", "error"]
Decision = Literal["fine-tune", "prompt", "rag", "hybrid", "hold"]
FileRole = Literal["train", "validation", "test", "prompt"]
Exactness = Literal["exact", "assumed", "estimated"]
GoalLabel = Literal["knowledge", "style", "format", "mixed", "unknown"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
