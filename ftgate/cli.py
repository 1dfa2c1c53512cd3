"""The command line: a table of commands, and the one place where errors become exit codes.

A command's module is imported when it is invoked or asked for its own help, never before:
``ftgate --version`` and shell completion stay as cheap as importing click.
"""

from __future__ import annotations

import gc
import importlib
import os
import re
import sys
from typing import Any, NamedTuple

import click

from ftgate import __version__
from ftgate.errors import FtgateError, UnreadableError, place_of

ISSUES_URL = "https://github.com/ftgate/ftgate/issues"
INTERRUPTED = 130  # 128 + SIGINT, what every shell reports for Ctrl-C
TERMINATED = 143  # 128 + SIGTERM, likewise
ERROR = 2

COLLECT_AFTER = 50_000
"""More new objects than gone ones start a search for cycles, of which there are few: after 700, as
Python does, it takes 2% of the CPU time of a hook."""


class Entry(NamedTuple):
    """One row of the command table: help section and one-line summary."""

    section: str
    summary: str


COMMANDS: dict[str, Entry] = {
    "check": Entry("Judge", "Judge training sets: verdict, cost, break-even, findings."),
    "hook": Entry("Judge", "What git hooks call: changed files, offline, silent on pass."),
    "run": Entry("Judge", "Start a training command only if its data pass."),
    "audit": Entry("Judge", "Inventory of a folder of datasets: what, how much, what repeats."),
    "verify": Entry("Judge", "Prove that a verdict belongs to these bytes."),
    "launch": Entry("Launch", "Upload and create the job, if the data pass."),
    "reconcile": Entry("Launch", "Compare what jobs were billed with what was predicted."),
    "watch": Entry("Launch", "How long tuned models still run, and what moving costs."),
    "count": Entry("Look", "Count tokens by file and role, with a histogram."),
    "cost": Entry("Look", "Compare a fine-tune with prompting, caching, cheaper models."),
    "diff": Entry("Look", "What a change does to tokens, dollars, findings and the verdict."),
    "prompts": Entry("Look", "What prompt files consist of, and what each call of them costs."),
    "report": Entry("Look", "The report to decide from: HTML, Markdown, JSON."),
    "explain": Entry("Look", "What a rule means, why it matters, how to set it."),
    "rules": Entry("Look", "List every rule with its severity."),
    "prices": Entry("Look", "What things cost and who says so; keep prices current."),
    "models": Entry("Look", "Until when models can be tuned and used, with prices."),
    "providers": Entry("Look", "What each provider accepts, refuses and bills, with sources."),
    "convert": Entry("Repair", "Write a training set in another schema, without loss."),
    "init": Entry("Set up", "Write ftgate.toml from what is there, and the hook stanza."),
    "baseline": Entry("Set up", "Accept what a repository has; only what is new counts."),
    "config": Entry("Set up", "Check, show or describe the configuration."),
    "doctor": Entry("Set up", "Is everything there: vocabularies, prices, plan, data, hook?"),
    "completion": Entry("Set up", "Print the completion script for bash, zsh or fish."),
}


