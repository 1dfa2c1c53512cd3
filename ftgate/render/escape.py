"""Text from data, paths and the environment, made safe to print: the one place for it.

A file name or a JSON key may carry terminal escape sequences, line breaks that forge a second
finding, or bidirectional controls that reorder what a reviewer sees ("Trojan Source",
CVE-2021-42574). And CI runners obey lines of a log: GitHub a ``::error::`` with nothing but space
before it (wrapped text may begin so) and a ``##[error]`` anywhere, Azure Pipelines ``##vso[…]`` and
TeamCity ``##teamcity[…]`` anywhere. All of them become visible escapes.
"""

from __future__ import annotations

import re

# C0 and C1 controls with DEL; line and paragraph separators; zero-width, bidirectional, tag and
# byte-order characters; lone surrogates (undecodable bytes of a path).
_INVISIBLE = (
    "\x7f-\x9f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f"
)
# The second colon or number sign of what a runner would obey.
_COMMAND = r"(?<=(?<!\S):):(?=\w)|(?<=#)#(?=\w*\[)"
_UNSAFE = re.compile(f"[\x00-\x1f{_INVISIBLE}]|{_COMMAND}")
_UNSAFE_IN_JSON = re.compile(f"[{_INVISIBLE}]|(?<=#)#")
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def visible(text: str) -> str:
    """``text`` with every invisible or controlling character as ``\\n``, ``\\x1b``, ``\\u202e``."""
    return _UNSAFE.sub(_escape, text)


def quiet(json_text: str) -> str:
    """JSON that neither a terminal nor a CI runner obeys; read back, it has the same values."""
    return _UNSAFE_IN_JSON.sub(_json_escape, json_text)


def _json_escape(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{unit.hex()}" for unit in (units[:2], units[2:]) if unit)


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    if character in _SHORT:
        return _SHORT[character]
    number = ord(character)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
