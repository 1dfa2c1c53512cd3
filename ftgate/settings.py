"""What the user decided: the keys of ``ftgate.toml``, as frozen dataclasses.

Each field's docstring-like comment is its description in the JSON Schema
(:func:`ftgate.config.json_schema`). Defaults are the documented ones; money is Decimal.
:mod:`ftgate.config` reads files into these.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

Method = Literal["auto", "supervised", "dpo", "reinforcement"]
Customer = Literal["new", "active", "idle"]
GoalName = Literal["style", "format", "classification", "tool-use", "knowledge"]

# pydantic reads this attribute of a dataclass; unknown keys are errors with a did-you-mean.
_STRICT = {"extra": "forbid"}

DEFAULT_BASE_MODEL = "gpt-4.1-mini-2025-04-14"


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """The model to tune and the model that answers today."""

    __pydantic_config__ = _STRICT

    base: str = DEFAULT_BASE_MODEL  # model to fine-tune
    provider: str = ""  # who trains and serves it; "" means: from the base model
    today: str = ""  # model that answers today; "" means: the base model, untuned
    method: Method = "auto"  # as the records are
    epochs: int | Literal["auto"] = "auto"  # "auto" is the provider's choice, costed as a range
    steps: int | None = None  # training steps, where the provider bills by them (Mistral)
    evals: int = 0  # passes over the validation files, where they are billed (Together)
    max_seq_length: int | None = None  # tokens at which your run cuts; at Together, unpacked length
    rejected: tuple[str, ...] = ()  # models that your evaluation ruled out; never alternatives
    tuned: tuple[str, ...] = ()  # tuned models that you use: ftgate watch says until when they run
    customer: Customer | None = None  # never tuned there, used a tune within 60 days, or not lately
    eligible: bool | None = None  # your organisation may create jobs: true says customer = "active"
    start: date | None = None  # planned day of the job; today when omitted or past
    servable: bool | None = None  # the provider serves a tune of the base; asked where not all are


@dataclass(frozen=True, slots=True)
class DatasetSettings:
    """One dataset: files that are judged together, and what the tune is for."""

    __pydantic_config__ = _STRICT

    name: str  # what reports call it
    train: tuple[str, ...] = ()  # globs, relative to the configuration file, or s3:// and the like
    validation: tuple[str, ...] = ()  # globs; never trained on
    test: tuple[str, ...] = ()  # globs; kept for your evaluation
    prompts: tuple[str, ...] = ()  # the prompt that the fine-tune would replace
    tuned_prompt: str | None = None  # the prompt that the tuned model gets instead
    goal: GoalName | None = None  # what the tune is for; told from the answers when omitted


@dataclass(frozen=True, slots=True)
class UsageSettings:
    """The workload. What is not stated is measured from the data, and the report says so."""

    __pydantic_config__ = _STRICT

    requests_per_month: int | None = None  # without it every economic verdict is undecided
    prompt_tokens: int | None = None  # system prompt per call today; measured from `prompts`
    cacheable_tokens: int | None = None  # its unchanging beginning; measured up to a variable
    query_tokens: int | None = None  # user input per call; mean of the training set
    completion_tokens: int | None = None  # answer per call; mean of the training set
    tuned_prompt_tokens: int | None = None  # system prompt of the tuned model; from tuned_prompt
    cache_hit_rate: float | None = None  # 0-1; measured from volume and time to live when omitted
    horizon_months: int = 12  # over how long costs are compared
    discount_rate: float | None = None  # yearly, 0.1 is 10%; present values are shown with it
    growth_ratio: float = 0  # more calls every month: 0.05 is 5% on top of the month before
    ramp: tuple[float, ...] = ()  # share of the calls in the first months, [0.2, 0.5]; then all
    retry_ratio: float = 0  # calls that are made again: 0.02 is 2 in a hundred
    reasoning_tokens: int = 0  # billed as output, beside the answer, with today's prompt
    tuned_reasoning_tokens: int | None = None  # with the tuned model; omitted: the same
    batch_share: float | None = None  # 0-1: calls whose answer can wait a day for batch prices


@dataclass(frozen=True, slots=True)
class LabellingSettings:
    """What it still costs to write the examples. Omitted: they exist, and cost nothing more."""

    __pydantic_config__ = _STRICT

    hourly_wage: Decimal | None = None  # USD
    minutes_per_example: Decimal | None = None  # of one person, to write or check it


@dataclass(frozen=True, slots=True)
class ReviewSettings:
    """People who check answers: rates are measured in a pilot, not hoped for."""

    __pydantic_config__ = _STRICT

    cost_usd: Decimal = Decimal(0)  # per reviewed answer
    rate_today: Decimal = Decimal(0)  # share of answers reviewed with today's prompt
    rate_tuned: Decimal | None = None  # with the tuned model; omitted: the same
    initial_rate_tuned: Decimal | None = None  # during the first months
    initial_months: int = 0  # how long the initial rate lasts


@dataclass(frozen=True, slots=True)
class EngineeringSettings:
    """People who build the evaluation and the deployment of a fine-tune, and look after it."""

    __pydantic_config__ = _STRICT

    hours_upfront: Decimal = Decimal(0)  # before the first call: evaluation set, deployment
    hours_per_month: Decimal = Decimal(0)  # afterwards: evaluation, maintenance
    hourly_wage: Decimal | None = None  # USD; omitted: that of [labelling]


@dataclass(frozen=True, slots=True)
class RetrainingSettings:
    """The training job again every so many months."""

    __pydantic_config__ = _STRICT

    every_months: int | None = None  # omitted: never
    relabel_ratio: Decimal = Decimal(0)  # share of the examples that are labelled anew
    usd: Decimal = Decimal(0)  # anything else, each time


@dataclass(frozen=True, slots=True)
class FailureSettings:
    """What a wrong answer costs, at rates from a pilot."""

    __pydantic_config__ = _STRICT

    usd: Decimal = Decimal(0)  # per wrong answer
    rate_today: Decimal = Decimal(0)  # share of wrong answers with today's prompt
    rate_tuned: Decimal | None = None  # with the tuned model; omitted: the same


@dataclass(frozen=True, slots=True)
class LatencySettings:
    """What a second of waiting for an answer is worth."""

    __pydantic_config__ = _STRICT

    usd_per_second: Decimal = Decimal(0)  # what a second of waiting costs you
    seconds_today: Decimal = Decimal(0)  # of waiting for an answer
    seconds_tuned: Decimal | None = None  # omitted: the same


@dataclass(frozen=True, slots=True)
class FewShotSettings:
    """Examples in today's prompt instead of a fine-tune."""

    __pydantic_config__ = _STRICT

    examples: int = 8  # of the training set's mean length; 0: not compared


