"""A short form of the fuzzing that ``make soak`` does for hours, and every defect that it found."""

from __future__ import annotations

import io
import itertools
import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ftgate.attest import prove
from ftgate.cache import Cache, key_of
from ftgate.cli import run
from ftgate.errors import ConfigError, FtgateError, UnreadableError, UsageError
from ftgate.fixing import preview_file
from ftgate.prices.feeds import FEEDS, decode
from ftgate.prices.lock import Lock
from ftgate.readers.prompts import read_prompt_text
from ftgate.readers.prompts.contract import MalformedError
from tests.conftest import ROOT
from tests.fuzz.driver import CORPUS, attempt, corpus, inputs
from tests.fuzz.mutation import MAX_BYTES
from tests.fuzz.parsers import PARSERS, jsonl, records

SLOW = {"whole": 60, "scenario": 15, "prompts": 40, "records": 60, "fixed-unsafe": 60}
FEW = 120
SEED = 11


@pytest.mark.parametrize("parser", PARSERS)
def test_mutated_inputs_end_as_documented(parser: str) -> None:
    number = len(corpus(parser)) + SLOW.get(parser, FEW)
    start = len(corpus(parser)) if parser in SLOW else 0
    for data in itertools.islice(inputs(parser, SEED), start, number):
        assert attempt(parser, data) is None


def test_the_same_seed_gives_the_same_inputs() -> None:
    first, second = (list(itertools.islice(inputs("jsonl", 3), 200)) for _ in range(2))
    assert first == second
    assert max(map(len, first)) <= MAX_BYTES


def test_the_corpus_is_small() -> None:
    assert sum(path.stat().st_size for path in CORPUS.rglob("*") if path.is_file()) < 200_000


@pytest.mark.slow
def test_what_is_guided_by_coverage_sees_the_code(tmp_path: Path) -> None:
    """Modules that were imported before the instruments were there ran without, in silence."""
    pytest.importorskip("atheris", reason="NOT TESTED: needs pip install -e '.[fuzz]'")
    guided = ["--guided", "--only", "jsonl", "--seconds", "1", "--keep", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "scripts.soak", *guided],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    assert "Is the code instrumented" not in done.stderr
    assert int(re.findall(r"cov: (\d+)", done.stderr)[-1]) > 50
    assert list((tmp_path / "corpus" / "data").iterdir())


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)
ROLES = st.sampled_from(["system", "user", "assistant", "tool", "developer", "model"]) | VALUES
KEYS = st.sampled_from(
    [
        *("role", "content", "weight", "name", "tool_calls", "tool_call_id", "parts", "text"),
        *("function", "arguments", "type", "image_url", "from", "value", "refusal", "id"),
    ]
)
MESSAGES = st.lists(st.dictionaries(KEYS, VALUES | ROLES, max_size=4), max_size=4) | VALUES
RECORD_KEYS = st.sampled_from(
    [
        *("messages", "prompt", "completion", "text", "tools", "conversations", "contents"),
        *("system", "chosen", "rejected", "input", "preferred_output", "instruction", "output"),
        *("schemaVersion", "query", "response", "history", "label", "segments", "interactions"),
    ]
)
RECORDS = st.dictionaries(RECORD_KEYS, MESSAGES, min_size=1, max_size=4)
SOME = settings(max_examples=150, suppress_health_check=list(HealthCheck))


@SOME
@given(st.lists(RECORDS, max_size=4))
def test_records_of_any_shape_are_read_by_every_rule(found: list[Any]) -> None:
    records("".join(json.dumps(each) + "\n" for each in found).encode())


@SOME
@given(st.lists(st.binary(max_size=40) | VALUES.map(lambda value: json.dumps(value).encode())))
def test_lines_are_what_the_standard_library_says(lines: list[bytes]) -> None:
    jsonl(b"\n".join(lines))


# -- defects that were found, one test each -------------------------------------------------------


