"""One dataset, from its files to its verdict: scope, look up, read, price, judge, report."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from ftgate import rules
from ftgate.cache import Cache, Looks
from ftgate.catalog import check_provider
from ftgate.formats import PREFERENCE_FORMATS
from ftgate.model import (
    Comparison,
    Encoding,
    Finding,
    Measured,
    Missing,
    ModelFacts,
    Price,
    ProviderFacts,
    Training,
    Verdict,
)
from ftgate.model.change import Before
from ftgate.prices.book import PriceBook
from ftgate.prices.choice import PriceChoice
from ftgate.prices.lifecycle import Offer, customer_of, is_open, offers, start_day
from ftgate.prices.names import DEFAULT_PROVIDER, parse_name, profile_of
from ftgate.profile import Profile
from ftgate.prompts import measure_workload
from ftgate.reading import LazyCounter, Reading, read_dataset
from ftgate.report import DatasetReport, FileReport
from ftgate.rules.registry import Rule
from ftgate.rules.selection import check_rule_settings
from ftgate.settings import DEFAULT_BASE_MODEL, Method, ModelSettings, Settings
from ftgate.sources import File, Job
from ftgate.suppress import Subject, suppress, waiver_uses
from ftgate.token_report import token_report
from ftgate.tokens.encodings import FOREIGN, resolve
from ftgate.verdict import judge

# Enough data, no facts taught, the model lives, it pays: a verdict answers all four.
_VERDICT_FAMILIES = {"FT0", "FT1", "FT2", "FT4", "FT7", "FT8"}

OFFLINE = PriceChoice()
UNNAMED = "(no model named)"


@dataclass(frozen=True, slots=True)
class Judging:
    """A dataset's report and the prices that it used."""

    report: DatasetReport
    prices: tuple[Price, ...]


class Scope(NamedTuple):
    """Which rules judge, and what they need to know."""

    rules: dict[str, Rule]
    tokens: bool
    content: bool
    money: bool
    whole: bool  # every rule that a verdict needs


class Facts(NamedTuple):
    """What the catalogue knows of the model and its provider."""

    book: PriceBook
    base: ModelFacts | Missing
    base_name: str
    provider: ProviderFacts
    encoding: Encoding
    settings: Settings


class _Read(NamedTuple):
    """The files as read: ``train`` is None without training files."""

    reading: Reading
    counter: LazyCounter | None
    train: Profile | None
    validation: Profile | None
    digest: str


class _Money(NamedTuple):
    """The training job, and the comparison with the alternatives."""

    training: Training
    measured: Measured
    comparison: Comparison
    prices: tuple[Price, ...]


def judge_dataset(
    job: Job,
    cache: Cache,
    looks: Looks,
    today: date,
    *,
    choice: PriceChoice = OFFLINE,
    select: tuple[str, ...] = (),
    ignore: tuple[str, ...] = (),
    before: Before | None = None,
) -> Judging:
    """Read, price, judge and report one dataset; ``before`` is what a change is measured from."""
    scope = scope_of(job.settings, select, ignore)
    book = choice.book(job.settings.price, job.folder, today)
    facts = look_up(job.settings, today, book)
    read = _read(job, scope, facts, cache, looks)
    money = _price(job, read, facts, today) if scope.money else None
    case = _case(job, facts, read, money, today)
    verdict, findings = _judge(job, scope, replace(case, before=before), read, today)
    report = replace(_report(job, facts, read, money, verdict, findings), before=before)
    return Judging(report, money.prices if money else ())


def scope_of(settings: Settings, select: tuple[str, ...], ignore: tuple[str, ...]) -> Scope:
    """The selected rules, and what they need to know. Raises ConfigError for a wrong option."""
    check_rule_settings(settings)
    chosen = rules.selected(
        select or tuple(settings.rules.get("select", ("FT",))),
        (*settings.rules.get("ignore", ()), *ignore),
    )
    families = {code[:3] for code in chosen}
    return Scope(
        rules=chosen,
        tokens=bool(families - {"FT0", "FT1", "FT4"}),
        content="FT4" in families,
        money=bool(families & {"FT7", "FT8"}),
        whole=all(
            code in chosen
            for code, rule in rules.load_rules().items()
            if rule.severity == "error" and code[:3] in _VERDICT_FAMILIES
        ),
    )


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
    provider, encoding = _provider(book, settings, owner), resolve(name)
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
    return Facts(book, base, name, _limited(provider, base, plan), encoding, settings)


