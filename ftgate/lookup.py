"""Reads chosen lines of a file again: what no profile keeps is the text."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from ftgate.deadline import FOREVER, Deadline
from ftgate.judge import judge_record
from ftgate.model import Example
from ftgate.readers.compressed import ArchiveError, open_data
from ftgate.readers.jsonl import MAX_LINE_BYTES, read_jsonl
from ftgate.targets import open_target

_NONE = Example([], [])


def examples_at(
    path: str, name: str, target: str, lines: Sequence[int], deadline: Deadline = FOREVER
) -> list[Example]:
    """The examples on these lines; an empty one for a line that is no example any more.

    Whether the file has changed since it was profiled is for the caller to find out. Raises
    OutOfTimeError after ``deadline``.
    """
    wanted = sorted(set(lines))
    found = dict(zip(wanted, each_example_at(path, name, target, wanted, deadline), strict=True))
    return [found[line] for line in lines]


def each_example_at(
    path: str, name: str, target: str, lines: Sequence[int], deadline: Deadline = FOREVER
) -> Iterator[Example]:
    """The same of different lines in ascending order, one after the other."""
    profile = open_target(target)
    read = _rows if profile is not None and profile.reads_table(name) else _lines
    done = 0
    try:
        for number, record in read(path, set(lines), deadline) if lines else ():
            while lines[done] < number:
                yield _NONE
                done += 1
            yield judge_record(record, None)[1] or _NONE
            done += 1
            if done == len(lines):
                return
    except (ArchiveError, OSError):
        pass  # a damaged archive ends here as it did when it was profiled
    for _ in lines[done:]:
        yield _NONE


def _lines(path: str, wanted: set[int], deadline: Deadline) -> Iterator[tuple[int, Any]]:
    """Other lines are not parsed."""
    number = 1
    with open_data(path) as stream:
        for raw in deadline.watch(iter(partial(stream.readline, MAX_LINE_BYTES), b"")):
            if number in wanted:
                wanted.remove(number)  # what follows of a line that is too long is none of its own
                yield number, next(read_jsonl(io.BytesIO(raw))).record
            number += raw.endswith(b"\n")


def _rows(path: str, wanted: set[int], deadline: Deadline) -> Iterator[tuple[int, Any]]:
    from ftgate.readers.table import read_table  # few files are tables

    with open_data(path) as stream:
        for row in deadline.watch(read_table(stream)):
            if row.number in wanted:
                yield row.number, row.record
