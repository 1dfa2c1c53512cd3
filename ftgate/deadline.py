"""Until when a command may take: work that can be long asks, and stops where time is up."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from ftgate.errors import FtgateError

MORE_TIME = "more time: --timeout SECONDS, or [policy] timeout_seconds"

_Item = TypeVar("_Item")


class OutOfTimeError(FtgateError):
    """Time is up: an error of most commands. A gate makes an open verdict of it, never a pass."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment of the monotonic clock, ``seconds`` after ``start``; without them, never."""

    seconds: float = math.inf
    start: float = 0.0

    def check(self) -> None:
        """Raise OutOfTimeError when the moment is past."""
        if time.monotonic() > self.start + self.seconds:
            raise self.error("not done")

    def left(self) -> float | None:
        """Seconds until then, 0 when the moment is past; None: it never comes."""
        if self.seconds == math.inf:
            return None
        return max(0.0, self.start + self.seconds - time.monotonic())

    def watch(self, items: Iterable[_Item]) -> Iterable[_Item]:
        """The items, as long as there is time."""
        return items if self.seconds == math.inf else self._watched(items)

    def _watched(self, items: Iterable[_Item]) -> Iterator[_Item]:
        for item in items:
            self.check()
            yield item

    @contextmanager
    def during(self, what: str) -> Iterator[None]:
        """Say of time that is up in here what it was up for, such as ``train.jsonl: not read``."""
        try:
            yield
        except OutOfTimeError:
            raise self.error(what) from None

    def error(self, what: str) -> OutOfTimeError:
        """The error that says what was not done in time."""
        return OutOfTimeError(f"{what} within {self.seconds:g} seconds", hint=MORE_TIME)


FOREVER = Deadline()
"""Never."""