def _limited(
    provider: ProviderFacts, base: ModelFacts | Missing, plan: ModelSettings
) -> ProviderFacts:
    """The provider with the tokens per example that hold for this model and this run."""
    own = None if isinstance(base, Missing) else base.max_example_tokens
    stated = plan.max_seq_length or own or provider.max_example_tokens
    if stated is None and provider.default_example_tokens is not None:
        default = provider.default_example_tokens
        return replace(provider, max_example_tokens=default, limit_by_default=True)
    return replace(provider, max_example_tokens=stated)


def _unnamed(book: PriceBook, provider: ProviderFacts) -> Missing:
    owner, trained = provider.name, ", ".join(book.tunable(provider.name)[:4])
    offer = f"{owner} trains {trained}" if trained else f"name one that {owner} trains"
    if not trained and provider.availability:
        offer = f"{owner} trains for {provider.availability}"
    return Missing(f"training price of a model at {owner}", f"no model is named: {offer}")


def _provider(book: PriceBook, settings: Settings, owner: str) -> ProviderFacts:
    """The profile of a provider; one without a profile has unknown limits.

    Raises UsageError for a name that neither the catalogue nor a ``[[price]]`` knows.
    """
    provider = book.provider(owner)
    if not isinstance(provider, Missing):
        return provider
    if owner not in {*book.providers(), *(price.provider for price in settings.price)}:
        check_provider(owner)
    title = f"OpenAI ({owner} has no profile)"  # the formats' own rules are OpenAI's
    return ProviderFacts(owner, title, None, None, None, "unknown", None, "")


def _read(job: Job, scope: Scope, facts: Facts, cache: Cache, looks: Looks) -> _Read:
    dataset = job.dataset
    data = [file for file in dataset.files if file.role != "prompt"]
    counter = None
    if scope.tokens:
        size = sum(looks.at(file.path).size for file in data)
        counter = LazyCounter(facts.encoding, size, cache)
    reading = read_dataset(
        dataset,
        counter=counter,
        limit=facts.provider.max_example_tokens if counter else None,
        sample_size=_sample_size() if scope.content else 0,
        target=facts.provider.name,
        cache=cache,
        looks=looks,
    )
    train = reading.merged(dataset.of("train"))
    validation = reading.merged(dataset.of("validation"))
    return _Read(reading, counter, train, validation, reading.digest(data))


def _sample_size() -> int:
    from ftgate.content.goal import SAMPLE_SIZE

    return SAMPLE_SIZE


def _price(job: Job, read: _Read, facts: Facts, today: date) -> _Money | None:
    """None when there is nothing to price: no example, or no way to count its tokens."""
    train, counter = read.train, read.counter
    if not train or not train.examples or not counter or read.reading.vocabulary:
        return None
    from ftgate.economics.compare import compare
    from ftgate.economics.training import estimate_training
    from ftgate.tokens import bills
    from ftgate.tokens.epochs import expected_epochs

    settings, provider, plan = facts.settings, facts.provider, facts.settings.model
    price: Price | Missing | None = None
    if facts.base_name == UNNAMED and isinstance(facts.base, Missing):
        price = facts.base
    elif provider.kind != "framework":
        unit = facts.book.training_unit(facts.base_name, _method(settings, train), provider.name)
        price = facts.book.lookup(facts.base_name, unit, provider=provider.name)
    epochs = expected_epochs(plan.epochs, train.examples, provider)
    files = bills.load_of(train), bills.load_of(read.validation)
    asked = bills.Job(*files, epochs, provider, plan.evals, plan.steps, plan.max_seq_length)
    training = estimate_training(
        model=facts.base_name,
        provider=provider.name,
        epochs=epochs,
        bill=bills.predict(asked, counter.encoding),
        price=price,
        minimum=provider.minimum,
    )
    folder = Path(job.dataset.config_path).parent if job.dataset.config_path else Path()
    measured = measure_workload(
        train, job.dataset.files, job.plan, settings.usage, folder, counter.count
    )
    start = start_day(plan, today)  # savings, horizon and the model's life count from the job
    comparison = compare(
        settings=settings, measured=measured, training=training, quotes=facts.book, today=start
    )
    used = (price, *comparison.prices) if isinstance(price, Price) else comparison.prices
    return _Money(training, measured, comparison, used)


def _judge(
    job: Job, scope: Scope, case: rules.Case, read: _Read, today: date
) -> tuple[Verdict, list[Finding]]:
    settings, found = job.settings, rules.run(scope.rules, case, job.settings.rules)
    subject = Subject(job.dataset.name, read.digest, today)
    if uses := tuple(waiver_uses(found, settings, subject, whole=scope.whole)):
        found += rules.run(scope.rules, rules.Case(waivers=uses), settings.rules)
    findings, waived = suppress(found, settings, subject)
    readable = bool(read.train and read.train.examples)
    verdict = judge(findings, settings.policy, readable=readable, whole=scope.whole, waived=waived)
    return verdict, findings


