"""Bytes to records with line numbers.

Reading order: :mod:`~ftgate.readers.compressed` (open a file, whatever packs it),
:mod:`~ftgate.readers.sniff` (is this JSON Lines at all?), :mod:`~ftgate.readers.jsonl` (the loop),
:mod:`~ftgate.readers.keys` and :mod:`~ftgate.readers.diagnose` (what is wrong with one line).
"""

from __future__ import annotations

DATA_SUFFIXES = (
    *(".jsonl", ".jsonl.gz", ".jsonl.zst"),
    *(".ndjson", ".ndjson.gz", ".ndjson.zst"),
)
"""How the names of data files end, in lower case: all are JSON Lines."""
