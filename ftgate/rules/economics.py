"""FT8: does the fine-tune pay, against today's bill and against the best alternative?

Each rule states one fact, so that a waiver for one never hides another: FT803 compares with
today's bill, FT801 with the same model and prompt caching, FT802 with it in batches, FT805 with a
cheaper model, FT809 with the same fine-tune in another place. Where FT804 (hosting) or FT806 (model
life) is the reason why nothing is paid back, FT803 leaves the word to them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal

from ftgate.economics.amounts import calls_text, months_text, number_text, usd_text
from ftgate.model import BreakEven, Comparison, Finding, Option, Training
from ftgate.rules.registry import rule
from ftgate.settings import PolicySettings

VOLUME = "calls per month"  # what :func:`ftgate.economics.compare.compare` calls it
_PAID_BACK = ("PAYS_BACK", "IMMEDIATE")


@rule("FT801", severity="error", since="0.1")
def cheaper_with_caching(comparison: Comparison | None) -> Iterator[Finding]:
    """Today's model with a cached prompt costs less than the fine-tune.

    ## Why is this bad?
    The fine-tune is justified by a long prompt that is paid in full on every call. Providers charge
    5-50% for the part of a prompt that did not change since the last call, without any training.
    Against that bill the fine-tune loses money over the horizon.

    ## What to do instead
    Put the unchanging part of the prompt first and variables last, keep it above the provider's
    minimum (1,024 tokens on most), and read the cached tokens in the usage report.

    ## Source
    OpenAI, "Prompt caching"; Anthropic, "Prompt caching"; the hit rate is that of random arrivals,
    1 - exp(-calls x time to live). A prompt below the minimum is compared with examples in it.
    """
    cached, longer = _option(comparison, "cached"), _option(comparison, "few-shot")
    if cached is not None or longer is None:
        yield from _beaten(comparison, "cached", "cache the prompt's unchanging beginning first")
    elif any(line.item == "cached prompt" for line in longer.lines):
        # Too short to be cached alone; with examples in it, the same prompt is.
        step = "put examples before the prompt's first variable: it is cached then"
        yield from _beaten(comparison, "few-shot", step)


@rule("FT802", severity="error", since="0.1")
def cheaper_with_batch(comparison: Comparison | None) -> Iterator[Finding]:
    """Today's model in batches costs less than the fine-tune, for the calls that can wait.

    ## Why is this bad?
    Providers charge half the price for calls whose answer may take up to a day. Where the plan says
    that enough calls can wait, that discount is larger than what a shorter prompt saves, and it
    needs no training, no data and no second model.

    ## What to do instead
    Send the calls that can wait as a batch, and compare again with the rest. If fewer can wait than
    the plan says, correct `[usage] batch_share`.

    ## Source
    OpenAI, "Batch API": 50% off for answers within 24 hours; the batch prices are those of the
    price list. Without `[usage] batch_share` the option is shown and decides nothing.
    """
    yield from _beaten(comparison, "batch", "send the calls that can wait in batches first")


@rule("FT803", severity="error", since="0.1")
def no_break_even(comparison: Comparison | None, policy: PolicySettings) -> Iterator[Finding]:
    """Fine-tune is not paid back within the limit, even against today's bill.

    ## Why is this bad?
    Training and labelling are paid before the first call. Savings that need longer than the limit
    meet new prices, new models and a shutdown before they arrive. The limit is strict: a payback in
    exactly the limit is too slow.

    ## What to do instead
    Keep the prompt; come back when the volume or the price of today's model has changed (the report
    names both thresholds). If labelling is the large part, label fewer examples first and measure.

    ## Source
    The durable crossing of the monthly cash flow: upfront cost / saving per month where every month
    is the same. The limit is `[policy] max_break_even`, six months by default.
    """
    point = comparison.break_even if comparison else None
    if comparison is None or point is None or not comparison.options:
        return
    fine, today = _option(comparison, "fine-tuned"), _option(comparison, "today")
    if fine is None or today is None or _explained_elsewhere(point, fine, today):
        return
    from ftgate.settings_units import parse_months

    limit = parse_months(policy.max_break_even)
    if point.status in _PAID_BACK and point.months is not None and point.months < limit:
        yield from _slow_against_best(comparison, limit)
        return
    yield Finding(
        _payback_text(point, fine, today, limit),
        decision="prompt" if point.months is None else "hold",
        next_step="see the thresholds: the volume and the price at which this flips",
    )


def _slow_against_best(comparison: Comparison, limit: Decimal) -> Iterator[Finding]:
    """The limit holds against the best alternative too; that it never pays is FT805's."""
    best = comparison.break_even_best
    if best is None or best.status not in _PAID_BACK or best.months is None:
        return
    if best.months >= limit:
        yield Finding(
            f"pays back against {best.against} in {months_text(best.months)}"
            f" (limit {number_text(limit)})",
            decision="hold",
            next_step="see both bills month by month: ftgate report",
        )


