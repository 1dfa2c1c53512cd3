"""What the training job costs, as a range when the provider chooses the epochs."""

from __future__ import annotations

from decimal import Decimal

from ftgate.model import NO_BILL, Bill, Epochs, Missing, Price, Training

_MILLION = Decimal(1_000_000)


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
    that nobody sells this training by the token. A job costs ``minimum`` at least. The dollars
    span the band of the bill too, so that a budget holds when the fitted count is a little off.
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
        usd_low=_dollars(max(bill.low - bill.band, 0), known, minimum),
        usd_high=_dollars(bill.high + bill.band, known, minimum),
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
