"""``ftgate.toml`` or ``[tool.ftgate]`` in ``pyproject.toml`` → :class:`ftgate.settings.Settings`.

The nearest file wins; parents are not merged. Keys are checked here, types by :mod:`ftgate.plain`
when they are obvious and by pydantic when they are not.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

from ftgate.config_values import check_values
from ftgate.errors import ConfigError, did_you_mean
from ftgate.plain import Doubt, build
from ftgate.settings import Settings
from ftgate.small_files import read_small
from ftgate.toml_reading import parse_toml

FILE_NAME = "ftgate.toml"
_OVERRIDES = "--config"  # where a mistake is that no file has


def find(start: Path) -> Path | None:
    """Nearest configuration from a folder upwards, not above the repository's root."""
    for folder in (start, *start.parents):
        for name in (FILE_NAME, "pyproject.toml"):
            candidate = folder / name
            if candidate.is_file() and is_plan(candidate):
                return candidate
        if (folder / ".git").exists():
            return None
    return None


def is_plan(path: str | Path) -> bool:
    """Whether the file is a configuration: ftgate.toml, or a pyproject.toml with our table."""
    return Path(path).name == FILE_NAME or b"[tool.ftgate" in read_small(path)


def load(path: Path | None, *, overrides: tuple[str, ...] = ()) -> Settings:
    """Read and validate one configuration file; ``overrides`` are ``key.path=value`` in TOML.

    Raises ConfigError with the file, the key and the nearest known key.
    """
    document = _parse(_read(path), path) if path else {}
    for override in overrides:
        _apply(document, override)
    try:
        return validate(document, str(path or _OVERRIDES))
    except ConfigError:
        if path and overrides:
            load(path)  # raises when the file is wrong without them, too
            return validate(document, _OVERRIDES)
        raise


def validate(document: dict[str, Any], where: str) -> Settings:
    """Check keys, then types and values; ``where`` names the file in errors."""
    if "per_file_ignores" in document:
        raise ConfigError(
            f"{where}: unknown key per_file_ignores", hint="did you mean per-file-ignores?"
        )
    data = {
        "per_file_ignores" if key == "per-file-ignores" else key: value
        for key, value in document.items()
    }
    _check_keys(data, Settings, where, "")
    try:
        settings: Settings = build(Settings, data)
    except Doubt:
        settings = _ask_pydantic(data, where)
    try:
        check_values(settings)
    except ConfigError as error:
        raise ConfigError(f"{where}: {error.message}", hint=error.hint) from None
    return settings


def _near_value(error: Any, otherwise: str) -> str:
    """The allowed value that is most like the wrong one; it stands between quotes in the text."""
    wrong = error["input"]
    if error["type"] != "literal_error" or not isinstance(wrong, str):
        return otherwise
    return did_you_mean(wrong, re.findall("'([^']*)'", error["ctx"]["expected"]), otherwise)


def _place(path: tuple[int | str, ...]) -> str:
    """``("waive", 0, "until")`` as it is written: ``[[waive]] 1 until``, the first entry's."""
    table, *rest = path
    if not rest:
        return str(table)
    if isinstance(rest[0], int):
        return " ".join([f"[[{table}]]", str(rest[0] + 1), *map(str, rest[1:])])
    return " ".join([f"[{table}]", ".".join(map(str, rest))])


def _ask_pydantic(data: dict[str, Any], where: str) -> Settings:
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(Settings).validate_python(data)
    except ValidationError as error:
        first = error.errors()[0]
        message = (
            first["msg"].replace("valid tuple", "list").replace("Field required", "is missing")
        )
        raise ConfigError(
            f"{where}: {_place(first['loc'])}: {message[0].lower()}{message[1:]}",
            hint=_near_value(first, "see every key and its type with: ftgate config schema"),
        ) from None


def json_schema() -> dict[str, Any]:
    """JSON Schema of ``ftgate.toml`` for editors."""
    from pydantic import TypeAdapter

    from ftgate.rules.selection import ignores_schema, rules_schema

    schema = TypeAdapter(Settings).json_schema()
    _describe(schema, Settings)
    properties = schema["properties"]
    del properties["per_file_ignores"]
    properties |= {"rules": rules_schema(), "per-file-ignores": ignores_schema()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "ftgate.toml",
    }


def _describe(schema: dict[str, Any], table: type) -> None:
    """Give every key of a table, and of the tables within it, the comment of its field."""
    from ftgate.key_comments import comments

    properties = (schema if table is Settings else schema["$defs"][table.__name__])["properties"]
    for name, text in comments(table).items():
        properties[name].setdefault("description", text)
    for hint in get_type_hints(table).values():
        for inner in (hint, *get_args(hint)):
            if is_dataclass(inner):
                _describe(schema, inner)  # type: ignore[arg-type]


def _read(path: Path) -> bytes:
    try:
        return read_small(path)
    except OSError as error:
        raise ConfigError(
            f"{path}: {error.strerror}", hint="--config takes a file that exists, or KEY=VALUE"
        ) from None


def _parse(text: bytes, path: Path | None) -> dict[str, Any]:
    try:
        document = parse_toml(text.decode("utf-8-sig"), str(path))
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 at byte {error.start}") from None
    if path and path.name == "pyproject.toml":
        for name in ("tool", "ftgate"):
            document = document.get(name, {})
            if not isinstance(document, dict):
                raise ConfigError(f"{path}: [tool.ftgate] is not a table")
    return document


def _apply(document: dict[str, Any], override: str) -> None:
    key, separator, value = override.partition("=")
    if not separator:
        raise ConfigError(f"--config {override}: not a file and not key=value")
    try:
        parsed = parse_toml(f"value = {value}", f"--config {key}")["value"]
    except ConfigError as error:
        if not isinstance(error.__cause__, tomllib.TOMLDecodeError):
            raise
        parsed = value  # a bare word is a string, as on every command line
    *tables, last = key.strip().split(".")
    for name in tables:
        document = document.setdefault(name, {})
        if not isinstance(document, dict):
            raise ConfigError(f"--config {override}: {name} is not a table")
    document[last] = parsed


def _check_keys(data: dict[str, Any], table: Any, where: str, section: str) -> None:
    """Every key is known, in tables within tables too."""
    hints = get_type_hints(table)
    known = [entry.name for entry in fields(table)]
    for key, value in data.items():
        if key not in known:
            import difflib

            place = f"[{section}] {key}" if section else key
            nearest = difflib.get_close_matches(key, known, n=1)
            hint = f"did you mean {nearest[0]}?" if nearest else f"known keys: {', '.join(known)}"
            raise ConfigError(f"{where}: unknown key {place}", hint=hint)
        if isinstance(value, bool) and bool not in (hints[key], *get_args(hints[key])):
            place = f"[{section}] {key}" if section else key
            raise ConfigError(f"{where}: {place} = {str(value).lower()}: not true or false")
        inner = next((h for h in (hints[key], *get_args(hints[key])) if is_dataclass(h)), None)
        for entry in value if isinstance(value, list) else [value]:
            if inner and isinstance(entry, dict):
                _check_keys(entry, inner, where, key)
