"""The ways to serve the workload, each as an :class:`Arm` with its prices, or why it is left out.

Every candidate answers the same calls: it differs in model, prompt, prices and review rate only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple, Protocol

from ftgate.economics.amounts import Number, number_text, rate_text, rounded
from ftgate.economics.calendar import add_months, begun_months
from ftgate.economics.cashflow import (
    HOURS_PER_MONTH,
    Arm,
    Cache,
    Review,
    labelling_usd,
    month_cost,
    month_costs,
)
from ftgate.economics.workload import Workload
from ftgate.model import CostLine, Missing, ModelFacts, Price, Training
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


class Quotes(Protocol):
    """Where prices and model facts come from; the price book is one."""

    def lookup(
        self, model: str, unit: str, provider: str | None = None, *, request_tokens: int = 0
    ) -> Price | Missing:
        """Price of ``unit`` (``input_mtok``, ``hosting_hour`` …) for one request, or why not."""
        ...

    def model(self, name: str, provider: str | None = None) -> ModelFacts | Missing:
        """Facts of a model, aliases resolved, or why there are none."""
        ...

    def current(self, day: date, provider: str | None = None) -> Sequence[ModelFacts]:
        """Models that can be called on ``day``, of one provider or of all."""
        ...


class Candidate(NamedTuple):
    """One option before it has a volume. ``prices`` is by unit; ``upfront`` is paid once.

    ``successor`` answers the calls after the first ``own_months`` where the model stops inside the
    horizon; a tuned model has none, because what comes after it depends on what it is compared to.
    """

    name: str
    kind: str
    model: str
    arm: Arm
    prices: dict[str, Price]
    upfront: tuple[CostLine, ...] = ()
    usable_until: date | None = None
    note: str = ""
    own_months: int = 0
    successor: Candidate | None = None

    @property
    def steady_from(self) -> int:
        """First month from which every month costs the same."""
        after = self.own_months + 1 if self.successor else 1
        return max(self.arm.steady_from or 1, after)

    @property
    def upfront_usd(self) -> Fraction:
        """Dollars before the first call."""
        return sum((Fraction(line.usd) for line in self.upfront), Fraction(0))


class Market(NamedTuple):
    """The plan beside the price book: builds each candidate."""

    settings: Settings
    load: Workload
    training: Training
    examples: int
    quotes: Quotes
    today: date

    @property
    def todays_model(self) -> str:
        """The model that answers today; by default the untuned base."""
        return self.settings.model.today or self.settings.model.base

    @property
    def todays_provider(self) -> str | None:
        """Its provider as far as the plan states it."""
        own = self.settings.model.today in ("", self.settings.model.base)
        return (self.settings.model.provider or None) if own else None

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

    def baseline(self, facts: ModelFacts | Missing) -> Candidate | Missing:
        """Today's model with the full prompt, at the uncached price."""
        if isinstance(facts, Missing) and facts.what == "baseline":
            return facts
        return self._prompted(self.todays_model, self.todays_provider, "today", "today", facts)

    def cached(self, facts: ModelFacts | Missing) -> Candidate | Missing:
        """Today's model with the full prompt, its unchanging beginning cached."""
        if isinstance(facts, Missing):
            return facts
        name, provider = self.todays_model, self.todays_provider
        plain = self._prompted(name, provider, "cached", "today + prompt caching", facts)
        return plain if isinstance(plain, Missing) else self._with_cache(plain, facts)

    def cheaper(self, facts: ModelFacts | Missing) -> list[Candidate]:
        """Other models of today's provider with the same prompt that outlive the horizon.

        Models that the plan's evaluation has ruled out are left out.
        """
        known = facts
        if isinstance(facts, Missing) and facts.what == "baseline":  # nothing answers today
            return []
        if isinstance(known, Missing):  # a model of one's own: what the base's provider offers
            plan = self.settings.model
            known = self.quotes.model(plan.base, plan.provider or None)
        if isinstance(known, Missing):
            return []
        today = "" if isinstance(facts, Missing) else facts.name
        excluded = {today, *self._rejected(known.provider)}
        found = []
        for model in self.quotes.current(self.today, known.provider):
            if model.name in excluded or self.ends_inside(model.shutdown):
                continue
            plain = self._prompted(model.name, model.provider, "cheaper", model.name, model)
            if isinstance(plain, Candidate):
                cached = self._with_cache(plain, model)
                found.append(plain if isinstance(cached, Missing) else cached)
        return found

    def _rejected(self, provider: str) -> Iterator[str]:
        """Catalogue names of the rejected models, whatever alias the plan calls them by."""
        for name in self.settings.model.rejected:
            facts = self.quotes.model(name, provider)
            yield name if isinstance(facts, Missing) else facts.name

    def ends_inside(self, shutdown: date | None) -> bool:
        """Whether a model that stops on this day stops before the horizon ends."""
        end = add_months(self.today, self.settings.usage.horizon_months)
        return shutdown is not None and shutdown < end

    def succeeded(self, candidate: Candidate, successor: Candidate | None) -> Candidate:
        """The candidate with who answers its calls once its model has stopped."""
        until = candidate.usable_until
        if until is None or successor is None or not self.ends_inside(until):
            return candidate
        own_months = begun_months(self.today, until)
        return candidate._replace(own_months=own_months, successor=successor)

    def tuned(self) -> Candidate | Missing:
        """The fine-tune: short prompt, tuned prices, training, labelling, hosting."""
        base, provider = self.settings.model.base, self.settings.model.provider
        facts = self.quotes.model(base, provider or None)
        if isinstance(facts, Missing):
            return facts
        prices = self._prices(f"ft:{facts.name}", facts.provider, self.load.tuned_prompt_tokens)
        upfront = self._upfront()
        hosting = self._hosting(facts)
        for part in (prices, upfront, hosting):
            if isinstance(part, Missing):
                return part
        assert not isinstance(prices, Missing)  # noqa: S101 - the loop above, said to mypy
        assert not isinstance(upfront, Missing)  # noqa: S101
        assert not isinstance(hosting, Missing)  # noqa: S101
        per_hour, price = hosting
        if price is not None:
            prices["hosting_hour"] = price
        plain = Candidate(
            f"fine-tuned {facts.name}",
            "fine-tuned",
            f"ft:{facts.name}",
            self._arm(prices, self.load.tuned_prompt_tokens, self._review(tuned=True))._replace(
                fixed_month_usd=per_hour * HOURS_PER_MONTH
            ),
            prices,
            upfront,
            # A tuned model may outlive its base (Azure); if nothing is announced, it does not.
            facts.tuned_shutdown or facts.shutdown,
        )
        cached = self._with_cache(plain, facts)
        return plain if isinstance(cached, Missing) else cached

    def hybrid(self, tuned: Candidate) -> Candidate | None:
        """The fine-tune with retrieval beside it; None unless the plan prices retrieval."""
        per_query = self.settings.retrieval.usd_per_query
        if per_query is None:
            return None
        return tuned._replace(
            name=f"{tuned.name} + retrieval",
            kind="hybrid",
            arm=tuned.arm._replace(per_query_usd=per_query),
            note="retrieved text adds input tokens that are not counted here",
        )

    def _prompted(
        self, model: str, provider: str | None, kind: str, name: str, facts: ModelFacts | Missing
    ) -> Candidate | Missing:
        prices = self._prices(model, provider, self.load.prompt_tokens)
        if isinstance(prices, Missing):
            return prices
        arm = self._arm(prices, self.load.prompt_tokens, self._review(tuned=False))
        until = None if isinstance(facts, Missing) else facts.shutdown
        return Candidate(name, kind, model, arm, prices, usable_until=until)

    def _prices(
        self, model: str, provider: str | None, prompt_tokens: int
    ) -> dict[str, Price] | Missing:
        """Input and output prices of calls with this system prompt: long ones may cost more."""
        prices = {}
        for unit in ("input_mtok", "output_mtok"):
            price = self._quote(model, unit, provider, prompt_tokens)
            if isinstance(price, Missing):
                return price
            prices[unit] = price
        return prices

    def _quote(
        self, model: str, unit: str, provider: str | None, prompt_tokens: int
    ) -> Price | Missing:
        sent = int(prompt_tokens + self.load.query_tokens)
        return self.quotes.lookup(model, unit, provider, request_tokens=sent)

    def _arm(self, prices: dict[str, Price], prompt_tokens: int, review: Review | None) -> Arm:
        return Arm(
            prices["input_mtok"].usd,
            prices["output_mtok"].usd,
            static_tokens=prompt_tokens,
            dynamic_tokens=self.load.query_tokens,
            output_tokens=self.load.completion_tokens,
            review=review,
        )

    def _review(self, *, tuned: bool) -> Review | None:
        review = self.settings.review
        if not review.cost_usd:
            return None
        if not tuned or review.rate_tuned is None:
            return Review(review.cost_usd, review.rate_today)
        return Review(
            review.cost_usd, review.rate_tuned, review.initial_rate_tuned, review.initial_months
        )

    def _with_cache(self, plain: Candidate, facts: ModelFacts) -> Candidate | Missing:
        """The candidate with its prefix cached, or why that is not possible."""
        what = f"prompt caching on {facts.name}"
        sold = plain.model, facts.provider
        price = self._quote(sold[0], "cached_input_mtok", sold[1], self.load.prompt_tokens)
        if isinstance(price, Missing):
            return Missing(what, "it has no price for cached tokens")
        minimum = facts.cache_min_tokens or CACHE_MIN_TOKENS
        prefix = self._prefix(plain)
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
        rest = Fraction(plain.arm.static_tokens) - prefix + self.load.query_tokens
        arm = plain.arm._replace(static_tokens=prefix, dynamic_tokens=rest, cache=cache)
        note = plain.note if facts.cache_min_tokens else ASSUMED_CACHING
        return plain._replace(arm=arm, prices=prices, note=note)

    def _prefix(self, candidate: Candidate) -> int:
        """Tokens that never change: measured for today's prompt, all of a prompt of its own."""
        same = self.load.tuned_prompt_tokens == self.load.prompt_tokens
        if candidate.kind == "fine-tuned" and not same:
            return self.load.tuned_prompt_tokens
        return self.load.cacheable_tokens

    def _hosting(self, facts: ModelFacts) -> tuple[Decimal, Price | None] | Missing:
        stated = self.settings.hosting.usd_per_hour
        if stated is not None:
            return stated, None
        price = self.quotes.lookup(facts.name, "hosting_hour", facts.provider)
        if isinstance(price, Missing):
            return Missing(
                f"hosting price of {facts.name} on {facts.provider}",
                f"{price.reason}; add to ftgate.toml: [hosting] usd_per_hour = …",
                price.nearest,
            )
        return price.usd, price

    def _upfront(self) -> tuple[CostLine, ...] | Missing:
        if self.training.usd_high is None:
            return self.training.missing or Missing(
                f"training price of {self.training.model}",
                "add to ftgate.toml: [[price]] training_mtok = …",
            )
        refs = (self.training.price_ref,) if self.training.price_ref else ()
        training = CostLine(
            "training",
            self.training.usd_high,
            f"{self.training.billable_high:,} tokens, {self.training.epochs_high} epochs"
            " (dear end of the range)",
            refs,
            upfront=True,
        )
        labelling = self._labelling()
        if isinstance(labelling, Missing):
            return labelling
        return (training, labelling) if labelling else (training,)

    def _labelling(self) -> CostLine | Missing | None:
        wage = self.settings.labelling.hourly_wage
        minutes = self.settings.labelling.minutes_per_example
        if wage is None and minutes is None:
            return None
        if wage is None or minutes is None:
            key = "hourly_wage" if wage is None else "minutes_per_example"
            return Missing("cost of labelling", f"add to ftgate.toml: [labelling] {key} = …")
        return CostLine(
            "labelling",
            rounded(labelling_usd(self.examples, minutes, wage), 12),
            f"{self.examples:,} examples x {number_text(minutes)} min x {rate_text(wage)}/h / 60",
            upfront=True,
        )


def monthly_bills(candidate: Candidate, calls: Number, months: int) -> list[Fraction]:
    """The first ``months`` monthly bills, those of its successor included."""
    bills = month_costs(candidate.arm, calls, months)
    if candidate.successor is None:
        return bills
    later = month_costs(candidate.successor.arm, calls, months)
    return bills[: candidate.own_months] + later[candidate.own_months :]


def cheapest(candidates: Sequence[Candidate], calls: Number) -> Candidate | None:
    """The smallest bill of the first month; the first named wins a tie."""
    return min(candidates, key=lambda item: month_cost(item.arm, calls), default=None)
