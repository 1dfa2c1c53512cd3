"""``ftgate config``: check, show or describe the configuration."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from ftgate.commands.flags import CONTEXT, OnePerLine
from ftgate.commands.output import emit
from ftgate.errors import ConfigError, UnreadableError


@click.group("config", context_settings=CONTEXT)
def command() -> None:
    """Check, show or describe the configuration: ftgate.toml or [tool.ftgate]."""


@command.command("check", context_settings=CONTEXT)
@click.argument("files", nargs=-1, type=click.Path(), metavar="[FILE]...")
def check(files: tuple[str, ...]) -> int:
    """Validate configuration files; without FILE, the nearest one.

    Finds what `ftgate check` would refuse: keys, types and values, rules and their options, prices,
    and globs that match no file. A pyproject.toml without [tool.ftgate] is valid.
    """
    from ftgate.config import find

    found = find(Path.cwd())
    for path in [_existing(file) for file in files] or ([found] if found else []):
        _check(path)
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
    """Print every setting in force, with where it comes from; commented: what is not set."""
    from ftgate.config import find, load
    from ftgate.plain import to_plain

    path = _existing(file) if file else find(Path.cwd())
    settings = to_plain(load(path, overrides=overrides))
    stated = {key for key, _ in flat(_document(path))}
    on_top = [override.partition("=")[0].strip() for override in overrides]
    rows = []
    for key, shown in flat(_as_written(settings)):
        if any(key == each or key.startswith((f"{each}.", f"{each}[")) for each in on_top):
            origin = "--config"
        else:
            origin = str(path) if key in stated else "default"
        rows.append((f"{key} = {shown}", origin) if shown else (f"# {key}", "not set"))
    width = max(len(text) for text, _ in rows)
    emit("".join(f"{text:<{min(width, 60)}}  # {origin}\n" for text, origin in rows))
    return 0


@command.command("schema", context_settings=CONTEXT)
def schema() -> int:
    """Print the JSON Schema of ftgate.toml, for editors."""
    from ftgate.config import json_schema

    emit(json.dumps(json_schema(), indent=2) + "\n")
    return 0


def flat(item: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """``(dotted.key, TOML value)`` of every setting, in order; "" for what is not set."""
    from ftgate.commands.toml_text import key, value

    if isinstance(item, dict):
        dot = f"{prefix}." if prefix else ""
        for name, each in item.items():
            yield from flat(each, dot + key(name))
    elif isinstance(item, list) and any(isinstance(each, dict) for each in item):
        for number, each in enumerate(item):
            yield from flat(each, f"{prefix}[{number}]")
    else:
        yield prefix, "" if item is None else value(item)


def _as_written(settings: dict[str, Any]) -> dict[str, Any]:
    """Field names as the file spells them."""
    return {
        "per-file-ignores" if name == "per_file_ignores" else name: each
        for name, each in settings.items()
    }


def _document(path: Path | None) -> dict[str, Any]:
    """What the file itself states; it has been validated."""
    import tomllib

    if path is None:
        return {}
    document = tomllib.loads(path.read_text("utf-8-sig"))
    if path.name == "pyproject.toml":
        document = document.get("tool", {}).get("ftgate", {})
    return document


def _check(path: Path) -> None:
    from datetime import date

    from ftgate.config import load
    from ftgate.prices.overrides import Overrides
    from ftgate.rules.selection import check_options, check_rule_settings
    from ftgate.sources import declared

    settings = load(path)
    try:
        check_rule_settings(settings)
        check_options(settings.rules)
        Overrides(settings.price, date.today(), lambda name: name)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error.message}", hint=error.hint) from None
    declared(path, settings)
    for dataset in settings.dataset:
        if dataset.tuned_prompt and not (path.parent / dataset.tuned_prompt).is_file():
            raise ConfigError(
                f"{path}: dataset {dataset.name}: tuned_prompt {dataset.tuned_prompt!r} is no file",
                hint="the path is relative to the configuration file",
            )


def _existing(file: str) -> Path:
    path = Path(file)
    if not path.is_file():
        raise UnreadableError(f"{file}: no such file")
    return path
