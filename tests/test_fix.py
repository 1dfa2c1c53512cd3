"""What fixing does to the bytes of a file, and what it leaves alone."""

from __future__ import annotations

import io
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftgate.fixing import Fixes, FixReport, fix_file, preview_file
from ftgate.fixing.lines import read_lines
from ftgate.readers.jsonl import read_jsonl

BOM = b"\xef\xbb\xbf"
A = b'{"text": "a"}'
B = b'{"text":"b" , "n":1.50}'


def fixed(
    folder: Path, data: bytes, fixes: Fixes | None = None, name: str = "train.jsonl"
) -> tuple[bytes, FixReport]:
    file = folder / name
    file.write_bytes(data)
    report = fix_file(file, fixes or Fixes())
    return file.read_bytes(), report


@pytest.mark.parametrize(
    ("data", "result", "repairs"),
    [
        (b"\xef\xbb\xbf" + A + b"\n", [A], {"byte order mark": 1}),
        (A + b"\r\n" + B + b"\r\n", [A, B], {"CRLF line ending": 2}),
        (A + b"\n\n \t\n" + B + b"\n\n", [A, B], {"blank line": 3}),
        (A + b"\n" + B, [A, B], {"missing newline at the end": 1}),
        (A + b",\n" + B + b",\n", [A, B], {"trailing comma": 2}),
        (b'{"text": ["a", ], }\n', [b'{"text":["a"]}'], {"trailing comma": 2}),
        (b"// why\n" + A + b" // this\n", [A], {"comment": 2}),
        (b'{"text": /* b */ "a"}\n', [b'{"text":"a"}'], {"comment": 1}),
        (b"/* why\n   not */\n" + A + b"\n", [A], {"comment": 1}),
        (A + b"\n " + A + b"\n" + B + b"\n", [A, B], {"duplicate": 1}),
        (A + B + b"\n", [A, B], {"joined line": 1}),
        (b"[" + A + b", " + B + b"]", [A, B], {"JSON array": 1}),
        (b"[\n" + A + b",\n" + B + b",\n]\n", [A, B], {"JSON array": 1, "trailing comma": 1}),
        (b'{"data": [' + A + b"," + B + b"]}\n", [A, B], {"JSON array": 1}),
        (b'[\n  {\n    "text": "a"\n  }\n]', [b'{"text":"a"}'], {"JSON array": 1}),
        (
            BOM + b'// v1\n{ "rows": [{"text": "a",} /* one */ ], } // end',
            [b'{"text":"a"}'],
            {"JSON array": 1, "byte order mark": 1, "comment": 3, "trailing comma": 2},
        ),
        (
            b'{\n  "text": "a b"\n}\n{\n  "text": "c"\n}\n',
            [b'{"text":"a b"}', b'{"text":"c"}'],
            {"pretty-printed record": 2},
        ),
    ],
)
def test_a_repair(
    data: bytes, result: list[bytes], repairs: dict[str, int], tmp_path: Path
) -> None:
    content, report = fixed(tmp_path, data)
    assert content == b"".join(line + b"\n" for line in result)
    assert report.repairs == repairs
    assert report.changed


