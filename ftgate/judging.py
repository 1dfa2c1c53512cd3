"""One dataset, from its files to its verdict: scope, look up, read, price, judge, report."""

from __future__ import annotations

import os
import shlex
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from ftgate import baseline, rules
from ftgate.cache import Cache
from ftgate.deadline import FOREVER, Deadline
from ftgate.engine import SERIAL, Engine
from ftgate.files import BASELINE_NAME, is_data
from ftgate.ignoring import Ignores
from ftgate.looks import Looks
from ftgate.model import BaselineUse, Finding, Missing, ModelFacts, Price, Verdict
from ftgate.model.change import Before
from ftgate.prices.choice import PriceChoice
from ftgate.prices.lifecycle import Offer, customer_of, is_open, offers, start_day
from ftgate.pricing import Facts, Money, Read, look_up, method_of, price_job, read_files
from ftgate.profile import Profile
from ftgate.prompts.caching import caching_of
from ftgate.reading import Reading
from ftgate.report import DatasetReport, FileReport
from ftgate.rules.registry import Rule
from ftgate.rules.selection import check_rule_settings
from ftgate.settings import Settings
from ftgate.sources import File, Job
from ftgate.suppress import Subject, suppress, waiver_uses
from ftgate.token_report import token_report
from ftgate.verdict import judge

# Enough data, no facts taught, the model lives, it pays: a verdict answers all four.
_VERDICT_FAMILIES = {"FT0", "FT1", "FT2", "FT4", "FT7", "FT8"}

# What nobody can say of a set of which a part is elsewhere: one finding says how to pull it.
_OF_THE_WHOLE = ("FT2", "FT3", "FT4", "FT7", "FT8")

# What a prompt file can have by itself.
_OF_PROMPTS = ("FT6", "FT905")

OFFLINE = PriceChoice()


@dataclass(frozen=True, slots=True)
class Judging:
    """A dataset's report, its prices, what was read of its files, and what the baseline has."""

    report: DatasetReport
    prices: tuple[Price, ...]
    read: Read
    accepted: tuple[BaselineUse, ...] = ()


class Scope(NamedTuple):
    """Which rules judge, and what they need to know."""

    rules: dict[str, Rule]
    tokens: bool
    content: bool
    hygiene: bool
    prompts: bool
    money: bool
    whole: bool  # every rule that a verdict needs


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
    collect: bool = False,
    signed: bool = False,
    deadline: Deadline = FOREVER,
    engine: Engine = SERIAL,
) -> Judging:
    """Read, price, judge and report one dataset; ``before`` is what a change is measured from.

    ``collect`` leaves the baseline out, and finds what it would have to list instead. ``signed``
    keeps what a search across datasets needs. Raises OutOfTimeError after ``deadline``.
    """
    scope = scope_of(job.settings, select, ignore)
    if job.dataset.only_prompts:
        kept = {code: rule for code, rule in scope.rules.items() if code.startswith(_OF_PROMPTS)}
        # Prompts in order are no reason to fine-tune: nobody has seen data or a bill.
        scope = scope._replace(rules=kept, content=False, money=False, whole=False)
    book = choice.book(job.settings.price, job.folder, today)
    facts = look_up(job.settings, today, book)
    accepted = baseline.in_force(job, scope.rules, collect=collect)
    read = read_files(
        job,
        facts,
        cache,
        looks,
        tokens=scope.tokens,
        content=scope.content,
        hygiene=scope.hygiene,
        whole_bytes=_whole_bytes(scope, job.settings),
        signed=signed,
        engine=engine,
        accepting=accepted.files,
        deadline=deadline,
    )
    if scope.prompts:
        read = _with_prompts(job, read, deadline)
    deadline.check()
    money = price_job(job, read, facts, today) if scope.money else None
    case = _case(job, facts, read, money, today)
    uses = accepted.uses(job.dataset.files, read.reading)
    case = replace(case, before=before, baseline=None if collect else uses or None)
    verdict, findings = _judge(job, scope, case, read, today)
    report = replace(_report(job, facts, read, money, verdict, findings), before=before)
    shown = (*money.prices, *money.comparison.shown_prices) if money else ()
    return Judging(report, shown, read, uses)


def out_of_time(job: Job, seconds: float) -> DatasetReport:
    """The report of a dataset that was not judged in time: undecided, whatever the plan accepts."""
    rule = rules.find_rule("FT010")
    findings = rules.run({rule.code: rule}, rules.Case(seconds=seconds), {})
    verdict = judge(findings, job.settings.policy, readable=False, whole=False)
    return DatasetReport(
        name=job.dataset.name,
        outcome=verdict.outcome,
        decision=verdict.decision,
        reasons=verdict.reasons,
        digest="",
        files=(),
        tokens=None,
        training=None,
        goal=None,
        duplicates=dict.fromkeys(("exact", "near", "leaked_from_validation")),
        findings=tuple(findings),
        comparison=None,
        next_command=verdict.next_command,
    )


def is_late(report: DatasetReport) -> bool:
    """Whether it is one of a dataset that was not judged in time."""
    return any(each.code == "FT010" for each in report.findings)


