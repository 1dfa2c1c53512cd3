"""The fine-tune beside its alternatives."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from ftgate.model.catalogue import Missing, Price
from ftgate.model.words import Decision

Confidence = Literal["exact", "fitted", "documented", "unknown"]

PROMPTED = ("today", "cached", "batch", "cheaper", "few-shot", "retrieval", "decisions")
"""Kinds of options that need no training job."""
TRAINED = ("fine-tuned", "hybrid", "distilled", "elsewhere", "self-hosted")
"""Kinds that need one: the planned fine-tune first, then its variants."""
KINDS = (*PROMPTED, *TRAINED)

NO_BILL = "total price of the training job"
"""What is :class:`Missing` when nobody outside the provider can say how it bills this job."""


@dataclass(frozen=True, slots=True)
class Measured:
    """The workload as the files show it: tokens per call, each with where it was measured.

    ``prompt_tokens`` is today's system prompt, ``cacheable_tokens`` its unchanging beginning,
    ``tuned_prompt_tokens`` the system prompt that the tuned model is sent. ``origin`` maps a field
    name to a phrase for the report (``prompts/support.txt``, ``mean of 130 examples``).
    ``tuned_cacheable_tokens`` is the unchanging beginning of the tuned model's prompt, None where
    all of it is. ``classifies`` says that the task is to choose among labels.
    """

    examples: int
    prompt_tokens: int | None
    cacheable_tokens: int | None
    tuned_prompt_tokens: int | None
    query_tokens: int | None
    completion_tokens: int | None
    origin: dict[str, str] = field(default_factory=dict)
    classifies: bool = False
    tuned_cacheable_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class CostLine:
    """One line of an option's bill: dollars per month, or once when ``upfront``.

    With ``every_months`` it is paid at the start of a month each time so many months are over.
    """

    item: str
    usd: Decimal
    formula: str
    price_refs: tuple[str, ...] = ()
    upfront: bool = False
    every_months: int = 0

    @property
    def monthly(self) -> bool:
        """Whether it is paid every month."""
        return not self.upfront and not self.every_months


@dataclass(frozen=True, slots=True)
class Option:
    """One way to serve the workload, priced over the horizon.

    ``kind`` is one of :data:`KINDS`. ``monthly_usd`` has one amount per month of the horizon.
    ``npv_usd`` is the present value of all of it, None where the plan states no discount rate. An
    option that does not contend is shown beside the others, is never the best and decides nothing.
    ``terms`` has the numbers of its bill, as :mod:`ftgate.economics.terms` describes them.
    """

    name: str
    kind: str
    model: str
    upfront_usd: Decimal
    monthly_usd: tuple[Decimal, ...]
    usable_until: date | None = None
    lines: tuple[CostLine, ...] = ()
    note: str = ""
    npv_usd: Decimal | None = None
    contends: bool = True
    terms: dict[str, Any] = field(default_factory=dict)

    @property
    def total_usd(self) -> Decimal:
        """Upfront plus every month of the horizon."""
        return self.upfront_usd + sum(self.monthly_usd, Decimal(0))


@dataclass(frozen=True, slots=True)
class BreakEven:
    """When the fine-tune has paid back its upfront cost, against one alternative.

    ``months`` and ``calls`` are None when it never does. ``status`` is one of the codes of
    :mod:`ftgate.economics.breakeven`. ``probability`` (0-1) is the share of drawn futures in which
    the fine-tune costs less over the horizon; None where nobody asked.
    """

    status: str
    months: Decimal | None
    calls: Decimal | None
    date: date | None
    before_usable_until: bool | None
    against: str = ""
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Threshold:
    """The value of one parameter at which the verdict flips, or why it never does."""

    parameter: str
    value: str
    meaning: str


@dataclass(frozen=True, slots=True)
class VolumeVerdict:
    """What the economics would say at one monthly volume."""

    calls_per_month: int
    decision: Decision
    best: str
    break_even_months: Decimal | None
    saves_usd_per_month: Decimal


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


@dataclass(frozen=True, slots=True)
class Training:
    """The training job: epochs as a range (``auto`` is the provider's choice), tokens, dollars.

    ``by_epochs`` has billed tokens and dollars of a job of 1, 2, ... epochs; nothing where that is
    not known.
    """

    model: str
    provider: str
    epochs_low: int
    epochs_high: int
    epochs_used: int
    epochs_rule: str
    billable_low: int
    billable_high: int
    usd_low: Decimal | None
    usd_high: Decimal | None
    price_ref: str | None
    missing: Missing | None = None
    confidence: str = "unknown"  # this and what follows as in economics.training.Bill
    band_tokens: int = 0
    notes: tuple[str, ...] = ()
    unit: str = "training_mtok"  # in which the job is priced
    by_epochs: tuple[tuple[int, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """The fine-tune beside its alternatives, over one horizon.

    ``baseline`` and ``best`` name options. ``break_even`` is against the baseline,
    ``break_even_best`` against the cheapest alternative that is not a fine-tune. ``undecided``
    lists what is missing for a verdict, each with the line that supplies it. ``at_volumes`` is
    filled when the monthly volume is unknown. ``leads_usd`` says by how much the fine-tune is
    cheaper over the horizon than each option without one, by its name; once the tuned model has
    stopped, both cost the same. ``prices`` has what the verdict rests on, ``shown_prices`` those of
    the variants of the fine-tune that are shown beside it.
    """

    horizon_months: int
    baseline: str
    best: str
    options: tuple[Option, ...]
    break_even: BreakEven | None
    break_even_best: BreakEven | None = None
    thresholds: tuple[Threshold, ...] = ()
    assumptions: tuple[str, ...] = ()
    undecided: tuple[Missing, ...] = ()
    at_volumes: tuple[VolumeVerdict, ...] = ()
    prices: tuple[Price, ...] = ()
    leads_usd: dict[str, Decimal] = field(default_factory=dict)
    shown_prices: tuple[Price, ...] = ()

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from ftgate.render.notebook import comparison_html

        return comparison_html(self)
