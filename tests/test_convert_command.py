"""``ftgate convert``: files in, a whole file or none out, and an account of what stayed behind."""

from __future__ import annotations

import errno
import gzip
import io
import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ftgate import cli
from ftgate.commands.convert import _TARGETS
from ftgate.convert import TARGETS
from ftgate.convert.stream import LINES, MAX_KEYS

GOOD = {"conversations": [{"from": "human", "value": "Rain?"}, {"from": "gpt", "value": "No."}]}
CHAT = {"messages": [{"role": "user", "content": "Rain?"}, {"role": "assistant", "content": "No."}]}
BAD = {"chosen": "a", "rejected": "b"}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def put(*records: Any, name: str = "in.jsonl") -> None:
    Path(name).write_text("".join(f"{json.dumps(record)}\n" for record in records))


def records(name: str = "out.jsonl") -> list[Any]:
    return [json.loads(line) for line in Path(name).read_text().splitlines()]


def run(*arguments: str, to: str = "openai-chat", out: str = "out.jsonl") -> int:
    return cli.run(["convert", "in.jsonl", "--to", to, "-o", out, *arguments])


def test_records_are_written_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    other = {"instruction": "Snow?", "output": "Yes."}
    put(GOOD, other, GOOD)
    assert run() == 0
    assert records() == [
        CHAT,
        {
            "messages": [
                {"role": "user", "content": "Snow?"},
                {"role": "assistant", "content": "Yes."},
            ]
        },
        CHAT,
    ]
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err == "out.jsonl: 3 records, sharegpt, alpaca to openai-chat\n"


def test_what_is_dropped_is_said_with_its_lines(capsys: pytest.CaptureFixture[str]) -> None:
    marked = {**GOOD, "source_id": 1}
    put(marked, GOOD, GOOD, marked, *[GOOD] * 4, marked)
    assert run() == 0
    assert "dropped: 3 \u00d7 source_id (lines 1, 4, 9)" in capsys.readouterr().err.splitlines()


def test_a_key_with_control_characters_is_shown_harmless(
    capsys: pytest.CaptureFixture[str],
) -> None:
    put({**GOOD, "\x1b[31m": 1})
    assert run() == 0
    assert "1 \u00d7 \\x1b[31m (line 1)" in capsys.readouterr().err


def test_keys_of_every_records_own_do_not_fill_the_memory(
    capsys: pytest.CaptureFixture[str],
) -> None:
    put(*({**GOOD, f"id_{number}": 1} for number in range(MAX_KEYS + 7)))
    assert run() == 0
    assert "7 \u00d7 other keys" in capsys.readouterr().err


def test_one_record_that_cannot_be_said_stops_everything(
    capsys: pytest.CaptureFixture[str],
) -> None:
    put(GOOD, BAD, GOOD, {"x": 1})
    assert run() == 1
    assert os.listdir() == ["in.jsonl"]
    said = capsys.readouterr().err.splitlines()
    assert said[0].startswith("in.jsonl:2: TRL preference")
    assert said[1:] == [
        "in.jsonl:4: unknown schema: name it with --from",
        "ftgate: 2 of 4 records cannot be converted; nothing was written",
        "  hint: --skip-invalid leaves them out",
    ]


def test_a_record_that_would_train_something_else_is_refused_with_its_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    masked = {"messages": [CHAT["messages"][0], {**CHAT["messages"][1], "weight": 0}]}
    put(CHAT, {**CHAT, "images": ["a.png"]}, masked)
    assert run(to="gemini") == 1
    assert not os.path.exists("out.jsonl")
    said = capsys.readouterr().err.splitlines()
    assert said[0].startswith("in.jsonl:2: images has no place in the other schema")
    assert said[1].startswith("in.jsonl:3: messages[1].weight is not 1")


def test_many_refusals_are_cut_short(capsys: pytest.CaptureFixture[str]) -> None:
    put(*[BAD] * (LINES + 3))
    assert run() == 1
    said = capsys.readouterr().err.splitlines()
    assert said[LINES] == "... and 3 more"
    assert "hint" not in said[-1]


def test_records_that_cannot_be_said_are_left_out_when_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    put(BAD, GOOD)
    with open("in.jsonl", "a") as file:
        file.write('\n{"broken\n')
    assert run("--skip-invalid") == 0
    assert records() == [CHAT]
    said = capsys.readouterr().err.splitlines()
    assert said[1].startswith("in.jsonl:4: invalid-json")
    assert said[-2:] == [
        "skipped: 2 of 3 records, which cannot be converted",
        "skipped: 1 blank line",
    ]


@pytest.mark.parametrize("flags", [(), ("--skip-invalid",)])
def test_no_empty_file_is_written(flags: tuple[str, ...]) -> None:
    put(BAD)
    assert run(*flags) == 1
    assert not os.path.exists("out.jsonl")


def test_lines_that_would_be_changed_in_silence_are_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("in.jsonl").write_text(
        '{"instruction": "a", "output": "b", "output": "c"}\n'
        '{"instruction": "a", "output": "b", "x": NaN}\n'
        f'{{"instruction": "a", "output": "b", "x": {"[" * 3000}{"]" * 3000}}}\n'
    )
    assert run() == 1
    said = capsys.readouterr().err
    assert "in.jsonl:1: duplicate-key" in said
    assert "in.jsonl:2: non-finite-number" in said
    assert "in.jsonl:3: " in said


