"""``ftgate cost``: a fine-tune beside its alternatives, from a scenario file."""

from __future__ import annotations

import sys
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from ftgate.commands.flags import CONTEXT
from ftgate.commands.output import emit, wants_color
from ftgate.errors import UnreadableError, UsageError

if TYPE_CHECKING:
    from ftgate.economics.heatmap import Heat
    from ftgate.economics.risk import Risk
    from ftgate.economics.scenario import Scenario
    from ftgate.economics.sensitivity import Threshold, Tornado

_PLAIN = str.maketrans({"·": "*", "±": "+/-", "█": "#", "▒": "-"})


@click.command("cost", context_settings=CONTEXT)
@click.option(
    "--scenario",
    "path",
    metavar="FILE.toml",
    required=True,
    type=click.Path(),
    help="Prices, tokens and volume; sample_data/scenarios has commented examples.",
)
@click.option(
    "--sweep",
    metavar="KEY=A,B,C",
    help="Judge at each value of one number, e.g. base.input=0.03,0.015,0.005.",
)
@click.option(
    "--tornado",
    is_flag=True,
    help="What moves the result: one number at a time, and where each flips the answer.",
)
@click.option(
    "--risk",
    is_flag=True,
    help="How likely it pays: many futures drawn from the ranges in [risk].",
)
@click.option("--draws", type=click.IntRange(1, 1_000_000), help="Futures to draw.  [20000]")
@click.option("--seed", type=click.IntRange(0), help="Where the draws start.  [20261122]")
@click.option(
    "--heat",
    metavar="KEY=FROM:TO:STEPS",
    multiple=True,
    help="Once across and once up: the result at every pair of two numbers.",
)
@click.option(
    "-f",
    "--output-format",
    type=click.Choice(["text", "json"]),
    default="text",
    help="Table or JSON.  [default: text]",
)
def command(
    path: str,
    sweep: str | None,
    tornado: bool,
    risk: bool,
    draws: int | None,
    seed: int | None,
    heat: tuple[str, ...],
    output_format: str,
) -> int:
    """Compare a fine-tune with prompting, from prices and volumes that you type in.

    Prints the monthly cost of both, training and labelling, break-even in months and calls, the
    price at which fine-tuning stops paying, and what a cached prompt, a cheaper model and the
    shutdown date do to it.
    """
    from ftgate.economics.scenario import parse_scenario

    if (draws is not None or seed is not None) and not risk:
        raise UsageError("--draws and --seed are about --risk", hint="add --risk")
    scenario = parse_scenario(_read(path), path)
    swept = _sweep(scenario, sweep) if sweep else None
    bars, thresholds = _tornado(scenario) if tornado else (None, [])
    found = Outlook(
        _heat(scenario, heat) if heat else None,
        bars,
        thresholds,
        _risk(scenario, draws, seed) if risk else None,
    )
    if output_format == "json":
        import json

        from ftgate.economics.scenario_json import scenario_dict

        answer = {**scenario_dict(scenario, swept), **_outlook_dict(found)}
        emit(json.dumps(answer, indent=2) + "\n")
        return 0
    from ftgate.economics.scenario_text import scenario_lines
    from ftgate.render.escape import visible

    lines = [visible(line) for line in scenario_lines(scenario, swept)]
    lines += _outlook_lines(scenario, found)
    emit(_writable("".join(f"{line}\n" for line in lines)))
    return 0


class Outlook(NamedTuple):
    """What was asked for beyond the table."""

    heat: Heat | None
    tornado: Tornado | None
    thresholds: list[Threshold]
    risk: Risk | None


def _tornado(scenario: Scenario) -> tuple[Tornado, list[Threshold]]:
    from ftgate.economics.sensitivity import IN_TIME, OVER_HORIZON, threshold, tornado
    from ftgate.economics.spreads import LIFE

    found = tornado(scenario)
    return found, [
        threshold(scenario, bar.path, goal)
        for goal in (IN_TIME, OVER_HORIZON)
        for bar in found.bars
        if bar.path != LIFE
    ]


def _risk(scenario: Scenario, draws: int | None, seed: int | None) -> Risk:
    from ftgate.economics.risk import risk

    return risk(scenario, draws, seed)


def _heat(scenario: Scenario, texts: tuple[str, ...]) -> Heat:
    from ftgate.economics.heatmap import heat, parse_axis

    if len(texts) != 2:
        raise UsageError(
            f"--heat is needed twice, not {len(texts)} times" if len(texts) != 1
            else "--heat is needed twice",
            hint="once for what goes across, once for what goes up",
        )  # fmt: skip
    return heat(scenario, parse_axis(texts[0]), parse_axis(texts[1]))


def _outlook_dict(found: Outlook) -> dict[str, Any]:
    """Null where it was not asked for."""
    from ftgate.economics.outlook_json import heat_dict, risk_dict, threshold_dict, tornado_dict

    return {
        "heat": found.heat and heat_dict(found.heat),
        "tornado": found.tornado and tornado_dict(found.tornado),
        "thresholds": [threshold_dict(each) for each in found.thresholds],
        "risk": found.risk and risk_dict(found.risk),
    }


def _outlook_lines(scenario: Scenario, found: Outlook) -> list[str]:
    from ftgate.commands.cost_outlook import heat_lines, risk_lines, tornado_lines

    color = wants_color("auto")
    lines: list[str] = []
    if found.heat:
        lines += heat_lines(scenario, found.heat, color=color)
    if found.tornado:
        lines += tornado_lines(scenario, found.tornado, found.thresholds, color=color)
    if found.risk:
        lines += risk_lines(scenario, found.risk, color=color)
    return lines


def _writable(text: str) -> str:
    """The text with ASCII signs where standard output cannot show ours."""
    try:
        "·±█▒".encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return text.translate(_PLAIN)
    return text


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as stream:
            return stream.read()
    except OSError as error:
        raise UnreadableError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UnreadableError(f"{path}: not UTF-8 text (byte {error.start})") from None


def _sweep(scenario: Scenario, text: str) -> tuple[str, list[Any]]:
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
