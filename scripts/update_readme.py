"""Rewrites the sample runs in README.md with what the program prints today.

A run is a fenced block after a comment that names its command::

    <!-- run: ftgate check sample_data/ski-resort-faq -->

A table is what a command prints as Markdown, between ``<!-- table: ftgate ... -->`` and
``<!-- end of table -->``; between ``<!-- comment: ftgate ... -->`` and ``<!-- end of comment -->``
stands the same as a quotation. ``python scripts/update_readme.py`` rewrites the file; a test
compares.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
_RUN = re.compile(r"(<!-- run: (ftgate [^\n]*) -->\n```console\n)(.*?)(```\n)", re.DOTALL)
_TABLE = re.compile(r"(<!-- table: (ftgate [^\n]*) -->\n)(.*?)(<!-- end of table -->\n)", re.DOTALL)
_COMMENT = re.compile(
    r"(<!-- comment: (ftgate [^\n]*) -->\n)(.*?)(<!-- end of comment -->\n)", re.DOTALL
)


def output_of(command: str) -> str:
    """What a command prints, as in a terminal of 100 columns without colours."""
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100", "PYTHONIOENCODING": "utf-8"}
    with tempfile.TemporaryDirectory() as cache:
        done = subprocess.run(
            [sys.executable, "-m", *command.split()],
            capture_output=True,
            encoding="utf-8",
            cwd=ROOT,
            check=False,
            env={**environment, "FTGATE_CACHE_DIR": cache},
        )
    return done.stdout + done.stderr


def updated(text: str) -> str:
    """The text with every run, table and comment executed again."""
    text = _RUN.sub(lambda run: f"{run[1]}$ {run[2]}\n{output_of(run[2])}{run[4]}", text)
    text = _TABLE.sub(lambda table: f"{table[1]}\n{output_of(table[2])}\n{table[4]}", text)
    return _COMMENT.sub(lambda one: f"{one[1]}\n{_quoted(output_of(one[2]))}\n{one[4]}", text)


def _quoted(text: str) -> str:
    """Markdown as a quotation, without the mark by which a comment is found again."""
    lines = text.removeprefix("<!-- ftgate -->\n").splitlines()
    return "".join(f"> {line}".rstrip() + "\n" for line in lines)


if __name__ == "__main__":
    README.write_text(updated(README.read_text("utf-8")), "utf-8")
