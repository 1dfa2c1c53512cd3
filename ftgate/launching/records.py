"""What the journal remembers of a launch, as JSON: an intent before each step, then its result."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from ftgate.launching.requests import Plan
from ftgate.plain import Doubt, build, to_plain

SCHEMA = "ftgate/launch/1"


@dataclass(frozen=True, slots=True)
class Sending:
    """A file on its way: without ``file_id`` nobody knows yet whether it arrived."""

    filename: str
    bytes: int
    file_id: str | None = None
    upload_id: str | None = None
    part_bytes: int = 0
    part_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Attempt:
    """A job that is to be created; without ``job_id`` nobody knows yet whether it was."""

    number: int
    job_id: str | None = None
    status: str = ""
    tuned_model: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One launch: its identity, its plan, and how far it got."""

    key: str
    address: str
    plan: Plan
    files: dict[str, Sending] = field(default_factory=dict)
    attempts: tuple[Attempt, ...] = ()

    def with_file(self, role: str, sending: Sending) -> Record:
        """The record after a step of an upload."""
        return replace(self, files={**self.files, role: sending})

    def with_attempt(self, attempt: Attempt) -> Record:
        """The record after a step of a job; an attempt of the same number is replaced."""
        others = tuple(each for each in self.attempts if each.number != attempt.number)
        return replace(self, attempts=(*others, attempt))

    @property
    def unanswered(self) -> Attempt | None:
        """The attempt whose job may exist without our knowing its id."""
        return next((each for each in self.attempts if each.job_id is None), None)


def to_json(record: Record) -> dict[str, Any]:
    """The record as JSON values."""
    found = to_plain(record)
    assert isinstance(found, dict)  # noqa: S101 - a dataclass is an object
    return {"schema": SCHEMA, **found}


def from_json(value: Any) -> Record | None:
    """The record of JSON values; None when they are none."""
    if not isinstance(value, dict) or value.get("schema") != SCHEMA:
        return None
    try:
        found = build(Record, {key: each for key, each in value.items() if key != "schema"})
    except Doubt:
        return None
    return found if isinstance(found, Record) else None
