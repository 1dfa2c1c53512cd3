"""The nouns that every room shares: frozen values, standard library only.

Reading order: :class:`Example` (one parsed record), :class:`Goal` (what the answers teach),
:class:`Price` and :class:`Missing` (money with its source), :class:`Option` and
:class:`Comparison` (the alternatives), :class:`Finding` and :class:`Verdict` (what comes out).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal, NamedTuple

Severity = Literal["error", "warning", "info"]
Outcome = Literal["pass", "fail", "undecided", "error"]
Decision = Literal["fine-tune", "prompt", "rag", "hybrid", "hold"]
FileRole = Literal["train", "validation", "test", "prompt"]
Exactness = Literal["exact", "assumed", "estimated"]
GoalLabel = Literal["knowledge", "style", "format", "mixed", "unknown"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


# -- one record -------------------------------------------------------------------------------


class Problem(NamedTuple):
    """One defect of one record.

    ``kind`` is the name of the rule that reports it (``bad-role-order``); ``detail`` says what was
    seen without quoting the record's text.
    """

    kind: str
    detail: str = ""


class Example(NamedTuple):
    """One record as its format understands it.

    ``turns`` are ``(role, text)`` pairs; content parts are joined into one text. ``calls`` are the
    texts of tool calls (names and argument strings), which providers bill as content. ``tools`` is
    the record's tool definitions, ``images`` the number of image parts. ``prompt`` is the beginning
    that both answers of a preference pair share, ``completion`` marks plain text that continues a
    prompt, without messages: providers bill them by other formulas than chat.
    """

    turns: list[tuple[str, str]]
    problems: list[Problem]
    calls: list[str] = []  # noqa: RUF012 - never mutated; a tuple here would cost a copy per record
    tools: list[Any] | None = None
    images: int = 0
    prompt: Example | None = None
    completion: bool = False


# -- tokens -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the tokens of a model are counted.

    ``exactness`` is ``exact`` (published encoding), ``assumed`` (unpublished; nearest relative) or
    ``estimated`` (another vendor's tokenizer: count of ``name`` times ``factor``).
    """

    name: str
    exactness: Exactness
    factor: Decimal = Decimal(1)
    note: str = ""


# -- what the answers teach -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Judgement:
    """Why one example does, or does not, teach a fact that its conversation does not contain."""

    path: str
    line: int
    knowledge: bool
    reason: str
    volatile: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """One number behind a goal label, with what it means in words."""

    feature: str
    value: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Goal:
    """What the answers of a training set teach.

    ``knowledge_share`` is the share (0-1) of judged examples whose answer carries facts that are
    neither in the conversation nor derivable from it; ``volatile_share`` is the share of *those*
    answers that carry prices, recent dates, contacts or other perishable facts. ``confidence`` is
    the probability (0-1) that the label survives judging every example, from the sampling error.
    """

    label: GoalLabel
    knowledge_share: float
    volatile_share: float
    confidence: float
    judged: int
    examples: int
    evidence: tuple[Evidence, ...] = ()
    judgements: tuple[Judgement, ...] = ()


# -- money ------------------------------------------------------------------------------------


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


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """One model as one provider offers it; ``name`` is the dated snapshot, aliases resolved.

    ``jobs_close`` is the first day without new fine-tuning jobs, ``shutdown`` the day the base
    stops, ``tuned_shutdown`` the day its fine-tunes stop; None means that no date is announced.
    ``cache_min_tokens`` is the shortest prefix that prompt caching accepts (None: not known).
    ``methods`` are the kinds of fine-tuning that it offers (empty: not known, or none).
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


@dataclass(frozen=True, slots=True)
class ProviderFacts:
    """What a provider says of its training files and jobs; None is unknown, not zero."""

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


@dataclass(frozen=True, slots=True)
class Measured:
    """The workload as the files show it: tokens per call, each with where it was measured.

    ``prompt_tokens`` is today's system prompt, ``cacheable_tokens`` its unchanging beginning,
    ``tuned_prompt_tokens`` the system prompt that the tuned model is sent. ``origin`` maps a field
    name to a phrase for the report (``prompts/support.txt``, ``mean of 130 examples``).
    """

    examples: int
    prompt_tokens: int | None
    cacheable_tokens: int | None
    tuned_prompt_tokens: int | None
    query_tokens: int | None
    completion_tokens: int | None
    origin: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CostLine:
    """One line of an option's bill: dollars per month, or once when ``upfront``."""

    item: str
    usd: Decimal
    formula: str
    price_refs: tuple[str, ...] = ()
    upfront: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """One way to serve the workload, priced over the horizon.

    ``kind`` is one of ``today``, ``cached``, ``cheaper``, ``fine-tuned``, ``hybrid``.
    ``monthly_usd`` has one amount per month of the horizon.
    """

    name: str
    kind: str
    model: str
    upfront_usd: Decimal
    monthly_usd: tuple[Decimal, ...]
    usable_until: date | None = None
    lines: tuple[CostLine, ...] = ()
    note: str = ""

    @property
    def total_usd(self) -> Decimal:
        """Upfront plus every month of the horizon."""
        return self.upfront_usd + sum(self.monthly_usd, Decimal(0))


@dataclass(frozen=True, slots=True)
class BreakEven:
    """When the fine-tune has paid back its upfront cost, against one alternative.

    ``months`` and ``calls`` are None when it never does. ``status`` is one of the codes of
    :mod:`ftgate.economics.breakeven`.
    """

    status: str
    months: Decimal | None
    calls: Decimal | None
    date: date | None
    before_usable_until: bool | None
    against: str = ""


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


@dataclass(frozen=True, slots=True)
class Training:
    """The training job: epochs as a range (``auto`` is the provider's choice), tokens, dollars."""

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


@dataclass(frozen=True, slots=True)
class Comparison:
    """The fine-tune beside its alternatives, over one horizon.

    ``baseline`` and ``best`` name options. ``break_even`` is against the baseline,
    ``break_even_best`` against the cheapest alternative that is not a fine-tune. ``undecided``
    lists what is missing for a verdict, each with the line that supplies it. ``at_volumes`` is
    filled when the monthly volume is unknown. ``leads_usd`` says by how much the fine-tune is
    cheaper over the horizon than each option without one, by its name; once the tuned model has
    stopped, both cost the same.
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


# -- what comes out ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact that a rule reports, aggregated over its places.

    A rule fills ``message``, ``path``, ``lines`` (first places, 1-based) and ``count``; the runner
    stamps ``code``, ``name`` and, where the rule left it open, ``severity``. ``decision`` is the
    advice that follows from the finding, ``undecided`` marks a missing number rather than a defect.
    ``key`` tells findings of one rule in one file apart (a model and unit, say).
    """

    message: str
    path: str | None = None
    lines: tuple[int, ...] = ()
    count: int = 1
    code: str = ""
    name: str = ""
    severity: Severity | None = None
    decision: Decision | None = None
    undecided: bool = False
    next_step: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of the verdict: the rule, and the sentence with number, limit and next step."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Outcome and decision of one dataset, with the reasons in order of weight."""

    outcome: Outcome
    decision: Decision
    reasons: tuple[Reason, ...]
    next_command: str = ""
    waived: tuple[str, ...] = field(default=())
