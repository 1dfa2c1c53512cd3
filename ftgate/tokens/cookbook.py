"""OpenAI's cookbook rule for chat examples, kept for comparison: many people know its numbers.

``Chat_finetuning_data_prep.ipynb``, the notebook on which most cost calculators are built: 3 per
message, every text of the message, 1 per ``name``, 3 per example, at most 4,096 per example. It is
not what is billed (:mod:`ftgate.tokens.billing` is): on public jobs it is 0.3 to 11.6 % too high.
What the notebook prints as ``p5 / p95`` are the 10 % and 90 % quantiles; here they are named so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

TOKENS_PER_MESSAGE = 3
TOKENS_PER_NAME = 1
TOKENS_PER_EXAMPLE = 3
MAX_EXAMPLE_TOKENS = 4_096
TARGET_EPOCHS = 3
MIN_TARGET_EXAMPLES = 100
MAX_TARGET_EXAMPLES = 25_000
MAX_DEFAULT_EPOCHS = 25
"""Constants of the notebook, under other names."""


class Spread(NamedTuple):
    """How a number is distributed over examples; quantiles between two examples are weighted."""

    min: int
    max: int
    mean: float
    median: float
    p10: float
    p90: float


class Cookbook(NamedTuple):
    """What the notebook prints for one training set.

    ``crashes`` counts records at which the notebook stops with an exception (an integer weight,
    tool calls, an answer without text); here their texts are counted.
    """

    examples: int
    total: Spread
    answers: Spread
    over_limit: int
    tokens_per_epoch: int
    epochs: int
    crashes: int

    @property
    def charged(self) -> int:
        """Tokens of the whole job."""
        return self.tokens_per_epoch * self.epochs


class Tally:
    """Adds up records by the notebook's rule."""

    def __init__(self, count: Callable[[str], int]) -> None:
        self._count = count
        self._totals: list[int] = []
        self._answers: list[int] = []
        self._crashes = 0

    def add(self, record: Any) -> None:
        """Count one record; those without a list of messages are left out."""
        messages = record.get("messages") if isinstance(record, dict) else None
        if not isinstance(messages, list):
            return
        total, answer, clean = TOKENS_PER_EXAMPLE, 0, True
        for message in messages:
            fields = message if isinstance(message, dict) else {}
            texts = {key: text for key, text in fields.items() if isinstance(text, str)}
            needed = {"role", "content"} if fields.get("role") == "assistant" else {"role"}
            clean = clean and len(texts) == len(fields) and needed <= texts.keys()
            total += TOKENS_PER_MESSAGE + sum(map(self._count, texts.values()))
            total += TOKENS_PER_NAME if "name" in fields else 0
            if fields.get("role") == "assistant":
                answer += self._count(texts.get("content", ""))
        self._totals.append(total)
        self._answers.append(answer)
        self._crashes += not clean

    def result(self) -> Cookbook | None:
        """The notebook's numbers, None without a single example."""
        examples = len(self._totals)
        if not examples:
            return None
        return Cookbook(
            examples=examples,
            total=spread(self._totals),
            answers=spread(self._answers),
            over_limit=sum(tokens > MAX_EXAMPLE_TOKENS for tokens in self._totals),
            tokens_per_epoch=sum(min(tokens, MAX_EXAMPLE_TOKENS) for tokens in self._totals),
            epochs=epochs(examples),
            crashes=self._crashes,
        )


def epochs(examples: int) -> int:
    """The notebook's guess at what the provider chooses: about 100 to 25,000 readings in all."""
    if examples * TARGET_EPOCHS < MIN_TARGET_EXAMPLES:
        return min(MAX_DEFAULT_EPOCHS, MIN_TARGET_EXAMPLES // examples)
    if examples * TARGET_EPOCHS > MAX_TARGET_EXAMPLES:
        return max(1, MAX_TARGET_EXAMPLES // examples)
    return TARGET_EPOCHS


def spread(values: list[int]) -> Spread:
    """Summary of at least one number."""
    ordered = sorted(values)
    return Spread(
        min=ordered[0],
        max=ordered[-1],
        mean=sum(ordered) / len(ordered),
        median=_quantile(ordered, 5),
        p10=_quantile(ordered, 1),
        p90=_quantile(ordered, 9),
    )


def _quantile(ordered: list[int], tenths: int) -> float:
    """The value at this share of the sorted list, between two neighbours by distance."""
    rank, rest = divmod(tenths * (len(ordered) - 1), 10)
    following = ordered[min(rank + 1, len(ordered) - 1)]
    return ordered[rank] + (following - ordered[rank]) * rest / 10
