"""What the training job costs, as a range when the provider chooses the epochs."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from ftgate.model import NO_BILL, Bill, Epochs, Missing, Price, Training
from ftgate.settings import SelfHostedSettings

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
        unit=known.unit if known else "training_mtok",
    )


def job_usd(plan: SelfHostedSettings) -> Decimal | None:
    """Dollars of a job on GPUs by the hour: hours x GPUs x price; None where it is not stated."""
    if plan.gpu_usd_per_hour is None or plan.training_hours is None:
        return None
    return plan.training_hours * plan.gpus * plan.gpu_usd_per_hour


def hours_missing(plan: SelfHostedSettings, model: str) -> Missing:
    """Which lines of the plan give a job on machines of one's own its price."""
    known = {"gpu_usd_per_hour": plan.gpu_usd_per_hour, "training_hours": plan.training_hours}
    lines = ", ".join(f"{key} = …" for key, value in known.items() if value is None)
    return Missing(f"training price of {model}", f"add to ftgate.toml: [self_hosted] {lines}")


def self_hosted_training(training: Training, plan: SelfHostedSettings) -> Training:
    """The job on machines of one's own: paid by the hour, whatever its tokens."""
    usd = job_usd(plan)
    if usd is None:
        return replace(training, missing=hours_missing(plan, training.model))
    note = f"{plan.training_hours} h x {plan.gpus} x ${plan.gpu_usd_per_hour} by the hour"
    notes = (*training.notes, note)
    return replace(training, usd_low=usd, usd_high=usd, missing=None, notes=notes, by_epochs=())


def _missing(price: Price | Missing | None, bill: Bill) -> Missing | None:
    if isinstance(price, Missing):
        return price
    return Missing(NO_BILL, bill.unknown) if bill.unknown else None


def _dollars(tokens: int, price: Price | None, minimum: Price | None) -> Decimal | None:
    if price is None:
        return None
    return max(tokens * price.usd / _MILLION, minimum.usd if minimum else Decimal(0))
