"""``ftgate check --judge``: the flags, what is said before anything is sent, and the question."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ftgate.commands.output import progress_line, say
from ftgate.errors import UsageError

if TYPE_CHECKING:
    from ftgate.asking.interview import Asking, Offer
    from ftgate.gate import CheckOptions
    from ftgate.report import Report

_Command = TypeVar("_Command", bound=Callable[..., Any])


def _dollars(ctx: click.Context, param: click.Parameter, value: str | None) -> Decimal | None:
    del ctx, param
    try:
        usd = None if value is None else Decimal(value.removeprefix("$"))
    except InvalidOperation:
        usd = Decimal(-1)
    if usd is not None and not (usd.is_finite() and usd >= 0):
        raise UsageError(f"--judge-budget {value}: not an amount", hint="--judge-budget 0.50")
    return usd


# Only the command line sends data away: FTGATE_JUDGE and FTGATE_YES in an environment do not.
_FLAGS: tuple[Callable[[Any], Any], ...] = (
    click.option(
        "--judge",
        metavar="MODEL",
        allow_from_autoenv=False,
        help="Ask this model what a sample of the training examples teaches, and report how far "
        "it agrees with the rules. SENDS THE TEXT OF THE EXAMPLES to the service, as it is, with "
        "any personal data and secrets in it. The verdict stays the rules'. The cost is shown "
        "first; the key is read from OPENAI_API_KEY.",
    ),
    click.option(
        "--judge-base-url",
        metavar="URL",
        help="OpenAI-compatible service to ask.  [default: OPENAI_BASE_URL, or OpenAI]",
    ),
    click.option(
        "--judge-sample",
        type=click.IntRange(1, 200),
        metavar="N",
        help="Examples asked about, of each dataset.  [default: 50]",
    ),
    click.option(
        "--judge-budget",
        callback=_dollars,
        metavar="USD",
        help="Send nothing that may cost more in all.  [default: 0.25]",
    ),
    click.option(
        "--judge-answer-tokens",
        type=click.IntRange(1, 100_000),
        metavar="N",
        help="Tokens of one answer, thoughts included.  [default: 16]",
    ),
    click.option(
        "-y", "--yes", is_flag=True, allow_from_autoenv=False, help="Let --judge send unasked."
    ),
)


def asking(command: _Command) -> _Command:
    """Add the flags that ask a model."""
    for flag in reversed(_FLAGS):
        command = flag(command)
    return command


def take_flags(flags: dict[str, Any]) -> Asking | None:
    """Take the flags of :func:`asking` out of all flags; None when no model is asked.

    Raises UsageError where nobody could be asked for consent.
    """
    model, yes = flags.pop("judge"), flags.pop("yes")
    stated = {
        name: flags.pop(f"judge_{name}")
        for name in ("base_url", "sample", "budget", "answer_tokens")
    }
    if model is None:
        return None
    if not model.strip():
        raise UsageError("--judge names no model", hint="--judge gpt-4.1-mini")
    if not yes and not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            "--judge sends the text of training examples away, and nobody is here to agree",
            hint="add --yes",
        )
    from ftgate.asking.interview import Asking

    stated["budget_usd"] = stated.pop("budget")
    given = {name: value for name, value in stated.items() if value is not None}
    return Asking(model, _say if yes else _confirm, **given)


def told(
    report: Report, paths: Sequence[str], options: CheckOptions, asking: Asking, *, quiet: bool
) -> Report:
    """The report with the model's opinion; ``paths`` and ``options`` are those of the report."""
    from ftgate.asking.opinions import with_opinions

    with progress_line(wanted=not quiet, doing="asking") as progress:
        report = with_opinions(report, paths, options, asking._replace(progress=progress))
    if not any(dataset.opinion for dataset in report.datasets):
        say("--judge: FT401 judged no answer, so there is none to ask a model about")
    return report


def _say(offer: Offer) -> bool:
    """What is sent where, and the most that it costs."""
    from ftgate.render import words

    quote, price = offer.quote, offer.rates.input
    say(
        f"the text of {words.count(quote.questions, 'training example')} is sent to "
        f"{offer.address} ({offer.model}), as it is: any personal data and secrets in it leave too"
    )
    say(
        f"at most {words.usd(quote.usd)} of a budget of {words.usd(offer.budget_usd)}: "
        f"{quote.prompt_tokens:,} prompt tokens and {quote.answer_tokens:,} answer tokens "
        f"at {words.usd(price.usd)} and {words.usd(offer.rates.output.usd)} per million "
        f"({price.ref})"
    )
    return True


def _confirm(offer: Offer) -> bool:
    _say(offer)
    return click.confirm("send them?", default=False, err=True)
