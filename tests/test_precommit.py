"""A real git repository, the real pre-commit and the plain-git shim: is the commit stopped?"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import AS_OF, ROOT
from tests.repositories import (
    JUSTIFIED,
    KNOWLEDGE,
    Repository,
    add_sample,
    configure,
    new_repository,
    shown,
)


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A new repository; the value runs git in it."""
    return new_repository(tmp_path, monkeypatch)


@pytest.fixture(params=["pre-commit", "plain git"])
def gated(git: Repository, request: pytest.FixtureRequest) -> Repository:
    """The repository with the gate installed in one of both ways."""
    if request.param == "plain git":
        shutil.copy(ROOT / "hooks" / "pre-commit", ".git/hooks/pre-commit")
        return git
    configure("ftgate")
    git("add", ".pre-commit-config.yaml")
    git("commit", "-q", "-m", "configure")
    subprocess.run(["pre-commit", "install"], check=True, capture_output=True)
    return git


def test_the_knowledge_set_is_refused_with_the_reason(gated: Repository) -> None:
    add_sample(KNOWLEDGE)
    gated("add", KNOWLEDGE)
    done = gated("commit", "-m", "teach the prices")
    assert done.returncode != 0
    assert "FT401" in shown(done)
    assert "answers teach facts" in shown(done)
    assert gated("log", "--oneline", "--", KNOWLEDGE).stdout == ""


def test_the_justified_set_is_committed_silently(gated: Repository) -> None:
    add_sample(JUSTIFIED)
    gated("add", JUSTIFIED)
    done = gated("commit", "-q", "-m", "letters")
    assert done.returncode == 0, shown(done)
    assert "FT" not in shown(done).replace("ftgate", "")
    assert gated("log", "--oneline", "--", JUSTIFIED).stdout


def test_what_is_staged_is_judged_not_what_is_on_disk(gated: Repository) -> None:
    train = add_sample(JUSTIFIED) / "train.jsonl"
    gated("add", JUSTIFIED)
    good = train.read_text()
    train.write_text("this is not JSON\n" * 20)
    done = gated("commit", "-m", "good is staged, broken is on disk")
    assert done.returncode == 0, shown(done)
    gated("add", str(train))
    train.write_text(good)
    done = gated("commit", "-m", "broken is staged, good is on disk")
    assert done.returncode != 0
    assert train.read_text() == good


def test_a_change_of_only_the_validation_set_judges_the_whole_group(gated: Repository) -> None:
    folder = add_sample(KNOWLEDGE)
    gated("add", KNOWLEDGE)
    gated("commit", "--no-verify", "-q", "-m", "slipped through")
    validation = folder / "val.jsonl"
    example = json.loads(validation.read_text().splitlines()[0])
    example["messages"][-1]["content"] += " Enjoy!"
    with validation.open("a") as stream:
        stream.write(json.dumps(example) + "\n")
    gated("add", str(validation))
    done = gated("commit", "-m", "one more validation example")
    assert done.returncode != 0
    assert "train.jsonl" in shown(done)


def test_other_files_do_not_start_the_gate(gated: Repository) -> None:
    Path("notes.txt").write_text("nothing to train on\n")
    gated("add", "notes.txt")
    assert gated("commit", "-q", "-m", "notes").returncode == 0


def test_a_change_of_only_the_plan_judges_the_data_again(gated: Repository) -> None:
    folder = add_sample(JUSTIFIED)
    gated("add", JUSTIFIED)
    assert gated("commit", "-q", "-m", "letters").returncode == 0
    plan = folder / "ftgate.toml"
    plan.write_text(plan.read_text().replace('rate_tuned = "0.035"', 'rate_tuned = "0.050"'))
    gated("add", str(plan))
    done = gated("commit", "-m", "the pilot was wrong")
    assert done.returncode != 0
    assert "FT8" in shown(done)


def test_a_deleted_file_leaves_its_dataset_to_be_judged(gated: Repository) -> None:
    folder = add_sample(KNOWLEDGE)
    (folder / "ftgate.toml").unlink()
    gated("add", KNOWLEDGE)
    gated("commit", "--no-verify", "-q", "-m", "slipped through")
    gated("rm", "-q", str(folder / "val.jsonl"))
    done = gated("commit", "-q", "-m", "without validation")
    # pre-commit passes no deleted files; the plain hook judges what is left
    if Path(".pre-commit-config.yaml").exists():
        assert done.returncode == 0
    else:
        assert "FT401" in shown(done)


def test_a_name_that_git_never_knew_is_a_mistake(git: Repository) -> None:
    add_sample(JUSTIFIED)
    git("add", "-A")
    git("commit", "-q", "-m", "letters")
    hook = [sys.executable, "-m", "ftgate", "hook"]
    typo = subprocess.run([*hook, f"{JUSTIFIED}/tarin.jsonl"], capture_output=True, text=True)
    assert (typo.returncode, "no such file" in typo.stderr) == (2, True)
    Path(JUSTIFIED, "val.jsonl").unlink()
    Path(JUSTIFIED, "ftgate.toml").unlink()
    gone = subprocess.run([*hook, f"{JUSTIFIED}/val.jsonl"], capture_output=True, text=True)
    assert gone.returncode == 3, "the rest is judged: without a plan the volume is unknown"


