"""Regular expressions that are compiled when a text first needs them.

A cold run of the hook judges one small set, which never gets to most of the patterns of this room:
compiling all of them costs more than judging. Declared with :func:`lazy`, a pattern costs nothing
until it is used, and the same as a compiled one from then on.

A search goes from candidate to candidate where a pattern begins with a character or a class, or all
its alternatives with characters: five times as fast as trying it everywhere. That is why what may
not stand before a match is often asked for behind its first character: ``#(?<!\\w#)``.
"""

from __future__ import annotations

import re
from typing import Any, cast


class _Lazy:
    """Stands for a pattern; its methods replace themselves by those of the compiled one."""

    def __init__(self, source: str | bytes, flags: int) -> None:
        self.source, self.flags = source, flags

    def __getattr__(self, name: str) -> Any:
        method = getattr(re.compile(self.source, self.flags), name)
        setattr(self, name, method)
        return method


def lazy(source: str, flags: int = 0) -> re.Pattern[str]:
    """A pattern like ``re.compile(source, flags)``, compiled at its first use."""
    return cast("re.Pattern[str]", _Lazy(source, flags))


def lazy_bytes(source: bytes, flags: int = 0) -> re.Pattern[bytes]:
    """The same for bytes."""
    return cast("re.Pattern[bytes]", _Lazy(source, flags))
