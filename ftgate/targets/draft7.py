"""Is a value a JSON Schema of draft 7? The question that Mistral asks of a tool's parameters.

The keywords and what each may hold are those of http://json-schema.org/draft-07/schema#. Formats
of URIs are not looked at: checkers leave them out unless extra packages are installed.
"""

from __future__ import annotations

import re
import warnings
from typing import Any

_SCHEMAS = {
    "additionalItems", "additionalProperties", "contains", "else", "if", "items", "not",
    "propertyNames", "then",
}  # fmt: skip
_SCHEMA_LISTS = {"allOf", "anyOf", "items", "oneOf"}
_SCHEMA_MAPS = {"definitions", "dependencies", "patternProperties", "properties"}
_TEXTS = {
    "$comment", "$id", "$ref", "$schema", "contentEncoding", "contentMediaType", "description",
    "format", "pattern", "title",
}  # fmt: skip
_FLAGS = {"readOnly", "uniqueItems", "writeOnly"}
_LISTS = {"enum", "examples"}
_NUMBERS = {"exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum", "multipleOf"}
_COUNTS = {
    "maxItems", "maxLength", "maxProperties", "minItems", "minLength", "minProperties",
}  # fmt: skip
_TYPES = {"array", "boolean", "integer", "null", "number", "object", "string"}


def is_schema(value: Any) -> bool:
    """True when draft 7 allows the value as a schema."""
    waiting = [value]  # a list, not recursion: the schemas of strangers may nest deeply
    while waiting:
        schema = waiting.pop()
        if isinstance(schema, bool):
            continue
        if not isinstance(schema, dict):
            return False
        for keyword, held in schema.items():
            inner = _schemas_in(keyword, held)
            if inner is None:
                return False
            waiting += inner
    return True


def _schemas_in(keyword: str, value: Any) -> list[Any] | None:
    """The schemas that a keyword's value holds; None when it may not have such a value."""
    if keyword in _SCHEMA_LISTS and isinstance(value, list):
        return value or None
    if keyword in _SCHEMAS:
        return [value]
    if keyword in _SCHEMA_MAPS and isinstance(value, dict):
        if keyword == "patternProperties" and not all(map(_compiles, value)):
            return None
        if keyword == "dependencies":
            return [item for item in value.values() if not _distinct_texts(item)]
        return list(value.values())
    return [] if _fits(keyword, value) else None


def _fits(keyword: str, value: Any) -> bool:
    if keyword in _SCHEMA_LISTS or keyword in _SCHEMA_MAPS:
        return False
    if keyword in _TEXTS:
        return isinstance(value, str) and (keyword != "pattern" or _compiles(value))
    if keyword in _FLAGS:
        return isinstance(value, bool)
    if keyword in _LISTS:
        return isinstance(value, list)
    if keyword in _NUMBERS:
        return _is_number(value) and (keyword != "multipleOf" or value > 0)
    if keyword in _COUNTS:
        return _is_number(value) and value >= 0 and (type(value) is int or value.is_integer())
    if keyword == "required":
        return _distinct_texts(value)
    if keyword == "type":
        names = value if isinstance(value, list) else [value]
        return bool(names) and _distinct_texts(names) and _TYPES.issuperset(names)
    return True


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _distinct_texts(value: Any) -> bool:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        return False
    return len(set(value)) == len(value)


def _compiles(pattern: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return False
    return True