@rule("FT804", severity="error", since="0.1")
def hosting_dominates(comparison: Comparison | None) -> Iterator[Finding]:
    """Hosting the tuned model costs more than its calls save.

    ## Why is this bad?
    Some providers rent the tuned model by the hour, also while nobody calls it. Below a certain
    volume that fee is larger than everything that a shorter prompt saves, and grows every month.

    ## What to do instead
    Use a provider that serves tuned models per token, share one deployment between several
    adapters, or keep the prompt until the volume covers the fee.

    ## Source
    Microsoft Foundry documentation on managing fine-tuning costs: an hourly fee per deployment;
    Fireworks and Together pricing pages: dedicated deployments by the GPU-hour. A month has 730
    hours.
    """
    fine, today = _pair(comparison)
    if fine is None or today is None or not fine.monthly_usd:
        return
    hosting, saved = _hosting(fine), _saved_before_hosting(fine, today)
    if 0 < saved < hosting:
        yield Finding(
            f"hosting costs {usd_text(hosting)}/month; the calls save {usd_text(saved)}/month",
            decision="prompt",
            next_step="compare a provider without hosting, or keep the prompt",
        )


@rule("FT805", severity="error", since="0.1")
def cheaper_current_model(comparison: Comparison | None) -> Iterator[Finding]:
    """A cheaper model with today's prompt costs less than the fine-tune.

    ## Why is this bad?
    Prices of a given quality have fallen by an order of magnitude a year. A fine-tune that is
    compared with last year's model looks like a saving, while a current model answers the same
    prompt for less, needs no training, and outlives the tuned one.

    ## What to do instead
    Run your evaluation with the named model and the prompt as it is. If it passes, switch; if it
    fails, add the model to `[model] rejected`, and the next cheaper one is compared. Price says
    nothing about quality: the rule only says that nobody should pay for training before having
    looked.

    ## Source
    The cheapest model of today's provider that is not shut down within the horizon, same prompt and
    answer length, cached where the prompt allows; where the task is to choose among labels, also
    its endpoint for decisions, billed by the input. Epoch AI, "LLM inference price trends".
    """
    next_step = "run your evaluation on it with today's prompt; if it fails, add it to"
    yield from _beaten(comparison, "cheaper", f"{next_step} [model] rejected")
    next_step = "send the labels as a choice and run your evaluation; if it fails, add it to"
    yield from _beaten(comparison, "decisions", f"{next_step} [model] rejected")


