"""FT704-FT711: does the provider take this job, and does the model live long enough to be worth it?

The days are those of :mod:`ftgate.prices.lifecycle`: by provider, by kind of customer, and from
the planned start of the job.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from ftgate.economics.amounts import usd_text
from ftgate.economics.calendar import add_months
from ftgate.model import Comparison, Finding, Missing, ModelFacts, Training
from ftgate.prices.lifecycle import (
    Offer,
    customer_of,
    is_open,
    serve_until,
    start_day,
    start_until,
)
from ftgate.rules.prices import how_to_state, nearest
from ftgate.rules.registry import rule
from ftgate.settings import ModelSettings

_SHOWN = 3
_ASSUMED = ", the worst of new and earlier customers: [model] customer is not stated"
_PAID_BACK = ("PAYS_BACK", "IMMEDIATE")


@rule("FT704", severity="error", since="0.1")
def model_not_tunable(
    base: ModelFacts | Missing,
    model_plan: ModelSettings,
    offers: tuple[Offer, ...],
    today: date,
) -> Iterator[Finding]:
    """The provider does not fine-tune this model, or no longer, or not by this method.

    ## Why is this bad?
    The job is refused after the data have been prepared, uploaded and reviewed. Newest models
    often cannot be tuned at all, and a model that could be tuned last quarter may be closed.

    ## What to do instead
    Choose a base that this provider still tunes, or the provider that the finding names; set
    `model.method` to a method that the model offers; or keep prompting: a current model with a
    cached prompt is often cheaper than a tuned old one. For a model that the catalogue does not
    know, state its training price in `[[price]]`. Where a provider closes earlier for some
    customers, say which you are: `[model] customer` is `new`, `idle` or `active`.

    ## Source
    OpenAI, "Deprecations" and "Supervised fine-tuning"; Microsoft Foundry, "Model retirement
    schedule" and "Models that support fine-tuning". The catalogue holds the dates they were read.
    """
    if isinstance(base, Missing):
        yield _unknown_model(base, offers)
    elif not base.tunable and base.note:
        yield Finding(
            f"whether {base.name} can be fine-tuned is unknown: {base.note}",
            undecided=True,
            next_step=_elsewhere(
                offers, "set model.provider to one of the catalogue, or model.base to another model"
            ),
        )
    elif not base.tunable:
        yield Finding(
            f"{base.provider} does not fine-tune {base.name}, {_others(offers)}",
            decision="prompt",
            next_step=_elsewhere(
                offers, "prompt it, or set model.base to a model that can be tuned"
            ),
        )
    elif not is_open(base, customer_of(model_plan), today):
        yield _closed(base, model_plan, offers, today)
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
    base: ModelFacts | Missing,
    comparison: Comparison,
    training: Training,
    model_plan: ModelSettings,
    today: date,
) -> Iterator[Finding]:
    """The tuned model stops before the end of the horizon.

    An error when it has stopped, or when no job can be created any more; a warning before;
    undecided when the dates were last checked too long ago.

    ## Why is this bad?
    A fine-tune ends with its base. What it has not paid back by then it never pays back, and the
    examples have to be tuned again, on another model, at another price.

    ## What to do instead
    Compare over the months that are left (`usage.horizon_months`), plan the retraining, or keep
    prompting a model that stays. One more job of this size costs what the finding says; when the
    base takes no jobs by then, it has to be another base, with prompts and evaluation anew.

    ## Source
    OpenAI, "Deprecations": no new jobs from 2027-01-06, tunable bases and their fine-tunes stop
    on 2027-01-14. Microsoft Foundry, "Model retirement schedule". Dates near a shutdown are
    trusted for 14 days: Azure moved its own by six months within eight weeks.
    """
    if isinstance(base, Missing) or not base.tunable:
        return
    stop, start = serve_until(base), start_day(model_plan, today)
    last_day = add_months(start, comparison.horizon_months)
    ended = not is_open(base, customer_of(model_plan), today) or (stop and stop <= today)
    if stop is not None and stop <= last_day and ended:
        yield Finding(
            _life(base, stop, model_plan, today),
            severity="error",
            decision="prompt",
            next_step=_alternative(base),
        )
    elif _outdated(base, today):
        said = f"no end of {base.name} was announced"
        known = _life(base, stop, model_plan, today) if stop else said
        yield Finding(
            f"dates of {base.name} were to be checked again by {base.dates_expire}: {known}",
            undecided=True,
            next_step="pip install --upgrade ftgate",
        )
    elif stop is not None and stop <= last_day and is_open(base, customer_of(model_plan), start):
        inside = f"inside the horizon of {comparison.horizon_months} months"
        again = _retraining(base, stop, model_plan, training)
        yield Finding(
            f"{_life(base, stop, model_plan, today, inside)}; {again}",
            next_step=_alternative(base),
        )


@rule("FT708", severity="error", since="0.1")
def closed_before_start(
    base: ModelFacts | Missing,
    model_plan: ModelSettings,
    offers: tuple[Offer, ...],
    today: date,
) -> Iterator[Finding]:
    """The provider stops taking jobs for this model before the planned start.

    ## Why is this bad?
    Collecting, labelling and reviewing examples takes weeks. A job that could be created today is
    refused on the day for which it is planned, and the work was done for nothing.

    ## What to do instead
    Start earlier: `[model] start` is the day on which the job is created. Or choose a base or a
    provider that takes jobs on that day; the finding names who does.

    ## Source
    OpenAI, "Deprecations": no new jobs for anybody from 2027-01-06. Microsoft Foundry, "Model
    retirement schedule": training of a base ends with it for new customers, and no earlier than
    the stated day for existing ones.
    """
    start, customer = start_day(model_plan, today), customer_of(model_plan)
    if isinstance(base, Missing) or not is_open(base, customer, today) or _outdated(base, today):
        return
    closes = start_until(base, customer)
    if closes is None or closes > start:
        return
    yield Finding(
        f"the job is planned for {start}, but {_jobs(base, model_plan, closes, today)}",
        decision="prompt",
        next_step=_elsewhere(offers, f"start before {closes}, or {_alternative(base)}"),
    )


@rule("FT709", severity="error", since="0.1")
def short_life(
    base: ModelFacts | Missing,
    comparison: Comparison,
    model_plan: ModelSettings,
    today: date,
    *,
    min_days_after_payback: int = 90,
) -> Iterator[Finding]:
    """The tuned model stops soon after it has paid for its training.

    ## Why is this bad?
    What the fine-tune earns after its payback has to carry everything that is not on the bill:
    evaluation, rollout, and the move to another model when this one stops. With a few weeks left
    it does not, and where the base takes no more jobs the move begins with new examples for
    another base.

    ## What to do instead
    Prompt the model that stays, or tune a base that lives longer. If the weeks that are left are
    worth it to you, waive the rule with the reason, or set `min_days_after_payback`.

    ## Source
    The notice that OpenAI gave for its tunable models was three months (announced 2026-10-14,
    stopped 2027-01-14): who moves within the notice has nothing left of a shorter life.
    """
    point, start = comparison.break_even, start_day(model_plan, today)
    if isinstance(base, Missing) or point is None or point.status not in _PAID_BACK:
        return
    if _outdated(base, today) or not is_open(base, customer_of(model_plan), start):
        return  # FT705, or who refuses the job, says so
    stop, paid = serve_until(base), point.date or start
    if stop is None or stop <= start or (stop - paid).days >= min_days_after_payback:
        return
    days = max((stop - paid).days, 0)
    yield Finding(
        f"{base.name} {_when('stops', 'stopped', stop, today)}, {_days(days)} after payback on"
        f" {paid} (limit {min_days_after_payback})",
        decision="prompt",
        next_step=_best(comparison, base),
    )


@rule("FT711", severity="warning", since="0.1")
def disputed_date(base: ModelFacts | Missing, todays: ModelFacts | Missing) -> Iterator[Finding]:
    """Live feeds and the catalogue name different days on which the model stops.

    ## Why is this bad?
    One of the two is wrong or old. The earlier day counts, so that nothing is promised beyond it;
    if the later one is right, a fine-tune that pays is refused.

    ## What to do instead
    Read the provider's deprecation page. If the catalogue is behind, upgrade ftgate; if the feed
    is, judge without it: `--prices offline`.

    ## Source
    Microsoft Foundry moved the retirement of its tunable models by six months within eight weeks
    of 2026; OpenAI publishes `shutdown_date` with `GET /v1/models`.
    """
    models = [each for each in (base, todays) if isinstance(each, ModelFacts) and each.disputed]
    for model in {each.name: each for each in models}.values():
        yield Finding(
            f"{model.name} {model.disputed}: the earlier day counts",
            next_step="read the provider's deprecation page; --prices offline leaves feeds out",
            key=model.name,
        )


def _unknown_model(base: Missing, offers: Sequence[Offer]) -> Finding:
    provider, _, model = base.what.partition("/")
    if not model:
        name_it = "name it: --model NAME, or [model] base in ftgate.toml"
        return Finding(base.reason, undecided=True, next_step=name_it)
    state = how_to_state(model, provider, ("training_mtok",))
    return Finding(
        f"whether {model} can be fine-tuned is unknown: {base.reason}{nearest(base)}",
        undecided=True,
        next_step=_elsewhere(offers, f"correct model.base or model.provider, or {state}"),
    )


def _closed(base: ModelFacts, plan: ModelSettings, offers: Sequence[Offer], today: date) -> Finding:
    closes = start_until(base, customer_of(plan))
    assert closes is not None  # noqa: S101 - a closed base has a day on which it closed
    customer = customer_of(plan)
    from_whom = f" from {customer} customers" if customer and customer != "active" else ""
    steps = [_elsewhere(offers, _alternative(base))]
    if customer is None and is_open(base, "active", today):
        steps.insert(0, 'the worst is assumed; if you trained there before: customer = "active"')
    return Finding(
        f"{base.provider} takes no fine-tuning jobs for {base.name}{from_whom}: they"
        f" {_when('end', 'ended', closes, today)}",
        decision="prompt",
        next_step="; ".join(steps),
    )


def _others(offers: Sequence[Offer]) -> str:
    if not offers:
        return "and nobody else in the catalogue does"
    return f"but {_names(offers)} {'does' if len(offers) == 1 else 'do'}"


def _elsewhere(offers: Sequence[Offer], otherwise: str) -> str:
    """Who takes jobs for the model, or else what to do."""
    if not offers:
        return otherwise
    verb = "tunes" if len(offers) == 1 else "tune"
    return f"{_names(offers)} {verb} it: --provider {offers[0].provider}; or {otherwise}"


def _names(offers: Sequence[Offer]) -> str:
    shown = [
        f"{offer.provider} (until {offer.until})" if offer.until else offer.provider
        for offer in offers[:_SHOWN]
    ]
    return " and ".join(shown)


def _life(base: ModelFacts, stop: date, plan: ModelSettings, today: date, horizon: str = "") -> str:
    parts = [f"fine-tunes of {base.name} {_when('stop', 'stopped', stop, today)}"]
    if horizon:
        parts[0] += f", {horizon}"
    closes = start_until(base, customer_of(plan))
    if closes is not None:
        parts.append(_jobs(base, plan, closes, today))
    return "; ".join(parts)


def _jobs(base: ModelFacts, plan: ModelSettings, closes: date, today: date) -> str:
    """``new jobs end on …``; the catalogue's "no earlier than" is the day that is counted on."""
    customer, days = customer_of(plan), base.closes
    when = _when("end", "ended", closes, today)
    if days.floor and customer in ("active", "idle"):
        when = when.replace("end on", "end no earlier than")
    if customer is None and days.new != days.active and closes in (days.new, days.active):
        other = max(filter(None, (days.new, days.active)))
        when += _ASSUMED if closes < other else ""
    return f"new jobs {when}"


