"""The hook for plain git wherever git works: submodules, worktrees, Git LFS, DVC, half a clone."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.conftest import AS_OF, ROOT
from tests.repositories import (
    HOOK,
    JUSTIFIED,
    KNOWLEDGE,
    Repository,
    add_sample,
    call,
    new_repository,
    shown,
)

STAGED = (*HOOK, "--staged")


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A new repository with the hook installed; the value runs git in it."""
    git = new_repository(tmp_path, monkeypatch)
    shutil.copy(ROOT / "hooks" / "pre-commit", ".git/hooks/pre-commit")
    return git


# -- where a commit may be made ------------------------------------------------------------------


def test_the_first_commit_of_a_repository_is_judged(git: Repository) -> None:
    add_sample(KNOWLEDGE)
    git("add", "-A")
    done = git("commit", "-m", "first")
    assert (done.returncode, "FT401" in shown(done)) == (1, True)


def test_a_commit_from_a_folder_below_is_judged(git: Repository) -> None:
    add_sample(KNOWLEDGE)
    git("add", "-A")
    done = call("git", "commit", "-m", "from below", cwd=KNOWLEDGE)
    assert (done.returncode, f"{KNOWLEDGE}/train.jsonl" in shown(done)) == (1, True)


@pytest.mark.parametrize("named", [("-a",), (f"{JUSTIFIED}/train.jsonl",)])
def test_a_commit_that_stages_by_itself_is_judged(named: tuple[str], git: Repository) -> None:
    add_sample(JUSTIFIED)
    git("add", "-A")
    git("commit", "-q", "-m", "letters")
    Path(JUSTIFIED, "train.jsonl").write_text("this is not JSON\n" * 20)
    done = git("commit", "-m", "broken", *named)
    assert (done.returncode, "FT007" in shown(done)) == (1, True), shown(done)


def test_a_linked_worktree_judges_its_own_index(git: Repository) -> None:
    add_sample(JUSTIFIED)
    git("add", "-A")
    git("commit", "-q", "-m", "letters")
    git("worktree", "add", "-q", "../linked", "-b", "linked")
    train = Path("../linked", JUSTIFIED, "train.jsonl")
    train.write_text("this is not JSON\n" * 20)
    done = call("git", "commit", "-a", "-m", "broken", cwd="../linked")
    assert (done.returncode, "FT007" in shown(done)) == (1, True), shown(done)
    call("git", "checkout", "-q", ".", cwd="../linked")
    assert git("commit", "-q", "--allow-empty", "-m", "nothing").returncode == 0


@pytest.fixture
def plan_of_a_submodule(git: Repository, tmp_path: Path) -> Path:
    """A plan whose data are in a submodule; the value is the submodule's folder."""
    data = tmp_path / "data"
    shutil.copytree(ROOT / "sample_data" / JUSTIFIED, data)
    (data / "ftgate.toml").rename("ftgate.toml")
    call("git", "init", "-q", cwd=data)
    call("git", "add", "-A", cwd=data)
    call("git", "commit", "-q", "-m", "letters", cwd=data)
    git("submodule", "-q", "add", str(data), "data")
    plan = Path("ftgate.toml")
    text = plan.read_text()
    for folder in ("train", "val", "prompts/"):
        text = text.replace(f'"{folder}', f'"data/{folder}')
    plan.write_text(text)
    git("add", "-A")
    return Path("data")


def test_data_in_a_submodule_are_judged_as_pinned(
    git: Repository, plan_of_a_submodule: Path
) -> None:
    done = git("commit", "-m", "letters")
    assert done.returncode == 0, shown(done)
    train = plan_of_a_submodule / "train.jsonl"
    good = train.read_text()
    train.write_text("this is not JSON\n" * 20)
    plan = Path("ftgate.toml")
    plan.write_text(plan.read_text() + "\n")
    assert git("commit", "-a", "-m", "what is pinned is good").returncode == 0
    call("git", "commit", "-q", "-a", "-m", "broken", cwd=plan_of_a_submodule)
    train.write_text(good)
    git("add", "data")
    done = git("commit", "-m", "pin the broken one")
    assert (done.returncode, "FT007" in shown(done)) == (1, True), shown(done)


# -- where none can be made ----------------------------------------------------------------------


def test_outside_of_a_repository_named_files_are_judged_and_an_index_is_not(
    git: Repository, tmp_path: Path
) -> None:
    del git
    add_sample(KNOWLEDGE)
    outside = tmp_path / "outside"
    shutil.copytree(KNOWLEDGE, outside)
    named = call(*HOOK, "train.jsonl", cwd=outside)
    assert (named.returncode, "FT401" in named.stdout) == (1, True)
    staged = call(*STAGED, cwd=outside)
    assert (staged.returncode, "not a git repository" in staged.stderr) == (2, True)


