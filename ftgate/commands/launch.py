"""``ftgate launch``: upload and create the job, only after a pass and only of these bytes."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from ftgate.commands import launch_text
from ftgate.commands.flags import COLOR, CONTEXT, check_options, judging
from ftgate.commands.output import emit, progress_line, say, wants_color
from ftgate.errors import UnreadableError, UsageError
from ftgate.render.escape import quiet

if TYPE_CHECKING:
    from ftgate.launching.client import JobView
    from ftgate.launching.planning import Wishes
    from ftgate.launching.requests import Plan
    from ftgate.launching.steps import Watcher
    from ftgate.report import DatasetReport, Report


@click.command("launch", context_settings=CONTEXT)
@click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATH]...")
@click.option(
    "--dataset",
    "name",
    envvar="FTGATE_DATASET",
    metavar="NAME",
    help="Which one, where several are declared.",
)
@click.option(
    "--base-url",
    default="",
    metavar="URL",
    help="Address of the service: any that speaks OpenAI's API.  [default: OPENAI_BASE_URL, or "
    "OpenAI; for Azure AZURE_OPENAI_ENDPOINT]",
)
@click.option(
    "--api-version", default="", metavar="DATE", help="For an Azure address without /openai/v1."
)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="Seed of the training.")
@click.option("--suffix", metavar="NAME", help="Part of the tuned model's name.")
@click.option(
    "--hyperparameter",
    "hyperparameters",
    envvar="FTGATE_HYPERPARAMETER",
    multiple=True,
    metavar="NAME=VALUE",
    help="Such as batch_size=8, learning_rate_multiplier=0.5, beta=0.1. Repeatable.",
)
@click.option("--grader", type=click.Path(), metavar="FILE.json", help="Grader of reinforcement.")
@click.option(
    "--max-cost",
    metavar="USD",
    help="Stop, with exit 1, when the job may cost more; with exit 3 when its cost is not known.",
)
@click.option("--dry-run", is_flag=True, help="Print the exact requests as JSON; send nothing.")
@click.option(
    "--again",
    is_flag=True,
    allow_from_autoenv=False,
    help="Create one more job of the same data and settings.",
)
@click.option("--wait", is_flag=True, help="Follow the events until the job is finished.")
@click.option(
    "-y",
    "--yes",
    is_flag=True,
    allow_from_autoenv=False,  # only the command line sends data and spends money
    help="Send without asking.",
)
@judging
@COLOR
def command(paths: tuple[str, ...], color: str, **flags: Any) -> int:
    """Launch a fine-tuning job through OpenAI's API if, and only if, its data pass.

    The data are judged first; nothing leaves this machine before they pass. What will be uploaded,
    where, and its predicted bill are shown, and asked about. The bytes are checked again as they
    are read to be sent. A second launch of the same data and settings finds the first job, also
    after a crash. The key is read from OPENAI_API_KEY, or for Azure AZURE_OPENAI_API_KEY.

    \b
    Prints the job's id, its status and, once finished, the tuned model.
    Exit codes: 0 launched, or succeeded with --wait; 1 fail, 2 error, 3 undecided.
    """
    own = {name: flags.pop(name) for name in _OWN}
    if flags["exit_zero"]:
        raise UsageError("--exit-zero would launch the job whatever the verdict is")
    if not own["dry_run"] and not own["yes"] and not _someone_is_here():
        raise UsageError("launch spends money, and nobody is here to agree", hint="add --yes")
    limit, wishes = _dollars(own["max_cost"]), _wishes(own)
    report, dataset = _judged(paths, own["name"], flags)
    if dataset.outcome != "pass":
        from ftgate.render.text import render_screen
        from ftgate.report import EXIT_CODES

        sys.stderr.write(render_screen(report, color=wants_color(color), width=100))
        say(f"{dataset.name} was not launched: nothing was sent")
        return EXIT_CODES[dataset.outcome]
    plan = _plan(report, dataset, wishes)
    from ftgate.launching.client import service_address

    address = service_address(own["base_url"], dataset.profile)
    if own["dry_run"]:
        from ftgate.launching.requests import as_requests

        emit(quiet(json.dumps(as_requests(plan, address), indent=2)) + "\n")
        return 0
    for line in launch_text.offer(plan, address):
        say(line)
    if stop := _too_dear(plan, limit):
        return stop
    if not own["yes"] and not click.confirm("upload and create the job?", default=False, err=True):
        say("nothing was sent")
        return 1
    return _launch(plan, address, own)


_OWN = (
    *("name", "base_url", "api_version", "seed", "suffix", "hyperparameters", "grader"),
    *("max_cost", "dry_run", "again", "wait", "yes"),
)


def _someone_is_here() -> bool:
    return bool(sys.stdin and sys.stdin.isatty() and sys.stderr.isatty())


def _judged(
    paths: tuple[str, ...], name: str | None, flags: dict[str, Any]
) -> tuple[Report, DatasetReport]:
    """The verdict on one dataset, alone in its report."""
    from ftgate.gate import check

    with progress_line() as progress:
        report = check(paths, replace(check_options(flags), progress=progress, notice=say))
    found = [each for each in report.datasets if name in (None, each.name)]
    if len(found) != 1:
        known = ", ".join(each.name for each in report.datasets)
        what = f"no dataset {name!r}" if name else f"{len(found)} datasets, and a job trains on one"
        raise UsageError(what, hint=f"--dataset NAME; known: {known}")
    return replace(report, datasets=(found[0],), outcome=found[0].outcome), found[0]


def _plan(report: Report, dataset: DatasetReport, wishes: Wishes) -> Plan:
    from datetime import date

    from ftgate.launching.planning import plan_of
    from ftgate.model import Missing
    from ftgate.prices.book import PriceBook

    facts = PriceBook.load(today=date.fromisoformat(report.as_of)).provider(dataset.profile)
    rounding = 1 if isinstance(facts, Missing) else facts.round_up_tokens
    return plan_of(dataset, report.settings[dataset.name], wishes, round_up_tokens=rounding)


def _wishes(own: dict[str, Any]) -> Wishes:
    from ftgate.launching.planning import Wishes

    pairs = tuple(_pair(text) for text in own["hyperparameters"])
    grader = _read_grader(own["grader"]) if own["grader"] else None
    return Wishes(own["seed"], own["suffix"], pairs, grader)


def _pair(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or not name.isidentifier() or not value:
        raise UsageError(f"--hyperparameter {text}: not NAME=VALUE", hint="batch_size=8")
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        found = value
    if isinstance(found, dict | list | bool) or found is None or value in ("NaN", "Infinity"):
        raise UsageError(f"--hyperparameter {text}: neither a number nor a word")
    return name, found


def _read_grader(path: str) -> dict[str, Any]:
    try:
        with open(path, "rb") as stream:
            found = json.load(stream)
    except OSError as error:
        raise UnreadableError(f"{path}: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise UnreadableError(f"{path}: is no JSON") from None
    if not isinstance(found, dict):
        raise UnreadableError(f"{path}: is no grader", hint='an object like {"type": …}')
    return found


def _dollars(text: str | None) -> Decimal | None:
    from decimal import InvalidOperation

    try:
        usd = None if text is None else Decimal(text.removeprefix("$"))
    except InvalidOperation:
        usd = Decimal(-1)
    if usd is not None and not (usd.is_finite() and usd >= 0):
        raise UsageError(f"--max-cost {text}: not an amount", hint="--max-cost 25")
    return usd


def _too_dear(plan: Plan, limit: Decimal | None) -> int:
    """The exit code of a stop for the cost; 0 to go on."""
    from ftgate.render.words import usd

    if limit is None:
        return 0
    most = plan.prediction.high_usd
    if most is None:
        say(f"the cost is not known, and --max-cost is {usd(limit)}: nothing was sent")
        return 3
    if most > limit:
        say(f"the job may cost {usd(most)} (limit {usd(limit)}): nothing was sent")
        return 1
    return 0


def _launch(plan: Plan, address: str, own: dict[str, Any]) -> int:
    from ftgate.launching.client import open_service
    from ftgate.launching.journal import Journal
    from ftgate.launching.steps import follow, launch

    journal = Journal.open()
    with (
        open_service(address, api_version=own["api_version"]) as service,
        launch_text.upload_line() as progress,
    ):
        watcher = _watcher(progress)
        launched = launch(plan, service, journal, watcher, again=own["again"])
        job = launched.job
        if launched.found:
            say(f"{job.id} was created before, of the same data and settings: --again for another")
        elif not own["wait"]:
            say("ftgate reconcile compares its bill with the prediction when it is finished")
        if own["wait"] and not job.finished:
            job = follow(launched, service, journal, watcher)
    return _ended(job)


def _watcher(progress: Any) -> Watcher:
    from ftgate.launching.steps import Watcher

    return Watcher(progress, say)


def _ended(job: JobView) -> int:
    """Say the job on standard output; a job that did not succeed is no success."""
    from ftgate.render.escape import visible

    emit(visible(" ".join(filter(None, (job.id, job.status, job.tuned_model)))) + "\n")
    if job.status == "failed":
        from ftgate.launching.advice import job_failure

        advice = job_failure(*(job.error or ("", "")))
        say(advice.message)
        say(advice.hint)
    return 1 if job.status in ("failed", "cancelled") else 0
