"""The fine-tune beside its alternatives: one pure function from a plan and prices to a comparison.

Rules that the report states: an alternative wins a tie; after the tuned model stops, calls cost
what today's model costs; a model's life counts in whole months.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from ftgate.economics.amounts import rounded, total, usd_text
from ftgate.economics.bill import to_option
from ftgate.economics.breakeven import payback
from ftgate.economics.calendar import whole_months
from ftgate.economics.candidates import (
    Candidate,
    Market,
    Quotes,
    cheapest,
    workload,
)
from ftgate.economics.cashflow import month_cost, month_costs
from ftgate.economics.duel import Duel
from ftgate.economics.flips import thresholds, volume_threshold
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


@dataclass(frozen=True, slots=True)
class _Table:
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

    def prompted(self, calls: int) -> list[Candidate]:
        """The options without a fine-tune: today, cached, and the cheapest other model."""
        other = cheapest(self.others, calls)
        found = [self.baseline, self.cached, other]
        if other and self.baseline and not _saves(other, self.baseline, calls):
            found.pop()
        return [candidate for candidate in found if candidate is not None]

    def duel(self, other: Candidate | None) -> Duel | None:
        """The fine-tune against ``other``; None when one of them could not be priced."""
        if self.tuned is None or self.baseline is None or other is None:
            return None
        return Duel(self.tuned, other, self.baseline, self.horizon, self.today)


def _saves(candidate: Candidate, against: Candidate, calls: int) -> bool:
    return month_cost(candidate.arm, calls) < month_cost(against.arm, calls)


def _table(market: Market) -> _Table:
    baseline, cached, tuned = market.baseline(), market.cached(), market.tuned()
    undecided = tuple(part for part in (baseline, tuned) if isinstance(part, Missing))
    priced = None if isinstance(tuned, Missing) else tuned
    return _Table(
        horizon=market.settings.usage.horizon_months,
        today=market.today,
        baseline=None if isinstance(baseline, Missing) else baseline,
        cached=None if isinstance(cached, Missing) else cached,
        others=tuple(market.cheaper()),
        tuned=priced,
        hybrid=priced and market.hybrid(priced),
        undecided=undecided,
        assumptions=tuple(_assumptions(market, cached, priced)),
    )


def _assumptions(
    market: Market, cached: Candidate | Missing, tuned: Candidate | None
) -> Iterator[str]:
    if isinstance(cached, Missing):
        yield f"not compared: {cached.what}: {cached.reason}"
    today = market.quotes.model(market.todays_model, market.todays_provider)
    if isinstance(today, Missing):
        yield f"not compared: other models, because today's provider is unknown: {today.reason}"
    else:
        yield (
            "other models: the cheapest of today's provider that outlives the horizon, same prompt"
            " and answer length, quality not judged; reasoning tokens are not counted (effort none)"
        )
    if tuned is not None and tuned.usable_until is None:
        yield f"no shutdown date is announced for {tuned.model}"
    elif tuned is not None:
        yield (
            f"{tuned.model} stops on {tuned.usable_until}; a begun month does not count, and later"
            " calls cost what today's model costs"
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
        best=_best(best, rival, calls),
        options=tuple(_options(table, prompted, calls)),
        break_even=plain.break_even(calls) if plain else None,
        break_even_best=best.break_even(calls) if best else None,
        thresholds=tuple(thresholds(plain, duels, calls, limit)) if plain else (),
        assumptions=table.assumptions,
        undecided=table.undecided,
        prices=_prices([*prompted, *([table.tuned] if table.tuned else [])]),
    )


def _rival(prompted: list[Candidate], calls: int, horizon: int) -> Candidate | None:
    """The cheapest option over the horizon that is not a fine-tune; the first named wins a tie."""

    def over_horizon(candidate: Candidate) -> Fraction:
        return candidate.upfront_usd + total(month_costs(candidate.arm, calls, horizon))

    return min(prompted, key=over_horizon, default=None)


def _best(duel: Duel | None, rival: Candidate | None, calls: int) -> str:
    """Name of the best option: the fine-tune only if it beats the cheapest alternative."""
    if duel and duel.lead(calls) > 0:
        return duel.tuned.name
    return rival.name if rival else ""


def _options(table: _Table, prompted: list[Candidate], calls: int) -> Iterator[Option]:
    for candidate in prompted:
        yield to_option(candidate, calls, table.horizon)
    if table.baseline is None:
        return
    fallback = month_costs(table.baseline.arm, calls, table.horizon)
    for tuned in (table.tuned, table.hybrid):
        if tuned is not None:
            until = tuned.usable_until
            life = None if until is None else whole_months(table.today, until)
            yield to_option(tuned, calls, table.horizon, life_months=life, fallback=fallback)


def _prices(candidates: list[Candidate]) -> tuple[Price, ...]:
    return tuple({p.ref: p for each in candidates for p in each.prices.values()}.values())


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
    rival = _rival(table.prompted(calls), calls, table.horizon)
    best, flow = _best(table.duel(rival), rival, calls), plain.flow(calls)
    decision: Decision = "prompt"
    if best == plain.tuned.name:
        decision = "fine-tune" if payback(flow).sooner_than(limit) else "hold"
    months = plain.break_even(calls).months
    return VolumeVerdict(calls, decision, best, months, rounded(flow.savings(1)[0]))
