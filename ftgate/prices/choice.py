"""Which prices one run judges with: the mode, those of the command line, and the lock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ftgate.prices.book import PriceBook
from ftgate.prices.overrides import parse_flag
from ftgate.prices.places import find_lock
from ftgate.settings import PriceSettings

if TYPE_CHECKING:
    from ftgate.prices.update import Mode


class PriceChoice(NamedTuple):
    """``own`` are prices of the command line, which come before those of ``ftgate.toml``."""

    mode: Mode = "offline"
    own: tuple[PriceSettings, ...] = ()

    @classmethod
    def of(cls, mode: Mode | None, flags: Sequence[str], today: date) -> PriceChoice:
        """From ``--prices`` and ``--price``. Raises ConfigError for a price that is none."""
        return cls(mode or "offline", tuple(parse_flag(flag, today) for flag in flags))

    def book(self, stated: Sequence[PriceSettings], folder: Path, today: date) -> PriceBook:
        """The prices for data in a folder; ``stated`` are those of its configuration."""
        return PriceBook.load(
            overrides=(*self.own, *stated),
            today=today,
            mode=self.mode,
            lock=find_lock(folder.resolve()),
        )