def _retraining(base: ModelFacts, stop: date, plan: ModelSettings, training: Training) -> str:
    """What one more job costs, and whether there is a base for it once this one has stopped."""
    cost = "an unknown sum" if training.usd_high is None else usd_text(training.usd_high)
    if is_open(base, customer_of(plan), stop):
        return f"training again costs up to {cost}"
    return f"training again costs up to {cost}, on another base"


def _best(comparison: Comparison, base: ModelFacts) -> str:
    """The cheapest alternative without a fine-tune that stays, or the provider's own advice."""
    staying = [
        option
        for option in comparison.options
        if option.kind == "cheaper" or (option.kind == "cached" and option.usable_until is None)
    ]
    if not staying:
        return _alternative(base)
    best = min(staying, key=lambda option: option.total_usd)
    months = comparison.horizon_months
    said = f"prompt {best.model}, which stays: {usd_text(best.total_usd)} in {months} months"
    if base.replacement in ("", best.model):
        return said
    return f"{said} ({base.provider} names {base.replacement})"


def _outdated(base: ModelFacts, today: date) -> bool:
    """Days that were checked too long ago decide nothing: FT705 says so."""
    return base.dates_expire is not None and base.dates_expire < today


def _when(present: str, past: str, day: date, today: date) -> str:
    days = abs((day - today).days)
    if day > today:
        return f"{present} on {day} (in {_days(days)})"
    return f"{past} on {day} ({f'{_days(days)} ago' if days else 'today'})"


def _days(days: int) -> str:
    return f"{days:,} day{'' if days == 1 else 's'}"


def _alternative(base: ModelFacts) -> str:
    named = f" ({base.provider} names {base.replacement})" if base.replacement else ""
    return f"prompt a model that stays{named}, or tune one that outlives the horizon"
