"""Large files that git knows by a pointer only: their bytes, where this machine has them already.

Git LFS keeps what was added or pulled below ``.git/lfs/objects``, DVC below ``.dvc/cache``; both
call a file by the digest that the pointer names. Nothing is fetched, and nothing else is believed:
an object of another size or digest is left out. Source: Git LFS specification, "The Pointer" and
"Intercepting Git"; DVC documentation, "Internal directories and files".
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from ftgate.files import DVC_SUFFIX, is_data, is_dvc_pointer

_MOST_BYTES = 2048  # both kinds of pointers have about 130
_LFS = re.compile(
    rb"version https://git-lfs\.github\.com/spec/.*?^oid sha256:([0-9a-f]{64})$", re.S | re.M
)
_DVC = re.compile(rb"^\s*(?:- )?md5: ([0-9a-f]{32})\s*$", re.M)


def bring(root: Path, git_folder: Path, target: Path, names: Sequence[str]) -> None:
    """Replace the pointers among these files below ``target`` by the data they stand for.

    What is not on this machine stays a pointer, under the name of the data: a finding says how to
    pull it. ``git_folder`` is relative to ``root`` or absolute.
    """
    for name in names:
        if is_data(name):
            _replace(target / name, target / name, _lfs_object(root / git_folder, target / name))
        elif is_dvc_pointer(name):
            data = target / name[: -len(DVC_SUFFIX)]
            if not data.exists():
                _replace(data, target / name, _dvc_object(root, target / name))


def _replace(data: Path, pointer: Path, stored: Path | None) -> None:
    source = stored or pointer
    if source != data:
        data.unlink(missing_ok=True)
        import shutil  # with three libraries that compress; most repositories have no pointers

        shutil.copyfile(source, data)


def _lfs_object(git_folder: Path, pointer: Path) -> Path | None:
    found = _LFS.match(_head(pointer))
    if not found:
        return None
    oid = found[1].decode()
    return _checked(git_folder / "lfs" / "objects" / oid[:2] / oid[2:4] / oid, "sha256", oid)


def _dvc_object(root: Path, pointer: Path) -> Path | None:
    found = _DVC.findall(_head(pointer))
    if len(found) != 1:
        return None
    digest = found[0].decode()
    for cache in (".dvc/cache/files/md5", ".dvc/cache"):  # DVC 3 and 2
        stored = root / cache / digest[:2] / digest[2:]
        if checked := _checked(stored, "md5", digest):
            return checked
    return None


def _head(path: Path) -> bytes:
    """A file that is small enough to be a pointer; else nothing."""
    if path.is_symlink() or not path.is_file() or path.stat().st_size > _MOST_BYTES:
        return b""
    return path.read_bytes()


def _checked(stored: Path, algorithm: str, digest: str) -> Path | None:
    """The object, if it is what it is called."""
    if not stored.is_file():
        return None
    with stored.open("rb") as stream:
        same = hashlib.file_digest(stream, algorithm).hexdigest() == digest
    return stored if same else None
