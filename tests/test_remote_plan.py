"""Data elsewhere in ``ftgate.toml``, in hooks, and in commands that need a file on this machine."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import ftgate
from ftgate.cli import run
from ftgate.commands.run import _recheck
from ftgate.config import load
from ftgate.errors import ConfigError, UnreadableError
from ftgate.gate import CheckOptions
from ftgate.sources import declared, located
from tests.conftest import AS_OF, ROOT
from tests.store_servers import Store, web
from tests.test_run_and_verify import gated, trainer

BODY = (ROOT / "sample_data" / "techwiz-support" / "train.jsonl").read_bytes()
VALIDATION = b"".join(BODY.splitlines(keepends=True)[:10])


@pytest.fixture
def server() -> Iterator[Store]:
    with web() as state:
        yield state


@pytest.fixture
def project(server: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose plan names a training set elsewhere and a validation set that is here."""
    folder = tmp_path / "project"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "validation.jsonl").write_bytes(VALIDATION)
    url = server.put("/train.jsonl", BODY)
    plan(folder, f'[[dataset]]\nname = "letters"\ntrain = ["{url}"]\n'
        'validation = ["data/validation.jsonl"]\n[usage]\nrequests_per_month = 100000\n'
        '[model]\ncustomer = "active"\n')  # fmt: skip
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    monkeypatch.chdir(folder)
    return folder


def plan(folder: Path, text: str) -> None:
    (folder / "ftgate.toml").write_text(text, "utf-8")


