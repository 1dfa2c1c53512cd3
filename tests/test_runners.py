"""The published hooks in both runners, pre-commit and prek: what do they judge, and how often?"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.repositories import (
    HOOK,
    JUSTIFIED,
    KNOWLEDGE,
    RUNNERS,
    Repository,
    add_sample,
    call,
    configure,
    new_repository,
    shown,
)

Runner = Callable[..., "CompletedProcess[str]"]


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A new repository; the value runs git in it."""
    return new_repository(tmp_path, monkeypatch)


@pytest.fixture(params=RUNNERS)
def runner(git: Repository, request: pytest.FixtureRequest) -> Runner:
    """Runs pre-commit or prek in the repository."""
    return lambda *arguments: call(request.param, *arguments)


def committed(git: Repository, *samples: str) -> None:
    """Commit samples that nobody judges."""
    for sample in samples:
        add_sample(sample)
    git("add", "-A")
    git("commit", "-q", "--no-verify", "-m", "slipped through")


PROMPT = "---\ninputs:\n  question: {type: string}\n---\nsystem:\nBe kind.\nuser:\n{{%s}}\n"


def test_every_hook_finds_what_it_is_for(runner: Runner, git: Repository) -> None:
    ids = ("ftgate", "ftgate-format", "ftgate-fix", "ftgate-prompts", "ftgate-config")
    configure(*ids, "ftgate-project", "ftgate-report")
    committed(git, JUSTIFIED)
    for hook in ids:
        done = runner("run", hook, "--all-files")
        assert (done.returncode, "Passed" in shown(done)) == (0, True), shown(done)
    train = Path(JUSTIFIED, "train.jsonl")
    train.write_text(train.read_text() + '\n{"messages": "none"}\n')
    Path("support.prompty").write_text(PROMPT % "qeustion")
    Path("broken").mkdir()
    Path("broken", "ftgate.toml").write_text("[modle]\n")
    git("add", "-A")
    expected = {
        "ftgate-config": "did you mean model",
        "ftgate": "FT102",
        "ftgate-format": "FT102",
        "ftgate-fix": "blank",
        "ftgate-prompts": "FT601",
    }
    for hook, said in expected.items():
        plan = "broken/ftgate.toml" if hook == "ftgate-config" else f"{JUSTIFIED}/ftgate.toml"
        done = runner("run", hook, "--files", str(train), plan, "support.prompty")
        assert (done.returncode, said in shown(done)) == (1, True), f"{hook}: {shown(done)}"


def test_hooks_of_other_stages_run_there_only(runner: Runner, git: Repository) -> None:
    configure("ftgate-project", "ftgate-report")
    committed(git, KNOWLEDGE)
    assert "FT401" not in shown(runner("run", "--all-files"))
    done = runner("run", "--hook-stage", "manual", "ftgate-project")
    assert (done.returncode, "FT401" in shown(done)) == (1, True)
    done = runner("run", "--hook-stage", "manual", "ftgate-report")
    assert done.returncode == 0, shown(done)
    report = json.loads(Path("ftgate-report.json").read_text())
    assert report["outcome"] == "fail"


def test_the_index_is_judged_when_a_file_is_staged_in_part(runner: Runner, git: Repository) -> None:
    configure("ftgate")
    committed(git, JUSTIFIED)
    runner("install")
    train = Path(JUSTIFIED, "train.jsonl")
    good = train.read_text()
    extra = json.loads(good.splitlines()[0])
    extra["messages"][-1]["content"] += " Thank you."
    staged = good + json.dumps(extra) + "\n"
    train.write_text(staged)
    git("add", str(train))
    train.write_text(staged + "this is not JSON\n")
    done = git("commit", "-m", "the good half")
    assert done.returncode == 0, shown(done)
    assert train.read_text().endswith("this is not JSON\n")
    git("add", str(train))
    train.write_text(staged)
    done = git("commit", "-m", "the broken half")
    assert (done.returncode, "FT101" in shown(done)) == (1, True)


def test_a_rename_out_of_the_plan_is_seen_at_the_latest_when_pushed(
    runner: Runner, git: Repository
) -> None:
    configure("ftgate", "ftgate-project")
    committed(git, JUSTIFIED)
    runner("install")
    git("mv", f"{JUSTIFIED}/train.jsonl", f"{JUSTIFIED}/examples.jsonl")
    done = git("commit", "-m", "renamed")
    assert (done.returncode, "matches no file" in shown(done)) == (1, True), shown(done)
    git("mv", f"{JUSTIFIED}/examples.jsonl", f"{JUSTIFIED}/train.jsonl.bak")
    assert git("commit", "-m", "runners pass no deleted file").returncode == 0
    done = runner("run", "--hook-stage", "pre-push", "--from-ref", "HEAD~1", "--to-ref", "HEAD")
    assert (done.returncode, "matches no file" in shown(done)) == (1, True), shown(done)


@pytest.mark.parametrize("gone", ["train.jsonl", "val.jsonl"])
def test_a_deleted_file_of_the_plan_blocks_the_push(
    gone: str, runner: Runner, git: Repository
) -> None:
    configure("ftgate-project")
    committed(git, JUSTIFIED)
    git("rm", "-q", f"{JUSTIFIED}/{gone}")
    git("commit", "-q", "-m", "deleted")
    done = runner("run", "--hook-stage", "pre-push", "--from-ref", "HEAD~1", "--to-ref", "HEAD")
    assert (done.returncode, "matches no file" in shown(done)) == (1, True), shown(done)


