"""``ftgate prompts``: what prompt files consist of, what they cost, and how they fit the data."""

from __future__ import annotations

from typing import Any

import click

from ftgate.commands.flags import CONTEXT, output_format
from ftgate.commands.output import emit, emit_fitted
from ftgate.errors import UsageError

DEFAULT_MODELS = ("gpt-6.1-terra", "gpt-6-luna", "gpt-4.1-mini")


@click.command("prompts", context_settings=CONTEXT)
@click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATH]...")
@click.option(
    "--model",
    "models",
    envvar="FTGATE_MODEL",
    metavar="NAME,...",
    default=",".join(DEFAULT_MODELS),
    show_default=True,
    help="Models whose input price is shown; the first one's tokens are counted.",
)
@click.option(
    "--query-tokens",
    type=click.IntRange(0),
    metavar="N",
    help="Tokens of user input per call: shows the share that the prompt is of a call.",
)
@click.option("--data", metavar="FILE", multiple=True, help="Training set to compare with.")
@click.option("--show-records", is_flag=True, help="Show the difference to --data, text and all.")
@output_format("text", "json", shown="Bars or JSON.")
@click.option(
    "--today",
    "--as-of",
    "as_of",
    envvar=["FTGATE_TODAY", "FTGATE_AS_OF"],
    metavar="DATE",
    help="Prices as if today were YYYY-MM-DD.",
)
def command(paths: tuple[str, ...], **flags: Any) -> int:
    """Show the anatomy of prompt files: tokens by part, what caching can use, dollars per call.

    PATH is a prompt file or a folder with some; without it, the current folder. Read are text,
    Markdown, Jinja, Prompty, dotprompt, GitHub Models, promptfoo, chat messages and LangChain
    templates. No template is ever run, and no file outside of the repository is included.

    Parts are told apart by their headings and words. Tone, format and examples are what a fine-tune
    can teach; what would remain of the prompt is an estimate.

    Exit codes: 1 for an undeclared variable or a malformed file, 2 for an unreadable one.
    """
    from ftgate.commands.prompts_look import look
    from ftgate.commands.prompts_text import as_json, as_text
    from ftgate.gate import parse_day

    if flags["show_records"] and not flags["data"]:
        raise UsageError("--show-records shows the difference to --data", hint="add --data FILE")
    names = tuple(name for name in flags["models"].replace(",", " ").split() if name)
    if not names:
        raise UsageError("--model names no model")
    found = look(
        paths or (".",), names, flags["data"], flags["query_tokens"], parse_day(flags["as_of"])
    )
    shown = flags["show_records"]
    if flags["output_format"] == "json":
        emit(as_json(found))
    else:  # a line of a difference stays whole
        (emit if shown else emit_fitted)(as_text(found, diff=shown))
    if found.unreadable:
        return 2
    return int(any(finding.severity == "error" for finding in found.findings))
