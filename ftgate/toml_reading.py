"""TOML from a file that anybody may have written: a table, or one error that says why not."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from decimal import InvalidOperation
from typing import Any

from ftgate.errors import ConfigError

_MAX_BITS = 64
"""Of an integer: what TOML 1.0 promises. Python reads more, and then cannot write them down."""


def parse_toml(
    text: str, where: str, *, parse_float: Callable[[str], Any] = float
) -> dict[str, Any]:
    """The table that a text is; ``where`` is what errors call it.

    ``parse_float`` makes a number of what has a point; Decimal keeps what was written. Raises
    ConfigError: the text is not TOML (then a TOMLDecodeError is the cause), nested too deeply, or
    has a number that no program can be expected to hold.
    """
    try:
        found = tomllib.loads(text, parse_float=parse_float)
        _check_numbers(found)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"{where}: not valid TOML: {error}", hint="the file is TOML: https://toml.io"
        ) from error
    except (ValueError, InvalidOperation):  # 5,000 digits; an exponent of 20 digits
        raise ConfigError(f"{where}: a number is out of range") from None
    except RecursionError:
        raise ConfigError(f"{where}: nested too deeply to be read") from None
    return found


def _check_numbers(value: Any) -> None:
    if isinstance(value, int) and value.bit_length() > _MAX_BITS:
        raise ValueError(value.bit_length())
    for inner in value.values() if isinstance(value, dict) else ():
        _check_numbers(inner)
    for inner in value if isinstance(value, list) else ():
        _check_numbers(inner)
