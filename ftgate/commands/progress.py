"""The line on standard error that says how far a long run is.

It appears when a run has taken a second, and is gone before the verdict is printed.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from types import TracebackType
from typing import NamedTuple, TextIO

from ftgate.meter import METER, Meter
from ftgate.render.escape import visible
from ftgate.render.style import columns
from ftgate.render.words import count

PATIENCE_S = 1.0
"""What is done sooner needs no line."""

_EVERY_S = 0.2
_MEGA = 1_000_000
_RATED_FROM_S = 0.5
_NAME_COLUMNS = 40
_WIDTH = 80  # of a terminal that does not say
_ERASE = "\r\x1b[K"


class Ticker:
    """Redraws the line from a thread of its own, so that it moves while one file is read.

    :meth:`show` is the callback of whoever does the work: what is being done, how much of it is
    done, and how much there is.
    """

    def __init__(self, doing: str, stream: TextIO | None = None, meter: Meter = METER) -> None:
        self._doing = doing
        self._stream = stream or sys.stderr
        self._meter = meter
        self._began = time.monotonic()
        self._read = (meter.bytes, 0.0)
        self._now: tuple[str, int, int] | None = None
        self._drawn = False
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="progress", daemon=True)

    def show(self, name: str, done: int, total: int) -> None:
        """Take note; nothing is written here."""
        self._now = (name, done, total)

    def __enter__(self) -> Ticker:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()
        self.clear()

    def clear(self) -> None:
        """Remove the line; the next tick draws it again."""
        if self._drawn:
            self._write(_ERASE)

    def _run(self) -> None:
        wait = PATIENCE_S
        while not self._over.wait(wait):
            wait = _EVERY_S
            if self._now:
                seconds = time.monotonic() - self._began
                if self._meter.bytes != self._read[0]:
                    self._read = (self._meter.bytes, seconds)
                pace = Pace(seconds, self._read[1])
                text = line(self._doing, *self._now, pace, self._meter, self._width())
                self._write(_ERASE + text)
                self._drawn = True

    def _width(self) -> int:
        """Columns but one: some terminals wrap when the last one is written to."""
        try:
            return (os.get_terminal_size(self._stream.fileno()).columns or _WIDTH) - 1
        except (AttributeError, OSError, ValueError):
            return _WIDTH - 1

    def _write(self, text: str) -> None:
        encoding = getattr(self._stream, "encoding", None) or "utf-8"
        try:
            self._stream.write(text.encode(encoding, "ftgate.lookalike").decode(encoding))
            self._stream.flush()
        except (OSError, ValueError):  # nobody is there any more: the work goes on
            self._over.set()


class Pace(NamedTuple):
    """Seconds since the work began, and until the last byte was read."""

    seconds: float
    reading: float


def line(doing: str, name: str, done: int, total: int, pace: Pace, meter: Meter, width: int) -> str:
    """``judging letters (2 of 5) · 61.0 of 200.0 MB · 12,400 examples · 1.2M tokens/s · 9 s left``.

    What does not fit into ``width`` columns is left out, from the end.
    """
    shown = visible(name)
    while columns(shown) > _NAME_COLUMNS:
        shown = shown[:-2] + "\u2026"
    text = f"{doing} {shown} ({min(done + 1, total)} of {total})"
    for part in _parts(pace, meter):
        if columns(text) + 3 + columns(part) > width:
            break
        text += f" \u00b7 {part}"
    return text if columns(text) <= width else ""


def _parts(pace: Pace, meter: Meter) -> list[str]:
    parts = []
    if meter.expected:
        whole = meter.expected / _MEGA
        read = f"{meter.bytes / _MEGA:.1f} of " if meter.bytes else ""
        parts.append(f"{read}{whole:.1f} MB")
    if meter.examples:
        parts.append(count(meter.examples, "example"))
    left = 0.0
    if meter.bytes and pace.reading > _RATED_FROM_S:
        parts.append(_rate(meter, pace.reading))
        missing = meter.expected - meter.bytes
        left = missing * pace.reading / meter.bytes - (pace.seconds - pace.reading)
    parts.append(f"{_time(left)} left" if left > 0 else _time(pace.seconds))
    return parts


def _rate(meter: Meter, seconds: float) -> str:
    """Tokens a second where they are counted, else megabytes."""
    if not meter.tokens:
        return f"{meter.bytes / _MEGA / seconds:.1f} MB/s"
    tokens = meter.tokens / meter.counted * meter.bytes / seconds
    return f"{tokens / _MEGA:.1f}M tokens/s" if tokens >= _MEGA else f"{tokens:,.0f} tokens/s"


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
