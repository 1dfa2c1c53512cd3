"""Any mixture of troubles, run again until it works: one job, and each file once."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

import pytest

from ftgate.errors import LaunchError
from ftgate.launching import client, requests
from ftgate.launching.journal import Journal
from ftgate.launching.requests import DataFile, Plan, Prediction
from ftgate.launching.steps import Watcher, launch
from tests.openai_service import Fault, OpenAIService, openai_service

_UPLOADS = "/v1/uploads"
PLACES = (
    ("POST", "/v1/files"),
    ("GET", "/v1/files"),
    ("POST", _UPLOADS),
    ("POST", f"{_UPLOADS}/[^/]+/parts"),
    ("POST", f"{_UPLOADS}/[^/]+/complete"),
    ("POST", "/v1/fine_tuning/jobs"),
    ("GET", "/v1/fine_tuning/jobs"),
)
KINDS = ("answer", "cut before", "cut after", "cut after")
TRIES = 60


def any_fault(chance: random.Random) -> Fault:
    method, path = chance.choice(PLACES)
    return Fault(
        *(method, path, chance.choice(KINDS), chance.choice((400, 403, 429, 500, 503))),
        message=chance.choice(("no", "File file-1 is not ready")),
        times=chance.randrange(1, 6),
        skip=chance.randrange(3),
    )


def make_plan(folder: Path, chance: random.Random) -> Plan:
    files = []
    for role in ("train", "validation"):
        data = chance.randbytes(800)
        (folder / f"{role}.jsonl").write_bytes(data)
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        files.append(DataFile(role, str(folder / f"{role}.jsonl"), digest, len(data), 1))
    predicted = Prediction(1, 1, 1, 1, 1)
    settings = ("any", "sha256:any", "pass fine-tune", "openai", "gpt", "supervised")
    return Plan(*settings, files=tuple(files), prediction=predicted)


def launch_until_it_works(plan: Plan, service: OpenAIService, journal: Journal) -> None:
    for _ in range(TRIES):
        try:
            with client.open_service(service.url) as opened:
                launch(plan, opened, journal, Watcher(None, lambda _: None))
        except LaunchError:
            continue
        return
    raise AssertionError(f"no job after {TRIES} launches")


@pytest.mark.parametrize("seed", range(12))
def test_one_job_and_each_file_once(
    seed: int, tmp_path: Path, own_state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    monkeypatch.setattr(client, "PAUSES", client.Pauses((0.001,) * 2, (0.001,) * 2, (0.001,), 5.0))
    monkeypatch.setattr(requests, "PART_BYTES", chance.choice((1000, 300)))
    plan = make_plan(tmp_path, chance)
    with openai_service(lambda data, epochs: len(data) * epochs) as service:
        service.keeps_metadata = service.filters = seed % 4 > 0
        service.faults = [any_fault(chance) for _ in range(chance.randrange(1, 9))]
        launch_until_it_works(plan, service, Journal(own_state))
        assert len(service.jobs) == 1
        assert len(service.files) == 2
        arrived = {
            f"sha256:{hashlib.sha256(each).hexdigest()}" for each in service.contents.values()
        }
        assert arrived == {file.digest for file in plan.files}
