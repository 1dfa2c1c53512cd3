"""A newcomer's way from an installed ftgate to a refused commit, by the printed hints alone.

Each command after the first is the one that the output before it names after ``next``.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

MOST_COMMANDS = 4
"""With the installation before it, five."""

_HINT = re.compile(r"^ *next:? +(\S.*)$", re.MULTILINE)


class Step(NamedTuple):
    """A command that was run, its exit code and what it printed."""

    command: str
    code: int
    said: str

    @property
    def hint(self) -> str:
        """The command to run next; "" where none is named."""
        found: list[str] = _HINT.findall(self.said)
        return found[-1] if found else ""


def walk(first: str, folder: Path, environment: Mapping[str, str]) -> list[Step]:
    """Run ``first`` and then what is hinted, up to the commit or :data:`MOST_COMMANDS`."""
    steps: list[Step] = []
    command = first
    while command and len(steps) < MOST_COMMANDS:
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=folder,
            env=dict(environment),
            capture_output=True,
            text=True,
            check=False,
        )
        steps.append(Step(command, done.returncode, done.stdout + done.stderr))
        command = "" if "git commit" in command else steps[-1].hint
    return steps


def refused(steps: list[Step]) -> bool:
    """Whether the last step is a commit that the gate refused, with a finding."""
    last = steps[-1]
    judged = re.search(r"(FAIL|UNDECIDED) .*\n(.*\n)*? *FT\d{3} ", last.said)
    return "git commit" in last.command and last.code != 0 and judged is not None
