"""``ftgate config``: check, show or describe the configuration."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ftgate.commands.flags import CONTEXT, OnePerLine
from ftgate.commands.output import emit
from ftgate.errors import UnreadableError

if TYPE_CHECKING:
    from ftgate.settings import Settings


@click.group("config", context_settings=CONTEXT)
def command() -> None:
    """Check, show or describe the configuration: ftgate.toml or [tool.ftgate]."""


@command.command("check", context_settings=CONTEXT)
@click.argument("files", nargs=-1, type=click.Path(), metavar="[FILE]...")
def check(files: tuple[str, ...]) -> int:
    """Validate configuration files; without FILE, the nearest one.

    A pyproject.toml without [tool.ftgate] is valid.
    """
    from ftgate.config import find

    found = find(Path.cwd())
    paths = [_existing(file) for file in files] or ([found] if found else [])
    for path in paths:
        _load(path)
    if not files:
        emit(f"{found}: valid\n" if found else "no ftgate.toml: the defaults apply\n")
    return 0


@command.command("show", context_settings=CONTEXT)
@click.argument("file", required=False, type=click.Path())
@click.option(
    "--config",
    "overrides",
    type=OnePerLine(),
    multiple=True,
    metavar="KEY=VALUE",
    help="One setting on top. Repeatable.",
)
def show(file: str | None, overrides: tuple[str, ...]) -> int:
    """Print every setting in force, with where it comes from."""
    from ftgate.config import find
    from ftgate.settings import Settings

    path = _existing(file) if file else find(Path.cwd())
    defaults = dict(flat(Settings()))
    stated = dict(flat(_load(path)))
    rows = []
    for key, shown in flat(_load(path, overrides)):
        if shown != stated.get(key):
            origin = "--config"
        else:
            origin = "default" if shown == defaults.get(key) else str(path)
        rows.append((f"{key} = {shown}", origin))
    width = max(len(text) for text, _ in rows)
    emit("".join(f"{text:<{min(width, 60)}}  # {origin}\n" for text, origin in rows))
    return 0


@command.command("schema", context_settings=CONTEXT)
def schema() -> int:
    """Print the JSON Schema of ftgate.toml, for editors."""
    from ftgate.config import json_schema

    emit(json.dumps(json_schema(), indent=2) + "\n")
    return 0


def flat(settings: Settings) -> list[tuple[str, str]]:
    """``(dotted.key, TOML value)`` of every setting that has a value, in order."""
    from ftgate.plain import to_plain

    return list(_flat("", to_plain(settings)))


def _flat(prefix: str, item: Any) -> list[tuple[str, str]]:
    from ftgate.commands.toml_text import value

    if item is None:
        return []
    if isinstance(item, dict):
        dot = f"{prefix}." if prefix else ""
        return [row for key, each in item.items() for row in _flat(f"{dot}{key}", each)]
    if isinstance(item, list) and any(isinstance(each, dict) for each in item):
        rows = [_flat(f"{prefix}[{number}]", each) for number, each in enumerate(item)]
        return [row for group in rows for row in group]
    return [(prefix, value(item))]


def _existing(file: str) -> Path:
    path = Path(file)
    if not path.is_file():
        raise UnreadableError(f"{file}: no such file")
    return path


def _load(path: Path | None, overrides: tuple[str, ...] = ()) -> Settings:
    from ftgate.config import load

    return load(path, overrides=overrides)
