"""``ftgate count``: tokens by file and role, and what a provider would bill for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ftgate.commands.flags import (
    CONTEXT,
    TIMEOUT,
    VERBOSE,
    check_epochs,
    complete_providers,
    output_format,
)
from ftgate.commands.output import emit, emit_fitted, say, table_width
from ftgate.errors import UsageError

if TYPE_CHECKING:
    from ftgate.commands.count_bill import Terms
    from ftgate.deadline import Deadline
    from ftgate.model import Encoding

_OPENAI_MODELS = ("openai", "azure")  # providers at which the default model can be trained


@click.command("count", context_settings=CONTEXT)
@click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATH]...")
@click.option("--model", metavar="NAME", help="Count with this model's encoding.")
@click.option("--encoding", metavar="NAME", help="Count with this encoding, e.g. cl100k_base.")
@click.option(
    "--provider",
    metavar="NAME",
    shell_complete=complete_providers,
    help="Also what this provider bills for a training job.",
)
@click.option("--epochs", metavar="N|auto", callback=check_epochs, help="Epochs of that job.")
@click.option(
    "--steps",
    type=click.IntRange(1),
    metavar="N",
    help="Its training steps, where steps are billed (Mistral).",
)
@click.option(
    "--evals",
    type=click.IntRange(0),
    metavar="N",
    help="Its passes over the validation set, where they are billed (Together).",
)
@click.option(
    "--max-seq-length",
    type=click.IntRange(1),
    metavar="N",
    help="It does not pack examples: each is billed as N tokens (Together).",
)
@click.option(
    "--rule",
    type=click.Choice(["provider", "cookbook"]),
    default="provider",
    help="Show the rule of OpenAI's cookbook too, with cl100k_base.  [default: provider]",
)
@output_format("text", "json", shown="Table or JSON.")
@VERBOSE
@TIMEOUT
@click.option("--no-cache", is_flag=True, help="Count everything again.")
@click.option("--cache-dir", metavar="DIR", help="Where profiles are kept between runs.")
def command(paths: tuple[str, ...], **flags: Any) -> int:
    """Count the tokens of training sets and prompts, by file and role.

    An example is counted as OpenAI bills it: 1, 3 per message, and its role and content. The
    columns by role hold content only, tools the tool definitions, overhead the rest. A prompt file
    is counted as plain text. PATH is a file, a folder or a glob; without it, the current folder.

    --provider adds the billed tokens and dollars of one training job per dataset, each with what
    the number rests on: exact, fitted to few jobs, documented, or unknown.

    A file that cannot be counted is listed, and the exit code is 2. It is 2, and nothing is listed,
    when --timeout is over.
    """
    from ftgate.cache import Cache
    from ftgate.commands import count_bill, count_cookbook
    from ftgate.commands.count_table import as_json, as_text
    from ftgate.commands.count_tokens import count_paths

    terms, encoding = _terms(flags), _encoding(flags)
    cache = Cache.open(flags["cache_dir"], enabled=not flags["no_cache"], notice=say)
    provider, deadline = terms.provider if terms else None, _deadline(flags["timeout"])
    counts = count_paths(paths or (".",), encoding, cache, provider, deadline)
    machine = flags["output_format"] == "json"
    reported = machine or flags["verbose"]
    bills = count_bill.bill_sets(counts, terms, reported=reported) if terms else []
    books = count_cookbook.cookbook_sets(counts) if flags["rule"] == "cookbook" else []
    if machine:
        more = {
            "bills": [count_bill.as_dict(one, terms) for one in bills if terms],
            "cookbook": [count_cookbook.as_dict(one) for one in books],
        }
        emit(as_json(counts, more))
    else:
        lines = count_bill.as_lines(bills, terms) if terms else []
        shown = as_text(counts, [*lines, *count_cookbook.as_lines(books)], table_width())
        emit_fitted(shown)
    return 2 if counts.problems else 0


def _deadline(seconds: float | None) -> Deadline:
    """When so much time is spent. Raises ConfigError for a number that cannot be meant."""
    import time

    from ftgate.config_values import check_number
    from ftgate.deadline import FOREVER, Deadline

    if seconds is None:
        return FOREVER
    check_number("--timeout", seconds)
    return Deadline(seconds, time.monotonic())


def _terms(flags: dict[str, Any]) -> Terms | None:
    """Whose bill is asked for. Raises UsageError for flags that contradict each other."""
    if flags["model"] and flags["encoding"]:
        raise UsageError(
            "--model and --encoding both choose how to count", hint="give one of the two"
        )
    asked = {name: flags[name] for name in ("steps", "evals", "max_seq_length")}
    if not flags["provider"]:
        for name, value in (("epochs", flags["epochs"]), *asked.items()):
            if value is not None:
                flag = name.replace("_", "-")
                raise UsageError(
                    f"--{flag} is a part of a bill", hint="name who bills: --provider NAME"
                )
        return None
    from datetime import date

    from ftgate.commands.count_bill import find_terms

    epochs = flags["epochs"] or "auto"
    if epochs != "auto" and int(epochs) < 1:
        raise UsageError(f"--epochs {epochs}: a job trains once at least")
    asked["evals"] = flags["evals"] or 0
    asked["epochs"] = epochs if epochs == "auto" else int(epochs)
    return find_terms(flags["provider"], _model(flags), date.today(), **asked)


def _model(flags: dict[str, Any]) -> str:
    """The model whose tokens are counted, "" when none is named and none goes without saying."""
    from ftgate.settings import DEFAULT_BASE_MODEL

    if flags["model"]:
        return str(flags["model"])
    chosen = flags["encoding"] or _is_cookbook_alone(flags)
    usual = (flags["provider"] or "openai") in _OPENAI_MODELS
    return DEFAULT_BASE_MODEL if usual and not chosen else ""


def _is_cookbook_alone(flags: dict[str, Any]) -> bool:
    """The cookbook counts with cl100k; beside a bill, both count with the model's encoding."""
    return flags["rule"] == "cookbook" and not flags["provider"]


def _encoding(flags: dict[str, Any]) -> Encoding:
    from ftgate.model import Encoding
    from ftgate.tokens.encodings import CL100K, check_name, resolve

    name = flags["encoding"]
    if not name and not flags["model"] and _is_cookbook_alone(flags):
        name = CL100K
    if name:
        check_name(name)
        return Encoding(name, "exact")
    return resolve(_model(flags))
