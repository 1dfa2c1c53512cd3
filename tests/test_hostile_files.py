"""Files that are made to hang, to fill memory or to be read as something else."""

from __future__ import annotations

import gzip
import io
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import zstandard

from ftgate.cli import run
from ftgate.errors import FtgateError, UnreadableError
from ftgate.files import expand
from ftgate.gate import CheckOptions, check
from ftgate.profile import Profile
from ftgate.profiling import profile_stream
from ftgate.readers.compressed import open_data
from ftgate.readers.jsonl import read_jsonl
from ftgate.report import DatasetReport
from tests.conftest import AS_OF

GOOD = {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}
LINE = json.dumps(GOOD).encode() + b"\n"
OPTIONS = CheckOptions(as_of=AS_OF, select=("FT0", "FT1"), cache=False)


def judged(path: Path | str) -> DatasetReport:
    (dataset,) = check([path], OPTIONS).datasets
    return dataset


def codes(path: Path | str) -> set[str]:
    return {finding.code for finding in judged(path).findings}


@pytest.fixture
def file(tmp_path: Path) -> Callable[[bytes], Path]:
    def write(data: bytes, name: str = "train.jsonl") -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


@pytest.fixture
def quick() -> Iterator[None]:
    """What explodes takes minutes; a busy processor, or one that is watched, some seconds."""
    started = time.process_time()
    yield
    assert time.process_time() - started < 20


# -- archives ---------------------------------------------------------------------------------


def bomb(pack: str, byte: bytes) -> bytes:
    """A gigabyte of one byte in one megabyte or less."""
    zeros = byte * (1 << 20)
    if pack == "zst":
        compressor = zstandard.ZstdCompressor().compressobj()
    else:
        import zlib

        compressor = zlib.compressobj(wbits=31)
    return b"".join([*(compressor.compress(zeros) for _ in range(1 << 10)), compressor.flush()])


@pytest.mark.parametrize(
    ("pack", "byte", "code"),
    [("gz", b"\0", "FT007"), ("gz", b"x", "FT009"), ("zst", b"x", "FT009")],
)
def test_a_gigabyte_in_a_megabyte_is_stopped_in_little_memory(
    pack: str, byte: bytes, code: str, tmp_path: Path
) -> None:
    data = bomb(pack, byte)
    assert len(data) < 1_100_000
    path = tmp_path / f"train.jsonl.{pack}"
    path.write_bytes(data)
    program = (
        "import resource, sys; from ftgate.cli import run\n"
        "resource.setrlimit(resource.RLIMIT_AS, (800 << 20, 800 << 20))\n"
        f"sys.exit(run(['check', {str(path)!r}, '--select', 'FT0', '-f', 'concise']))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (1, "")
    assert code in done.stdout


def test_an_archive_of_archives_is_one_line_that_is_no_json(
    file: Callable[..., Path], quick: None
) -> None:
    inner = LINE
    for _ in range(50):
        inner = gzip.compress(inner)
    assert judged(file(inner, "train.jsonl.gz")).examples == 0


# -- what is no file --------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/stdin", "/dev/null", "/dev/tty"])
def test_devices_are_no_data(path: str) -> None:
    if not os.path.lexists(path):
        pytest.skip(f"NOT TESTED: no {path} here")
    with pytest.raises(UnreadableError, match="not a regular file"):
        check([path], OPTIONS)


def test_a_pipe_is_refused_and_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "train.jsonl")
    with pytest.raises(UnreadableError, match="not a regular file"):
        check([tmp_path / "train.jsonl"], OPTIONS)
    with pytest.raises(FtgateError):
        check([tmp_path], OPTIONS)


def test_links_that_go_round_end(tmp_path: Path, file: Callable[..., Path]) -> None:
    file(LINE)
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "a.jsonl").symlink_to(tmp_path / "b.jsonl")
    (tmp_path / "b.jsonl").symlink_to(tmp_path / "a.jsonl")
    assert len(expand([str(tmp_path)])) == 3
    datasets = check([tmp_path], OPTIONS).datasets
    assert "FT001" in {finding.code for dataset in datasets for finding in dataset.findings}


