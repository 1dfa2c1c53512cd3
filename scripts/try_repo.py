"""Tries a clean clone of this repository as strangers would; needs a package index, so no test.

``pre-commit try-repo`` installs the hook from the clone and judges its sample sets, and a new
environment gets ``pip install`` and the first steps. ``python -m scripts.try_repo`` takes a minute.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Mapping
from pathlib import Path

from scripts.first_steps import refused, walk

ROOT = Path(__file__).resolve().parent.parent
AS_OF = "2026-11-22"
PRE_COMMIT = (sys.executable, "-m", "pre_commit", "try-repo", ".", "ftgate")
KNOWLEDGE = "sample_data/ski-resort-faq/train.jsonl"


class TrialError(Exception):
    """What a stranger would have met."""


def main() -> None:
    """Raise TrialError, with what was printed, unless everything works."""
    with tempfile.TemporaryDirectory(prefix="ftgate-") as folder:
        home = Path(folder)
        clone = home / "ftgate"
        environment = _clean(home)
        _run(["git", "clone", "-q", str(ROOT), str(clone)], home, environment)
        _try_repo(clone, environment)
        _first_steps(clone, home, environment)


def _try_repo(clone: Path, environment: Mapping[str, str]) -> None:
    said = _run([*PRE_COMMIT, "--all-files"], clone, environment, code=1)
    counted = re.search(r"^(\d+) datasets: (\d+) fail", said, re.MULTILINE)
    _expect(counted is not None, "sample sets fail, as they are made to", said)
    _expect("internal error" not in said, "a verdict on each", said)
    print(f"pre-commit try-repo . ftgate --all-files: {counted[0] if counted else ''}")


def _first_steps(clone: Path, home: Path, environment: Mapping[str, str]) -> None:
    programs = home / "venv" / "bin"
    venv.create(programs.parent, with_pip=True)
    _run([str(programs / "pip"), "install", "--quiet", str(clone)], home, environment)
    project = home / "project"
    project.mkdir()
    _run(["git", "init", "-q"], project, environment)
    shutil.copy(clone / KNOWLEDGE, project / "answers.jsonl")
    path = f"{programs}{os.pathsep}{environment['PATH']}"
    steps = walk("ftgate check answers.jsonl", project, {**environment, "PATH": path})
    _expect(refused(steps), "the commit is refused", "\n".join(map(str, steps)))
    for command in ("pip install", *(step.command for step in steps)):
        print(f"  {command}")
    print(f"{1 + len(steps)} commands from nothing to a refused commit")


def _clean(home: Path) -> dict[str, str]:
    """The environment without what belongs to this repository or user, but with pip's settings."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GIT_", "PRE_COMMIT", "FTGATE_", "PYTHON", "VIRTUAL_ENV"))
    }
    (home / ".gitconfig").write_text("[user]\nname = Ada\nemail = ada@example.com\n")
    return kept | {
        "GIT_CONFIG_GLOBAL": str(home / ".gitconfig"),
        "PRE_COMMIT_HOME": str(home / "pre-commit"),
        "FTGATE_CACHE_DIR": str(home / "cache"),
        "FTGATE_AS_OF": AS_OF,
    }


def _run(command: list[str], folder: Path, environment: Mapping[str, str], code: int = 0) -> str:
    program = shutil.which(command[0]) or command[0]
    done = subprocess.run(
        [program, *command[1:]],
        cwd=folder,
        env=dict(environment),
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    _expect(done.returncode == code, f"exit code {code}, not {done.returncode}", said)
    return said


def _expect(holds: bool, what: str, said: str) -> None:
    if not holds:
        raise TrialError(f"expected: {what}\n{said}")


if __name__ == "__main__":
    main()
