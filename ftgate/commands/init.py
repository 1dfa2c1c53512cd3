"""``ftgate init``: a configuration from what is there, and the pre-commit stanza."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from ftgate.commands.flags import CONTEXT
from ftgate.commands.output import emit, write_atomic
from ftgate.errors import UsageError

if TYPE_CHECKING:
    from ftgate.sources import Dataset

_HOOKS = ".pre-commit-config.yaml"


@click.command("init", context_settings=CONTEXT)
@click.argument("folder", required=False, default=".", metavar="[PATH]")
@click.option("--dry-run", is_flag=True, help="Print what would be written, write nothing.")
def command(folder: str, dry_run: bool) -> int:
    """Write ftgate.toml from the datasets and prompts below PATH, and set up pre-commit.

    What cannot be seen in the files (calls per month, the goal) stays in the file as commented
    lines. An existing .pre-commit-config.yaml gets the hook; without one, the stanza is printed.
    Nothing that exists is overwritten.
    """
    if not os.path.isdir(folder):
        raise UsageError(f"{folder} is not a folder", hint="name the folder that holds the data")
    target = os.path.join(folder, "ftgate.toml")
    if os.path.lexists(target) and not dry_run:
        raise UsageError(
            f"{os.path.normpath(target)} exists and is not overwritten",
            hint="compare with: ftgate init --dry-run; check it with: ftgate config check",
        )
    from ftgate.commands.init_text import configuration

    text = configuration(_datasets(folder), folder)
    hooks, said = _stanza(os.path.join(folder, _HOOKS))
    if dry_run:
        emit(f"# {os.path.normpath(target)}\n{text}\n{said}")
        return 0
    write_atomic(target, text)
    if hooks is not None:
        write_atomic(os.path.join(folder, _HOOKS), hooks)
    emit(f"wrote {os.path.normpath(target)}\n{said}\nnext: ftgate check\n")
    return 0


def _datasets(folder: str) -> list[Dataset]:
    from ftgate.settings import Settings
    from ftgate.sources import discover

    jobs = discover([folder], lambda _: (None, Settings()))
    return [job.dataset for job in jobs]


def _stanza(path: str) -> tuple[str | None, str]:
    """The new text of the pre-commit configuration, None when it stays; and what to tell."""
    from ftgate.commands.init_text import STANZA, with_stanza

    paste = f"add to {_HOOKS}, then run: pre-commit install\n\n{STANZA}"
    try:
        with open(path, encoding="utf-8", newline="") as stream:
            present = stream.read()
    except FileNotFoundError:
        return None, paste
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from None
    if "ftgate" in present:
        return None, f"{_HOOKS} already names ftgate: left as it is\n"
    changed = with_stanza(present)
    if changed is None:
        return None, paste
    return changed, f"{_HOOKS}: hook ftgate is the last of the list\n\n{STANZA}"