def scope_of(settings: Settings, select: tuple[str, ...], ignore: tuple[str, ...]) -> Scope:
    """The selected rules, and what they need to know. Raises ConfigError for a wrong option."""
    check_rule_settings(settings)
    chosen = rules.selected(
        select or tuple(settings.rules.get("select", ("FT",))),
        (*settings.rules.get("ignore", ()), *ignore),
    )
    families = {code[:3] for code in chosen}
    facts = {fact for rule in chosen.values() for fact in rule.facts}
    return Scope(
        rules=chosen,
        tokens=bool(families - {"FT0", "FT1", "FT4", "FT5"}),
        content="goal" in facts,
        hygiene="FT5" in families,
        prompts="FT6" in families,
        money=bool(families & {"FT7", "FT8"} or "measured" in facts),
        whole=all(
            code in chosen
            for code, rule in rules.load_rules().items()
            if rule.severity == "error" and code[:3] in _VERDICT_FAMILIES
        ),
    )


def _with_prompts(job: Job, read: Read, deadline: Deadline) -> Read:
    """The prompt files as read; None where the dataset has none."""
    if not (job.plan.tuned_prompt or job.dataset.of("prompt")):
        return read
    from ftgate.prompts.study import study_data, study_prompts  # patterns that few hooks need

    count = read.counter.count if read.counter and not read.reading.vocabulary else None
    prompts = study_prompts(job.dataset.files, job.plan, job.plan_folder, count, deadline)
    data = study_data(prompts, job.dataset.files, read.train, deadline) if prompts else None
    return read._replace(prompts=prompts or None, prompt_data=data)


def _whole_bytes(scope: Scope, settings: Settings) -> int:
    """How much data is searched whole for near-duplicates: an option of their rule."""
    near = scope.rules.get("FT502") or rules.find_rule("FT502")
    return max(1, int(rules.chosen_options(near, settings.rules)["whole_mb"])) * 1_000_000


def _judge(
    job: Job, scope: Scope, case: rules.Case, read: Read, today: date
) -> tuple[Verdict, list[Finding]]:
    settings = job.settings
    found = rules.run(scope.rules, case, settings.rules)
    subject = Subject(job.dataset.name, read.digest, today)
    ignores = Ignores(case.prompts or ())
    exceptions = rules.Case(
        waivers=tuple(waiver_uses(found, settings, subject, whole=scope.whole)) or None,
        void_ignores=tuple(ignores.void(found, scope.rules.values())) or None,
    )
    if exceptions != rules.Case():
        found += rules.run(scope.rules, exceptions, settings.rules)
    findings, waived = suppress(found, settings, subject, ignores.accepts)
    readable = job.dataset.only_prompts or bool(read.train and read.train.examples)
    if any(finding.name == "lfs-pointer" for finding in findings):
        findings = [each for each in findings if not each.code.startswith(_OF_THE_WHOLE)]
        readable = False
    waived = (*_accepted(case.baseline or ()), *waived)
    verdict = judge(findings, settings.policy, readable=readable, whole=scope.whole, waived=waived)
    return verdict, findings


def _accepted(uses: tuple[BaselineUse, ...]) -> Iterator[str]:
    """One line for each rule with places that the baseline accepts."""
    places: Counter[str] = Counter()
    for use in uses:
        for entry, number in use.found.items():
            places[entry.partition(" ")[0]] += number
    for code, number in sorted(places.items()):
        text = f"{number:,} place{'' if number == 1 else 's'} accepted in {BASELINE_NAME}"
        yield f"{code} {rules.find_rule(code).name}: {text}"


def _case(job: Job, facts: Facts, read: Read, money: Money | None, today: date) -> rules.Case:
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
        model_plan=replace(job.settings.model, method=method_of(job.settings, read.train)),
        policy=job.settings.policy,
        provider=facts.provider,
        base=facts.base,
        todays=_todays(facts),
        training=money.training if money else None,
        measured=money.measured if money else None,
        comparison=money.comparison if money else None,
        risk=money.risk if money else None,
        prices=money.prices if money else None,
        disputes=tuple(filter(None, map(facts.book.dispute, money.prices))) if money else None,
        repetition=reading.repetition,
        offers=_offers(facts, today),
        today=today,
        vocabulary=reading.vocabulary or None,
        searched=None if dataset.of("train") or dataset.only_prompts else _names(dataset.files),
        prompts=read.prompts,
        prompt_data=read.prompt_data,
        caching=caching_of(facts.book, _todays(facts)) if read.prompts else None,
    )


def _names(files: tuple[File, ...]) -> tuple[str, ...]:
    return tuple(file.name for file in files)


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


def _report(
    job: Job,
    facts: Facts,
    read: Read,
    money: Money | None,
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
        duplicates=read.reading.duplicates(train, read.validation),
        findings=tuple(findings),
        comparison=money.comparison if money else None,
        provider=facts.provider.title,
        profile=facts.provider.name,
        next_command=_next_command(job, verdict.next_command, findings),
        waived=verdict.waived,
    )


def _next_command(job: Job, explain: str, findings: list[Finding]) -> str:
    """What to run next: where a number is missing for want of a plan, what writes one."""
    named = job.dataset.files[0].name if job.dataset.files else "-"
    stated = job.dataset.config_path or job.settings.usage.requests_per_month is not None
    if stated or not is_data(named) or not any(each.undecided for each in findings):
        return explain
    folder = os.path.dirname(named) if named.startswith(("../", "/")) else ""
    init = f"ftgate init {shlex.quote(folder)}".removesuffix(" ''")
    blocked = any(each.severity == "error" and not each.undecided for each in findings)
    return f"{explain}; {init}" if blocked else init


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
