"""``ftgate prices``: what things cost, where each price comes from, and keeping them current."""

from __future__ import annotations

import click

from ftgate.commands import prices_keep, prices_look
from ftgate.commands.flags import CONTEXT


@click.group("prices", context_settings=CONTEXT, no_args_is_help=True)
def command() -> None:
    """Show prices with their sources, and keep them current.

    A price comes from the first of these that has it: --price and [[price]] of ftgate.toml;
    ftgate-prices.json in the repository; live prices stored by `update` (not with --prices
    offline, the default); the catalogue of this installation.
    """


for _subcommand in (
    prices_look.list_prices,
    prices_look.show,
    prices_keep.update_prices,
    prices_keep.diff,
    prices_keep.lock,
    prices_keep.doctor,
):
    command.add_command(_subcommand)
