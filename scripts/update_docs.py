"""Runs the commands of the documentation and rewrites what they print.

A page with ``<!-- session -->`` is run from top to bottom in one shell, in an empty folder, or with
``<!-- session: sample_data/x ... -->`` in one that holds copies of these::

    <!-- bucket: s3://acme sample_data/x ... -->  the session has a store on this machine with these
    <!-- file: make_data.py -->       the block that follows is written to this file
    <!-- include: hooks/ci/x.yml -->  the block that follows shows this file of the repository
    ```console                        each line after "$ " is run; below it stands what it printed

Elsewhere a run stands after a comment that names it, as in the README
(:mod:`scripts.update_readme`).
``python -m scripts.update_docs`` rewrites the pages and ``man/ftgate.1``; tests compare.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.bucket import bucket_server, upload
from scripts.build_docs import DOCS, ROOT
from scripts.update_readme import updated

AS_OF = "2026-11-22"
_SESSION = re.compile(r"<!-- session(?:: (.*))? -->")
_BUCKET = re.compile(r"<!-- bucket: s3://(\S+) (.*) -->")
_BLOCK = re.compile(
    r"(?:<!-- (?P<what>file|include): (?P<name>\S+) -->\n)?"
    r"(?P<open>```(?P<kind>\S*)[^\n]*\n)(?P<body>.*?)(?P<close>^```\n)",
    re.DOTALL | re.MULTILINE,
)
_MARK = "----- what follows is the output of the next command -----"
_NOBODY = "http://127.0.0.1:9"  # the port that discards: what asks for the network fails
_IDENTITY = "[user]\nname = Ada\nemail = ada@example.com\n[init]\ndefaultBranch = main\n"


def pages() -> list[Path]:
    """Every page that people wrote."""
    return sorted(DOCS.rglob("*.md"))


def updated_page(text: str) -> str:
    """The page with every command executed again and every included file as it is."""
    text = _BLOCK.sub(_included, text)
    session = _SESSION.search(text)
    if not session:
        return updated(text)
    with _store(text) as environment:
        outputs = iter(_outputs(_script(text), (session[1] or "").split(), environment))
    return _BLOCK.sub(lambda block: _answered(block, outputs), text)


@contextmanager
def _store(text: str) -> Iterator[dict[str, str]]:
    """The environment of the bucket that a page asks for, with a folder for each sample."""
    asked = _BUCKET.search(text)
    if not asked:
        yield {}
        return
    samples = [ROOT / sample for sample in asked[2].split()]
    files = {f"{each.name}/{file.name}": file for each in samples for file in each.glob("*.jsonl")}
    with bucket_server() as environment:
        upload(environment, asked[1], files)
        yield {**environment, "NO_PROXY": "127.0.0.1"}


def commands_of(body: str) -> list[str]:
    """The commands of a console block; a line that ends with a backslash goes on."""
    joined = re.sub(r"\\\n", "\\\\\x00", body)
    found = re.findall(r"^\$ (.*)$", joined, re.MULTILINE)
    return [command.replace("\x00", "\n") for command in found]


def _included(block: re.Match[str]) -> str:
    if block["what"] != "include":
        return block[0]
    body = (ROOT / block["name"]).read_text("utf-8")
    return block[0][: block.start("body") - block.start()] + body + block["close"]


def _script(text: str) -> str:
    lines = ["exec 2>&1"]
    for block in _BLOCK.finditer(text):
        if block["what"] == "file":
            name = shlex.quote(block["name"])
            lines += [f"mkdir -p $(dirname {name})", f"cat >{name} <<'END-OF-FILE'"]
            lines += [block["body"] + "END-OF-FILE"]
        elif block["kind"] == "console":
            for command in commands_of(block["body"]):
                lines += [f"code=$?; echo '{_MARK}'; (exit $code)", command]  # $? is the reader's
    return "\n".join([*lines, ""])


def _answered(block: re.Match[str], outputs: Iterator[str]) -> str:
    if block["kind"] != "console":
        return block[0]
    shown = [f"$ {command}\n{next(outputs)}" for command in commands_of(block["body"])]
    return f"{block['open']}{''.join(shown)}{block['close']}"


def _outputs(script: str, samples: list[str], environment: dict[str, str]) -> list[str]:
    """What each command of a script printed, both streams as they came."""
    with tempfile.TemporaryDirectory() as name:
        folder, home = Path(name, "project"), Path(name, "home")
        folder.mkdir()
        home.mkdir()
        for sample in samples:
            shutil.copytree(ROOT / sample, folder / Path(sample).name)
        done = subprocess.run(
            ["bash", "-c", script],
            stdout=subprocess.PIPE,
            encoding="utf-8",
            cwd=folder,
            env=_environment(home) | environment,
            check=False,
        )
        shown = done.stdout.replace(str(folder), "/home/ada/project")
    return shown.split(f"{_MARK}\n")[1:]


def _environment(home: Path) -> dict[str, str]:
    """A shell in which `ftgate` and `python` are those of this environment, for one fixed day."""
    programs = home / "bin"
    programs.mkdir()
    for name, start in (("ftgate", " -m ftgate"), ("python", "")):
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)}{start} "$@"\n')
        program.chmod(0o755)
    (home / ".gitconfig").write_text(_IDENTITY)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "FTGATE_", "XDG_"))}
    path = f"{programs}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}"
    return {
        **kept,
        **{"HOME": str(home), "PATH": path, "PYTHONPATH": str(ROOT)},
        **{"FTGATE_TODAY": AS_OF, "FTGATE_AS_OF": AS_OF, "FTGATE_CACHE_DIR": str(home / "cache")},
        **{"HTTP_PROXY": _NOBODY, "HTTPS_PROXY": _NOBODY, "NO_PROXY": ""},
        **{"NO_COLOR": "1", "COLUMNS": "100", "LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "utf-8"},
    }


def main() -> None:
    """Rewrite every page that prints something else today, and the manual page."""
    from scripts import build_man

    build_man.main()
    for page in pages():
        before = page.read_text("utf-8")
        after = updated_page(before)
        if after != before:
            page.write_text(after, "utf-8")
            print(page.relative_to(ROOT))


if __name__ == "__main__":
    main()
