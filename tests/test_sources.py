from __future__ import annotations

import os
from pathlib import Path, PurePath

import pytest

from ftgate.config import find, load
from ftgate.errors import ConfigError, NothingToJudgeError, UnreadableError
from ftgate.grouping import split_of
from ftgate.settings import Settings
from ftgate.sources import Job, discover

LINE = '{"messages": []}\n'


def settings_of(folder: Path) -> tuple[Path | None, Settings]:
    path = find(folder.resolve())
    return path, load(path)


def names(jobs: list[Job]) -> dict[str, list[tuple[str, str]]]:
    return {
        job.dataset.name: [(Path(file.path).name, file.role) for file in job.dataset.files]
        for job in jobs
    }


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(project: Path, *paths: str) -> None:
    for path in paths:
        file = project / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(LINE)


@pytest.mark.parametrize(
    ("path", "role", "base"),
    [
        ("d/train.jsonl", "train", ""),
        ("d/val.jsonl", "validation", ""),
        ("d/dev.jsonl", "validation", ""),
        ("d/support-val.jsonl", "validation", "support"),
        ("d/support_training.jsonl", "train", "support"),
        ("d/Support_Training.JSONL", "train", "Support"),
        ("d/test_2024.jsonl", "test", ""),
        ("d/train-00000-of-00003.jsonl", "train", ""),
        ("d/faq-part-0007.jsonl", "train", "faq"),
        ("d/trainer.jsonl", "train", "trainer"),
        ("d/evaluation.jsonl.gz", "test", ""),
        ("d/contest.jsonl", "train", "contest"),
        ("d/devices.jsonl", "train", "devices"),
        ("train/part-1.jsonl", "train", ""),
        ("d/gpt-4.1-train.jsonl", "train", "gpt-4.1"),
        ("d/gpt-4.1-val.jsonl", "validation", "gpt-4.1"),
        ("d/support.v2.val.jsonl", "validation", "support.v2"),
        ("d/sales-2024.jsonl", "train", "sales-2024"),
        ("d/test-driven-train.jsonl", "train", "test-driven"),
        ("d/train-3.jsonl.zst", "train", ""),
        ("d/export.csv", "train", "export"),
        ("data/validation/x.jsonl", "validation", ""),
        ("test_fixtures/x.jsonl", "train", "x"),
    ],
)
def test_split_names_follow_the_hub(path: str, role: str, base: str) -> None:
    found, _, found_base = split_of(PurePath(path))
    assert (found, found_base) == (role, base)


def test_a_folder_is_grouped_by_split_and_base_name(project: Path) -> None:
    put(project, "d/support_train.jsonl", "d/support_val.jsonl", "d/faq.jsonl", "d/notes.txt")
    assert names(discover(["d"], settings_of)) == {
        "faq": [("faq.jsonl", "train")],
        "support": [("support_train.jsonl", "train"), ("support_val.jsonl", "validation")],
    }


def test_lonely_validation_joins_the_only_training_set(project: Path) -> None:
    put(project, "d/conversations.jsonl", "d/val.jsonl")
    assert names(discover(["d"], settings_of)) == {
        "conversations": [("conversations.jsonl", "train"), ("val.jsonl", "validation")]
    }


def test_split_folders_make_one_dataset_named_after_their_parent(project: Path) -> None:
    put(project, "letters/train/a.jsonl", "letters/train/b.jsonl", "letters/test/a.jsonl")
    assert names(discover(["letters"], settings_of)) == {
        "letters": [("a.jsonl", "test"), ("a.jsonl", "train"), ("b.jsonl", "train")]
    }


def test_prompts_beside_the_data_belong_to_it(project: Path) -> None:
    put(project, "p/data/train.jsonl", "p/prompts/support.txt", "p/data/readme.txt")
    assert names(discover(["p/data"], settings_of)) == {
        "data": [("train.jsonl", "train"), ("support.txt", "prompt")]
    }