@rule("FT806", severity="error", since="0.1")
def dies_before_payback(comparison: Comparison | None, training: Training) -> Iterator[Finding]:
    """Tuned model is shut down before it has paid for its training.

    ## Why is this bad?
    When a provider retires a base model, its fine-tunes stop with it, and the training set has to
    be paid for again on another base. Savings after that day do not exist.

    ## What to do instead
    Tune a base whose announced life is longer than the payback, or keep the prompt, which moves to
    the next model for free.

    ## Source
    The provider's deprecation page (dates and their source are in the report). Only whole months of
    life count.
    """
    point = comparison.break_even if comparison else None
    if point is None or point.status != "PAYS_BACK_AFTER_SHUTDOWN":
        return
    fine, _ = _pair(comparison)
    until = fine.usable_until if fine else None
    payback = f"payback takes {months_text(point.months)} (until {point.date})"
    if until is not None and point.date is not None and point.date <= until:
        payback = "that is less than one whole month of use, and only whole months are counted"
    yield Finding(
        f"{training.model} stops on {until}; {payback}",
        decision="prompt",
        next_step="tune a model that lives longer, or keep the prompt",
    )


@rule("FT807", severity="error", since="0.1")
def unknown_volume(comparison: Comparison | None, training: Training) -> Iterator[Finding]:
    """Monthly volume is unknown, so nobody can say whether the fine-tune pays.

    ## Why is this bad?
    Training is paid once, the saving is paid per call: without the number of calls every verdict on
    money is a guess. Unknown is neither zero nor enough.

    ## What to do instead
    Read the number of calls of the last month from your usage dashboard and write it into the plan.

    ## Source
    Break-even in calls = upfront cost / saving per call.
    """
    if comparison is None or all(entry.what != VOLUME for entry in comparison.undecided):
        return
    known = f"; {_calls_text(comparison.break_even, training)}" if comparison.at_volumes else ""
    yield Finding(
        f"calls per month unknown{known}",
        undecided=True,
        next_step="[usage] requests_per_month = …",
    )


@rule("FT808", severity="error", since="0.1")
def incomplete_plan(comparison: Comparison) -> Iterator[Finding]:
    """Plan leaves out a number that the bill needs and that the files do not show.

    ## Why is this bad?
    A bill with a hole in it looks cheaper than it is. A number that is neither stated nor measured
    leaves the verdict open instead of counting as zero.

    ## What to do instead
    Add the key that the finding names to ftgate.toml.

    ## Source
    The bill of an option is the sum of its lines; `ftgate check -v` prints each with its formula.
    """
    for entry in comparison.undecided:
        # Prices are FT701's, whose entries name provider/model/unit; the volume is FT807's.
        if "/" not in entry.what and " price of " not in entry.what and entry.what != VOLUME:
            yield Finding(f"no {entry.what}: {entry.reason}", undecided=True)


@rule("FT809", severity="warning", since="0.1")
def cheaper_elsewhere(
    comparison: Comparison | None,
    *,
    margin_ratio: float = 0.1,
    other_bases: bool = False,
) -> Iterator[Finding]:
    """Same fine-tune costs clearly less at another provider that takes new customers.

    ## Why is this bad?
    The same weights are tuned and served in several places at prices that differ by an order of
    magnitude, mostly in what an idle hour costs. A plan that pays in one place may pay sooner in
    another, and one that does not pay may pay there.

    ## What to do instead
    Ask whether your contract and your data may go there, and set `[model] provider`. Another base
    counts only with `other_bases = true`: it answers differently, and has to be evaluated first.

    ## Source
    Price lists of training, tuned calls and hosting of every provider that the catalogue has all
    three of, if its tune lives at least as long; the planned job's tokens, the whole horizon.
    `margin_ratio` is how much less it must cost.
    """
    fine = _option(comparison, "fine-tuned")
    if comparison is None or fine is None:
        return
    places = [
        option
        for option in comparison.options
        if option.kind == "elsewhere"
        and (other_bases or _base(option) == _base(fine))
        and _outlives(option, fine)
    ]
    best = min(places, key=lambda option: option.total_usd, default=None)
    if best is not None and best.total_usd < fine.total_usd * (1 - Decimal(str(margin_ratio))):
        yield Finding(
            f"{best.name} costs {usd_text(best.total_usd)} in {comparison.horizon_months} months,"
            f" the planned one {usd_text(fine.total_usd)}",
            next_step="compare it with your contract; then set [model] provider",
        )