def test_a_bare_repository_and_one_of_somebody_else_are_an_error_not_a_pass(
    git: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = tmp_path / "bare.git"
    git("init", "-q", "--bare", str(bare))
    done = call(*STAGED, cwd=bare)
    assert (done.returncode, "work tree" in done.stderr) == (2, True)
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    done = call(*STAGED)
    assert (done.returncode, "safe.directory" in done.stderr) == (2, True)


def test_a_shallow_clone_is_judged_and_told_what_it_lacks(git: Repository, tmp_path: Path) -> None:
    add_sample(JUSTIFIED)
    for number in range(2):
        Path(JUSTIFIED, "notes.txt").write_text(f"{number}")
        git("add", "-A")
        git("commit", "-q", "--no-verify", "-m", f"{number}")
    first = git("rev-parse", "HEAD~1").stdout.strip()
    shallow = tmp_path / "shallow"
    git("clone", "-q", "--depth", "1", Path.cwd().as_uri(), str(shallow))
    done = call(*HOOK, f"{JUSTIFIED}/train.jsonl", cwd=shallow)
    assert (done.returncode, shown(done)) == (0, "")
    done = call(sys.executable, "-m", "ftgate", "diff", first, cwd=shallow)
    assert (done.returncode, "fetch-depth: 0" in done.stderr) == (2, True)


# -- what a verdict depends on besides the data --------------------------------------------------


def test_locked_prices_staged_alone_judge_the_data_again(git: Repository) -> None:
    add_sample(JUSTIFIED)
    git("add", "-A")
    git("commit", "-q", "-m", "letters")
    locked = (sys.executable, "-m", "ftgate", "prices", "lock", "--prices", "offline")
    assert call(*locked, "--today", AS_OF).returncode == 0
    git("add", "ftgate-prices.json")
    done = git("commit", "-m", "today's prices")
    assert done.returncode == 0, shown(done)
    Path("ftgate-prices.json").write_text("damaged")
    for arguments in (("ftgate-prices.json",), ("--staged",)):
        git("add", "ftgate-prices.json")
        done = call(*HOOK, *arguments)
        assert (done.returncode, "ftgate-prices.json" in done.stderr) == (2, True), shown(done)


def test_a_prompt_that_links_out_of_the_repository_is_refused(
    git: Repository, tmp_path: Path
) -> None:
    folder = add_sample(JUSTIFIED)
    secret = tmp_path / "secret.txt"
    secret.write_text("the text of another file of this machine\n")
    prompt = folder / "prompts" / "letter.txt"
    text = prompt.read_text()
    prompt.unlink()
    prompt.symlink_to(secret)
    git("add", "-A")
    for arguments in (("--staged",), (f"{JUSTIFIED}/train.jsonl",)):
        done = call(*HOOK, *arguments)
        assert (done.returncode, "outside of the repository" in done.stderr) == (2, True)
        assert str(secret) not in shown(done)
    (folder / "prompts" / "kept.md").write_text(text)
    prompt.unlink()
    prompt.symlink_to("kept.md")
    git("add", "-A")
    done = git("commit", "-m", "a link inside")
    assert done.returncode == 0, shown(done)


# -- Git LFS and DVC -----------------------------------------------------------------------------


def lfs_pointer(data: bytes) -> str:
    digest = hashlib.sha256(data).hexdigest()
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {len(data)}\n"


def keep_in_lfs(data: bytes) -> None:
    digest = hashlib.sha256(data).hexdigest()
    stored = Path(".git/lfs/objects", digest[:2], digest[2:4], digest)
    stored.parent.mkdir(parents=True, exist_ok=True)
    stored.write_bytes(data)


def test_a_pointer_of_git_lfs_gets_one_piece_of_advice(git: Repository) -> None:
    Path("train.jsonl").write_text(lfs_pointer(b"elsewhere"))
    git("add", "-A")
    for arguments in (("--staged",), ("train.jsonl",)):
        done = call(*HOOK, *arguments)
        assert done.returncode == 1
        assert set(re.findall(r"FT\d+", shown(done))) == {"FT002"}
        assert "git lfs pull" in done.stdout


def test_staged_pointers_of_git_lfs_are_judged_by_the_data_on_this_machine(
    git: Repository,
) -> None:
    for sample, code in ((JUSTIFIED, 0), (KNOWLEDGE, 1)):
        train = add_sample(sample) / "train.jsonl"
        keep_in_lfs(train.read_bytes())
        train.write_text(lfs_pointer(train.read_bytes()))  # as git has it when lfs filters
        git("add", "-A")
        done = git("commit", "-m", sample)
        assert (done.returncode, "FT401" in shown(done)) == (code, bool(code)), shown(done)


def test_an_object_of_another_digest_is_not_believed(git: Repository) -> None:
    train = add_sample(JUSTIFIED) / "train.jsonl"
    data = train.read_bytes()
    keep_in_lfs(data)
    (stored,) = (path for path in Path(".git/lfs").rglob("*") if path.is_file())
    stored.write_bytes(data.replace(b"patient", b"Patient"))
    train.write_text(lfs_pointer(data))
    git("add", "-A")
    done = git("commit", "-m", "letters")
    assert (done.returncode, "FT002" in shown(done)) == (1, True)


def keep_in_dvc(file: Path, cache: str = ".dvc/cache/files/md5") -> None:
    """What ``dvc add`` does: the data go into the cache, and out of git."""
    data = file.read_bytes()
    digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
    stored = Path(cache, digest[:2], digest[2:])
    stored.parent.mkdir(parents=True, exist_ok=True)
    stored.write_bytes(data)
    pointer = f"outs:\n- md5: {digest}\n  size: {len(data)}\n  hash: md5\n  path: {file.name}\n"
    file.with_name(f"{file.name}.dvc").write_text(pointer)
    file.with_name(".gitignore").write_text(f"/{file.name}\n")
    Path(".dvc/.gitignore").write_text("/cache\n")


@pytest.mark.parametrize("cache", [".dvc/cache/files/md5", ".dvc/cache"])
def test_data_of_dvc_are_judged_from_its_cache(cache: str, git: Repository) -> None:
    for sample, code in ((JUSTIFIED, 0), (KNOWLEDGE, 1)):
        keep_in_dvc(add_sample(sample) / "train.jsonl", cache)
        git("add", "-A")
        done = git("commit", "-m", sample)
        assert (done.returncode, "FT401" in shown(done)) == (code, bool(code)), shown(done)


def test_data_that_dvc_has_elsewhere_get_one_piece_of_advice(git: Repository) -> None:
    train = add_sample(JUSTIFIED) / "train.jsonl"
    keep_in_dvc(train)
    shutil.rmtree(".dvc/cache")
    train.unlink()
    git("add", "-A")
    done = git("commit", "-m", "letters")
    assert (done.returncode, "FT002" in shown(done), "dvc pull" in shown(done)) == (1, True, True)
    for command in ((*HOOK, f"{train}.dvc"), (sys.executable, "-m", "ftgate", "check")):
        done = call(*command)
        assert (done.returncode, done.stderr.count("dvc pull")) == (2, 1), shown(done)


def test_a_pointer_of_dvc_stands_for_the_data_beside_it(git: Repository) -> None:
    del git
    train = add_sample(KNOWLEDGE) / "train.jsonl"
    keep_in_dvc(train)
    done = call(*HOOK, f"{train}.dvc")
    assert (done.returncode, "FT401" in done.stdout) == (1, True)


def test_a_folder_of_pointers_alone_says_how_to_pull(git: Repository) -> None:
    del git
    train = add_sample(KNOWLEDGE) / "train.jsonl"
    keep_in_dvc(train)
    os.mkdir("only")
    shutil.move(f"{train}.dvc", "only")
    done = call(sys.executable, "-m", "ftgate", "check", "only")
    assert (done.returncode, "dvc pull" in done.stderr) == (3, True)


# -- installing it -------------------------------------------------------------------------------


def install() -> tuple[int, str]:
    done = call(*HOOK, "--install")
    return done.returncode, shown(done)


def test_a_hook_that_exists_is_not_overwritten(git: Repository) -> None:
    hook = Path(".git/hooks/pre-commit")
    assert install()[0] == 0, "it is ours already"
    hook.write_text("#!/bin/sh\nmake lint\n")
    code, said = install()
    assert (code, "is not overwritten" in said) == (2, True)
    assert hook.read_text() == "#!/bin/sh\nmake lint\n"


def test_a_hook_that_other_repositories_share_is_left_alone(
    git: Repository, tmp_path: Path
) -> None:
    git("config", "core.hooksPath", str(tmp_path / "shared"))
    code, said = install()
    assert (code, "core.hooksPath" in said, (tmp_path / "shared").exists()) == (2, True, False)
    git("config", "core.hooksPath", "own-hooks")
    assert install()[0] == 0
    assert os.access("own-hooks/pre-commit", os.X_OK)


def test_outside_of_a_repository_there_is_nothing_to_install(
    git: Repository, tmp_path: Path
) -> None:
    del git
    done = call(*HOOK, "--install", cwd=tmp_path / "home")
    assert (done.returncode, "git init" in done.stderr) == (2, True)


def test_the_installed_hook_needs_no_program_on_the_path(
    git: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(".git/hooks/pre-commit").unlink()
    assert install()[0] == 0
    add_sample(KNOWLEDGE)
    git("add", "-A")
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    done = git("commit", "-m", "from an editor")
    assert (done.returncode, "FT401" in shown(done)) == (1, True)
