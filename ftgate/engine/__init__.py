"""Where files are profiled. An engine maps files to profiles; merging is the gate's.

``serial`` reads them one after the other in this process. Other engines give identical profiles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ftgate.engine.serial import run_serial
from ftgate.engine.task import Result, Task

Engine = Callable[[Iterable[Task]], Iterator[Result]]

ENGINES: dict[str, Engine] = {"serial": run_serial}
