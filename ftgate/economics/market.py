"""The plan beside the price book: what every option is built from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from ftgate.economics.amounts import Number
from ftgate.economics.calendar import add_months, begun_months
from ftgate.economics.candidates import Candidate, Quotes
from ftgate.economics.cashflow import Arm, Cache, Review
from ftgate.economics.traffic import Traffic
from ftgate.economics.workload import Workload
from ftgate.model import Measured, Missing, ModelFacts, Price, Training
from ftgate.settings import Settings

# What OpenAI documents for its models: a prefix of 1,024 tokens, kept for 5 minutes of inactivity
# at least. No published rule is shorter, so hits are counted with care where a model has a price
# for cached tokens and its own rule is unknown.
CACHE_MIN_TOKENS = 1024
SHORTEST_TTL_MINUTES = 5
ASSUMED_CACHING = (
    f"caching from {CACHE_MIN_TOKENS:,} tokens, kept {SHORTEST_TTL_MINUTES} minutes, as for"
    " OpenAI's models"
)

Build = Callable[[Candidate, ModelFacts], "Candidate | Missing"]


class Rival(NamedTuple):
    """Another model with today's prompt: ``shown`` is cached where possible, ``plain`` is not."""

    shown: Candidate
    plain: Candidate
    facts: ModelFacts


def exact(number: float | Decimal) -> Fraction:
    """A ratio of the plan as it is written there."""
    return Fraction(str(number))


