"""Which values of a well-typed configuration make sense: bounds, rates and codes that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from decimal import Decimal
from typing import Any

from ftgate.errors import ConfigError
from ftgate.settings import ModelSettings, ReviewSettings, Settings
from ftgate.settings_units import parse_amount, parse_days, parse_percent

MIN_EXPONENT, MAX_EXPONENT = -12, 12
"""Exact arithmetic writes out every zero; prices per token and calls per month stay within."""

MAX_DAYS = 36_525  # a century
MAX_HORIZON_MONTHS = 600  # fifty years: longer than any price holds
_DIGEST = re.compile(r"sha256:[0-9a-f]{12,64}\Z")
_RATES = ("cache_hit_rate", "discount_rate", "rate_today", "rate_tuned", "initial_rate_tuned")


def check_number(key: str, value: int | float | Decimal) -> None:
    """Raise ConfigError unless the number is finite, not negative and of a sensible size."""
    number = value if isinstance(value, Decimal) else Decimal(value)
    if not number.is_finite():
        raise ConfigError(f"{key} = {value}: not a number")
    if number < 0:
        raise ConfigError(f"{key} = {value}: must not be negative")
    if number and not MIN_EXPONENT <= number.adjusted() < MAX_EXPONENT:
        raise ConfigError(f"{key}: neither below 1e{MIN_EXPONENT} nor from 1e{MAX_EXPONENT} up")


def check_values(settings: Settings) -> None:
    """Raise ConfigError for the first value that cannot be meant; it names key and limit."""
    _check_numbers(settings)
    horizon = settings.usage.horizon_months
    if not 1 <= horizon <= MAX_HORIZON_MONTHS:
        raise ConfigError(f"[usage] horizon_months = {horizon}: 1 to {MAX_HORIZON_MONTHS}")
    _check_names(settings)
    _check_customer(settings.model)
    epochs = settings.model.epochs
    if isinstance(epochs, int) and epochs < 1:
        raise ConfigError(f"[model] epochs = {epochs}: at least 1, or 'auto'")
    if not settings.offline:
        hint = "remove the key; --prices cached, if-stale or live asks for live prices"
        raise ConfigError("offline = false: live prices are asked for, not configured", hint=hint)
    _check_policy(settings)
    _check_review(settings.review)
    _check_waivers(settings)


def _check_names(settings: Settings) -> None:
    names = [table.name for table in settings.dataset]
    for name in names:
        if not name.strip():
            raise ConfigError("[[dataset]] has an empty name")
        if names.count(name) > 1:
            raise ConfigError(f"[[dataset]] name = {name!r} is used twice")
    if not settings.model.base.strip():
        raise ConfigError("[model] base is empty", hint="name the model to fine-tune")


def _check_customer(model: ModelSettings) -> None:
    """``eligible`` is ``customer`` in short: a plan that states both says the same twice."""
    if None in (model.eligible, model.customer) or model.eligible == (model.customer == "active"):
        return
    said = "true" if model.eligible else "false"
    raise ConfigError(
        f'[model] eligible = {said} contradicts customer = "{model.customer}"',
        hint="state customer alone: new, active or idle",
    )


def _check_numbers(settings: Settings) -> None:
    for key, value in _numbers(settings):
        name = key.rpartition(" ")[2]
        check_number(key, value)
        if name in _RATES and value > 1:
            raise ConfigError(f"{key} = {value}: a rate is between 0 and 1")


def _numbers(settings: Settings) -> Iterator[tuple[str, Any]]:
    for section in ("usage", "labelling", "review", "retrieval", "hosting"):
        table = getattr(settings, section)
        for entry in fields(table):
            value = getattr(table, entry.name)
            if isinstance(value, (int, float, Decimal)):
                yield f"[{section}] {entry.name}", value


def _check_policy(settings: Settings) -> None:
    policy = settings.policy
    try:
        for text in (policy.max_break_even, policy.max_price_age):
            if parse_days(text) > MAX_DAYS:
                raise ConfigError(f"{text!r} is longer than {MAX_DAYS:,} days")
        if policy.max_training_cost is not None:
            parse_amount(policy.max_training_cost)
        if policy.max_increase is not None and parse_percent(policy.max_increase) is None:
            parse_amount(policy.max_increase)
    except ConfigError as error:
        raise ConfigError(f"[policy] {error.message}", hint=error.hint) from None


def _check_review(review: ReviewSettings) -> None:
    """A review plan that is stated in part would be left out of the bill in silence."""
    rates = (review.rate_today, review.rate_tuned, review.initial_rate_tuned)
    if any(rates) and not review.cost_usd:
        raise ConfigError("[review] states rates without cost_usd", hint='cost_usd = "10"')
    initial = review.initial_rate_tuned is not None
    if initial and review.rate_tuned is None:
        raise ConfigError("[review] initial_rate_tuned needs rate_tuned, the rate afterwards")
    if initial != bool(review.initial_months):
        raise ConfigError("[review] initial_rate_tuned and initial_months belong together")


def _check_waivers(settings: Settings) -> None:
    for waiver in settings.waive:
        if not waiver.reason.strip():
            raise ConfigError(f"[[waive]] {waiver.code}: the reason is empty")
        if waiver.digest is not None and not _DIGEST.match(waiver.digest):
            raise ConfigError(
                f"[[waive]] {waiver.code}: digest {waiver.digest!r} pins nothing",
                hint="sha256: and at least 12 hexadecimal digits, from the JSON report",
            )
