"""``ftgate init``: a configuration from what is there, and the pre-commit stanza."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ftgate.commands.flags import CONTEXT
from ftgate.commands.output import emit, write_file
from ftgate.errors import UsageError

if TYPE_CHECKING:
    from ftgate.sources import Dataset

_HOOKS = ".pre-commit-config.yaml"
_TO_STATE = "state requests_per_month and customer in it: no file shows them"
_NEXT = """\
next: ftgate hook --install
      with pre-commit or prek instead: pre-commit install, or prek install
"""


@click.command("init", context_settings=CONTEXT)
@click.argument("folder", required=False, default=".", type=click.Path(), metavar="[PATH]")
@click.option(
    "--ci",
    type=click.Choice(["github", "gitlab", "azure", "jenkins", "shell"]),
    help="Write the job for this CI server instead.",
)
@click.option(
    "--force",
    is_flag=True,
    allow_from_autoenv=False,
    help="With --ci: replace a job that differs.",
)
@click.option("--dry-run", is_flag=True, help="Print what would be written, write nothing.")
def command(folder: str, ci: str | None, force: bool, dry_run: bool) -> int:
    """Write ftgate.toml from the datasets and prompts below PATH, and set up pre-commit.

    What cannot be seen in the files (calls per month, the goal) stays in the file as commented
    lines. The repository's .pre-commit-config.yaml gets the hook, and is created where there is
    none. With --ci, the job for a server is written to where it looks for jobs, and nothing else.
    Nothing that exists is overwritten.
    """
    if not os.path.isdir(folder):
        raise UsageError(f"{folder} is not a folder", hint="name the folder that holds the data")
    if ci:
        from ftgate.commands import init_ci

        init_ci.write(_repository(folder), ci, force=force, dry_run=dry_run)
        return 0
    if force:
        raise UsageError("--force replaces a CI job only", hint="say which: --ci github")
    if not dry_run:
        _refuse_second_plan(folder)
    from ftgate.commands.init_text import configuration

    target = os.path.normpath(os.path.join(folder, "ftgate.toml"))
    text = configuration(_datasets(folder), folder)
    hooks = os.path.relpath(os.path.join(_repository(folder), _HOOKS))
    new_hooks, said = _with_hook(hooks)
    if dry_run:
        emit(f"# {target}\n{text}\n# {said}\n")
        return 0
    write_file(target, text)
    if new_hooks is not None:
        write_file(hooks, new_hooks)
    emit(f"wrote {target}; {_TO_STATE}\n{said}\n{_NEXT}")
    return 0


def _refuse_second_plan(folder: str) -> None:
    """The nearest plan is the one that counts: a second one would hide the first."""
    from ftgate.config import find

    found = find(Path(folder).resolve())
    if found is not None:
        raise UsageError(
            f"{os.path.relpath(found)} exists and is not overwritten",
            hint="compare with: ftgate init --dry-run; check it with: ftgate config check",
        )


def _repository(folder: str) -> str:
    """Root of the repository that holds the folder, else the folder: where hooks are set up."""
    top = Path(folder).resolve()
    root = next((each for each in (top, *top.parents) if (each / ".git").exists()), top)
    return str(root)


def _datasets(folder: str) -> list[Dataset]:
    from ftgate.settings import Settings
    from ftgate.sources import discover

    jobs = discover([folder], lambda _: (None, Settings()))
    return [job.dataset for job in jobs]


def _with_hook(path: str) -> tuple[str | None, str]:
    """The new text of the pre-commit configuration, None when it stays; and what to tell."""
    from ftgate.commands.init_text import STANZA, with_stanza

    try:
        with open(path, encoding="utf-8", newline="") as stream:
            present = stream.read()
    except FileNotFoundError:
        return f"repos:\n{STANZA}", f"{path}, a new file:\n\nrepos:\n{STANZA}"
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from None
    if any("ftgate" in line.partition("#")[0] for line in present.splitlines()):
        return None, f"{path}: already names ftgate, stays as it is\n"
    changed = with_stanza(present)
    if changed is None:
        return None, f"{path}: to be added by hand, its shape is unusual:\n\n{STANZA}"
    return changed, f"{path}, at the end of the list:\n\n{STANZA}"
