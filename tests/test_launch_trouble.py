"""What goes wrong at the service becomes advice, and nothing secret is written down."""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import Any

import pytest

from ftgate.cli import run
from ftgate.launching import client, requests
from ftgate.launching.journal import Journal
from tests.launching import FILES, JOBS, KEY, LAUNCH, posix
from tests.openai_service import Fault, OpenAIService

Capture = pytest.CaptureFixture[str]
pytest_plugins = ("tests.launch_fixtures",)
pytestmark = pytest.mark.usefixtures("project")


# -- a service in trouble ---------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["cut before", "cut after"])
@pytest.mark.parametrize("path", [FILES, JOBS])
@pytest.mark.parametrize("metadata", [True, False])
def test_a_cut_connection_makes_no_second_file_or_job(
    metadata: bool, kind: str, path: str, service: OpenAIService
) -> None:
    service.keeps_metadata = service.filters = metadata
    service.faults.append(Fault("POST", path, kind))
    assert run([*LAUNCH]) == 0
    assert (len(service.jobs), len(service.files)) == (1, 2)


@pytest.mark.parametrize(
    ("method", "path", "status", "code", "message"),
    [
        ("POST", JOBS, 400, None, "File file-1 is not ready"),
        ("POST", FILES, 429, "rate_limit_exceeded", "slow down"),
        ("GET", JOBS, 500, None, "oops"),
        ("POST", JOBS, 503, None, "overloaded"),
    ],
)
def test_what_passes_is_tried_again(
    method: str, path: str, status: int, code: str | None, message: str, service: OpenAIService
) -> None:
    fault = Fault(method, path, "answer", status, code, message, {"Retry-After": "0.02"}, times=2)
    service.faults.append(fault)
    assert run([*LAUNCH]) == 0
    assert fault.times == 0
    assert (len(service.jobs), len(service.files)) == (1, 2)