@pytest.mark.parametrize("depth", range(900, 1000, 7))
def test_a_deeply_nested_argument_comes_along_or_is_refused(depth: int) -> None:
    deep = f"{'[' * depth}{']' * depth}"
    call = f'{{"functionCall": {{"name": "f", "args": {{"x": {deep}}}}}}}'
    line = f'{{"contents": [{{"role": "model", "parts": [{call}]}}]}}\n'
    Path("in.jsonl").write_text(line)
    for target in ("openai-chat", "sharegpt"):
        if run("--force", to=target) == 0:
            assert Path("out.jsonl").read_text().count("[" * depth) == 1


def test_calls_with_numbers_that_are_none_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    call = {"from": "function_call", "value": '{"name": "f", "arguments": {"x": NaN}}'}
    put({"conversations": [call]})
    assert run() == 1
    assert "conversations[0].value is not the JSON of a call" in capsys.readouterr().err


def test_numbers_of_any_size_stay_exact() -> None:
    schema = {"type": "object", "properties": {"n": {"maximum": 2**70}}}
    tools = [{"type": "function", "function": {"name": "f", "parameters": schema}}]
    put({**CHAT, "tools": tools})
    assert run(to="gemini") == 0
    (declared,) = records()[0]["tools"][0]["functionDeclarations"]
    assert declared["parameters"] == schema


def test_standard_output_gets_records_and_nothing_else(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    put(GOOD)
    assert run(out="-") == 0
    output = capfdbinary.readouterr()
    assert json.loads(output.out) == CHAT
    assert output.err == b"standard output: 1 record, sharegpt to openai-chat\n"


def test_standard_output_stays_empty_when_a_record_is_refused(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    put(GOOD, BAD)
    assert run(out="-") == 1
    assert capfdbinary.readouterr().out == b""


def test_what_exists_is_replaced_only_by_force(capsys: pytest.CaptureFixture[str]) -> None:
    put(GOOD)
    put({"old": True}, name="out.jsonl")
    os.chmod("out.jsonl", 0o640)
    assert run() == 2
    assert "hint: --force replaces it" in capsys.readouterr().err
    assert records() == [{"old": True}]
    assert run("--force") == 0
    assert records() == [CHAT]
    assert stat.S_IMODE(os.stat("out.jsonl").st_mode) == 0o640


def test_what_exists_stays_whole_when_the_conversion_fails() -> None:
    put(BAD)
    put({"old": True}, name="out.jsonl")
    assert run("--force") == 1
    assert records() == [{"old": True}]
    assert sorted(os.listdir()) == ["in.jsonl", "out.jsonl"]


def test_a_full_disk_leaves_what_was_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    put(GOOD)
    put({"old": True}, name="out.jsonl")
    monkeypatch.setattr(os, "fsync", full)
    assert run("--force") == 2
    assert "out.jsonl: cannot be written: No space left on device" in capsys.readouterr().err
    assert records() == [{"old": True}]
    assert sorted(os.listdir()) == ["in.jsonl", "out.jsonl"]


def test_a_reader_that_has_gone_away_is_no_error() -> None:
    put(GOOD)
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "ftgate", "convert", "in.jsonl", "--to", "gemini", "-o", "-"],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr.count("Traceback")) == (0, 0)


def test_a_device_is_written_to_and_not_replaced() -> None:
    put(GOOD)
    assert run(out="/dev/null") == 0
    assert not os.path.isfile("/dev/null")


def test_a_terminal_sees_how_far_a_large_file_is(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    put(*[GOOD] * 4)
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr("ftgate.commands.convert._PROGRESS_EVERY", 3)
    assert run() == 0
    assert "converting" not in screen.getvalue()
    monkeypatch.setattr("ftgate.commands.convert._PROGRESS_FROM_BYTES", 1)
    assert run("--force") == 0
    assert "converting in.jsonl: 3 lines\r\x1b[K" in screen.getvalue()


@pytest.mark.parametrize("make", [os.symlink, os.link])
def test_the_file_that_is_read_is_never_written(make: Any) -> None:
    put(GOOD)
    make("in.jsonl", "other.jsonl")
    for out in ("in.jsonl", "./in.jsonl", "other.jsonl"):
        assert run("--force", out=out) == 2
    assert records("in.jsonl") == [GOOD]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.jsonl", "--to", "gemini", "-o", "x"], "missing.jsonl: no such file"),
        ([".", "--to", "gemini", "-o", "x"], ".: not a regular file"),
        (["in.jsonl", "--to", "gemini", "-o", "no/x"], "there is no folder no"),
        (["in.jsonl", "--to", "gemini", "-o", "x.jsonl.gz"], "without compression"),
        (["in.jsonl", "--to", "gemini", "-o", "x", "--from", "csv"], "--from csv: not a schema"),
        (["list.jsonl", "--to", "gemini", "-o", "x"], "not JSON Lines"),
    ],
)
def test_wrong_usage_is_an_error(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    put(GOOD)
    Path("list.jsonl").write_text(json.dumps([GOOD, GOOD], indent=1))
    assert cli.run(["convert", *arguments]) == 2
    assert message in capsys.readouterr().err
    assert not os.path.exists("x")


def test_compressed_files_are_read() -> None:
    with gzip.open("in.jsonl", "wt") as file:
        file.write(json.dumps(GOOD))
    assert run() == 0
    assert records() == [CHAT]


def test_a_schema_can_be_named() -> None:
    put({**CHAT, "prompt": "Rain?", "completion": "No."})
    assert run("--from", "prompt_completion") == 0
    assert records() == [CHAT]


def test_an_empty_file_has_nothing_to_convert(capsys: pytest.CaptureFixture[str]) -> None:
    Path("in.jsonl").write_text("\n")
    assert run() == 1
    assert "in.jsonl has no records; nothing was written" in capsys.readouterr().err


def test_the_flag_lists_what_can_be_written() -> None:
    assert list(TARGETS) == list(_TARGETS)
