"""One dataset, from its files to its verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from ftgate import rules
from ftgate.cache import Cache
from ftgate.model import (
    Comparison,
    Encoding,
    Measured,
    Missing,
    ModelFacts,
    Price,
    ProviderFacts,
    Training,
)
from ftgate.prices.book import PriceBook
from ftgate.profile import ROLES, Profile
from ftgate.prompts import measure_workload
from ftgate.reading import LazyCounter, Reading, read_dataset
from ftgate.report import DatasetReport, FileReport, TokenReport
from ftgate.rules import Case, JudgedFile
from ftgate.settings import Settings
from ftgate.sources import File, Job
from ftgate.suppress import suppress
from ftgate.tokens.encodings import resolve
from ftgate.verdict import judge

_HISTOGRAM_BINS = 12


@dataclass(frozen=True, slots=True)
class Judging:
    """A dataset's report and the prices that it used."""

    report: DatasetReport
    prices: tuple[Price, ...]


@dataclass(frozen=True, slots=True)
class _Money:
    """The answers of the price book for one dataset."""

    base: ModelFacts | Missing
    owner: str
    provider: ProviderFacts | None
    training: Training | None = None
    measured: Measured | None = None
    comparison: Comparison | None = None
    prices: tuple[Price, ...] = ()


def judge_dataset(
    job: Job, cache: Cache, *, select: tuple[str, ...] = (), ignore: tuple[str, ...] = ()
) -> Judging:
    """Read, price and judge one dataset."""
    settings, dataset = job.settings, job.dataset
    today = settings.as_of or date.today()
    chosen = rules.selected(*_selectors(settings, select, ignore))
    families = {code[:3] for code in chosen}
    book = PriceBook.load(overrides=settings.price, today=today)
    base = book.model(settings.model.base, provider=settings.model.provider or None)
    owner = settings.model.provider or (base.provider if isinstance(base, ModelFacts) else "openai")
    provider = book.provider(owner)
    known = None if isinstance(provider, Missing) else provider
    limit = known.max_example_tokens if known else None

    counts_tokens = bool(families - {"FT0", "FT1", "FT4"})
    encoding = resolve(base.name if isinstance(base, ModelFacts) else settings.model.base)
    size = sum(_size(file) for file in dataset.files if file.role != "prompt")
    counter = LazyCounter(encoding, size, cache) if counts_tokens else None
    reading = read_dataset(
        dataset,
        counter=counter,
        limit=limit if counter else None,
        sample_size=_sample_size() if "FT4" in families else 0,
        cache=cache,
    )
    train = reading.merged(dataset.of("train"))
    money = _Money(base, owner, known)
    if (
        counter
        and train
        and train.examples
        and not reading.vocabulary
        and families & {"FT7", "FT8"}
    ):
        money = _price(job, train, counter, book, money, today)
    case = _case(job, reading, train, money, today)
    digest = reading.digest([file for file in dataset.files if file.role != "prompt"])
    findings, waived = suppress(
        rules.run(chosen, case, settings.rules),
        settings,
        dataset=dataset.name,
        digest=digest,
        today=today,
    )
    verdict = judge(findings, settings.policy, money.comparison, waived=waived)
    report = DatasetReport(
        name=dataset.name,
        outcome=verdict.outcome,
        decision=verdict.decision,
        reasons=verdict.reasons,
        digest=digest,
        files=tuple(_file_report(file, reading) for file in dataset.files),
        tokens=_token_report(train, encoding, counter, limit) if counter and train else None,
        training=money.training,
        goal=reading.goal,
        duplicates=_duplicates(train, reading.merged(dataset.of("validation"))),
        findings=tuple(findings),
        comparison=money.comparison,
        provider=known.title if known else owner,
        next_command=verdict.next_command,
        waived=waived,
    )
    return Judging(report, money.prices)


