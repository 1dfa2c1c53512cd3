"""The flags that several commands share: what is judged, how, and how it looks."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ftgate.errors import UsageError

if TYPE_CHECKING:
    from ftgate.gate import CheckOptions

# Commands read FTGATE_MODEL, not FTGATE_CHECK_MODEL: one name per flag, whatever the command.
CONTEXT = {"auto_envvar_prefix": "FTGATE", "help_option_names": ["-h", "--help"]}

_Command = TypeVar("_Command", bound=Callable[..., Any])


class FilesFirst(click.Command):
    """A command that runners call with names of files: what exists is a file, never a flag.

    Runners put no ``--`` before the names, and a file may be called like ``-v.jsonl``.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The arguments, with ``./`` before files whose names begin with a dash."""
        named = [f"./{each}" if each[:1] == "-" and _is_file(each) else each for each in args]
        return super().parse_args(ctx, named)


def _is_file(name: str) -> bool:
    return name != "-" and os.path.lexists(name)


def output_format(
    *choices: str, shown: str = "What standard output gets."
) -> Callable[[_Command], _Command]:
    """``-f``: one of these formats, text unless another is asked for; ``shown`` is its help."""
    return click.option(
        "-f",
        "--output-format",
        "--format",
        type=click.Choice(choices),
        default="text",
        help=f"{shown}  [default: text]",
    )


class OnePerLine(click.types.StringParamType):
    """Text; an environment variable holds one value per line, so values may contain spaces."""

    envvar_list_splitter = "\n"


def split_codes(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[str, ...]:
    """``"FT0, FT401"`` → ``("FT0", "FT401")``."""
    del ctx, param
    return tuple((value or "").replace(",", " ").split())


def complete_codes(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
    """Rule codes for the last of a list with commas."""
    del ctx, param
    from click.shell_completion import CompletionItem

    from ftgate.rules import load_rules

    head, comma, start = incomplete.rpartition(",")
    return [
        CompletionItem(head + comma + code, help=rule.name)
        for code, rule in load_rules().items()
        if code.startswith(start.upper())
    ]


def complete_providers(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
    """Names of providers and training frameworks."""
    del ctx, param
    from click.shell_completion import CompletionItem

    from ftgate.catalog import provider_names

    return [CompletionItem(name) for name in provider_names() if name.startswith(incomplete)]


def complete_path(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
    """Leave it to the shell: it knows the files."""
    del ctx, param
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


def check_epochs(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Raise UsageError for what is neither a number of epochs nor ``auto``."""
    del ctx, param
    if value is not None and value != "auto" and not value.isdecimal():
        raise UsageError(f"--epochs {value}: not a whole number", hint="--epochs 3, or auto")
    return value


def check_size(ctx: click.Context, param: click.Parameter, value: str | None) -> int:
    """Bytes of ``500MB``; 0 for none. Raises UsageError."""
    del ctx, param
    if value is None:
        return 0
    from ftgate.memory import parse_size

    return parse_size(value)


def _codes(flag: str, help_text: str) -> Callable[[Any], Any]:
    return click.option(
        flag, metavar="CODES", callback=split_codes, shell_complete=complete_codes, help=help_text
    )


