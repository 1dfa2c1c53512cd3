"""What ``ftgate config show`` prints: each setting in force, and who says so."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ftgate.commands.toml_text import key, value
from ftgate.render.escape import quiet

if TYPE_CHECKING:
    from ftgate.gate import CheckOptions

SCHEMA = "ftgate/config/1"

_KEYS = {
    **{"model": "model.base", "provider": "model.provider", "epochs": "model.epochs"},
    **{"fail_on": "policy.fail_on", "on_unknown": "policy.on_unknown"},
    **{"select": "rules.select", "ignore": "rules.ignore"},
}
"""The setting that a flag stands for."""

_NAMES = {"per_file_ignores": "per-file-ignores"}  # a field, and how the file spells it


class Setting(NamedTuple):
    """One setting: ``kind`` of its origin is default, file, environment or flag.

    ``where`` is the file (with ``line``, from 1), the variable or the flag.
    """

    key: str
    value: Any
    kind: str
    where: str = ""
    line: int | None = None

    @property
    def origin(self) -> str:
        """The origin in a few words."""
        if self.value is None:
            return "not set"
        if self.line is not None:
            return f"{self.where}:{self.line}"
        return self.where or self.kind


def settings_in_force(options: CheckOptions, given: Mapping[str, str]) -> list[Setting]:
    """Every setting for the current folder, in the order of the file.

    ``given`` names the flag or the variable that each option came from.
    """
    from ftgate.gate import SettingsFinder
    from ftgate.plain import to_plain

    path, settings = SettingsFinder(options).for_folder(Path())
    plain = {_NAMES.get(name, name): each for name, each in to_plain(settings).items()}
    rules = plain["rules"]
    if options.select:
        rules["select"] = list(options.select)
    if options.ignore:
        rules["ignore"] = [*rules.get("ignore", ()), *options.ignore]
    on_top = _on_top(options, given)
    lines = _lines(path)
    return [_setting(path, name, each, on_top, lines) for name, each in flat(plain)]


def as_text(settings: list[Setting]) -> str:
    """TOML with the origin of each setting in a comment."""
    rows = [
        (f"# {each.key}" if each.value is None else f"{each.key} = {value(each.value)}", each)
        for each in settings
    ]
    width = min(max(len(text) for text, _ in rows), 60)
    return "".join(f"{text:<{width}}  # {each.origin}\n" for text, each in rows)


def as_json(settings: list[Setting]) -> str:
    """``{"schema", "settings": [{"key", "value", "origin", "where", "line"}]}``."""
    listed = [
        {
            "key": each.key,
            "value": each.value,
            "origin": each.kind,
            "where": each.where or None,
            "line": each.line,
        }
        for each in settings
    ]
    document = {"schema": SCHEMA, "settings": listed}
    return quiet(json.dumps(document, indent=2, ensure_ascii=False)) + "\n"


def flat(item: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """``(dotted.key, value)`` of every setting, in order; None for what is not set."""
    if isinstance(item, dict):
        dot = f"{prefix}." if prefix else ""
        for name, each in item.items():
            yield from flat(each, dot + key(name))
    elif isinstance(item, list) and any(isinstance(each, dict) for each in item):
        for number, each in enumerate(item):
            yield from flat(each, f"{prefix}[{number}]")
    else:
        yield prefix, item


def _setting(
    path: Path | None, name: str, item: Any, on_top: Mapping[str, str], lines: Mapping[str, int]
) -> Setting:
    for stated, by in on_top.items():
        if name == stated or name.startswith((f"{stated}.", f"{stated}[")):
            return Setting(name, item, "flag" if by.startswith("--") else "environment", by)
    if path is not None and name in lines:
        return Setting(name, item, "file", _shown(path), lines[name])
    return Setting(name, item, "default")


def _on_top(options: CheckOptions, given: Mapping[str, str]) -> dict[str, str]:
    """What the command line and the environment state, by the key of the setting."""
    flags = {_KEYS[name]: by for name, by in given.items() if name in _KEYS}
    stated = [override.partition("=")[0].strip() for override in options.overrides]
    return {**flags, **dict.fromkeys(stated, given.get("config", "--config"))}


def _lines(path: Path | None) -> dict[str, int]:
    """The line of each key that a validated configuration states."""
    from ftgate.config_origin import lines_of

    if path is None:
        return {}
    table = ("tool", "ftgate") if path.name == "pyproject.toml" else ()
    found = lines_of(path.read_text("utf-8-sig"), table)
    return {_dotted(steps): line for steps, line in found.items()}


def _dotted(path: tuple[str | int, ...]) -> str:
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{key(step)}" for step in path)
    return text.removeprefix(".")


def _shown(path: Path) -> str:
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative
