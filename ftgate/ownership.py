"""Whether what is on disk can only have been written by the user who runs ftgate.

A checksum tells damage, not forgery: whoever writes an entry computes its checksum too. So what is
remembered between runs is believed only where nobody else can write, as ssh does with its keys
(StrictModes) and git with repositories (safe.directory).
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

_OTHERS = stat.S_IWGRP | stat.S_IWOTH


def doubt(found: os.stat_result, user: int | None = None) -> str:
    """Why a file or a folder is not believed, "" when it is.

    ``user`` is whose it has to be, by default the effective user's. Where files have no such owner
    (Windows), folders of a user are closed to others by inheritance, and all is believed.
    """
    if user is None:
        if not hasattr(os, "geteuid"):
            return ""
        user = os.geteuid()
    if found.st_uid != user:
        return "belongs to another user"
    return "can be written by others" if found.st_mode & _OTHERS else ""


def doubt_of(folder: Path) -> str:
    """The same of a folder; one that is not there, or cannot be looked at, is not doubted."""
    try:
        return doubt(folder.stat())
    except OSError:
        return ""
