"""Whether a data set of this size and goal is worth a cost analysis at all.

The order matters: too few examples stop everything, whatever they teach. Thresholds: 50 examples is
where OpenAI's fine-tuning guide expects the first visible gain; facts belong into retrieval because
training on new facts raises hallucination (Gekhman et al., EMNLP 2024) and retrieval beats
fine-tuning for facts (Ovadia et al., arXiv 2312.05934).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ftgate.model import Decision

MIN_EXAMPLES = 50

Answer = Literal["stop", "caution", "go"]


@dataclass(frozen=True, slots=True)
class Suitability:
    """The answer, the decision that follows if it stops here (None: go on), and why."""

    answer: Answer
    decision: Decision | None
    text: str


def suitability(goal: str, examples: int, *, volatile: bool = False) -> Suitability:
    """Judge goal (``style``, ``format``, ``knowledge``, other), volume and volatility of facts."""
    if examples < MIN_EXAMPLES:
        return Suitability(
            "stop",
            "hold",
            f"{examples:,} examples are too few (at least {MIN_EXAMPLES}, better 100): collect more"
            " before anything else",
        )
    if goal == "knowledge" and volatile:
        return Suitability(
            "stop", "rag", "facts that change belong into retrieval, not into weights"
        )
    if goal == "knowledge":
        return Suitability(
            "caution",
            "hybrid",
            "tuning on facts teaches the model to make up others; keep the facts in retrieval, and"
            " tune for the form of the answers",
        )
    if goal in ("style", "format"):
        return Suitability("go", None, f"{goal} is what fine-tuning is good at")
    return Suitability("go", None, "no objection; the costs decide")
