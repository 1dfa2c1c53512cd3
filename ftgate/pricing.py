"""One dataset, from its files to its bills: look up, read, price.

It is the part of :mod:`ftgate.judging` that a verdict and a report on costs have in common.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from ftgate.accepted import Accepting
from ftgate.cache import Cache
from ftgate.content.marks import WHOLE_BYTES
from ftgate.counting import LazyCounter
from ftgate.deadline import FOREVER, Deadline
from ftgate.engine import SERIAL, Engine
from ftgate.formats import PREFERENCE_FORMATS
from ftgate.looks import Looks
from ftgate.meter import METER
from ftgate.model import (
    BreakEven,
    Comparison,
    Encoding,
    Epochs,
    Measured,
    Missing,
    ModelFacts,
    Price,
    ProviderFacts,
    Training,
)
from ftgate.prices.book import PriceBook
from ftgate.prices.lifecycle import start_day
from ftgate.prices.names import DEFAULT_PROVIDER, parse_name, profile_of
from ftgate.profile import Profile
from ftgate.prompts.workload import measure_workload
from ftgate.provider_of import limited, provider_of
from ftgate.reading import Reading, read_dataset
from ftgate.settings import DEFAULT_BASE_MODEL, Method, Settings
from ftgate.sources import Job
from ftgate.tokens.encodings import FOREIGN, resolve

if TYPE_CHECKING:
    from ftgate.economics.planned import Plan
    from ftgate.economics.risk import Risk
    from ftgate.prompts.study import PromptData, PromptStudy
    from ftgate.tokens.bills import Job as BillableJob

UNNAMED = "(no model named)"
EPOCHS_SHOWN = 10  # a report says what a job of up to so many would cost


class Facts(NamedTuple):
    """What the catalogue knows of the model and its provider; the settings name the provider."""

    book: PriceBook
    base: ModelFacts | Missing
    base_name: str
    provider: ProviderFacts
    encoding: Encoding
    settings: Settings


class Read(NamedTuple):
    """The files as read: ``train`` is None without training files.

    ``prompts`` is None where no prompt file was asked for or is there.
    """

    reading: Reading
    counter: LazyCounter | None
    train: Profile | None
    validation: Profile | None
    digest: str
    prompts: tuple[PromptStudy, ...] | None = None
    prompt_data: PromptData | None = None


class Money(NamedTuple):
    """The training job, and the comparison with the alternatives.

    ``today`` is the day of the job: savings, horizon and the model's life count from there.
    ``risk`` is how likely the fine-tune beats the best alternative, where the plan asks.
    """

    training: Training
    measured: Measured
    comparison: Comparison
    prices: tuple[Price, ...]
    today: date
    risk: Risk | None = None


def look_up(settings: Settings, today: date, book: PriceBook | None = None) -> Facts:
    """The model to tune and its provider, as the catalogue knows them."""
    book = book or PriceBook.load(overrides=settings.price, today=today)
    plan = settings.model
    base = book.model(plan.base, provider=plan.provider or None)
    name = plan.base if isinstance(base, Missing) else base.name
    seller = parse_name(plan.base, plan.provider or None).provider
    owner = plan.provider or profile_of(seller, name)
    if owner != seller:  # Gemini is sold by Google, and tuned on Vertex AI
        settings = replace(settings, model=replace(plan, provider=owner))
        base = book.model(name, provider=owner)
    provider, encoding = provider_of(book, settings, owner), resolve(name)
    if isinstance(base, Missing) and seller == owner == DEFAULT_PROVIDER and not plan.provider:
        title = f"{provider.title} (assumed: the catalogue does not know {name})"
        provider = replace(provider, title=title)
    if name == DEFAULT_BASE_MODEL and isinstance(base, Missing):
        # The default is OpenAI's, and is not trained here.
        name, encoding, base = UNNAMED, FOREIGN, _unnamed(book, provider)
        unnamed = replace(plan, base=UNNAMED, today=plan.today or DEFAULT_BASE_MODEL)
        settings = replace(settings, model=unnamed)
    if isinstance(base, Missing) and provider.kind == "framework":
        base = ModelFacts(name, owner, tunable=True, note="trained on machines of your own")
    return Facts(book, base, name, limited(provider, base, plan), encoding, settings)


def _unnamed(book: PriceBook, provider: ProviderFacts) -> Missing:
    owner, trained = provider.name, ", ".join(book.tunable(provider.name)[:4])
    offer = f"{owner} trains {trained}" if trained else f"name one that {owner} trains"
    if not trained and provider.availability:
        offer = f"{owner} trains for {provider.availability}"
    return Missing(f"training price of a model at {owner}", f"no model is named: {offer}")


def read_files(
    job: Job,
    facts: Facts,
    cache: Cache,
    looks: Looks,
    *,
    tokens: bool = True,
    content: bool = True,
    hygiene: bool = False,
    whole_bytes: int = WHOLE_BYTES,
    signed: bool = False,
    engine: Engine = SERIAL,
    accepting: Mapping[str, Accepting] = MappingProxyType({}),
    deadline: Deadline = FOREVER,
) -> Read:
    """Read every data file once; ``tokens`` counts them, ``content`` looks at what they teach.

    ``hygiene`` and what follows as in :func:`ftgate.reading.read_dataset`.
    """
    dataset = job.dataset
    data = [file for file in dataset.files if file.role != "prompt"]
    size = sum(looks.at(file.path, deadline).size for file in data)
    memory = engine.memory.limit_bytes
    counter = LazyCounter(facts.encoding, size, cache, memory) if tokens else None
    METER.start(size)
    reading = read_dataset(
        dataset,
        counter=counter,
        limit=facts.provider.max_example_tokens if counter else None,
        sample_size=_sample_size() if content else 0,
        target=facts.provider.name,
        cache=cache,
        looks=looks,
        hygiene=hygiene,
        whole_bytes=whole_bytes,
        signed=signed,
        engine=engine,
        accepting=accepting,
        deadline=deadline,
    )
    train = reading.merged(dataset.of("train"))
    validation = reading.merged(dataset.of("validation"))
    profiles = [result.profile for result in reading.results.values() if result.profile]
    METER.finish(sum(each.examples for each in profiles), sum(each.tokens for each in profiles))
    return Read(reading, counter, train, validation, reading.digest(data))


def _sample_size() -> int:
    from ftgate.content.goal import SAMPLE_SIZE

    return SAMPLE_SIZE


def price_job(job: Job, read: Read, facts: Facts, today: date) -> Money | None:
    """None when there is nothing to price: no example, or no way to count its tokens."""
    train, counter = read.train, read.counter
    if not train or not train.examples or not counter or read.reading.vocabulary:
        return None
    from ftgate.economics.compare import compare
    from ftgate.economics.training import self_hosted_training
    from ftgate.tokens import bills
    from ftgate.tokens.epochs import expected_epochs

    settings, provider, plan = facts.settings, facts.provider, facts.settings.model
    price: Price | Missing | None = None
    if facts.base_name == UNNAMED and isinstance(facts.base, Missing):
        price = facts.base
    elif provider.kind != "framework":
        unit = facts.book.training_unit(facts.base_name, method_of(settings, train), provider.name)
        price = facts.book.lookup(facts.base_name, unit, provider=provider.name)
    epochs = expected_epochs(plan.epochs, train.examples, provider)
    files = bills.load_of(train), bills.load_of(read.validation)
    asked = bills.Job(*files, epochs, provider, plan.evals, plan.steps, plan.max_seq_length)
    training = _training(asked, facts, price, counter.encoding)
    if provider.kind == "framework":
        training = self_hosted_training(training, settings.self_hosted)
    measured = measure_workload(
        train, job.dataset.files, job.plan, settings.usage, job.plan_folder, counter.count
    )
    start = start_day(plan, today)  # savings, horizon and the model's life count from the job
    comparison = compare(
        settings=settings, measured=measured, training=training, quotes=facts.book, today=start
    )
    used = (price, *comparison.prices) if isinstance(price, Price) else comparison.prices
    money = Money(training, measured, comparison, used, start)
    wanted = settings.risk or settings.policy.min_probability is not None
    return _with_risk(money, plan_of(job, read, facts, money)) if wanted else money


def _training(
    asked: BillableJob, facts: Facts, price: Price | Missing | None, encoding: Encoding
) -> Training:
    """The job as it is planned, and what it would be billed with other numbers of epochs."""
    from ftgate.economics.training import estimate_training
    from ftgate.tokens.bills import predict

    def estimate(job: BillableJob) -> Training:
        return estimate_training(
            model=facts.base_name,
            provider=facts.provider.name,
            epochs=job.epochs,
            bill=predict(job, encoding),
            price=price,
            minimum=facts.provider.minimum,
        )

    training, found = estimate(asked), list[tuple[int, Decimal]]()
    if training.usd_high is None:
        return training
    for number in range(1, max(EPOCHS_SHOWN, training.epochs_high) + 1):
        other = estimate(asked._replace(epochs=Epochs(number, number, "as configured")))
        if other.usd_high is not None:
            found.append((other.billable_high, other.usd_high))
    return replace(training, by_epochs=tuple(found))


def _with_risk(money: Money, plan: Plan | None) -> Money:
    """The same with probabilities: against today's model, and against the best alternative."""
    if plan is None:
        return money
    from ftgate.economics.planned import planned
    from ftgate.economics.risk import risk, sample

    found, comparison = planned(plan), money.comparison
    drawn = sample(found.scenario)
    best = risk(found.scenario, against=found.rival, drawn=drawn)
    today = risk(found.scenario, drawn=drawn) if found.rival else best
    likely = replace(
        comparison,
        break_even=_likely(comparison.break_even, today),
        break_even_best=_likely(comparison.break_even_best, best),
    )
    return money._replace(comparison=likely, risk=best)


