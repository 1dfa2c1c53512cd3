"""One dataset, from its files to its verdict: scope, look up, read, price, judge, report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from ftgate import rules
from ftgate.cache import Cache, Looks
from ftgate.model import (
    Comparison,
    Finding,
    Measured,
    Missing,
    ModelFacts,
    Price,
    ProviderFacts,
    Training,
    Verdict,
)
from ftgate.prices.book import PriceBook
from ftgate.profile import Profile
from ftgate.prompts import measure_workload
from ftgate.reading import LazyCounter, Reading, read_dataset
from ftgate.report import DatasetReport, FileReport
from ftgate.rules.registry import Rule
from ftgate.rules.selection import check_rule_settings
from ftgate.settings import Settings
from ftgate.sources import File, Job
from ftgate.suppress import suppress
from ftgate.token_report import token_report
from ftgate.tokens.encodings import resolve
from ftgate.verdict import judge

# Enough data, no facts taught, the model lives, it pays: a verdict answers all four.
_VERDICT_FAMILIES = {"FT0", "FT1", "FT2", "FT4", "FT7", "FT8"}


@dataclass(frozen=True, slots=True)
class Judging:
    """A dataset's report and the prices that it used."""

    report: DatasetReport
    prices: tuple[Price, ...]


class _Scope(NamedTuple):
    """Which rules judge, and what they need to know."""

    rules: dict[str, Rule]
    tokens: bool
    content: bool
    money: bool
    whole: bool  # every rule that a verdict needs


class _Facts(NamedTuple):
    """What the catalogue knows of the model and its provider."""

    book: PriceBook
    base: ModelFacts | Missing
    base_name: str
    provider: ProviderFacts


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
    select: tuple[str, ...] = (),
    ignore: tuple[str, ...] = (),
) -> Judging:
    """Read, price, judge and report one dataset."""
    scope = _scope(job.settings, select, ignore)
    facts = _look_up(job.settings, today)
    read = _read(job, scope, facts, cache, looks)
    money = _price(job, read, facts, today) if scope.money else None
    verdict, findings = _judge(job, scope, facts, read, money, today)
    report = _report(job, facts, read, money, verdict, findings)
    return Judging(report, money.prices if money else ())


def _scope(settings: Settings, select: tuple[str, ...], ignore: tuple[str, ...]) -> _Scope:
    check_rule_settings(settings)
    chosen = rules.selected(
        select or tuple(settings.rules.get("select", ("FT",))),
        (*settings.rules.get("ignore", ()), *ignore),
    )
    families = {code[:3] for code in chosen}
    return _Scope(
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


def _look_up(settings: Settings, today: date) -> _Facts:
    book = PriceBook.load(overrides=settings.price, today=today)
    base = book.model(settings.model.base, provider=settings.model.provider or None)
    name, owner = settings.model.base, settings.model.provider or "openai"
    if not isinstance(base, Missing):
        name, owner = base.name, settings.model.provider or base.provider
    provider = book.provider(owner)
    if isinstance(provider, Missing):  # its limits are unknown, and each rule knows what that means
        provider = ProviderFacts(owner, owner, None, None, None, "unknown", None, "")
    return _Facts(book, base, name, provider)


def _read(job: Job, scope: _Scope, facts: _Facts, cache: Cache, looks: Looks) -> _Read:
    dataset = job.dataset
    encoding = resolve(facts.base_name)
    data = [file for file in dataset.files if file.role != "prompt"]
    counter = None
    if scope.tokens:
        size = sum(looks.at(file.path).size for file in data)
        counter = LazyCounter(encoding, size, cache)
    reading = read_dataset(
        dataset,
        counter=counter,
        limit=facts.provider.max_example_tokens if counter else None,
        sample_size=_sample_size() if scope.content else 0,
        cache=cache,
        looks=looks,
    )
    train = reading.merged(dataset.of("train"))
    validation = reading.merged(dataset.of("validation"))
    return _Read(reading, counter, train, validation, reading.digest(data))


def _sample_size() -> int:
    from ftgate.content.goal import SAMPLE_SIZE

    return SAMPLE_SIZE


def _price(job: Job, read: _Read, facts: _Facts, today: date) -> _Money | None:
    """None when there is nothing to price: no example, or no way to count its tokens."""
    train, counter = read.train, read.counter
    if not train or not train.examples or not counter or read.reading.vocabulary:
        return None
    from ftgate.economics.compare import compare
    from ftgate.economics.training import Epochs, estimate_training
    from ftgate.tokens.billing import epochs_auto

    settings, owner = job.settings, facts.provider.name
    stated = settings.model.epochs
    asked = epochs_auto(train.examples) if stated == "auto" else (stated, stated, "as configured")
    price = facts.book.lookup(facts.base_name, "training_mtok", provider=owner)
    training = estimate_training(
        model=facts.base_name,
        provider=owner,
        tokens_per_epoch=train.tokens,
        epochs=Epochs(*asked),
        price=price,
        round_up_tokens=facts.provider.round_up_tokens,
    )
    folder = Path(job.dataset.config_path).parent if job.dataset.config_path else Path()
    measured = measure_workload(
        train, job.dataset.files, job.plan, settings.usage, folder, counter.count
    )
    comparison = compare(
        settings=settings, measured=measured, training=training, quotes=facts.book, today=today
    )
    used = comparison.prices if isinstance(price, Missing) else (price, *comparison.prices)
    return _Money(training, measured, comparison, used)


def _judge(
    job: Job, scope: _Scope, facts: _Facts, read: _Read, money: _Money | None, today: date
) -> tuple[Verdict, list[Finding]]:
    settings = job.settings
    found = rules.run(scope.rules, _case(job, facts, read, money, today), settings.rules)
    findings, waived = suppress(
        found, settings, dataset=job.dataset.name, digest=read.digest, today=today
    )
    readable = bool(read.train and read.train.examples)
    verdict = judge(findings, settings.policy, readable=readable, whole=scope.whole, waived=waived)
    return verdict, findings


def _case(job: Job, facts: _Facts, read: _Read, money: _Money | None, today: date) -> rules.Case:
    dataset, reading = job.dataset, read.reading
    files = []
    for file in dataset.files:
        if file.role != "prompt":
            result, size = reading.results[file.path], reading.seen[file.path].size
            files.append(rules.JudgedFile(file.name, file.role, size, result.error, result.profile))
    return rules.Case(
        files=tuple(files),
        profile=read.train,
        validation=read.validation,
        goal=reading.goal,
        plan=job.plan,
        model_plan=job.settings.model,
        policy=job.settings.policy,
        provider=facts.provider,
        base=facts.base,
        training=money.training if money else None,
        measured=money.measured if money else None,
        comparison=money.comparison if money else None,
        prices=money.prices if money else None,
        today=today,
        vocabulary=reading.vocabulary or None,
        searched=None if dataset.of("train") else tuple(file.name for file in dataset.files),
    )


def _report(
    job: Job,
    facts: _Facts,
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


def _duplicates(train: Profile | None, validation: Profile | None) -> dict[str, Any]:
    """Exact repetitions; near duplicates are not looked for yet, which is None and not zero."""
    return {
        "exact": train.duplicates if train else None,
        "near": None,
        "leaked_from_validation": train.overlap(validation) if train and validation else None,
    }
