"""Many futures of a scenario at once: the month-by-month comparison on columns of drawn numbers.

It is the model of :mod:`ftgate.economics.cashflow` and :mod:`ftgate.economics.breakeven` in floats,
with an array wherever a number is drawn; the tests hold every draw against the exact one. Months
are walked one by one, for some thousand futures at a time: their columns then stay in the
processor's cache.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ftgate.economics.cashflow import MILLION
from ftgate.economics.scenario_file import states
from ftgate.economics.spreads import LIFE
from ftgate.economics.tariffs import Inputs, Side, Tariff, found_ratio, tariff
from ftgate.errors import ConfigError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ftgate.economics.scenario import Scenario
    from ftgate.economics.scenario_services import Service

    Column = NDArray[np.float64]
    Values = float | Column


# Columns of 80 kB: a few dozen of them fit the caches, and glibc asks the operating system for new
# memory, page by page, for everything above 128 kB.
_BLOCK = 10_000


class Futures(NamedTuple):
    """The planned fine-tune in every future; columns of one length, dollars and months.

    It is set against today's model, or against the alternative that was asked for. ``npv_usd`` is
    discounted where the scenario has a rate, else it is ``net_usd``; ``months`` is the durable
    payback, NaN where there is none. ``totals_usd`` has, by option, the present value of everything
    paid over the horizon; the last one is the fine-tune.
    """

    net_usd: Column
    npv_usd: Column
    months: Column
    totals_usd: tuple[tuple[str, Column], ...]


class _Plan(NamedTuple):
    """What surrounds the calls: volume, payments, life and discount.

    ``again`` is one retraining, 0 where the plan does without.
    """

    calls: Values
    growth: Values
    upfront: Values
    again: Values
    discount: Values
    life_months: Values


def _plan(scenario: Scenario, ask: Inputs, life_months: Values) -> _Plan:
    import numpy as np

    tokens = ask("tokens.tuned_system_prompt") + ask("tokens.query") + ask("tokens.answer")
    examples = ask("training.examples")
    if states(scenario.data, "training.tokens_per_example"):
        tokens = ask("training.tokens_per_example")
    trained = examples * tokens * ask("training.epochs")
    priced = trained * ask.price("tuned.training") / MILLION
    training = np.maximum(priced, ask("training.minimum_usd"))
    minutes = examples * ask("labelling.minutes_per_example")
    labelling = minutes * ask("labelling.hourly_wage") / 60
    engineering = ask("engineering.hours_upfront") * ask.wage()
    again = training + ask("retraining.relabel_ratio") * labelling + ask("retraining.usd")
    monthly = ask("queries_per_month") + ask("queries_per_year") / 12
    return _Plan(
        calls=monthly,
        growth=1 + ask("growth_ratio"),
        upfront=training + labelling + engineering,
        again=np.where(np.asarray(ask("retraining.every_months")) > 0, again, 0.0),
        discount=(1 + ask("discount_rate")) ** (-1 / 12),
        life_months=life_months,
    )


def futures(
    scenario: Scenario, drawn: Mapping[str, Column], count: int, against: int = 0
) -> Futures:
    """The planned fine-tune against today's model and every alternative, in ``count`` futures.

    ``against`` is 0 for today's model, 1 for the first alternative, and so on. ``drawn`` has a
    column by path as the file spells it, in the file's unit; ``model_life_months`` is cut
    at the scenario's own end of life.

    Raises:
        ConfigError: a path of ``drawn`` is a number of the file that the futures do not vary.
    """
    import numpy as np

    blocks = [
        _block(
            scenario,
            {path: column[start : start + _BLOCK] for path, column in drawn.items()},
            min(_BLOCK, count - start),
            against,
        )
        for start in range(0, count, _BLOCK)
    ]
    totals = [
        (parts[0][0], np.concatenate([total for _, total in parts]))
        for parts in zip(*(block.totals_usd for block in blocks), strict=True)
    ]
    net, npv, months = (np.concatenate([block[column] for block in blocks]) for column in range(3))
    return Futures(net, npv, months, tuple(totals))


def _block(scenario: Scenario, drawn: Mapping[str, Column], count: int, against: int) -> Futures:
    import numpy as np

    ask = Inputs(scenario.data, drawn)
    known = np.inf if scenario.life_months is None else scenario.life_months
    plan = _plan(scenario, ask, np.minimum(drawn.get(LIFE, np.inf), known))
    prompts = [scenario.base, *scenario.alternatives]
    sides = [Side(ask, prompts[0], "base"), *(Side(ask, each, pads=True) for each in prompts[1:])]
    sides.append(Side(ask, scenario.tuned, "tuned"))
    for each in prompts:
        if each.successor:
            table = "base.successor" if each is scenario.base else ""
            sides.append(Side(ask, each.successor, table))
    tariffs = [tariff(side, plan.calls) for side in sides]
    unknown = sorted(set(drawn) - ask.asked)
    if unknown:
        raise ConfigError(f"{scenario.where}: risk.{unknown[0]} is not a number that can be drawn")
    return _walk(scenario, plan, tariffs, prompts, np.zeros(count), against)


def _walk(
    scenario: Scenario,
    plan: _Plan,
    tariffs: list[Tariff],
    prompts: Sequence[Service],
    zero: Column,
    against: int,
) -> Futures:
    """All months in turn; see :func:`ftgate.economics.breakeven.crossings` for the payback."""
    import numpy as np

    totals: list[Column] = [zero + float(each.upfront_usd) for each in prompts]
    net = totals[against] - plan.upfront
    npv = net
    months = np.where(net >= 0, 0.0, np.nan)
    levels: list[Values] = [1.0 for _ in tariffs]
    volume: Values = plan.calls
    worth_before: Values = 1.0
    for month in range(1, scenario.horizon_months + 1):
        calls = volume * _ramp(scenario, month)
        bills = list(_bills(tariffs, month, calls, levels))
        tuned, paid = bills[len(prompts)], list(_paid(prompts, bills, month))
        alive = np.asarray(month <= plan.life_months, float)
        lump = plan.again * alive if _due(scenario, month) else 0.0
        saving = (paid[against] - tuned) * alive
        before = net - lump
        net = before + saving
        _payback(months, before, net, saving, month)
        worth = worth_before * plan.discount
        npv = npv + (saving * worth - lump * worth_before)
        totals = [sum_ + bill * worth for sum_, bill in zip(totals, paid, strict=True)]
        levels = [level * each.keep for level, each in zip(levels, tariffs, strict=True)]
        volume, worth_before = volume * plan.growth, worth
    months = np.where(np.asarray(plan.calls) > 0, months, np.nan)
    ours = (scenario.tuned.name, totals[against] - npv)
    names = [each.name for each in prompts]
    return Futures(net, npv, months, (*zip(names, totals, strict=True), ours))


def _paid(prompts: Sequence[Service], bills: list[Values], month: int) -> Iterator[Values]:
    """The bills of who answers in a month: behind the fine-tune come the successors, in turn."""
    later = iter(bills[len(prompts) + 1 :])
    for each, bill in zip(prompts, bills, strict=False):
        successor = next(later) if each.successor else None
        ended = each.lasts_months is not None and month > each.lasts_months
        yield bill if successor is None or not ended else successor


def _bills(
    tariffs: list[Tariff], month: int, calls: Values, levels: list[Values]
) -> Iterator[Values]:
    # Two services whose caches live equally long hit equally often.
    decays = {each.decay for each in tariffs if each.hit is None and each.gain is not None}
    hits = {decay: found_ratio(calls, decay) for decay in decays}
    for each, level in zip(tariffs, levels, strict=True):
        hit = hits.get(each.decay, 0.0) if each.hit is None else each.hit
        yield each.month(month, calls, level, hit)


def _ramp(scenario: Scenario, month: int) -> float:
    ramp = scenario.volume.ramp
    return float(ramp[month - 1]) if month <= len(ramp) else 1.0


def _due(scenario: Scenario, month: int) -> bool:
    """Whether a retraining is paid at the start of ``month``, where the plan retrains."""
    every = scenario.retraining.every_months
    return every > 0 and month > 1 and (month - 1) % every == 0


def _payback(months: Column, before: Column, net: Column, saving: Values, month: int) -> None:
    """Update the durable payback by one month more: a crossing sets it, a debt takes it away."""
    import numpy as np

    crossed = np.flatnonzero((before < 0) & (net >= 0))
    if len(crossed):
        months[crossed] = month - 1 - before[crossed] / np.broadcast_to(saving, net.shape)[crossed]
    months[net < 0] = np.nan
