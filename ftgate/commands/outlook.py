"""What ``ftgate cost`` is asked beyond the bills: sweep, heat map, tornado, risk."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, NamedTuple

from ftgate.errors import UsageError

if TYPE_CHECKING:
    from ftgate.economics.heatmap import Heat
    from ftgate.economics.risk import Risk
    from ftgate.economics.scenario import Scenario
    from ftgate.economics.scenario_flips import SweepRow
    from ftgate.economics.sensitivity import Threshold, Tornado


class Asked(NamedTuple):
    """The flags; ``draws`` and ``seed`` None are those of the file."""

    sweep: str | None
    tornado: bool
    risk: bool
    draws: int | None
    seed: int | None
    heat: tuple[str, ...]


class Outlook(NamedTuple):
    """The answers, None where nothing was asked; ``best`` is the risk against the best prompt."""

    swept: tuple[str, list[SweepRow]] | None
    heat: Heat | None
    tornado: Tornado | None
    thresholds: list[Threshold]
    risk: Risk | None
    best: Risk | None


def outlook(scenario: Scenario, asked: Asked, rival: int = 0) -> Outlook:
    """Answer what was asked; ``rival`` is the best alternative, 0 where that is today's model.

    Raises UsageError for flags that cannot be read, ConfigError for keys that are not there.
    """
    if (asked.draws is not None or asked.seed is not None) and not asked.risk:
        raise UsageError("--draws and --seed are about --risk", hint="add --risk")
    bars, thresholds = _tornado(scenario) if asked.tornado else (None, [])
    return Outlook(
        _sweep(scenario, asked.sweep) if asked.sweep else None,
        _heat(scenario, asked.heat) if asked.heat else None,
        bars,
        thresholds,
        _risk(scenario, asked, 0) if asked.risk else None,
        _risk(scenario, asked, rival) if asked.risk and rival else None,
    )


def _tornado(scenario: Scenario) -> tuple[Tornado, list[Threshold]]:
    from ftgate.economics.sensitivity import thresholds, tornado
    from ftgate.economics.spreads import LIFE

    found = tornado(scenario)
    pairs = [thresholds(scenario, bar.path) for bar in found.bars if bar.path != LIFE]
    return found, [each for goal in zip(*pairs, strict=True) for each in goal]


def _risk(scenario: Scenario, asked: Asked, against: int) -> Risk:
    from ftgate.economics.risk import risk

    return risk(scenario, asked.draws, asked.seed, against)


def _heat(scenario: Scenario, texts: tuple[str, ...]) -> Heat:
    from ftgate.economics.heatmap import heat, parse_axis

    if len(texts) != 2:
        raise UsageError(
            f"--heat is needed twice, not {len(texts)} times" if len(texts) != 1
            else "--heat is needed twice",
            hint="once for what goes across, once for what goes up",
        )  # fmt: skip
    return heat(scenario, parse_axis(texts[0]), parse_axis(texts[1]))


def _sweep(scenario: Scenario, text: str) -> tuple[str, list[SweepRow]]:
    """``base.input=0.03,0.015`` → the key and one row per value."""
    from ftgate.economics.scenario_flips import sweep

    key, equals, values = text.partition("=")
    if not equals or not values.strip():
        raise UsageError(
            f"--sweep {text} has no values", hint="write it like --sweep base.input=0.03,0.015"
        )
    return key.strip(), sweep(
        scenario, key.strip(), [_number(value) for value in values.split(",")]
    )


def _number(text: str) -> Decimal:
    try:
        return Decimal(text.strip().replace("_", ""))
    except InvalidOperation:
        raise UsageError(
            f"--sweep: {text.strip()!r} is not a number", hint="values are separated by commas"
        ) from None


def outlook_dict(found: Outlook) -> dict[str, Any]:
    """Null where it was not asked for; the sweep is written by who writes the bills."""
    from ftgate.economics.outlook_json import heat_dict, risk_dict, threshold_dict, tornado_dict

    return {
        "heat": found.heat and heat_dict(found.heat),
        "tornado": found.tornado and tornado_dict(found.tornado),
        "thresholds": [threshold_dict(each) for each in found.thresholds],
        "risk": found.risk and risk_dict(found.risk),
    }


def outlook_lines(scenario: Scenario, found: Outlook, *, color: bool) -> list[str]:
    """Heat map, tornado and risk as text; the sweep is printed with the bills."""
    from ftgate.commands.cost_outlook import heat_lines, risk_lines, tornado_lines

    lines: list[str] = []
    if found.heat:
        lines += heat_lines(scenario, found.heat, color=color)
    if found.tornado:
        lines += tornado_lines(scenario, found.tornado, found.thresholds, color=color)
    for risk in filter(None, (found.risk, found.best)):
        lines += risk_lines(scenario, risk, color=color)
    return lines
