"""What git knows: the staged version of files, a commit's, and files that a commit deletes."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from ftgate.errors import UnreadableError
from ftgate.files import data_beside, is_input
from ftgate.gitstores import bring
from ftgate.prices.places import LOCK_NAME
from ftgate.readers.prompt_names import DOCUMENT_SUFFIXES, includes_others

_SUBMODULE = "160000"
_OF_ONE_REPOSITORY = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")


def index_files(root: Path) -> list[str]:
    """What a commit would change, relative to the repository's root: inputs and submodules."""
    names = _git(root, "diff", "--cached", "--name-only", "-z", "--no-renames").split("\0")
    return [name for name in names if name and (is_input(name) or (root / name).is_dir())]


def neighbours_of_deleted(paths: Sequence[str], root: Path) -> list[str]:
    """The paths, with each file that git knew and that is gone replaced by the data beside it.

    A missing file that git never knew stays: it is a mistake of the caller.
    """
    found: list[str] = []
    for path in paths:
        if os.path.lexists(path) or not _was_tracked(path, root):
            found.append(path)
        else:
            found.extend(data_beside(path))
    return found


def _was_tracked(path: str, root: Path) -> bool:
    try:
        name = os.path.relpath(path, root).replace(os.sep, "/")
        return bool(_git(root, "ls-tree", "--name-only", "HEAD", "--", name))
    except UnreadableError:
        return False


def export_index(root: Path, target: Path) -> None:
    """Write the staged version of all files that a verdict may depend on below ``target``.

    The whole group of a changed file is needed, so unchanged members are written too, and the
    prices that the repository has locked. Files in Git LFS and DVC are taken from this machine's
    own store, else they stay pointers: a hook does not fetch. A submodule is written as pinned.
    """
    _export(root, _git(root, "ls-files", "-z", "--stage"), target)


def export_commit(root: Path, ref: str, target: Path, *, own_prices: bool = False) -> None:
    """Write a commit's version of all files that a verdict may depend on below ``target``.

    Through an index of its own: the working tree and git's own index stay as they are. Prices are
    those of the working tree (versions are compared with the same ones), or with ``own_prices``
    the commit's. Raises UnreadableError for a name that git does not know.
    """
    commit = resolve(root, ref)
    target.mkdir(parents=True, exist_ok=True)
    index = f"{target}.index"
    _git(root, "read-tree", commit, index=index)
    listed = _git(root, "ls-files", "-z", "--stage", index=index)
    _export(root, listed, target, index=index, locks=own_prices)
    if own_prices:
        return
    present = _git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    for lock in filter(_is_lock, present):
        if (root / lock).is_file():
            copy = target / lock
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes((root / lock).read_bytes())


def _export(root: Path, listed: str, target: Path, *, index: str = "", locks: bool = True) -> None:
    """Write what an index lists (``ls-files --stage``) and a verdict may depend on."""
    rows = [row.partition("\t") for row in listed.split("\0") if row]
    wanted = [
        name for name in _needed([name for _, _, name in rows]) if locks or not _is_lock(name)
    ]
    paths = "\0".join(wanted)
    _git(root, "checkout-index", "-z", "--stdin", f"--prefix={target}/", stdin=paths, index=index)
    bring(root, Path(_git(root, "rev-parse", "--git-common-dir").rstrip("\n")), target, wanted)
    for entry, _, name in rows:
        mode, commit, _ = entry.split()
        if mode == _SUBMODULE and (root / name / ".git").exists():
            with _alone(), contextlib.suppress(UnreadableError):  # the pinned commit is not here
                export_commit(root / name, commit, target / name, own_prices=locks)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Without what git tells a hook of its own repository: another one is asked."""
    told = {name: os.environ.pop(name) for name in _OF_ONE_REPOSITORY if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(told)


def _needed(names: Sequence[str]) -> list[str]:
    """The files that a verdict may depend on, with those that prompt files may include."""
    included = DOCUMENT_SUFFIXES if any(map(includes_others, names)) else ()
    return [name for name in names if is_input(name) or name.lower().endswith(included)]


def _is_lock(name: str) -> bool:
    return name.rpartition("/")[2] == LOCK_NAME


def resolve(root: Path, ref: str) -> str:
    """The commit that a branch, tag or revision names; UnreadableError when there is none."""
    try:
        found = _git(
            root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}"
        )
    except UnreadableError:
        raise UnreadableError(
            f"git knows no commit {ref!r}",
            hint="git fetch it first; CI often clones one commit only (fetch-depth: 0)",
        ) from None
    return found.strip()


def hook_path(root: Path) -> Path:
    """Where git looks for the hook that runs before a commit."""
    return root / _git(root, "rev-parse", "--git-path", "hooks/pre-commit").rstrip("\n")


def is_own_hook(root: Path, hook: Path) -> bool:
    """Whether a hook belongs to this repository, and not to all that share ``core.hooksPath``."""
    common = root / _git(root, "rev-parse", "--git-common-dir").rstrip("\n")
    owned = (os.path.realpath(common), os.path.realpath(root))
    return any(Path(os.path.realpath(hook)).is_relative_to(each) for each in owned)


def git_root(start: Path) -> Path:
    """Top folder of the repository; UnreadableError outside of one."""
    return Path(_git(start, "rev-parse", "--show-toplevel").rstrip("\n"))


def _git(folder: Path, *arguments: str, stdin: str = "", index: str = "") -> str:
    import subprocess

    environment = {**os.environ, "GIT_LFS_SKIP_SMUDGE": "1"}
    if index:
        environment["GIT_INDEX_FILE"] = index
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, arguments without a shell
            command,
            input=stdin,
            capture_output=True,
            check=False,
            encoding="utf-8",
            errors="surrogateescape",
            env=environment,
        )
    except FileNotFoundError:
        raise UnreadableError("git is not installed", hint="this needs git") from None
    if done.returncode:
        raise UnreadableError(f"git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout
