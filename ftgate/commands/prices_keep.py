"""``ftgate prices update``, ``diff``, ``lock`` and ``doctor``: keeping prices current."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ftgate.commands.flags import CONTEXT, OnePerLine
from ftgate.commands.output import (
    emit,
    emit_fitted,
    progress_line,
    table_width,
    wants_color,
    write_file,
)
from ftgate.commands.prices_common import (
    common,
    emit_json,
    find_day,
    folder,
    load_book,
    load_catalogue,
    load_live,
    mode_flag,
    plain_value,
    plan,
    say,
)
from ftgate.errors import UsageError

if TYPE_CHECKING:
    from ftgate.prices.update import Mode


@click.command("update", context_settings=CONTEXT)
@click.option(
    "--feed",
    "feeds",
    envvar="FTGATE_FEED",
    multiple=True,
    metavar="NAME",
    help="Only this feed. Repeatable.",
)
@click.option(
    "--feed-url",
    "urls",
    envvar="FTGATE_FEED_URL",
    type=OnePerLine(),
    multiple=True,
    metavar="NAME=URL",
    help="Another address for a feed: a mirror. Repeatable.",
)
@click.option(
    "--accept",
    multiple=True,
    metavar="PROVIDER/MODEL[/UNIT]",
    help="Let a price in that was held back, after looking at it. Repeatable.",
)
@common
def update_prices(
    feeds: tuple[str, ...],
    urls: tuple[str, ...],
    accept: tuple[str, ...],
    output_format: str,
    today: str | None,
    color: str,
) -> int:
    """Fetch live prices from every feed and store what can be trusted.

    Exit 0: every feed answered. Exit 1: a feed failed and keeps its stored prices, or a price
    that was known was held back because it fell by more than 90 % or rose more than tenfold.
    Exit 2: no feed answered, or nothing could be stored.
    """
    from ftgate.commands import prices_text
    from ftgate.prices.update import feed_address, update

    addresses = dict(feed_address(text) for text in urls)
    with progress_line(doing="fetching") as progress:
        results = update(
            today=find_day(today), names=feeds, urls=addresses, accepted=accept, progress=progress
        )
    if output_format == "json":
        emit_json([{**r._asdict(), "held": [h._asdict() for h in r.held]} for r in results])
    else:
        emit_fitted(prices_text.results_table(results, wants_color(color)))
    failed = [result for result in results if result.status == "failed"]
    if len(failed) == len(results):
        return 2
    return int(bool(failed) or any(held.kept for result in results for held in result.held))


@click.command("diff", context_settings=CONTEXT)
@common
def diff(output_format: str, today: str | None, color: str) -> int:
    """What stored live prices change: against the repository's lock, else the catalogue.

    Exit 0: nothing. Exit 1: something. Exit 2: there are no live prices to compare with.
    """
    from ftgate.commands import prices_text
    from ftgate.prices.lock import Lock
    from ftgate.prices.places import LOCK_NAME, find_lock
    from ftgate.prices.review import changes

    day = find_day(today)
    live = load_live(day)
    if not live.providers():
        raise UsageError("no live prices to compare with", hint="ftgate prices update")
    path = find_lock(Path.cwd())
    reviewed = Lock(path).prices() if path else tuple(load_catalogue(day).prices())
    found = changes(reviewed, live)
    if output_format == "json":
        rows = [(change.key, change.before, change.after) for change in found]
        emit_json(
            [
                {"key": k, "before": b and plain_value(b), "after": plain_value(a)}
                for k, b, a in rows
            ]
        )
    else:
        base = LOCK_NAME if path else "the catalogue"
        shown = prices_text.changes_table(found, base, wants_color(color), table_width())
        emit_fitted(shown)
    return int(bool(found))


@click.command("lock", context_settings=CONTEXT)
@click.argument("models", nargs=-1, metavar="[MODEL]...")
@click.option("-o", "--output", metavar="PATH", help="Where to write it: not the nearest lock.")
@mode_flag("cached")
@common
def lock(
    models: tuple[str, ...],
    output: str | None,
    mode: Mode,
    output_format: str,
    today: str | None,
    color: str,
) -> int:
    """Write ftgate-prices.json, to be reviewed and committed: everybody judges with these prices.

    It holds the catalogue's models and every MODEL named; prices of your own stay in ftgate.toml.
    """
    del color
    from ftgate.model import Price
    from ftgate.prices.lock import lock_text
    from ftgate.prices.places import LOCK_NAME, find_lock
    from ftgate.prices.update import refresh
    from ftgate.render import words

    day = find_day(today)
    say(refresh(mode, today=day))
    book = load_catalogue(day, mode)
    prices = list(book.prices())
    for model in models:
        found = [book.lookup(model, unit) for unit in book.units(model)]
        if not found:
            listing = "ftgate prices list --all --prices cached"
            raise UsageError(f"no price of {model}", hint=f"{listing}; or state it in [[price]]")
        prices += [price for price in found if isinstance(price, Price)]
    target = output or str(find_lock(Path.cwd()) or folder() / LOCK_NAME)
    write_file(target, lock_text(prices, day))
    layers = {price.layer for price in prices}
    if output_format == "json":
        emit_json({"path": target, "prices": len(prices), "layers": sorted(layers)})
    else:
        emit(f"{target}: {words.count(len(prices), 'price')} ({', '.join(sorted(layers))})\n")
    return 0


@click.command("doctor", context_settings=CONTEXT)
@common
def doctor(output_format: str, today: str | None, color: str) -> int:
    """What needs a look: stale, expired, held back, missing; dates and feeds that disagree.

    Exit 0: nothing needs to be done. Exit 1: something does.
    """
    from ftgate.commands import prices_text
    from ftgate.prices import store
    from ftgate.prices.places import live_path
    from ftgate.prices.review import examine

    day = find_day(today)
    model = plan().model
    records, damage = store.read_records(live_path())
    models = tuple(dict.fromkeys(name for name in (model.base, model.today) if name))
    notes = examine(load_book("cached", day), load_live(day), records, models, day, damage)
    if output_format == "json":
        emit_json([note._asdict() for note in notes])
    else:
        emit_fitted(prices_text.notes_text(notes, wants_color(color)))
    return int(any(note.severity == "error" for note in notes))
