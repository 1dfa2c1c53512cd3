"""Text from data, paths and the environment, made safe to print: the one function for it.

A file name or a JSON key may carry terminal escape sequences, line breaks that forge a second
finding, or bidirectional controls that reorder what a reviewer sees ("Trojan Source",
CVE-2021-42574). All of them become visible escapes.
"""

from __future__ import annotations

import re

# C0 and C1 controls with DEL; line and paragraph separators; zero-width, bidirectional, tag and
# byte-order characters; lone surrogates (undecodable bytes of a path).
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def visible(text: str) -> str:
    """``text`` with every invisible or controlling character as ``\\n``, ``\\x1b``, ``\\u202e``."""
    return _UNSAFE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    if character in _SHORT:
        return _SHORT[character]
    number = ord(character)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
