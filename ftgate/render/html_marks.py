"""Marks of the HTML page that need no script: stacked bars of bills, and the model's life."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from ftgate.model import TRAINED
from ftgate.render.phrases import tuned
from ftgate.report_json import shown_break_even

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftgate.model import Comparison, Option
    from ftgate.report import DatasetReport

WIDTH = 1000
"""Units of a drawing from left to right."""

_INPUT = ("prompt", "cached prompt", "user input", "other input")
GROUPS = ("training", "people", "prompt", "answers", "hosting", "other", "later")
"""What bars are made of, in their order; ``later`` is what answers once the model has stopped."""

_GROUP_OF = {
    **dict.fromkeys(_INPUT, "prompt"),
    **dict.fromkeys(("training", "retraining", "teacher"), "training"),
    **dict.fromkeys(("labelling", "engineering", "review"), "people"),
    "answers": "answers",
    "hosting": "hosting",
}


class Part(NamedTuple):
    """One piece of a bar, in units of the drawing; ``usd`` is over the horizon."""

    group: str
    left: int
    width: int
    usd: Decimal


class Bar(NamedTuple):
    """What one option costs over the horizon, by group; ``cut`` when it is longer than the page."""

    option: Option
    parts: tuple[Part, ...]
    cut: bool


def bars(options: Sequence[Option]) -> list[Bar]:
    """A bar for every option, all on the scale of those that contend.

    Its months are split as the lines of a steady month are, so that a bar is as long as its total.
    """
    contending = [each for each in options if each.contends] or options
    longest = max((each.total_usd for each in contending), default=Decimal(0))
    return [Bar(each, tuple(_parts(each, longest)), each.total_usd > longest) for each in options]


def _parts(option: Option, longest: Decimal) -> Iterator[Part]:
    groups = dict.fromkeys(GROUPS, Decimal(0))
    monthly = [line for line in option.lines if line.monthly]
    each_month = sum((line.usd for line in monthly), Decimal(0))
    own = option.terms.get("life_months" if option.kind in TRAINED else "own_months")
    spent = sum(option.monthly_usd[:own], Decimal(0))
    groups["later"] = option.total_usd - option.upfront_usd - spent
    for line in option.lines:
        usd = line.usd if line.upfront else Decimal(0)
        if line.monthly:
            usd = spent * line.usd / each_month if each_month else Decimal(0)
        groups[_GROUP_OF.get(line.item, "other")] += usd
    left = Decimal(0)
    for group, usd in groups.items():
        if usd > 0 and longest > 0:
            start, end = (min(int(x * WIDTH / longest), WIDTH) for x in (left, left + usd))
            yield Part(group, start, max(end - start, 1), usd)
            left += usd


class Moment(NamedTuple):
    """A day in the life of the fine-tune; ``at`` in units of the drawing."""

    day: date
    text: str
    at: int
    kind: str


def timeline(dataset: DatasetReport, as_of: str, start: str | None = None) -> list[Moment]:
    """From today to the end of the horizon: payback, and the days on which models stop.

    The horizon counts from the ``start`` of the job where the plan names a later day.
    """
    comparison = dataset.comparison
    if comparison is None:
        return []
    today = date.fromisoformat(as_of)
    begin = max(today, date.fromisoformat(start)) if start else today
    days = sorted(_moments(dataset, comparison, today, begin), key=lambda each: each[0])
    last = max(day for day, *_ in days)
    span = max((last - today).days, 1)
    return [
        Moment(day, text, round(WIDTH * max((day - today).days, 0) / span), kind)
        for day, text, kind in days
    ]


def _moments(
    dataset: DatasetReport, comparison: Comparison, today: date, start: date
) -> Iterator[tuple[date, str, str]]:
    yield today, "judged", "now"
    if start > today:
        yield start, "the job starts", "now"
    horizon = _months_after(start, comparison.horizon_months)
    yield horizon, f"end of the horizon of {comparison.horizon_months} months", "horizon"
    point, model = shown_break_even(dataset), tuned(comparison)
    if point and point.date and point.date.year < horizon.year + 10:
        against = f" against {point.against}" if point.against else ""
        paid = point.status in ("PAYS_BACK", "IMMEDIATE")
        said = "has paid back" if paid else "would have paid back"
        yield point.date, f"the fine-tune {said}{against}", "payback" if paid else "late"
    if model and model.usable_until:
        yield model.usable_until, f"{model.model} stops", "stop"
    ends: dict[str, date] = {
        each.model: each.usable_until
        for each in comparison.options
        if each.usable_until and each.contends and each.kind != "fine-tuned"
    }
    for name, day in ends.items():
        yield day, f"{name} stops", "stop"


def _months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last day of a shorter month or of the calendar."""
    years, month = divmod(day.month - 1 + months, 12)
    if day.year + years > date.max.year:
        return date.max
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