@pytest.fixture
def remote(git: Repository, tmp_path: Path) -> str:
    """An empty repository to push to."""
    call("git", "init", "-q", "--bare", str(tmp_path / "remote.git"))
    git("remote", "add", "origin", str(tmp_path / "remote.git"))
    return "origin"


def test_a_push_is_judged_by_what_is_pushed(runner: Runner, git: Repository, remote: str) -> None:
    """On disk is the branch that is checked out, which may be another one."""
    configure("ftgate")
    committed(git, JUSTIFIED)
    git("push", "-q", remote, "main")
    runner("install", "--hook-type", "pre-push")
    train = Path(JUSTIFIED, "train.jsonl")
    git("checkout", "-q", "-b", "good")
    with train.open("a") as stream:
        stream.write(train.read_text().splitlines()[0] + "\n")
    git("commit", "-q", "-a", "-m", "one more")
    git("checkout", "-q", "-b", "broken")
    train.write_text("this is not JSON\n" * 20)
    git("commit", "-q", "-a", "-m", "broken")
    done = git("push", remote, "good")
    assert done.returncode == 0, shown(done)
    git("checkout", "-q", "good")
    done = git("push", remote, "broken")
    assert (done.returncode, "FT007" in shown(done)) == (1, True), shown(done)


def test_a_range_is_judged_as_its_last_commit_has_it(runner: Runner, git: Repository) -> None:
    configure("ftgate")
    committed(git, JUSTIFIED)
    train = Path(JUSTIFIED, "train.jsonl")
    good = train.read_text()
    for text in ("this is not JSON\n" * 20, good + good.splitlines()[0] + "\n"):
        train.write_text(text)
        git("commit", "-q", "-a", "-m", "another version")
    done = runner("run", "--from-ref", "HEAD~2", "--to-ref", "HEAD~1")
    assert (done.returncode, "FT007" in shown(done)) == (1, True), shown(done)
    done = runner("run", "--from-ref", "HEAD~2", "--to-ref", "HEAD")
    assert done.returncode == 0, shown(done)


def test_an_amended_commit_and_a_stash_are_judged_like_any_other(
    runner: Runner, git: Repository
) -> None:
    configure("ftgate")
    runner("install")
    committed(git, JUSTIFIED)
    train = Path(JUSTIFIED, "train.jsonl")
    train.write_text("this is not JSON\n" * 20)
    assert git("commit", "--amend", "-a", "--no-edit").returncode == 1
    assert git("stash").returncode == 0
    done = git("commit", "--amend", "-m", "another message")
    assert done.returncode == 0, shown(done)
    git("stash", "pop")
    assert git("commit", "-a", "-m", "from the stash").returncode == 1


def test_a_merge_is_judged_as_it_was_resolved(runner: Runner, git: Repository) -> None:
    configure("ftgate")
    committed(git, JUSTIFIED)
    runner("install")
    train = Path(JUSTIFIED, "train.jsonl")
    lines = train.read_text().splitlines(keepends=True)
    for branch, shift in (("theirs", "."), ("ours", "!")):
        git("checkout", "-q", "-B", branch, "main")
        train.write_text(lines[0].replace('"}]}', f'{shift}"}}]}}') + "".join(lines[1:]))
        git("commit", "-q", "-a", "--no-verify", "-m", branch)
    assert git("merge", "theirs").returncode == 1
    git("add", str(train))  # with the markers of the conflict
    done = git("commit", "-m", "merged in haste")
    assert (done.returncode, "FT101" in shown(done)) == (1, True), shown(done)
    train.write_text("".join(lines))
    git("add", str(train))
    done = git("commit", "-m", "resolved")
    assert done.returncode == 0, shown(done)


@pytest.mark.slow
def test_five_hundred_files_are_one_dataset_reported_once(runner: Runner, git: Repository) -> None:
    configure("ftgate")
    add_sample(KNOWLEDGE)
    train = Path(KNOWLEDGE, "train.jsonl")
    lines = train.read_text().splitlines(keepends=True)
    train.unlink()
    for number in range(500):
        part = Path(KNOWLEDGE, f"train-{number:05}-of-00500.jsonl")
        part.write_text(lines[number % len(lines)])
    plan = Path(KNOWLEDGE, "ftgate.toml")
    plan.write_text(plan.read_text().replace('"train.jsonl"', '"train-*.jsonl"'))
    git("add", "-A")
    done = runner("run")
    assert done.returncode == 1
    assert shown(done).count("FT401") == 2, "the finding, and the command that explains it"


ODD = ["a b.jsonl", 'it\'s "it".jsonl', "-v.jsonl", "--exit-zero.jsonl", "two\nlines.jsonl"]


@pytest.mark.parametrize("name", ODD)
def test_a_file_may_be_called_anything(name: str, runner: Runner, git: Repository) -> None:
    configure("ftgate")
    Path(name).write_text("this is not JSON\n")
    git("add", "-A")
    done = runner("run")
    assert (done.returncode, "FT10" in shown(done)) == (1, True), shown(done)
    assert "no such" not in shown(done).lower()


def test_a_name_that_is_no_utf8_is_judged_by_the_hook_itself(git: Repository) -> None:
    name = os.fsdecode(b"m\xfcller.jsonl")
    Path(name).write_text("this is not JSON\n")
    git("add", "-A")
    for arguments in ((name,), ("--staged",)):
        done = call(*HOOK, *arguments)
        assert (done.returncode, "FT10" in shown(done)) == (1, True), shown(done)
