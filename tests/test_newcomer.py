"""From a file of one's own to a refused commit, following nothing but the printed hints."""

from __future__ import annotations

import json
import os
import resource
from pathlib import Path

import pytest

from scripts.first_steps import refused, walk
from tests.conftest import ROOT
from tests.repositories import KNOWLEDGE, Repository, call, new_repository

RUDE = "Rewrite this politely: message {0} is late again, and so are you"
KIND = "Would you mind looking at message {0} when you find a moment? Thank you."


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """An empty repository, which is the current folder."""
    return new_repository(tmp_path, monkeypatch)


def processor_seconds() -> float:
    """What the commands took so far; a clock would measure who else is busy here."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def style_set() -> str:
    pairs = [(RUDE.format(n), KIND.format(n)) for n in range(60)]
    return "".join(
        json.dumps(
            {
                "messages": [
                    {"role": "user", "content": rude},
                    {"role": "assistant", "content": kind},
                ]
            }
        )
        + "\n"
        for rude, kind in pairs
    )


@pytest.mark.parametrize("knowledge", [True, False])
@pytest.mark.parametrize("name", ["train.jsonl", "our data/it's ours.jsonl"])
def test_four_commands_lead_from_an_installation_to_a_refused_commit(
    name: str, knowledge: bool, git: Repository
) -> None:
    facts = (ROOT / "sample_data" / KNOWLEDGE / "train.jsonl").read_text()
    own = Path(name)
    own.parent.mkdir(exist_ok=True)
    own.write_text(facts if knowledge else style_set())
    quoted = '"' + name + '"'
    began = processor_seconds()
    steps = walk(f"ftgate check {quoted}", Path.cwd(), os.environ)
    assert refused(steps), steps
    assert len(steps) == 4
    assert processor_seconds() - began < 15, "a newcomer waits for seconds"
    assert [step.command.split("; ")[-1].split(" -")[0] for step in steps[1:3]] == [
        "ftgate init",
        "ftgate hook",
    ]
    assert git("rev-parse", "--verify", "-q", "HEAD").returncode != 0, "there is no commit"


def test_the_program_alone_says_where_to_begin(git: Repository) -> None:
    del git
    done = call("ftgate")
    assert "ftgate check" in done.stdout + done.stderr


def test_a_plan_that_is_there_is_not_asked_for_again(git: Repository) -> None:
    del git
    Path("train.jsonl").write_text(style_set())
    Path("ftgate.toml").write_text("[usage]\nrequests_per_month = 1000\n")
    done = call("ftgate", "check", "train.jsonl")
    assert "ftgate init" not in done.stdout
    piped = call("sh", "-c", "ftgate check - < train.jsonl")
    assert "ftgate init" not in piped.stdout


def test_data_of_another_folder_get_their_plan_there(git: Repository, tmp_path: Path) -> None:
    del git
    other = tmp_path / "the other one"
    other.mkdir()
    (other / "train.jsonl").write_text(style_set())
    done = call("ftgate", "check", "-f", "json", "../the other one/train.jsonl")
    (dataset,) = json.loads(done.stdout)["datasets"]
    assert dataset["next_command"] == f"ftgate init '{other}'"
