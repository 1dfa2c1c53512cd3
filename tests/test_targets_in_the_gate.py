"""Profiles as a user meets them: which one judges, and what a finding says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ftgate.convert import TARGETS
from ftgate.formats import CONVERTED
from ftgate.gate import CheckOptions, check
from ftgate.model import Finding
from ftgate.report import DatasetReport
from tests.conftest import AS_OF

CHAT = {
    "messages": [
        {"role": "user", "content": "Is it open?"},
        {"role": "assistant", "content": "Yes."},
    ]
}
TABLE = "prompt,completion\nIs it open?,Yes.\nIs it far?,No.\n"


def judged(path: Path, cache: Path | None = None, **options: object) -> DatasetReport:
    asked = {"isolated": True, "as_of": AS_OF, "cache": cache is not None} | options
    if cache:
        asked["cache_dir"] = str(cache)
    report = check([str(path)], CheckOptions(**asked))  # type: ignore[arg-type]
    return report.datasets[0]


def found(dataset: DatasetReport, code: str) -> Finding:
    return next(finding for finding in dataset.findings if finding.code == code)


def chats(path: Path, number: int = 12) -> Path:
    rows = [json.dumps(CHAT) for _ in range(number)]
    path.write_text("".join(row + "\n" for row in rows))
    return path


@pytest.mark.parametrize(
    ("model", "profile"),
    [
        ("gpt-4.1-mini", "openai"),
        ("azure/gpt-4.1-mini", "azure"),
        ("gemini-2.5-flash", "vertex"),
        ("amazon.nova-lite-v1:0", "bedrock-nova"),
        ("together_ai/Qwen/Qwen3.5-9B", "together"),
    ],
)
def test_the_model_names_the_profile(model: str, profile: str, tmp_path: Path) -> None:
    path = chats(tmp_path / "train.jsonl")
    assert judged(path, model=model, select=("FT0", "FT1")).profile == profile


def test_a_finding_has_line_path_rule_and_repair(tmp_path: Path) -> None:
    path = chats(tmp_path / "train.jsonl")
    broken = {"messages": [{"role": "human", "content": "Hm?"}, *CHAT["messages"][1:]]}
    path.write_text(path.read_text() + json.dumps(broken) + "\n")
    finding = found(judged(path, provider="together"), "FT108")
    assert finding.lines == (13,)
    assert finding.json_path == "messages[0].role"
    assert finding.rule.startswith("Together AI: ")
    assert finding.next_step


def test_another_schema_comes_with_the_command_that_converts_it(tmp_path: Path) -> None:
    path = chats(tmp_path / "train.jsonl")
    finding = found(judged(path, provider="vertex"), "FT102")
    assert finding.next_step.endswith("--to gemini -o converted.jsonl")
    assert "trains on Gemini" in finding.rule


def test_what_can_be_converted_to_is_what_convert_offers() -> None:
    assert {name.replace("_", "-") for name in CONVERTED} == set(TARGETS)


def test_equal_bytes_of_another_kind_are_not_remembered_as_each_other(tmp_path: Path) -> None:
    table, lines = tmp_path / "train.csv", tmp_path / "train.jsonl"
    table.write_text(TABLE)
    lines.write_text(TABLE)
    asked = {"provider": "together", "select": ("FT0", "FT1"), "cache": tmp_path / "cache"}
    assert judged(table, **asked).outcome == "pass"  # type: ignore[arg-type]
    assert found(judged(lines, **asked), "FT007")  # type: ignore[arg-type]


def test_too_few_records_quote_the_providers_rule(tmp_path: Path) -> None:
    record = {
        "schemaVersion": "bedrock-conversation-2024",
        "messages": [
            {"role": "user", "content": [{"text": "Is it open?"}]},
            {"role": "assistant", "content": [{"text": "Yes."}]},
        ],
    }
    path = tmp_path / "train.jsonl"
    path.write_text((json.dumps(record) + "\n") * 7)
    finding = found(judged(path, provider="bedrock-nova"), "FT133")
    assert finding.message == "7 records; Amazon Bedrock, Nova takes at least 8"
    assert finding.rule
    assert finding.next_step


def test_preference_pairs_need_no_method_in_the_plan(tmp_path: Path) -> None:
    answer = [{"role": "assistant", "content": "Yes."}]
    pair = {
        "input": {"messages": CHAT["messages"][:1]},
        "preferred_output": answer,
        "non_preferred_output": [{"role": "assistant", "content": "No."}],
    }
    path = tmp_path / "train.jsonl"
    path.write_text((json.dumps(pair) + "\n") * 12)
    codes = {finding.code for finding in judged(path, model="gpt-4o").findings}
    assert "FT130" not in codes
    assert "offers no dpo" in found(judged(path, model="gpt-4o"), "FT704").message


def test_a_framework_judges_files_and_leaves_money_undecided(tmp_path: Path) -> None:
    dataset = judged(chats(tmp_path / "train.jsonl", 60), provider="trl")
    assert dataset.profile == "trl"
    assert found(dataset, "FT701").undecided
    assert not [finding for finding in dataset.findings if finding.code == "FT704"]


def test_a_provider_without_its_own_model_named_asks_for_it(tmp_path: Path) -> None:
    dataset = judged(chats(tmp_path / "train.jsonl"), provider="together")
    assert "no model is named: together trains Qwen" in found(dataset, "FT704").message
    assert dataset.tokens is not None
    assert dataset.tokens.encoding.exactness == "estimated"


def test_a_frameworks_default_limit_warns_until_the_run_states_its_own(tmp_path: Path) -> None:
    long = {"messages": [CHAT["messages"][0], {"role": "assistant", "content": "tide " * 1500}]}
    path = chats(tmp_path / "train.jsonl", 60)
    path.write_text(path.read_text() + json.dumps(long) + "\n")
    cut = found(judged(path, provider="trl"), "FT302")
    assert cut.severity == "warning"
    assert cut.lines == (61,)
    assert "default limit 1,024" in cut.message
    stated = judged(path, provider="trl", overrides=("model.max_seq_length=4096",))
    assert "FT302" not in {finding.code for finding in stated.findings}


def test_a_limit_of_one_model_holds_for_it(tmp_path: Path) -> None:
    path = chats(tmp_path / "train.jsonl", 60)
    dataset = judged(path, model="together_ai/Qwen/Qwen3.5-9B")
    assert dataset.tokens is not None
    assert dataset.tokens.limit == 65_536
