"""``ftgate completion``: the script that a shell sources."""

from __future__ import annotations

import click

from ftgate.commands.flags import CONTEXT
from ftgate.commands.output import emit

_USE = {
    "bash": '# ~/.bashrc:  eval "$(ftgate completion bash)"',
    "zsh": '# ~/.zshrc:  eval "$(ftgate completion zsh)"',
    "fish": "# ftgate completion fish > ~/.config/fish/completions/ftgate.fish",
}


@click.command("completion", context_settings=CONTEXT)
@click.argument("shell", type=click.Choice(list(_USE)))
@click.pass_context
def command(ctx: click.Context, shell: str) -> int:
    """Print the completion script of a shell; its first line says where it goes."""
    from click.shell_completion import ShellComplete, get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101 - the argument's choices are click's own
    complete = kind(ctx.find_root().command, {}, "ftgate", "_FTGATE_COMPLETE")
    # The base method: the bash one starts a bash to ask for its version first.
    emit(f"{_USE[shell]}\n{ShellComplete.source(complete)}")
    return 0
