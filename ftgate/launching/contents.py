"""The bytes that were judged, and no others, piece by piece.

A file is hashed twice: once whole, against the digest of the verdict, and then each part again when
it is read to be sent. So whatever writes to the file in between, no unjudged byte is sent.
"""

from __future__ import annotations

import hashlib
from types import TracebackType

from ftgate.errors import UnreadableError

_BLOCK_BYTES = 1 << 20


class Judged:
    """An open file whose bytes have the digest of the verdict (``sha256:…``).

    Raises UnreadableError when they have not, now or in a part that is read later.
    """

    def __init__(self, path: str, digest: str, part_bytes: int) -> None:
        self._path = path
        self._part_bytes = part_bytes
        try:
            self._stream = open(path, "rb", buffering=0)  # noqa: SIM115 - closed by __exit__
        except OSError as error:
            raise UnreadableError(f"{path}: {error.strerror}") from None
        whole = hashlib.sha256()
        self._parts: list[bytes] = []
        while part := self._read():
            whole.update(part)
            self._parts.append(hashlib.sha256(part).digest())
        if f"sha256:{whole.hexdigest()}" != digest:
            self._stream.close()
            raise self._changed()

    def __enter__(self) -> Judged:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stream.close()

    def __len__(self) -> int:
        """The number of parts."""
        return len(self._parts)

    def part(self, index: int) -> bytes:
        """One part, read again and proven to be what was judged."""
        self._stream.seek(index * self._part_bytes)
        part = self._read()
        if hashlib.sha256(part).digest() != self._parts[index]:
            raise self._changed()
        return part

    def _read(self) -> bytes:
        """The next part; one read of a raw file may return less."""
        pieces, wanted = [], self._part_bytes
        while wanted and (piece := self._stream.read(min(wanted, _BLOCK_BYTES))):
            pieces.append(piece)
            wanted -= len(piece)
        return b"".join(pieces)

    def _changed(self) -> UnreadableError:
        return UnreadableError(
            f"{self._path} changed after it was judged; nothing of the change was sent",
            hint="run again",
        )
