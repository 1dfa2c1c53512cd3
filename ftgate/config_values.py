"""Which values of a well-typed configuration make sense: bounds, rates and codes that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from decimal import Decimal
from typing import Any

from ftgate.errors import ConfigError
from ftgate.settings import ModelSettings, Settings
from ftgate.settings_units import parse_amount, parse_days, parse_percent

MIN_EXPONENT, MAX_EXPONENT = -12, 12
"""Exact arithmetic writes out every zero; prices per token and calls per month stay within."""

MAX_DAYS = 36_525  # a century
MAX_HORIZON_MONTHS = 600  # fifty years: longer than any price holds
MAX_GROWTH = 1_000_000  # over the horizon: from one call a minute to 17,000 a second
_DIGEST = re.compile(r"sha256:[0-9a-f]{12,64}\Z")
_RATES = (
    *("cache_hit_rate", "discount_rate", "rate_today", "rate_tuned", "initial_rate_tuned"),
    *("growth_ratio", "retry_ratio", "batch_share", "relabel_ratio", "review_share", "ramp"),
)
_MONEY_TABLES = (
    *("usage", "labelling", "review", "engineering", "retraining", "failures", "latency"),
    *("few_shot", "retrieval", "distillation", "hosting", "self_hosted"),
)


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
    _check_complete(settings)
    _check_tuning(settings)
    _check_waivers(settings)
    _check_risk(settings)


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
    yield from (("[usage] ramp", share) for share in settings.usage.ramp)
    for section in _MONEY_TABLES:
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
        for amount in (policy.max_training_cost, policy.max_monthly_cost):
            if amount is not None:
                parse_amount(amount)
        if policy.max_increase is not None and parse_percent(policy.max_increase) is None:
            parse_amount(policy.max_increase)
    except ConfigError as error:
        raise ConfigError(f"[policy] {error.message}", hint=error.hint) from None
    if policy.timeout_seconds is not None:
        check_number("[policy] timeout_seconds", policy.timeout_seconds)
    least = policy.min_probability
    if least is not None and not 0 <= least <= 1:
        raise ConfigError(f"[policy] min_probability = {least}: a probability is between 0 and 1")


def _check_complete(settings: Settings) -> None:
    """Name all numbers that are missing beside stated ones, and how to state them.

    A review plan that is stated in part would be left out of the bill in silence, and work
    without a wage or rates without a cost are no plan.
    """
    missing = list(_incomplete(settings))
    if missing:
        hints = [hint for _, hint in missing if hint]
        raise ConfigError("; ".join(each for each, _ in missing), hint="; ".join(hints))


def _incomplete(settings: Settings) -> Iterator[tuple[str, str]]:
    """What is stated in part, and the line that completes it."""
    review, engineering = settings.review, settings.engineering
    failures, latency = settings.failures, settings.latency
    rates = (review.rate_today, review.rate_tuned, review.initial_rate_tuned)
    if any(rates) and not review.cost_usd:
        yield "[review] states rates without cost_usd", 'cost_usd = "10"'
    initial = review.initial_rate_tuned is not None
    if initial and review.rate_tuned is None:
        yield "[review] initial_rate_tuned needs rate_tuned, the rate afterwards", ""
    if initial != bool(review.initial_months):
        yield "[review] initial_rate_tuned and initial_months belong together", ""
    wages = (engineering.hourly_wage, settings.labelling.hourly_wage)
    if (engineering.hours_upfront or engineering.hours_per_month) and wages == (None, None):
        yield "[engineering] states hours without hourly_wage", ""
    if (failures.rate_today or failures.rate_tuned) and not failures.usd:
        yield "[failures] states rates without usd", 'usd = "1"'
    if (latency.seconds_today or latency.seconds_tuned) and not latency.usd_per_second:
        yield "[latency] states seconds without usd_per_second", ""


def _check_tuning(settings: Settings) -> None:
    """Growth beyond any market, and a job on no machine, are no plan."""
    usage = settings.usage
    if (1 + usage.growth_ratio) ** min(usage.horizon_months, 600) > MAX_GROWTH:
        raise ConfigError(
            f"[usage] growth_ratio = {usage.growth_ratio}: more than {MAX_GROWTH:,} times the"
            " calls at the end of the horizon"
        )
    if settings.retraining.every_months == 0:
        raise ConfigError("[retraining] every_months = 0: at least 1; omit it for never")
    if settings.self_hosted.gpus < 1:
        raise ConfigError(f"[self_hosted] gpus = {settings.self_hosted.gpus}: at least 1")
    if settings.self_hosted.tokens_per_second == 0:
        raise ConfigError("[self_hosted] tokens_per_second = 0: nothing would be answered")


def _check_waivers(settings: Settings) -> None:
    declared = [table.name for table in settings.dataset]
    for waiver in settings.waive:
        if not waiver.reason.strip():
            raise ConfigError(f"[[waive]] {waiver.code}: the reason is empty")
        if declared and waiver.dataset is not None and waiver.dataset not in declared:
            import difflib

            near = difflib.get_close_matches(waiver.dataset, declared, n=1)
            raise ConfigError(
                f"[[waive]] {waiver.code}: no dataset {waiver.dataset!r} is declared",
                hint=f"did you mean {near[0]!r}?" if near else f"declared: {', '.join(declared)}",
            )
        if waiver.digest is not None and not _DIGEST.match(waiver.digest):
            raise ConfigError(
                f"[[waive]] {waiver.code}: digest {waiver.digest!r} pins nothing",
                hint="sha256: and at least 12 hexadecimal digits, from the JSON report",
            )


def _check_risk(settings: Settings) -> None:
    """Ranges are read when somebody asks how likely it pays; a wrong one is said at once."""
    if settings.risk:
        from ftgate.economics.scenario_file import exact
        from ftgate.economics.spreads import check_ranges

        check_ranges(exact(settings.risk))