@dataclass(frozen=True)
class Market:
    """The plan beside the price book. ``training`` is the bill of the planned job.

    ``successor`` is the cheapest model of today's provider that outlives the horizon: it answers
    once today's model has stopped.
    """

    settings: Settings
    load: Workload
    measured: Measured
    training: Training
    quotes: Quotes
    today: date
    successor: Rival | None = None

    @property
    def todays_model(self) -> str:
        """The model that answers today; by default the untuned base."""
        return self.settings.model.today or self.settings.model.base

    @property
    def todays_provider(self) -> str | None:
        """Its provider as far as the plan states it."""
        own = self.settings.model.today in ("", self.settings.model.base)
        return (self.settings.model.provider or None) if own else None

    @cached_property
    def todays_facts(self) -> ModelFacts | Missing:
        """What is known of today's model; Missing also when it does not answer any more."""
        facts = self.quotes.model(self.todays_model, self.todays_provider)
        if isinstance(facts, Missing) or facts.shutdown is None or facts.shutdown > self.today:
            return facts
        return Missing(
            "baseline",
            f"today's model {self.todays_model} stopped on {facts.shutdown}; set [model] today to"
            " the model that answers now",
        )

    @cached_property
    def plain(self) -> Candidate | Missing:
        """Today's model with the full prompt, at the uncached price."""
        facts = self.todays_facts
        if isinstance(facts, Missing) and facts.what == "baseline":
            return facts
        return self.prompted(self.todays_model, self.todays_provider, "today", "today", facts)

    @property
    def horizon(self) -> int:
        """Months that the plan looks ahead."""
        return self.settings.usage.horizon_months

    @cached_property
    def traffic(self) -> Traffic:
        """One stated call a month, with the growth and ramp of the plan."""
        usage = self.settings.usage
        return Traffic(1, exact(usage.growth_ratio), tuple(map(exact, usage.ramp)))

    def ends_inside(self, shutdown: date | None) -> bool:
        """Whether a model that stops on this day stops before the horizon ends."""
        return shutdown is not None and shutdown < add_months(self.today, self.horizon)

    def variant(self, build: Build) -> Candidate | Missing:
        """Another way to call today's model; after its end its successor is called that way too.

        ``build`` makes the option from a model with the full prompt and its facts.
        """
        plain, facts = self.plain, self.todays_facts
        if isinstance(plain, Missing):
            return plain
        if isinstance(facts, Missing):
            return facts
        built = build(plain, facts)
        if isinstance(built, Missing) or self.successor is None:
            return built
        later = build(self.successor.plain, self.successor.facts)
        shown = self.successor.shown if isinstance(later, Missing) else later
        return self.succeeded(built, shown)

    def succeeded(self, candidate: Candidate, successor: Candidate | None) -> Candidate:
        """The candidate with who answers its calls once its model has stopped."""
        until = candidate.usable_until
        if until is None or successor is None or not self.ends_inside(until):
            return candidate
        own_months = begun_months(self.today, until)
        return candidate._replace(own_months=own_months, successor=successor)

    def prompted(
        self, model: str, provider: str | None, kind: str, name: str, facts: ModelFacts | Missing
    ) -> Candidate | Missing:
        """A model with today's prompt, uncached."""
        prices = self.prices(model, provider, self.load.prompt_tokens)
        if isinstance(prices, Missing):
            return prices
        until = None if isinstance(facts, Missing) else facts.shutdown
        arm = self.arm(prices, self.load.prompt_tokens)
        return self.waited(Candidate(name, kind, model, arm, prices, usable_until=until))

    def prices(
        self, model: str, provider: str | None, prompt_tokens: int
    ) -> dict[str, Price] | Missing:
        """Input and output prices of calls with this system prompt: long ones may cost more."""
        prices = {}
        for unit in ("input_mtok", "output_mtok"):
            price = self.quote(model, unit, provider, prompt_tokens)
            if isinstance(price, Missing):
                return price
            prices[unit] = price
        return prices

    def quote(
        self, model: str, unit: str, provider: str | None, prompt_tokens: int
    ) -> Price | Missing:
        """The price of one unit of calls with this system prompt."""
        sent = int(prompt_tokens + self.load.query_tokens)
        return self.quotes.lookup(model, unit, provider, request_tokens=sent)

    def arm(
        self, prices: dict[str, Price] | None, prompt_tokens: int, *, tuned: bool = False
    ) -> Arm:
        """Calls with this system prompt; without prices, on machines that are paid by the hour."""
        usage, failures = self.settings.usage, self.settings.failures
        reasoning = usage.tuned_reasoning_tokens if tuned else usage.reasoning_tokens
        rate = failures.rate_tuned if tuned else failures.rate_today
        return Arm(
            prices["input_mtok"].usd if prices else 0,
            prices["output_mtok"].usd if prices else 0,
            static_tokens=prompt_tokens,
            dynamic_tokens=self.load.query_tokens,
            output_tokens=self.load.completion_tokens,
            reasoning_tokens=usage.reasoning_tokens if reasoning is None else reasoning,
            retry_ratio=exact(usage.retry_ratio),
            review=self._review(tuned=tuned),
            failure_rate=failures.rate_today if rate is None else rate,
            failure_usd=failures.usd,
        )

    def waited(self, candidate: Candidate, *, tuned: bool = False) -> Candidate:
        """The candidate with what the seconds until its answers are worth."""
        latency = self.settings.latency
        seconds = latency.seconds_tuned if tuned else latency.seconds_today
        seconds = latency.seconds_today if seconds is None else seconds
        usd = seconds * latency.usd_per_second
        return candidate.plus("waiting", usd) if usd else candidate

    def _review(self, *, tuned: bool) -> Review | None:
        review = self.settings.review
        if not review.cost_usd:
            return None
        if not tuned or review.rate_tuned is None:
            return Review(review.cost_usd, review.rate_today)
        return Review(
            review.cost_usd, review.rate_tuned, review.initial_rate_tuned, review.initial_months
        )

    def with_cache(self, plain: Candidate, facts: ModelFacts, prefix: int) -> Candidate | Missing:
        """The candidate with its first ``prefix`` tokens cached, or why that is not possible."""
        what = f"prompt caching on {facts.name}"
        sold = plain.model, facts.provider
        system = int(plain.arm.static_tokens)
        price = self.quote(sold[0], "cached_input_mtok", sold[1], system)
        if isinstance(price, Missing):
            return Missing(what, "it has no price for cached tokens")
        minimum = facts.cache_min_tokens or CACHE_MIN_TOKENS
        if prefix < minimum:
            return Missing(
                what,
                f"the unchanging beginning of the prompt has {prefix:,} tokens, the minimum is"
                f" {minimum:,}",
            )
        prices = {**plain.prices, "cached_input_mtok": price}
        write = self.quotes.lookup(sold[0], "cache_write_mtok", sold[1])
        short = self.quotes.lookup(sold[0], "input_mtok", sold[1])  # what writing is measured by
        multiplier: Number = 1
        if isinstance(write, Price) and isinstance(short, Price) and short.usd:
            prices["cache_write_mtok"] = write
            multiplier = Fraction(write.usd) / Fraction(short.usd)
        stated = self.settings.usage.cache_hit_rate
        cache = Cache(
            price.usd,
            minimum,
            facts.cache_ttl_minutes or SHORTEST_TTL_MINUTES,
            multiplier,
            None if stated is None else Decimal(str(stated)),
        )
        rest = Fraction(plain.arm.dynamic_tokens) + system - prefix
        arm = plain.arm._replace(static_tokens=prefix, dynamic_tokens=rest, cache=cache)
        note = plain.note if facts.cache_min_tokens else joined(plain.note, ASSUMED_CACHING)
        return plain._replace(arm=arm, prices=prices, note=note)


def joined(*notes: str) -> str:
    """Notes as one phrase; empty ones are left out."""
    return "; ".join(note for note in notes if note)
