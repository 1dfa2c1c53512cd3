"""``check``: the rooms of ftgate, wired together in one visible place.

sources → reading (readers, formats, tokens, content) → prices and economics → rules → verdict.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ftgate import __version__, config, sources
from ftgate.cache import Cache
from ftgate.deadline import FOREVER, Deadline, OutOfTimeError
from ftgate.errors import ConfigError, UsageError
from ftgate.looks import Looks
from ftgate.plain import to_plain
from ftgate.settings import Settings
from ftgate.sources import Job

if TYPE_CHECKING:
    from ftgate.engine import Engine
    from ftgate.judging import Judging
    from ftgate.model import Price, RuleText
    from ftgate.model.change import Before
    from ftgate.prices.choice import PriceChoice
    from ftgate.prices.update import Mode
    from ftgate.report import DatasetReport, Report

Progress = Callable[[str, int, int], None]

LAST_YEAR = 2100  # further ahead no price list says anything, and dates soon run out


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What the command line says; None and empty mean: as the configuration says.

    ``overrides`` are ``key=value`` settings, ``compare_to`` is the commit whose version of each
    dataset the policy on changes compares with, ``progress`` is called with dataset name, number
    done and number of datasets, ``notice`` with what the user should know of prices and cache.
    ``engine``, ``jobs`` and ``address`` say how large files are read, see
    :class:`ftgate.engine.Engine`, ``max_memory`` in how many bytes, see
    :class:`ftgate.memory.Memory`.
    """

    config: str | None = None
    overrides: tuple[str, ...] = ()
    isolated: bool = False
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    model: str | None = None
    provider: str | None = None
    epochs: str | None = None
    as_of: str | None = None
    prices: Mode | None = None
    price: tuple[str, ...] = ()
    fail_on: str | None = None
    on_unknown: str | None = None
    exit_zero: bool = False
    timeout: float | None = None
    cache: bool = True
    cache_dir: str | None = None
    engine: str = "serial"
    jobs: int = 0
    max_memory: int = 0
    address: str = ""
    stdin: bytes | None = None
    staged: bool = False
    compare_to: str | None = None
    progress: Progress | None = field(default=None, compare=False)
    notice: Callable[[str], None] | None = field(default=None, compare=False)


def check(
    paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    options: CheckOptions | None = None,
) -> Report:
    """Judge every dataset under the paths; without paths, those that the configuration declares.

    ``paths`` are files, folders and globs, or one of them. Raises FtgateError for wrong input (see
    :mod:`ftgate.errors`); defects of the data are findings.
    """
    started, options = time.monotonic(), options or CheckOptions()
    finder = SettingsFinder(options)
    several = [paths] if isinstance(paths, (str, os.PathLike)) else paths
    named = [os.fspath(path) for path in several]
    if "-" in named:
        return _check_stdin(named, options, finder)
    jobs = jobs_of(named, finder)
    before: Mapping[str, Before] = {}
    if options.compare_to:
        from ftgate import history

        before = history.before(options.compare_to, named, options, started)
    return judge_all(jobs, options, finder, before, started)


class SettingsFinder:
    """Settings of a folder: the nearest configuration, with the command line applied."""

    def __init__(self, options: CheckOptions, *, offline: bool = False) -> None:
        self.options = options
        self.cache = Cache.open(options.cache_dir, enabled=options.cache, notice=options.notice)
        self.looks = Looks(self.cache, offline=offline)
        self._by_config: dict[Path | None, Settings] = {}
        self._by_folder: dict[Path, Path | None] = {}

    def engine(self) -> Engine:
        """What reads the files of a dataset."""
        from ftgate.engine import Engine
        from ftgate.memory import Memory

        memory = Memory(self.options.max_memory)
        return Engine(self.options.engine, self.options.jobs, memory, self.options.address)

    def judging(self, today: date, choice: PriceChoice) -> Callable[..., Judging]:
        """:func:`ftgate.judging.judge_dataset` as this run asks it: for a job, and what it adds."""
        from ftgate.judging import judge_dataset

        return partial(
            judge_dataset,
            cache=self.cache,
            looks=self.looks,
            today=today,
            choice=choice,
            select=self.options.select,
            ignore=self.options.ignore,
            engine=self.engine(),
        )

    def for_folder(self, folder: Path) -> tuple[Path | None, Settings]:
        """The configuration file (None: there is none) and its settings."""
        folder = folder.resolve()
        if folder not in self._by_folder:
            self._by_folder[folder] = self._find(folder)
        path = self._by_folder[folder]
        if path not in self._by_config:
            settings = config.load(path, overrides=self.options.overrides)
            self._by_config[path] = _with_options(settings, self.options)
        return path, self._by_config[path]

    def _find(self, folder: Path) -> Path | None:
        if self.options.isolated:
            return None
        return Path(self.options.config) if self.options.config else config.find(folder)


