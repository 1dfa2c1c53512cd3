"""The steps of a launch: find what is there, upload what is missing, create the job once.

Before each step the journal says what is intended, after it what came of it; and what the service
has is looked for first. So a process that is killed anywhere can be run again: a file that arrived
is found by its name, which names its content, and a job by its metadata.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from typing import NamedTuple

from ftgate.launching import client, requests
from ftgate.launching.advice import safe_event
from ftgate.launching.client import JobView, Service, ServiceError
from ftgate.launching.contents import Judged
from ftgate.launching.journal import Journal
from ftgate.launching.records import Attempt, Record, Sending
from ftgate.launching.requests import DataFile, Plan

_GONE = (400, 404)  # what an upload is that has expired


class Launched(NamedTuple):
    """The job of a launch; ``found`` when an earlier launch created it."""

    job: JobView
    found: bool
    key: str
    number: int


class Watcher(NamedTuple):
    """Whom to tell: of bytes sent (name, sent, all), and in words."""

    progress: Callable[[str, int, int], None] | None
    say: Callable[[str], None]


def launch(
    plan: Plan, service: Service, journal: Journal, watcher: Watcher, *, again: bool = False
) -> Launched:
    """The job of the plan: an earlier one of the same bytes and settings, or a new one.

    ``again`` creates one more. Raises UnreadableError when a file is not what was judged (then
    nothing is sent), LaunchError when the service refuses.
    """
    key = requests.fingerprint(plan, service.address)
    with journal.locked(key):
        record = journal.load(key) or Record(key, service.address, plan)
        jobs = service.jobs_of(plan.digest)
        if found := _earlier(record, jobs, service, again=again):
            number, job = found
            journal.save(record.with_attempt(_attempt(number, job)))
            return Launched(job, True, key, number)
        number = _next(record, jobs)
        record, files = _send_files(replace(record, plan=plan), service, journal, watcher)
        record = record.with_attempt(Attempt(number))
        journal.save(record)
        body = requests.job_body(plan, files, requests.mark(key, number))
        job = service.create_job(body, lambda: _arrived(record, service.jobs_of(plan.digest)))
        journal.save(record.with_attempt(_attempt(number, job)))
        return Launched(job, False, key, number)


def follow(launched: Launched, service: Service, journal: Journal, watcher: Watcher) -> JobView:
    """Say the events of a job until it is finished; how it ended is in the journal."""
    pauses, pause, said = iter(client.PAUSES.poll), client.PAUSES.poll[-1], set[str]()
    while True:
        job = service.job(launched.job.id)
        for event in service.events(job.id, said):
            said.add(event.id)
            watcher.say(safe_event(event.message, service.key))
        if job.finished:
            remember(journal, launched.key, launched.number, job)
            return job
        time.sleep(next(pauses, pause))


def remember(journal: Journal, key: str, number: int, job: JobView) -> None:
    """Note how a job stands."""
    with journal.locked(key):
        record = journal.load(key)
        if record:
            journal.save(record.with_attempt(_attempt(number, job)))


def _attempt(number: int, job: JobView) -> Attempt:
    return Attempt(number, job.id, job.status, job.tuned_model)


def _numbered(jobs: list[JobView], key: str) -> dict[int, JobView]:
    found = ((requests.number_of(job.metadata, key), job) for job in jobs)
    return {number: job for number, job in found if number is not None}


def _earlier(
    record: Record, jobs: list[JobView], service: Service, *, again: bool
) -> tuple[int, JobView] | None:
    """The job that this launch is about, if there is one already.

    An attempt without an answer is looked for first, with ``again`` too: it is that other job.
    """
    if record.unanswered and (job := _arrived(record, jobs)):
        return record.unanswered.number, job
    if again:
        return None
    if known := _numbered(jobs, record.key):
        return max(known.items())
    for attempt in reversed(record.attempts):
        if attempt.job_id:
            return attempt.number, service.job(attempt.job_id)
    return None


def _arrived(record: Record, jobs: list[JobView]) -> JobView | None:
    """The job of the unanswered attempt.

    It is found by its mark; at a service that keeps no metadata, by its file, among the jobs that
    no other attempt has made.
    """
    pending, sent = record.unanswered, record.files.get("train")
    if pending is None or sent is None:
        return None
    if job := _numbered(jobs, record.key).get(pending.number):
        return job
    mine = {attempt.job_id for attempt in record.attempts}
    for job in jobs:
        if not job.metadata and job.training_file == sent.file_id and job.id not in mine:
            return job
    return None


def _next(record: Record, jobs: list[JobView]) -> int:
    """The number of the job to create: that of an attempt that never arrived, or a new one."""
    if record.unanswered:
        return record.unanswered.number
    known = _numbered(jobs, record.key)
    return max([0, *known, *(attempt.number for attempt in record.attempts)]) + 1


def _send_files(
    record: Record, service: Service, journal: Journal, watcher: Watcher
) -> tuple[Record, dict[str, str]]:
    """Upload what is not there; all files are proven before the first byte is sent."""
    part_bytes = requests.PART_BYTES
    with ExitStack() as stack:
        judged = [
            (file, stack.enter_context(Judged(file.path, file.digest, part_bytes)))
            for file in record.plan.files
        ]
        for file, content in judged:
            record = _Upload(file, content, service, journal, watcher).run(record)
    return record, {role: sending.file_id or "" for role, sending in record.files.items()}


class _Upload:
    """One file on its way to the service."""

    def __init__(
        self,
        file: DataFile,
        content: Judged,
        service: Service,
        journal: Journal,
        watcher: Watcher,
    ) -> None:
        self._file = file
        self._content = content
        self._service = service
        self._journal = journal
        self._watcher = watcher

    def run(self, record: Record) -> Record:
        """The record with the id of the file, which is at the service then."""
        file, known = self._file, record.files.get(self._file.role)
        sending = known if known and known.filename == file.filename else None
        sending = sending or Sending(file.filename, file.bytes)
        file_id = self._service.find_file(file.filename, file.bytes)
        if file_id:
            self._watcher.say(f"{file.path} is there already: {file_id}")
        else:
            record = self._save(record, replace(sending, file_id=None))
            file_id = self._send(record, sending)
        return self._save(record, replace(sending, file_id=file_id, upload_id=None, part_ids=()))

    def _send(self, record: Record, sending: Sending) -> str:
        if len(self._content) <= 1:
            data = self._content.part(0)
            return self._service.upload(self._file.filename, data, self._progress(0))
        resumed = sending.upload_id and sending.part_bytes == requests.PART_BYTES
        try:
            return self._send_parts(record, sending if resumed else None)
        except ServiceError as error:
            if not resumed or error.advice.status not in _GONE:
                raise
            return self._send_parts(record, None)

    def _send_parts(self, record: Record, begun: Sending | None) -> str:
        """Each part is noted when it has arrived, and not sent again after a kill."""
        file, part_bytes = self._file, requests.PART_BYTES
        if begun is None:
            upload = self._service.begin_upload(requests.upload_body(file))
            begun = Sending(file.filename, file.bytes, None, upload, part_bytes)
            record = self._save(record, begun)
        upload = begun.upload_id or ""
        for index in range(len(begun.part_ids), len(self._content)):
            data = self._content.part(index)
            part = self._service.add_part(upload, data, self._progress(index * part_bytes))
            begun = replace(begun, part_ids=(*begun.part_ids, part))
            record = self._save(record, begun)
        return self._service.complete_upload(upload, begun.part_ids, file.filename, file.bytes)

    def _save(self, record: Record, sending: Sending) -> Record:
        record = record.with_file(self._file.role, sending)
        self._journal.save(record)
        return record

    def _progress(self, before: int) -> Callable[[int, int], None] | None:
        show = self._watcher.progress
        if show is None:
            return None
        return lambda sent, _: show(self._file.path, before + sent, self._file.bytes)
