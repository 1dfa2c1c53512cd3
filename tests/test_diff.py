"""What a change does: versions from git without a checkout, and the policy on what it may cost."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ftgate.changes import compare_versions, stored_versions, versions_of
from ftgate.cli import run
from ftgate.errors import ConfigError, UnreadableError
from ftgate.gate import CheckOptions, check
from ftgate.history import report_at
from ftgate.model import CostLine, Finding
from ftgate.model.change import Before, Change, Version
from ftgate.render.changes import change_lines, differences, markdown, total_line
from ftgate.report_json import to_dict
from ftgate.rules.changes import cost_increase
from ftgate.settings import PolicySettings
from ftgate.settings_units import parse_percent
from tests.conftest import AS_OF, ROOT
from tests.report_values import COMPARISON, PASSING, TODAY, TRAINING, TUNED, report

OPTIONS = CheckOptions(as_of=AS_OF, cache=False)
SMALL = Version("pass", "fine-tune", 100, 5_000, Decimal("0.10"), Decimal(4), {"FT204": 1})


class History:
    """A repository with a training set in its root, and a shorthand for git."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.email", "someone@example.org")
        self.git("config", "user.name", "Someone")

    def git(self, *arguments: str) -> str:
        command = ["git", "-C", str(self.folder), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def commit(self) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "a version")

    def write(self, name: str, examples: int) -> None:
        source = (ROOT / "sample_data/techwiz-support/train.jsonl").read_text("utf-8")
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(source.splitlines(keepends=True)[:examples]), "utf-8")


@pytest.fixture
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> History:
    folder = tmp_path / "project"
    folder.mkdir()
    made = History(folder)
    made.write("train.jsonl", 60)
    made.commit()
    monkeypatch.chdir(folder)
    return made


def found(code: str, **options: Any) -> list[Finding]:
    judged = check([], replace(OPTIONS, **options))
    return [each for one in judged.datasets for each in one.findings if each.code == code]


# -- versions from git ------------------------------------------------------------------------


def test_a_commit_is_judged_as_it_was_and_nothing_in_the_tree_moves(history: History) -> None:
    history.write("train.jsonl", 90)
    state = history.git("status", "--porcelain", "-z")
    old, now = report_at("HEAD", [], OPTIONS), check([], OPTIONS)
    assert old is not None
    assert [each.examples for each in (*old.datasets, *now.datasets)] == [60, 90]
    assert {each.name for each in (*old.datasets, *now.datasets)} == {"project"}
    assert history.git("status", "--porcelain", "-z") == state


def test_the_plan_of_that_time_counts(history: History) -> None:
    history.write("data/a.jsonl", 60)
    (history.folder / "ftgate.toml").write_text('[[dataset]]\nname = "a"\ntrain = ["data/a.jsonl"]')
    history.commit()
    (history.folder / "ftgate.toml").unlink()
    old = report_at("HEAD", [], OPTIONS)
    assert old is not None
    assert [each.name for each in old.datasets] == ["a"]
    assert [file.path for file in old.datasets[0].files] == ["data/a.jsonl"]


def test_versions_are_priced_by_the_lock_of_today(history: History) -> None:
    """Else the step from bundled to reviewed prices reads as a step in costs."""
    assert run(["prices", "lock", "--prices", "offline", "--today", AS_OF]) == 0
    assert (history.folder / "ftgate-prices.json").is_file(), "written after the commit"
    old, now = report_at("HEAD", [], OPTIONS), check([], OPTIONS)
    assert old is not None
    assert {price.layer for price in now.prices} == {"lock"}
    assert [price.ref for price in old.prices] == [price.ref for price in now.prices]
    assert old.prices == now.prices


def test_what_a_prompt_includes_is_there_at_a_commit_too(history: History) -> None:
    (history.folder / "promptfooconfig.yaml").write_text("prompts: [file://texts/formal.json]\n")
    included = history.folder / "texts" / "formal.json"
    included.parent.mkdir()
    included.write_text('[{"role": "system", "content": "Be formal."}]')
    history.commit()
    assert found("FT612") == []
    old = report_at("HEAD", [], OPTIONS)
    assert old is not None
    assert "FT612" not in {each.code for one in old.datasets for each in one.findings}


