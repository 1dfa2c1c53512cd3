"""``ftgate watch``: how long the tuned models in use still run, and what moving costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from ftgate.commands.flags import CONTEXT, output_format
from ftgate.commands.output import emit_fitted
from ftgate.commands.prices_common import emit_json, find_day, load_book, mode_flag, plan
from ftgate.errors import NothingToJudgeError, UsageError

if TYPE_CHECKING:
    from ftgate.launching.moving import Move, Watched
    from ftgate.launching.requests import Prediction
    from ftgate.prices.update import Mode

WITHIN_DAYS = 90


@click.command("watch", context_settings=CONTEXT)
@click.argument("models", nargs=-1, metavar="[MODEL]...")
@click.option(
    "--within",
    type=click.IntRange(0, 3660),
    default=WITHIN_DAYS,
    show_default=True,
    metavar="DAYS",
    help="Exit 1 when a model stops within so many days.",
)
@click.option("--live", is_flag=True, help="Ask the service for the tuned models of this key.")
@click.option(
    "--base-url",
    default="",
    metavar="URL",
    help="Address of the service, with --live.  [default: OPENAI_BASE_URL, or OpenAI]",
)
@click.option(
    "--today",
    "--as-of",
    "today",
    envvar=["FTGATE_TODAY", "FTGATE_AS_OF"],
    metavar="DATE",
    help="The day to look from: YYYY-MM-DD.  [default: today]",
)
@mode_flag("offline")
@output_format("text", "json", shown="Text or JSON.")
def command(
    models: tuple[str, ...],
    within: int,
    live: bool,
    base_url: str,
    today: str | None,
    mode: Mode,
    output_format: str,
) -> int:
    """Say how long tuned models still run, what replaces them, and what training again costs.

    MODEL is a tuned model (ft:gpt-4.1-mini-2025-04-14:acme::9xYz) or the base of one; without it,
    [model] tuned and a tuned [model] today of ftgate.toml, and with --live those that the key of
    OPENAI_API_KEY may use. What training again takes is known of models that ftgate launched; else
    it is that of the only dataset in ftgate.toml. Made for cron and scheduled CI: offline unless
    --live is given.

    \b
    Exit codes: 0 none stops soon, 1 one stops within the days, 2 error, 3 not known.
    """
    from ftgate.launching.moving import watch

    if base_url and not live:
        raise UsageError("--base-url is about --live", hint="add --live")
    names = _names(models, live, base_url)
    day, trained = find_day(today), _trained()
    book, provider = load_book(mode, day), plan().model.provider or None
    estimate = None if all(name in trained for name in names) else _estimate(today)
    found = [watch(name, book, day, provider, trained.get(name, estimate)) for name in names]
    found.sort(key=lambda each: (each.ends or date.max, each.name))
    if output_format == "json":
        emit_json([_plain(each, within) for each in found])
    else:
        emit_fitted("".join(f"{line}\n" for each in found for line in _lines(each, within)))
    if any(each.within(within) for each in found):
        return 1
    return 3 if any(each.base is None for each in found) else 0


def _names(models: Sequence[str], live: bool, base_url: str) -> list[str]:
    """The models to watch, each once. Raises NothingToJudgeError when nobody named one."""
    from ftgate.launching.moving import is_tuned

    names = list(models)
    if not names:
        stated = plan().model
        names = [*stated.tuned, *([stated.today] if is_tuned(stated.today) else [])]
    if live:
        from ftgate.launching.client import open_service, service_address

        with open_service(service_address(base_url)) as service:
            names += service.tuned_models()
    if not names:
        raise NothingToJudgeError(
            "no tuned model to watch",
            hint='ftgate.toml: [model] tuned = ["ft:…"]; or --live to ask the service',
        )
    return list(dict.fromkeys(names))


def _trained() -> dict[str, Prediction]:
    """What the models that were launched here trained on."""
    from ftgate.errors import LaunchError
    from ftgate.launching.journal import Journal
    from ftgate.launching.reconciling import tuned_here

    try:
        journal = Journal.open()
    except LaunchError:  # no home: nothing was launched from here
        return {}
    return {name: record.plan.prediction for name, record in tuned_here(journal)}


def _estimate(today: str | None) -> Prediction | None:
    """What training on the plan's dataset takes; None where it declares none, or several."""
    if len(plan().dataset) != 1:
        return None
    from ftgate.gate import CheckOptions, check
    from ftgate.launching.requests import Prediction

    (dataset,) = check((), CheckOptions(as_of=today)).datasets
    job, tokens = dataset.training, dataset.tokens
    if job is None or tokens is None:
        return None
    epochs = (job.epochs_low, job.epochs_high)
    return Prediction(job.billable_low, job.billable_high, tokens.total, *epochs)


def _lines(each: Watched, within: int) -> Iterator[str]:
    from ftgate.render.escape import visible

    yield visible(f"{each.name}: {_days(each)}{' - MOVE' if each.within(within) else ''}")
    for index, move in enumerate(each.moves):
        announced = index == 0 and each.base is not None and bool(each.base.replacement)
        yield visible(f"  {'replacement' if announced else 'also tuned'}: {_move(move)}")


def _days(each: Watched) -> str:
    if each.base is None:
        return f"not known: {each.unknown}"
    if each.days_left is None:
        return f"no day of its end is announced ({each.base.provider})"
    if each.days_left <= 0:
        return f"stopped on {each.ends} ({each.base.provider})"
    return f"stops on {each.ends}, in {each.days_left} days ({each.base.provider})"


def _move(move: Move) -> str:
    from ftgate.render.words import usd, usd_range

    name = f"{move.model} ({move.provider})"
    if not move.tunable:
        return f"{name}, which takes no fine-tuning jobs: keep prompting it"
    if move.price is None:
        return f"{name}, price of training not known"
    if move.low_usd is None or move.high_usd is None:
        return f"{name}, training again {usd(move.price.usd)} per million tokens"
    return f"{name}, training again {usd_range(move.low_usd, move.high_usd)}"


def _plain(each: Watched, within: int) -> Any:
    from ftgate.report_json import plain

    return {
        "model": each.name,
        "base": each.base and each.base.name,
        "provider": each.base and each.base.provider,
        "ends": plain(each.ends),
        "days_left": each.days_left,
        "within": each.within(within),
        "unknown": each.unknown,
        "moves": [
            {
                "model": move.model,
                "provider": move.provider,
                "tunable": move.tunable,
                "price_ref": move.price and move.price.ref,
                "usd": {"low": plain(move.low_usd), "high": plain(move.high_usd)},
            }
            for move in each.moves
        ],
    }
