"""What a call costs in many futures at once: numbers of a scenario, some of them drawn.

A tariff is :func:`ftgate.economics.cashflow.call_cost` in floats, with an array wherever a number
is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from ftgate.economics.cashflow import HOURS_PER_MONTH, MILLION, Arm
from ftgate.economics.scenario_file import PRICE_UNITS, states
from ftgate.economics.spreads import LIFE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ftgate.economics.scenario_services import Service

    Column = NDArray[np.float64]
    Values = float | Column


class Inputs:
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


class Tariff(NamedTuple):
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
    replica: Values
    replica_calls: float

    def month(self, month: int, calls: Values, level: Values, hit: Values) -> Values:
        """Dollars of a month in which token prices are at ``level`` of today's."""
        tokens = self.missed if self.gain is None else self.missed + hit * self.gain
        other = self.initial if month <= self.initial_months else self.steady
        return calls * (tokens * level + other) + self.fixed + self._hosted(calls)

    def _hosted(self, calls: Values) -> Values:
        """A replica that has begun is paid as a whole, and there is always one."""
        if not self.replica_calls:
            return self.replica
        import numpy as np

        replicas: Values = np.maximum(1, np.ceil(calls / self.replica_calls))
        return replicas * self.replica


def found_ratio(calls: Values, decay: float) -> Values:
    """Cache hits of random (Poisson) arrivals: 1 - exp(-calls x time to live)."""
    import numpy as np

    found: Values = 1 - np.exp(calls * -decay)
    return found


class Side(NamedTuple):
    """One service: its table in the file, and whose answers it gives, ``base`` or ``tuned``.

    An alternative has no table whose keys could be drawn; its own numbers are those of its arm.
    ``pads`` says that its prompt is made longer where a cache pays for that.
    """

    ask: Inputs
    service: Service
    table: str = ""
    pads: bool = False

    @property
    def arm(self) -> Arm:
        """What it costs as stated."""
        return self.service.arm

    @property
    def answers(self) -> str:
        """Whose reviews, mistakes and seconds it has."""
        return "tuned" if self.table == "tuned" else self.service.answers

    def prompt(self) -> Values:
        """Tokens of its system prompt."""
        if self.service.own_prompt is not None:
            return float(self.service.own_prompt)
        tuned = self.table == "tuned"
        return self.ask("tokens.tuned_system_prompt" if tuned else "tokens.system_prompt")

    def unchanging(self, prompt: Values) -> Values:
        """Tokens of the prompt that a cache may keep."""
        import numpy as np

        if self.service.cacheable is None:
            return prompt
        return np.minimum(prompt, self.own("cacheable_tokens", self.service.cacheable))

    def own(self, key: str, stated: Any) -> Values:
        """A number of its table, as drawn where it is."""
        return self.ask(f"{self.table}.{key}", float(stated)) if self.table else float(stated)

    def price(self, key: str, stated: Any) -> Values:
        """A price of its table per million tokens, as drawn where it is."""
        return self.ask.price(f"{self.table}.{key}") if self.table else float(stated)

    def fixed(self) -> Values:
        """Dollars of a month without calls."""
        if not self.table:
            return float(self.arm.fixed_month_usd)
        hosting = self.own("hosting_per_hour", 0) * HOURS_PER_MONTH
        fixed = hosting + self.own("maintenance_per_month", 0)
        if self.table == "tuned":
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


def _prefix(side: Side, tokens: Values, price: Values, calls: Values) -> tuple[Values, Values]:
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
    if side.pads:
        hit = side.hit()
        hit = found_ratio(calls, side.decay()) if hit is None else hit
        padded = cache.min_tokens * ((1 - hit) * write + hit * read)
        longer = ~caches & (padded < tokens * price) & (np.asarray(calls) > 0)
        tokens = np.where(longer, cache.min_tokens, tokens)
        caches = caches | longer
    missed, found = tokens * np.where(caches, write, price), tokens * np.where(caches, read, price)
    return missed, found


def tariff(side: Side, calls: Values) -> Tariff:
    ask, arm = side.ask, side.arm
    price, prompt = side.price("input", arm.input_mtok), side.prompt()
    static = side.unchanging(prompt)
    missed, found = _prefix(side, static, price, calls)
    answered = ask("tokens.answer") + side.own("reasoning_tokens", arm.reasoning_tokens)
    dynamic = prompt - static + ask("tokens.query")
    rest = dynamic * price + answered * side.price("output", arm.output_mtok)
    scale = side.scale()
    reader = ask("review.cost")
    other = ask(f"failures.{side.answers}_rate") * ask("failures.cost")
    other += ask(f"latency.{side.answers}_seconds") * ask("latency.usd_per_second")
    other += side.own("usd_per_query", side.service.usd_per_query)
    initially = arm.review is not None and arm.review.initial_rate is not None
    return Tariff(
        missed=(missed + rest) * scale,
        gain=None if arm.cache is None else (found - missed) * scale,
        hit=side.hit(),
        decay=side.decay(),
        keep=1 - side.own("price_decline_ratio", arm.decline_ratio),
        steady=other + ask(f"review.{side.answers}_rate") * reader,
        initial=other + ask("review.tuned_initial_rate") * reader,
        initial_months=arm.review.initial_months if arm.review and initially else 0,
        fixed=side.fixed(),
        replica=float(arm.replica_month_usd),
        replica_calls=float(arm.replica_calls),
    )