def dataset(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    run(["check", *arguments, "--as-of", AS_OF, "-f", "json"])
    (found,) = json.loads(capsys.readouterr().out)["datasets"]
    return dict(found)


def test_a_plan_names_files_elsewhere(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = dataset(capsys)
    assert [(file["role"], file["examples"]) for file in found["files"]] == [
        ("train", 132),
        ("validation", 10),
    ]
    assert found["duplicates"]["leaked_from_validation"] == 10


def test_the_declared_dataset_is_found_by_either_of_its_files(
    project: Path, server: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = dataset(capsys)
    assert dataset(capsys, "data/validation.jsonl") == whole
    assert dataset(capsys, f"{server.url}/train.jsonl") == whole
    assert dataset(capsys, "ftgate.toml") == whole
    assert dataset(capsys, f"{server.url}/train.jsonl", "data/validation.jsonl") == whole


def test_what_is_not_judged_is_not_asked_for(project: Path, server: Store) -> None:
    (project / "other").mkdir()
    (project / "other" / "train.jsonl").write_bytes(BODY)
    run(["check", "other/train.jsonl", "--as-of", AS_OF])
    assert server.requests == []


def test_globs_of_a_store_are_resolved_when_the_dataset_is_judged(tmp_path: Path) -> None:
    plan(tmp_path, '[[dataset]]\nname = "a"\ntrain = ["s3://acme/train/*.jsonl", "s3://acme/x/"]\n')
    config = tmp_path / "ftgate.toml"
    (job,) = declared(config, load(config))
    there = {
        "s3://acme/train/*.jsonl": ["s3://acme/train/1.jsonl", "s3://acme/train/readme.md"],
        "s3://acme/x/": ["s3://acme/x/2.jsonl.gz"],
    }
    files = located(job, there.__getitem__).dataset.files
    assert [(file.path, file.role) for file in files] == [
        ("s3://acme/train/1.jsonl", "train"),
        ("s3://acme/x/2.jsonl.gz", "train"),
    ]


def test_a_file_elsewhere_has_one_role(tmp_path: Path) -> None:
    plan(
        tmp_path, '[[dataset]]\nname = "a"\ntrain = ["s3://acme/"]\ntest = ["s3://acme/t.jsonl"]\n'
    )
    config = tmp_path / "ftgate.toml"
    (job,) = declared(config, load(config))
    with pytest.raises(ConfigError, match="listed twice"):
        located(job, lambda _: ["s3://acme/t.jsonl"])


def test_prompts_are_files_of_the_repository(tmp_path: Path) -> None:
    plan(
        tmp_path,
        '[[dataset]]\nname = "a"\ntrain = ["s3://a/b.jsonl"]\nprompts = ["s3://a/p.txt"]\n',
    )
    config = tmp_path / "ftgate.toml"
    with pytest.raises(ConfigError, match="is not on this machine"):
        declared(config, load(config))


# -- hooks ------------------------------------------------------------------------------------


def test_a_hook_asks_nobody_and_says_what_is_undecided(
    project: Path, server: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["hook", "ftgate.toml", "--as-of", AS_OF]) == 3
    said = capsys.readouterr().out
    assert f"letters: undecided: {server.url}/train.jsonl was not read on this machine" in said
    assert "ftgate check" in said
    assert server.requests == []


def test_a_hook_says_it_softly_where_the_plan_does(
    project: Path, server: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    with (project / "ftgate.toml").open("a") as file:
        file.write('[policy]\non_unknown = "warn"\n')
    assert run(["hook", "ftgate.toml", "--as-of", AS_OF]) == 0
    assert "undecided" in capsys.readouterr().out
    assert server.requests == []


def test_a_hook_judges_what_a_check_has_seen(
    project: Path, server: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = dataset(capsys)
    server.requests.clear()
    code = run(["hook", "ftgate.toml", "--as-of", AS_OF])
    said = capsys.readouterr().out
    assert code == {"pass": 0, "fail": 1, "undecided": 3}[seen["outcome"]]
    assert "letters" in said
    with (project / "ftgate.toml").open("a") as file:
        file.write('[policy]\nmax_training_cost = "0.01 USD"\n')
    assert run(["hook", "ftgate.toml", "--as-of", AS_OF]) == 1
    assert "0.01" in capsys.readouterr().out
    assert server.requests == []


def test_the_other_datasets_of_a_commit_are_judged(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "broken").mkdir()
    (project / "broken" / "train.jsonl").write_bytes(BODY + b"{\n")
    assert run(["hook", "ftgate.toml", "broken/train.jsonl", "--as-of", AS_OF]) == 1
    said = capsys.readouterr().out
    assert "FT101" in said
    assert "letters: undecided" in said


def test_a_staged_plan_is_judged_without_the_network(
    project: Path, server: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    subprocess.run(["git", "add", "."], cwd=project, check=True)
    assert run(["hook", "--staged", "--as-of", AS_OF]) == 3
    assert f"{server.url}/train.jsonl was not read" in capsys.readouterr().out
    dataset(capsys)
    server.requests.clear()
    run(["hook", "--staged", "--as-of", AS_OF])
    assert "undecided: " not in capsys.readouterr().out
    assert server.requests == []


def test_what_is_fixed_is_what_is_here(
    project: Path, server: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    validation = project / "data" / "validation.jsonl"
    validation.write_bytes(VALIDATION.replace(b"\n", b"\r\n"))
    for paths in (["data/validation.jsonl"], []):
        assert run(["check", "--fix-only", "--unsafe-fixes", "--diff", *paths]) == 1
    assert run(["check", "--fix-only", "data/validation.jsonl"]) == 1
    assert validation.read_bytes() == VALIDATION
    assert server.requests == []


# -- commands that need a file here -----------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check", "URL", "--fix"], "is not on this machine"),
        (["check", "URL", "--compare-to", "HEAD"], "git has no earlier"),
        (["convert", "URL", "--to", "gemini", "-o", "new.jsonl"], "not on this machine"),
        (["prompts", "URL"], "no such file"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_what_needs_a_file_here_says_so(
    server: Store, project: Path, arguments: list[str], said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    url = f"{server.url}/train.jsonl?signature=abc"
    assert run([url if each == "URL" else each for each in arguments]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert "signature" not in error


@pytest.fixture
def letters(server: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that passes, with its training set elsewhere."""
    folder = tmp_path / "letters"
    shutil.copytree(ROOT / "sample_data" / "hospital-letters", folder)
    url = server.put("/train.jsonl", (folder / "train.jsonl").read_bytes())
    (folder / "train.jsonl").unlink()
    text = (folder / "ftgate.toml").read_text("utf-8")
    plan(folder, text.replace('"train.jsonl"', f'"{url}"'))
    monkeypatch.chdir(folder)
    return folder


def test_a_job_starts_with_the_digest_of_bytes_elsewhere(letters: Path) -> None:
    done = gated("--as-of", AS_OF, *trainer("print(os.environ['FTGATE_DIGEST'])"), folder=letters)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("sha256:")


def test_no_job_starts_when_the_bytes_elsewhere_have_changed(letters: Path, server: Store) -> None:
    options = CheckOptions(as_of=AS_OF)
    report = ftgate.check([], options)
    _recheck(report, options)
    server.put("/train.jsonl", BODY, etag='"v2"')
    with pytest.raises(UnreadableError, match="nothing was started"):
        _recheck(report, options)


def test_a_statement_is_verified_against_bytes_elsewhere(letters: Path, server: Store) -> None:
    assert run(["check", "--as-of", AS_OF, "--attest", "verdict.json"]) == 0
    assert run(["verify", "verdict.json"]) == 0
    server.put("/train.jsonl", BODY, etag='"v2"')
    assert run(["verify", "verdict.json"]) == 1


def test_a_baseline_lists_places_of_files_elsewhere(
    server: Store, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = server.put("/old.jsonl", BODY + b"{broken\n")
    assert run(["check", url, "--select", "FT1", "--as-of", AS_OF]) == 1
    assert run(["baseline", "write", url, "--select", "FT1", "--as-of", AS_OF]) == 0
    (line,) = (project / ".ftgate-baseline").read_text("utf-8").splitlines()
    assert line.startswith(f"FT101 {url} ")
    capsys.readouterr()
    assert run(["check", url, "--select", "FT1", "--as-of", AS_OF]) == 0
    assert "1 place accepted" in capsys.readouterr().out


def test_failures_of_a_file_elsewhere_are_listed(server: Store, project: Path) -> None:
    url = server.put("/old.jsonl", BODY + b"{broken\n")
    signed = f"{url}?signature=abc"
    run(["check", signed, "--select", "FT1", "--as-of", AS_OF, "-o", "failures=failures.jsonl"])
    (row,) = map(json.loads, (project / "failures.jsonl").read_text("utf-8").splitlines())
    assert (row["path"], row["line"], row["code"]) == (url, 133, "FT101")


def test_code_scanning_gets_an_address_as_it_is(server: Store, project: Path) -> None:
    url = server.put("/old.jsonl", BODY + b"{broken\n")
    run(["check", url, "--select", "FT1", "--as-of", AS_OF, "-o", "sarif=log.sarif"])
    (result,) = json.loads((project / "log.sarif").read_text("utf-8"))["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == url


def test_a_local_run_loads_nothing_for_data_elsewhere(project: Path) -> None:
    program = (
        "import sys\nfrom ftgate.cli import run\n"
        "run(['check', 'data/validation.jsonl', '--isolated', '--exit-zero'])\n"
        "loaded = {name for name in sys.modules if name.startswith('ftgate.remote')}\n"
        "print(sorted(loaded), {'fsspec', 'httpx2', 'aiohttp'} & set(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=project
    )
    assert done.stderr.strip() == "['ftgate.remote', 'ftgate.remote.names'] set()"
