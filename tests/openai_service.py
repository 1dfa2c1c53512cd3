"""OpenAI's API for files, uploads, fine-tuning jobs and models, on this machine, with its moods.

It keeps what it is sent, checks what the service checks, lets jobs advance each time that they are
looked at, and bills them by the rule that 13 public jobs confirm, counted here with tiktoken.
"""

from __future__ import annotations

import json
import os
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.price_server import serving

Json = dict[str, Any]
STATES = ("validating_files", "queued", "running", "succeeded")


@dataclass
class Asked:
    """One request as it arrived; ``body`` is JSON, or the parts of a form by name."""

    method: str
    path: str
    query: dict[str, str]
    body: Json
    key: str


@dataclass
class Fault:
    """What goes wrong with the next ``times`` requests that match.

    ``kind``: ``answer`` an error instead; ``cut before``/``cut after`` it was handled; ``kill
    before``/``kill after`` the process that asks; ``slow`` wait first.
    """

    method: str
    path: str
    kind: str
    status: int = 500
    code: str | None = None
    message: str = "no"
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1
    skip: int = 0
    seconds: float = 0.0


class Refusal(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass
class OpenAIService:
    """What the service has and what it was asked; ``bill`` makes trained tokens of a job."""

    url: str
    bill: Callable[[bytes, int], int]
    files: dict[str, Json] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    uploads: dict[str, Json] = field(default_factory=dict)
    parts: dict[str, bytes] = field(default_factory=dict)
    jobs: dict[str, Json] = field(default_factory=dict)
    events: dict[str, list[Json]] = field(default_factory=dict)
    models: list[str] = field(default_factory=lambda: ["gpt-4.1-mini-2025-04-14"])
    asked: list[Asked] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    victim: int = 0  # the process that "kill" ends
    auto_epochs: int = 3
    failure: Json | None = None  # with which jobs fail
    azure: bool = False  # bills in an event, and reports characters as trained tokens
    keeps_metadata: bool = True
    filters: bool = True  # lists of jobs by metadata
    lock: Any = field(default_factory=threading.Lock)

    def sent(self, method: str = "POST") -> list[str]:
        """The paths of the requests of one method, ids left out."""
        return [re.sub(r"-[0-9]+", "", each.path) for each in self.asked if each.method == method]

    # -- files and uploads --------------------------------------------------------------------

    def create_file(self, asked: Asked) -> Json:
        name, data = asked.body["file"]
        return self._file(name, data, asked.body["purpose"])

    def _file(self, name: str, data: bytes, purpose: str) -> Json:
        if purpose != "fine-tune" or not name.endswith(".jsonl"):
            raise Refusal(400, "wrong purpose or name", "invalid_file_format")
        file_id = f"file-{len(self.contents) + 1}"
        self.contents[file_id] = data
        self.files[file_id] = {
            **{"id": file_id, "object": "file", "bytes": len(data), "created_at": 1_795_000_000},
            **{"filename": name, "purpose": purpose, "status": "processed"},
        }
        return self.files[file_id]

    def list_files(self, asked: Asked) -> Json:
        wanted = asked.query.get("purpose")
        found = [each for each in self.files.values() if wanted in (None, each["purpose"])]
        return {"object": "list", "data": found, "has_more": False}

    def create_upload(self, asked: Asked) -> Json:
        upload_id = f"upload-{len(self.uploads) + 1}"
        now = {"created_at": 1_795_000_000, "expires_at": 1_795_003_600, "status": "pending"}
        self.uploads[upload_id] = {"id": upload_id, "object": "upload", **asked.body, **now}
        return self.uploads[upload_id]

    def add_part(self, asked: Asked, upload_id: str) -> Json:
        if self.uploads.get(upload_id, {}).get("status") != "pending":
            raise Refusal(400, "upload is gone")
        part_id = f"part-{len(self.parts) + 1}"
        self.parts[part_id] = asked.body["data"][1]
        common = {"object": "upload.part", "created_at": 1_795_000_000}
        return {"id": part_id, "upload_id": upload_id, **common}

    def complete_upload(self, asked: Asked, upload_id: str) -> Json:
        upload = self.uploads[upload_id]
        data = b"".join(self.parts[each] for each in asked.body["part_ids"])
        if upload["status"] != "pending" or len(data) != upload["bytes"]:
            raise Refusal(400, "not pending, or not as many bytes as announced")
        upload["status"] = "completed"
        upload["file"] = self._file(upload["filename"], data, upload["purpose"])
        return upload

    # -- jobs ---------------------------------------------------------------------------------

    def create_job(self, asked: Asked) -> Json:
        body, metadata = asked.body, asked.body.get("metadata") or {}
        for role in ("training_file", "validation_file"):
            if role in body and body[role] not in self.files:
                raise Refusal(400, f"no such file in {role}", "invalid_file")
        kind = body["method"]["type"]
        if set(body["method"]) != {"type", kind} or "hyperparameters" in body:
            raise Refusal(400, "wrong method")
        if len(metadata) > 16 or any(len(k) > 64 or len(v) > 512 for k, v in metadata.items()):
            raise Refusal(400, "metadata too long")
        job_id = f"ftjob-{len(self.jobs) + 1}"
        inner = body["method"][kind].get("hyperparameters", {})
        method = {"type": kind, kind: {"hyperparameters": {"n_epochs": "auto", **inner}}}
        self.jobs[job_id] = {
            **{"id": job_id, "object": "fine_tuning.job", "status": STATES[0], "error": None},
            **{"model": body["model"], "created_at": 1_795_000_000 + len(self.jobs)},
            **{"fine_tuned_model": None, "finished_at": None, "trained_tokens": None},
            **{"training_file": body["training_file"], "organization_id": "org-1"},
            **{"validation_file": body.get("validation_file"), "result_files": []},
            **{"seed": body.get("seed", 7), "method": method, "suffix": body.get("suffix")},
            "metadata": metadata if self.keeps_metadata else None,
        }
        self.events[job_id] = []
        self._say(job_id, f"Created fine-tuning job: {job_id}")
        return self.jobs[job_id]

    def list_jobs(self, asked: Asked) -> Json:
        found = sorted(self.jobs.values(), key=lambda job: -int(job["created_at"]))
        for name, value in asked.query.items():
            if (key := re.fullmatch(r"metadata\[(.+)\]", name)) and self.filters:
                found = [job for job in found if (job["metadata"] or {}).get(key[1]) == value]
        return _page(found, asked.query)

    def job(self, asked: Asked, job_id: str) -> Json:
        """One job; looking at it lets it advance."""
        if job_id not in self.jobs:
            raise Refusal(404, "no such job")
        job = self.jobs[job_id]
        if job["status"] in STATES[:-1]:
            job["status"] = STATES[STATES.index(job["status"]) + 1]
            if self.failure:
                job |= {"status": "failed", "error": {"param": None, **self.failure}}
            elif job["status"] == "succeeded":
                self._finish(job)
            else:
                self._say(job_id, f"Job is {job['status']}")
        return job

    def _finish(self, job: Json) -> None:
        inner = job["method"][job["method"]["type"]]["hyperparameters"]
        if inner["n_epochs"] == "auto":
            inner["n_epochs"] = self.auto_epochs
        data, epochs = self.contents[job["training_file"]], inner["n_epochs"]
        billed = self.bill(data, epochs)
        if self.azure:
            text = data.decode("utf-8-sig").replace("\n", "")
            job["trained_tokens"] = epochs * (len(text.encode("utf-16-le")) // 2 // 4)
            billed = -(-billed // 1000) * 1000
            self._say(job["id"], f"Training tokens billed: {billed:,}")
        else:
            job["trained_tokens"] = billed
        name = f"ft:{job['model']}:org:{job['suffix'] or ''}:{job['id'][-1] * 6}"
        job |= {"fine_tuned_model": name, "finished_at": job["created_at"] + 900}
        self.models.append(name)
        self._say(job["id"], "The job has successfully completed")

    def _say(self, job_id: str, message: str) -> None:
        number = len(self.events[job_id]) + 1
        event: Json = {"id": f"ftevent-{job_id}-{number}", "object": "fine_tuning.job.event"}
        event |= {"created_at": 1_795_000_000 + number, "level": "info", "message": message}
        self.events[job_id].append(event)

    def list_events(self, asked: Asked, job_id: str) -> Json:
        return _page(self.events[job_id][::-1], asked.query)

    def list_models(self, asked: Asked) -> Json:
        common: Json = {"object": "model", "created": 1_745_000_000, "owned_by": "org-1"}
        data = [{"id": name, **common} for name in self.models]
        return {"object": "list", "data": data, "has_more": False}


_ROUTES: tuple[tuple[str, str, str], ...] = (
    ("POST", r"/v1/files", "create_file"),
    ("GET", r"/v1/files", "list_files"),
    ("POST", r"/v1/uploads", "create_upload"),
    ("POST", r"/v1/uploads/([\w-]+)/parts", "add_part"),
    ("POST", r"/v1/uploads/([\w-]+)/complete", "complete_upload"),
    ("POST", r"/v1/fine_tuning/jobs", "create_job"),
    ("GET", r"/v1/fine_tuning/jobs", "list_jobs"),
    ("GET", r"/v1/fine_tuning/jobs/([\w-]+)", "job"),
    ("GET", r"/v1/fine_tuning/jobs/([\w-]+)/events", "list_events"),
    ("GET", r"/v1/models", "list_models"),
)


def _page(found: list[Json], query: dict[str, str]) -> Json:
    ids = [each["id"] for each in found]
    start = ids.index(query["after"]) + 1 if "after" in query else 0
    stop = start + int(query.get("limit", "20"))
    return {"object": "list", "data": found[start:stop], "has_more": stop < len(found)}


class _Handler(BaseHTTPRequestHandler):
    server: Any
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        state: OpenAIService = self.server.state
        with state.lock:
            try:
                self._answer(state)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

    def _answer(self, state: OpenAIService) -> None:
        address = urlsplit(self.path)
        body = self._body()
        key = self.headers.get("Authorization") or self.headers.get("api-key") or ""
        asked = Asked(self.command, address.path, dict(parse_qsl(address.query)), body, key)
        state.asked.append(asked)
        fault = _fault(state, asked)
        when = fault.kind if fault else ""
        if fault and when == "slow":
            time.sleep(fault.seconds)
        if when.endswith("before"):
            return self._break(state, when)
        if fault and when == "answer":
            error = {"message": fault.message, "code": fault.code, "type": "error", "param": None}
            return self._send(fault.status, {"error": error}, fault.headers)
        status, document = _handle(state, asked)
        if when.endswith("after"):
            return self._break(state, when)
        return self._send(status, document, {})

    def _break(self, state: OpenAIService, kind: str) -> None:
        if kind.startswith("kill"):
            os.kill(state.victim, signal.SIGKILL)
        self.close_connection = True

    def _body(self) -> Json:
        size = int(self.headers.get("Content-Length") or 0)
        if self.headers.get("Transfer-Encoding") == "chunked":
            data = b"".join(self._chunks())
        else:
            data = self.rfile.read(size)
        kind = self.headers.get("Content-Type", "")
        if boundary := re.search(r"boundary=(\S+)", kind):
            return _form(data, boundary[1].encode())
        found = json.loads(data) if data else {}
        assert isinstance(found, dict)
        return found

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self.rfile.readline(), 16):
            yield self.rfile.read(size)
            self.rfile.readline()

    def _send(self, status: int, document: Json, headers: dict[str, str]) -> None:
        data = json.dumps(document).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def _fault(state: OpenAIService, asked: Asked) -> Fault | None:
    for fault in state.faults:
        if fault.times and fault.method == asked.method and re.fullmatch(fault.path, asked.path):
            if fault.skip:
                fault.skip -= 1
                continue
            fault.times -= 1
            return fault
    return None


def _handle(state: OpenAIService, asked: Asked) -> tuple[int, Json]:
    for method, pattern, name in _ROUTES:
        if method == asked.method and (found := re.fullmatch(pattern, asked.path)):
            try:
                return 200, getattr(state, name)(asked, *found.groups())
            except Refusal as error:
                return error.status, {"error": {"message": str(error), "code": error.code}}
    return 404, {"error": {"message": "no such address", "code": None}}


def _form(data: bytes, boundary: bytes) -> Json:
    """``multipart/form-data``: text by name, files as name and bytes."""
    found: Json = {}
    for part in data.split(b"--" + boundary)[1:-1]:
        head, _, body = part.partition(b"\r\n\r\n")
        text, content = head.decode(), body.removesuffix(b"\r\n")
        name = re.search(r'\bname="([^"]*)"', text)
        filename = re.search(r'filename="([^"]*)"', text)
        assert name
        found[name[1]] = (filename[1], content) if filename else content.decode()
    return found


@contextmanager
def openai_service(bill: Callable[[bytes, int], int]) -> Iterator[OpenAIService]:
    with serving(_Handler, lambda at: OpenAIService(f"{at}/v1", bill)) as state:
        yield state
