"""Finished jobs beside what was predicted for them, from the journal or from their metadata."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ftgate.errors import LaunchError, NothingToJudgeError
from ftgate.launching import calibration
from ftgate.launching.calibration import Entry
from ftgate.launching.client import JobView, Service, is_azure
from ftgate.launching.journal import Journal
from ftgate.launching.records import Record
from ftgate.launching.steps import remember


class Looked(NamedTuple):
    """One job: its comparison, or why there is none."""

    job: JobView
    entry: Entry | None
    why: str = ""


class _Launch(NamedTuple):
    """Where a job is in the journal."""

    record: Record
    number: int


def reconcile(jobs: Sequence[str], service: Service, journal: Journal) -> list[Looked]:
    """Compare the named jobs, or every job of the journal that was launched at this service.

    What is finished is added to the calibration log, once. Raises NothingToJudgeError when there is
    no job, LaunchError when the service does not answer.
    """
    launched = _launched(journal, service.address)
    names = list(dict.fromkeys(jobs)) or list(launched)
    if not names:
        raise NothingToJudgeError(
            f"no job of {service.address} is in the journal",
            hint="ftgate reconcile JOB, or --base-url for jobs of another service",
        )
    known = {entry.job: entry for entry in calibration.entries_of(journal.logged())}
    found = [_look(name, launched.get(name), service, journal) for name in names]
    for looked in found:
        if looked.entry and looked.entry != known.get(looked.entry.job):
            journal.log(calibration.to_json(looked.entry))
    return found


def _launched(journal: Journal, address: str) -> dict[str, _Launch]:
    """The jobs of the journal at one address: a key is sent to no other one."""
    return {
        attempt.job_id: _Launch(record, attempt.number)
        for record in journal.records()
        if record.address == address
        for attempt in record.attempts
        if attempt.job_id
    }


def _look(name: str, launch: _Launch | None, service: Service, journal: Journal) -> Looked:
    job = service.job(name)
    if launch:
        remember(journal, launch.record.key, launch.number, job)
    if not job.finished:
        return Looked(job, None, "not finished yet")
    if job.status != "succeeded":
        return Looked(job, None, "nothing to compare")
    predicted = launch.record.plan.prediction if launch else calibration.prediction_in(job.metadata)
    if predicted is None:
        return Looked(job, None, "was not launched by ftgate: no prediction")
    if job.epochs is None:
        return Looked(job, None, "does not say how many epochs it trained")
    azure = (launch.record.plan.profile == "azure" if launch else False) or is_azure(
        service.address
    )
    billed = _billed_by_event(name, service) if azure else job.trained_tokens
    if billed is None:
        where = "no event says what was billed" if azure else "no trained_tokens"
        return Looked(job, None, where)
    finished = job.finished_at or job.created_at
    return Looked(
        job, calibration.entry_of(name, job.model, job.epochs, billed, finished, predicted)
    )


def _billed_by_event(name: str, service: Service) -> int | None:
    return calibration.billed_in(event.message for event in service.events(name))


def observations(journal: Journal) -> list[Entry]:
    """The calibration log."""
    return calibration.entries_of(journal.logged())


def tuned_here(journal: Journal) -> Iterator[tuple[str, Record]]:
    """Tuned models that came out of launches of this journal."""
    try:
        records = journal.records()
    except LaunchError:
        return
    for record in records:
        for attempt in record.attempts:
            if attempt.tuned_model:
                yield attempt.tuned_model, record
