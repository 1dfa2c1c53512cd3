"""How long a base can be tuned, and its fine-tunes be used: by provider and by customer.

Two days matter. A job must be created before the provider stops taking jobs, which may be earlier
for customers who never trained there. A fine-tune is used until it, or its deployment, is shut
down; where no such day is announced it does not outlive its base.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from ftgate.model import JobsClose, ModelFacts
from ftgate.settings import Customer, ModelSettings

CUSTOMERS: tuple[Customer, ...] = ("new", "idle", "active")


class Offer(NamedTuple):
    """Another provider that fine-tunes the same model, and its first day without new jobs."""

    provider: str
    model: str
    until: date | None


class Dated(NamedTuple):
    """The day on which a feed says that a model stops, and the feed's title."""

    day: date
    feed: str


def customer_of(plan: ModelSettings) -> Customer | None:
    """Which kind of customer the plan says it is: ``eligible = true`` means an active one."""
    if plan.customer is None and plan.eligible:
        return "active"
    return plan.customer


def start_day(plan: ModelSettings, today: date) -> date:
    """The planned day of the job; a day that is over means today."""
    return max(plan.start or today, today)


def start_until(base: ModelFacts, customer: Customer | None) -> date | None:
    """First day on which the customer cannot create jobs; unstated, the one who is refused first.

    None: no day is announced.
    """
    return getattr(base.closes, customer) if customer else base.jobs_close


def serve_until(base: ModelFacts) -> date | None:
    """The day on which fine-tunes stop: they, their deployment, or else their base."""
    return base.tuned_shutdown or base.shutdown


def usable_until(base: ModelFacts, customer: Customer | None, start: date) -> date | None:
    """Until when a fine-tune whose job is created on ``start`` can be used; None: no end is known.

    The earliest of: job creation closes, if that is before the job; the fine-tune, its deployment
    or its base stops.
    """
    closes, ends = start_until(base, customer), serve_until(base)
    if closes is not None and closes <= start:
        return closes if ends is None else min(closes, ends)
    return ends


def is_open(base: ModelFacts, customer: Customer | None, day: date) -> bool:
    """Whether the customer can create a job for this base on the day."""
    closes = start_until(base, customer)
    return base.tunable and (closes is None or closes > day)


def offers(others: Iterable[ModelFacts], besides: str, day: date) -> tuple[Offer, ...]:
    """Who takes jobs on the day, ``besides`` left out: first those that do so longest.

    The day of new customers counts: who is active at one provider is new at the next.
    """
    found = [
        Offer(facts.provider, facts.name, start_until(facts, "new"))
        for facts in others
        if facts.provider != besides and is_open(facts, "new", day)
    ]
    return tuple(sorted(found, key=lambda offer: offer.until or date.max, reverse=True))


def with_feeds(
    base: ModelFacts, dated: Dated | None, tuned: Dated | None, today: date
) -> ModelFacts:
    """The facts with the days of live feeds: the earlier one counts, and a difference is said.

    Where the catalogue stops fine-tunes with their base, a base that stops earlier takes them
    along; where earlier customers may train beyond their base ("no earlier than"), it does not
    close their jobs. Days that are over on both sides do not differ: the past does not move.
    """
    shutdown = _earlier(base.shutdown, dated)
    tuned_shutdown = _earlier(base.tuned_shutdown, tuned)
    if base.tuned_shutdown is not None and base.tuned_shutdown == base.shutdown:
        tuned_shutdown = _earlier(tuned_shutdown, dated)
    said = [_difference("stops", base.shutdown, dated, today)]
    if base.tunable:
        said.append(_difference("its fine-tunes stop", serve_until(base), tuned, today))
    return replace(
        base,
        shutdown=shutdown,
        tuned_shutdown=tuned_shutdown,
        jobs_close=_earlier(base.jobs_close, dated),
        closes=_closing(base.closes, dated),
        disputed="; ".join(filter(None, said)),
    )


def _closing(closes: JobsClose, dated: Dated | None) -> JobsClose:
    new = _earlier(closes.new, dated)
    if closes.floor:
        return closes._replace(new=new)
    return JobsClose(new, _earlier(closes.idle, dated), _earlier(closes.active, dated))


def _earlier(known: date | None, dated: Dated | None) -> date | None:
    if known is None or dated is None:
        return dated.day if dated else known
    return min(known, dated.day)


def _difference(what: str, known: date | None, dated: Dated | None, today: date) -> str:
    if dated is None or known == dated.day:
        return ""
    if known is not None and max(known, dated.day) <= today:
        return ""
    catalogue = f"the catalogue {known}" if known else "no date is known"
    return f"{what} on {dated.day} by {dated.feed}, {catalogue}"
