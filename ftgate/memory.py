"""How much memory a command may take, and what follows from it.

What grows with the examples goes to disk where it does not fit (:mod:`ftgate.spill`), and no more
processes read than there is room for. Beyond the least, no number of a report depends on it but
those that a report calls a sample's.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ftgate.errors import UsageError

LEAST_BYTES = 250_000_000
"""What judging any set takes."""

DEFAULT_BYTES = 500_000_000
"""What the process that judges may take, however many others read for it."""

_BASE_BYTES = 150_000_000  # Python, numpy, a vocabulary, and a piece of a file
_PROCESS_BYTES = 100_000_000  # another process that reads
_WAITING_RATIO = 100  # what waits to be sorted takes six times its size then, and is one of many

_SIZE = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?) ?([kmgt]?)(i?)b?", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}


class Memory(NamedTuple):
    """The bytes that all processes may take together; 0: the default for one, any number."""

    limit_bytes: int = 0

    def processes(self, wanted: int) -> int:
        """So many of the wanted processes there is room for; one is always."""
        if not self.limit_bytes:
            return wanted
        room = (self.limit_bytes - LEAST_BYTES) // _PROCESS_BYTES
        return wanted if wanted <= room else max(1, room)

    @property
    def kept_bytes(self) -> int:
        """For what is kept of all examples while it is compared."""
        return (self.limit_bytes or DEFAULT_BYTES) - _BASE_BYTES

    @property
    def waiting_bytes(self) -> int:
        """For what is kept of examples before it goes to disk."""
        return self.kept_bytes // _WAITING_RATIO


def parse_size(text: str) -> int:
    """Bytes of ``250MB``, ``1.5 GB``, ``512MiB``, ``2g``. Raises UsageError."""
    match = _SIZE.fullmatch(text.strip())
    if not match or not match[2]:
        raise UsageError(
            f"--max-memory {text}: not a size", hint="a number and a unit: 500MB, 1GB, 512MiB"
        )
    number, unit, binary = match.groups()
    size = int(float(number) * (1024 if binary else 1000) ** _POWERS[unit.lower()])
    if size < LEAST_BYTES:
        raise UsageError(
            f"--max-memory {text}: too little",
            hint=f"a vocabulary and one process take up to {LEAST_BYTES // 1_000_000}MB",
        )
    return size