def jobs_of(paths: Sequence[str], finder: SettingsFinder, start: Path = Path()) -> list[Job]:
    """The datasets under the paths; without paths, those that the plan of ``start`` declares."""
    if paths:
        return sources.discover(paths, finder.for_folder, listed=finder.looks.listed)
    path, settings = finder.for_folder(start)
    if path and settings.dataset:
        jobs = sources.declared(path, settings)
        return [sources.located(job, finder.looks.listed) for job in jobs]
    return sources.discover([str(start)], finder.for_folder)


def _check_stdin(paths: Sequence[str], options: CheckOptions, finder: SettingsFinder) -> Report:
    if len(paths) > 1:
        raise UsageError("'-' cannot be combined with other paths", hint="ftgate check - < file")
    if options.compare_to:
        raise UsageError("--compare-to needs files that git knows, not '-'")
    from ftgate.atomic import scratch_folder

    with scratch_folder() as folder:
        file = folder / "stdin.jsonl"
        file.write_bytes(options.stdin or b"")
        settings = finder.for_folder(Path())
        jobs = sources.discover([str(file)], lambda _: (None, settings[1]))
        return judge_all([shown_as(job, str(file), "-") for job in jobs], options, finder)


def shown_as(job: Job, prefix: str, name: str) -> Job:
    """The same job with paths in the report as the user knows them."""
    files = tuple(
        replace(file, name=name + file.path.removeprefix(prefix))
        if file.path.startswith(prefix)
        else file
        for file in job.dataset.files
    )
    dataset = replace(job.dataset, files=files)
    if name == "-":
        dataset = replace(dataset, name="-")
    return replace(job, dataset=dataset)


def judge_all(
    found: Sequence[Job],
    options: CheckOptions,
    finder: SettingsFinder,
    before: Mapping[str, Before] = MappingProxyType({}),
    started: float | None = None,
) -> Report:
    """Judge these datasets; ``before`` has the version that each is compared with, by name.

    Time budgets count from ``started`` on, by default from now.
    """
    from ftgate.judging import out_of_time

    started = time.monotonic() if started is None else started
    jobs, today = distinctly_named(found), parse_day(options.as_of)
    judge = finder.judging(today, prices_for(options, today))
    reports: list[DatasetReport] = []
    prices: dict[str, Price] = {}
    for done, job in enumerate(jobs):
        report_progress(options.progress, finder.looks, job, done, len(jobs))
        deadline = deadline_of(job.settings, started)
        try:
            judged = judge(job, before=before.get(job.dataset.name), deadline=deadline)
        except OutOfTimeError:
            reports.append(out_of_time(job, deadline.seconds))
            continue
        reports.append(judged.report)
        prices.update({price.ref: price for price in judged.prices})
    plain = {job.dataset.name: to_plain(job.settings) for job in jobs}
    return _report(reports, options, today, list(prices.values()), plain, _on_unknown(jobs))


def report_progress(
    progress: Progress | None, looks: Looks, job: Job, done: int, total: int
) -> None:
    """Say which dataset is judged, and how much of it has been downloaded where it is elsewhere."""
    if progress:
        progress(job.dataset.name, done, total)
        looks.tell(lambda amount: progress(amount, done, total))


def deadline_of(settings: Settings, started: float) -> Deadline:
    """When the plan's time budget for all datasets of a run is spent."""
    seconds = settings.policy.timeout_seconds
    return FOREVER if seconds is None else Deadline(seconds, started)


