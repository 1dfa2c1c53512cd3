"""A launch is one job and one upload, whatever is killed or cut on the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from ftgate.cli import run
from ftgate.launching.journal import Journal
from tests.launching import FILES, JOBS, LAUNCH, PASSES, posix, start, the_job
from tests.openai_service import Fault, OpenAIService

Capture = pytest.CaptureFixture[str]
pytest_plugins = ("tests.launch_fixtures",)
pytestmark = pytest.mark.usefixtures("project")


def test_a_second_launch_finds_the_first_job(service: OpenAIService, capsys: Capture) -> None:
    assert run([*LAUNCH]) == 0
    posted = service.sent()
    capsys.readouterr()
    assert run([*LAUNCH]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("ftjob-1 ")
    assert "ftjob-1 was created before, of the same data and settings" in err
    assert service.sent() == posted


def test_the_job_is_found_without_the_journal(
    service: OpenAIService, own_state: Path, capsys: Capture
) -> None:
    """Another machine: the service's metadata are enough."""
    assert run([*LAUNCH]) == 0
    for path in (own_state / "launches").iterdir():
        path.unlink()
    assert run([*LAUNCH]) == 0
    assert "was created before" in capsys.readouterr().err
    assert len(service.jobs) == 1


def test_the_job_is_found_where_no_metadata_are_kept(
    service: OpenAIService, capsys: Capture
) -> None:
    service.keeps_metadata = service.filters = False
    assert run([*LAUNCH]) == 0
    assert run([*LAUNCH]) == 0
    assert "was created before" in capsys.readouterr().err
    assert len(service.jobs) == 1


@posix
def test_a_job_without_metadata_is_found_by_its_file_after_a_kill(
    service: OpenAIService, project: Path
) -> None:
    service.keeps_metadata = service.filters = False
    service.faults.append(Fault("POST", JOBS, "kill after"))
    with service.lock:
        first = start(*LAUNCH[1:], folder=project, url=service.url)
        service.victim = first.pid
    first.communicate(timeout=30)
    assert run([*LAUNCH]) == 0
    assert len(service.jobs) == 1


def test_a_service_that_lists_all_of_its_jobs_is_read_to_the_end(service: OpenAIService) -> None:
    assert run([*LAUNCH]) == 0
    service.filters = False
    mine = the_job(service)
    for number in range(250):
        name = f"ftjob-other-{number}"
        service.jobs[name] = {**mine, "id": name, "created_at": 1_796_000_000, "metadata": {}}
    for path in Journal.open()._launches.iterdir():
        path.unlink()
    assert run([*LAUNCH]) == 0
    assert len(service.jobs) == 251


def test_again_makes_a_second_job_of_the_same_files(service: OpenAIService) -> None:
    assert run([*LAUNCH]) == 0
    assert run([*LAUNCH, "--again"]) == 0
    assert (len(service.jobs), len(service.files)) == (2, 2)
    marks = {job["metadata"]["ftgate_launch"][-2:] for job in service.jobs.values()}
    assert marks == {".1", ".2"}


def test_other_settings_are_another_launch_of_the_same_files(service: OpenAIService) -> None:
    assert run([*LAUNCH, "--seed", "1"]) == 0
    assert run([*LAUNCH, "--seed", "2"]) == 0
    assert (len(service.jobs), len(service.files)) == (2, 2)


def test_a_file_that_was_deleted_at_the_service_is_sent_again(service: OpenAIService) -> None:
    assert run([*LAUNCH, "--seed", "1"]) == 0
    del service.files["file-1"]
    assert run([*LAUNCH, "--seed", "1", "--again"]) == 0
    assert service.sent().count(FILES) == 3