@pytest.mark.parametrize(
    "data",
    [
        A + b"\n" + B + b"\n",
        b'  {"text" : "\\u00e9 // no, ]"}\t\n',
        b'{"text": "a", "n": NaN}\n',
        b'{"text": "a", "text": "b"}\n',
        A + b'\n{"text": "cut o\n' + B + b"\n",
        A + b'\n{"text": 1 2}\n',
        A + b'\n{"text": 1/**/2}\n',
        A + b'\n{"text": [,]}\n',
        A + b'\n{"text": [1,,]}\n',
        A + b'\n["a"]\n"b"\n7\n',
        A + b"\n[\n " + A + b",\n " + B + b"\n]\n",
        A + b'\n{"role": "user"}\n{"role": "user"}\n',
        b'{"data": [' + A + b'], "version": 1}\n',
        A + b"\n[" + A + b"]\n",
    ],
    ids=range(14),
)
def test_what_has_no_repair_keeps_its_bytes(data: bytes, tmp_path: Path) -> None:
    content, report = fixed(tmp_path, data)
    assert content == data
    assert not report.changed


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "0 bytes"),
        (b"prompt,completion\na,b\n\nc,d\n", "comma-separated values"),
        (b"\x1f\x8b\x08\x00rest", "compressed"),
        (A.decode().encode("utf-16"), "UTF-16"),
        (b"version https://git-lfs.github.com/spec/v1\noid x\n\nsize 1\n", "LFS"),
        (b"[" + A + b",\n\n" + B, "no record"),
        (b'[{"role": "user", "content": "a"},\n\n{"role": "assistant"}]', "no record"),
        (b"bad\n\n", "no record"),
        (b"[" + A + b"] and more\n\n", "no record"),
        (b"[" + A + b" " + B + b"]\n\n", "no record"),
        (b"[" + A + b",, " + B + b"]\n\n", "no record"),
        (b"[" + A + b", 7]\n\n", "no record"),
        (b"[" + A + b', {"text": 1 2}]\n\n', "no record"),
        (b'[{"text": "cut', "no record"),
        (b'[{"text": "two\nlines"}]', "no record"),
        (b'[{"text": /', "no record"),
        (b'{"data": [' + A + b"],\n\n" + b'"version": 1}', "no record"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_training_set_is_left_alone(data: bytes, why: str, tmp_path: Path) -> None:
    content, report = fixed(tmp_path, data)
    assert content == data
    assert why in report.skipped
    assert not report.changed


def test_a_file_that_is_not_named_like_data_is_not_guessed_at(tmp_path: Path) -> None:
    data = b"# Notes\n\n" + A + b"\n"
    content, report = fixed(tmp_path, data, name="NOTES.md")
    assert content == data
    assert "not named like a training set" in report.skipped


def test_a_mark_that_the_provider_asks_for_stays(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbf" + A + b"\n"
    assert fixed(tmp_path, data, Fixes(keep_byte_order_mark=True))[0] == data
    array = b"\xef\xbb\xbf[" + A + b"]"
    assert fixed(tmp_path, array, Fixes(keep_byte_order_mark=True))[0] == data


def test_numbers_and_escapes_of_a_repaired_record_are_copied_as_text(tmp_path: Path) -> None:
    record = '{"text":"\\u00e9é","n":[12345678901234567890123,1.10,1E400,-0.0]}'
    content, _ = fixed(tmp_path, record[:-1].encode() + b", /* x */ }\n")
    assert content.decode() == record + "\n"


def test_a_cut_off_document_does_not_take_its_neighbours_with_it(tmp_path: Path) -> None:
    data = b'{"messages": [\n  {"role": "user"},\n  {"role": "user"},\n\n' + A + b"\n" + A + b"\n"
    content, report = fixed(tmp_path, data)
    assert content == b'{"messages": [\n  {"role": "user"},\n  {"role": "user"},\n' + A + b"\n"
    assert report.repairs == {"blank line": 1, "duplicate": 1}
    assert report.invalid == 3


def test_a_hostile_file_is_not_read_again_and_again() -> None:
    lines = [b"[\n"] * 20_000 + [b'{"a": [\n', b"1,\n" * 1000] * 20
    stream = io.BytesIO(b"".join(lines))
    # Reading again from every bracket would take minutes.
    assert b"".join(piece.text for piece in read_lines(stream)) == stream.getvalue()


def test_a_line_of_a_log_at_the_start_is_no_array(tmp_path: Path) -> None:
    content, report = fixed(tmp_path, b"[INFO] start\n\n" + A + b"\n")
    assert content == b"[INFO] start\n" + A + b"\n"
    assert report.invalid == 1


def test_an_array_is_read_in_windows_and_strings_are_never_cut(tmp_path: Path) -> None:
    records = [{"text": ']}\\" // é' * (index % 9) + str(index)} for index in range(20_000)]
    content, _ = fixed(tmp_path, json.dumps(records, ensure_ascii=False, indent=1).encode())
    assert [json.loads(line) for line in content.splitlines()] == records


def test_an_element_may_be_longer_than_a_window(tmp_path: Path) -> None:
    long = b'{"text": "' + b"x, /*" * 700_000 + b'"}'
    content, _ = fixed(tmp_path, b"[ " + A + b" /* " + b"y" * 2_000_000 + b" */, " + long + b" ]")
    assert content == A + b"\n" + long + b"\n"


def test_an_array_on_one_line_is_never_held_as_a_whole(tmp_path: Path) -> None:
    file = tmp_path / "train.jsonl"
    records = (b'{"text": "%d %b"}' % (number, b"x" * 9000) for number in range(2500))
    file.write_bytes(b"[" + b", ".join(records) + b"]")
    tracemalloc.start()
    report = preview_file(file, lambda piece: None)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert report.repairs == {"JSON array": 1}
    assert peak < file.stat().st_size / 3


def test_a_preview_reports_the_same_and_writes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "train.jsonl"
    file.write_bytes(A + b"\n\n" + A)
    pieces: list[Any] = []
    preview = preview_file(file, pieces.append)
    assert b"".join(piece.old for piece in pieces) == file.read_bytes() == A + b"\n\n" + A
    assert fix_file(file) == preview


# -- properties -------------------------------------------------------------------------------

TEXTS = ["a", "b", 'say "hi"', "é\u2028", "//", "[{", "*/"]
RECORDS = st.builds(
    lambda text, number: json.dumps({"text": text, "n": number}, ensure_ascii=False).encode(),
    st.sampled_from(TEXTS),
    st.sampled_from([0, 1.5, 10**25]),
)
INVALID = st.sampled_from([b"1", b'"a": 1,', b"]}", b"\xff", b'["a"]', b"'x'", b'{"text": "cut'])
BLANK = st.sampled_from([b"", b" ", b"\t"])
OPENING = st.sampled_from(
    [
        b"{",
        b"[",
        b" {",
        b'{"text":[',
        b'"text": [',
        b"/*",
        b"*/",
        b"}",
        b" ],",
        b",",
        b"\xef\xbb\xbf",
    ]
)
COMMENT = st.sampled_from([b"// c", b"/* c */", b"{} // c", b"/* c\n */"])
PRINTED = RECORDS.map(lambda line: json.dumps(json.loads(line), indent=2).encode())
COMMAS = RECORDS.map(lambda line: line + b",")
ARRAYS = st.lists(st.one_of(RECORDS, PRINTED), min_size=1, max_size=5).map(
    lambda each: b"[" + b",\n".join(each) + b"]"
)


def lines_of(*kinds: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    endings = st.sampled_from([b"\n", b"\n", b"\r\n"])
    lines = st.lists(st.tuples(st.one_of(kinds), endings), max_size=12)
    return lines.map(lambda each: b"".join(line + end for line, end in each))


def records_of(data: bytes) -> list[bytes]:
    return [line.raw.strip() for line in read_jsonl(io.BytesIO(data)) if line.record is not None]


ANYTHING = lines_of(RECORDS, RECORDS, COMMAS, PRINTED, INVALID, BLANK, OPENING, COMMENT)


@given(st.one_of(ANYTHING, ARRAYS))
def test_fixing_again_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    folder = tmp_path_factory.getbasetemp()
    once, first = fixed(folder, data)
    twice, second = fixed(folder, once)
    assert twice == once
    assert (second.changed, second.repairs) == (False, {})
    assert first.changed == bool(first.repairs) == (once != data)


@given(lines_of(RECORDS, RECORDS, INVALID, BLANK))
def test_the_records_stay_in_order_but_for_those_that_are_reported_as_dropped(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    content, report = fixed(tmp_path_factory.getbasetemp(), data)
    before, after = records_of(data), records_of(content)
    assert after == list(dict.fromkeys(before)) or report.skipped
    assert len(before) - len(after) == report.dropped


@given(st.lists(st.one_of(RECORDS, PRINTED), min_size=1, max_size=8), st.booleans())
def test_records_mean_the_same_after_any_change_of_layout(
    tmp_path_factory: pytest.TempPathFactory, texts: list[bytes], array: bool
) -> None:
    data = b"[" + b",".join(texts) + b"]" if array else b"\n".join(texts)
    content, report = fixed(tmp_path_factory.getbasetemp(), data)
    wanted = [json.loads(text) for text in texts]
    found = [json.loads(line) for line in content.splitlines()]
    assert len(found) == len(wanted) - report.dropped
    assert _once_each(found) == _once_each(wanted)


def _once_each(values: list[Any]) -> list[Any]:
    return [value for index, value in enumerate(values) if value not in values[:index]]
