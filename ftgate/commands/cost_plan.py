"""The bills of a dataset's plan as text and JSON: every option, line by line, with bars."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from ftgate.costing import Costs
from ftgate.economics.amounts import calls_text, money_text, number_text
from ftgate.model import PROMPTED, Comparison, Missing, Option
from ftgate.render.escape import visible
from ftgate.render.phrases import DECISIONS, break_even
from ftgate.render.style import paint
from ftgate.report_json import comparison_dict, plain

SCHEMA = "ftgate/cost-plan/1"
_NAME, _BAR = 44, 12
_GREEN = 32
_COLUMN = 12


def plan_lines(costs: Costs, *, color: bool, verbose: bool, width: int) -> Iterator[str]:
    """What the dataset's options cost, when the fine-tune pays, and what that rests on.

    Tables keep to ``width`` columns; paragraphs are not broken yet.
    """
    yield from _paragraph(_title(costs))
    comparison = costs.comparison
    if comparison is not None:
        if comparison.options:
            yield ""
            yield from _side_by_side(comparison, color=color, width=width)
            yield from _answers(comparison)
            for option in comparison.options:
                yield ""
                yield from _bill(option)
        elif comparison.at_volumes:
            yield from _volumes(comparison)
    for each in costs.missing:
        yield ""
        yield from _paragraph(f"not priced: {_text(each)}")
    if comparison is not None and comparison.assumptions:
        yield ""
        yield "Assumed"
        for text in comparison.assumptions:
            yield from _paragraph(visible(text), "  ")
    if verbose:
        yield from _origins(costs)


def _title(costs: Costs) -> str:
    name = visible(costs.name)
    if costs.planned is None:
        return name
    scenario = costs.planned.scenario
    return (
        f"{name}: {calls_text(scenario.calls)} a month, {scenario.horizon_months} months ahead;"
        f" payback must be sooner than {number_text(scenario.limit_months)} months"
    )


def _text(missing: Missing) -> str:
    nearest = f"; nearest: {', '.join(missing.nearest)}" if missing.nearest else ""
    return visible(f"{missing.what}: {missing.reason}{nearest}")


def _side_by_side(comparison: Comparison, *, color: bool, width: int) -> Iterator[str]:
    months = f"{comparison.horizon_months} months"
    heads = f"{'upfront':>{_COLUMN}}{'a month':>{_COLUMN}}{months:>{_COLUMN}}"
    # Where a line has no room for it, the name stands above its figures, and the bar goes first.
    alone = width < _NAME + len(heads) + _BAR + len("   best")
    drawn = not alone or width >= len(heads) + _BAR + len("   best")
    yield f"{'USD':<{0 if alone else _NAME}}{heads[3 if alone else 0 :]}"
    most = max(each.total_usd for each in comparison.options if each.contends)
    for each in comparison.options:
        bar = _bar(each.total_usd, most)
        best = each.name == comparison.best
        mark = " best" if best else "" if each.contends else " *"
        figures = (each.upfront_usd, _steady(each), each.total_usd)
        row = "".join(f"{money_text(usd):>{_COLUMN}}" for usd in figures)
        shown = paint(bar * drawn, _GREEN if best else None, color=color)
        if alone:
            yield f"{visible(each.name)}{mark}"
            yield f"{row}  {shown}".rstrip()
        else:
            yield f"{_cut(each.name):<{_NAME}}{row}  {shown}{mark}".rstrip()
    if not all(each.contends for each in comparison.options):
        yield "* for comparison, never the best: the bill below says why"


def _bar(usd: Decimal, most: Decimal) -> str:
    """To the scale of what contends; what is beyond it ends in an arrow."""
    if usd <= 0 or most <= 0:
        return ""
    width = max(1, round(_BAR * usd / most))
    return "█" * width if width <= _BAR else "█" * (_BAR - 1) + ">"


def _steady(option: Option) -> Decimal:
    """A steady month by its lines."""
    return sum((line.usd for line in option.lines if line.monthly), Decimal(0))


def _answers(comparison: Comparison) -> Iterator[str]:
    """Payback against today's bill and against the best alternative, and where it flips."""
    yield ""
    points = [comparison.break_even]
    best = comparison.break_even_best
    if best and comparison.break_even and best.against != comparison.break_even.against:
        points.append(best)
    for point in filter(None, points):
        chance = ""
        if point.probability is not None:
            chance = f"; it pays in {100 * point.probability:.1f}% of the drawn futures"
        yield from _paragraph(f"break-even: {break_even(point, comparison)}{chance}")
    for threshold in comparison.thresholds:
        yield from _paragraph(f"{visible(threshold.parameter)}: {visible(threshold.meaning)}")


def _volumes(comparison: Comparison) -> Iterator[str]:
    """What the answer would be at four volumes, while nobody has stated one."""
    yield ""
    for each in comparison.at_volumes:
        verdict = DECISIONS[each.decision]
        yield f"  at {each.calls_per_month:>9,} calls a month: {verdict} (best: {each.best})"
    for threshold in comparison.thresholds:
        yield from _paragraph(f"{visible(threshold.parameter)}: {visible(threshold.meaning)}")


def _bill(option: Option) -> Iterator[str]:
    note = f" ({visible(option.note)})" if option.note else ""
    kind = "" if option.kind in PROMPTED else ", trained"
    yield from _paragraph(f"{visible(option.name)}{kind}{note}")
    for line in option.lines:
        per = "once" if line.upfront else "a month" if line.monthly else "each time"
        head = f"  {visible(line.item):<16}{money_text(line.usd):>14} {per:<9}"
        yield f"{head} = {' '.join(visible(line.formula).split())}"


def _origins(costs: Costs) -> Iterator[str]:
    if costs.planned is None:
        return
    yield ""
    yield "What the numbers rest on"
    for key, origin in costs.planned.notes.items():
        yield from _paragraph(visible(f"{key}: {origin}"), "  ")


def plan_dict(costs: Costs, outlook: dict[str, Any]) -> dict[str, Any]:
    """The same for machines; ``outlook`` is what was asked for beyond the bills."""
    training = costs.training
    return {
        "name": costs.name,
        "missing": [plain(each) for each in costs.missing],
        "training_usd": training
        and {"low": plain(training.usd_low), "high": plain(training.usd_high)},
        "comparison": costs.comparison and comparison_dict(costs.comparison),
        "prices": [plain(price) for price in costs.prices],
        "remarks": dict(costs.planned.notes) if costs.planned else {},
        **outlook,
    }


def document(plans: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """All datasets of a run."""
    return {"schema": SCHEMA, "datasets": list(plans)}


def _cut(text: str) -> str:
    safe = visible(text)
    return safe if len(safe) < _NAME else f"{safe[: _NAME - 4]}..."


def _paragraph(text: str, indent: str = "") -> list[str]:
    return [indent + " ".join(text.split())]