def test_retry_after_is_waited_for(service: OpenAIService, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(client.time, "sleep", slept.append)
    headers = {"Retry-After": "17"}
    service.faults.append(Fault("POST", JOBS, "answer", 429, headers=headers))
    assert run([*LAUNCH]) == 0
    assert slept == [17.0]
    service.faults.append(Fault("POST", JOBS, "answer", 429, headers={"Retry-After": "86400"}))
    assert run([*LAUNCH, "--again"]) == 2
    assert slept == [17.0]


@pytest.mark.parametrize(
    ("status", "code", "message", "said"),
    [
        (401, "invalid_api_key", f"Incorrect key {KEY}", "OPENAI_API_KEY must hold"),
        (403, "training_not_available", "no", "may not create fine-tuning jobs"),
        (403, None, "no", "the key may not do this"),
        (404, "model_not_found", "no", "no such model, file or job"),
        (429, "insufficient_quota", "no", "nothing left to spend"),
        (400, "invalid_file", "Invalid JSON on line 12: 'the secret text'", "refused, line 12"),
        (400, "invalid_value", "batch_size", "ftgate launch --dry-run"),
        (413, None, "large", "no file of this size"),
        (307, None, "", "redirects elsewhere"),
    ],
)
def test_an_error_becomes_advice_and_is_not_tried_again(
    status: int,
    code: str | None,
    message: str,
    said: str,
    service: OpenAIService,
    capsys: Capture,
) -> None:
    headers = {"Location": "http://127.0.0.1:1/"} if status == 307 else {}
    service.faults.append(Fault("POST", JOBS, "answer", status, code, message, headers, times=9))
    assert run([*LAUNCH]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert f"HTTP {status}" in err
    assert "the secret text" not in err
    assert service.sent().count(JOBS) == 1


@pytest.mark.parametrize(("method", "path"), [("GET", JOBS), ("POST", FILES), ("POST", JOBS)])
def test_an_answer_that_is_none_is_no_success(
    method: str, path: str, service: OpenAIService, capsys: Capture
) -> None:
    """A server of something else: 200, and JSON without what was asked for."""
    service.faults.append(Fault(method, path, "answer", 200))
    assert run([*LAUNCH]) == 2
    assert "sent what is no answer" in capsys.readouterr().err
    assert service.jobs == {}


def test_a_service_that_stays_away_is_given_up(service: OpenAIService, capsys: Capture) -> None:
    service.faults.append(Fault("GET", JOBS, "cut before", times=99))
    assert run([*LAUNCH]) == 2
    err = capsys.readouterr().err
    assert "no answer (APIConnectionError)" in err
    assert "run it again" in err
    assert len(service.asked) == 4


def test_a_failed_job_says_which_line_and_is_a_failure(
    service: OpenAIService, capsys: Capture
) -> None:
    text = "The job failed. Line 31 says 'a secret of a customer'"
    service.failure = {"code": "invalid_training_file", "message": text}
    assert run([*LAUNCH, "--wait"]) == 1
    out, err = capsys.readouterr()
    assert out == "ftjob-1 failed\n"
    assert "(invalid_training_file): the training file is refused at line 31" in err
    assert "customer" not in err


def test_waiting_outlives_a_disconnect(service: OpenAIService) -> None:
    service.faults.append(Fault("GET", f"{JOBS}/[^/]+", "cut before", times=2, skip=1))
    assert run([*LAUNCH, "--wait"]) == 0


def test_an_event_that_quotes_is_not_shown(capsys: Capture) -> None:
    from ftgate.launching.advice import safe_event

    assert safe_event("Step 10/30: training loss=0.52", KEY) == "Step 10/30: training loss=0.52"
    for text in ('Example "name: Ann" is odd', "\x1b[2J", f"key {KEY}", "x" * 200):
        assert "look at the job's events" in safe_event(text, KEY)


# -- what is written down ---------------------------------------------------------------------


def test_the_key_is_nowhere(
    service: OpenAIService, project: Path, own_state: Path, own_cache: Path, capsys: Capture
) -> None:
    """Every output, journal, log and cache of a launch that fails in many ways, and then works."""
    quoting = f"Incorrect API key provided: {KEY}"
    for status in (401, 400, 500, 429):
        fault = Fault("POST", JOBS, "answer", status, KEY, quoting, {"X-Key": KEY}, times=9)
        service.faults[:] = [fault]
        assert run([*LAUNCH]) == 2
    service.faults.clear()
    service.failure = {"code": KEY, "message": quoting}
    assert run([*LAUNCH, "--wait"]) == 1
    service.failure = None
    assert run([*LAUNCH, "--wait", "--again"]) == 0
    assert run([*LAUNCH, "--dry-run"]) == 0
    assert run(["reconcile"]) == 0
    assert run(["watch", "--live"]) in (1, 3)
    assert any(KEY in each.key for each in service.asked)
    out, err = capsys.readouterr()
    written = [path for folder in (project, own_state, own_cache) for path in folder.rglob("*")]
    texts = [path.read_bytes() for path in written if path.is_file()]
    for text in (out.encode(), err.encode(), *texts):
        assert KEY.encode() not in text
        assert KEY[8:20].encode() not in text


def test_an_exception_does_not_carry_the_key(service: OpenAIService) -> None:
    service.faults.append(Fault("GET", JOBS, "answer", 401, KEY, f"wrong: {KEY}"))
    with client.open_service(service.url) as opened, pytest.raises(client.ServiceError) as caught:
        opened.jobs_of("sha256:1")
    error: BaseException | None = caught.value
    while error is not None:
        assert KEY not in repr(error) + str(error) + repr(vars(error))
        error = None if error.__suppress_context__ else error.__context__


@posix
def test_the_journal_is_only_for_its_owner(own_state: Path) -> None:
    assert run([*LAUNCH]) == 0
    for path in (own_state / "launches").glob("*.json"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_damaged_journal_stops_the_launch(
    service: OpenAIService, own_state: Path, capsys: Capture
) -> None:
    assert run([*LAUNCH]) == 0
    (record,) = (own_state / "launches").glob("*.json")
    record.write_text("{")
    posted = service.sent()
    assert run([*LAUNCH]) == 2
    assert "is damaged" in capsys.readouterr().err
    assert service.sent() == posted


def test_without_a_journal_nothing_is_sent(
    service: OpenAIService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("FTGATE_STATE_DIR", str(tmp_path / "file" / "state"))
    assert run([*LAUNCH]) == 2
    assert "the journal cannot be written" in capsys.readouterr().err
    assert service.asked == []


def test_an_intent_is_written_before_each_request(
    service: OpenAIService, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, list[str]]] = []

    def noting(name: str) -> None:
        real = getattr(client.Service, name)

        def call(self: Any, *arguments: Any, **named: Any) -> Any:
            (record,) = Journal.open().records()
            intents = [role for role, sending in record.files.items() if not sending.file_id]
            seen.append((name, intents + ["job"] * bool(record.unanswered)))
            return real(self, *arguments, **named)

        monkeypatch.setattr(client.Service, name, call)

    noting("upload")
    noting("create_job")
    assert run([*LAUNCH]) == 0
    assert seen == [("upload", ["train"]), ("upload", ["validation"]), ("create_job", ["job"])]


def test_names_of_files_are_plain_and_say_the_content() -> None:
    digest = "sha256:" + "ab" * 32
    odd = requests.DataFile("train", "data/K\u00f6ln \x1b[2J briefe.jsonl", digest, 1, 1)
    assert re.fullmatch(r"[A-Za-z0-9._-]+", odd.filename)
    assert odd.filename.endswith(f"-{'ab' * 16}.jsonl")