def test_a_link_to_a_device_is_no_data(tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").symlink_to("/dev/zero")
    with pytest.raises(FtgateError, match="regular file"):
        check([tmp_path / "train.jsonl"], OPTIONS)
    with pytest.raises(FtgateError):
        check([tmp_path], OPTIONS)


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "--config", "/dev/zero"),
        ("diff", "/dev/zero", "-p", "x"),
        ("verify", "/dev/zero"),
        ("cost", "--scenario", "/dev/zero"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_device_in_place_of_a_small_file_ends(
    arguments: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run([*arguments]) == 2
    assert "internal error" not in capsys.readouterr().err


def test_standard_input_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    from ftgate.commands import check as command

    class Endless(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
            buffer[:] = bytes(len(buffer))
            return len(buffer)

    class Stdin:
        buffer = io.BufferedReader(Endless())

        def isatty(self) -> bool:
            return False

    monkeypatch.setattr(command, "_MAX_STDIN_BYTES", 1 << 20)
    monkeypatch.setattr(sys, "stdin", Stdin())
    assert run(["check", "-"]) == 2


def test_an_unreadable_file_is_an_error_and_no_verdict(file: Callable[..., Path]) -> None:
    path = file(LINE)
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("NOT TESTED: this user may read everything")
    assert judged(path).outcome == "error"


@pytest.mark.parametrize("change", ["vanishes", "grows", "shrinks"])
def test_a_file_that_changes_while_it_is_read_is_not_judged(
    change: str, file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = file(LINE * 100)

    def changing(stream: io.BufferedReader, **options: object) -> Profile:
        profile = profile_stream(stream, **options)  # type: ignore[arg-type]
        if change == "vanishes":
            path.unlink()
        else:
            path.write_bytes(LINE * (200 if change == "grows" else 1))
        return profile

    monkeypatch.setattr("ftgate.engine.task.profile_stream", changing)
    with pytest.raises(UnreadableError, match="changed while it was read"):
        check([path], OPTIONS)


def test_a_file_that_is_cut_off_under_the_reader_ends(file: Callable[..., Path]) -> None:
    path = file(LINE * 50_000)
    with open_data(path) as stream:
        lines = read_jsonl(stream)
        assert next(lines).record == GOOD
        os.truncate(path, len(LINE))
        assert sum(1 for _ in lines) < 50_000


# -- lines ------------------------------------------------------------------------------------


def test_a_line_of_100_mb_is_passed_over_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    with path.open("wb") as stream:
        stream.write(LINE + b'{"messages": "')
        for _ in range(100):
            stream.write(b"x" * (1 << 20))
        stream.write(b'"}\n' + LINE)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with open_data(path) as stream:
        found = list(read_jsonl(stream))
    assert [line.record for line in found] == [GOOD, None, GOOD]
    assert found[1].problems[0].kind == "line-too-long"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300 << 10


@pytest.mark.parametrize("opening", ["[", '{"a":', '{"messages": [', "[{", '["'])
def test_nesting_of_100_000_levels_is_one_invalid_line(
    opening: str, file: Callable[..., Path], quick: None
) -> None:
    path = file(LINE + opening.encode() * 100_000 + b"\n" + LINE)
    assert (judged(path).examples, codes(path) & {"FT101"}) == (2, {"FT101"})


def test_nesting_that_closes_is_one_invalid_line(file: Callable[..., Path], quick: None) -> None:
    deep = b'{"messages": ' + b"[" * 100_000 + b"]" * 100_000 + b"}\n"
    assert judged(file(deep + LINE)).examples == 1


def test_a_million_keys_are_read(quick: None) -> None:
    keys = ", ".join(f'"k{number}": {number}' for number in range(1_000_000))
    first, second = read_jsonl(io.BytesIO(f"{{{keys}}}\n".encode() + LINE))
    assert first.record is not None
    assert (len(first.record), first.problems, second.record) == (1_000_000, [], GOOD)


def test_a_million_equal_keys_are_found(quick: None) -> None:
    line = b"{" + b", ".join([b'"a": 1'] * 300_000) + b"}\n"
    (found,) = read_jsonl(io.BytesIO(line))
    assert [problem.kind for problem in found.problems] == ["duplicate-key"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
def test_numbers_that_json_has_not_are_found(number: str, file: Callable[..., Path]) -> None:
    record = LINE.replace(b'"messages"', f'"weight": {number}, "messages"'.encode())
    assert "FT112" in codes(file(record))


@pytest.mark.parametrize(
    "codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
)
def test_wide_encodings_are_named_with_and_without_a_mark(
    codec: str, file: Callable[..., Path]
) -> None:
    assert codes(file((LINE * 3).decode().encode(codec))) == {"FT004"}


@pytest.mark.parametrize("codec", ["latin-1", "cp1252", "mac-roman", "shift-jis", "gb18030"])
def test_other_encodings_are_no_utf_8(codec: str, file: Callable[..., Path]) -> None:
    text = "é" if codec in ("latin-1", "cp1252", "mac-roman") else "日本"
    record = json.dumps({"messages": [{"role": "user", "content": text}]}, ensure_ascii=False)
    assert "FT004" in codes(file(record.encode(codec) + b"\n" + LINE))


def test_utf_7_is_ascii_and_taken_as_what_it_says(file: Callable[..., Path]) -> None:
    record = LINE.replace(b'"b"', b'"+AGEAIgB9-"')
    assert judged(file(record)).examples == 1


@pytest.mark.parametrize("number", [*range(0x20), 0x7F])
def test_control_characters_in_a_text_are_invalid_or_text(
    number: int, file: Callable[..., Path]
) -> None:
    lines = [*read_jsonl(io.BytesIO(LINE.replace(b'"a"', b'"' + bytes([number]) + b'"')))]
    assert (lines[0].record is None) == (number < 0x20)


def test_nul_bytes_are_binary_data(file: Callable[..., Path]) -> None:
    assert codes(file(b"\0" * 1000)) & {"FT004", "FT007"}
    assert judged(file(LINE + b"\0" * 5000 + b"\n" + LINE)).outcome == "fail"


def test_a_lone_surrogate_is_found(file: Callable[..., Path]) -> None:
    assert "FT113" in codes(file(LINE.replace(b'"b"', b'"\\ud83d"')))


def test_a_lone_surrogate_in_the_name_of_a_key_is_spelled_out(
    file: Callable[..., Path], tmp_path: Path
) -> None:
    asked, said = b'{"role": "user", "content": "a"}', b'{"role": "assistant", "content": 0.5}'
    turns = b'{"interactio\\udc00ns": [%b, %b]}\n' % (asked, said)
    options = CheckOptions(as_of=AS_OF, cache_dir=str(tmp_path / "cache"))
    for _ in range(2):  # read, then remembered
        (dataset,) = check([file(turns)], options).datasets
        (found,) = (each for each in dataset.findings if "ns[1].text is missing" in each.message)
        assert "interactio\\udc00ns[1].text" in found.message


# -- names ------------------------------------------------------------------------------------

NAMES = [
    *("a\nb", "a\r\nb", "a\tb", 'a"b', "a'b", "a`b", "a b ", "-rf", "--config=x", "a;b&c|d"),
    *("$(touch x)", "\x1b[2J", "\x07", "\u202e", os.fsdecode(b"\xed\xa0\xbd"), "x" * 240),
    *(os.fsdecode(b"\xff\xfe"), os.fsdecode(b"caf\xe9"), "a*b", "a[b]", "a?b", "~", "%s%n", "{0}"),
    *("\u0301", "CON", "a\\b", "#"),
]


@pytest.mark.parametrize("name", NAMES, ids=repr)
def test_any_name_is_judged_as_a_file(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / name
    folder.mkdir()
    (folder / f"{name}.jsonl").write_bytes(LINE)
    monkeypatch.chdir(folder)
    arguments = ["--select", "FT0,FT1", "--no-cache", "-f", "json"]
    assert run(["check", *arguments, "--", f"{name}.jsonl"]) in (0, 1)
    said = capfd.readouterr()
    assert said.err == ""
    (dataset,) = json.loads(said.out)["datasets"]
    assert dataset["files"][0]["examples"] == 1


# -- prompts and plans --------------------------------------------------------------------------


def test_a_prompt_beyond_every_context_is_not_read(tmp_path: Path, quick: None) -> None:
    from ftgate.prompts.load import load_prompt

    path = tmp_path / "big.txt"
    with path.open("wb") as stream:
        stream.truncate(9 << 20)
    with pytest.raises(UnreadableError, match="more than 8 MiB"):
        load_prompt(str(path), "big.txt")


def test_examples_that_hold_each_other_do_not_explode(quick: None) -> None:
    """The fields of a row were put in one after the other: each could double the text."""
    from ftgate.readers.prompts import read_prompt_text

    fields = "".join(f'"{chr(97 + n)}": "{f"{{{chr(98 + n)}}}" * 100}", ' for n in range(20))
    rows = "{" + fields + '"z": "end"}'
    text = (
        '{"_type": "few_shot", "examples": [' + rows + '], "example_prompt": {"template": "{a}"},'
        ' "prefix": "p", "suffix": "s"}'
    )
    found = read_prompt_text(text, "few.json", lambda name: [])
    assert sum(len(each.text) for prompt in found.prompts for each in prompt.messages) < 10_000


@pytest.mark.parametrize("count", [3_000, 90_000])
def test_aliases_that_repeat_a_long_text_do_not_explode(count: int, quick: None) -> None:
    from ftgate.readers.prompts import read_prompt_text

    text = f"- &a {{role: user, content: {'x' * 100_000}}}\n" + "- *a\n" * count
    found = read_prompt_text(text, "chat.yaml", lambda name: [])
    assert "more than" in found.defects[0].detail


def test_the_plan_may_be_anything_and_ends_in_a_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.jsonl").write_bytes(LINE)
    for plan in (
        *(b"\0", b"\xff", b"=", b"[" * 5000, b"a = " + b"9" * 5000, b"a = 0x" + b"f" * 5000),
        *(b"a = " + b"[" * 5000 + b"]" * 5000, b"[usage]\nrequests_per_month = " + b"9" * 4299),
        *(b"[rules.FT201]\nmin_examples = " + b"9" * 5000, b"version = 1e99999999999999999999"),
    ):
        (tmp_path / "ftgate.toml").write_bytes(plan)
        assert run(["check", "."]) == 2
        assert "internal error" not in capsys.readouterr().err


@pytest.mark.parametrize("text", ["tool = 3 # [tool.ftgate", "[tool]\nftgate = 3 # [tool.ftgate"])
def test_a_project_file_whose_table_is_none_is_a_clear_error(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text(text)
    (tmp_path / "train.jsonl").write_bytes(LINE)
    assert run(["check", "."]) == 2
    assert "[tool.ftgate] is not a table" in capsys.readouterr().err
