"""``ftgate.toml`` or ``[tool.ftgate]`` in ``pyproject.toml`` → :class:`ftgate.settings.Settings`.

The nearest file wins; parents are not merged. Keys are checked here, types by :mod:`ftgate.plain`
when they are obvious and by pydantic when they are not.
"""

from __future__ import annotations

import tomllib
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

from ftgate.errors import ConfigError
from ftgate.plain import Doubt, build
from ftgate.settings import Settings

FILE_NAME = "ftgate.toml"


def find(start: Path) -> Path | None:
    """Nearest configuration from a folder upwards, not above the repository's root."""
    for folder in (start, *start.parents):
        candidate = folder / FILE_NAME
        if candidate.is_file():
            return candidate
        project = folder / "pyproject.toml"
        if project.is_file() and b"[tool.ftgate" in project.read_bytes():
            return project
        if (folder / ".git").exists():
            return None
    return None


def load(path: Path | None, *, overrides: tuple[str, ...] = ()) -> Settings:
    """Read and validate one configuration file; ``overrides`` are ``key.path=value`` in TOML.

    Raises ConfigError with the file, the key and the nearest known key.
    """
    document = _parse(_read(path), path) if path else {}
    for override in overrides:
        _apply(document, override)
    return validate(document, str(path or "--config"))


def validate(document: dict[str, Any], where: str) -> Settings:
    """Check keys, then types and values; ``where`` names the file in errors."""
    data = {key.replace("-", "_"): value for key, value in document.items()}
    _check_keys(data, Settings, where, "")
    try:
        settings: Settings = build(Settings, data)
    except Doubt:
        settings = _ask_pydantic(data, where)
    _check_values(settings, where)
    return settings


def _ask_pydantic(data: dict[str, Any], where: str) -> Settings:
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(Settings).validate_python(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ConfigError(
            f"{where}: {place}: {first['msg'][0].lower()}{first['msg'][1:]}",
            hint="see every key and its type with: ftgate config schema",
        ) from None


def json_schema() -> dict[str, Any]:
    """JSON Schema of ``ftgate.toml`` for editors."""
    from pydantic import TypeAdapter

    schema = TypeAdapter(Settings).json_schema()
    properties = schema["properties"]
    properties["per-file-ignores"] = properties.pop("per_file_ignores")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "ftgate.toml",
        **schema,
    }


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}", hint="check --config") from None


def _parse(text: bytes, path: Path | None) -> dict[str, Any]:
    try:
        document = tomllib.loads(text.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 at byte {error.start}") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}", hint="the file is TOML: https://toml.io") from None
    if path and path.name == "pyproject.toml":
        section: dict[str, Any] = document.get("tool", {}).get("ftgate", {})
        return section
    return document


def _apply(document: dict[str, Any], override: str) -> None:
    key, separator, value = override.partition("=")
    if not separator:
        raise ConfigError(f"--config {override}: not a file and not key=value")
    try:
        parsed = tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
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
        inner = next((h for h in (hints[key], *get_args(hints[key])) if is_dataclass(h)), None)
        for entry in value if isinstance(value, list) else [value]:
            if inner and isinstance(entry, dict):
                _check_keys(entry, inner, where, key)


def _check_values(settings: Settings, where: str) -> None:
    from ftgate.settings_units import parse_amount, parse_days

    policy = settings.policy
    try:
        parse_days(policy.max_break_even)
        parse_days(policy.max_price_age)
        if policy.max_training_cost is not None:
            parse_amount(policy.max_training_cost)
    except ConfigError as error:
        raise ConfigError(f"{where}: [policy] {error.message}", hint=error.hint) from None
    usage = settings.usage
    for entry in fields(usage):
        value = getattr(usage, entry.name)
        if value is not None and value < 0:
            raise ConfigError(f"{where}: [usage] {entry.name} = {value}: must not be negative")
    if usage.horizon_months < 1:
        raise ConfigError(f"{where}: [usage] horizon_months = {usage.horizon_months}: at least 1")
    for name, value in (
        ("[usage] cache_hit_rate", usage.cache_hit_rate),
        ("[review] rate_today", settings.review.rate_today),
        ("[review] rate_tuned", settings.review.rate_tuned),
        ("[review] initial_rate_tuned", settings.review.initial_rate_tuned),
    ):
        if value is not None and not 0 <= value <= 1:
            raise ConfigError(f"{where}: {name} = {value}: a rate is between 0 and 1")
    epochs = settings.model.epochs
    if isinstance(epochs, int) and epochs < 1:
        raise ConfigError(f"{where}: [model] epochs = {epochs}: at least 1, or 'auto'")
