"""Every problem of a line, as ``check`` counts them: to drop the line, or to list its failures."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from ftgate.formats import detect
from ftgate.model import Example, Problem
from ftgate.profile import Refuse
from ftgate.readers.jsonl import Line


class Judged(NamedTuple):
    """The problems of one line, and its example (None: it is no record of a known schema)."""

    problems: list[Problem]
    example: Example | None


class Judge:
    """A provider as the judge of lines.

    ``refuse`` says why it refuses a record (None: what the record's own format says), ``accepts``
    are the schemas that it trains on (empty: all), ``csv`` says whether it reads tables.
    """

    def __init__(
        self, refuse: Refuse | None = None, accepts: Collection[str] = (), *, csv: bool = False
    ) -> None:
        self._refuse = refuse
        self._accepts = accepts
        self.csv = csv

    def judge(self, line: Line) -> Judged:
        """One line, blank and invalid ones included."""
        if line.record is None:
            return Judged(line.problems, None)
        found = detect(line.record)
        if found is None:
            return Judged([*line.problems, Problem("unknown-schema", "no known schema")], None)
        example = found.parse(line.record)
        refuse = self._refuse
        refused = refuse(line.record, found.name, example) if refuse else example.problems
        if self._accepts and found.name not in self._accepts:
            refused = [*refused, Problem("unknown-schema", f"{found.title}, not trained on")]
        return Judged([*line.problems, *refused], example)
