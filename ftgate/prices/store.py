"""Live prices on disk: one file in the user's cache directory, whole or not at all.

Four lines: the format with the checksums of the other three; the contents; the prices, one JSON
value for each provider after the other; and what the next update needs (validators, every feed's
own prices, what was held back). The first three are made for lookups when prices are stored: a
hook parses the contents and the provider that it asks for, a few dozen kilobytes.

A file is written beside its place and renamed into it. Whatever happens meanwhile, there is the
old file or the new one. Of two processes each adds its feed to what the other has stored: between
reading and renaming, a file beside it is locked, which the system unlocks when a process dies. A
damaged file is the same as none, and says so.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson

from ftgate.atomic import replacing
from ftgate.errors import FtgateError
from ftgate.ownership import doubt, doubt_of

FORMAT = b"ftgate-live-prices/1"
LIFE = timedelta(days=7)
"""How long stored prices are used without asking whether there are newer ones."""
ZONES = timedelta(days=1)
"""How far two machines may be from one day: what is newer comes of a clock that was set back."""
_LOCK_NAME = ".live-prices.lock"
_PATIENCE_SECONDS = 20.0


class StoreError(FtgateError):
    """The user's cache directory cannot be written."""


@dataclass(slots=True)
class Record:
    """What one feed said last: ``rows`` is key → (USD, day on which the feed still said so)."""

    title: str
    url: str
    confidence: str
    checked: str
    etag: str = ""
    modified: str = ""
    rows: dict[str, tuple[str, str]] = field(default_factory=dict)
    dates: dict[str, str] = field(default_factory=dict)
    held: list[dict[str, str]] = field(default_factory=list)

    def amounts(self) -> dict[str, Decimal]:
        """USD by key."""
        return {key: Decimal(usd) for key, (usd, _) in self.rows.items()}


class Index:
    """What lookups need; ``note`` says what is wrong with the file, "" when nothing is.

    ``sources`` is feed → [title, address, day when it was last checked, confidence].
    """

    def __init__(self, contents: dict[str, Any], body: bytes = b"", note: str = "") -> None:
        self.sources: dict[str, list[str]] = contents.get("sources", {})
        self.note = note
        self._places: dict[str, tuple[int, int]] = contents.get("places", {})
        self._body = body

    @property
    def providers(self) -> tuple[str, ...]:
        """Everybody whose prices are stored, in alphabetical order."""
        return tuple(sorted(self._places))

    def part(self, provider: str) -> dict[str, Any]:
        """One provider's part, as :func:`ftgate.prices.live_index.build` made it, or {}."""
        if provider not in self._places:
            return {}
        start, end = self._places[provider]
        part: dict[str, Any] = orjson.loads(self._body[start:end])
        return part


def read_index(path: Path | None) -> Index:
    """The stored prices, for lookups; an empty index where there are none that can be used."""
    (contents, body), note = _read(path, (1, 2))
    return Index(orjson.loads(contents) if contents else {}, body, note)


def read_records(path: Path | None) -> tuple[dict[str, Record], str]:
    """What each feed said last, and what is wrong with the file."""
    (state,), note = _read(path, (3,))
    stored = orjson.loads(state) if state else {}
    return {name: _record(data) for name, data in stored.items()}, note


def save(path: Path | None, name: str, record: Record) -> None:
    """Store what one feed says beside what the others said, whoever else stores at this moment.

    Raises StoreError when the directory cannot be written.
    """
    if path is None:
        raise StoreError("no home directory", hint="set FTGATE_CACHE_DIR")
    from ftgate.prices.feeds import FEEDS
    from ftgate.prices.live_index import build

    with _explained(path), _alone(path.parent):
        records, _ = read_records(path)
        records[name] = record
        records = {each: records[each] for each in (*FEEDS, *records) if each in records}
        lines = (*_lookup_lines(*build(records)), orjson.dumps(records))  # dataclasses as objects
        header = b" ".join((FORMAT, *map(_sum, lines)))
        _write(path, b"\n".join((header, *lines, b"")))


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"{path.parent}: live prices cannot be stored: {error.strerror}",
            hint="make room or name another directory: FTGATE_CACHE_DIR",
        ) from None


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else stores prices in the folder meanwhile; StoreError when that takes too long."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    end = time.monotonic() + _PATIENCE_SECONDS
    with (folder / _LOCK_NAME).open("ab") as stream:
        while True:
            try:
                _lock(stream.fileno())
                break
            except (BlockingIOError, PermissionError):
                if time.monotonic() > end:
                    raise StoreError(
                        f"{folder}: another update has been storing prices for too long",
                        hint="wait for it to end, or end it, and try again",
                    ) from None
                time.sleep(0.02)
        yield  # closing the file unlocks it


def _lock(descriptor: int) -> None:
    """Lock an open file or raise OSError at once."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _lookup_lines(sources: dict[str, Any], parts: dict[str, dict[str, Any]]) -> tuple[bytes, bytes]:
    """The contents, with each provider's place in the prices, and the prices."""
    body, places = bytearray(), {}
    for provider, part in parts.items():
        start = len(body)
        body += orjson.dumps(part)
        places[provider] = (start, len(body))
    return orjson.dumps({"sources": sources, "places": places}), bytes(body)


def _read(path: Path | None, wanted: tuple[int, ...]) -> tuple[tuple[bytes, ...], str]:
    """Lines of the file whose checksums are right, else empty ones and what is wrong."""
    nothing = (b"",) * len(wanted)
    if path is None:
        return nothing, ""
    try:
        with path.open("rb") as stream:
            if why := doubt_of(path.parent) or doubt(os.fstat(stream.fileno())):
                return nothing, f"live prices are not used: {path.parent} {why}: chmod go-w"
            lines = [stream.readline().rstrip(b"\n") for _ in range(max(wanted) + 1)]
    except FileNotFoundError:
        return nothing, ""
    except OSError as error:
        return nothing, f"live prices cannot be read ({error.strerror}) and are not used"
    sums = lines[0].split(b" ")
    if len(sums) != 4 or sums[0] != FORMAT or any(sums[n] != _sum(lines[n]) for n in wanted):
        return nothing, "the stored live prices are damaged and not used: ftgate prices update"
    return tuple(lines[number] for number in wanted), ""


def _record(data: dict[str, Any]) -> Record:
    rows = {key: (usd, day) for key, (usd, day) in data.pop("rows").items()}
    return Record(rows=rows, **data)


def _sum(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).hexdigest().encode()


def _write(path: Path, data: bytes) -> None:
    with replacing(str(path), mode=0o600, durable=False) as (stream, publish):
        stream.write(data)
        publish()
