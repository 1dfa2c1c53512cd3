"""Many futures of a scenario at once: the month-by-month comparison on columns of drawn numbers.

It is the model of :mod:`ftgate.economics.cashflow` and :mod:`ftgate.economics.breakeven` in floats,
with an array wherever a number is drawn; the tests hold every draw against the exact one. Months
are walked one by one, for some thousand futures at a time: their columns then stay in the
processor's cache.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from ftgate.economics.cashflow import HOURS_PER_MONTH, MILLION, Arm
from ftgate.economics.scenario_file import PRICE_UNITS, states
from ftgate.economics.spreads import LIFE
from ftgate.errors import ConfigError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ftgate.economics.scenario import Scenario

    Column = NDArray[np.float64]
    Values = float | Column


# Columns of 80 kB: a few dozen of them fit the caches, and glibc asks the operating system for new
# memory, page by page, for everything above 128 kB.
_BLOCK = 10_000


class Futures(NamedTuple):
    """The planned fine-tune in every future; columns of one length, dollars and months.

    ``npv_usd`` is discounted where the scenario has a rate, else it is ``net_usd``; ``months`` is
    the durable payback, NaN where there is none. ``totals_usd`` has, by option, the present value
    of everything paid over the horizon; the last one is the fine-tune.
    """

    net_usd: Column
    npv_usd: Column
    months: Column
    totals_usd: tuple[tuple[str, Column], ...]


class _Inputs:
    """The scenario's numbers: drawn where they are uncertain, else as the file states them."""

    def __init__(self, data: Mapping[str, Any], drawn: Mapping[str, Column]) -> None:
        self._data = data
        self._drawn = drawn
        self.asked: set[str] = {LIFE}

    def __call__(self, path: str, default: float = 0) -> Values:
        self.asked.add(path)
        if path in self._drawn:
            return self._drawn[path]
        if states(self._data, path) is None:
            return default
        value: Any = self._data
        for key in path.split("."):
            value = value[key]
        return float(value)

    def price(self, path: str) -> Values:
        """Dollars per million tokens, in whichever unit the file has it."""
        stated = states(self._data, path)
        return self(stated) * PRICE_UNITS[stated.removeprefix(path)] if stated else 0.0

    def wage(self) -> Values:
        """Dollars per hour of engineering; that of labelling where it is left out."""
        own = states(self._data, "engineering.hourly_wage")
        return self(own or "labelling.hourly_wage")


class _Tariff(NamedTuple):
    """What a call costs, split so that a month needs few operations.

    ``missed`` is the dollars of its tokens without a cached prefix and ``gain`` what a cached one
    adds, None without a cache; hits are ``hit`` or follow from the calls with ``decay`` per call;
    ``keep`` is what a month leaves of a token price. ``steady`` is everything but tokens, with
    ``initial`` in its place during the first ``initial_months``.
    """

    missed: Values
    gain: Values | None
    hit: Values | None
    decay: float
    keep: Values
    steady: Values
    initial: Values
    initial_months: int
    fixed: Values

    def month(self, month: int, calls: Values, level: Values, hit: Values) -> Values:
        """Dollars of a month in which token prices are at ``level`` of today's."""
        tokens = self.missed if self.gain is None else self.missed + hit * self.gain
        other = self.initial if month <= self.initial_months else self.steady
        return calls * (tokens * level + other) + self.fixed


def _hits(calls: Values, decay: float) -> Values:
    """Cache hits of random (Poisson) arrivals: 1 - exp(-calls x time to live)."""
    import numpy as np

    hits: Values = 1 - np.exp(calls * -decay)
    return hits


