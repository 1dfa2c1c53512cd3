"""A command in a real terminal: a pseudo-terminal of so many columns, and what it was sent."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pytest

fcntl = pytest.importorskip("fcntl", reason="NOT TESTED: no pseudo-terminals here")
pty = pytest.importorskip("pty")
termios = pytest.importorskip("termios")

ERASE = "\r\x1b[K"
_SGR = re.compile(r"\x1b\[[0-9;]*m")


class Seen(NamedTuple):
    """Everything that the terminal was sent, and how the command ended."""

    sent: str
    exit_code: int

    @property
    def plain(self) -> str:
        """What is left on the screen, without colours: an erased line is gone."""
        lines = _SGR.sub("", self.sent).replace("\r\n", "\n").split("\n")
        return "\n".join(line.rpartition(ERASE)[2] for line in lines)


def in_terminal(
    command: Sequence[str],
    env: Mapping[str, str] | None = None,
    columns: int = 80,
    stdout: int | None = None,
) -> Seen:
    """Run a command whose standard output and error are a terminal, or only the error."""
    master, slave = pty.openpty()
    size = (40).to_bytes(2, "little") + columns.to_bytes(2, "little") + bytes(4)
    fcntl.ioctl(slave, termios.TIOCSWINSZ, size)
    kept = ("PATH", "HOME", "PYTHONPATH", "FTGATE_CACHE_DIR", "FTGATE_STATE_DIR")
    clean = {name: os.environ[name] for name in kept if name in os.environ}
    process = subprocess.Popen(
        command,
        stdin=slave,
        stdout=slave if stdout is None else stdout,
        stderr=slave,
        env={**clean, "TERM": "xterm-256color", "LANG": "C.UTF-8", **(env or {})},
    )
    os.close(slave)
    sent = b""
    while True:
        try:
            part = os.read(master, 65_536)
        except OSError:  # Linux says so when the last writer is gone
            break
        if not part:
            break
        sent += part
    os.close(master)
    return Seen(sent.decode("utf-8"), process.wait())
