"""FT7: is the price known and fresh, is the job within budget, and does the model live on?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from ftgate.economics.amounts import usd_text
from ftgate.economics.calendar import add_months
from ftgate.model import (
    Comparison,
    Finding,
    Missing,
    ModelFacts,
    Price,
    ProviderFacts,
    Training,
)
from ftgate.prices.units import OVERRIDE_UNITS, PROVIDER_UNITS, TRAINING_UNITS, UNITS
from ftgate.rules.registry import rule
from ftgate.settings import ModelSettings, PolicySettings
from ftgate.settings_units import parse_amount, parse_days

_SHOWN = 3


@rule("FT701", severity="error", since="0.1")
def unknown_price(
    training: Training, base: ModelFacts | Missing, comparison: Comparison
) -> Iterator[Finding]:
    """A price that the verdict needs is not known.

    ## Why is this bad?
    A missing price counted as zero makes every fine-tune look free. Without the price there is
    no verdict, in either direction.

    ## What to do instead
    Check the spelling of the model and of the provider. If you know what you pay, state it in
    ftgate.toml, with where and when you read it:

        [[price]]
        model = "gpt-oss-20b"
        training_mtok = "0.40"
        source = "enterprise agreement, page 3"
        as_of = 2026-11-22

    ## Source
    The catalogue of this release (`ftgate/catalog`, described in its README): a number is in it
    only with a source, a date and a confidence.
    """
    needed = [training.missing] if training.missing else []
    needed += [entry for entry in comparison.undecided if entry not in needed]
    by_model: dict[str, list[Missing]] = {}
    for entry in needed:
        name, _, unit = entry.what.rpartition("/")
        if unit in UNITS and not _is_tune_of(base, name, unit):
            by_model.setdefault(name, []).append(entry)
        elif " price of " in entry.what:
            yield Finding(
                f"no {entry.what}: {entry.reason}{_nearest(entry)}",
                undecided=True,
                next_step="judge the files alone: --select FT0,FT1,FT2,FT3,FT4",
            )
    for name, entries in by_model.items():
        provider, _, model = name.partition("/")
        units = [entry.what.rpartition("/")[2] for entry in entries]
        yield Finding(
            f"no {' and '.join(units)} price of {model} at {provider}:"
            f" {entries[0].reason}{_nearest(entries[0])}",
            undecided=True,
            next_step=_how_to_state(model, provider, units),
        )


@rule("FT702", severity="warning", since="0.1")
def stale_price(
    prices: tuple[Price, ...], policy: PolicySettings, today: date
) -> Iterator[Finding]:
    """A price that the verdict needs has expired.

    ## Why is this bad?
    Model prices fall by half within months and tuned models lose their bases within weeks. A
    break-even from an old price is precise and wrong.

    ## What to do instead
    Upgrade ftgate: bundled prices were checked on the day of its release and expire 45 days
    later. Prices of your own (`[[price]]`) are stale when their `as_of` is older than
    `policy.max_price_age`: read them again, and set the new date.

    ## Source
    OpenAI cut gpt-5.6-luna by 80% on 2026-07-30 and gpt-5.6-sol by a fifth on 2026-08-21;
    LiteLLM's price file of 2026-11-12.
    """
    future = sorted(price.ref for price in dict.fromkeys(prices) if price.as_of > today)
    if future:
        yield Finding(
            f"{len(future)} of the prices were not known on {today}: {', '.join(future[:_SHOWN])}",
            count=len(future),
            undecided=True,
            next_step="judge for a later day (--as-of)",
        )
    max_age = timedelta(days=int(parse_days(policy.max_price_age)))
    ends = {price: price.expires or price.as_of + max_age for price in dict.fromkeys(prices)}
    stale = sorted((end, price.ref) for price, end in ends.items() if end < today)
    if stale:
        shown = ", ".join(f"{ref} (until {end})" for end, ref in stale[:_SHOWN])
        more = f" and {len(stale) - _SHOWN} more" if len(stale) > _SHOWN else ""
        verb = "price has" if len(stale) == 1 else "prices have"
        yield Finding(
            f"{len(stale)} {verb} expired: {shown}{more}",
            count=len(stale),
            undecided=True,
            next_step="pip install --upgrade ftgate, or read your [[price]] again and date it",
        )


@rule("FT703", severity="error", since="0.1")
def over_budget(training: Training, policy: PolicySettings) -> Iterator[Finding]:
    """The training job may cost more than the policy allows.

    ## Why is this bad?
    The provider bills the whole file times the epochs, whatever the outcome. With `auto` epochs
    it chooses how often; the budget has to survive its dearest choice.

    ## What to do instead
    Set `model.epochs` to a number, train on fewer or shorter examples, choose a smaller base, or
    raise `policy.max_training_cost` in a reviewed change.

    ## Source
    OpenAI bills epochs x tokens of the file; checked against thirteen published jobs.
    """
    if policy.max_training_cost is None or training.usd_high is None:
        return
    limit = parse_amount(policy.max_training_cost)
    if training.usd_high > limit:
        epochs = f"{training.epochs_high} epoch{'' if training.epochs_high == 1 else 's'}"
        yield Finding(
            f"training costs up to {usd_text(training.usd_high)} (limit {usd_text(limit)}):"
            f" {epochs}, {training.billable_high:,} billable tokens",
            decision="hold",
            next_step="set fewer model.epochs, a smaller base, or raise policy.max_training_cost",
        )


@rule("FT704", severity="error", since="0.1")
def model_not_tunable(
    base: ModelFacts | Missing, model_plan: ModelSettings, today: date
) -> Iterator[Finding]:
    """The provider does not fine-tune this model, or no longer, or not by this method.

    ## Why is this bad?
    The job is refused after the data have been prepared, uploaded and reviewed. Newest models
    often cannot be tuned at all, and a model that could be tuned last quarter may be closed.

    ## What to do instead
    Choose a base that this provider still tunes, or another provider that tunes this model; set
    `model.method` to a method that the model offers; or
    keep prompting: a current model with a cached prompt is often cheaper than a tuned old one.
    For a model that the catalogue does not know, state its training price in `[[price]]`. Where
    a provider closes earlier for new customers, the earlier date counts: if you are an existing
    one and may still train, say so in a waiver.

    ## Source
    OpenAI, "Deprecations" and "Supervised fine-tuning"; Microsoft Foundry, "Model retirement
    schedule" and "Models that support fine-tuning". The catalogue holds the dates they were read.
    """
    if isinstance(base, Missing):
        provider, _, model = base.what.partition("/")
        if not model:
            name_it = "name it: --model NAME, or [model] base in ftgate.toml"
            yield Finding(base.reason, undecided=True, next_step=name_it)
            return
        yield Finding(
            f"whether {model} can be fine-tuned is unknown: {base.reason}{_nearest(base)}",
            undecided=True,
            next_step="correct model.base or model.provider, or "
            + _how_to_state(model, provider, ("training_mtok",)),
        )
    elif not base.tunable and base.note:
        yield Finding(
            f"whether {base.name} can be fine-tuned is unknown: {base.note}",
            undecided=True,
            next_step="set model.provider to one of the catalogue, or model.base to another model",
        )
    elif not base.tunable:
        yield Finding(
            f"{base.provider} does not fine-tune {base.name}",
            decision="prompt",
            next_step="prompt it, or set model.base to a model that can be tuned",
        )
    elif base.jobs_close is not None and base.jobs_close <= today:
        yield Finding(
            f"{base.provider} takes no fine-tuning jobs for {base.name}: they"
            f" {_when('end', 'ended', base.jobs_close, today)}",
            decision="prompt",
            next_step=_alternative(base),
        )
    elif base.methods and model_plan.method not in (*base.methods, "auto"):
        offered = " and ".join(base.methods)
        yield Finding(
            f"{base.provider} offers no {model_plan.method} fine-tuning of {base.name}:"
            f" only {offered}",
            decision="hold",
            next_step=f'set [model] method = "{base.methods[0]}", or a base that offers'
            f" {model_plan.method}",
        )


@rule("FT705", severity="warning", since="0.1")
def retiring_model(
    base: ModelFacts | Missing, comparison: Comparison, today: date
) -> Iterator[Finding]:
    """The tuned model stops before the end of the horizon.

    An error when it has stopped, or when no job can be created any more; a warning before;
    undecided when the dates were last checked too long ago.

    ## Why is this bad?
    A fine-tune ends with its base. What it has not paid back by then it never pays back, and the
    examples have to be tuned again, on another model, at another price.

    ## What to do instead
    Compare over the months that are left (`usage.horizon_months`), plan the retraining, or keep
    prompting a model that stays.

    ## Source
    OpenAI, "Deprecations": no new jobs from 2027-01-06, tunable bases and their fine-tunes stop
    on 2027-01-14. Microsoft Foundry, "Model retirement schedule". Dates near a shutdown are
    trusted for 14 days: Azure moved its own by six months within eight weeks.
    """
    if isinstance(base, Missing) or not base.tunable:
        return
    stop = base.tuned_shutdown or base.shutdown
    last_day = add_months(today, comparison.horizon_months)
    closed = base.jobs_close is not None and base.jobs_close <= today
    if stop is not None and stop <= last_day and (closed or stop <= today):
        yield Finding(
            _life(base, stop, today),
            severity="error",
            decision="prompt",
            next_step=_alternative(base),
        )
    elif base.dates_expire is not None and base.dates_expire < today:
        known = _life(base, stop, today) if stop else f"no end of {base.name} was announced"
        yield Finding(
            f"dates of {base.name} were to be checked again by {base.dates_expire}: {known}",
            undecided=True,
            next_step="pip install --upgrade ftgate",
        )
    elif stop is not None and stop <= last_day:
        horizon = f"inside the horizon of {comparison.horizon_months} months"
        yield Finding(_life(base, stop, today, horizon), next_step=_alternative(base))


@rule("FT706", severity="error", since="0.1")
def unknown_eligibility(
    base: ModelFacts | Missing, provider: ProviderFacts, model_plan: ModelSettings, today: date
) -> Iterator[Finding]:
    """The provider lets only some organisations create jobs, and the plan says not if yours may.

    An error when the plan says that yours may not; undecided when it does not say.

    ## Why is this bad?
    A provider that winds fine-tuning down closes it for new and idle customers first. Their job
    is refused after the examples have been written, checked and uploaded.

    ## What to do instead
    Try to create a job with the smallest valid file, or look whether your organisation has run a
    fine-tuned model lately; then state `eligible = true` or `eligible = false` under `[model]`.
    Where it may not, prompt a current model, or tune with another provider.

    ## Source
    OpenAI, "Deprecations": no jobs for organisations without earlier fine-tuning from 2026-05-07,
    none for those without inference on a fine-tuned model in the last 60 days from 2026-07-02.
    """
    closed = provider.new_customers_closed
    if isinstance(base, Missing) or not base.tunable or closed is None or closed > today:
        return
    if base.jobs_close is not None and base.jobs_close <= today:
        return  # nobody may: FT704 says so
    if model_plan.eligible is None:
        yield Finding(
            f"whether your organisation may create jobs at {provider.title} is not stated:"
            f" {provider.availability}",
            undecided=True,
            next_step="if yours may, add to ftgate.toml: [model] eligible = true",
        )
    elif not model_plan.eligible:
        yield Finding(
            f"your organisation may not create jobs at {provider.title}: {provider.availability}",
            decision="prompt",
            next_step="prompt a current model, or tune with another provider",
        )


def _is_tune_of(base: ModelFacts | Missing, name: str, unit: str) -> bool:
    """True for the price of a fine-tune that cannot exist: FT704 says all there is to say."""
    if isinstance(base, Missing) or base.tunable or base.note:
        return False
    plain = f"{base.provider}/{base.name}"
    return name == f"{base.provider}/ft:{base.name}" or (
        name == plain and unit in (*TRAINING_UNITS, *PROVIDER_UNITS)
    )


def _life(base: ModelFacts, stop: date, today: date, horizon: str = "") -> str:
    parts = [f"fine-tunes of {base.name} {_when('stop', 'stopped', stop, today)}"]
    if horizon:
        parts[0] += f", {horizon}"
    if base.jobs_close is not None:
        parts.append(f"new jobs {_when('end', 'ended', base.jobs_close, today)}")
    return "; ".join(parts)


def _when(present: str, past: str, day: date, today: date) -> str:
    days = abs((day - today).days)
    distance = f"{days:,} day{'' if days == 1 else 's'}"
    if day > today:
        return f"{present} on {day} (in {distance})"
    return f"{past} on {day} ({f'{distance} ago' if days else 'today'})"


def _alternative(base: ModelFacts) -> str:
    named = f" ({base.provider} names {base.replacement})" if base.replacement else ""
    return f"prompt a model that stays{named}, or tune one that outlives the horizon"


def _nearest(missing: Missing) -> str:
    return f" (nearest: {', '.join(missing.nearest)})" if missing.nearest else ""


def _how_to_state(model: str, provider: str, units: Sequence[str]) -> str:
    lines = dict.fromkeys(unit for unit in units if unit in OVERRIDE_UNITS)
    if "input_mtok" in lines:
        lines["output_mtok"] = None  # nobody pays for one without the other
    if not lines:
        return f"choose a model or provider whose {' and '.join(units)} is known"
    prices = ", ".join(f'{unit} = "<USD>"' for unit in lines)
    return (
        f'add to ftgate.toml: [[price]] with model = "{model}", provider = "{provider}",'
        f' {prices}, source = "<where>", as_of = <date>'
    )
