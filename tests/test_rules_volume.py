from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from ftgate.gate import CheckOptions, check
from ftgate.model import Finding, ProviderFacts
from ftgate.profile import Profile
from ftgate.rules import JudgedFile
from ftgate.rules.tokens import truncated_at_training
from ftgate.rules.volume import class_imbalance
from tests.conftest import AS_OF


def imbalance(**labels: int) -> list[Finding]:
    total = sum(labels.values())
    marked = {name.replace("long", "long:"): count for name, count in labels.items()}
    counts = Counter(marked)
    return list(class_imbalance(Profile(examples=total, labels=counts)))


def test_one_label_may_lead_but_not_rule() -> None:
    assert imbalance(yes=60, no=40) == []
    (finding,) = imbalance(yes=90, no=10)
    assert "90% of answers" in finding.message
    assert finding.severity is None


def test_one_answer_to_everything_is_an_error() -> None:
    (finding,) = imbalance(no=112)
    assert finding.severity == "error"
    assert "100% of answers are one and the same" in finding.message
    (refusal,) = imbalance(longrefusal=111, other=1)
    assert refusal.severity == "error"


def test_free_text_is_not_classification() -> None:
    assert imbalance(long1=40, long2=40, yes=20) == []
    assert list(class_imbalance(Profile(examples=100, labels=None))) == []


def test_one_answer_to_everything_stops_the_gate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    turns = [{"role": "user", "content": ""}, {"role": "assistant", "content": "I cannot help."}]
    lines = [
        {"messages": [{**turns[0], "content": f"Ticket {n}: it broke"}, turns[1]]}
        for n in range(80)
    ]
    Path("train.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    report = check(["train.jsonl"], CheckOptions(as_of=AS_OF))
    errors = {f.code for f in report.datasets[0].findings if f.severity == "error"}
    assert (report.exit_code, "FT203" in errors) == (1, True)


def test_an_unknown_limit_is_said_and_not_passed_over() -> None:
    profile = Profile(examples=2, lengths=Counter({100: 1, 70_000: 1}))
    file = JudgedFile("a.jsonl", "train", 1, None, profile)
    azure = ProviderFacts("azure", "Azure OpenAI", 10, None, None, "unknown", False, "")
    (finding,) = truncated_at_training(file, azure)
    assert "70,000 tokens and the limit of Azure OpenAI is unknown" in finding.message
    profile.lengths = Counter({65_536: 2})
    assert list(truncated_at_training(file, azure)) == []
