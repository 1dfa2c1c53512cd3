"""The files that prices come from, besides the installation: the lock and the user's cache.

A hook that remembers its answer asks only for these, so nothing else of the prices is imported.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ftgate.cache import default_dir

LOCK_NAME = "ftgate-prices.json"
LIVE_NAME = "live-prices.ftgate"


def find_lock(start: Path) -> Path | None:
    """The nearest lock from a folder upwards, not above the repository's root."""
    for folder in (start, *start.parents):
        candidate = folder / LOCK_NAME
        if candidate.is_file():
            return candidate
        if (folder / ".git").exists():
            return None
    return None


def live_path() -> Path | None:
    """Where live prices are stored; None without a home."""
    try:
        return default_dir() / LIVE_NAME
    except RuntimeError:  # Path.home() finds none
        return None


def price_files(folder: Path, *, offline: bool) -> Iterator[Path]:
    """The files that prices for data in a folder come from, besides its configuration."""
    lock = find_lock(folder.resolve())
    if lock is not None:
        yield lock
    live = None if offline else live_path()
    if live is not None:
        yield live
