"""What the subcommands of ``ftgate prices`` share: flags, the day, and which prices they mean."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ftgate.commands.flags import COLOR, complete_providers, output_format
from ftgate.commands.output import emit
from ftgate.render.escape import quiet

if TYPE_CHECKING:
    from ftgate.prices.book import PriceBook
    from ftgate.prices.live import Live
    from ftgate.prices.update import Mode
    from ftgate.settings import Settings

_Command = TypeVar("_Command", bound=Callable[..., Any])
_MODES = click.Choice(["offline", "cached", "live", "if-stale"])


def common(command: _Command) -> _Command:
    """The flags of every subcommand."""
    for flag in (
        COLOR,
        click.option(
            "--today",
            "--as-of",
            "today",
            envvar=["FTGATE_TODAY", "FTGATE_AS_OF"],
            metavar="DATE",
            help="Judge ages as if today were YYYY-MM-DD.",
        ),
        output_format("text", "json", shown="Table or JSON."),
    ):
        command = flag(command)
    return command


def mode_flag(default: str) -> Callable[[_Command], _Command]:
    text = "Stored live prices: leave out, use, fetch now, or fetch when a week old."
    text += f"  [default: {default}]"
    return click.option(
        "--prices", "mode", envvar="FTGATE_PRICES", type=_MODES, default=default, help=text
    )


PROVIDER = click.option(
    "--provider", metavar="NAME", shell_complete=complete_providers, help="Only this provider."
)


def find_day(today: str | None) -> date:
    from ftgate.gate import parse_day

    return parse_day(today)


def plan() -> Settings:
    from ftgate import config

    return config.load(config.find(Path.cwd()))


def folder() -> Path:
    """Where the plan is, else here."""
    from ftgate import config

    found = config.find(Path.cwd())
    return found.parent if found else Path.cwd()


def load_book(mode: Mode, day: date) -> PriceBook:
    """The prices that a check of this folder would use."""
    from ftgate.prices.book import PriceBook
    from ftgate.prices.places import find_lock
    from ftgate.prices.update import refresh

    say(refresh(mode, today=day))
    book = PriceBook.load(overrides=plan().price, today=day, mode=mode, lock=find_lock(Path.cwd()))
    say(book.notes)
    return book


def load_catalogue(day: date, mode: Mode = "offline") -> PriceBook:
    """Prices of others only: the catalogue, and the feeds unless offline."""
    from ftgate.prices.book import PriceBook

    return PriceBook.load(today=day, mode=mode)


def load_live(day: date) -> Live:
    from ftgate.prices.live import Live
    from ftgate.prices.places import live_path

    return Live(live_path(), day)


def say(notes: tuple[str, ...]) -> None:
    from ftgate.render.escape import visible

    for note in notes:
        click.echo(f"ftgate: {visible(note)}", err=True)


def plain_value(value: Any) -> Any:
    from ftgate.report_json import plain

    return plain(value)


def emit_json(value: Any) -> None:
    emit(quiet(json.dumps(value, indent=2)) + "\n")