@dataclass(frozen=True, slots=True)
class RetrievalSettings:
    """Retrieval, with today's model and beside a fine-tune (hybrid)."""

    __pydantic_config__ = _STRICT

    usd_per_query: Decimal | None = None  # vector database; without it neither is compared
    context_tokens: int | None = None  # retrieved text per query; omitted: not counted, and said


@dataclass(frozen=True, slots=True)
class DistillationSettings:
    """Labels from a stronger model instead of people."""

    __pydantic_config__ = _STRICT

    teacher: str = ""  # the model that answers the training prompts; "" is not compared
    provider: str = ""  # who sells it; "" means: from its name
    review_share: Decimal = Decimal(0)  # of its answers that a person labels all the same


@dataclass(frozen=True, slots=True)
class SelfHostedSettings:
    """LoRA on machines of one's own or rented, by the GPU-hour."""

    __pydantic_config__ = _STRICT

    gpu_usd_per_hour: Decimal | None = None  # USD of one GPU
    training_hours: Decimal | None = None  # of the training job, on all its GPUs
    gpus: int = 1  # of the training job, and of each replica that serves the model
    tokens_per_second: Decimal | None = None  # that one replica generates; omitted: one suffices


@dataclass(frozen=True, slots=True)
class HostingSettings:
    """What the tuned model costs while nobody calls it; default from the provider's catalogue."""

    __pydantic_config__ = _STRICT

    usd_per_hour: Decimal | None = None  # of the deployment, used or not


