"""``ftgate count`` with a provider or the cookbook's rule: bills of real files, end to end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ftgate.cli import run
from ftgate.commands import count_bill
from ftgate.tokens.engines import open_counter

Capture = pytest.CaptureFixture[str]

TURNS = [("system", "Be short."), ("user", "Why \N{GRINNING FACE}?"), ("assistant", "Because.")]
EXAMPLES = 10


def record(**more: object) -> str:
    messages = [{"role": role, "content": text} for role, text in TURNS]
    return json.dumps({"messages": messages, **more}, ensure_ascii=False)


@pytest.fixture
def train(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Ten examples, and one of them as validation set."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "val.jsonl").write_text(record() + "\n", "utf-8")
    path = tmp_path / "train.jsonl"
    path.write_text((record() + "\n") * EXAMPLES, "utf-8")
    return path


def one_epoch(encoding: str = "o200k_base", per_example: int = 1) -> int:
    count = open_counter(encoding, size_bytes=0, engine="tiktoken").count
    return EXAMPLES * (per_example + sum(4 + count(text) for _, text in TURNS))


def count(capsys: Capture, *arguments: str, code: int = 0) -> dict[str, Any]:
    assert run(["count", ".", "-f", "json", *arguments]) == code
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def bill(capsys: Capture, *arguments: str) -> dict[str, Any]:
    (found,) = count(capsys, *arguments)["bills"]
    assert isinstance(found, dict)
    return found


def shown(capsys: Capture, *arguments: str) -> str:
    assert run(["count", ".", *arguments]) == 0
    return capsys.readouterr().out


def test_openai_bills_every_epoch_exactly(train: Path, capsys: Capture) -> None:
    found = bill(capsys, "--provider", "openai", "--epochs", "4", "--model", "gpt-4.1")
    tokens = 4 * one_epoch()
    assert found["billed_tokens"] == {"low": tokens, "high": tokens}
    assert (found["confidence"], found["band_tokens"], found["notes"]) == ("exact", 0, [])
    assert found["model"] == "gpt-4.1-2025-04-14"
    assert float(found["usd"]["high"]) == pytest.approx(tokens * 25 / 1e6)
    assert found["job_json_trained_tokens"] is None


def test_auto_epochs_are_a_range_with_its_rule(train: Path, capsys: Capture) -> None:
    found = bill(capsys, "--provider", "openai")
    assert (found["epochs"]["low"], found["epochs"]["high"]) == (1, 10)
    assert "cookbook" in found["epochs"]["rule"]
    assert found["billed_tokens"] == {"low": one_epoch(), "high": 10 * one_epoch()}


def test_azure_rounds_up_and_reports_characters_beside_it(train: Path, capsys: Capture) -> None:
    found = bill(capsys, "--provider", "azure", "--epochs", "10")
    assert found["billed_tokens"] == {"low": 3_000, "high": 3_000}
    assert 2_000 < 10 * one_epoch() <= 3_000
    units = EXAMPLES * len(record().encode("utf-16-le")) // 2
    reported = {"low": 10 * (units // 4), "high": 10 * (units // 4)}
    assert found["job_json_trained_tokens"] == reported
    text = shown(capsys, "--provider", "azure", "--epochs", "10", "-v")
    assert f"trained_tokens {reported['low']:,} counts characters: do not compare" in text
    assert "trained_tokens" not in shown(capsys, "--provider", "azure", "--epochs", "10")


def test_a_job_beyond_azures_limit_is_said(train: Path, capsys: Capture) -> None:
    epochs = str(2_000_000_000 // one_epoch() + 1)
    assert "the job is refused" in shown(capsys, "--provider", "azure", "--epochs", epochs)
    found = bill(capsys, "--provider", "azure", "--epochs", epochs)
    assert found["over_tokens_times_epochs"] == int(epochs) * one_epoch()
    assert bill(capsys, "--provider", "azure")["over_tokens_times_epochs"] is None


def test_together_bills_validation_and_four_dollars(train: Path, capsys: Capture) -> None:
    asked = ("--provider", "together", "--model", "Qwen/Qwen3.5-9B")
    plain = bill(capsys, *asked)
    assert plain["epochs"]["high"] == 1
    assert plain["usd"] == {"low": "4.00", "high": "4.00"}
    evaluated = bill(capsys, *asked, "--evals", "5")
    more = evaluated["billed_tokens"]["high"] - plain["billed_tokens"]["high"]
    assert more == 5 * one_epoch() // EXAMPLES
    unpacked = bill(capsys, *asked, "--max-seq-length", "4096")
    assert unpacked["billed_tokens"]["high"] == EXAMPLES * 4_096
    assert "some models are exempt" in shown(capsys, *asked)


def test_tool_definitions_have_a_band(train: Path, capsys: Capture) -> None:
    tool = {"type": "function", "function": {"name": "weather", "parameters": {}}}
    train.write_text((record(tools=[tool]) + "\n") * EXAMPLES, "utf-8")
    asked = ("--provider", "openai", "--epochs", "3")
    assert bill(capsys, *asked)["band_tokens"] == 3 * EXAMPLES * 10
    assert "(fitted, \u00b1 300)" in shown(capsys, *asked)


def test_what_is_not_known_is_no_number(train: Path, capsys: Capture) -> None:
    unnamed = bill(capsys, "--provider", "together")
    assert (unnamed["model"], unnamed["usd"]) == (None, None)
    assert "--model" in unnamed["missing"]
    image = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}
    pictured = {"role": "user", "content": [{"type": "text", "text": "Why?"}, image]}
    answer = {"role": "assistant", "content": "Because."}
    train.write_text(json.dumps({"messages": [pictured, answer]}) + "\n", "utf-8")
    found = bill(capsys, "--provider", "openai")
    assert (found["billed_tokens"], found["usd"]) == (None, None)
    assert found["unknown"].startswith("1 image ")
    text = shown(capsys, "--provider", "openai")
    assert "tokens   unknown: 1 image" in text
    assert "dollars  unknown" in text


def test_a_set_without_training_examples_has_no_bill(train: Path, capsys: Capture) -> None:
    train.unlink()
    assert count(capsys, "--provider", "openai")["bills"] == []


def test_an_expired_price_is_said(
    train: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = count_bill.find_terms

    def later(provider: str, model: str, today: Any, **asked: Any) -> count_bill.Terms:
        return real(provider, model, today.replace(year=2099), **asked)

    monkeypatch.setattr(count_bill, "find_terms", later)
    assert ", expired)" in shown(capsys, "--provider", "openai")
    assert bill(capsys, "--provider", "openai")["price_expired"] is True


def test_check_reports_the_same_bill(train: Path, capsys: Capture) -> None:
    asked = ("--provider", "azure", "--epochs", "10")
    counted = bill(capsys, *asked)
    run(["check", ".", "-f", "json", *asked])
    training = json.loads(capsys.readouterr().out)["datasets"][0]["training"]
    assert training["billable_tokens"] == counted["billed_tokens"]
    assert training["usd"] == counted["usd"]


# -- the cookbook's rule ----------------------------------------------------------------------


def test_the_cookbook_counts_two_more_per_example_with_cl100k(train: Path, capsys: Capture) -> None:
    document = count(capsys, "--rule", "cookbook")
    (book,) = document["cookbook"]
    assert document["encoding"] == "cl100k_base"
    assert document["bills"] == []
    assert book["ftgate_tokens_per_epoch"] == one_epoch("cl100k_base")
    assert book["tokens_per_epoch"] == one_epoch("cl100k_base", per_example=3)
    assert (book["epochs"], book["charged_tokens"]) == (10, 10 * book["tokens_per_epoch"])
    assert set(book["per_example"]) == {"min", "max", "mean", "median", "p10", "p90"}
    text = shown(capsys, "--rule", "cookbook")
    assert "p10 and p90 are what the notebook prints as p5 and p95" in text
    assert f"{book['charged_tokens']:,}" in text


def test_the_cookbook_counts_with_the_encoding_of_a_named_model(
    train: Path, capsys: Capture
) -> None:
    document = count(capsys, "--rule", "cookbook", "--model", "gpt-4o-mini")
    assert document["encoding"] == "o200k_base"
    assert document["cookbook"][0]["tokens_per_epoch"] == one_epoch(per_example=3)


def test_records_at_which_the_notebook_stops_are_counted(train: Path, capsys: Capture) -> None:
    weighted = json.loads(record())
    weighted["messages"][2]["weight"] = 0
    train.write_text(json.dumps(weighted) + "\n" + record() + "\n", "utf-8")
    assert "the notebook stops at 1 record" in shown(capsys, "--rule", "cookbook")


# -- flags ------------------------------------------------------------------------------------


@pytest.mark.parametrize("flag", ["--epochs", "--steps", "--evals", "--max-seq-length"])
def test_a_job_needs_somebody_who_bills(train: Path, capsys: Capture, flag: str) -> None:
    assert run(["count", ".", flag, "3"]) == 2
    assert "--provider NAME" in capsys.readouterr().err


def test_a_job_of_no_epochs_is_refused(train: Path, capsys: Capture) -> None:
    assert run(["count", ".", "--provider", "openai", "--epochs", "0"]) == 2
    assert "once at least" in capsys.readouterr().err


@pytest.mark.parametrize("flag", ["--steps", "--evals", "--max-seq-length"])
def test_a_choice_that_is_not_billed_is_refused(train: Path, capsys: Capture, flag: str) -> None:
    assert run(["count", ".", "--provider", "openai", flag, "3"]) == 2
    assert f"{flag} changes nothing in the bill of OpenAI" in capsys.readouterr().err


def test_an_unknown_provider_names_the_nearest(train: Path, capsys: Capture) -> None:
    assert run(["count", ".", "--provider", "opnai"]) == 2
    assert "openai" in capsys.readouterr().err
