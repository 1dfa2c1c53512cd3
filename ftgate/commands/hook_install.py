"""``ftgate hook --install``: git's own hook, for repositories without a hook framework."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

from ftgate import gitindex
from ftgate.config import find, load
from ftgate.errors import UnreadableError, UsageError

_MOST_NAMED = 5

SCRIPT = """\
#!/bin/sh
# Git's own pre-commit hook, for repositories without a hook framework.
# Install:  ftgate hook --install
# Skip:     SKIP=ftgate git commit        (CI still judges)
set -eu

case ",${SKIP:-}," in
*,ftgate,*) exit 0 ;;
esac

root=$(git rev-parse --show-toplevel)
for ftgate in ftgate "$root/.venv/bin/ftgate" "$root/.venv/Scripts/ftgate"; do
    if command -v "$ftgate" >/dev/null 2>&1; then
        exec "$ftgate" hook --staged "$@"
    fi
done

# A gate that is not there must not be green.
echo "ftgate is not installed: pip install ftgate, or commit with SKIP=ftgate" >&2
exit 2
"""
"""The same as ``hooks/pre-commit``, which can be copied where nothing is installed yet."""


def install(start: Path) -> str:
    """Write the hook of the repository around ``start``; what to say of it.

    Raises UsageError outside of a repository, and where a hook exists already or lies outside of
    this repository: whose it is, nobody here knows.
    """
    try:
        root = gitindex.git_root(start)
    except UnreadableError as error:
        raise UsageError(error.message, hint="git init, then ftgate hook --install") from None
    path = gitindex.hook_path(root)
    shown = os.path.relpath(path)
    if not gitindex.is_own_hook(root, path):
        raise UsageError(
            f"core.hooksPath: {shown} is not this repository's alone",
            hint="add to that hook: ftgate hook --staged",
        )
    present = path.read_bytes() if path.exists() else b""
    if b"ftgate" in present:
        return f"{shown}: already judges each commit\n{_next(start)}"
    if present:
        raise UsageError(
            f"{shown} exists and is not overwritten",
            hint="add to it: ftgate hook --staged. With pre-commit: ftgate init writes the stanza",
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_for_this_installation(SCRIPT), encoding="utf-8")
    path.chmod(0o755)
    return f"wrote {shown}: each commit is judged, SKIP=ftgate skips it\n{_next(start)}"


def _for_this_installation(script: str) -> str:
    """Look for the program that writes the hook last: commits come from editors too."""
    program = shlex.quote(str(Path(sys.executable).with_name("ftgate")))
    return script.replace('/Scripts/ftgate"; do', f'/Scripts/ftgate" {program}; do')


def _top(pattern: str) -> str:
    """What to add for a pattern of the plan: its first folder; one above the plan is too much."""
    return pattern if pattern.startswith((os.pardir, os.sep)) else pattern.split(os.sep)[0]


def _next(start: Path) -> str:
    """The commit that will be judged: of the plan and of what it names."""
    message = '-m "training data"'
    plan = find(start.resolve())
    if plan is None:
        return f"next: git commit {message}\n"
    settings = load(plan)
    folder = os.path.relpath(plan.parent, start)
    patterns = [each for table in settings.dataset for each in (*table.train, *table.validation)]
    patterns += [each for table in settings.dataset for each in (*table.test, *table.prompts)]
    patterns += [table.tuned_prompt for table in settings.dataset if table.tuned_prompt]
    tops = sorted({_top(os.path.normpath(each)) for each in patterns})
    named = [os.path.normpath(os.path.join(folder, each)) for each in (plan.name, *tops)]
    files = " ".join(map(shlex.quote, named)) if len(tops) <= _MOST_NAMED else shlex.quote(folder)
    return f"next: git add {files} && git commit {message}\n"
