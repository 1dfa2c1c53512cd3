"""Keys and values of a scenario file in words."""

from __future__ import annotations

from datetime import date
from decimal import Context
from fractions import Fraction
from typing import Any

from ftgate.economics.amounts import (
    count_text,
    exact_text,
    money_text,
    number_text,
    percent_text,
    rate_text,
    to_decimal,
    usd_text,
)
from ftgate.economics.scenario import Scenario
from ftgate.economics.scenario_file import PRICE_UNITS
from ftgate.economics.spreads import LIFE

_FOUR_DIGITS = Context(prec=4)
_WORDS = {
    "title": "title",
    "queries_per_month": "calls a month",
    "queries_per_year": "calls a year",
    "growth_ratio": "growth of calls a month",
    "ramp": "share of the calls in the first months",
    "limit_months": "payback must be sooner than (months)",
    "horizon_months": "months ahead",
    "discount_rate": "discount rate a year",
    "min_probability": "it must win in this share of the futures",
    "goal.kind": "what the examples teach",
    "goal.volatile": "facts that change",
    "tokens.system_prompt": "tokens of today's prompt",
    "tokens.tuned_system_prompt": "tokens of the tuned model's prompt",
    "tokens.query": "tokens of a query",
    "tokens.answer": "tokens of an answer",
    "training.examples": "training examples",
    "training.tokens_per_example": "tokens of an example",
    "training.epochs": "epochs",
    "training.minimum_usd": "least that a job costs",
    "labelling.hourly_wage": "hourly wage of labelling",
    "labelling.minutes_per_example": "minutes to label an example",
    "engineering.hours_upfront": "hours of engineering before the start",
    "engineering.hours_per_month": "hours of engineering a month",
    "engineering.hourly_wage": "hourly wage of engineering",
    "retraining.every_months": "months between two trainings",
    "retraining.relabel_ratio": "share of examples labelled anew",
    "retraining.usd": "other cost of a new training",
    "review.cost": "cost of a review",
    "review.base_rate": "today's answers reviewed",
    "review.tuned_rate": "tuned model's answers reviewed",
    "review.tuned_initial_rate": "tuned model's answers reviewed at first",
    "review.initial_months": "months of the first reviews",
    "failures.cost": "cost of a wrong answer",
    "failures.base_rate": "today's answers that are wrong",
    "failures.tuned_rate": "tuned model's answers that are wrong",
    "latency.usd_per_second": "value of a second",
    "latency.base_seconds": "seconds of today's answer",
    "latency.tuned_seconds": "seconds of the tuned model's answer",
    "hybrid.usd_per_query": "vector database, a call",
    "hybrid.context_tokens": "retrieved tokens, a call",
    "shutdown.as_of": "looked up on",
    "shutdown.usable_until": "tuned model can be called until",
    "shutdown.usable_until_months": "months that the tuned model can be called",
    LIFE: "life of the tuned model, months",
}
_OF_A_MODEL = {
    "model": "model",
    "training": "price of training",
    "input": "price of input",
    "output": "price of output",
    "cached_input": "price of cached input",
    "cache_min_tokens": "shortest prompt that is cached, tokens",
    "cache_ttl_minutes": "minutes that a prompt stays cached",
    "cache_write_multiplier": "price of writing the cache, times input",
    "cache_hit_ratio": "calls that find the prompt cached",
    "reasoning_tokens": "reasoning tokens of an answer",
    "price_decline_ratio": "price fall a month",
    "batch_ratio": "calls that can wait for a batch",
    "batch_discount": "discount of a batch",
    "retry_ratio": "calls made again",
    "hosting_per_hour": "hosting, an hour",
    "maintenance_per_month": "maintenance a month",
    "system_prompt": "tokens of its own prompt",
    "cacheable_tokens": "tokens of the prompt that never change",
    "usd_per_query": "paid for every call beside tokens",
    "upfront_usd": "paid before the first call",
    "lasts_months": "months until it stops",
    "answers": "answers as good as those of",
    "shown_only": "shown, not judged",
    "replica_per_hour": "a machine, an hour",
    "replica_calls": "calls a month that one machine answers",
}
_OWNERS = {"base": "today's model", "tuned": "tuned model"}
_DOLLARS = (
    *("cost", "usd", "hourly_wage", "usd_per_second", "usd_per_query", "upfront_usd"),
    *("hosting_per_hour", "maintenance_per_month", "minimum_usd", "replica_per_hour"),
)


