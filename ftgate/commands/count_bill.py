"""The bill of ``ftgate count --provider``: what a job on each counted dataset would be billed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from ftgate.render import words
from ftgate.render.escape import visible

if TYPE_CHECKING:
    from datetime import date

    from ftgate.commands.count_tokens import Counts, SetCount
    from ftgate.model import Bill, Encoding, Epochs, Missing, Price, ProviderFacts, Training


@dataclass(frozen=True, slots=True)
class Terms:
    """Who trains which model at which price, and what the job is asked to do.

    ``price`` is None where nobody sells training by the token. ``expired`` says that somebody
    should look it up again.
    """

    provider: ProviderFacts
    model: str
    price: Price | Missing | None
    expired: bool = False
    epochs: int | Literal["auto"] = "auto"
    evals: int = 0
    steps: int | None = None
    max_seq_length: int | None = None


@dataclass(frozen=True, slots=True)
class SetBill:
    """The bill of one dataset. ``reported`` is Azure's ``trained_tokens``, which is no bill."""

    name: str
    epochs: Epochs
    bill: Bill
    training: Training
    per_epoch: int
    reported: tuple[int, int] | None = None


_BILLED_BY = {"steps": "mistral", "evals": "together", "max_seq_length": "together"}
"""The only rule of :mod:`ftgate.tokens.bills` that reads each choice."""


def find_terms(provider_name: str, model: str, today: date, **asked: Any) -> Terms:
    """What the catalogue knows of a provider and a model ("": none named).

    Raises UsageError, naming the nearest, for a provider that it does not describe, and for a
    choice that does not change the provider's bill.
    """
    from ftgate.catalog import check_provider
    from ftgate.errors import CatalogError, UsageError
    from ftgate.model import Missing
    from ftgate.prices.book import PriceBook

    check_provider(provider_name)
    book = PriceBook.load(today=today)
    provider = book.provider(provider_name)
    if isinstance(provider, Missing):
        raise CatalogError(f"{provider_name}: {provider.reason}")
    for choice, rule in _BILLED_BY.items():
        if asked.get(choice) and provider.billing_rule != rule:
            flag = choice.replace("_", "-")
            raise UsageError(f"--{flag} changes nothing in the bill of {provider.title}")
    if provider.kind == "framework":
        return Terms(provider, model, None, **asked)
    if not model:
        unnamed = Missing("training_mtok", "name the model: --model NAME")
        return Terms(provider, "", unnamed, **asked)
    known = book.model(model, provider=provider_name)
    name = model if isinstance(known, Missing) else known.name
    price = book.lookup(name, "training_mtok", provider_name)
    expires = None if isinstance(price, Missing) else price.expires
    return Terms(provider, name, price, expires is not None and expires < today, **asked)


def bill_sets(counts: Counts, terms: Terms, *, reported: bool) -> list[SetBill]:
    """A bill for each dataset with training examples.

    ``reported`` asks for Azure's other number too, which costs another reading of the files.
    """
    billed = [each for each in counts.sets if each.train and each.train.examples]
    return [_bill_set(each, terms, counts.encoding, reported=reported) for each in billed]


def _bill_set(one: SetCount, terms: Terms, encoding: Encoding, *, reported: bool) -> SetBill:
    from ftgate.economics.training import estimate_training
    from ftgate.tokens import bills
    from ftgate.tokens.epochs import expected_epochs

    train, provider = bills.load_of(one.train), terms.provider
    epochs = expected_epochs(terms.epochs, train.examples, provider)
    choices = (terms.evals, terms.steps, terms.max_seq_length)
    job = bills.Job(train, bills.load_of(one.validation), epochs, provider, *choices)
    bill = bills.predict(job, encoding)
    training = estimate_training(
        model=terms.model,
        provider=provider.name,
        epochs=epochs,
        bill=bill,
        price=terms.price,
        minimum=provider.minimum,
    )
    shown = _reported(one, epochs) if reported and provider.billing_rule == "azure" else None
    return SetBill(one.name, epochs, bill, training, train.tokens, shown)


def _reported(one: SetCount, epochs: Epochs) -> tuple[int, int]:
    from ftgate.readers.compressed import open_data
    from ftgate.tokens.azure_job import reported_tokens, utf16_units

    units = 0
    for path in one.train_paths:
        with open_data(path) as stream:
            units += utf16_units(stream)
    return reported_tokens(units, epochs.low), reported_tokens(units, epochs.high)