class _Side(NamedTuple):
    """One service: its table in the file, and whose answers it gives, ``base`` or ``tuned``.

    An alternative has no table whose keys could be drawn; its own numbers are those of its arm.
    """

    ask: _Inputs
    arm: Arm
    table: str
    answers: str

    def own(self, key: str, stated: Any) -> Values:
        return self.ask(f"{self.table}.{key}", float(stated)) if self.table else float(stated)

    def price(self, key: str, stated: Any) -> Values:
        return self.ask.price(f"{self.table}.{key}") if self.table else float(stated)

    def fixed(self) -> Values:
        """Dollars of a month without calls."""
        if not self.table:
            return float(self.arm.fixed_month_usd)
        hosting = self.own("hosting_per_hour", 0) * HOURS_PER_MONTH
        fixed = hosting + self.own("maintenance_per_month", 0)
        if self.answers == "tuned":
            fixed += self.ask("engineering.hours_per_month") * self.ask.wage()
        return fixed

    def scale(self) -> Values:
        """What batch discount and retries make of a token, in millionths."""
        batch = self.own("batch_ratio", self.arm.batch_ratio)
        discount = self.own("batch_discount", self.arm.batch_discount)
        retries = self.own("retry_ratio", self.arm.retry_ratio)
        return (1 - batch * discount) * (1 + retries) / MILLION

    def decay(self) -> float:
        """Cached minutes per minute of a month."""
        return self.arm.cache.ttl_minutes / (60 * HOURS_PER_MONTH) if self.arm.cache else 0.0

    def hit(self) -> Values | None:
        """The stated share of hits; None when it follows from the volume."""
        if self.arm.cache is None or self.arm.cache.hit_ratio is None:
            return None
        return self.own("cache_hit_ratio", self.arm.cache.hit_ratio)


def _prefix(side: _Side, tokens: Values, price: Values, calls: Values) -> tuple[Values, Values]:
    """Token dollars (in millionths) of the prompt, missed and found in the cache.

    An alternative's prompt is padded to the cache's minimum where that costs less at these calls.
    """
    import numpy as np

    cache = side.arm.cache
    if cache is None:
        return tokens * price, tokens * price
    write = side.own("cache_write_multiplier", cache.write_multiplier) * price
    read = side.price("cached_input", cache.cached_mtok)
    caches = np.asarray(tokens) >= cache.min_tokens
    if not side.table:
        hit = side.hit()
        hit = _hits(calls, side.decay()) if hit is None else hit
        padded = cache.min_tokens * ((1 - hit) * write + hit * read)
        longer = ~caches & (padded < tokens * price) & (np.asarray(calls) > 0)
        tokens = np.where(longer, cache.min_tokens, tokens)
        caches = caches | longer
    missed, found = tokens * np.where(caches, write, price), tokens * np.where(caches, read, price)
    return missed, found


def _tariff(side: _Side, calls: Values) -> _Tariff:
    ask, arm = side.ask, side.arm
    price = side.price("input", arm.input_mtok)
    prompt = "tokens.system_prompt" if side.answers == "base" else "tokens.tuned_system_prompt"
    missed, found = _prefix(side, ask(prompt), price, calls)
    answered = ask("tokens.answer") + side.own("reasoning_tokens", arm.reasoning_tokens)
    rest = ask("tokens.query") * price + answered * side.price("output", arm.output_mtok)
    scale = side.scale()
    reader = ask("review.cost")
    other = ask(f"failures.{side.answers}_rate") * ask("failures.cost")
    other += ask(f"latency.{side.answers}_seconds") * ask("latency.usd_per_second")
    initially = arm.review is not None and arm.review.initial_rate is not None
    return _Tariff(
        missed=(missed + rest) * scale,
        gain=None if arm.cache is None else (found - missed) * scale,
        hit=side.hit(),
        decay=side.decay(),
        keep=1 - side.own("price_decline_ratio", arm.decline_ratio),
        steady=other + ask(f"review.{side.answers}_rate") * reader,
        initial=other + ask("review.tuned_initial_rate") * reader,
        initial_months=arm.review.initial_months if arm.review and initially else 0,
        fixed=side.fixed(),
    )


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


def _plan(scenario: Scenario, ask: _Inputs, life_months: Values) -> _Plan:
    import numpy as np

    tokens = ask("tokens.tuned_system_prompt") + ask("tokens.query") + ask("tokens.answer")
    examples = ask("training.examples")
    if states(scenario.data, "training.tokens_per_example"):
        tokens = ask("training.tokens_per_example")
    trained = examples * tokens * ask("training.epochs")
    training = trained * ask.price("tuned.training") / MILLION
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


