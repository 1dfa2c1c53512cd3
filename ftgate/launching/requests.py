"""What a launch asks of the service: every request as a value, before any is sent.

OpenAI's REST API: ``POST /files`` (or ``/uploads`` in parts), ``POST /fine_tuning/jobs`` with the
hyperparameters inside of ``method``. Metadata: at most 16 pairs, keys to 64, values to 512
characters.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ftgate.plain import to_plain

PART_BYTES = 64_000_000
"""What is longer goes through the Uploads API, in parts of this size: a part is at most 64 MB
(OpenAI's API reference), and Azure loses files above some 150 MB that come in one request."""

PURPOSE = "fine-tune"
MIME_TYPE = "text/jsonl"
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class DataFile:
    """A judged file: ``digest`` is ``sha256:…`` of its ``bytes`` bytes."""

    role: str
    path: str
    digest: str
    bytes: int
    examples: int

    @property
    def filename(self) -> str:
        """What the service calls it: the name says the content, so an upload can be found again."""
        stem = re.split(r"[\\/]", self.path)[-1].removesuffix(".jsonl")
        return f"{_NOT_PLAIN.sub('_', stem)[:40]}-{self.digest.removeprefix('sha256:')[:32]}.jsonl"


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the job is expected to be billed; ``formula`` names the rule that counted.

    ``epoch_tokens`` is one epoch as the provider counts it. ``confidence`` as in
    :class:`ftgate.model.Bill`.
    """

    low_tokens: int
    high_tokens: int
    epoch_tokens: int
    low_epochs: int
    high_epochs: int
    round_up_tokens: int = 1
    band_tokens: int = 0
    confidence: str = "unknown"
    formula: str = ""
    low_usd: Decimal | None = None
    high_usd: Decimal | None = None

    def at(self, epochs: int) -> int:
        """Billable tokens of this many epochs; once the job ran, its own number is known."""
        if epochs == self.low_epochs:
            return self.low_tokens
        if epochs == self.high_epochs:
            return self.high_tokens
        return -(-epochs * self.epoch_tokens // self.round_up_tokens) * self.round_up_tokens


@dataclass(frozen=True, slots=True)
class Plan:
    """One job as it is to be: what was judged, and the settings that it trains with."""

    dataset: str
    digest: str
    verdict: str
    profile: str
    model: str
    method: str
    files: tuple[DataFile, ...]
    prediction: Prediction
    hyperparameters: dict[str, Any] = field(default_factory=dict)
    seed: int | None = None
    suffix: str | None = None
    grader: dict[str, Any] | None = None


def fingerprint(plan: Plan, address: str) -> str:
    """Identity of a launch: the same bytes, settings and service make the same one."""
    settings = {
        "address": address,
        "model": plan.model,
        "method": _method(plan),
        "seed": plan.seed,
        "suffix": plan.suffix,
        "files": {file.role: file.digest for file in plan.files},
    }
    text = json.dumps(settings, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def job_body(plan: Plan, files: Mapping[str, str], launch: str) -> dict[str, Any]:
    """The body of ``POST /fine_tuning/jobs``; ``files`` are ids by role, ``launch`` its mark."""
    predicted = plan.prediction
    body: dict[str, Any] = {"model": plan.model, "training_file": files["train"]}
    if "validation" in files:
        body["validation_file"] = files["validation"]
    body["method"] = _method(plan)
    body |= {
        name: value
        for name, value in (("seed", plan.seed), ("suffix", plan.suffix))
        if value is not None
    }
    body["metadata"] = {
        "ftgate_digest": plan.digest,
        "ftgate_verdict": plan.verdict,
        "ftgate_predicted_tokens": f"{predicted.low_tokens}-{predicted.high_tokens}",
        "ftgate_prediction": json.dumps(to_plain(predicted), separators=(",", ":")),
        "ftgate_launch": launch,
    }
    return body


def mark(key: str, number: int) -> str:
    """What the metadata of the ``number``-th job of a launch say: ``--again`` makes a second."""
    return f"{key}.{number}"


def number_of(metadata: Mapping[str, str], key: str) -> int | None:
    """The number that :func:`mark` put there; None for a job of another launch."""
    head, dot, number = metadata.get("ftgate_launch", "").rpartition(".")
    return int(number) if dot and head == key and number.isdecimal() else None


def as_requests(plan: Plan, address: str) -> list[dict[str, Any]]:
    """Every request of a first launch, in order; ids that the service will give are in braces."""
    found: list[dict[str, Any]] = [
        {
            "method": "GET",
            "url": f"{address}/fine_tuning/jobs",
            "query": {"limit": "100", "metadata[ftgate_digest]": plan.digest},
        }
    ]
    for file in plan.files:
        query = {"purpose": PURPOSE}
        found.append({"method": "GET", "url": f"{address}/files", "query": query})
        found += _in_parts(file, address) if file.bytes > PART_BYTES else [_whole(file, address)]
    ids = {file.role: f"{{{file.role} file}}" for file in plan.files}
    body = job_body(plan, ids, mark(fingerprint(plan, address), 1))
    found.append({"method": "POST", "url": f"{address}/fine_tuning/jobs", "json": body})
    return found


def upload_body(file: DataFile) -> dict[str, Any]:
    """The body of ``POST /uploads``."""
    return {
        "bytes": file.bytes,
        "filename": file.filename,
        "mime_type": MIME_TYPE,
        "purpose": PURPOSE,
    }


def _whole(file: DataFile, address: str) -> dict[str, Any]:
    digest = file.digest.removeprefix("sha256:")
    sent = {"filename": file.filename, "bytes": file.bytes, "sha256": digest, "path": file.path}
    form = {"purpose": PURPOSE, "file": sent}
    return {"method": "POST", "url": f"{address}/files", "multipart": form}


def _in_parts(file: DataFile, address: str) -> list[dict[str, Any]]:
    parts = -(-file.bytes // PART_BYTES)
    upload = f"{address}/uploads/{{{file.role} upload}}"
    sizes = [min(PART_BYTES, file.bytes - index * PART_BYTES) for index in range(parts)]
    ids = [f"{{{file.role} part {index + 1}}}" for index in range(parts)]
    return [
        {"method": "POST", "url": f"{address}/uploads", "json": upload_body(file)},
        *(
            {"method": "POST", "url": f"{upload}/parts", "multipart": {"data": {"bytes": size}}}
            for size in sizes
        ),
        {"method": "POST", "url": f"{upload}/complete", "json": {"part_ids": ids}},
    ]


def _method(plan: Plan) -> dict[str, Any]:
    inner: dict[str, Any] = {}
    if plan.hyperparameters:
        inner["hyperparameters"] = plan.hyperparameters
    if plan.grader is not None:
        inner["grader"] = plan.grader
    return {"type": plan.method, plan.method: inner}
