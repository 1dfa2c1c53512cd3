"""What the training job costs, as a range when the provider chooses the epochs."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from ftgate.model import Missing, Price, Training

_MILLION = Decimal(1_000_000)


class Epochs(NamedTuple):
    """How often the job reads the set: a range, and the rule in words (``auto: 3 for 25+``)."""

    low: int
    high: int
    rule: str


def estimate_training(
    *,
    model: str,
    provider: str,
    tokens_per_epoch: int,
    epochs: Epochs,
    price: Price | Missing,
    round_up_tokens: int = 1,
) -> Training:
    """Billable tokens and dollars of one job.

    ``tokens_per_epoch`` is the set as the provider counts it; the product with the epochs is
    rounded up to ``round_up_tokens`` (Azure bills started thousands). ``epochs_used`` is the high
    end: a plan should survive the dearer choice. A missing price leaves the dollars None, never
    zero.
    """
    low = _round_up(tokens_per_epoch * epochs.low, round_up_tokens)
    high = _round_up(tokens_per_epoch * epochs.high, round_up_tokens)
    known = None if isinstance(price, Missing) else price
    return Training(
        model=model,
        provider=provider,
        epochs_low=epochs.low,
        epochs_high=epochs.high,
        epochs_used=epochs.high,
        epochs_rule=epochs.rule,
        billable_low=low,
        billable_high=high,
        usd_low=_bill(low, known),
        usd_high=_bill(high, known),
        price_ref=known.ref if known else None,
        missing=price if isinstance(price, Missing) else None,
    )


def _round_up(tokens: int, unit: int) -> int:
    return -(-tokens // unit) * unit


def _bill(tokens: int, price: Price | None) -> Decimal | None:
    return None if price is None else tokens * price.usd / _MILLION
