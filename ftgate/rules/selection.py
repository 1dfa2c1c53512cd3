"""What ``[rules]``, ``[per-file-ignores]`` and ``[[waive]]`` may name: rules that exist."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ftgate.errors import ConfigError
from ftgate.rules import chosen_options, find_rule, is_selector, load_rules, matching
from ftgate.rules.registry import Rule
from ftgate.settings import Settings


def check_rule_settings(settings: Settings) -> None:
    """Raise ConfigError for a rule, a selector or a key that does not exist."""
    for key, value in settings.rules.items():
        if key in ("select", "ignore"):
            _check_selectors(f"[rules] {key}", value)
        elif isinstance(value, dict):
            _check_code(f"[rules.{key}]", key)
        else:
            import difflib  # only mistakes pay for it

            near = difflib.get_close_matches(key, ("select", "ignore"), n=1)
            known = "known keys: select, ignore and one table of options per rule"
            hint = f"did you mean {near[0]}? {known}" if near else known
            raise ConfigError(f"unknown key [rules] {key}", hint=hint)
    if settings.rules.get("select") == []:
        raise ConfigError("[rules] select = []: a gate without rules judges nothing")
    for pattern, codes in settings.per_file_ignores.items():
        _check_selectors(f"[per-file-ignores] {pattern!r}", list(codes))
        lasting = [
            rule.code
            for code in codes
            for rule in matching(code)
            if rule.code.startswith(_NEVER_IGNORED)
        ]
        if lasting:
            raise ConfigError(
                f"[per-file-ignores] {pattern!r}: {lasting[0]} is about the dataset, not a file",
                hint="use [[waive]] with a reason and an end date",
            )
    for waiver in settings.waive:
        _check_code(f"[[waive]] {waiver.code}", waiver.code)


def check_options(rules: Mapping[str, Any]) -> None:
    """Raise ConfigError for an option that its rule does not have, or that has another type.

    ``rules`` is the table ``[rules]``, whose keys :func:`check_rule_settings` has checked.
    """
    for rule in load_rules().values():
        chosen_options(rule, rules)


def rules_schema() -> dict[str, Any]:
    """JSON Schema of ``[rules]``: select, ignore and the options of every rule."""
    selectors = {"type": "array", "items": {"type": "string", "pattern": r"^(FT\d{0,3}|[a-z-]+)$"}}
    return {
        "type": "object",
        "description": "Which rules run, and their options.",
        "properties": {
            "select": {**selectors, "minItems": 1, "description": "Only these codes or families."},
            "ignore": {**selectors, "description": "All but these codes or families."},
            **{code: _rule_schema(rule) for code, rule in load_rules().items()},
        },
        "additionalProperties": False,
    }


def ignores_schema() -> dict[str, Any]:
    """JSON Schema of ``[per-file-ignores]``: a glob to codes of rules about single files."""
    families = "".join(str(digit) for digit in range(10) if f"FT{digit}" not in _NEVER_IGNORED)
    return {
        "type": "object",
        "description": "Rules that do not apply to files whose path matches a glob.",
        "additionalProperties": {
            "type": "array",
            "items": {"type": "string", "pattern": rf"^(FT[{families}]\d{{0,2}}|[a-z-]+)$"},
        },
    }


def _rule_schema(rule: Rule) -> dict[str, Any]:
    types: dict[type, dict[str, Any]] = {
        bool: {"type": "boolean"},
        int: {"type": "integer"},
        float: {"type": "number"},
        str: {"type": "string"},
        tuple: {"type": "array", "items": {"type": "string"}},
    }
    return {
        "type": "object",
        "description": f"{rule.name}: {rule.summary}",
        "properties": {
            name: {**types[type(default)], "default": default}
            for name, default in rule.options.items()
        },
        "additionalProperties": False,
    }


# Input that cannot be read, and everything that is judged for the set as a whole.
_NEVER_IGNORED = ("FT0", "FT4", "FT7", "FT8")


def _check_selectors(where: str, value: Any) -> None:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ConfigError(f"{where} = {value!r}: expected a list of codes", hint='["FT1", "FT305"]')
    for selector in value:
        if not is_selector(selector):
            _check_code(where, selector)


def _check_code(where: str, code: str) -> None:
    try:
        find_rule(code)
    except ConfigError as error:
        raise ConfigError(f"{where}: {error.message}", hint=error.hint) from None
