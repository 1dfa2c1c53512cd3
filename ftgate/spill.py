"""Numbers that do not fit into memory: columns of them in a temporary file.

The file has no name, so nobody else opens it and the system frees it however the process ends. It
lies in the folder for temporary files (``TMPDIR``) and holds digests and hashes of words, never
text.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from ftgate.errors import SpillError


class Spill:
    """Bytes that are written once and read again: in memory up to so many, then in a file."""

    def __init__(self, memory_bytes: int = 0) -> None:
        self.size = 0
        self._memory_bytes = memory_bytes
        self._data = bytearray()
        self._file: Any = None

    def put(self, data: Any) -> int:
        """Keep the bytes of a buffer; returns where they begin. Raises SpillError."""
        view = memoryview(data).cast("B")
        start, self.size = self.size, self.size + len(view)
        if self._file is None and self.size <= self._memory_bytes:
            self._data += view
            return start
        with _explained():
            if self._file is None:
                self._open()
            self._file.seek(start)
            self._file.write(view)
            self._file.flush()  # a forked process would write what waits a second time
        return start

    def get(self, start: int, size: int) -> bytes:
        """So many of the bytes from there on. Raises SpillError."""
        if self._file is None:
            return bytes(memoryview(self._data)[start : start + size])
        with _explained():
            self._file.seek(start)
            found: bytes = self._file.read(size)
        return found

    def _open(self) -> None:
        import tempfile  # few sets are so large
        import weakref

        self._file = tempfile.TemporaryFile(prefix="ftgate-")  # noqa: SIM115 - until nobody asks
        weakref.finalize(self, self._file.close)
        self._file.write(self._data)
        self._data = bytearray()


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SpillError(
            f"no room for what does not fit into memory: {error.strerror or error}",
            hint="set TMPDIR to a folder on a disk with room, or raise --max-memory",
        ) from error


class Chunk(NamedTuple):
    """Columns of numbers in a spill: by name their type, where they begin, and their bytes."""

    spill: Spill
    places: Mapping[str, tuple[str, int, int]]

    @classmethod
    def of(cls, spill: Spill, columns: Mapping[str, array[int]]) -> Chunk:
        """Keep these columns. Raises SpillError."""
        return cls(
            spill,
            {
                name: (column.typecode, spill.put(column), len(column) * column.itemsize)
                for name, column in columns.items()
            },
        )

    def column(self, name: str) -> array[int]:
        """The numbers of a column. Raises SpillError."""
        code, start, size = self.places[name]
        return array(code, self.spill.get(start, size))
