"""A comparison without files: what a notebook asks in five lines.

>>> import ftgate
>>> from datetime import date
>>> work = ftgate.Workload(40_000, prompt_tokens=2_000, query_tokens=60, answer_tokens=120)
>>> plan = {"model": {"base": "gpt-4.1-mini", "today": "gpt-4.1"}}
>>> found = ftgate.compare(work, plan, today=date(2026, 11, 22))
>>> for option in found.options[:3]:
...     print(f"{option.name:24} {option.total_usd:7,.2f}")
today                     440.80
today + prompt caching    203.30
today in batches          256.40
>>> print(found.best, found.break_even.status)
gpt-6-luna PAYS_BACK
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from ftgate.model import Bill, Comparison, Epochs, Measured, Missing
from ftgate.settings import Settings

if TYPE_CHECKING:
    from ftgate.prices.book import PriceBook

_WHERE = "options"  # how errors name the plan


@dataclass(frozen=True, slots=True)
class Workload:
    """What is asked of the model, in tokens per call, and what it would be trained on.

    ``cacheable_tokens`` is the unchanging beginning of the prompt (None: all of it),
    ``tokens_per_example`` what an example is billed as (None: the short prompt, a query and an
    answer). Without ``calls_per_month`` the comparison answers in calls, and at four volumes.
    """

    calls_per_month: int | None
    prompt_tokens: int
    query_tokens: int
    answer_tokens: int
    tuned_prompt_tokens: int = 50
    cacheable_tokens: int | None = None
    examples: int = 500
    tokens_per_example: int | None = None
    epochs: int = 3


def compare(
    workload: Workload,
    options: Settings | Mapping[str, Any] | None = None,
    pricebook: PriceBook | None = None,
    *,
    today: date | None = None,
) -> Comparison:
    """The fine-tune beside every alternative: the bills, break-even and thresholds of the gate.

    ``options`` is the rest of the plan, with the tables and keys of ``ftgate.toml``: which models,
    hosting, labelling, review, batches. ``pricebook`` replaces the prices of this release, and
    ``today`` the day from which months are counted. Nothing is read but the bundled prices.

    Raises ConfigError for unknown keys and impossible values. A number that is missing is in
    ``undecided`` of the answer, with the line that supplies it.
    """
    from ftgate.economics.compare import compare as compared
    from ftgate.economics.training import estimate_training
    from ftgate.prices.book import PriceBook

    day = today or date.today()
    settings = _settings(workload, options)
    book = pricebook or PriceBook.load(overrides=settings.price, today=day)
    plan = settings.model
    facts = book.model(plan.base, plan.provider or None)
    name = plan.base if isinstance(facts, Missing) else facts.name
    seller = plan.provider if isinstance(facts, Missing) else facts.provider
    provider = book.provider(seller)
    tokens = _tokens_per_example(workload) * workload.examples * workload.epochs
    training = estimate_training(
        model=name,
        provider=seller,
        epochs=Epochs(workload.epochs, workload.epochs, "as stated"),
        bill=Bill(tokens, tokens, "documented"),
        price=book.lookup(name, "training_mtok", seller or None),
        minimum=None if isinstance(provider, Missing) else provider.minimum,
    )
    measured = Measured(workload.examples, None, None, None, None, None)
    return compared(settings=settings, measured=measured, training=training, quotes=book, today=day)


def _tokens_per_example(workload: Workload) -> int:
    if workload.tokens_per_example is not None:
        return workload.tokens_per_example
    return workload.tuned_prompt_tokens + workload.query_tokens + workload.answer_tokens


def _settings(workload: Workload, options: Settings | Mapping[str, Any] | None) -> Settings:
    """The plan with the workload in its ``[usage]``, checked as a file would be."""
    from ftgate.config import validate
    from ftgate.config_values import check_values

    settings = options if isinstance(options, Settings) else validate(dict(options or {}), _WHERE)
    cacheable = workload.cacheable_tokens
    usage = replace(
        settings.usage,
        requests_per_month=workload.calls_per_month,
        prompt_tokens=workload.prompt_tokens,
        cacheable_tokens=workload.prompt_tokens if cacheable is None else cacheable,
        query_tokens=workload.query_tokens,
        completion_tokens=workload.answer_tokens,
        tuned_prompt_tokens=workload.tuned_prompt_tokens,
    )
    found = replace(settings, usage=usage)
    check_values(found)
    return found