def _outlives(option: Option, fine: Option) -> bool:
    """A tune that stops earlier leaves months to somebody else, which are not its price."""
    if option.usable_until is None or fine.usable_until is None:
        return option.usable_until is None
    return option.usable_until >= fine.usable_until


def _base(option: Option) -> str:
    """The tuned model's name without its maker's prefix."""
    return option.model.removeprefix("ft:").rpartition("/")[2].lower()


def _calls_text(point: BreakEven | None, training: Training) -> str:
    if point is None or point.calls is None:
        return "a tuned call costs as much as today's or more, so it never pays back"
    job = "training" if training.usd_high is None else f"training {usd_text(training.usd_high)}"
    calls = calls_text(math.ceil(point.calls))
    return f"{job}; all costs that do not depend on calls are back after {calls}"


def _payback_text(point: BreakEven, fine: Option, today: Option, limit: Decimal) -> str:
    if point.status == "NO_VOLUME":
        return f"no calls, so {usd_text(fine.upfront_usd)} upfront is never paid back"
    if not point.months or not point.calls:
        return (
            f"a month costs {usd_text(_bill(fine))}, today {usd_text(_bill(today))}:"
            f" {usd_text(fine.upfront_usd)} upfront is never paid back"
        )
    volume = point.calls / point.months
    paid = [line for line in fine.lines if line.upfront]
    upfront = " + ".join(f"{line.item} {usd_text(line.usd)}" for line in paid)
    saved = (_bill(today) - _bill(fine)) / volume
    return (
        f"saves {usd_text(saved)}/call; {upfront} -> {calls_text(math.ceil(point.calls))};"
        f" you do {volume:,.0f}/month -> {months_text(point.months)} (limit {number_text(limit)})"
    )


def _beaten(comparison: Comparison | None, kind: str, next_step: str) -> Iterator[Finding]:
    """One finding unless the fine-tune wins against the option of this kind over the horizon."""
    fine, other = _option(comparison, "fine-tuned"), _option(comparison, kind)
    if comparison is None or fine is None or other is None or not other.contends:
        return
    lead = comparison.leads_usd[other.name]
    if lead > 0:
        return
    until = f", stops on {fine.usable_until}" if fine.usable_until else ""
    more = f"{usd_text(-lead)} more" if lead else "just as much"
    yield Finding(
        f"{other.name} costs {usd_text(_bill(other))}/month; the fine-tune"
        f" {usd_text(_bill(fine))}/month + {usd_text(fine.upfront_usd)} upfront{until}:"
        f" {more} in {comparison.horizon_months} months",
        decision="prompt",
        next_step=next_step,
    )


def _bill(option: Option) -> Decimal:
    """One whole month by its lines: a ramp's first is none, nor is one in which the tune stops."""
    return sum((line.usd for line in option.lines if line.monthly), Decimal(0))


def _explained_elsewhere(point: BreakEven, fine: Option, today: Option) -> bool:
    """True when FT806 (model life) or FT804 (hosting) says why nothing is paid back."""
    if point.status == "PAYS_BACK_AFTER_SHUTDOWN":
        return True
    return 0 < _saved_before_hosting(fine, today) < _hosting(fine)


def _hosting(fine: Option) -> Decimal:
    return sum((line.usd for line in fine.lines if line.item == "hosting"), Decimal(0))


def _saved_before_hosting(fine: Option, today: Option) -> Decimal:
    """What the calls of one steady month save, by the lines of both bills."""
    return _bill(today) - _bill(fine) + _hosting(fine)


def _pair(comparison: Comparison | None) -> tuple[Option | None, Option | None]:
    return _option(comparison, "fine-tuned"), _option(comparison, "today")


def _option(comparison: Comparison | None, kind: str) -> Option | None:
    options = comparison.options if comparison else ()
    return next((option for option in options if option.kind == kind), None)