_RULES: tuple[Callable[[Any], Any], ...] = (
    _codes("--select", "Only these rules or families: FT0,FT401."),
    _codes("--ignore", "All but these rules or families."),
)
_SETTINGS: tuple[Callable[[Any], Any], ...] = (
    click.option(
        "--config",
        type=OnePerLine(),
        multiple=True,
        metavar="PATH|KEY=VALUE",
        shell_complete=complete_path,
        help="Configuration file, or one setting, e.g. usage.requests_per_month=5000. Repeatable.",
    ),
    click.option("--isolated", is_flag=True, help="Ignore every configuration file."),
    click.option("--model", metavar="NAME", help="Model to fine-tune."),
    click.option(
        "--provider",
        metavar="NAME",
        shell_complete=complete_providers,
        help="Whose rules and bills apply: ftgate providers lists them.",
    ),
    click.option("--epochs", metavar="N|auto", callback=check_epochs, help="Training epochs."),
)
_PLAN: tuple[Callable[[Any], Any], ...] = (
    *_SETTINGS,
    click.option(
        "--today",
        "--as-of",
        "as_of",
        envvar=["FTGATE_TODAY", "FTGATE_AS_OF"],
        metavar="DATE",
        help="Judge as if today were YYYY-MM-DD.",
    ),
    click.option(
        "--prices",
        type=click.Choice(["offline", "cached", "live", "if-stale"]),
        help="Stored live prices: leave out, use, fetch now, or fetch when a week old."
        "  [default: offline]",
    ),
    click.option(
        "--price",
        type=OnePerLine(),
        multiple=True,
        metavar="MODEL,UNIT=USD",
        help="A price of your own: gpt-oss-20b,training_mtok=0.40,provider=together. Repeatable.",
    ),
)
_VERDICT: tuple[Callable[[Any], Any], ...] = (
    click.option(
        "--fail-on",
        type=click.Choice(["error", "warning", "never"]),
        help="Least severe finding that fails.  [default: error]",
    ),
    click.option(
        "--on-unknown",
        type=click.Choice(["fail", "warn"]),
        help="What a missing number does: exit 3, or only be said.  [default: fail]",
    ),
    click.option("--exit-zero", is_flag=True, help="Exit 0 whatever the verdict is."),
)
_CACHE: tuple[Callable[[Any], Any], ...] = (
    click.option("--no-cache", is_flag=True, help="Count everything again."),
    click.option("--cache-dir", metavar="DIR", help="Where profiles are kept between runs."),
)
_ENGINE: tuple[Callable[[Any], Any], ...] = (
    click.option(
        "--engine",
        type=click.Choice(["auto", "serial", "local", "ray"]),
        default="auto",
        help="Read large files in one process, in several, as is quicker, or on a Ray cluster."
        "  [default: auto]",
    ),
    click.option(
        "-j",
        "--jobs",
        type=click.IntRange(min=1),
        default=None,
        metavar="N",
        help="Processes that read large files.  [default: one for each processor]",
    ),
    click.option(
        "--max-memory",
        metavar="SIZE",
        callback=check_size,
        help="Memory of all processes together, such as 250MB or 2GB: what does not fit goes to"
        " temporary files.  [default: 500MB, and 100MB for each process that reads]",
    ),
    click.option(
        "--address",
        metavar="ADDRESS",
        default="",
        help="Ray cluster that --engine ray joins: auto, or host:6379."
        "  [default: RAY_ADDRESS, or one of this machine]",
    ),
)
_TIMEOUT = click.option(
    "--timeout",
    type=float,
    metavar="SECONDS",
    help="What is not judged by then stays undecided: exit 3.",
)
TIMEOUT = click.option(
    "--timeout",
    type=float,
    metavar="SECONDS",
    help="Give up, with what was not done as an error, when so much time is spent.",
)
COLOR = click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="Colour the verdict and codes.  [default: auto]",
)
VERBOSE = click.option("-v", "--verbose", is_flag=True, help="Every number with its source.")


def judging(command: _Command) -> _Command:
    """Add the flags that decide what is judged and how: the fields of CheckOptions."""
    return _with(command, (*_RULES, *_PLAN, *_VERDICT, _TIMEOUT, *_CACHE, *_ENGINE))


def deciding(command: _Command) -> _Command:
    """Add the flags that stand for settings, but for those that choose rules."""
    return _with(command, (*_SETTINGS, *_VERDICT[:2]))


def choosing(command: _Command) -> _Command:
    """Add the flags that choose rules."""
    return _with(command, _RULES)


def planning(command: _Command) -> _Command:
    """Add those of :func:`judging` that a price depends on."""
    return _with(command, (*_PLAN, TIMEOUT, *_CACHE, *_ENGINE))


def _with(command: _Command, flags: tuple[Callable[[Any], Any], ...]) -> _Command:
    for flag in reversed(flags):
        command = flag(command)
    return command


def check_options(flags: dict[str, Any]) -> CheckOptions:
    """Flags of :func:`judging` → CheckOptions.

    ``--config`` is a file unless it reads ``key=value``. Raises UsageError for two files.
    """
    from ftgate.gate import CheckOptions

    configs = flags.pop("config")
    overrides = tuple(value for value in configs if "=" in value and not os.path.exists(value))
    files = [value for value in configs if value not in overrides]
    if len(files) > 1:
        raise UsageError(
            f"--config names two files: {files[0]} and {files[1]}",
            hint="give one file; further --config may be key=value",
        )
    if files and flags["isolated"]:
        raise UsageError(
            "--isolated ignores configuration files, but --config names one",
            hint="drop one of the two flags",
        )
    return CheckOptions(
        config=files[0] if files else None,
        overrides=overrides,
        cache=not flags.pop("no_cache"),
        jobs=flags.pop("jobs", None) or 0,
        **flags,
    )
