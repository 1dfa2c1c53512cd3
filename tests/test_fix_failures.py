"""``-o failures=PATH``: a row for every place."""

from __future__ import annotations

import gzip
import io
import json
import os
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from ftgate.cli import run
from ftgate.commands.failures import as_json_lines
from ftgate.gate import CheckOptions, check
from tests.conftest import AS_OF

GOOD = '{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}'
ROLE = '{"messages": [{"role": "robot", "content": "a"}, {"role": "assistant", "content": "b"}]}'
SELECT = ["--select", "FT0,FT1", "--as-of", AS_OF]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rows(path: str, ignore: str = "FT115", *more: str) -> list[dict[str, Any]]:
    arguments = [path, *SELECT, "--ignore", ignore, "-o", "failures=bad.jsonl", *more]
    assert run(["check", *arguments]) in (0, 1)
    return [json.loads(line) for line in Path("bad.jsonl").read_text("utf-8").splitlines()]


def test_every_place_has_a_row_however_many_there_are() -> None:
    Path("train.jsonl").write_text(f"{GOOD}\n\n{ROLE}\nbad\n" * 50, "utf-8")
    found = rows("train.jsonl")
    assert [(row["line"], row["code"]) for row in found] == [
        (line, code)
        for start in range(0, 200, 4)
        for line, code in ((start + 2, "FT117"), (start + 3, "FT108"), (start + 4, "FT101"))
    ]
    assert {tuple(row) for row in found} == {
        ("path", "line", "code", "message", "json_path", "rule")
    }
    assert {row["path"] for row in found} == {"train.jsonl"}


def test_rows_agree_with_the_counts_of_the_report() -> None:
    Path("train.jsonl").write_text(f"{GOOD}\n{ROLE}\n" * 30 + '{"a": 1}\n{"text": "x"}\n', "utf-8")
    run(["check", "train.jsonl", *SELECT, "--ignore", "FT115", "-o", "json=report.json"])
    (dataset,) = json.loads(Path("report.json").read_text("utf-8"))["datasets"]
    counted: dict[str, int] = {}
    for finding in dataset["findings"]:
        if finding["code"] != "FT106":  # its count is of schemas, not of places
            counted[finding["code"]] = counted.get(finding["code"], 0) + finding["count"]
    found = [row["code"] for row in rows("train.jsonl") if row["code"] != "FT106"]
    assert {code: found.count(code) for code in set(found)} == counted


PAIR = '{"prompt": "a", "completion": "b"}'


@pytest.mark.parametrize(
    ("provider", "record", "code"),
    [
        ("openai", PAIR, "FT126"),
        ("openai", '{"text": "a"}', "FT102"),
        ("fireworks", '{"text": "a"}', "FT102"),
    ],
)
def test_a_finding_about_a_format_has_a_row_for_each_of_its_records(
    provider: str, record: str, code: str
) -> None:
    Path("train.jsonl").write_text(f"{GOOD}\n{record}\n" * 30, "utf-8")
    found = rows("train.jsonl", "FT115,FT106", "--provider", provider)
    assert [row["line"] for row in found if row["code"] == code] == list(range(2, 61, 2))


def test_findings_of_one_rule_keep_their_own_records() -> None:
    others = ['{"text": "a"}', '{"a": 1}', '{"instruction": "a", "output": "b"}']
    Path("train.jsonl").write_text("\n".join([GOOD, *others] * 2), "utf-8")
    found = [row for row in rows("train.jsonl") if row["code"] == "FT102"]
    assert [(row["line"], row["message"].partition(" ")[0]) for row in found] == [
        (start + line, word)
        for start in (0, 4)
        for line, word in ((2, "raw"), (3, "keys"), (4, "Alpaca"))
    ]


@pytest.mark.parametrize("provider", ["openai", "azure", "together", "mistral", "fireworks"])
def test_every_problem_of_a_record_has_a_row(provider: str) -> None:
    messages = [{"role": "robot", "content": "a"}, {"role": "human", "content": "b"}]
    answer = {"role": "assistant", "content": "c"}
    Path("train.jsonl").write_text(json.dumps({"messages": [*messages, answer]}) + "\n", "utf-8")
    found = rows("train.jsonl", "FT115", "--provider", provider)
    places = [row["json_path"] for row in found if row["code"] == "FT108"]
    assert places == ["messages[0].role", "messages[1].role"]


def test_a_name_that_is_not_utf8_is_written_as_in_the_json_report() -> None:
    name = os.fsdecode(b"tr\xff.jsonl")
    Path(name).write_text(f"{GOOD}\nbad\n", "utf-8")
    (row,) = rows(name, "FT115", "-o", "json=report.json")
    report = json.loads(Path("report.json").read_text("utf-8"))
    (finding,) = report["datasets"][0]["findings"]
    assert (row["path"], row["line"]) == (finding["path"], 2)
    assert row["path"] == "tr\\udcff.jsonl"


def test_rows_are_not_held_in_memory() -> None:
    Path("train.jsonl").write_text(f"{GOOD}\n" + "bad\n" * 16_000, "utf-8")
    options = CheckOptions(select=("FT101",), cache=False)
    report = check(["train.jsonl"], options)
    tracemalloc.start()
    size = sum(len(row) for row in as_json_lines(report, ["train.jsonl"], options))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 2_000_000
    assert peak < 1_500_000  # the reader's buffer is a megabyte


def test_a_finding_about_the_file_has_a_row_without_a_line() -> None:
    Path("train.jsonl").write_text("a,b\n1,2\n3,4\n", "utf-8")
    (row,) = rows("train.jsonl")
    assert (row["path"], row["line"], row["code"]) == ("train.jsonl", None, "FT007")


def test_compressed_files_and_standard_input_are_read_again_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = f"{GOOD}\n{ROLE}\n".encode()
    Path("train.jsonl.gz").write_bytes(gzip.compress(data))
    assert [row["line"] for row in rows("train.jsonl.gz")] == [2]

    class Stdin(io.TextIOWrapper):
        def isatty(self) -> bool:
            return False

    monkeypatch.setattr("sys.stdin", Stdin(io.BytesIO(data)))
    assert [(row["path"], row["line"]) for row in rows("-")] == [("-", 2)]


def test_rules_that_are_ignored_have_no_rows_and_nothing_wrong_is_an_empty_file() -> None:
    Path("train.jsonl").write_text(f"{GOOD}\n\n", "utf-8")
    assert rows("train.jsonl", ignore="FT115,FT117") == []
    assert Path("bad.jsonl").read_bytes() == b""


def test_a_list_of_failures_is_replaced_and_a_training_set_is_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("train.jsonl").write_text(f"{GOOD}\nbad\n", "utf-8")
    assert rows("train.jsonl") == rows("train.jsonl")
    before = Path("train.jsonl").read_bytes()
    assert run(["check", "train.jsonl", "-o", "failures=train.jsonl"]) == 2
    assert "exists and is no list of failures" in capsys.readouterr().err
    assert Path("train.jsonl").read_bytes() == before


def test_standard_output_is_not_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "-o", "failures=-"]) == 2
    assert "not a file of its own" in capsys.readouterr().err
