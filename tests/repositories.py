"""Real repositories with the real runners, which run the published hooks from this environment."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.conftest import AS_OF, ROOT

Repository = Callable[..., "subprocess.CompletedProcess[str]"]
"""Runs git in the repository, which is also the current folder."""

JUSTIFIED, KNOWLEDGE = "hospital-letters", "ski-resort-faq"
RUNNERS = ("pre-commit", "prek")
HOOK = (sys.executable, "-m", "ftgate", "hook")


def hook_from_manifest(hook_id: str) -> dict[str, object]:
    """The published hook, run from this environment instead of one that pre-commit installs."""
    manifest = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    hook = next(hook for hook in manifest if hook["id"] == hook_id)
    entry = hook["entry"].replace("ftgate", f"{sys.executable} -m ftgate", 1)
    keys = {key: hook[key] for key in hook if key != "minimum_pre_commit_version"}
    return {**keys, "language": "system", "entry": entry}


def new_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """An empty repository with git's settings of its own, in which the test then is."""
    for name in [name for name in os.environ if name.startswith(("GIT_", "PRE_COMMIT"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("FTGATE_AS_OF", AS_OF)
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "pre-commit"))
    monkeypatch.setenv("PREK_HOME", str(tmp_path / "prek"))
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / ".gitconfig").write_text(
        "[user]\nname = tester\nemail = tester@example.com\n[init]\ndefaultBranch = main\n"
        '[protocol "file"]\nallow = always\n[advice]\ndetachedHead = false\n'
    )
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return call("git", *arguments)

    run("init", "-q")
    return run


def call(*command: str, cwd: str | Path = ".") -> subprocess.CompletedProcess[str]:
    """A finished command with its output as text, whatever bytes a name in it has."""
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, errors="surrogateescape", check=False
    )


def configure(*hooks: str) -> None:
    """Write a configuration with these published hooks."""
    config = {"repos": [{"repo": "local", "hooks": [hook_from_manifest(each) for each in hooks]}]}
    Path(".pre-commit-config.yaml").write_text(yaml.safe_dump(config))


def add_sample(name: str) -> Path:
    """Copy a sample dataset into the repository."""
    return Path(shutil.copytree(ROOT / "sample_data" / name, name))


def shown(done: subprocess.CompletedProcess[str]) -> str:
    """Everything that a command said."""
    return done.stdout + done.stderr
