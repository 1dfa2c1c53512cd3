"""Dataclasses ⇄ plain JSON and TOML values, without pydantic.

:func:`build` accepts what is obviously right and raises :class:`Doubt` at everything else; pydantic
then decides and phrases the error. So a valid configuration costs a millisecond instead of the
import of pydantic, which is longer than all the rest of an unchanged hook run.
"""

from __future__ import annotations

import types
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints


class Doubt(Exception):
    """The value is wrong, or needs a conversion that is not obvious."""


def to_plain(value: Any) -> Any:
    """JSON values of a dataclass: Decimals and dates become strings."""
    if is_dataclass(value):
        return {entry.name: to_plain(getattr(value, entry.name)) for entry in fields(value)}
    if isinstance(value, dict):
        return {key: to_plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(entry) for entry in value]
    return str(value) if isinstance(value, (Decimal, date)) else value


def build(hint: Any, value: Any) -> Any:
    """The value as its type hint says; raises Doubt."""
    if hint is Any:
        return value
    if is_dataclass(hint):
        return _dataclass(hint, value)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        if any(value == one and type(value) is type(one) for one in arguments):
            return value
        raise Doubt
    if origin in (Union, types.UnionType):
        return _first(arguments, value)
    if origin is tuple and isinstance(value, list):
        return tuple(build(arguments[0], entry) for entry in value)
    if origin is dict and isinstance(value, dict):
        return {str(key): build(arguments[1], entry) for key, entry in value.items()}
    return _scalar(hint, value)


def _dataclass(hint: Any, value: Any) -> Any:
    if not isinstance(value, dict):
        raise Doubt
    hints = get_type_hints(hint)
    try:
        return hint(**{key: build(hints[key], entry) for key, entry in value.items()})
    except (KeyError, TypeError):  # an unknown or a missing key
        raise Doubt from None


def _first(hints: tuple[Any, ...], value: Any) -> Any:
    for hint in hints:
        try:
            return build(hint, value)
        except Doubt:
            continue
    raise Doubt


def _scalar(hint: Any, value: Any) -> Any:
    try:
        if hint is Decimal and type(value) in (str, int):
            return Decimal(value)
        if hint is date and type(value) is str:
            return date.fromisoformat(value)
    except (InvalidOperation, ValueError):
        raise Doubt from None
    if hint is float and type(value) is int:
        return float(value)
    if type(value) is hint and type(value) is not datetime:
        return value
    raise Doubt