@dataclass(frozen=True, slots=True)
class PolicySettings:
    """What fails the gate."""

    __pydantic_config__ = _STRICT

    fail_on: Literal["error", "warning", "never"] = "error"  # least severe finding that fails
    max_training_cost: str | None = None  # more than this fails, e.g. "150 USD"
    max_increase: str | None = None  # of the training cost since --compare-to: "20%" or "50 USD"
    max_break_even: str = "6 months"  # strict: exactly six months is too slow
    max_monthly_cost: str | None = None  # "500 USD", of the fine-tune in its dearest month
    min_probability: float | None = None  # 0-1: in so many futures it beats the best alternative
    on_unknown: Literal["fail", "warn"] = "fail"  # a missing number: exit code 3, or only said
    max_price_age: str = "90 days"  # older than this, a [[price]] of your own is stale
    timeout_seconds: float | None = None  # what is not judged by then stays undecided


@dataclass(frozen=True, slots=True)
class WaiverSettings:
    """A reviewed exception: who reads it later needs the reason, and it ends on a date."""

    __pydantic_config__ = _STRICT

    code: str  # code or name of the rule
    reason: str  # for whoever reads it later
    until: date  # last day on which it holds
    dataset: str | None = None  # only this dataset
    path: str | None = None  # only findings in files that match this glob
    digest: str | None = None  # pinned to the data: edit the data and the waiver lapses


@dataclass(frozen=True, slots=True)
class PriceSettings:
    """A price of your own, before every other source. Amounts are strings, never floats."""

    __pydantic_config__ = _STRICT

    model: str  # name of the model, as in [model]
    source: str  # who says so, e.g. "contract 2026-17"
    as_of: date  # the day on which it was read
    provider: str | None = None  # only when this provider trains and serves
    input_mtok: Decimal | None = None  # USD per million tokens, as all *_mtok
    cached_input_mtok: Decimal | None = None  # read from the cache
    cache_write_mtok: Decimal | None = None  # written to the cache
    output_mtok: Decimal | None = None  # of answers
    batch_input_mtok: Decimal | None = None  # input of calls in a batch
    batch_output_mtok: Decimal | None = None  # answers of calls in a batch
    training_mtok: Decimal | None = None  # of supervised training
    training_dpo_mtok: Decimal | None = None  # of preference training
    training_hour: Decimal | None = None  # USD per hour of training
    storage_month: Decimal | None = None  # USD a month for keeping one tuned model
    hosting_hour: Decimal | None = None  # USD per hour of the deployment, used or not


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole plan. ``rules`` holds ``select``, ``ignore`` and one table of options per code."""

    __pydantic_config__ = _STRICT

    version: Literal[1] = 1  # of the file format
    offline: bool = True  # the only value: live prices are asked for with --prices
    model: ModelSettings = field(default_factory=ModelSettings)
    dataset: tuple[DatasetSettings, ...] = ()
    usage: UsageSettings = field(default_factory=UsageSettings)
    labelling: LabellingSettings = field(default_factory=LabellingSettings)
    review: ReviewSettings = field(default_factory=ReviewSettings)
    engineering: EngineeringSettings = field(default_factory=EngineeringSettings)
    retraining: RetrainingSettings = field(default_factory=RetrainingSettings)
    failures: FailureSettings = field(default_factory=FailureSettings)
    latency: LatencySettings = field(default_factory=LatencySettings)
    few_shot: FewShotSettings = field(default_factory=FewShotSettings)
    retrieval: RetrievalSettings = field(default_factory=RetrievalSettings)
    distillation: DistillationSettings = field(default_factory=DistillationSettings)
    hosting: HostingSettings = field(default_factory=HostingSettings)
    self_hosted: SelfHostedSettings = field(default_factory=SelfHostedSettings)
    risk: dict[str, Any] = field(default_factory=dict)  # ranges by key of a scenario
    policy: PolicySettings = field(default_factory=PolicySettings)
    rules: dict[str, Any] = field(default_factory=dict)
    per_file_ignores: dict[str, tuple[str, ...]] = field(default_factory=dict)
    waive: tuple[WaiverSettings, ...] = ()
    price: tuple[PriceSettings, ...] = ()
