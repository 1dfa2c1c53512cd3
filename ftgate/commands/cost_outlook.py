"""Sensitivity, heat map and risk of a scenario as text: tables of 80 columns, whole paragraphs.

What wins is drawn solid and, where colours are wanted, green; what loses is shaded, or red.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from ftgate.economics.amounts import (
    exact_text,
    number_text,
    to_decimal,
    usd_text,
)
from ftgate.economics.heatmap import Heat
from ftgate.economics.risk import Chance, Risk
from ftgate.economics.scenario import Scenario
from ftgate.economics.sensitivity import IN_TIME, OVER_HORIZON, Bar, Outcome, Threshold, Tornado
from ftgate.render.escape import visible
from ftgate.render.style import paint

_WIDTH = 80  # of the heat map
_NAME = 30
_DRIVERS = 12
_GREEN, _RED, _YELLOW = 32, 31, 33
_WINS, _LOSES = "█", "▒"
_DECISIONS = {"fine-tune": ("█", _GREEN), "hold": ("▒", _YELLOW), "prompt": ("·", _RED)}


def tornado_lines(
    scenario: Scenario, found: Tornado, thresholds: list[Threshold], *, color: bool
) -> Iterator[str]:
    """One bar a number, then where each of them flips the answer."""
    months = scenario.horizon_months
    yield ""
    yield from _paragraph(
        f"What moves the net benefit of {usd_text(found.base.net_usd)} over {months} months, one"
        f" number at a time ({_WINS} wins, {_LOSES} loses)"
    )
    if found.assumed:
        yield from _paragraph("The ranges are assumptions; state your own in [risk].", indent="  ")
    yield from _lives_on(scenario)
    nets = [end.net_usd for bar in found.bars for end in (bar.at_low, bar.at_high)]
    low, high = min([*nets, found.base.net_usd]), max([*nets, found.base.net_usd])
    yield f"  {'':<{_NAME}}{'from':>9}{'to':>9}{'net, USD':>17}"
    for bar in found.bars:
        drawn = _span(bar, low, high, 11, color=color)
        ends = f"{_short(bar.low):>9}{_short(bar.high):>9}"
        net = f"{_short(bar.at_low.net_usd):>8} {_short(bar.at_high.net_usd):>8}"
        yield f"  {_cut(bar.path):<{_NAME}}{ends}{net}  {drawn}".rstrip()
    limit = number_text(scenario.limit_months)
    questions = {
        IN_TIME.name: f"Where is it paid back in less than {limit} months?",
        OVER_HORIZON.name: f"Where does it win over {months} months, all costs in?",
    }
    for goal, question in questions.items():
        yield ""
        yield question
        for each in thresholds:
            if each.goal == goal:
                text = f"{each.path}, now {exact_text(each.now)}: {flip_text(each)}"
                yield from _paragraph(visible(text), indent="  ")


def flip_text(found: Threshold) -> str:
    """A threshold in words: ``pays from 11,412.4909``, ``pays already, up to 5``, ``never …``."""
    span = f"from {exact_text(found.low)} to {exact_text(found.high)}"
    if found.answer == "never":
        return f"never, {span}"
    flip = found.flip
    if flip is None:
        return f"pays already, and all the way {span}"
    side = "from" if flip.pays_above else "up to"
    more = "" if found.monotone else f"; it flips {len(found.flips)} times in all"
    already = "already, " if found.answer == "already" else ""
    return f"pays {already}{side} {exact_text(flip.value)}{more}"


def heat_lines(scenario: Scenario, found: Heat, *, color: bool) -> Iterator[str]:
    """The map, the largest ``y`` on top, each cell its net dollars where there is room."""
    limit, months = number_text(scenario.limit_months), scenario.horizon_months
    yield ""
    yield from _paragraph(
        f"{found.y.path} (up) against {found.x.path} (across): net over {months} months;"
        f" █ paid back in less than {limit} months, ▒ later, · never"
    )
    yield from _lives_on(scenario)
    wide = max(8, max(len(_short(value)) for value in found.x.values) + 1)
    room = (_WIDTH - 12) // len(found.x.values)
    for value, row in reversed(list(zip(found.y.values, found.rows, strict=True))):
        drawn = "".join(_cell(cell, min(wide, room), color=color) for cell in row)
        yield f"  {_short(value):>9} {drawn}".rstrip()
    if room >= wide:
        yield f"{'':<12}" + "".join(f"{_short(value):>{wide}}" for value in found.x.values)
    else:
        yield f"{'':<12}from {_short(found.x.values[0])} to {_short(found.x.values[-1])}"


def risk_lines(scenario: Scenario, found: Risk, *, color: bool) -> Iterator[str]:
    """Probabilities, percentiles, the histogram, what drives it, and what was drawn."""
    yield ""
    yield from _paragraph(
        f"{found.draws:,} futures (seed {found.seed}), each to its own end of life or"
        f" {scenario.horizon_months} months"
    )
    limit = number_text(scenario.limit_months)
    rival = "today" if found.against == scenario.base.name else found.against
    rival = f"wins against {rival}"
    yield f"  {_cut(rival):<{_NAME}}{_chance(found.positive)}"
    yield f"  {f'paid back in under {limit} months':<{_NAME}}{_chance(found.in_time)}"
    value = "net" if scenario.discount_rate is None else "worth today"
    ends = " / ".join(_dollars(usd) for usd in (found.p5_usd, found.p50_usd, found.p95_usd))
    yield f"  {f'{value}: P5 / median / P95':<{_NAME}}{ends}"
    yield f"  {'  mean':<{_NAME}}{_dollars(found.mean_usd)}"
    yield from _histogram(found, color=color)
    yield "  what drives it: rank correlation with the result"
    for driver in found.drivers[:_DRIVERS]:
        bar = (_WINS if driver.rho >= 0 else _LOSES) * round(abs(driver.rho) * 30)
        shown = paint(bar, _GREEN if driver.rho >= 0 else _RED, color=color)
        yield f"    {_cut(driver.path):<{_NAME}}{driver.rho:>+6.2f}  {shown}".rstrip()
    if len(found.drivers) > _DRIVERS:
        yield f"    and {len(found.drivers) - _DRIVERS} weaker ones"
    yield "  costs least over the horizon, all in"
    for name, chance in found.cheapest:
        yield f"    {_cut(name):<{_NAME}}{_chance(chance)}"
    yield "  " + ("drawn as [risk] says" if found.stated else "assumed; state your own in [risk]")
    for spread in found.spreads:
        yield f"    {_cut(spread.path):<{_NAME}}{spread.text()}"


def _lives_on(scenario: Scenario) -> Iterator[str]:
    """What keeps the points below apart from those of the bills above, which end with the model."""
    if scenario.life_months is not None:
        months = scenario.life_months
        yield from _paragraph(
            "As if the tuned model lived on: it has"
            f" {months} whole month{'' if months == 1 else 's'} to pay back.",
            indent="  ",
        )


def _histogram(found: Risk, *, color: bool) -> Iterator[str]:
    # Pairs of bins: twelve lines are read at a glance.
    pairs = [found.histogram[start : start + 2] for start in range(0, len(found.histogram), 2)]
    sums = [sum(each.futures for each in pair) for pair in pairs]
    most = max(sums)
    for pair, futures in zip(pairs, sums, strict=True):
        low, high = pair[0].low_usd, pair[-1].high_usd
        bar = (_WINS if low + high > 0 else _LOSES) * round(30 * futures / most)
        shown = paint(bar, _GREEN if low + high > 0 else _RED, color=color)
        share = f"{100 * futures / found.draws:.1f}%"
        yield f"    {_dollars(low):>12} to {_dollars(high):<12} {share:>6}  {shown}".rstrip()


def _span(bar: Bar, low: Fraction, high: Fraction, width: int, *, color: bool) -> str:
    """The bar's nets on a scale from ``low`` to ``high``; every column at the net of its middle."""
    ends = sorted((bar.at_low.net_usd, bar.at_high.net_usd))
    step = (high - low) / width
    text = ""
    for column in range(width):
        start, end = low + step * column, low + step * (column + 1)
        if ends[0] >= end or ends[1] <= start or ends[0] == ends[1]:
            text += " "
        elif start + end > 0:
            text += paint(_WINS, _GREEN, color=color)
        else:
            text += paint(_LOSES, _RED, color=color)
    return text


