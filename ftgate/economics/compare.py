"""The fine-tune beside its alternatives: one pure function from a plan and prices to a comparison.

Rules that the report states: an alternative wins a tie; after the tuned model stops, its calls cost
what they are compared with, so nothing is won or lost then; its life counts in whole months.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from ftgate.economics.amounts import rounded, total, usd_text
from ftgate.economics.bill import to_option
from ftgate.economics.breakeven import payback
from ftgate.economics.calendar import whole_months
from ftgate.economics.candidates import (
    ASSUMED_CACHING,
    Candidate,
    Market,
    Quotes,
    cheapest,
    monthly_bills,
)
from ftgate.economics.cashflow import month_cost
from ftgate.economics.duel import Duel
from ftgate.economics.flips import thresholds, volume_threshold
from ftgate.economics.workload import workload
from ftgate.model import (
    Comparison,
    Decision,
    Measured,
    Missing,
    ModelFacts,
    Option,
    Price,
    Threshold,
    Training,
    VolumeVerdict,
)
from ftgate.settings import Settings
from ftgate.settings_units import parse_months

VOLUMES = (1_000, 10_000, 100_000, 1_000_000)


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

    ``best`` is never the hybrid: retrieval adds to the bill of the fine-tune, and what it is worth,
    facts that stay right, has no price here. It is priced as an option for those who need it.

    Raises:
        ConfigError: ``policy.max_break_even`` is not a duration.
    """
    horizon = settings.usage.horizon_months
    load = workload(settings, measured)
    if isinstance(load, list):
        return Comparison(horizon, "", "", (), None, undecided=tuple(load))
    market = Market(settings, load, training, measured.examples, quotes, today)
    table = _table(market)
    calls = settings.usage.requests_per_month
    limit = Fraction(parse_months(settings.policy.max_break_even))
    if calls is None:
        return _without_volume(table, limit)
    return _with_volume(table, calls, limit)


class _Table(NamedTuple):
    """Every candidate that could be priced, and why the others could not."""

    horizon: int
    today: date
    baseline: Candidate | None
    cached: Candidate | None
    others: tuple[Candidate, ...]
    tuned: Candidate | None
    hybrid: Candidate | None
    undecided: tuple[Missing, ...]
    assumptions: tuple[str, ...]
    discount_rate: Fraction | None = None

    def prompted(self, calls: int) -> list[Candidate]:
        """The options without a fine-tune: today, cached, and the cheapest other model."""
        other = cheapest(self.others, calls)
        found = [self.baseline, self.cached, other]
        if other and self.baseline and not _saves(other, self.baseline, calls):
            found.pop()
        return [candidate for candidate in found if candidate is not None]

    def duel(self, other: Candidate | None) -> Duel | None:
        """The fine-tune against ``other``; None when one of them could not be priced.

        Without today's bill there is no verdict, whatever the alternatives cost.
        """
        if self.tuned is None or self.baseline is None or other is None:
            return None
        return Duel(self.tuned, other, self.horizon, self.today)


def _saves(candidate: Candidate, against: Candidate, calls: int) -> bool:
    return month_cost(candidate.arm, calls) < month_cost(against.arm, calls)


def _table(market: Market) -> _Table:
    facts = market.todays_facts()
    baseline, cached, tuned = market.baseline(facts), market.cached(facts), market.tuned()
    others = tuple(market.cheaper(facts))
    # A month without calls costs nothing anywhere: one call tells who is cheap.
    successor = cheapest(others, market.settings.usage.requests_per_month or 1)
    undecided = tuple(part for part in (baseline, tuned) if isinstance(part, Missing))
    priced = None if isinstance(tuned, Missing) else tuned
    return _Table(
        horizon=market.settings.usage.horizon_months,
        today=market.today,
        baseline=None if isinstance(baseline, Missing) else market.succeeded(baseline, successor),
        cached=None if isinstance(cached, Missing) else market.succeeded(cached, successor),
        others=others,
        tuned=priced,
        hybrid=priced and market.hybrid(priced),
        undecided=undecided,
        assumptions=(
            *_of_today(market, facts, cached, successor),
            *_of_caching(cached, others),
            *_of_the_tune(market, priced),
        ),
        discount_rate=_discount_rate(market.settings.usage.discount_rate),
    )


def _discount_rate(stated: float | None) -> Fraction | None:
    return None if stated is None else Fraction(str(stated))


def _of_today(
    market: Market,
    facts: ModelFacts | Missing,
    cached: Candidate | Missing,
    successor: Candidate | None,
) -> Iterator[str]:
    """What is assumed of today's model and of others like it."""
    if isinstance(facts, Missing):
        yield f"not compared: other models: {facts.reason}"
        return
    if isinstance(cached, Missing):
        yield f"not compared: {cached.what}: {cached.reason}"
    yield (
        "other models: the cheapest of today's provider that outlives the horizon, same prompt"
        " and answer length, quality not judged; reasoning tokens are not counted (effort none)"
    )
    if market.ends_inside(facts.shutdown):
        later = "no model that outlives the horizon is known, so its price is kept"
        if successor:
            later = f"the months after that cost what {successor.name} costs with the same prompt"
        yield f"today's model {facts.name} stops on {facts.shutdown}: {later}"


