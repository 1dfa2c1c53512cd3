"""A small market with round numbers, for the tests of the comparison and its rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from ftgate.economics.compare import compare
from ftgate.economics.training import estimate_training
from ftgate.model import (
    Bill,
    Comparison,
    Epochs,
    Measured,
    Missing,
    ModelFacts,
    Option,
    Price,
    ProviderFacts,
    Training,
)
from ftgate.settings import (
    FewShotSettings,
    HostingSettings,
    LabellingSettings,
    ModelSettings,
    PolicySettings,
    RetrievalSettings,
    ReviewSettings,
    Settings,
    UsageSettings,
)

TODAY = date(2026, 11, 22)
BASE, STRONG, CHEAP = "base-1", "strong-1", "cheap-1"
PRICES: dict[str, str] = {
    f"{STRONG}/input_mtok": "10",
    f"{STRONG}/output_mtok": "30",
    f"{STRONG}/cached_input_mtok": "1",
    f"{BASE}/input_mtok": "1",
    f"{BASE}/output_mtok": "2",
    f"ft:{BASE}/input_mtok": "2",
    f"ft:{BASE}/output_mtok": "4",
    f"{BASE}/training_mtok": "5",
    f"{BASE}/hosting_hour": "0",
}
CHEAP_PRICES = {f"{CHEAP}/input_mtok": "0.1", f"{CHEAP}/output_mtok": "0.5"}
MODELS = {
    BASE: ModelFacts(BASE, "acme", tunable=True),
    STRONG: ModelFacts(STRONG, "acme", tunable=False),
    CHEAP: ModelFacts(CHEAP, "acme", tunable=False),
}


# By hand: today (800+200) x $10 + 100 x $30 = $0.013, tuned (50+200) x $2 + 100 x $4 = $0.0009.
TODAY_CALL, TUNED_CALL = Decimal("0.013"), Decimal("0.0009")
CHEAP_CALL = Decimal("0.00015")  # 1,000 x $0.10 + 100 x $0.50


class Market:
    """Prices and models from two dictionaries; what is not in them is missing."""

    def __init__(self, prices: dict[str, str], models: dict[str, ModelFacts]) -> None:
        self.prices = prices
        self.models = models

    def lookup(
        self, model: str, unit: str, provider: str | None = None, *, request_tokens: int = 0
    ) -> Price | Missing:
        ref = f"{model}/{unit}"
        if ref not in self.prices:
            return Missing(ref, "not in the catalogue")
        usd = Decimal(self.prices[ref])
        source = ("list", "https://prices.example", TODAY, None, "bundled")
        return Price(ref, model, provider or "acme", unit, usd, *source)

    def model(self, name: str, provider: str | None = None) -> ModelFacts | Missing:
        return self.models.get(name) or Missing(name, "unknown model")

    def current(self, day: date, provider: str | None = None) -> Sequence[ModelFacts]:
        # The base is not sold untuned: it would be an alternative in every test.
        others = [facts for name, facts in self.models.items() if name != BASE]
        return [
            each
            for each in others
            if each.provider == provider and (each.shutdown is None or each.shutdown > day)
        ]

    def provider(self, name: str) -> ProviderFacts | Missing:
        return Missing(name, "not described")

    def tuning(self, providers: Sequence[str] = ()) -> Iterator[ModelFacts]:
        return iter(())


def plan(calls: int | None = 100_000, **usage: Any) -> Settings:
    """A prompt of 800 tokens on a strong model; the tuned prompt has 50."""
    known: dict[str, Any] = {
        "prompt_tokens": 800,
        "cacheable_tokens": 800,
        "tuned_prompt_tokens": 50,
        "query_tokens": 200,
        "completion_tokens": 100,
    }
    return Settings(
        model=ModelSettings(base=BASE, today=STRONG),
        few_shot=FewShotSettings(0),  # examples would lift every prompt above the cache's minimum
        usage=UsageSettings(requests_per_month=calls, **{**known, **usage}),
    )


def with_labelling(settings: Settings, wage: int = 50, minutes: int = 5) -> Settings:
    return replace(settings, labelling=LabellingSettings(Decimal(wage), Decimal(minutes)))


def with_review(settings: Settings, today: str, tuned: str | None) -> Settings:
    rate = None if tuned is None else Decimal(tuned)
    return replace(settings, review=ReviewSettings(Decimal(10), Decimal(today), rate))


def with_hosting(settings: Settings, per_hour: str) -> Settings:
    return replace(settings, hosting=HostingSettings(Decimal(per_hour)))


def with_retrieval(settings: Settings, per_query: str) -> Settings:
    return replace(settings, retrieval=RetrievalSettings(Decimal(per_query)))


def with_limit(settings: Settings, limit: str) -> Settings:
    return replace(settings, policy=PolicySettings(max_break_even=limit))


def job(market: Market, tokens: int = 1_000_000, epochs: int = 3) -> Training:
    return estimate_training(
        model=BASE,
        provider="acme",
        epochs=Epochs(epochs, epochs, "as configured"),
        bill=Bill(tokens * epochs, tokens * epochs),
        price=market.lookup(BASE, "training_mtok"),
    )


MEASURED = Measured(500, None, None, None, None, None)


def compared(
    settings: Settings,
    *,
    without: tuple[str, ...] = (),
    cheap: bool = False,
    cache_from: int | None = None,
    ends: date | None = None,
    cheap_ends: date | None = None,
    today_ends: date | None = None,
    measured: Measured = MEASURED,
    prices: dict[str, str] | None = None,
) -> Comparison:
    """Compare in the market, changed one fact at a time."""
    listed = {**PRICES, **(CHEAP_PRICES if cheap else {}), **(prices or {})}
    models = {
        **MODELS,
        STRONG: replace(
            MODELS[STRONG],
            shutdown=today_ends,
            cache_min_tokens=cache_from,
            cache_ttl_minutes=cache_from and 30,
        ),
        CHEAP: replace(MODELS[CHEAP], shutdown=cheap_ends),
        BASE: replace(MODELS[BASE], tuned_shutdown=ends),
    }
    market = Market({ref: usd for ref, usd in listed.items() if ref not in without}, models)
    training = job(market)
    return compare(
        settings=settings, measured=measured, training=training, quotes=market, today=TODAY
    )


def option(comparison: Comparison, kind: str) -> Option:
    return next(each for each in comparison.options if each.kind == kind)


def threshold(comparison: Comparison, parameter: str) -> str:
    return next(each.value for each in comparison.thresholds if each.parameter == parameter)


class Town(Market):
    """A market with other trainers: facts as they state them, and providers by name."""

    def __init__(
        self,
        prices: dict[str, str],
        models: dict[str, ModelFacts] = MODELS,
        trainers: Sequence[ModelFacts] = (),
        providers: Sequence[ProviderFacts] = (),
    ) -> None:
        super().__init__(prices, models)
        self.trainers = trainers
        self.providers = {each.name: each for each in providers}

    def provider(self, name: str) -> ProviderFacts | Missing:
        return self.providers.get(name) or Missing(name, "not described")

    def tuning(self, providers: Sequence[str] = ()) -> Iterator[ModelFacts]:
        return iter(self.trainers)


def told(settings: Settings, market: Market, **measured: Any) -> Comparison:
    return compare(
        settings=settings,
        measured=replace(MEASURED, **measured),
        training=job(market),
        quotes=market,
        today=TODAY,
    )


def priced(settings: Settings, **prices: str) -> Comparison:
    """In the ordinary market, with more prices by ``model/unit``."""
    return told(settings, Town({**PRICES, **prices}))


def kinds(comparison: Comparison) -> list[str]:
    return [each.kind for each in comparison.options]


def adds_up(option: Option) -> bool:
    """Its monthly lines are its first month, to a millionth of a dollar per line."""
    lines = sum(line.usd for line in option.lines if line.monthly)
    return abs(lines - option.monthly_usd[0]) < Decimal("0.00001")


def there(model: str, provider: str, **facts: Any) -> ModelFacts:
    return ModelFacts(model, provider, tunable=True, **facts)


def offered(model: str, price: str, hosting: str = "0") -> dict[str, str]:
    return {
        f"{model}/training_mtok": "1",
        f"ft:{model}/input_mtok": price,
        f"ft:{model}/output_mtok": price,
        f"{model}/hosting_hour": hosting,
    }