def prices_for(options: CheckOptions, today: date) -> PriceChoice:
    """Whose prices are asked for; live ones are fetched, and what is odd about them is said."""
    from ftgate.prices.choice import PriceChoice

    choice = PriceChoice.of(options.prices, options.price, today)
    _say_of_prices(choice, today, options)
    return choice


def _say_of_prices(choice: PriceChoice, today: date, options: CheckOptions) -> None:
    """Fetch live prices where that was asked for, and say what the user should know of them."""
    if choice.mode == "offline":
        return
    from ftgate.prices.update import refresh

    notes = refresh(choice.mode, today=today)
    if options.notice:
        for note in (*notes, *choice.book((), Path(), today).notes):
            options.notice(note)


def distinctly_named(jobs: Sequence[Job]) -> list[Job]:
    """Two projects may call their dataset the same: then the first file's folder is the name."""
    names = [job.dataset.name for job in jobs]
    return [
        job
        if names.count(job.dataset.name) == 1
        else replace(job, dataset=replace(job.dataset, name=_folder_name(job)))
        for job in jobs
    ]


def _folder_name(job: Job) -> str:
    first = job.dataset.files[0].name
    return f"{first.rpartition('/')[0] or '.'}:{job.dataset.name}"


def _on_unknown(jobs: Sequence[Job]) -> str:
    unknowns = {job.settings.policy.on_unknown for job in jobs}
    return "fail" if "fail" in unknowns else "warn"


def _report(
    reports: list[DatasetReport],
    options: CheckOptions,
    today: date,
    prices: list[Price],
    settings: dict[str, object],
    on_unknown: str,
) -> Report:
    from ftgate.report import EXIT_CODES, Report
    from ftgate.verdict import worst

    outcome = worst(report.outcome for report in reports)
    code = EXIT_CODES[outcome]
    # A missing number may be accepted, a dataset of which nothing was judged may not.
    judged = all(each.outcome != "undecided" or each.examples for each in reports)
    if options.exit_zero or (outcome == "undecided" and on_unknown == "warn" and judged):
        code = 0
    return Report(
        version=__version__,
        outcome=outcome,
        exit_code=code,
        as_of=today.isoformat(),
        datasets=tuple(reports),
        prices=tuple(sorted(prices, key=lambda price: price.ref)),
        settings=settings,
        price_mode=options.prices or "offline",
        rules=_rule_texts(reports),
    )


def _rule_texts(reports: list[DatasetReport]) -> tuple[RuleText, ...]:
    """The rules that the findings name, with what formats for machines say of them."""
    from ftgate.model import RuleText
    from ftgate.rules.registry import RULES

    codes = sorted({finding.code for report in reports for finding in report.findings})
    found = (RULES[code] for code in codes)
    return tuple(
        RuleText(rule.code, rule.name, rule.severity, rule.summary, rule.documentation)
        for rule in found
    )


def _with_options(settings: Settings, options: CheckOptions) -> Settings:
    """Command-line flags win over the configuration, and are checked like it."""
    stated: dict[str, dict[str, Any]] = {
        "model": {
            "base": options.model,
            "provider": options.provider,
            "epochs": _number(options.epochs),
        },
        "policy": {
            "fail_on": options.fail_on,
            "on_unknown": options.on_unknown,
            "timeout_seconds": options.timeout,
        },
    }
    given = {
        section: {key: value for key, value in values.items() if value is not None}
        for section, values in stated.items()
    }
    if any(given.values()):
        config.validate(given, "the command line")
    return replace(
        settings,
        model=replace(settings.model, **given["model"]),
        policy=replace(settings.policy, **given["policy"]),
    )


def parse_day(as_of: str | None) -> date:
    """The day to judge for: prices and shutdowns are compared with it."""
    if not as_of:
        return date.today()
    try:
        day = date.fromisoformat(as_of)
        if day.year <= LAST_YEAR:
            return day
        raise ConfigError(f"--as-of {as_of}: the last year is {LAST_YEAR}")
    except ValueError:
        raise ConfigError(f"--as-of {as_of}: not a date", hint="YYYY-MM-DD") from None


def _number(text: str | None) -> int | str | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 7 else text