def test_links_and_renames_are_changes_too(git: Repository) -> None:
    shutil.copy(ROOT / "hooks" / "pre-commit", ".git/hooks/pre-commit")
    folder, other = add_sample(JUSTIFIED), add_sample(KNOWLEDGE)
    git("add", JUSTIFIED)
    assert git("commit", "-q", "-m", "letters").returncode == 0
    train = folder / "train.jsonl"
    good = train.read_bytes()
    train.unlink()
    train.symlink_to(Path("..") / other / "train.jsonl")
    git("add", JUSTIFIED, KNOWLEDGE)
    assert git("commit", "-m", "a link to facts").returncode != 0
    git("reset", "-q", "--hard")
    assert train.read_bytes() == good
    git("mv", str(train), str(folder / "train.jsonl.bak"))
    done = git("commit", "-m", "half of the data is gone")
    assert done.returncode != 0
    assert "matches no file" in shown(done)
    assert f"ftgate: {JUSTIFIED}/ftgate.toml" in shown(done), "named as in the repository"


def test_a_plan_that_names_data_elsewhere_is_judged(git: Repository) -> None:
    folder = add_sample(JUSTIFIED)
    plan = Path("ml", "ftgate.toml")
    plan.parent.mkdir()
    text = (folder / "ftgate.toml").read_text().replace('"train', '"../data/train')
    text = text.replace('"val', '"../data/val').replace('"prompts/', '"../data/prompts/')
    plan.write_text(text.replace('rate_tuned = "0.035"', 'rate_tuned = "0.050"'))
    (folder / "ftgate.toml").unlink()
    folder.rename("data")
    hook = [sys.executable, "-m", "ftgate", "hook", str(plan)]
    done = subprocess.run(hook, capture_output=True, text=True)
    assert (done.returncode, "FT8" in done.stdout) == (1, True)


PROMPTY = "---\ninputs:\n  question: {type: string}\n---\nsystem:\nBe kind.\nuser:\n{{%s}}\n"


def test_a_prompt_with_an_undeclared_variable_is_refused(git: Repository) -> None:
    configure("ftgate-prompts")
    subprocess.run(["pre-commit", "install"], check=True, capture_output=True)
    prompt = Path("app", "support.prompty")
    prompt.parent.mkdir()
    prompt.write_text(PROMPTY % "qeustion")
    git("add", "-A")
    done = git("commit", "-m", "a typing error")
    assert done.returncode != 0
    assert "FT601" in shown(done)
    assert "qeustion" in shown(done)
    prompt.write_text(PROMPTY % "question")
    git("add", "-A")
    done = git("commit", "-m", "corrected")
    assert done.returncode == 0, shown(done)


def test_the_plain_hook_reads_prompts_without_a_dataset_too(git: Repository) -> None:
    shutil.copy(ROOT / "hooks" / "pre-commit", ".git/hooks/pre-commit")
    Path("support.prompty").write_text(PROMPTY % "qeustion")
    Path("notes.md").write_text("{{ not_a_prompt }}")
    git("add", "-A")
    done = git("commit", "-m", "a typing error")
    assert (done.returncode != 0, "FT601" in shown(done)) == (True, True)
    assert "notes.md" not in shown(done)


def test_what_a_staged_prompt_includes_is_read_from_the_index(git: Repository) -> None:
    shutil.copy(ROOT / "hooks" / "pre-commit", ".git/hooks/pre-commit")
    Path("promptfooconfig.yaml").write_text(
        "prompts: [file://chat/system.json]\ntests: [{vars: {title: a}}]\n"
    )
    included = Path("chat", "system.json")
    included.parent.mkdir()
    included.write_text('[{"role": "user", "content": "Shorten {{title}}"}]')
    git("add", "-A")
    done = git("commit", "-m", "declared")
    assert done.returncode == 0, shown(done)
    included.write_text('[{"role": "user", "content": "Shorten {{titel}}"}]')
    Path("promptfooconfig.yaml").write_text(Path("promptfooconfig.yaml").read_text() + "\n")
    git("add", "-A")
    done = git("commit", "-m", "a typing error in the included file")
    assert (done.returncode != 0, "FT601" in shown(done)) == (True, True)


def test_what_is_staged_is_priced_by_the_staged_lock(git: Repository) -> None:
    """As CI prices it: without the lock, the hook would judge by other prices, silently."""
    shutil.copy(ROOT / "hooks" / "pre-commit", ".git/hooks/pre-commit")
    add_sample(JUSTIFIED)
    Path("ftgate-prices.json").write_text("damaged")
    git("add", "-A")
    done = git("commit", "-m", "letters")
    assert done.returncode != 0
    assert "ftgate-prices.json" in shown(done)


def test_an_answer_about_staged_files_is_remembered_with_a_lock_too(
    git: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each time the staged files lie in another folder: the key is made of bytes."""
    from ftgate import hooking
    from ftgate.gate import CheckOptions

    add_sample(JUSTIFIED)
    git("add", "-A")
    locked = [sys.executable, "-m", "ftgate", "prices", "lock", "--prices", "offline"]
    subprocess.run([*locked, "--today", AS_OF], check=True, capture_output=True)
    git("add", "-A")
    judged: list[int] = []
    judge = hooking.judge_all
    monkeypatch.setattr(hooking, "judge_all", lambda *a, **k: judged.append(1) or judge(*a, **k))
    for _ in range(2):
        options = CheckOptions(staged=True, as_of=AS_OF, cache_dir="cache")
        assert hooking.hook((), options, lambda report: "").exit_code == 0
    assert judged == [1]