class LazyGroup(click.Group):
    """A group whose commands live in ``ftgate.commands.<name>`` as ``command``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command; None when there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"ftgate.commands.{cmd_name}").command
        assert isinstance(command, click.Command)  # noqa: S101 - keeps a wrong module loud
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        """Complete command names from the table, importing none of them, or else paths."""
        from click.shell_completion import CompletionItem

        found = [
            CompletionItem(name, help=entry.summary)
            for name, entry in COMMANDS.items()
            if name.startswith(incomplete)
        ]
        if not found and not incomplete.startswith("-"):
            found = [CompletionItem(incomplete, type="file")]
        return found + click.Command.shell_complete(self, ctx, incomplete)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; click would end with 1, a verdict, when standard error is closed."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise UnreadableError(f"output: {error.strerror}") from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Commands in sections, in the order in which a user meets them."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for name, entry in COMMANDS.items():
            sections.setdefault(entry.section, []).append((name, entry.summary))
        for section, rows in sections.items():
            with formatter.section(section):
                formatter.write_dl(rows, col_max=12)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """``ftgate data/`` means ``ftgate check data/`` when no command is called so."""
        name = args[0]
        if name in COMMANDS or ctx.resilient_parsing or name.startswith("-"):
            return super().resolve_command(ctx, args)
        from ftgate.remote.names import is_url

        if os.path.exists(name) or is_url(name):
            return "check", self.get_command(ctx, "check"), args
        import difflib

        near = difflib.get_close_matches(name, COMMANDS, n=1, cutoff=0.6)
        advice = f"did you mean {near[0]!r}?" if near else "see 'ftgate --help'"
        ctx.fail(f"{name!r} is neither a command nor a path: {advice}")


@click.group(
    cls=LazyGroup,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "auto_envvar_prefix": "FTGATE",
        "max_content_width": 100,
    },
    epilog=(
        "Exit codes: 0 pass, 1 fail, 2 error, 3 undecided (a number is missing), 130 interrupted, "
        "143 terminated. "
        "Every flag of a command but --again, --force, --judge and --yes can be set in the "
        "environment: FTGATE_MODEL for --model."
    ),
)
@click.version_option(
    __version__,
    "-V",
    "--version",
    message="ftgate %(version)s",
    allow_from_autoenv=False,  # CI sets FTGATE_VERSION for what to install
)
def cli() -> None:
    """Is this fine-tune justified? Judged from the real training files, before anyone pays for it.

    \b
    First steps:
      ftgate check data/    verdict, no configuration, no key, no network
      ftgate init           write ftgate.toml and the pre-commit stanza
      ftgate explain FT401  what a finding means and what to do instead

    `ftgate data/` is short for `ftgate check data/`.
    """


def run(args: list[str]) -> int:
    """Run one command line and return its exit code; errors are printed on stderr."""
    verbose = any(arg in ("-v", "--verbose") for arg in args)
    try:
        code = cli.main(args=args, prog_name="ftgate", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except FtgateError as error:
        _say_error(error.message, error.hint)
        return error.exit_code
    except click.Abort:
        return INTERRUPTED
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return ERROR
    except click.ClickException as error:
        _say_usage(error)
        return ERROR
    except OSError as error:
        return _say_environment(error, verbose=verbose)
    except Exception as error:
        return _say_bug(error, verbose=verbose)


def _say_error(message: str, hint: str) -> None:
    from ftgate.remote.names import without_secrets
    from ftgate.render.escape import visible

    click.echo(f"ftgate: {visible(without_secrets(message))}", err=True)
    if hint:
        click.echo(f"  hint: {visible(hint)}", err=True)


def _say_usage(error: click.ClickException) -> None:
    from ftgate.remote.names import without_secrets
    from ftgate.render.escape import visible

    # click lists choices one below the other
    message = without_secrets(" ".join(error.format_message().split()))
    click.echo(f"ftgate: {visible(message)}", err=True)
    context = getattr(error, "ctx", None)
    if context is not None:
        near = _nearest_choice(error, message)
        meant = f"did you mean {near}? See " if near else ""
        untyped = _from_environment(error, context)
        click.echo(f"  hint: {untyped}{meant}{context.command_path} --help", err=True)


def _from_environment(error: click.ClickException, context: click.Context) -> str:
    """The variable that states the wrong value of a flag, when nobody typed it; else ""."""
    from click.core import ParameterSource

    param: click.Parameter | None = getattr(error, "param", None)
    if param is None or not param.name:
        return ""
    if context.get_parameter_source(param.name) is not ParameterSource.ENVIRONMENT:
        return ""
    stated = param.envvar or f"FTGATE_{param.name.upper()}"
    names = [stated] if isinstance(stated, str) else stated
    return f"the environment says so: {' or '.join(names)}. "


def _nearest_choice(error: click.ClickException, message: str) -> str:
    """Of the values that a flag takes, the one that is most like the wrong one; else ""."""
    choices = getattr(getattr(error, "param", None), "type", None)
    wrong = re.search(r": '(.*)' is not one of ", message)
    if not isinstance(choices, click.Choice) or not wrong:
        return ""
    import difflib

    near = difflib.get_close_matches(wrong[1], [str(each) for each in choices.choices], n=1)
    return near[0] if near else ""


def _say_environment(error: OSError, *, verbose: bool) -> int:
    """A full disk or a closed output is not our bug."""
    if verbose:
        import traceback

        traceback.print_exc()
    _say_error(f"{error.filename or 'input or output'}: {error.strerror or error}", "")
    return ERROR


def _say_bug(error: Exception, *, verbose: bool) -> int:
    if verbose:
        import traceback

        click.echo("Traceback (most recent call last):", err=True)
        click.echo("".join(traceback.format_tb(error.__traceback__)), err=True, nl=False)
    again = "" if verbose else "run again with -v for the traceback and "
    click.echo(f"ftgate: internal error: {place_of(error)}", err=True)
    click.echo(f"  hint: {again}report it at {ISSUES_URL}", err=True)
    return ERROR


def _warn_of_variables() -> None:
    """Say which variables of ours nothing reads: no setting gets lost by a typing error."""
    if not any(name.startswith("FTGATE_") for name in os.environ):
        return
    from ftgate.environment import unknown

    for name, hint in unknown():
        _say_error(f"{name} in the environment is not read by any command", hint)


def _terminate(number: int, frame: object) -> None:
    sys.exit(128 + number)


def _heed_signals() -> None:
    """Clean up when asked to end, as after Ctrl-C; what is to be ignored (nohup) stays ignored."""
    import signal

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, _terminate)


def main() -> None:
    """Entry point of the ``ftgate`` script."""
    gc.set_threshold(COLLECT_AFTER)
    args = sys.argv[1:]
    _heed_signals()
    try:
        _warn_of_variables()
        code = run(args)
    except KeyboardInterrupt:  # while an error was being printed
        code = INTERRUPTED
    except OSError:  # nobody is left to be told
        code = ERROR
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:  # said already; Python would say it again and change the exit code
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    gc.freeze()  # Python would look for cycles in all of it before it ends: 5% of a hook, or more
    sys.exit(code)
