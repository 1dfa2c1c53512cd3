"""``ftgate cost``: a fine-tune beside its alternatives, from a scenario file."""

from __future__ import annotations

import sys
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import click

from ftgate.commands.flags import CONTEXT
from ftgate.commands.output import emit
from ftgate.errors import UnreadableError, UsageError

if TYPE_CHECKING:
    from ftgate.economics.scenario import Scenario


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
    "-f",
    "--output-format",
    type=click.Choice(["text", "json"]),
    default="text",
    help="Table or JSON.  [default: text]",
)
def command(path: str, sweep: str | None, output_format: str) -> int:
    """Compare a fine-tune with prompting, from prices and volumes that you type in.

    Prints the monthly cost of both, training and labelling, break-even in months and calls, the
    price at which fine-tuning stops paying, and what a cached prompt, a cheaper model and the
    shutdown date do to it.
    """
    from ftgate.economics.scenario import parse_scenario

    scenario = parse_scenario(_read(path), path)
    swept = _sweep(scenario, sweep) if sweep else None
    if output_format == "json":
        import json

        from ftgate.economics.scenario_json import scenario_dict

        emit(json.dumps(scenario_dict(scenario, swept), indent=2) + "\n")
        return 0
    from ftgate.economics.scenario_text import scenario_lines
    from ftgate.render.escape import visible

    emit(_writable("".join(f"{visible(line)}\n" for line in scenario_lines(scenario, swept))))
    return 0


def _writable(text: str) -> str:
    """The text with ``*`` for the multiplication dot where standard output cannot show it."""
    try:
        "·".encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return text.replace("·", "*")
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
