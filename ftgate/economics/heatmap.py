"""Two numbers of a scenario at once: the outcome at every pair of their values."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import NamedTuple

from ftgate.economics.scenario import Scenario
from ftgate.economics.scenario_file import spelled
from ftgate.economics.sensitivity import Outcome, outcome
from ftgate.economics.spreads import LIFE
from ftgate.errors import UsageError

MAX_STEPS = 20


class Axis(NamedTuple):
    """One number and the values that it takes, low to high."""

    path: str
    values: tuple[Fraction, ...]


class Heat(NamedTuple):
    """Outcomes in rows: one row per value of ``y``, in it one per value of ``x``."""

    x: Axis
    y: Axis
    rows: tuple[tuple[Outcome, ...], ...]


def parse_axis(text: str) -> Axis:
    """``base.input=0.005:0.03:6`` → six even steps from 0.005 to 0.03, the ends included.

    Raises UsageError for anything else.
    """
    path, equals, span = text.partition("=")
    parts = span.split(":")
    hint = "write it like --heat base.input=0.005:0.03:6"
    if not equals or len(parts) != 3:
        raise UsageError(f"--heat {text} is not KEY=FROM:TO:STEPS", hint=hint)
    try:
        low, high = (Fraction(Decimal(part.replace("_", ""))) for part in parts[:2])
        steps = int(parts[2])
    except (InvalidOperation, ValueError, OverflowError):
        raise UsageError(f"--heat {text}: not three numbers", hint=hint) from None
    if not low < high or not 2 <= steps <= MAX_STEPS:
        raise UsageError(f"--heat {text}: needs FROM < TO and 2 to {MAX_STEPS} steps", hint=hint)
    step = (high - low) / (steps - 1)
    return Axis(path.strip(), tuple(low + step * index for index in range(steps)))


def heat(scenario: Scenario, x: Axis, y: Axis) -> Heat:
    """The outcome of the planned fine-tune at every pair of values, everything else as stated.

    Raises ConfigError for a number that the file does not have, or a value it could not have;
    UsageError when both axes are the same number.
    """
    names = [
        path if path == LIFE else spelled(scenario.data, path, scenario.where)
        for path in (x.path, y.path)
    ]
    if names[0] == names[1]:
        raise UsageError(f"--heat: both axes are {names[0]}")
    rows = tuple(
        tuple(outcome(scenario, {x.path: across, y.path: up}) for across in x.values)
        for up in y.values
    )
    return Heat(x._replace(path=names[0]), y._replace(path=names[1]), rows)
