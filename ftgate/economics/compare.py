"""The fine-tune beside its alternatives: one pure function from a plan and prices to a comparison.

Rules that the report states: an alternative wins a tie; after the tuned model stops, its calls cost
what they are compared with, so nothing is won or lost then; its life counts in whole months.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from ftgate.economics.amounts import rounded, usd_text
from ftgate.economics.assumptions import assumptions
from ftgate.economics.bill import to_option
from ftgate.economics.breakeven import payback
from ftgate.economics.calendar import begun_months, whole_months
from ftgate.economics.candidates import Candidate, Quotes, cheapest, monthly_bills, over_horizon
from ftgate.economics.duel import Duel
from ftgate.economics.flips import thresholds, volume_thresholds
from ftgate.economics.market import Market, exact
from ftgate.economics.options.wired import Offer, offer
from ftgate.economics.terms import terms
from ftgate.economics.traffic import Traffic
from ftgate.economics.workload import workload
from ftgate.model import (
    Comparison,
    Decision,
    Measured,
    Missing,
    Option,
    Price,
    Threshold,
    Training,
    VolumeVerdict,
)
from ftgate.settings import Settings
from ftgate.settings_units import parse_months

VOLUMES = (1_000, 10_000, 100_000, 1_000_000)
_UNKNOWN_VOLUME = Missing(
    "calls per month",
    "not stated; add to ftgate.toml: [usage] requests_per_month = …",
)


def compare(
    *,
    settings: Settings,
    measured: Measured,
    training: Training,
    quotes: Quotes,
    today: date,
) -> Comparison:
    """Price every option over the horizon and say when, and whether, the fine-tune pays.

    ``training`` is the job's bill (:func:`ftgate.economics.training.estimate_training`). What is
    not known is listed in ``undecided`` with the line that supplies it, never counted as zero.
    Without a monthly volume there are no monthly bills: payback is given in calls, and the verdict
    at four volumes.

    ``best`` is one of the options that contend: those without a training job, and the planned
    fine-tune. Its variants (retrieval beside it, another place, a teacher's labels) are priced for
    those who need them.

    Raises:
        ConfigError: ``policy.max_break_even`` is not a duration.
    """
    horizon = settings.usage.horizon_months
    load = workload(settings, measured)
    calls = settings.usage.requests_per_month
    if isinstance(load, list):
        missing = (*load, *([] if calls is not None else [_UNKNOWN_VOLUME]))
        return Comparison(horizon, "", "", (), None, undecided=missing)
    table = _table(Market(settings, load, measured, training, quotes, today))
    limit = Fraction(parse_months(settings.policy.max_break_even))
    if calls is None:
        return _without_volume(table, limit)
    return _with_volume(table, calls, limit)


class _Table(NamedTuple):
    """The candidates, and over which months they are compared."""

    horizon: int
    today: date
    offer: Offer
    traffic: Traffic
    assumptions: tuple[str, ...]
    epochs: int
    discount_rate: Fraction | None = None

    def prompted(self, calls: int) -> list[Candidate]:
        """The options without a fine-tune; of other models the cheapest, if it saves anything."""
        found = list(self.offer.prompted)
        traffic, baseline = self.traffic.of(calls), self.offer.baseline
        other = cheapest(self.offer.others, traffic, self.horizon)
        rivals = [each for each in (baseline, other) if each]
        if other and cheapest(rivals, traffic, self.horizon) is other:
            after = [each.kind in ("today", "cached", "batch") for each in found].count(True)
            found.insert(after, other)
        return found

    def contending(self, calls: int) -> list[Candidate]:
        """Those of them that may be the best."""
        return [each for each in self.prompted(calls) if each.contends]

    def duel(self, other: Candidate | None) -> Duel | None:
        """The fine-tune against ``other``; None when one of them could not be priced.

        Without today's bill there is no verdict, whatever the alternatives cost.
        """
        tuned = self.offer.tuned
        if tuned is None or self.offer.baseline is None or other is None:
            return None
        return Duel(tuned, other, self.horizon, self.today, self.traffic)

    def duels(self, others: list[Candidate]) -> list[Duel]:
        """The fine-tune against each."""
        return [duel for duel in map(self.duel, others) if duel]


def _table(market: Market) -> _Table:
    found, rate = offer(market), market.settings.usage.discount_rate
    return _Table(
        horizon=market.horizon,
        today=market.today,
        offer=found,
        traffic=market.traffic,
        assumptions=tuple(assumptions(market, found)),
        epochs=market.training.epochs_used,
        discount_rate=None if rate is None else exact(rate),
    )


def _with_volume(table: _Table, calls: int, limit: Fraction) -> Comparison:
    found, prompted = table.offer, table.prompted(calls)
    rival = _rival(table, calls)
    plain, best = table.duel(found.baseline), table.duel(rival)
    duels = table.duels(table.contending(calls))
    return Comparison(
        horizon_months=table.horizon,
        baseline=found.baseline.name if found.baseline else "",
        best=_best(duels, rival, calls),
        options=tuple(_options(table, prompted, rival, calls)),
        break_even=plain.break_even(calls) if plain else None,
        break_even_best=best.break_even(calls) if best else None,
        thresholds=tuple(thresholds(plain, duels, calls, limit)) if plain else (),
        assumptions=table.assumptions,
        undecided=found.undecided,
        prices=_prices([*prompted, *([found.tuned] if found.tuned else [])]),
        leads_usd={duel.other.name: rounded(duel.lead(calls)) for duel in table.duels(prompted)},
        shown_prices=_prices(list(found.beside)),
    )


def _rival(table: _Table, calls: int) -> Candidate | None:
    """The cheapest option over the horizon that is not a fine-tune; the first named wins a tie."""
    traffic = table.traffic.of(calls)
    return min(
        table.contending(calls),
        key=lambda each: over_horizon(each, traffic, table.horizon),
        default=None,
    )


def _best(duels: list[Duel], rival: Candidate | None, calls: int) -> str:
    """Name of the best option: the fine-tune only if it beats every alternative."""
    if duels and all(duel.lead(calls) > 0 for duel in duels):
        return duels[0].tuned.name
    return rival.name if rival else ""


def _options(
    table: _Table, prompted: list[Candidate], rival: Candidate | None, calls: int
) -> Iterator[Option]:
    traffic, found = table.traffic.of(calls), table.offer
    for candidate in prompted:
        months = monthly_bills(candidate, traffic, table.horizon)
        made = to_option(candidate, calls, months, table.discount_rate)
        until = candidate.usable_until
        own = None if until is None else begun_months(table.today, until)
        yield replace(made, terms=terms(candidate, traffic, table.epochs, own_months=own))
    if found.baseline is None or rival is None or found.tuned is None:
        return
    later = monthly_bills(rival, traffic, table.horizon)
    for tuned in (found.tuned, *found.beside):
        months, lumps = monthly_bills(tuned, traffic, table.horizon), tuned.lumps(table.horizon)
        life = None
        if tuned.usable_until is not None:
            life = whole_months(table.today, tuned.usable_until)
            months = [*months[:life], *later[life:]]
            lumps = {month: usd for month, usd in lumps.items() if month <= life}
        made = to_option(tuned, calls, months, table.discount_rate, lumps)
        yield replace(made, terms=terms(tuned, traffic, table.epochs, life_months=life))


def _prices(candidates: list[Candidate]) -> tuple[Price, ...]:
    used = [*candidates, *(each.successor for each in candidates if each.successor)]
    return tuple({p.ref: p for each in used for p in each.prices.values()}.values())


def _without_volume(table: _Table, limit: Fraction) -> Comparison:
    found = table.offer
    plain = table.duel(found.baseline)
    return Comparison(
        horizon_months=table.horizon,
        baseline=found.baseline.name if found.baseline else "",
        best="",
        options=(),
        break_even=plain.break_even_calls() if plain else None,
        thresholds=tuple(_volume_thresholds(table, plain, limit)) if plain else (),
        assumptions=table.assumptions,
        undecided=(_UNKNOWN_VOLUME, *found.undecided),
        at_volumes=tuple(_at_volume(table, plain, n, limit) for n in VOLUMES) if plain else (),
        prices=_prices([each for each in (found.baseline, found.tuned) if each]),
    )


def _volume_thresholds(table: _Table, plain: Duel, limit: Fraction) -> Iterator[Threshold]:
    saving = usd_text(plain.saving_per_call())
    meaning = "today's call minus a tuned call, before hosting"
    yield Threshold("saving_per_call", saving, meaning)
    # Whoever is the best alternative at one of the volumes may be it at the flip.
    rivals = {each.name: each for n in VOLUMES for each in table.contending(n)}
    yield from volume_thresholds(plain, table.duels(list(rivals.values())), limit)


def _at_volume(table: _Table, plain: Duel, calls: int, limit: Fraction) -> VolumeVerdict:
    rival = _rival(table, calls)
    best = _best(table.duels(table.contending(calls)), rival, calls)
    asked = (plain, table.duel(rival))  # FT803 holds the limit against both
    decision: Decision = "prompt"
    if best == plain.tuned.name:
        soon = all(payback(duel.flow(calls)).sooner_than(limit) for duel in asked if duel)
        decision = "fine-tune" if soon else "hold"
    months = plain.break_even(calls).months
    return VolumeVerdict(calls, decision, best, months, rounded(plain.flow(calls).savings(1)[0]))


class Contest(NamedTuple):
    """The candidates behind a comparison: those without a training job, today's model first.

    ``rival`` is the cheapest of them that contends, ``beside`` has the variants of the fine-tune.
    """

    prompted: tuple[Candidate, ...]
    rival: Candidate
    tuned: Candidate
    beside: tuple[Candidate, ...]


def contest(
    *,
    settings: Settings,
    measured: Measured,
    training: Training,
    quotes: Quotes,
    today: date,
) -> Contest | None:
    """The candidates that :func:`compare` adds up; None where it finds something missing."""
    load, calls = workload(settings, measured), settings.usage.requests_per_month
    if isinstance(load, list) or calls is None:
        return None
    table = _table(Market(settings, load, measured, training, quotes, today))
    found, rival = table.offer, _rival(table, calls)
    if found.undecided or found.baseline is None or found.tuned is None or rival is None:
        return None
    return Contest(tuple(table.prompted(calls)), rival, found.tuned, found.beside)