def _likely(point: BreakEven | None, found: Risk) -> BreakEven | None:
    return point and replace(point, probability=found.positive.probability)


def plan_of(job: Job, read: Read, facts: Facts, money: Money) -> Plan | None:
    """What a scenario is made of; None where a number is missing that the bills need."""
    from ftgate.economics.compare import contest
    from ftgate.economics.planned import Plan

    settings, config = facts.settings, job.dataset.config_path
    found = contest(
        settings=settings,
        measured=money.measured,
        training=money.training,
        quotes=facts.book,
        today=money.today,
    )
    return found and Plan(
        name=job.dataset.name,
        where=Path(config).name if config else job.dataset.name,
        settings=settings,
        measured=money.measured,
        training=money.training,
        today=money.today,
        contest=found,
        prices=money.prices,
        teaches=job.plan.goal,
        goal=read.reading.goal,
    )


def method_of(settings: Settings, train: Profile | None) -> Method:
    """The training method that the plan names, or else the one that the records are made for."""
    if settings.model.method != "auto":
        return settings.model.method
    formats = train.formats if train else {}
    pairs = sum(formats.get(name, 0) for name in PREFERENCE_FORMATS)
    graded, records = formats.get("openai_reinforcement", 0), sum(formats.values())
    if max(pairs, graded) * 2 <= records:
        return "supervised"
    return "dpo" if pairs > graded else "reinforcement"