def futures(scenario: Scenario, drawn: Mapping[str, Column], count: int) -> Futures:
    """The planned fine-tune against today's model and every alternative, in ``count`` futures.

    ``drawn`` has a column by path as the file spells it, in the file's unit; ``model_life_months``
    is cut at the scenario's own end of life.

    Raises:
        ConfigError: a path of ``drawn`` is a number of the file that the futures do not vary.
    """
    import numpy as np

    blocks = [
        _block(
            scenario,
            {path: column[start : start + _BLOCK] for path, column in drawn.items()},
            min(_BLOCK, count - start),
        )
        for start in range(0, count, _BLOCK)
    ]
    totals = [
        (parts[0][0], np.concatenate([total for _, total in parts]))
        for parts in zip(*(block.totals_usd for block in blocks), strict=True)
    ]
    net, npv, months = (np.concatenate([block[column] for block in blocks]) for column in range(3))
    return Futures(net, npv, months, tuple(totals))


def _block(scenario: Scenario, drawn: Mapping[str, Column], count: int) -> Futures:
    import numpy as np

    ask = _Inputs(scenario.data, drawn)
    known = np.inf if scenario.life_months is None else scenario.life_months
    plan = _plan(scenario, ask, np.minimum(drawn.get(LIFE, np.inf), known))
    sides = [_Side(ask, scenario.base.arm, "base", "base"),
             _Side(ask, scenario.tuned.arm, "tuned", "tuned"),
             *(_Side(ask, each.arm, "", "base") for each in scenario.alternatives)]  # fmt: skip
    tariffs = [_tariff(side, plan.calls) for side in sides]
    unknown = sorted(set(drawn) - ask.asked)
    if unknown:
        raise ConfigError(f"{scenario.where}: risk.{unknown[0]} is not a number that can be drawn")
    names = [scenario.base.name, *(each.name for each in scenario.alternatives)]
    return _walk(scenario, plan, tariffs, names, np.zeros(count))


def _walk(
    scenario: Scenario, plan: _Plan, tariffs: list[_Tariff], names: list[str], zero: Column
) -> Futures:
    """All months in turn; see :func:`ftgate.economics.breakeven.crossings` for the payback."""
    import numpy as np

    net = zero - plan.upfront
    npv = net
    months = np.where(net >= 0, 0.0, np.nan)
    totals = [zero for _ in names]
    levels: list[Values] = [1.0 for _ in tariffs]
    volume: Values = plan.calls
    worth_before: Values = 1.0
    for month in range(1, scenario.horizon_months + 1):
        calls = volume * _ramp(scenario, month)
        base, tuned, *others = _bills(tariffs, month, calls, levels)
        alive = np.asarray(month <= plan.life_months, float)
        lump = plan.again * alive if _due(scenario, month) else 0.0
        saving = (base - tuned) * alive
        before = net - lump
        net = before + saving
        _payback(months, before, net, saving, month)
        worth = worth_before * plan.discount
        npv = npv + (saving * worth - lump * worth_before)
        totals = [sum_ + bill * worth for sum_, bill in zip(totals, [base, *others], strict=True)]
        levels = [level * each.keep for level, each in zip(levels, tariffs, strict=True)]
        volume, worth_before = volume * plan.growth, worth
    months = np.where(np.asarray(plan.calls) > 0, months, np.nan)
    ours = (scenario.tuned.name, totals[0] - npv)
    return Futures(net, npv, months, (*zip(names, totals, strict=True), ours))


def _bills(
    tariffs: list[_Tariff], month: int, calls: Values, levels: list[Values]
) -> Iterator[Values]:
    # Two services whose caches live equally long hit equally often.
    decays = {each.decay for each in tariffs if each.hit is None and each.gain is not None}
    hits = {decay: _hits(calls, decay) for decay in decays}
    for tariff, level in zip(tariffs, levels, strict=True):
        hit = hits.get(tariff.decay, 0.0) if tariff.hit is None else tariff.hit
        yield tariff.month(month, calls, level, hit)


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