def _of_caching(cached: Candidate | Missing, others: tuple[Candidate, ...]) -> Iterator[str]:
    """The rule of prompt caching where the catalogue has only its price."""
    candidates = others if isinstance(cached, Missing) else (cached, *others)
    if any(candidate.note == ASSUMED_CACHING for candidate in candidates):
        yield ASSUMED_CACHING


def _of_the_tune(market: Market, tuned: Candidate | None) -> Iterator[str]:
    """What is assumed of the tuned model's life and of the people around it."""
    if tuned is not None and tuned.usable_until is None:
        yield f"no shutdown date is announced for {tuned.model}"
    elif tuned is not None:
        yield (
            f"{tuned.model} stops on {tuned.usable_until}; a begun month does not count, and later"
            " calls cost what the cheapest prompt costs"
        )
    if market.settings.review.cost_usd and market.settings.review.rate_tuned is None:
        yield "review: the same rate for every option; measure the tuned model's in a pilot"
    if not market.settings.labelling.hourly_wage:
        yield "labelling: the examples exist and cost nothing more"


def _with_volume(table: _Table, calls: int, limit: Fraction) -> Comparison:
    prompted = table.prompted(calls)
    rival = _rival(prompted, calls, table.horizon)
    plain, best = table.duel(table.baseline), table.duel(rival)
    duels = [duel for duel in map(table.duel, prompted) if duel]
    return Comparison(
        horizon_months=table.horizon,
        baseline=table.baseline.name if table.baseline else "",
        best=_best(duels, rival, calls),
        options=tuple(_options(table, prompted, rival, calls)),
        break_even=plain.break_even(calls) if plain else None,
        break_even_best=best.break_even(calls) if best else None,
        thresholds=tuple(thresholds(plain, duels, calls, limit)) if plain else (),
        assumptions=table.assumptions,
        undecided=table.undecided,
        prices=_prices([*prompted, *([table.tuned] if table.tuned else [])]),
        leads_usd={duel.other.name: rounded(duel.lead(calls)) for duel in duels},
    )


def _rival(prompted: list[Candidate], calls: int, horizon: int) -> Candidate | None:
    """The cheapest option over the horizon that is not a fine-tune; the first named wins a tie."""

    def over_horizon(candidate: Candidate) -> Fraction:
        return candidate.upfront_usd + total(monthly_bills(candidate, calls, horizon))

    return min(prompted, key=over_horizon, default=None)


def _best(duels: list[Duel], rival: Candidate | None, calls: int) -> str:
    """Name of the best option: the fine-tune only if it beats every alternative."""
    if duels and all(duel.lead(calls) > 0 for duel in duels):
        return duels[0].tuned.name
    return rival.name if rival else ""


def _options(
    table: _Table, prompted: list[Candidate], rival: Candidate | None, calls: int
) -> Iterator[Option]:
    for candidate in prompted:
        months = monthly_bills(candidate, calls, table.horizon)
        yield to_option(candidate, calls, months, table.discount_rate)
    if table.baseline is None or rival is None:
        return
    later = monthly_bills(rival, calls, table.horizon)
    for tuned in (table.tuned, table.hybrid):
        if tuned is not None:
            months = monthly_bills(tuned, calls, table.horizon)
            if tuned.usable_until is not None:
                life = whole_months(table.today, tuned.usable_until)
                months = [*months[:life], *later[life:]]
            yield to_option(tuned, calls, months, table.discount_rate)


def _prices(candidates: list[Candidate]) -> tuple[Price, ...]:
    used = [*candidates, *(each.successor for each in candidates if each.successor)]
    return tuple({p.ref: p for each in used for p in each.prices.values()}.values())


def _without_volume(table: _Table, limit: Fraction) -> Comparison:
    plain = table.duel(table.baseline)
    unknown = Missing(
        "calls per month",
        "not stated; add to ftgate.toml: [usage] requests_per_month = …",
    )
    return Comparison(
        horizon_months=table.horizon,
        baseline=table.baseline.name if table.baseline else "",
        best="",
        options=(),
        break_even=plain.break_even_calls() if plain else None,
        thresholds=tuple(_volume_thresholds(table, plain, limit)) if plain else (),
        assumptions=table.assumptions,
        undecided=(unknown, *table.undecided),
        at_volumes=tuple(_at_volume(table, plain, n, limit) for n in VOLUMES) if plain else (),
        prices=_prices([each for each in (table.baseline, table.tuned) if each]),
    )


def _volume_thresholds(table: _Table, plain: Duel, limit: Fraction) -> Iterator[Threshold]:
    saving = usd_text(plain.saving_per_call())
    meaning = "today's call minus a tuned call, before hosting"
    yield Threshold("saving_per_call", saving, meaning)
    # Whoever is the best alternative at one of the volumes may be it at the flip.
    rivals = {each.name: table.duel(each) for n in VOLUMES for each in table.prompted(n)}
    yield volume_threshold(plain, [duel for duel in rivals.values() if duel], limit)


def _at_volume(table: _Table, plain: Duel, calls: int, limit: Fraction) -> VolumeVerdict:
    prompted = table.prompted(calls)
    duels = [duel for duel in map(table.duel, prompted) if duel]
    best = _best(duels, _rival(prompted, calls, table.horizon), calls)
    flow = plain.flow(calls)
    decision: Decision = "prompt"
    if best == plain.tuned.name:
        decision = "fine-tune" if payback(flow).sooner_than(limit) else "hold"
    months = plain.break_even(calls).months
    return VolumeVerdict(calls, decision, best, months, rounded(flow.savings(1)[0]))