def _cell(cell: Outcome, width: int, *, color: bool) -> str:
    sign, code = _DECISIONS[cell.decision]
    net = f"{sign}{_short(cell.net_usd)}"
    text = net if len(net) < width else sign
    return " " * (width - len(text)) + paint(text, code, color=color)


def _chance(chance: Chance) -> str:
    return f"{100 * chance.probability:.1f}% ± {100 * chance.error:.1f}%"


def _short(value: Fraction) -> str:
    """A number in seven characters or so: ``0.035``, ``11,412``, ``-13.3k``, ``2.4M``."""
    size = abs(value)
    for unit, letter in ((10**9, "G"), (10**6, "M"), (10**4, "k")):
        if size >= unit:
            return f"{to_decimal(value / (unit if unit > 10**4 else 1000)):,.1f}{letter}"
    places = 0 if size >= 100 or value.denominator == 1 else 2 if size >= 1 else 4
    text = f"{to_decimal(value):,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _cut(text: str) -> str:
    safe = visible(text)
    return safe if len(safe) < _NAME else safe[: _NAME - 4] + "..."


def _dollars(usd: float) -> str:
    """Whole dollars: a drawn future has no cents."""
    return f"{'-' if usd <= -0.5 else ''}${abs(usd):,.0f}"


def _paragraph(text: str, indent: str = "") -> list[str]:
    """A paragraph as one line: who prints it knows the width."""
    return [indent + " ".join(text.split())]
