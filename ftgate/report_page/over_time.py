"""What has been paid by each month, and where the lines cross."""

from __future__ import annotations

from fractions import Fraction

from ftgate.economics.amounts import (
    money_text,
)
from ftgate.report_page.answer import payback_text
from ftgate.report_page.names import months
from ftgate.report_page.options import YEAR, cumulative
from ftgate.report_page.page import (
    Column,
    Lines,
    Mark,
    Section,
    Series,
    Table,
)
from ftgate.report_page.study import Study

_MOST_MONTHS = 120


def over_time(study: Study) -> Section:
    """Cumulative cost with the crossing, and the gap between fine-tune and prompts."""
    return Section("Month by month", (_cumulative(study), _gap(study)))


def _cumulative(study: Study) -> Lines:
    scenario, ahead = study.scenario, _chart_months(study)
    shown = [each for each in study.options if each.variant in (None, scenario.planned)]
    paid = [(each.name, cumulative(scenario, each, ahead)) for each in shown]
    if study.stopped:
        name = f"{study.stopped.name}, then {study.rival.name}"
        paid.append((name, cumulative(scenario, study.stopped, ahead)))
    crossing = study.against_today.months
    summary = f"What each option has cost by each month, {months(ahead)} long. "
    if crossing is None:
        summary += f"The fine-tune's line never comes below that of {study.today.name}."
    else:
        text = f"The fine-tune's line crosses that of {study.today.name} after"
        summary += f"{text} {payback_text(study.against_today)}."
    marks = _rules(study, ahead)
    if crossing is not None and 0 < crossing <= ahead:
        marks.append(Mark(float(crossing), float(_between(paid[0][1], crossing)),
                          f"paid back: {payback_text(study.against_today)}"))  # fmt: skip
    return Lines(
        "What has been paid by then, as if the tuned model lived on",
        summary,
        "months",
        "USD",
        tuple(_series(name, values) for name, values in paid),
        tuple(marks),
        _month_table("Paid by the end of a month, USD", paid, ahead),
    )


def _gap(study: Study) -> Lines:
    scenario, ahead = study.scenario, _chart_months(study)
    plan = cumulative(scenario, study.plan, ahead)
    against = [study.today, *([study.rival] if study.rival is not study.today else [])]
    found = []
    for other in against:
        paid = cumulative(scenario, other, ahead)
        gap = [theirs - ours for theirs, ours in zip(paid, plan, strict=True)]
        found.append((f"against {other.name}", gap))
    life = scenario.life_months
    if life is not None and life < ahead:
        kept = found[0][1][: life + 1]
        stopped = kept + kept[-1:] * (ahead - life)
        found.append((f"against {study.today.name}, until it stops", stopped))
    return Lines(
        "Ahead or behind: the fine-tune against the prompts",
        "What the fine-tune has earned by each month: above zero it is ahead.",
        "months",
        "USD",
        tuple(_series(name, values) for name, values in found),
        tuple(_rules(study, ahead)),
        _month_table("Ahead (+) or behind by the end of a month, USD", found, ahead),
    )


def _chart_months(study: Study) -> int:
    """The horizon, or further where the crossing lies beyond."""
    ahead, crossing = study.scenario.horizon_months, study.against_today.months
    if crossing is None or crossing * 3 / 2 <= ahead:
        return ahead
    return max(ahead, min(_MOST_MONTHS, int(crossing * 3 / 2) + 1))


def _rules(study: Study, ahead: int) -> list[Mark]:
    scenario = study.scenario
    marks = []
    if ahead > scenario.horizon_months:
        marks.append(Mark(float(scenario.horizon_months), None, "end of the plan"))
    if scenario.life_months is not None and scenario.life_months < ahead:
        until = f" {scenario.usable_until}" if scenario.usable_until else ""
        marks.append(Mark(float(scenario.life_months), None, f"stops{until}"))
    return marks


def _between(values: list[Fraction], at: Fraction) -> Fraction:
    whole = int(at)
    rest = at - whole
    return values[whole] + (rest * (values[whole + 1] - values[whole]) if rest else 0)


def _series(name: str, values: list[Fraction]) -> Series:
    return Series(name, tuple((float(month), float(usd)) for month, usd in enumerate(values)))


def _month_table(caption: str, found: list[tuple[str, list[Fraction]]], ahead: int) -> Table:
    step = max(1, -(-ahead // YEAR))
    shown = sorted({*range(0, ahead + 1, step), ahead})
    columns = (Column("Month", True), *(Column(name, True) for name, _ in found))
    rows = tuple(
        (str(month), *(money_text(values[month]) for _, values in found)) for month in shown
    )
    return Table(caption, columns, rows)
