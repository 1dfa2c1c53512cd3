"""Until when a check may take: work that can be long asks, and stops where time is up."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

_Item = TypeVar("_Item")


class OutOfTimeError(Exception):
    """Time is up. The gate makes an open verdict of it, and never a pass."""


class Deadline:
    """A moment of the monotonic clock, ``seconds`` after ``start``."""

    def __init__(self, seconds: float, start: float) -> None:
        self.seconds = seconds
        self._end = start + seconds

    def check(self) -> None:
        """Raise OutOfTimeError when the moment is past."""
        if time.monotonic() > self._end:
            raise OutOfTimeError

    def watch(self, items: Iterable[_Item]) -> Iterator[_Item]:
        """The items, as long as there is time."""
        for item in items:
            self.check()
            yield item
