"""One record or line and everything that is wrong with it: what is counted, listed and dropped."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, NamedTuple

from ftgate.formats import BY_NAME, detect
from ftgate.model import Example, Problem
from ftgate.readers.jsonl import Line

Refuse = Callable[[dict[str, Any], str, Example], list[Problem]]
"""Record, name of its format, parsed example → why the provider refuses it."""


def judge_record(record: Any, refuse: Refuse | None) -> tuple[str, Example | None, list[Problem]]:
    """Name of the format, example and every problem of a JSON value.

    No known schema is a problem too; it has no name and no example.
    ``refuse`` knows the provider's rules (None: the format's own, which are OpenAI's).
    """
    found = detect(record)
    if found is None:
        return "", None, [Problem("unknown-schema", _shape(record))]
    example = found.parse(record)
    name = found.name
    return name, example, refuse(record, name, example) if refuse else example.problems


class Judged(NamedTuple):
    """The problems of one line, its example and the name of its format: none without a schema."""

    problems: list[Problem]
    example: Example | None = None
    format: str = ""


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
            return Judged(line.problems)
        name, example, problems = judge_record(line.record, self._refuse)
        if name and self._accepts and name not in self._accepts:
            detail = f"{BY_NAME[name].title}, not trained on"
            problems = [*problems, Problem("unknown-schema", detail)]
        return Judged([*line.problems, *problems], example, name)


def _shape(record: Any) -> str:
    """The record's outline without its text."""
    if not isinstance(record, dict):
        return f"a JSON {type(record).__name__}"
    keys = [key if key.isidentifier() and len(key) <= 30 else "?" for key in record]
    return f"keys {', '.join(keys[:6])}" if keys else "an empty object"
