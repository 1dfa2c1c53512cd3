"""The journal of launches and the calibration log: small files in the user's state folder.

Not in the cache: what was paid for must outlive its clearing. Each launch is one file of mode 0600,
replaced whole and forced to disk before and after every step; the calibration log is appended to.
Neither holds text of the data, nor a key.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from ftgate.atomic import replacing
from ftgate.errors import LaunchError
from ftgate.launching.records import Record, from_json, to_json

_HINT = "FTGATE_STATE_DIR names another folder"


def state_dir() -> Path:
    """``FTGATE_STATE_DIR``, else the platform's folder for state. Raises LaunchError: no home."""
    if named := os.environ.get("FTGATE_STATE_DIR"):
        return Path(named)
    try:
        if sys.platform == "darwin":
            return Path.home() / "Library" / "Application Support" / "ftgate"
        if sys.platform == "win32":
            return Path(os.environ.get("LOCALAPPDATA") or Path.home()) / "ftgate" / "State"
        return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state") / "ftgate"
    except RuntimeError:
        raise LaunchError("no home folder to keep the journal in", hint=_HINT) from None


class Journal:
    """Launches by their fingerprint, and what finished jobs were billed."""

    def __init__(self, folder: Path) -> None:
        self._launches = folder / "launches"
        self._log = folder / "calibration.jsonl"

    @classmethod
    def open(cls) -> Journal:
        """The user's journal."""
        return cls(state_dir())

    def load(self, key: str) -> Record | None:
        """The record of a launch; None before the first. A damaged one raises LaunchError."""
        path = self._path(key)
        try:
            text = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise LaunchError(f"{path}: {error.strerror}", hint=_HINT) from None
        return _parse(text, path)

    def save(self, record: Record) -> None:
        """Replace the record, on disk before this returns. Raises LaunchError when it cannot."""
        path = self._path(record.key)
        text = json.dumps(to_json(record), indent=2).encode() + b"\n"
        try:
            _private_folder(self._launches)
            with replacing(str(path), mode=0o600) as (stream, publish):
                stream.write(text)
                publish()
            _sync_folder(self._launches)
        except OSError as error:
            raise LaunchError(
                f"{path}: the journal cannot be written: {error.strerror}", hint=_HINT
            ) from None

    def records(self) -> list[Record]:
        """Every launch, by its fingerprint; a damaged record raises LaunchError."""
        paths = sorted(self._launches.glob("*.json"))
        return [_parse(path.read_bytes(), path) for path in paths]

    @contextmanager
    def locked(self, key: str) -> Iterator[None]:
        """One launch of this fingerprint at a time; the lock ends with the process."""
        try:
            _private_folder(self._launches)
            stream = open(  # noqa: SIM115 - closed below
                self._launches / f"{key}.lock", "ab", opener=_private
            )
        except OSError as error:
            raise LaunchError(
                f"{self._launches}: the journal cannot be written: {error.strerror}", hint=_HINT
            ) from None
        with stream:
            _lock(stream)
            yield

    def log(self, entry: dict[str, Any]) -> None:
        """Append a line to the calibration log; a line that was torn before is ended first."""
        _private_folder(self._log.parent)
        descriptor = os.open(self._log, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "r+b") as stream:
            stream.seek(0, os.SEEK_END)
            torn = False
            if stream.tell():
                stream.seek(-1, os.SEEK_END)
                torn = stream.read(1) != b"\n"
            stream.write(b"\n" * torn + json.dumps(entry, sort_keys=True).encode() + b"\n")
            stream.flush()
            os.fsync(stream.fileno())

    def logged(self) -> list[dict[str, Any]]:
        """The lines of the calibration log; torn ones are left out."""
        try:
            lines = self._log.read_bytes().splitlines()
        except OSError:
            return []
        found = []
        for line in lines:
            with suppress(ValueError, RecursionError):
                value = json.loads(line)
                if isinstance(value, dict):
                    found.append(value)
        return found

    def _path(self, key: str) -> Path:
        return self._launches / f"{key}.json"


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _private_folder(folder: Path) -> None:
    """Make a folder, and the one above it, that only this user can read."""
    for each in (folder.parent, folder):
        each.mkdir(mode=0o700, parents=True, exist_ok=True)


def _parse(text: bytes, path: Path) -> Record:
    """A launch that may have been paid for is not forgotten because its record is damaged."""
    value = None
    with suppress(ValueError, RecursionError):
        value = json.loads(text)
    record = from_json(value)
    if record is None:
        raise LaunchError(
            f"{path}: is damaged, so a job may exist that is not known here",
            hint="look for it at the service; then move this file away",
        )
    return record


def _sync_folder(folder: Path) -> None:
    """A new name is on disk only when its folder is; Windows has no such call."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _lock(stream: BinaryIO) -> None:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise LaunchError(
            "this launch is under way in another process", hint="wait for it"
        ) from None
