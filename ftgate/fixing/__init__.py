"""Repairs training data in place: what ``ftgate check --fix`` does.

Reading order: :mod:`~ftgate.fixing.piece` (a stretch of a file and what replaces it),
:mod:`~ftgate.fixing.relaxed` (trailing commas and comments), :mod:`~ftgate.fixing.lines` and
:mod:`~ftgate.fixing.document` (the two ways to read a file), :mod:`~ftgate.fixing.dropping`
(duplicates, and what only unsafe fixes take), :mod:`~ftgate.fixing.replacing` (whole or not at
all), :mod:`~ftgate.fixing.fix` (all of it, for one file), :mod:`~ftgate.fixing.diff`.
"""

from __future__ import annotations

from ftgate.errors import FixError
from ftgate.fixing.dropping import Unsafe
from ftgate.fixing.fix import Fixes, FixReport, fix_file, preview_file

__all__ = ["FixError", "FixReport", "Fixes", "Unsafe", "fix_file", "preview_file"]
