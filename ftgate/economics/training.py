"""What the training job costs, as a range when the provider chooses the epochs."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, NamedTuple

from ftgate.model import NO_BILL, Missing, Price, Training

Confidence = Literal["exact", "fitted", "documented", "unknown"]

_MILLION = Decimal(1_000_000)


class Epochs(NamedTuple):
    """How often the job reads the set: a range, and the rule in words (``auto: 3 for 25+``).

    ``known`` is False when nobody stated them and the provider's default is not known.
    """

    low: int
    high: int
    rule: str
    known: bool = True


class Bill(NamedTuple):
    """Tokens that one job will be billed for, lowest and highest.

    ``confidence`` says what the number rests on: ``exact`` (equal to every public job), ``fitted``
    (to few jobs: expect it within ``band`` tokens either way), ``documented`` (the provider's own
    words, no job to check them against) or ``unknown``. When ``unknown`` is not "", the numbers are
    what the files hold and not a bill, and it says what would make them one.
    """

    low: int
    high: int
    confidence: Confidence = "unknown"
    band: int = 0
    notes: tuple[str, ...] = ()
    unknown: str = ""


def estimate_training(
    *,
    model: str,
    provider: str,
    epochs: Epochs,
    bill: Bill,
    price: Price | Missing | None,
    minimum: Price | None = None,
) -> Training:
    """Billable tokens and dollars of one job.

    ``epochs_used`` is the high end: a plan should survive the dearer choice. Without a price or
    without a bill the dollars are None, never zero, and ``missing`` says why; ``price`` None means
    that nobody sells this training by the token. A job costs ``minimum`` at least.
    """
    missing = _missing(price, bill)
    known = None if missing or isinstance(price, Missing) else price
    return Training(
        model=model,
        provider=provider,
        epochs_low=epochs.low,
        epochs_high=epochs.high,
        epochs_used=epochs.high,
        epochs_rule=epochs.rule,
        billable_low=bill.low,
        billable_high=bill.high,
        usd_low=_dollars(bill.low, known, minimum),
        usd_high=_dollars(bill.high, known, minimum),
        price_ref=known.ref if known else None,
        missing=missing,
        confidence=bill.confidence,
        band_tokens=bill.band,
        notes=bill.notes,
    )


def _missing(price: Price | Missing | None, bill: Bill) -> Missing | None:
    if isinstance(price, Missing):
        return price
    return Missing(NO_BILL, bill.unknown) if bill.unknown else None


def _dollars(tokens: int, price: Price | None, minimum: Price | None) -> Decimal | None:
    if price is None:
        return None
    return max(tokens * price.usd / _MILLION, minimum.usd if minimum else Decimal(0))