def words(path: str) -> str:
    """``tokens.query`` → ``tokens of a query``; what has no words keeps its key."""
    if path in _WORDS:
        return _WORDS[path]
    table, _, key = path.rpartition(".")
    text = _of_a_model(key)
    owner, after, _ = table.partition(".successor")
    owner = _OWNERS.get(owner, owner.replace("[", " ").removesuffix("]"))
    if after:
        owner += ", after its end"
    return f"{owner}: {text}" if owner else text


def value_text(path: str, value: Any) -> str:
    """A value of the file: ``$0.03``, ``5%``, ``2,000``; its unit is in the words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return ", ".join(value_text(path, each) for each in value)
    if isinstance(value, str):
        return value
    return number(path, Fraction(value))


def number(path: str, value: Fraction) -> str:
    """A number of the file, money with a dollar sign and shares in percent."""
    key = path.rpartition(".")[2]
    if _is_share(key):
        return percent_text(value)
    priced = key in _DOLLARS or key.endswith(tuple(PRICE_UNITS))
    return _price(value) if priced else exact_text(value)


def end_text(path: str, value: Fraction) -> str:
    """A guess, to four digits: nobody guesses a volume to a fraction of a call."""
    key = path.rpartition(".")[2]
    if path.startswith("tokens.") or key.startswith("queries_per_"):
        return count_text(value if abs(value) < 100 else Fraction(round(value)))
    return number(path, Fraction(_FOUR_DIGITS.plus(to_decimal(value))))


def flip_text(path: str, value: Fraction) -> str:
    """A flip point: tokens and calls to the hundredth, everything else to nine digits."""
    key = path.rpartition(".")[2]
    if path.startswith("tokens.") or key.startswith("queries_per_"):
        return money_text(value)
    return number(path, value)


def net_text(usd: Fraction) -> str:
    """``wins $5,249``, ``loses $30,224``."""
    return f"{'wins' if usd > 0 else 'loses'} {usd_text(abs(usd))}"


def per_million(price_mtok: Any) -> str:
    """``$30.00/M``: a price per million tokens with every digit it has."""
    return f"{rate_text(Fraction(price_mtok))}/M"


def months(count: int | Fraction) -> str:
    """``1 month``, ``12 months``."""
    return f"{number_text(count)} month{'' if count == 1 else 's'}"


def whole_months(count: int) -> str:
    """``1 whole month``: what the end of a model's life leaves."""
    return f"{count} whole month{'' if count == 1 else 's'}"


def chance_text(probability: float, error: float) -> str:
    """``1.3% ± 0.1%``: a share of the futures with its standard error; ``0% (none)`` without."""
    if probability in (0, 1):
        return "100% (all)" if probability else "0% (none)"
    spread = 100 * error
    return f"{100 * probability:.1f}% ± {spread:.{1 if spread >= 0.05 else 2}f}%"


def until(scenario: Scenario) -> str:
    """`` on 2027-01-14`` where the tuned model's last day is known, else nothing."""
    return f" on {scenario.usable_until}" if scenario.usable_until else ""


def _price(value: Fraction) -> str:
    text = exact_text(value)
    whole, _, digits = text.partition(".")
    return f"${whole}.{digits:0<2}"


def _is_share(key: str) -> bool:
    return key.endswith(("_rate", "_ratio", "_probability")) or key in ("ramp", "batch_discount")


def _of_a_model(key: str) -> str:
    for suffix, count in PRICE_UNITS.items():
        if key.endswith(suffix):
            unit = "1,000 tokens" if count == 1000 else "million tokens"
            return f"{_OF_A_MODEL.get(key.removesuffix(suffix), key)}, {unit}"
    return _OF_A_MODEL.get(key, key)