def _case(job: Job, facts: Facts, read: _Read, money: _Money | None, today: date) -> rules.Case:
    dataset, reading = job.dataset, read.reading
    files = []
    for file in dataset.files:
        if file.role != "prompt":
            result, size = reading.results[file.path], reading.seen[file.path].size
            facts_of = (size, result.error, result.profile, facts.provider)
            files.append(rules.JudgedFile(file.name, file.role, *facts_of))
    return rules.Case(
        files=tuple(files),
        profile=read.train,
        validation=read.validation,
        goal=reading.goal,
        plan=job.plan,
        model_plan=replace(job.settings.model, method=_method(job.settings, read.train)),
        policy=job.settings.policy,
        provider=facts.provider,
        base=facts.base,
        todays=_todays(facts),
        training=money.training if money else None,
        measured=money.measured if money else None,
        comparison=money.comparison if money else None,
        prices=money.prices if money else None,
        disputes=tuple(filter(None, map(facts.book.dispute, money.prices))) if money else None,
        offers=_offers(facts, today),
        today=today,
        vocabulary=reading.vocabulary or None,
        searched=None if dataset.of("train") else tuple(file.name for file in dataset.files),
    )


def _offers(facts: Facts, today: date) -> tuple[Offer, ...]:
    """Who else tunes the model, looked up only where its own provider does not on that day."""
    base, plan = facts.base, facts.settings.model
    start = start_day(plan, today)
    if not isinstance(base, Missing) and is_open(base, customer_of(plan), start):
        return ()
    model = facts.base_name if isinstance(base, Missing) else base.name
    return offers(facts.book.trainers(model), facts.provider.name, start)


def _todays(facts: Facts) -> ModelFacts | Missing:
    """The model that answers now; by default the untuned base."""
    named = facts.settings.model.today
    return facts.book.model(named) if named else facts.base


def _method(settings: Settings, train: Profile | None) -> Method:
    """The training method that the plan names, or else the one that the records are made for."""
    if settings.model.method != "auto":
        return settings.model.method
    formats = train.formats if train else {}
    pairs = sum(formats.get(name, 0) for name in PREFERENCE_FORMATS)
    graded, records = formats.get("openai_reinforcement", 0), sum(formats.values())
    if max(pairs, graded) * 2 <= records:
        return "supervised"
    return "dpo" if pairs > graded else "reinforcement"


def _report(
    job: Job,
    facts: Facts,
    read: _Read,
    money: _Money | None,
    verdict: Verdict,
    findings: list[Finding],
) -> DatasetReport:
    dataset, counter, train = job.dataset, read.counter, read.train
    return DatasetReport(
        name=dataset.name,
        outcome=verdict.outcome,
        decision=verdict.decision,
        reasons=verdict.reasons,
        digest=read.digest,
        files=tuple(_file_report(file, read.reading) for file in dataset.files),
        tokens=token_report(train, counter, facts.provider) if counter and train else None,
        training=money.training if money else None,
        goal=read.reading.goal,
        duplicates=_duplicates(train, read.validation),
        findings=tuple(findings),
        comparison=money.comparison if money else None,
        provider=facts.provider.title,
        profile=facts.provider.name,
        next_command=verdict.next_command,
        waived=verdict.waived,
    )


def _file_report(file: File, reading: Reading) -> FileReport:
    result = reading.results.get(file.path)
    profile = (result and result.profile) or Profile()
    seen = reading.seen[file.path]
    formats = profile.formats.most_common(1)
    return FileReport(
        path=file.name,
        role=file.role,
        format=formats[0][0] if formats else "text" if file.role == "prompt" else "unknown",
        bytes=seen.size,
        lines=profile.lines,
        examples=profile.examples,
        invalid=profile.invalid,
        blank=profile.blank,
        digest=seen.digest,
    )


def _overlap(train: Profile | None, validation: Profile | None) -> int | None:
    if not train or not validation or train.duplicates is None:
        return None
    return train.overlap(validation)


def _duplicates(train: Profile | None, validation: Profile | None) -> dict[str, Any]:
    """Exact repetitions; near duplicates are not looked for yet, which is None and not zero."""
    return {
        "exact": train.duplicates if train else None,
        "near": None,
        "leaked_from_validation": _overlap(train, validation),
    }