def test_hidden_and_vendored_folders_are_left_out(project: Path) -> None:
    put(project, "d/.cache/train.jsonl", "d/node_modules/train.jsonl", "d/ok/train.jsonl")
    assert names(discover(["d"], settings_of)) == {"ok": [("train.jsonl", "train")]}


def test_equal_names_are_told_apart_by_path(project: Path) -> None:
    put(project, "a/train.jsonl", "b/a/train.jsonl")
    assert sorted(names(discover(["."], settings_of))) == ["a/train.jsonl", "b/a/train.jsonl"]


def test_globs_and_files_of_any_suffix(project: Path) -> None:
    put(project, "d/one.jsonl", "d/two.jsonl", "d/export.txt")
    assert sorted(names(discover(["d/*.jsonl"], settings_of))) == ["one", "two"]
    assert sorted(names(discover(["d/export.txt"], settings_of))) == ["export"]


def test_a_named_file_is_judged_alone_but_a_hook_takes_its_group(project: Path) -> None:
    put(project, "d/train.jsonl", "d/val.jsonl", "d/other.jsonl")
    alone = names(discover(["d/val.jsonl"], settings_of))
    assert alone == {"d": [("val.jsonl", "validation")]}
    whole = names(discover(["d/val.jsonl"], settings_of, siblings=True))
    assert [("train.jsonl", "train"), ("val.jsonl", "validation")] in whole.values()
    assert "other" not in whole


def test_a_hook_finds_the_other_split_folder(project: Path) -> None:
    put(project, "set/train/a.jsonl", "set/val/a.jsonl", "elsewhere/train/a.jsonl")
    whole = names(discover(["set/val/a.jsonl"], settings_of, siblings=True))
    assert whole == {"set": [("a.jsonl", "train"), ("a.jsonl", "validation")]}


def test_a_declared_dataset_is_judged_as_declared(project: Path) -> None:
    put(project, "x/one.jsonl", "x/two.jsonl", "x/p.md")
    (project / "ftgate.toml").write_text(
        '[[dataset]]\nname = "pair"\ntrain = ["x/one.jsonl"]\nvalidation = ["x/two.jsonl"]\n'
        'prompts = ["x/p.md"]\n'
    )
    declared = [("one.jsonl", "train"), ("two.jsonl", "validation"), ("p.md", "prompt")]
    for paths in (["x/two.jsonl"], ["x"], ["."]):
        assert names(discover(paths, settings_of)) == {"pair": declared}


def test_a_changed_prompt_judges_the_dataset_that_it_belongs_to(project: Path) -> None:
    put(project, "d/train.jsonl", "d/prompts/support.txt", "e/train.jsonl", "e/prompts/other.md")
    found = names(discover(["d/prompts/support.txt"], settings_of, siblings=True))
    assert found == {"d": [("train.jsonl", "train"), ("support.txt", "prompt")]}
    put(project, "docs/prompts/essay.txt")
    alone = names(discover(["docs/prompts/essay.txt"], settings_of, siblings=True))
    assert alone == {"essay.txt": [("essay.txt", "prompt")]}, "it belongs to no dataset"


def test_a_hook_leaves_the_neighbours_alone(project: Path) -> None:
    for name in ("one", "two"):
        put(project, f"{name}/train.jsonl")
        plan = f'[[dataset]]\nname = "{name}"\ntrain = ["train.jsonl"]\n'
        (project / name / "ftgate.toml").write_text(plan)
    put(project, "three/train.jsonl")
    assert list(names(discover(["one/train.jsonl"], settings_of, siblings=True))) == ["one"]
    assert list(names(discover(["three/train.jsonl"], settings_of, siblings=True))) == ["three"]


def test_a_declared_glob_that_matches_nothing_is_an_error(project: Path) -> None:
    put(project, "a.jsonl")
    (project / "ftgate.toml").write_text('[[dataset]]\nname = "n"\ntrain = ["gone/*.jsonl"]\n')
    with pytest.raises(ConfigError, match="matches no file"):
        discover(["a.jsonl"], settings_of)