def _selectors(
    settings: Settings, select: tuple[str, ...], ignore: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return (
        select or tuple(settings.rules.get("select", ("FT",))),
        (*settings.rules.get("ignore", ()), *ignore),
    )


def _sample_size() -> int:
    from ftgate.content.goal import SAMPLE_SIZE

    return SAMPLE_SIZE


def _price(
    job: Job, train: Profile, counter: LazyCounter, book: PriceBook, money: _Money, today: date
) -> _Money:
    """Training cost, and the comparison with the alternatives."""
    from ftgate.economics.compare import compare
    from ftgate.economics.training import Epochs, estimate_training
    from ftgate.tokens.billing import epochs_auto

    settings = job.settings
    base = money.base
    name = base.name if isinstance(base, ModelFacts) else settings.model.base
    owner = money.owner
    epochs = settings.model.epochs
    asked = (
        Epochs(*epochs_auto(train.examples))
        if epochs == "auto"
        else Epochs(int(epochs), int(epochs), "as configured")
    )
    price = book.lookup(name, "training_mtok", provider=owner)
    training = estimate_training(
        model=name,
        provider=owner,
        tokens_per_epoch=train.tokens,
        epochs=asked,
        price=price,
        round_up_tokens=money.provider.round_up_tokens if money.provider else 1,
    )
    folder = Path(job.dataset.config_path).parent if job.dataset.config_path else Path()
    measured = measure_workload(
        train, job.dataset.files, job.plan, settings.usage, folder, counter.count
    )
    comparison = compare(
        settings=settings, measured=measured, training=training, quotes=book, today=today
    )
    used = comparison.prices if isinstance(price, Missing) else (price, *comparison.prices)
    return replace(money, training=training, measured=measured, comparison=comparison, prices=used)


def _case(job: Job, reading: Reading, train: Profile | None, money: _Money, today: date) -> Case:
    dataset = job.dataset
    files = []
    for file in dataset.files:
        if file.role != "prompt":
            result = reading.results[file.path]
            size = reading.sizes[file.path]
            files.append(JudgedFile(file.name, file.role, size, result.error, result.profile))
    has_money = money.training is not None
    return Case(
        files=tuple(files),
        profile=train,
        validation=reading.merged(dataset.of("validation")),
        goal=reading.goal,
        plan=job.plan,
        policy=job.settings.policy,
        provider=money.provider,
        base=money.base,
        training=money.training,
        measured=money.measured,
        comparison=money.comparison,
        prices=money.prices if has_money else None,
        today=today,
        vocabulary=reading.vocabulary or None,
        searched=None if dataset.of("train") else tuple(file.name for file in dataset.files),
    )


def _file_report(file: File, reading: Reading) -> FileReport:
    result = reading.results.get(file.path)
    profile = (result and result.profile) or Profile()
    formats = profile.formats.most_common(1)
    return FileReport(
        path=file.name,
        role=file.role,
        format=formats[0][0] if formats else "text" if file.role == "prompt" else "unknown",
        bytes=reading.sizes.get(file.path, 0) or _size(file),
        lines=profile.lines,
        examples=profile.examples,
        invalid=profile.invalid,
        blank=profile.blank,
        digest=reading.digests.get(file.path, ""),
    )


def _token_report(
    train: Profile, encoding: Encoding, counter: LazyCounter, limit: int | None
) -> TokenReport:
    lengths: Mapping[int, int] = train.lengths
    mean = train.tokens / train.examples if train.examples else 0
    return TokenReport(
        encoding=encoding,
        engine=counter.engine,
        total=train.tokens,
        by_role={role: train.by_role[role] for role in ROLES},
        tools=train.tool_tokens,
        images=train.images,
        per_example={
            "min": min(lengths, default=0),
            "p5": train.quantile(0.05),
            "median": train.quantile(0.5),
            "mean": round(mean, 1),
            "p95": train.quantile(0.95),
            "max": max(lengths, default=0),
        },
        over_limit=train.over_limit,
        truncated_tokens=train.cut,
        limit=limit,
        histogram=_histogram(lengths),
        note=counter.note,
    )


def _histogram(lengths: Mapping[int, int]) -> tuple[tuple[int, int], ...]:
    """Examples in equal bins of tokens, each named by its upper bound."""
    if not lengths:
        return ()
    width = max(1, -(-max(lengths) // _HISTOGRAM_BINS))
    bins = [0] * -(-max(max(lengths), 1) // width)
    for tokens, examples in lengths.items():
        bins[max(0, tokens - 1) // width] += examples
    return tuple(((index + 1) * width, count) for index, count in enumerate(bins))


def _duplicates(train: Profile | None, validation: Profile | None) -> dict[str, Any]:
    """Exact repetitions; near duplicates are not looked for yet, which is None and not zero."""
    return {
        "exact": train.duplicates if train else None,
        "near": None,
        "leaked_from_validation": train.overlap(validation) if train and validation else None,
    }


def _size(file: File) -> int:
    try:
        return Path(file.path).stat().st_size
    except OSError:
        return 0
