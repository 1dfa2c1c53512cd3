"""``cost`` and ``report`` on datasets: what the user named → priced plans, one per dataset.

It is :func:`ftgate.gate.check` without rules: nothing here passes or fails.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from ftgate.errors import UsageError
from ftgate.gate import CheckOptions, SettingsFinder, deadline_of, jobs_of, parse_day, prices_for
from ftgate.model import Comparison, Missing, Price, Training
from ftgate.pricing import Facts, Read, look_up, plan_of, price_job, read_files
from ftgate.sources import Job

if TYPE_CHECKING:
    from ftgate.economics.planned import Planned

_NOTHING = Missing("training examples", "no example could be read: ftgate check says why")


@dataclass(frozen=True, slots=True)
class Costs:
    """The bills of one dataset: ``planned`` is None while ``missing`` names a number."""

    name: str
    training: Training | None
    comparison: Comparison | None
    prices: tuple[Price, ...]
    missing: tuple[Missing, ...]
    planned: Planned | None


def price_one(path: str | None, options: CheckOptions) -> Costs:
    """Price the one dataset under a path, or that the configuration declares.

    Raises UsageError where there are several, and as :func:`price_paths`.
    """
    started, finder = time.monotonic(), SettingsFinder(options)
    jobs = jobs_of((path,) if path else (), finder)
    if len(jobs) > 1:
        names = ", ".join(job.dataset.name for job in jobs[:3])
        raise UsageError(
            f"{path or 'here'}: {len(jobs)} datasets: {names}{', ...' if len(jobs) > 3 else ''}",
            hint="name the training file of one",
        )
    return _price_all(jobs, options, finder, started)[0]


def price_paths(paths: Sequence[str], options: CheckOptions) -> list[Costs]:
    """Price every dataset under the paths; without paths, those that the configuration declares.

    Raises FtgateError for wrong input (see :mod:`ftgate.errors`), ConfigError also for a ``[risk]``
    that the plan cannot have, OutOfTimeError when the time budget is spent.
    """
    started, finder = time.monotonic(), SettingsFinder(options)
    return _price_all(jobs_of(paths, finder), options, finder, started)


def _price_all(
    jobs: Sequence[Job], options: CheckOptions, finder: SettingsFinder, started: float
) -> list[Costs]:
    today = parse_day(options.as_of)
    choice, found = prices_for(options, today), []
    for done, job in enumerate(jobs):
        if options.progress:
            options.progress(job.dataset.name, done, len(jobs))
        facts = look_up(job.settings, today, choice.book(job.settings.price, job.folder, today))
        engine, deadline = finder.engine(), deadline_of(job.settings, started)
        with deadline.during(f"{job.dataset.name}: not read"):
            read = read_files(
                job, facts, finder.cache, finder.looks, engine=engine, deadline=deadline
            )
        found.append(_costs(job, facts, read, today))
    return found


def _costs(job: Job, facts: Facts, read: Read, today: date) -> Costs:
    from ftgate.economics.planned import planned

    money = price_job(job, read, facts, today)
    if money is None:
        return Costs(job.dataset.name, None, None, (), (_NOTHING,), None)
    plan, comparison = plan_of(job, read, facts, money), money.comparison
    return Costs(
        job.dataset.name,
        money.training,
        comparison,
        money.prices,
        comparison.undecided,
        planned(plan) if plan else None,
    )