def test_missing_paths_and_empty_folders(project: Path) -> None:
    (project / "empty").mkdir()
    with pytest.raises(UnreadableError, match=r"gone\.jsonl: no such file"):
        discover(["gone.jsonl"], settings_of)
    with pytest.raises(NothingToJudgeError) as caught:
        discover(["empty"], settings_of)
    assert caught.value.exit_code == 3
    assert ".jsonl" in caught.value.hint


def test_the_folder_counts_also_from_inside(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(project, "eval/mine.jsonl", "train/mine.jsonl")
    monkeypatch.chdir(project / "eval")
    assert names(discover(["mine.jsonl"], settings_of)) == {project.name: [("mine.jsonl", "test")]}


def test_a_neighbours_broken_plan_is_not_this_commits_business(project: Path) -> None:
    put(project, "good/val.jsonl", "good/train.jsonl", "bad/train.jsonl")
    (project / "bad/ftgate.toml").write_text('[[dataset]]\nname = "b"\ntrain = ["gone.jsonl"]\n')
    assert list(names(discover(["good/val.jsonl"], settings_of, siblings=True))) == ["good"]
    with pytest.raises(ConfigError):
        discover(["bad/train.jsonl"], settings_of, siblings=True)


def test_a_changed_plan_stands_for_the_datasets_below_it(project: Path) -> None:
    put(project, "a/train.jsonl", "a/p/tuned.txt", "b/train.jsonl")
    (project / "a/ftgate.toml").write_text(
        '[[dataset]]\nname = "a"\ntrain = ["train.jsonl"]\ntuned_prompt = "p/tuned.txt"\n'
    )
    for changed in ("a/ftgate.toml", "a/p/tuned.txt"):
        found = names(discover([changed], settings_of, siblings=True))
        assert found == {"a": [("train.jsonl", "train")]}, changed


def test_a_plan_that_is_named_is_no_data(project: Path) -> None:
    put(project, "a/train.jsonl", "a/more/train.jsonl", "b/train.jsonl")
    (project / "a/ftgate.toml").write_text("version = 1\n")
    assert set(names(discover(["a/ftgate.toml"], settings_of))) == {"a", "more"}
    (project / "a/ftgate.toml").write_text('[[dataset]]\nname = "x"\ntrain = ["train.jsonl"]\n')
    found = names(discover(["a/ftgate.toml"], settings_of))
    assert found["x"] == [("train.jsonl", "train")]
    assert all(path != "ftgate.toml" for files in found.values() for path, _ in files)
    assert "b" not in found


def test_pipes_and_globs_without_a_match(project: Path) -> None:
    put(project, "d/train.jsonl", "e/export.csv")
    os.mkfifo(project / "d/pipe.jsonl")
    assert names(discover(["d"], settings_of)) == {"d": [("train.jsonl", "train")]}
    with pytest.raises(UnreadableError, match="not a regular file"):
        discover(["d/pipe.jsonl"], settings_of)
    with pytest.raises(NothingToJudgeError, match="no training data in x/"):
        discover(["x/*.jsonl"], settings_of)
    with pytest.raises(NothingToJudgeError) as caught:
        discover(["e"], settings_of)
    assert "export.csv is not JSON Lines" in caught.value.hint


def test_a_project_file_counts_as_plan_only_with_our_table(project: Path) -> None:
    put(project, "d/train.jsonl")
    (project / "pyproject.toml").write_text('[project]\nname = "other"\n')
    assert discover(["pyproject.toml"], settings_of, siblings=True) == []
    (project / "pyproject.toml").write_text(
        '[tool.ftgate]\n[[tool.ftgate.dataset]]\nname = "ours"\ntrain = ["d/train.jsonl"]\n'
    )
    assert list(names(discover(["pyproject.toml"], settings_of, siblings=True))) == ["ours"]
