"""``ftgate config``: check, show or describe the configuration."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from ftgate.commands.flags import (
    CONTEXT,
    FilesFirst,
    check_options,
    choosing,
    deciding,
    output_format,
)
from ftgate.commands.output import emit
from ftgate.errors import ConfigError, UnreadableError


@click.group("config", context_settings=CONTEXT)
def command() -> None:
    """Check, show or describe the configuration: ftgate.toml or [tool.ftgate]."""


@command.command("check", cls=FilesFirst, context_settings=CONTEXT)
@click.argument("files", nargs=-1, type=click.Path(), metavar="[FILE]...")
def check(files: tuple[str, ...]) -> int:
    """Validate configuration files; without FILE, the nearest one.

    Finds what `ftgate check` would refuse: keys, types and values, rules and their options, prices,
    and globs that match no file. A pyproject.toml without [tool.ftgate] is valid. Lines of
    .ftgate-baseline are checked for their form.
    """
    from ftgate import baseline
    from ftgate.config import find
    from ftgate.files import BASELINE_NAME

    found = find(Path.cwd())
    for path in [_existing(file) for file in files] or _nearest(found):
        if path.name == BASELINE_NAME:
            baseline.read(path)
        else:
            _check(path)
    if not files:
        emit(f"{found}: valid\n" if found else "no ftgate.toml: the defaults apply\n")
    return 0


@command.command("show", context_settings=CONTEXT)
@click.argument("file", required=False, type=click.Path())
@output_format("text", "json", shown="TOML with comments, or JSON.")
@choosing
@deciding
@click.pass_context
def show(context: click.Context, /, file: str | None, output_format: str, **flags: Any) -> int:
    """Print every setting in force, with where it comes from; commented: what is not set.

    A flag wins over its environment variable, that over the nearest ftgate.toml or
    [tool.ftgate], and what none of them states is a default. Files are not merged.
    """
    from dataclasses import replace

    from ftgate.commands.config_show import as_json, as_text, settings_in_force

    given = {name: _given_by(context, name) for name in flags if name in _SETTING_FLAGS}
    options = check_options({**_UNSHOWN, **flags})
    if file:
        options = replace(options, config=str(_existing(file)))
    shown = settings_in_force(options, {name: by for name, by in given.items() if by})
    emit(as_json(shown) if output_format == "json" else as_text(shown))
    return 0


_SETTING_FLAGS = (
    *("config", "select", "ignore", "model", "provider", "epochs", "fail_on", "on_unknown"),
)
"""Flags that stand for a setting."""

_UNSHOWN: dict[str, Any] = {"no_cache": True}


def _given_by(context: click.Context, name: str) -> str:
    """The flag or the environment variable that a value came from; "" for neither."""
    from click.core import ParameterSource

    source = context.get_parameter_source(name)
    if source is ParameterSource.ENVIRONMENT:
        return f"FTGATE_{name.upper()}"
    return f"--{name.replace('_', '-')}" if source is ParameterSource.COMMANDLINE else ""


@command.command("schema", context_settings=CONTEXT)
def schema() -> int:
    """Print the JSON Schema of ftgate.toml, for editors."""
    from ftgate.config import json_schema

    emit(json.dumps(json_schema(), indent=2) + "\n")
    return 0


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


def _nearest(plan: Path | None) -> list[Path]:
    """The plan, and the baseline beside or above it."""
    from ftgate.files import find_baseline

    accepted = find_baseline(plan.parent if plan else Path.cwd())
    return [path for path in (plan, accepted) if path]


def _existing(file: str) -> Path:
    path = Path(file)
    if not path.is_file():
        raise UnreadableError(f"{file}: no such file")
    return path