@posix
@pytest.mark.parametrize("kind", ["kill before", "kill after"])
@pytest.mark.parametrize(("path", "skip"), [(FILES, 0), (FILES, 1), (JOBS, 0)])
def test_killed_at_any_step_nothing_is_sent_twice_and_no_job_is_lost(
    kind: str, path: str, skip: int, service: OpenAIService, project: Path
) -> None:
    service.faults.append(Fault("POST", path, kind, skip=skip))
    with service.lock:
        first = start(*LAUNCH[1:], folder=project, url=service.url)
        service.victim = first.pid
    first.communicate(timeout=30)
    assert first.returncode == -9
    again = start(*LAUNCH[1:], folder=project, url=service.url)
    out, err = again.communicate(timeout=30)
    assert (again.returncode, out[:8]) == (0, "ftjob-1 "), err
    assert sorted(file["filename"][:4] for file in service.files.values()) == ["trai", "val-"]
    assert len(service.jobs) == 1
    (record,) = Journal.open().records()
    assert [attempt.job_id for attempt in record.attempts] == ["ftjob-1"]


@posix
@pytest.mark.parametrize("kind", ["kill before", "kill after"])
def test_a_second_job_that_was_asked_for_and_killed_is_one_job(
    kind: str, service: OpenAIService, project: Path
) -> None:
    assert run([*LAUNCH]) == 0
    service.faults.append(Fault("POST", JOBS, kind))
    with service.lock:
        first = start(*LAUNCH[1:], "--again", folder=project, url=service.url)
        service.victim = first.pid
    first.communicate(timeout=30)
    assert first.returncode == -9
    assert run([*LAUNCH, "--again"]) == 0
    assert sorted(service.jobs) == ["ftjob-1", "ftjob-2"]


@posix
@pytest.mark.parametrize(
    ("path", "skip", "parts"),
    [
        ("/v1/uploads", 0, 3),
        ("/v1/uploads/[^/]+/parts", 1, 4),  # the second arrived, and nobody noted its id
        ("/v1/uploads/[^/]+/complete", 0, 3),
    ],
)
def test_killed_within_a_large_upload_the_parts_that_are_there_stay(
    path: str, skip: int, parts: int, service: OpenAIService, project: Path
) -> None:
    service.faults.append(Fault("POST", path, "kill after", skip=skip))
    with service.lock:
        first = start(*LAUNCH[1:], folder=project, url=service.url, part_bytes=50_000)
        service.victim = first.pid
    first.communicate(timeout=30)
    assert first.returncode == -9
    again = start(*LAUNCH[1:], folder=project, url=service.url, part_bytes=50_000)
    _, err = again.communicate(timeout=30)
    assert again.returncode == 0, err
    assert (len(service.parts), len(service.files), len(service.jobs)) == (parts, 2, 1)
    sent = service.contents[the_job(service)["training_file"]]
    assert sent == (project / PASSES / "train.jsonl").read_bytes()


@posix
def test_an_upload_that_expired_after_a_kill_is_begun_again(
    service: OpenAIService, project: Path
) -> None:
    service.faults.append(Fault("POST", "/v1/uploads/[^/]+/parts", "kill before", skip=1))
    with service.lock:
        first = start(*LAUNCH[1:], folder=project, url=service.url, part_bytes=50_000)
        service.victim = first.pid
    first.communicate(timeout=30)
    service.uploads["upload-1"]["status"] = "expired"
    again = start(*LAUNCH[1:], folder=project, url=service.url, part_bytes=50_000)
    _, err = again.communicate(timeout=30)
    assert again.returncode == 0, err
    assert len(service.uploads) == 2


@posix
def test_one_launch_at_a_time(service: OpenAIService, project: Path) -> None:
    service.faults.append(Fault("POST", FILES, "slow", seconds=1.5))
    both = [start(*LAUNCH[1:], folder=project, url=service.url) for _ in range(2)]
    ended = [(each.communicate(timeout=30)[1], each.returncode) for each in both]
    assert len(service.jobs) == 1
    assert len(service.files) == 2
    assert 0 in [code for _, code in ended]
    for err, code in ended:
        assert code == 0 or "under way in another process" in err
