"""``-o failures=PATH``: a row for every place."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest

from ftgate.cli import run
from tests.conftest import AS_OF

GOOD = '{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}'
ROLE = '{"messages": [{"role": "robot", "content": "a"}, {"role": "assistant", "content": "b"}]}'
SELECT = ["--select", "FT0,FT1", "--as-of", AS_OF]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rows(path: str, ignore: str = "FT115") -> list[dict[str, Any]]:
    arguments = [path, *SELECT, "--ignore", ignore, "-o", "failures=bad.jsonl"]
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
