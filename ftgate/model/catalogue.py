"""What the catalogue knows of prices, models and providers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from ftgate.model.words import Severity


@dataclass(frozen=True, slots=True)
class Price:
    """One price with its source. ``usd`` is per unit; ``unit`` is e.g. ``input_mtok``."""

    ref: str
    model: str
    provider: str
    unit: str
    usd: Decimal
    source: str
    url: str
    as_of: date
    expires: date | None
    layer: str
    confidence: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """Why there is no price (or no model): never zero. ``nearest`` are names worth trying."""

    what: str
    reason: str
    nearest: tuple[str, ...] = ()


class JobsClose(NamedTuple):
    """First day without new fine-tuning jobs, by who asks; None: no day is announced.

    ``new`` never trained there, ``active`` did and used it in the last 60 days, ``idle`` did but
    not lately. ``floor``: for those who trained before, the day is "no earlier than".
    """

    new: date | None = None
    idle: date | None = None
    active: date | None = None
    floor: bool = False


NO_CLOSE = JobsClose()


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """One model as one provider offers it; ``name`` is the dated snapshot, aliases resolved.

    ``jobs_close`` is the first day without new fine-tuning jobs, ``shutdown`` the day the base
    stops, ``tuned_shutdown`` the day its fine-tunes stop; None means that no date is announced.
    ``cache_min_tokens`` is the shortest prefix that prompt caching accepts (None: not known).
    ``methods`` are the kinds of fine-tuning that it offers (empty: not known, or none).
    ``jobs_close`` holds for a customer who has not said which of ``closes`` applies. ``servable``
    says whether the provider also serves what it trains: None where it serves only some bases and
    this one is not known, and then ``serving`` is how to find out. ``disputed`` is what a feed
    says of the dates that is not what the catalogue says: the earlier day counts.
    """

    name: str
    provider: str
    tunable: bool
    jobs_close: date | None = None
    shutdown: date | None = None
    tuned_shutdown: date | None = None
    replacement: str = ""
    cache_min_tokens: int | None = None
    cache_ttl_minutes: int | None = None
    dates_expire: date | None = None
    source: str = ""
    note: str = ""
    methods: tuple[str, ...] = ()
    max_example_tokens: int | None = None  # where it differs from the provider's other models
    closes: JobsClose = NO_CLOSE
    servable: bool | None = True
    serving: str = ""
    disputed: str = ""


class Term(NamedTuple):
    """One rule of a provider for its files: in a sentence, with what to do and where it is said.

    ``severity`` is what a breach means at this provider, None: what the rule says for all.
    """

    says: str
    fix: str = ""
    severity: Severity | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class ProviderFacts:
    """What a provider says of its training files and jobs; None is unknown, not zero.

    ``formats`` are the record schemas that it trains on (empty: not known), ``mixed`` says whether
    one file may hold several. ``terms`` maps a kind of problem to the provider's own rule.
    ``min_records`` and ``max_records`` are enforced by its own validator.
    """

    name: str
    title: str
    min_examples: int | None
    max_file_bytes: int | None
    max_example_tokens: int | None
    over_long: str
    validation_billed: bool | None
    availability: str
    source: str = ""
    round_up_tokens: int = 1  # the bill counts begun units of this many tokens
    byte_order_mark: bool | None = None  # True: the provider asks for one at the start of a file
    new_customers_closed: date | None = None  # first day on which only earlier customers may train
    kind: str = "provider"  # or "framework": you train on machines of your own
    formats: tuple[str, ...] = ()
    named_formats: tuple[str, ...] = ()  # what a person is told of them; empty: all
    mixed: bool = False
    terms: dict[str, Term] = field(default_factory=dict)
    min_records: int | None = None
    max_records: int | None = None
    billing_rule: str = ""  # a key of tokens.bills.RULES; "": no formula is published
    default_epochs: int | Literal["auto"] | None = None  # of a job that states none
    step_tokens: int | None = None  # what one training step bills, where steps are billed
    minimum: Price | None = None  # the least that a job costs
    max_tokens_times_epochs: int | None = None  # of one job
    default_example_tokens: int | None = None  # where examples are cut unless a run says otherwise
    limit_by_default: bool = False  # max_example_tokens is that default, and nobody stated it