@pytest.mark.parametrize("text", ["a = " + "9" * 5000, "a = 0x" + "f" * 5000, "a = 1e9" + "9" * 30])
def test_numbers_beyond_all_programs_are_errors_of_the_file(text: str) -> None:
    from ftgate.economics.scenario import parse_scenario

    with pytest.raises(ConfigError, match="out of range"):
        parse_scenario(text, "scenario.toml")


@pytest.mark.parametrize(
    "change",
    [
        lambda report: report.update(datasets="x"),
        lambda report: report["datasets"][0].update(outcome="fiil"),
        lambda report: report["datasets"][0].update(decision="2026-01-01"),
        lambda report: report["datasets"][0].update(comparison="x"),
        lambda report: report["datasets"][0]["training"]["usd"].update(high="1e999999"),
        lambda report: report["datasets"][0]["training"]["usd"].update(high="many"),
        lambda report: report["datasets"][0]["tokens"].update(total="many"),
        lambda report: report["datasets"][0]["files"][0].update(examples="1"),
    ],
    ids=range(8),
)
def test_a_report_that_is_none_is_refused_by_diff(
    change: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = json.loads((CORPUS / "reports" / "report.json").read_bytes())
    change(report)
    path = tmp_path / "report.json"
    path.write_text(json.dumps(report))
    assert run(["diff", str(path), str(path)]) == 2
    assert "is no report of ftgate" in capsys.readouterr().err


@pytest.mark.parametrize(
    "statement",
    [
        {},
        {"subject": 1, "predicate": {"datasets": []}},
        {"subject": [{"name": "\ud800", "digest": {"sha256": "a"}}], "predicate": {"datasets": 1}},
        {"subject": [], "predicate": {"datasets": [{"files": ["\ud800"]}]}},
        {"subject": [], "predicate": {"datasets": [{"files": ["a\0b"]}]}},
        {"subject": [], "predicate": {"datasets": [{"files": [1]}]}},  # standard output, once
    ],
    ids=range(6),
)
def test_a_damaged_statement_is_an_error(statement: Any) -> None:
    with pytest.raises(UnreadableError, match="damaged"):
        prove(statement, ())


@pytest.mark.parametrize("kind", [[], {}, None, 1, True], ids=str)
def test_a_part_of_no_kind_is_a_problem_of_its_record(kind: Any) -> None:
    from ftgate.judge import judge_record

    record = {"prompt": [{"type": kind, "value": "system"}]}
    _, _, problems = judge_record(record, None)
    assert [each.path for each in problems] == ["prompt[0].type"]


def test_a_bill_of_thousands_of_digits_is_read_in_part() -> None:
    from ftgate.launching.calibration import billed_in

    assert billed_in(["Training tokens billed: 1,234"]) == 1234
    assert len(str(billed_in(["Training tokens billed: " + "9" * 50_000]))) == 30


def test_a_deep_file_is_no_list_of_failures(tmp_path: Path) -> None:
    from ftgate.commands.failures import check_replaceable

    path = tmp_path / "bad.jsonl"
    path.write_text("[" * 100_000)
    with pytest.raises(UsageError):
        check_replaceable(str(path))


def test_a_deep_journal_is_damaged(tmp_path: Path) -> None:
    from ftgate.launching.journal import Journal

    (tmp_path / "launches").mkdir()
    (tmp_path / "launches" / "a.json").write_text("[" * 100_000)
    (tmp_path / "calibration.jsonl").write_text("[" * 100_000 + '\n{"a": 1}\n')
    with pytest.raises(FtgateError, match="damaged"):
        Journal(tmp_path).load("a")
    assert Journal(tmp_path).logged() == [{"a": 1}]


def test_lines_of_yaml_are_those_of_an_editor() -> None:
    """YAML 1.1 ends a line at U+0085, U+2028 and U+2029 too."""
    text = '- role: user\n  content: "a\u2028b\u2028c\u0085d"\n- role: user\n  content: "x"\n'
    (prompt,) = read_prompt_text(text, "chat.yaml", lambda name: []).prompts
    assert prompt.messages[1].line == 4
    broken = read_prompt_text("a: \u2028\u2028\n b: : c\n- [", "chat.yaml", lambda name: [])
    assert broken.defects[0].line <= 3


@pytest.mark.parametrize("messages", ['["a"]', '[{"prompt": 1}]', '[{"kwargs": "a"}]', "[1, null]"])
def test_messages_that_are_none_are_a_defect(messages: str) -> None:
    text = f'{{"_type": "chat", "messages": {messages}}}'
    assert read_prompt_text(text, "chat.json", lambda name: []).defects


def test_examples_that_fill_memory_are_a_defect() -> None:
    from ftgate.readers.prompts.document import parse
    from ftgate.readers.prompts.langchain import read_langchain

    rows = [{"a": "x" * 100_000}]
    shape = {"template": "{a}" * 1_000}
    text = json.dumps({"_type": "few_shot", "examples": rows, "example_prompt": shape})
    with pytest.raises(MalformedError, match="more than"):
        read_langchain(parse(text), lambda name: [])


def test_a_number_that_jinja_cannot_read_is_a_defect(tmp_path: Path) -> None:
    from ftgate.prompts.study import study_file

    path = tmp_path / "a.j2"
    path.write_text("{{ " + "9" * 5000 + " }}")
    assert "out of range" in study_file(str(path), "a.j2", len).defects[0].detail


def test_an_amount_that_cannot_be_rounded_is_refused() -> None:
    entry = {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": "9" * 18}
    found = FEEDS["litellm"].parse(
        decode(json.dumps({"a": entry}).encode(), "litellm"), date(2026, 11, 22)
    )
    assert [held.reason for held in found.refused] == ["not an amount"]
    assert found.rows == ()


def test_a_lock_at_the_end_of_the_calendar_is_damaged(tmp_path: Path) -> None:
    text = (CORPUS / "lock" / "lock.json").read_text()
    path = tmp_path / "ftgate-prices.json"
    path.write_text(text.replace('"locked": "2026-11-20"', '"locked": "9999-12-31"'))
    Lock(path).prices()


def test_a_lock_that_says_everything_twice_is_refused_at_once(tmp_path: Path) -> None:
    keys = [f'"k{number}": 1' for number in range(100_000)]
    path = tmp_path / "ftgate-prices.json"
    path.write_text("{" + ", ".join([*keys, keys[-1]]) + "}")
    with pytest.raises(FtgateError, match="there twice"):
        Lock(path)


@pytest.mark.parametrize("value", [[], {"lines": []}, {"by_role": []}, {"digests": 1}, 1, "a"])
def test_a_cache_entry_of_another_shape_is_absent(value: Any, tmp_path: Path) -> None:
    from ftgate.profile_files import _profile

    cache = Cache(tmp_path)
    cache.put(key_of("profile", "a"), value)
    assert _profile(cache.get(key_of("profile", "a"))) is None


def test_records_that_never_close_take_no_time(tmp_path: Path) -> None:
    """Every line was read again for each line before it that had not closed."""
    import time

    line = '{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}'
    path = tmp_path / "train.jsonl"
    path.write_text(f"{line},\n\n{line}]\n" * 1_500)
    started = time.process_time()
    preview_file(path, lambda piece: None)
    assert time.process_time() - started < 3


def test_a_report_cannot_command_a_terminal_by_the_codes_of_its_findings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = json.loads((CORPUS / "reports" / "report.json").read_bytes())
    path, other = tmp_path / "a.json", tmp_path / "b.json"
    path.write_text(json.dumps(report))
    for dataset in report["datasets"]:
        dataset["findings"] = [{"code": "\x1b[2J\n::error::forged"}]
    other.write_text(json.dumps(report))
    assert run(["diff", str(path), str(other)]) == 0
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert "\n::error" not in said


def test_a_stream_that_fails_is_the_callers(tmp_path: Path) -> None:
    from ftgate.readers.jsonl import read_jsonl

    class Failing(io.BytesIO):
        def readline(self, size: int | None = -1, /) -> bytes:
            raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        list(read_jsonl(Failing()))
