"""CSV rows as lines: numbers, offsets, quoting, and what is wrong with a row."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from ftgate.readers.jsonl import Line
from ftgate.readers.table import read_table


def rows(data: bytes, **limits: int) -> list[Line]:
    return list(read_table(io.BytesIO(data), **limits))


def kinds(data: bytes, **limits: int) -> list[tuple[int, list[str]]]:
    return [(row.number, [each.kind for each in row.problems]) for row in rows(data, **limits)]


def test_the_header_names_the_columns_and_is_no_record() -> None:
    (row,) = rows(b"prompt,completion\nHi,Hello\n")
    assert row == Line(2, 18, b"Hi,Hello\n", {"prompt": "Hi", "completion": "Hello"}, [], False)


def test_a_quoted_field_may_span_lines_and_the_next_number_counts_them() -> None:
    found = rows(b'a,b\r\n"one\r\ntwo","say ""hi"", ok"\r\nx,y\r\n')
    assert [row.number for row in found] == [2, 4]
    assert found[0].record == {"a": "one\r\ntwo", "b": 'say "hi", ok'}


def test_a_row_that_does_not_fit_the_header_is_invalid_and_the_next_is_read() -> None:
    found = rows(b'a,b\nx\n1,2,3\n"x" y,z\nu,v\n')
    assert [[each.kind for each in row.problems] for row in found] == [["bad-field"]] * 3 + [[]]
    assert [row.record for row in found] == [None, None, None, {"a": "u", "b": "v"}]


def test_a_quote_that_never_closes_is_reported_where_it_opens() -> None:
    assert kinds(b'a,b\nu,v\n"x,y\n1,2\n') == [(2, []), (3, ["bad-field"])]


def test_blank_rows_are_blank() -> None:
    found = rows(b"a,b\n\n1,2\n \r\n")
    assert [row.blank for row in found] == [True, False, True]
    assert [each.kind for each in found[0].problems] == ["blank-line"]


def test_a_byte_order_mark_is_noted_and_is_not_part_of_the_first_column() -> None:
    (row,) = rows(b"\xef\xbb\xbfa,b\n1,2\n")
    assert row.record == {"a": "1", "b": "2"}
    assert [each.kind for each in row.problems] == ["byte-order-mark"]


def test_bytes_that_are_not_utf8_spoil_their_row_only_and_are_located() -> None:
    found = rows(b"a,b\nx,\xff\ny,z\n")
    assert found[0].record is None
    assert found[0].problems[0].detail == "byte 0xff at file offset 6 is not UTF-8"
    assert found[1].record == {"a": "y", "b": "z"}


def test_utf16_is_named_once() -> None:
    assert kinds("a,b\n1,2\n".encode("utf-16")) == [(1, ["not-utf8"])]


def test_a_column_that_is_named_twice_is_a_problem_of_the_header() -> None:
    assert kinds(b"a,a\n1,2\n") == [(1, ["bad-field"]), (2, [])]


def test_a_row_that_is_too_long_is_skipped_whole() -> None:
    long, good = rows(b"a,b\n1," + b"x" * 100 + b"\n3,4\n", max_line_bytes=80)
    assert [each.detail for each in long.problems] == ["103 bytes; limit 80"]
    assert long.raw == b""
    assert (good.number, good.offset, good.record) == (3, 107, {"a": "3", "b": "4"})


def test_a_quoted_field_over_many_lines_is_not_held_beyond_the_limit() -> None:
    first = rows(b'a,b\n"' + b"y\n" * 60 + b'",5\n', max_line_bytes=80)[0]
    assert (first.number, [each.kind for each in first.problems]) == (2, ["line-too-long"])


def test_fields_beyond_the_limit_of_the_standard_library_are_read() -> None:
    (row,) = rows(b"a,b\n1," + b"x" * 200_000)
    assert row.record is not None
    assert len(row.record["b"]) == 200_000


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=8), st.sampled_from(["\n", "\r\n"]))
def test_what_a_csv_writer_wrote_is_read_back(pairs: list[tuple[str, str]], end: str) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end, quoting=csv.QUOTE_ALL).writerows([("a", "b"), *pairs])
    data = text.getvalue().encode()
    found = rows(data)
    assert [tuple((row.record or {}).values()) for row in found] == pairs
    assert all(data[row.offset :].startswith(row.raw) for row in found)
    assert all(data[: row.offset].count(b"\n") == row.number - 1 for row in found)


@given(st.binary(max_size=80))
def test_any_bytes_are_read_without_an_error_and_no_row_is_lost(data: bytes) -> None:
    found = rows(data)
    numbers = [row.number for row in found]
    assert numbers == sorted(set(numbers))
    assert all((row.record is None) == bool(row.blank or _invalid(row)) for row in found)


def _invalid(row: Line) -> bool:
    return any(each.kind != "byte-order-mark" for each in row.problems)