def test_paths_are_those_of_the_folder_where_one_stands(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    history.write("deep/er/train.jsonl", 55)
    history.commit()
    monkeypatch.chdir(history.folder / "deep")
    for path in ("er/train.jsonl", "er", str(history.folder / "deep/er")):
        old = report_at("HEAD", [path], OPTIONS)
        assert old is not None
        assert [each.examples for each in old.datasets] == [55]


def test_what_was_not_there_yet_has_no_version(history: History) -> None:
    history.write("later/train.jsonl", 55)
    assert report_at("HEAD", ["later"], OPTIONS) is None


def test_a_name_that_git_does_not_know_says_what_to_do(history: History) -> None:
    for name in ("no-such-branch", "--output=x", "HEAD~7"):
        with pytest.raises(UnreadableError, match="git knows no commit") as caught:
            report_at(name, [], OPTIONS)
        assert "fetch" in caught.value.hint
    assert sorted(path.name for path in history.folder.iterdir()) == [".git", "train.jsonl"]


def test_a_plan_that_was_broken_is_named_with_its_commit(history: History) -> None:
    (history.folder / "ftgate.toml").write_text("[model]\nbasis = 'x'\n")
    history.commit()
    (history.folder / "ftgate.toml").unlink()
    with pytest.raises(ConfigError, match=r"^at HEAD: ftgate\.toml"):
        report_at("HEAD", [], OPTIONS)


# -- the command ------------------------------------------------------------------------------


def test_the_difference_names_examples_tokens_and_dollars(
    history: History, capsys: pytest.CaptureFixture[str]
) -> None:
    history.write("train.jsonl", 90)
    assert run(["diff", "HEAD", "--today", AS_OF]) == 0
    shown = capsys.readouterr().out
    assert "  60 → 90 examples (+50%)\n" in shown
    assert "  training $0." in shown
    assert shown.splitlines()[0].startswith("project: ")


def test_two_commits_are_compared_whatever_lies_on_disk(
    history: History, capsys: pytest.CaptureFixture[str]
) -> None:
    history.write("train.jsonl", 90)
    history.commit()
    history.write("train.jsonl", 10)
    assert run(["diff", "HEAD~1", "HEAD", "-f", "json", "--today", AS_OF]) == 0
    (changed,) = json.loads(capsys.readouterr().out)["datasets"]
    assert changed["state"] == "changed"
    assert [changed[side]["examples"] for side in ("before", "after")] == [60, 90]


def test_reports_that_were_written_earlier_can_be_compared(
    history: History, capsys: pytest.CaptureFixture[str]
) -> None:
    stored = history.folder.parent / "before.json"
    run(["check", "-o", f"json={stored}", "-q", "--today", AS_OF])
    history.write("train.jsonl", 60)
    capsys.readouterr()
    assert run(["diff", str(stored), "--today", AS_OF]) == 0
    assert "1 dataset: 1 same" in capsys.readouterr().out
    for text in ("[]", "[" * 100_000):
        stored.write_text(text)
        assert run(["diff", str(stored)]) == 2
        assert "is no report of ftgate" in capsys.readouterr().err


def test_a_stored_report_has_the_same_versions_as_the_report() -> None:
    made = report(PASSING)
    assert stored_versions(to_dict(made)) == versions_of(made)


def test_a_month_is_without_the_job_and_what_comes_back_every_few_months() -> None:
    lines = (
        CostLine("training", Decimal("0.92"), "", upfront=True),
        CostLine("retraining", Decimal(48), "", every_months=3),
        CostLine("answers", Decimal(7), ""),
    )
    options = (TODAY, replace(TUNED, lines=lines))
    dataset = replace(PASSING, comparison=replace(COMPARISON, options=options))
    made = report(dataset)
    assert versions_of(made)[dataset.name].monthly_usd == 7
    assert stored_versions(to_dict(made)) == versions_of(made)


def test_datasets_that_come_and_go_are_named() -> None:
    changes = compare_versions({"old": SMALL, "same": SMALL}, {"new": SMALL, "same": SMALL})
    assert [(each.name, each.state) for each in changes] == [
        ("new", "added"),
        ("old", "removed"),
        ("same", "same"),
    ]
    text = "\n".join(line for each in changes for line in change_lines(each, color=False))
    assert (
        "new: added, pass (fine-tune)\n  100 examples · 5,000 tokens · training up to $0.10" in text
    )
    assert "old: removed, was pass (fine-tune)" in text
    assert "same: still pass (fine-tune)\n  nothing changed" in text
    assert total_line(changes) == "3 datasets: 1 added, 1 removed, 1 same"


def test_what_became_unknown_is_said_and_never_counted_as_nothing() -> None:
    unknown = replace(SMALL, training_usd=None, outcome="undecided")
    assert "training $0.10 → unknown" in differences(SMALL, unknown)
    changes = compare_versions({"a": SMALL, "b": SMALL}, {"a": unknown, "b": SMALL})
    assert total_line(changes).endswith("; training $0.20 → unknown")


def test_a_comment_shows_a_hostile_name_as_text() -> None:
    text = markdown([Change("a|b\n@all <b>", None, SMALL)], "main", "HEAD")
    assert "| a\\|b\\\\n@\u200ball \\<b\\> | pass | added; 100 examples" in text


# -- the policy -------------------------------------------------------------------------------


def increase(limit: str | None, old: str | None, new: str | None) -> list[Finding]:
    before = Before("main", replace(SMALL, training_usd=Decimal(old) if old else None))
    training = replace(TRAINING, usd_high=Decimal(new) if new else None)
    return list(cost_increase(before, training, PolicySettings(max_increase=limit)))


@pytest.mark.parametrize(
    ("limit", "old", "new", "fails"),
    [
        ("20%", "1.00", "1.20", False),
        ("20%", "1.00", "1.21", True),
        ("0.5 USD", "1.00", "1.50", False),
        ("0.5 USD", "1.00", "1.51", True),
        ("20%", "1.00", "0.10", False),
        ("0%", "1.00", "1.00", False),
        ("0%", "1.00", "1.01", True),
        (None, "1.00", "9.00", False),
        ("20%", "1.00", None, False),
    ],
)
def test_a_step_may_cost_so_much(limit: str | None, old: str, new: str, fails: bool) -> None:
    assert bool(increase(limit, old, new)) is fails


def test_a_price_that_was_not_known_before_leaves_the_increase_open() -> None:
    (finding,) = increase("20%", None, "9.00")
    assert finding.undecided
    assert increase(None, None, "9.00") == []


def test_a_version_without_an_example_is_no_version_to_compare_with() -> None:
    before = Before("main", replace(SMALL, training_usd=None, examples=0))
    limited = PolicySettings(max_increase="20%")
    assert list(cost_increase(before, TRAINING, limited)) == []


def test_the_finding_has_both_prices_the_limit_and_the_next_command() -> None:
    (finding,) = increase("20%", "1.00", "1.50")
    assert finding.message == (
        "training costs up to $1.50, $1.00 at main: $0.50 more (+50%) (limit 20%)"
    )
    assert finding.next_step == "ftgate diff main"


def test_check_compares_with_the_branch_that_it_is_told(history: History) -> None:
    history.write("train.jsonl", 90)
    limited = ("policy.max_increase=20%",)
    assert found("FT712", overrides=limited) == []
    (finding,) = found("FT712", overrides=limited, compare_to="main")
    assert "(+51%) (limit 20%)" in finding.message
    assert found("FT712", overrides=("policy.max_increase=60%",), compare_to="main") == []


def test_the_verdict_says_what_changed(
    history: History, capsys: pytest.CaptureFixture[str]
) -> None:
    history.write("train.jsonl", 90)
    run(["check", "--compare-to", "main", "--today", AS_OF, "-v"])
    assert "since main: 60 → 90 examples (+50%);" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("text", "ratio"), [("20%", "0.2"), (" 7.5 % ", "0.075"), ("20", None), ("20 USD", None)]
)
def test_a_share_is_written_with_a_percent_sign(text: str, ratio: str | None) -> None:
    assert parse_percent(text) == (Decimal(ratio) if ratio else None)


def test_a_limit_that_is_neither_share_nor_amount_is_refused() -> None:
    options = replace(OPTIONS, overrides=("policy.max_increase=a lot",))
    with pytest.raises(ConfigError, match="is not an amount"):
        check([str(ROOT / "sample_data/techwiz-support")], options)