def as_lines(bills: list[SetBill], terms: Terms) -> list[str]:
    """One paragraph per dataset."""
    lines: list[str] = []
    for one in bills:
        lines += ["", f"bill at {terms.provider.title}: {visible(one.name)}"]
        lines += [f"  {label:<8} {visible(text)}" for label, text in _rows(one, terms)]
    return lines


def _rows(one: SetBill, terms: Terms) -> list[tuple[str, str]]:
    rows = [_length(one, terms), ("tokens", _tokens(one)), ("dollars", _dollars(one, terms))]
    if (excess := _excess(one, terms.provider)) is not None:
        limit = terms.provider.max_tokens_times_epochs
        rows.append(("limit", f"{excess:,} tokens x epochs, {limit:,} allowed: the job is refused"))
    if one.reported is not None:
        number = words.int_range(*one.reported)
        rows.append(
            ("job JSON", f"trained_tokens {number} counts characters: do not compare with the bill")
        )
    if least := terms.provider.minimum:
        trust = f"confidence {least.confidence}, {least.as_of}"
        rows.append(("minimum", f"{words.usd(least.usd)} a job ({trust}: {least.source})"))
    return [*rows, *(("note", note) for note in one.bill.notes)]


def _length(one: SetBill, terms: Terms) -> tuple[str, str]:
    """How long the job runs: in epochs, or in steps where these are billed."""
    window = terms.provider.step_tokens
    if window is None:
        low_high = words.int_range(one.epochs.low, one.epochs.high)
        return "epochs", f"{low_high} ({one.epochs.rule})"
    steps = "not stated" if terms.steps is None else f"{terms.steps:,}"
    return "steps", f"{steps}, {window:,} tokens each"


def _tokens(one: SetBill) -> str:
    if one.bill.unknown:
        return f"unknown: {one.bill.unknown}; the files hold {one.per_epoch:,} an epoch"
    band = f", \u00b1 {one.bill.band:,}" if one.bill.band else ""
    trust = "an estimate" if one.bill.confidence == "unknown" else one.bill.confidence
    return f"{words.int_range(one.bill.low, one.bill.high)} ({trust}{band})"


def _dollars(one: SetBill, terms: Terms) -> str:
    from ftgate.model import Missing

    low, high, price = one.training.usd_low, one.training.usd_high, terms.price
    if isinstance(price, Missing):
        return f"unknown: {price.reason}"
    if price is None or low is None or high is None:
        return "unknown, like the tokens"
    age = f"{price.as_of}{', expired' if terms.expired else ''}"
    rate = f"{words.usd(price.usd)} per million ({price.source}, {age})"
    return f"{words.usd_range(low, high)} on {terms.model}: {rate}"


def _excess(one: SetBill, provider: ProviderFacts) -> int | None:
    """Tokens x epochs where they are more than the provider takes, else None."""
    product, limit = one.per_epoch * one.epochs.high, provider.max_tokens_times_epochs
    return product if limit is not None and product > limit else None


def as_dict(one: SetBill, terms: Terms) -> dict[str, Any]:
    """JSON values; null is unknown, not zero. ``rule`` is null where no formula is published."""
    bill, training = one.bill, one.training
    billed = None if bill.unknown else {"low": bill.low, "high": bill.high}
    dollars = {"low": _text(training.usd_low), "high": _text(training.usd_high)}
    reported = one.reported
    return {
        "dataset": one.name,
        "provider": terms.provider.name,
        "rule": terms.provider.billing_rule or None,
        "model": terms.model or None,
        "epochs": {"low": one.epochs.low, "high": one.epochs.high, "rule": one.epochs.rule},
        "tokens_per_epoch": one.per_epoch,
        "billed_tokens": billed,
        "confidence": bill.confidence,
        "band_tokens": bill.band,
        "notes": list(bill.notes),
        "unknown": bill.unknown or None,
        "usd": None if training.usd_low is None else dollars,
        "minimum_usd": _text(least.usd if (least := terms.provider.minimum) else None),
        "price_ref": training.price_ref,
        "price_expired": terms.expired,
        "missing": training.missing.reason if training.missing else None,
        "over_tokens_times_epochs": _excess(one, terms.provider),
        "job_json_trained_tokens": reported and {"low": reported[0], "high": reported[1]},
    }


def _text(amount: object) -> str | None:
    return None if amount is None else f"{amount:f}"
