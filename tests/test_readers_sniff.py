"""Heads of files: what is not JSON Lines gets one problem with its fix, JSON Lines get none."""

from __future__ import annotations

import csv
import io
import json
import pickle
import pprint
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftgate.readers.sniff import HEAD_BYTES, diagnose_head

RECORDS = [
    {"messages": [{"role": "user", "content": f"q{n}"}, {"role": "assistant", "content": f"a{n}"}]}
    for n in range(30)
]
JSONL = "".join(json.dumps(record) + "\n" for record in RECORDS)


def seen(head: str | bytes, name: str = "data.jsonl") -> str:
    """``kind: detail``, or "" for a file that may be JSON Lines."""
    problem = diagnose_head(head if isinstance(head, bytes) else head.encode(), name)
    return f"{problem.kind}: {problem.detail}" if problem else ""


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("data.jsonl", JSONL)
    return buffer.getvalue()


def table(dialect: str) -> str:
    buffer = io.StringIO()
    rows = [["prompt", "completion"], ['a, "b"\nc', "d"], ["e", "f"]]
    csv.writer(buffer, dialect=dialect).writerows(rows)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("", "empty-dataset"),
        (json.dumps(RECORDS), "array ftgate check --fix"),
        (json.dumps(RECORDS, indent=2), "array ftgate check --fix"),
        (json.dumps(RECORDS, indent="\t")[:300], "array ftgate check --fix"),
        ("[\n" + ",\n".join(map(json.dumps, RECORDS)) + "\n]\n", "array ftgate check --fix"),
        (json.dumps(RECORDS[0], indent=2), "several lines ftgate check --fix"),
        (json.dumps(RECORDS[0], indent=2)[:60], "several lines ftgate check --fix"),
        ("\n".join(json.dumps(r, indent=4) for r in RECORDS), "several lines ftgate check --fix"),
        (json.dumps({"data": RECORDS}, indent=1), "several lines ftgate check --fix"),
        ('{"data": [\n' + ",\n".join(map(json.dumps, RECORDS)) + "\n]}", "ftgate check --fix"),
        ("".join(f"{record!r}\n" for record in RECORDS), "Python ast.literal_eval"),
        (pprint.pformat(RECORDS), "Python ast.literal_eval"),
        (table("excel"), "comma csv.DictReader"),
        (table("excel-tab"), "tab csv.DictReader"),
        (
            "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 1\n",
            "lfs-pointer git lfs pull",
        ),
        ("outs:\n- md5: 22a1a2931c8370d3aeedd7183606fd7f\n  size: 9\n  path: d\n", "dvc pull"),
        (JSONL.encode("utf-16"), "not-utf8 UTF-16 iconv"),
        (JSONL.encode("utf-32-be"), "not-utf8 UTF-32 iconv"),
        (b"PAR1\x15\x04\x15\x10", "Parquet read_parquet"),
        (zipped(), "zip unzip"),
        (pickle.dumps(RECORDS), "pickle"),
        (b"\x01\x02\x00\x00\x07", "binary"),
        ("<!DOCTYPE html>\n<html><body>404 Not Found</body></html>", "error page"),
        ("<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "error page"),
        ("- prompt: hello\n  completion: there\n- prompt: x\n  completion: y\n", "YAML yq"),
        ("---\nmessages:\n  - role: user\n    content: hi\n", "YAML yq"),
        ("Dear reader,\nthis is prose.\nNothing else.\n", "plain text"),
    ],
)
def test_other_files_are_named_with_their_fix(head: str | bytes, words: str) -> None:
    found = seen(head)
    *what, last = words.split(" ")
    assert all(word in found for word in what)
    assert last in found
    assert "\n" not in found


@pytest.mark.parametrize(
    "head",
    [
        JSONL,
        "\ufeff" + JSONL,
        "\n\n" + JSONL,
        JSONL.replace("\n", "\r\n"),
        "not json at all\n" + JSONL,
        "prompt,completion\n" + JSONL,
        "{'single': 'quotes'}\n" + JSONL,
        '{"messages": [\n' + JSONL,
        '{"messages":\n' + JSONL,
        "{\n" + JSONL,
        "<html>\n" + JSONL,
        JSONL[:40],
        JSONL[40:],
        "[1, 2]\n[3]\n",
        "\n \n",
        '{"text": "a\\u0000b"}\n',
    ],
)
def test_json_lines_with_a_broken_line_stay_json_lines(head: str) -> None:
    assert seen(head) == ""


@given(cut=st.integers(1, len(JSONL)), junk=st.text(max_size=30))
def test_a_file_with_one_whole_record_is_json_lines(cut: int, junk: str) -> None:
    head = junk.replace("\0", "").replace("[", "").replace("{", "") + "\n" + JSONL + JSONL[:cut]
    if not head.startswith(("version https", "outs:")):
        assert seen(head[:HEAD_BYTES]) == ""


@given(head=st.binary(max_size=300))
def test_any_head_is_survived(head: bytes) -> None:
    seen(head)


@pytest.mark.parametrize("value", ["9" * 5000, "[" * 5000, "-"])
def test_heads_that_the_standard_library_cannot_read_are_survived(value: str) -> None:
    assert seen('{"a": ' + value + "\n" + JSONL) == ""


def test_the_command_quotes_the_name() -> None:
    assert "'my data.jsonl'" in seen("[\n1,\n2]\n", "my data.jsonl")


@pytest.mark.parametrize(
    "head",
    ["".join(f"{record!r}\n" for record in RECORDS), table("excel"), table("excel-tab")],
)
def test_the_python_commands_work(tmp_path: Path, head: str) -> None:
    (tmp_path / "my data.jsonl").write_text(head)
    command = seen(head, "my data.jsonl").split("run: ")[1].replace("python", sys.executable, 1)
    subprocess.run(["sh", "-c", command], cwd=tmp_path, check=True)
    fixed = (tmp_path / "fixed.jsonl").read_text().splitlines()
    assert len(fixed) in (2, len(RECORDS))
    assert all(isinstance(json.loads(line), dict) for line in fixed)
