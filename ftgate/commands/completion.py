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

# Click's own needs bash 4.4 and leaves paths to readline; macOS still comes with bash 3.2.
_BASH = """\
_ftgate_completion() {
    local IFS=$'\\n' type value
    COMPREPLY=()
    while IFS=, read -r type value; do
        case $type in
        plain) COMPREPLY+=("$value") ;;
        file)
            # shellcheck disable=SC2207 # mapfile came with bash 4
            COMPREPLY+=($(compgen -f -- "$value"))
            compopt -o filenames -o default 2>/dev/null
            ;;
        dir)
            # shellcheck disable=SC2207
            COMPREPLY+=($(compgen -d -- "$value"))
            compopt -o filenames -o dirnames 2>/dev/null
            ;;
        esac
    done < <(COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD \\
        _FTGATE_COMPLETE=bash_complete "$1" 2>/dev/null)
}
complete -o nosort -F _ftgate_completion ftgate 2>/dev/null ||
    complete -F _ftgate_completion ftgate
"""


@click.command("completion", context_settings=CONTEXT)
@click.argument("shell", type=click.Choice(list(_USE)))
@click.pass_context
def command(ctx: click.Context, shell: str) -> int:
    """Print the completion script of a shell; its first line says where it goes.

    It completes commands, flags, their values, rule codes, providers and paths. To try it in the
    shell that you are in:

    \b
      bash  eval "$(ftgate completion bash)"
      zsh   eval "$(ftgate completion zsh)"
      fish  ftgate completion fish | source
    """
    emit(f"{_USE[shell]}\n{_BASH if shell == 'bash' else _source(ctx, shell)}")
    return 0


def _source(ctx: click.Context, shell: str) -> str:
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101 - the argument's choices are click's own
    return kind(ctx.find_root().command, {}, "ftgate", "_FTGATE_COMPLETE").source()
