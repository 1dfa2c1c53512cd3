"""Files that a person wrote or a report: read whole, and never more than fits."""

from __future__ import annotations

import errno
import os

SMALL_BYTES = 64 << 20
"""The largest report of ten thousand datasets is below this; a device has no end."""


def read_small(path: str | os.PathLike[str], limit: int = SMALL_BYTES) -> bytes:
    """The bytes of a file. Raises OSError, also for one of more than ``limit`` bytes."""
    with open(path, "rb") as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise OSError(errno.EFBIG, f"more than {limit >> 20} MiB", os.fspath(path))
    return data
