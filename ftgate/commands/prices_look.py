"""``ftgate prices list`` and ``show``: what things cost, and where each price comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ftgate.commands.flags import CONTEXT
from ftgate.commands.output import emit_fitted, table_width, wants_color
from ftgate.commands.prices_common import (
    PROVIDER,
    common,
    emit_json,
    find_day,
    load_book,
    mode_flag,
    plain_value,
)
from ftgate.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from ftgate.model import Missing
    from ftgate.prices.update import Mode


@click.command("list", context_settings=CONTEXT)
@PROVIDER
@click.option(
    "--all", "fed", envvar="FTGATE_ALL", is_flag=True, help="Also models that only feeds know."
)
@mode_flag("offline")
@common
def list_prices(
    provider: str | None, fed: bool, mode: Mode, output_format: str, today: str | None, color: str
) -> int:
    """One line for each model: input, cached, output, training, layer and date."""
    from ftgate.commands import prices_text

    day = find_day(today)
    book = load_book(mode, day)
    prices = list(book.prices(provider, fed=fed))
    if not prices:
        known = book.providers()
        hint = did_you_mean(provider or "", known, f"known: {', '.join(known)}")
        raise UsageError(f"no prices of {provider}", hint=hint)
    if output_format == "json":
        emit_json([plain_value(price) for price in prices])
    else:
        table = prices_text.models_table(prices, day, wants_color(color), table_width())
        emit_fitted(table)
    return 0


@click.command("show", context_settings=CONTEXT)
@click.argument("model")
@PROVIDER
@mode_flag("offline")
@common
def show(
    model: str, provider: str | None, mode: Mode, output_format: str, today: str | None, color: str
) -> int:
    """Every unit of one model with its layer, source, address, age and expiry.

    Exit 3 when nobody knows the model: the line to add is printed.
    """
    from ftgate.commands import prices_text
    from ftgate.model import Missing, Price

    day = find_day(today)
    book = load_book(mode, day)
    found = [book.lookup(model, unit, provider) for unit in book.units(model, provider)]
    prices = [price for price in found if isinstance(price, Price)]
    if not prices:
        missing = book.lookup(model, "input_mtok", provider)
        if isinstance(missing, Missing):
            _say_unknown(missing, output_format)
        return 3
    disputes = {price.ref: book.dispute(price) for price in prices}
    if output_format == "json":
        emit_json([{**plain_value(each), "disputed": _said(disputes[each.ref])} for each in prices])
    else:
        facts = book.model(model, provider)
        shown = prices_text.one_model(
            prices, disputes, facts, day, wants_color(color), table_width()
        )
        emit_fitted(shown)
    return 0


def _say_unknown(missing: Missing, output_format: str) -> None:
    from ftgate.commands import prices_text
    from ftgate.prices.review import line_to_add

    line = line_to_add(missing)
    if output_format == "json":
        emit_json({**plain_value(missing), "add": line})
    else:
        emit_fitted(prices_text.unknown(missing, line))


def _said(dispute: Any) -> Any:
    return {feed: f"{usd:f}" for feed, usd in dispute.said} if dispute else None
