"""What was downloaded, on disk for as long as the run lasts."""

from __future__ import annotations

import tempfile
from typing import IO


class Copy:
    """A file without a name: no other program finds it, and it is gone when this process is.

    It lies in the folder for temporary files (``TMPDIR``), grows up to ``room`` bytes, and holds
    what all files of the run have: one file each would be more than a process may open.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._size = 0
        self._file: IO[bytes] | None = None

    def append(self, data: bytes) -> int | None:
        """Keep bytes; returns where they are, None when there is no room for them."""
        if self._size + len(data) > self._room:
            return None
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(prefix="ftgate-", buffering=0)  # noqa: SIM115
            self._file.seek(self._size)
            written = self._file.write(data)
        except OSError:
            written = 0
        if written != len(data):  # the disk is full, or cannot be written
            self._room = self._size
            return None
        self._size += written
        return self._size - written

    def read_into(self, position: int, buffer: memoryview) -> int:
        """Fill a buffer with bytes that were kept; returns how many."""
        if self._file is None:
            return 0
        self._file.seek(position)
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def __del__(self) -> None:
        if self._file is not None:
            self._file.close()
