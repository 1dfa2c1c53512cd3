"""A folder of datasets as a table: what is in it, what repeats, and what several of them have."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import pytest

import ftgate
from ftgate.auditing.inventory import Inventory, Row
from ftgate.auditor import audit
from ftgate.errors import FtgateError, UsageError
from ftgate.gate import CheckOptions
from ftgate.memory import Memory
from ftgate.render.inventory import told
from ftgate.thinning import BYTES
from tests.audited import WORDS, build, records, write
from tests.conftest import AS_OF
from tests.planted import chat, text

OPTIONS = CheckOptions(as_of=AS_OF, cache=False)


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Datasets of all kinds under ``library/``; the working folder is above it."""
    monkeypatch.chdir(tmp_path)
    return build(tmp_path / "library")


def row(inventory: Inventory, name: str) -> Row:
    (found,) = (each for each in inventory.rows if each.path.split("/")[1] == name)
    return found


NUMBERS = (
    *("files", "examples", "held_out", "invalid", "duplicates", "near_duplicates", "leaked"),
    *("same_elsewhere", "near_elsewhere", "leaked_elsewhere", "secrets", "personal"),
)


def test_every_dataset_is_a_row_with_its_numbers(library: Path) -> None:
    inventory = audit("library", OPTIONS)
    found = {
        each.path.removeprefix("library/"): (
            each.formats,
            *(getattr(each, name) for name in NUMBERS),
        )
        for each in inventory.rows
    }
    chat_only = ("openai_chat",)
    unread = (None,) * 11
    assert found == {
        "broken/train.jsonl.gz": ((), 1, None, 0, None, None, None, 0, None, None, 0, None, None),
        "copies/train.jsonl.gz": (chat_only, 1, 17, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0),
        "deep/er/eval/test.jsonl.zst": (chat_only, 1, 0, 2, 0, 0, 0, 0, 0, 0, 2, 0, 0),
        "mixed/train.jsonl": (("alpaca", "openai_chat"), 1, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
        "plan/train.jsonl": ((), 1, *unread),
        "secrets/train.jsonl": (chat_only, 1, 4, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1),
        "support/train.jsonl": (chat_only, 2, 14, 3, 0, 1, 1, 1, 5, 2, 1, 0, 0),
    }
    assert [each.path for each in inventory.rows] == sorted(each.path for each in inventory.rows)


def test_overlaps_say_which_dataset_has_examples_of_which(library: Path) -> None:
    inventory = audit("library", OPTIONS)
    names = [each.path.split("/")[1] for each in inventory.rows]
    found = {
        (names[each.dataset], names[each.other]): (each.same, each.near, each.leaked)
        for each in inventory.overlaps
    }
    assert found == {
        ("deep", "support"): (0, 0, 1),
        ("deep", "copies"): (0, 0, 1),
        ("support", "copies"): (5, 2, 1),
        ("copies", "support"): (4, 1, 0),
    }
    assert [each.leaked for each in inventory.overlaps] == [1, 1, 1, 0]


def test_datasets_that_have_no_room_are_compared_in_part_and_the_rows_say_so(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Memory, "waiting_bytes", 0)  # everything goes to disk
    whole = audit("library", OPTIONS)
    assert {each.searched for each in whole.rows if each.same_elsewhere} == {1.0}
    monkeypatch.setattr(Memory, "kept_bytes", _bytes_of(whole) // 4)
    part = audit("library", OPTIONS)
    for one, other in zip(whole.rows, part.rows, strict=True):
        if one.searched is not None:
            assert other.searched is not None
            assert 0 < other.searched < 1
            assert (other.same_elsewhere or 0) <= (one.same_elsewhere or 0)
            assert (other.leaked_elsewhere or 0) <= (one.leaked_elsewhere or 0)
        assert (one.duplicates, one.tokens) == (other.duplicates, other.tokens)


def _bytes_of(inventory: Inventory) -> int:
    """What the comparison of all datasets takes."""
    total = inventory.totals.sums
    return int((total["examples"] or 0) + (total["held_out"] or 0)) * sum(BYTES.values())


def test_the_rest_of_a_row_is_what_check_says(library: Path) -> None:
    inventory = audit(["library/support", "library/copies"], OPTIONS)
    for report in ftgate.check(["library/support", "library/copies"], OPTIONS).datasets:
        found = row(inventory, report.files[0].path.split("/")[1])
        assert found.name == report.name
        assert (found.outcome, found.decision) == (report.outcome, report.decision)
        assert report.tokens is not None
        assert report.training is not None
        assert report.goal is not None
        assert found.tokens == report.tokens.total
        assert found.usd_high == report.training.usd_high
        assert (found.goal, found.knowledge_share) == (
            report.goal.label,
            report.goal.knowledge_share,
        )
        assert found.digest == report.digest
        assert set(found.codes) == {f.code for f in report.findings if f.severity == "error"}


def test_model_and_provider_are_those_of_the_options(library: Path) -> None:
    options = CheckOptions(as_of=AS_OF, cache=False, model="gpt-4.1-nano-2025-04-14")
    nano, mini = audit("library/copies", options).rows[0], audit("library/copies", OPTIONS).rows[0]
    assert nano.model == "gpt-4.1-nano-2025-04-14"
    assert nano.usd_high is not None
    assert mini.usd_high is not None
    assert nano.usd_high < mini.usd_high


def test_what_is_broken_is_a_row_that_says_so(library: Path) -> None:
    inventory = audit("library", OPTIONS)
    plan = row(inventory, "plan")
    assert (plan.outcome, plan.decision) == ("error", None)
    assert "modle" in plan.error
    broken = row(inventory, "broken")
    assert broken.error == ""
    assert "FT009" in broken.codes
    assert (broken.tokens, broken.usd_high, broken.goal) == (None, None, None)


def test_a_folder_that_cannot_be_listed_is_a_row(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.scandir

    def scandir(path: Any = ".") -> Any:
        if str(path).endswith("deep"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    inventory = audit("library", OPTIONS)
    last = inventory.rows[-1]
    assert (last.path, last.files, last.error) == ("library/deep", 0, "Permission denied")
    assert len(inventory.rows) == 7


def test_a_dataset_that_cannot_be_judged_does_not_stop_the_others(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ftgate import judging
    from ftgate.errors import RuleCrashError

    real = judging.judge_dataset

    def judge(job: Any, *arguments: Any, **named: Any) -> Any:
        if "mixed" in job.dataset.files[0].name:
            raise RuleCrashError("FT101 raised ValueError")
        return real(job, *arguments, **named)

    monkeypatch.setattr(judging, "judge_dataset", judge)
    inventory = audit("library", OPTIONS)
    assert row(inventory, "mixed").error == "FT101 raised ValueError"
    assert row(inventory, "support").same_elsewhere == 5


def test_totals_leave_out_what_is_unknown_and_say_so(library: Path) -> None:
    totals = audit("library", OPTIONS).totals
    assert totals.datasets == 7
    assert sum(totals.outcomes.values()) == 7
    assert (totals.sums["examples"], totals.unknown["examples"]) == (45, 2)
    assert (totals.sums["files"], totals.unknown["files"]) == (8, 0)
    nothing = Inventory("1", AS_OF, (Row("a", "a", 1),)).totals
    assert (nothing.sums["tokens"], nothing.unknown["tokens"]) == (None, 1)


def test_the_audit_is_the_same_in_every_run_and_from_the_cache(library: Path) -> None:
    cached = CheckOptions(as_of=AS_OF)
    assert audit("library", OPTIONS) == audit("library", cached) == audit("library", cached)


@pytest.mark.parametrize("seed", range(3))
def test_counts_are_those_of_a_comparison_one_by_one(tmp_path: Path, seed: int) -> None:
    choose, pool = random.Random(seed), records(14, 50)  # noqa: S311
    trains = [choose.choices(range(14), k=6) for _ in range(5)]
    held = [choose.choices(range(14), k=3) for _ in range(5)]
    for at, (train, test) in enumerate(zip(trains, held, strict=True)):
        write(tmp_path / f"set-{at}" / "train.jsonl", [pool[each] for each in train])
        write(tmp_path / f"set-{at}" / "test.jsonl", [pool[each] for each in test])
    inventory = audit(tmp_path, OPTIONS)
    for at, found in enumerate(inventory.rows):
        others = {each for other, train in enumerate(trains) if other != at for each in train}
        assert found.same_elsewhere == sum(each in others for each in trains[at])
        assert found.leaked_elsewhere == sum(each in others for each in held[at])
        assert found.near_elsewhere == 0
    for pair in inventory.overlaps:
        train = trains[pair.other]
        assert pair.same == sum(each in train for each in trains[pair.dataset])
        assert pair.leaked == sum(each in train for each in held[pair.dataset])


def test_an_example_in_three_datasets_counts_once_in_a_row(tmp_path: Path) -> None:
    shared = records(5, 1)
    for name in ("a", "b", "c"):
        write(tmp_path / name / "train.jsonl", shared)
    inventory = audit(tmp_path, OPTIONS)
    assert [each.same_elsewhere for each in inventory.rows] == [5, 5, 5]
    assert len(inventory.overlaps) == 6
    assert {each.same for each in inventory.overlaps} == {5}
    assert len(told(inventory.overlaps)) == 3


def test_unlike_datasets_with_one_template_have_nothing_in_common(tmp_path: Path) -> None:
    frame = " ".join(WORDS[:40])
    for seed, name in enumerate(("a", "b")):
        choose = random.Random(seed)  # noqa: S311
        said = [(text(WORDS, 10, choose), text(WORDS, 20, choose)) for _ in range(30)]
        write(tmp_path / name / "train.jsonl", [chat(f"{frame} {q}", a) for q, a in said])
    assert audit(tmp_path, OPTIONS).overlaps == ()


@pytest.mark.parametrize(
    ("paths", "options"),
    [
        (["nowhere"], OPTIONS),
        (["empty"], OPTIONS),
        (["-"], OPTIONS),
        (["library"], CheckOptions(as_of=AS_OF, provider="nobody")),
        (["library"], CheckOptions(as_of=AS_OF, config="nowhere.toml")),
        (["library"], CheckOptions(as_of=AS_OF, overrides=("usage.nothing=1",))),
        (["library"], CheckOptions(as_of=AS_OF, select=("FT999",))),
        (["library"], CheckOptions(as_of="yesterday")),
    ],
    ids=str,
)
def test_wrong_paths_and_flags_are_no_rows(
    library: Path, paths: list[str], options: CheckOptions
) -> None:
    (library.parent / "empty").mkdir()
    with pytest.raises(FtgateError) as caught:
        audit(paths, options)
    assert caught.value.exit_code == 2
    assert paths != ["empty"] or isinstance(caught.value, UsageError)


def test_without_hygiene_nothing_is_said_of_repetitions(library: Path) -> None:
    inventory = audit("library/support", CheckOptions(as_of=AS_OF, select=("FT1", "FT2")))
    (found,) = inventory.rows
    assert (found.near_duplicates, found.same_elsewhere, found.secrets) == (None, None, None)
    assert (found.searched, found.goal, found.usd_high) == (None, None, None)
    assert inventory.overlaps == ()


def test_audit_and_its_result_are_public_names(library: Path) -> None:
    assert isinstance(ftgate.audit("library/copies", OPTIONS), ftgate.Inventory)
