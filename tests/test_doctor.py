"""``ftgate doctor``: what is missing is named with the command that supplies it."""

from __future__ import annotations

import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest

from ftgate.cli import run
from ftgate.doctor import Answer, examine
from tests.conftest import AS_OF, ROOT

TODAY = date.fromisoformat(AS_OF)
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FTGATE_CACHE_DIR", str(tmp_path / "cache"))
    folder = tmp_path / "project"
    shutil.copytree(ROOT / "sample_data" / "techwiz-support", folder)
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    return folder


def about(topic: str, folder: Path, today: date = TODAY) -> list[Answer]:
    return [answer for answer in examine(folder, today) if answer.topic == topic]


def test_a_ready_project_has_no_problem(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", str(project), "--today", AS_OF]) == 0
    shown = capsys.readouterr().out
    assert "ok    plan        ftgate.toml: 1 dataset declared, 200,000 calls a month\n" in shown
    assert "ok    vocabulary  o200k_base: 199,998 tokens, whole\n" in shown


def test_expired_prices_are_noted_with_the_way_to_newer_ones(project: Path) -> None:
    (fresh,), (old,) = about("prices", project), about("prices", project, date(2030, 1, 1))
    assert (fresh.state, old.state) == ("ok", "note")
    assert "have expired" in old.text
    assert "ftgate prices update" in old.step


def test_a_pointer_instead_of_data_is_a_problem(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "val.jsonl").write_text(POINTER)
    assert run(["doctor", str(project), "--today", AS_OF]) == 1
    assert "FAIL  data        1 of them are Git LFS or DVC pointers" in capsys.readouterr().out


def test_a_file_that_cannot_be_read_stops_nothing(project: Path) -> None:
    (project / "gone.jsonl").symlink_to("nowhere.jsonl")
    assert [answer.state for answer in about("data", project)] == ["ok", "problem"]


def test_a_broken_plan_is_a_problem_with_its_reason(project: Path) -> None:
    (project / "ftgate.toml").write_text("[model]\nbasis = 'x'\n")
    (plan,) = about("plan", project)
    assert plan.state == "problem"
    assert "basis" in plan.text


def test_without_a_plan_the_next_command_is_init(project: Path) -> None:
    (project / "ftgate.toml").unlink()
    assert [answer.step for answer in about("plan", project)] == ["ftgate init"]


def test_the_hook_has_to_be_installed_and_not_only_written(project: Path) -> None:
    def state() -> tuple[str, str]:
        (hook,) = about("hook", project)
        return hook.state, hook.step

    assert state()[0] == "note"
    (project / ".pre-commit-config.yaml").write_text("repos: [{repo: https://x/ftgate}]\n")
    assert state() == ("problem", "ftgate hook --install, or pre-commit install")
    (project / ".git/hooks/pre-commit").write_text("#!/bin/sh\nexec pre-commit hook-impl\n")
    assert state()[0] == "ok"
    (project / ".pre-commit-config.yaml").unlink()
    shutil.copy(ROOT / "hooks" / "pre-commit", project / ".git/hooks/pre-commit")
    assert state()[0] == "ok"


def test_a_cache_that_cannot_be_written_costs_time_and_is_no_problem(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a-file").touch()
    monkeypatch.setenv("FTGATE_CACHE_DIR", str(tmp_path / "a-file" / "cache"))
    (cache,) = about("cache", project)
    assert cache.state == "note"
    assert "counted again" in cache.text


def test_outside_of_git_nothing_breaks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    folder = tmp_path / "empty"
    folder.mkdir()
    assert "problem" not in {answer.state for answer in examine(folder, TODAY)}
