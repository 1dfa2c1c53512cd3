"""``ftgate check --fix``, ``--diff`` and their relatives, as people type them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from ftgate.cli import run
from tests.conftest import AS_OF

Capture = pytest.CaptureFixture[str]

GOOD = [
    json.dumps(
        {
            "messages": [
                {"role": "user", "content": f"Question {number}: \x1b é?"},
                {"role": "assistant", "content": f"Answer {number} {'x' * 120}"},
            ]
        },
        ensure_ascii=False,
    )
    for number in range(12)
]
SELECT = ("--select", "FT0,FT1", "--as-of", AS_OF)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(file: Path, *lines: str, end: str = "\n") -> bytes:
    data = end.join([*lines, ""]).encode()
    file.write_bytes(data)
    return data


def test_fix_repairs_and_then_judges_what_is_there_now(folder: Path, capsys: Capture) -> None:
    write(folder / "train.jsonl", "\ufeff" + GOOD[0], "", *GOOD[1:], GOOD[3] + ",", end="\r\n")
    assert run(["check", "train.jsonl", *SELECT]) == 1
    capsys.readouterr()
    assert run(["check", "train.jsonl", "--fix", *SELECT]) == 0
    assert (folder / "train.jsonl").read_text("utf-8").splitlines() == GOOD
    assert capsys.readouterr().err == (
        "fixed: 1 byte order mark, 13 CRLF line endings, 1 trailing comma, 1 blank line,"
        " 1 duplicate in train.jsonl\n"
    )


def test_what_fix_cannot_repair_still_fails(folder: Path, capsys: Capture) -> None:
    write(folder / "train.jsonl", *GOOD, "", "{broken")
    assert run(["check", "train.jsonl", "--fix", *SELECT]) == 1
    assert "FT101" in capsys.readouterr().out


def test_diff_shows_and_writes_nothing(folder: Path, capsys: Capture) -> None:
    data = write(folder / "train.jsonl", *GOOD[:3], "", *GOOD[3:])
    assert run(["check", "train.jsonl", "--diff"]) == 1
    said = capsys.readouterr()
    assert (folder / "train.jsonl").read_bytes() == data
    lines = said.out.splitlines()
    assert lines[:3] == ["--- train.jsonl", "+++ train.jsonl", "@@ -1,7 +1,6 @@"]
    assert lines[6] == "-"
    assert "\x1b" not in said.out
    assert said.err == "would fix: 1 blank line in train.jsonl\n"


def test_diff_shows_whole_lines_only_when_asked(folder: Path, capsys: Capture) -> None:
    write(folder / "train.jsonl", GOOD[0], "", *GOOD[1:])
    run(["check", "--diff"])
    assert "x" * 120 not in capsys.readouterr().out
    run(["check", "--diff", "--show-records"])
    assert "x" * 120 in capsys.readouterr().out


def test_changes_that_are_far_apart_have_hunks_of_their_own(folder: Path, capsys: Capture) -> None:
    text = "\n".join(["", *GOOD[:3], "", *GOOD[3:11], " ", GOOD[11]])
    (folder / "train.jsonl").write_text(text, "utf-8")
    assert run(["check", "--diff"]) == 1
    lines = capsys.readouterr().out.splitlines()
    headers = [line for line in lines if line.startswith("@@")]
    assert headers == ["@@ -1,8 +1,6 @@", "@@ -11,5 +9,4 @@"]
    assert lines[-4] == "- "
    assert lines[-3].startswith('-{"messages": [{"role": "user", "content": ')
    assert f" … {len(GOOD[11].encode()) - 90} bytes … " in lines[-3]
    assert lines[-2] == "\\ No newline at end of file"


def test_a_diff_shows_no_word_of_a_record_unless_asked(folder: Path, capsys: Capture) -> None:
    private = '{"text": "IBAN DE89 3704", "ann": 555}'
    write(folder / "train.jsonl", private, "", private.replace("555", "5"))
    run(["check", "train.jsonl", "--diff"])
    shown = capsys.readouterr().out
    assert ' {"text": "xxxx xxxx xxxx", "xxx": xxx}' in shown
    run(["check", "train.jsonl", "--diff", "--show-records"])
    assert "DE89" in capsys.readouterr().out


def test_diff_of_good_files_is_silent(folder: Path, capsys: Capture) -> None:
    write(folder / "train.jsonl", *GOOD)
    assert run(["check", "--diff"]) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.skipif(not shutil.which("patch"), reason="needs patch(1)")
def test_a_whole_diff_is_the_change(folder: Path, capsys: Capture) -> None:
    lines = [f'{{"text": "{number}"}}' for number in range(40)]
    write(folder / "train.jsonl", *lines[:9], "", *lines[9:20], "{", '"text": 1', "}", *lines[20:])
    run(["check", "--diff", "--show-records"])
    patch = capsys.readouterr().out
    shutil.copy("train.jsonl", "copy.txt")
    subprocess.run(["patch", "-s", "copy.txt"], input=patch, text=True, check=True)
    run(["check", "--fix-only"])
    assert (folder / "copy.txt").read_bytes() == (folder / "train.jsonl").read_bytes()


def test_fix_only_does_not_judge_and_fails_when_a_file_changed(
    folder: Path, capsys: Capture
) -> None:
    write(folder / "train.jsonl", GOOD[0], "", "{broken")
    assert run(["check", "--fix-only", "train.jsonl"]) == 1
    assert run(["check", "--fix-only", "train.jsonl"]) == 0
    assert capsys.readouterr().out == ""


def test_only_what_is_named_is_written_to(folder: Path) -> None:
    write(folder / "ftgate.toml", "[[dataset]]", 'name = "d"', 'train = ["a.jsonl", "b.jsonl"]')
    write(folder / "a.jsonl", GOOD[0], "")
    untouched = write(folder / "b.jsonl", GOOD[1], "")
    run(["check", "--fix-only", "a.jsonl"])
    assert (folder / "b.jsonl").read_bytes() == untouched
    assert run(["check", "--fix-only"]) == 1
    assert (folder / "b.jsonl").read_text("utf-8") == GOOD[1] + "\n"


def test_the_mark_that_azure_asks_for_stays(folder: Path) -> None:
    data = write(folder / "train.jsonl", "\ufeff" + GOOD[0], *GOOD[1:])
    assert run(["check", "--fix-only", "--provider", "azure"]) == 0
    assert (folder / "train.jsonl").read_bytes() == data
    assert run(["check", "--fix-only"]) == 1


def test_unsafe_fixes_drop_what_the_provider_refuses_and_keep_a_copy(
    folder: Path, capsys: Capture
) -> None:
    empty = '{"messages": []}'
    near = GOOD[0].replace("Question", "question")
    over = json.dumps(json.loads(GOOD[0].replace("Answer 0", "word " * 70_000)))
    data = write(folder / "train.jsonl", *GOOD, near, empty, over, "{broken")
    assert run(["check", "--fix", "--unsafe-fixes", *SELECT]) == 0
    assert (folder / "train.jsonl").read_text("utf-8").splitlines() == GOOD
    assert (folder / "train.jsonl.bak").read_bytes() == data
    assert capsys.readouterr().err == (
        "fixed: 1 near-duplicate, 1 invalid line, 1 refused record, 1 over-long example"
        " in train.jsonl; the original is beside it: train.jsonl.bak\n"
    )


def test_unsafe_fixes_alone_write_nothing(folder: Path) -> None:
    data = write(folder / "train.jsonl", *GOOD, "", "{broken")
    assert run(["check", "--unsafe-fixes"]) == 2
    assert run(["check", "--unsafe-fixes", "--diff"]) == 1
    assert (folder / "train.jsonl").read_bytes() == data
    assert os.listdir() == ["train.jsonl"]


def test_a_rule_that_is_ignored_drops_nothing(folder: Path) -> None:
    write(folder / "train.jsonl", *GOOD, '{"messages": []}')
    arguments = ["check", "--unsafe-fixes", "--fix-only", "--no-backup"]
    assert run([*arguments, "--ignore", "FT122,FT103"]) == 0
    assert run(arguments) == 1
    assert os.listdir() == ["train.jsonl"]


def test_compressed_files_are_said_to_be_left_alone(folder: Path, capsys: Capture) -> None:
    import gzip

    data = gzip.compress("\n".join([*GOOD, "", ""]).encode())
    (folder / "train.jsonl.gz").write_bytes(data)
    assert run(["check", "--fix-only"]) == 0
    assert "not fixed: train.jsonl.gz: compressed" in capsys.readouterr().err
    assert (folder / "train.jsonl.gz").read_bytes() == data


def test_a_file_that_cannot_be_replaced_does_not_keep_the_others(
    folder: Path, capsys: Capture
) -> None:
    for name in ("a", "b", "c"):
        write(folder / f"{name}.jsonl", GOOD[0], "")
    (folder / "a.jsonl").chmod(0o444)
    (folder / "b.jsonl").chmod(0o444)
    assert run(["check", "--fix"]) == 2
    assert (folder / "c.jsonl").read_text("utf-8") == GOOD[0] + "\n"
    said = capsys.readouterr()
    assert said.out == ""
    assert "b.jsonl: not fixed: the file is read-only" in said.err
    assert "a.jsonl: not fixed: the file is read-only" in said.err


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["-", "--fix"], "standard input cannot be fixed"),
        (["--fix-only", "--show-records"], "--show-records shows what is judged"),
        (["--no-backup", "--fix"], "--no-backup is about --unsafe-fixes"),
        (["--unsafe-fixes"], "add --fix or --diff"),
        (["--unsafe-fixes", "--no-backup"], "add --fix or --diff"),
    ],
)
def test_flags_that_make_no_sense_together(
    flags: list[str], message: str, folder: Path, capsys: Capture
) -> None:
    assert run(["check", *flags]) == 2
    assert message in capsys.readouterr().err
