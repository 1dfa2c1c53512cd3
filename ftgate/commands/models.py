"""``ftgate models``: until when each model can be tuned and used, and what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ftgate.commands.flags import COLOR, CONTEXT, output_format
from ftgate.commands.output import emit_fitted, screen_width, wants_color
from ftgate.commands.prices_common import PROVIDER, emit_json, find_day, load_book, mode_flag
from ftgate.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from ftgate.prices.update import Mode


@click.command("models", context_settings=CONTEXT)
@click.option("--tunable", is_flag=True, help="Only models that still take fine-tuning jobs.")
@click.option(
    "--on",
    "--today",
    "--as-of",
    "on",
    envvar=["FTGATE_TODAY", "FTGATE_AS_OF"],
    metavar="DATE",
    help="The day to look from: YYYY-MM-DD.  [default: today]",
)
@PROVIDER
@mode_flag("offline")
@output_format("text", "json", shown="Timeline or JSON.")
@COLOR
def command(
    tunable: bool, on: str | None, provider: str | None, mode: Mode, output_format: str, color: str
) -> int:
    """Show until when each model can be tuned and its fine-tunes be used, soonest end first.

    Providers close training earlier for some customers: new ones never trained there, active ones
    did and used a tuned model in the last 60 days, idle ones did but not lately.
    """
    from ftgate.commands import models_text
    from ftgate.prices.timeline import timeline

    day = find_day(on)
    book = load_book(mode, day)
    known = book.providers()
    if provider is not None and provider not in known:
        hint = did_you_mean(provider, known, f"known: {', '.join(known)}")
        raise UsageError(f"no provider {provider!r}", hint=hint)
    spans = timeline(book, day, provider=provider, tunable=tunable)
    if output_format == "json":
        emit_json([models_text.plain_span(span) for span in spans])
    else:
        emit_fitted(models_text.table(spans, day, screen_width(), wants_color(color)))
    return 0
