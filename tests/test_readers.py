"""The JSON Lines reader against jsonlines and the standard library."""

from __future__ import annotations

import io
import json
import tracemalloc
from typing import Any

import jsonlines
import orjson
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from ftgate.formats.openai_chat import plain_turns
from ftgate.readers import jsonl
from ftgate.readers.jsonl import Line, read_jsonl
from ftgate.readers.keys import is_plain_chat, may_repeat_key
from ftgate.readers.sniff import wide_encoding

SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text()
SCALARS = SCALARS | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5
)
RECORDS = st.lists(st.dictionaries(st.text(), VALUES), max_size=5)


def read(data: bytes, **options: int) -> list[Line]:
    return list(read_jsonl(io.BytesIO(data), **options))


def only(data: bytes) -> tuple[dict[str, Any] | None, list[str], list[str]]:
    """Record, kinds and details of the only line."""
    (line,) = read(data)
    return line.record, [p.kind for p in line.problems], [p.detail for p in line.problems]


LINES = [
    b'{"a": 1}\n',
    b"\n",
    b"null\r\n",
    b'{"a": 1, "a": 2}\n',
    b"x" * 40 + b"\n",
    b"\xff\xfe{\n",
]


@given(
    lines=st.lists(st.sampled_from(LINES), max_size=12),
    bytes_=st.integers(1, 60),
    count=st.integers(1, 4),
    limit=st.sampled_from([8, 30, 100]),
)
def test_lines_are_the_same_however_many_are_read_at_a_time(
    lines: list[bytes], bytes_: int, count: int, limit: int
) -> None:
    data = b"".join(lines)
    at_once = read(data, max_line_bytes=limit)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jsonl, "_BLOCK_LINES", count)
        blocks = list(jsonl.read_blocks(io.BytesIO(data), max_line_bytes=limit, block_bytes=bytes_))
    assert [line for block in blocks for line in block.lines()] == at_once
    if at_once and at_once[-1].raw:
        assert blocks[-1].end == at_once[-1].offset + len(at_once[-1].raw)


# -- on valid input: the same as jsonlines -----------------------------------------------------


@given(records=RECORDS, ascii_only=st.booleans(), end=st.sampled_from(["\n", "\r\n"]))
def test_valid_records_equal_those_of_jsonlines(
    records: list[dict[str, Any]], ascii_only: bool, end: str
) -> None:
    texts = [
        json.dumps({**r, "line": n}, ensure_ascii=ascii_only) for n, r in enumerate(records, 1)
    ]
    data = "".join(text + end for text in texts).encode()
    lines = read(data)
    assert [line.record for line in lines] == list(
        jsonlines.Reader(io.BytesIO(data), loads=orjson.loads)
    )
    assert [line.number for line in lines] == [line.record["line"] for line in lines if line.record]
    assert not any(line.problems for line in lines)


def test_line_numbers_are_those_that_jsonlines_names() -> None:
    data = b'{"a": 1}\n\n{"a": \n{"a": 2}\n'
    with pytest.raises(jsonlines.InvalidLineError) as caught:
        list(jsonlines.Reader(io.BytesIO(data), loads=orjson.loads).iter(skip_empty=True))
    assert [line.number for line in read(data) if line.problems and not line.blank] == [
        caught.value.lineno
    ]


# -- on any bytes: the same verdict as the standard library -------------------------------------


def oracle(raw: bytes) -> tuple[str, bool]:
    """Whether a line is blank, invalid or a record, and whether it repeats a key."""
    repeated = False

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal repeated
        repeated |= len(found) != len(dict(found))
        return dict(found)

    body = raw.removeprefix(b"\xef\xbb\xbf")
    if not body.strip(b" \t\r\n"):
        return "blank", False
    try:
        value = json.loads(body.decode(), object_pairs_hook=pairs)
    except ValueError:
        return "invalid", False
    return "record" if isinstance(value, dict) else "invalid", repeated


@st.composite
def nearly_json(draw: st.DrawFn) -> bytes:
    """Lines of JSON of which a few bytes were replaced."""
    records = draw(RECORDS)
    ascii_only = draw(st.booleans())
    texts = [json.dumps(record, ensure_ascii=ascii_only) for record in records]
    data = bytearray("\n".join(texts).encode())
    noise = [b"", b"\n", b'"', b"\\", b"{", b"}", b":", b",", b"NaN", b"1e999", b"\xff", b"\x0c"]
    noise += [
        b"\xed\xa0\x80",
        b"\\ud800",
        b"\xef\xbb\xbf",
        b"\r",
        "\u2028".encode(),
        b'{"a":1,"a":2}',
    ]
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(data)))
        data[at : at + draw(st.integers(0, 2))] = draw(st.sampled_from(noise))
    return bytes(data)


@given(data=st.binary() | nearly_json())
@example(data=b'{"a": 1}\n\x0c\n \t\r\n[]\nnull\n"x"\n{"b": 1e400}\n{"c": -Infinity}')
@example(data="{}\x85{}\n{}\u2028{}\n{}\r{}\n".encode())
def test_any_bytes_are_judged_like_the_standard_library(data: bytes) -> None:
    assume(wide_encoding(data.split(b"\n")[0]) is None)
    lines = read(data)
    for line in lines:
        verdict = "blank" if line.blank else "invalid" if line.record is None else "record"
        repeated = "duplicate-key" in [problem.kind for problem in line.problems]
        assert (verdict, repeated) == oracle(line.raw)
        assert verdict == "record" or line.problems
    # Every byte belongs to one line, and every line is an example, invalid or blank.
    assert b"".join(line.raw for line in lines) == data
    assert [data[line.offset :].startswith(line.raw) for line in lines] == [True] * len(lines)
    assert [line.number for line in lines] == list(range(1, len(io.BytesIO(data).readlines()) + 1))


KEYS = ['"a"', '"b"', '"a "', r'"\u0061"', r'"\\"', r'"\""', '"a:"', '"messages"']
LEAVES = [
    "1",
    "true",
    '""',
    '":"',
    r'"\":"',
    r'"\\"',
    r'"say \"a\": x"',
    r'"\u0022"',
    r'"\\u0022"',
    r'"\\\""',
    '"{"',
    '"é"',
]
SPACES = st.sampled_from(["", " ", "\t "])


def objects(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    member = st.tuples(st.sampled_from(KEYS), SPACES, SPACES, inner).map(
        lambda parts: f"{parts[0]}{parts[1]}:{parts[2]}{parts[3]}"
    )
    return st.lists(member, max_size=3).map(lambda members: "{" + ",".join(members) + "}")


DOCUMENTS = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: (
        objects(inner) | st.lists(inner, max_size=3).map(lambda values: f"[{','.join(values)}]")
    ),
    max_leaves=10,
)


@given(text=objects(DOCUMENTS))
@example(text='{"messages":["ab"],"messages":[{"a":1},{}]}')
@example(text='{"messages":[{"role":1,"role":2,"content":3},{"role":1,"content":2}]}')
@example(text=r'{"a":"\u0022\u0022","a":"\\u0022"}')
@example(text=r'{"a":"\\u0022\\u0022"}')
def test_repeated_keys_are_found(text: str) -> None:
    raw = text.encode()
    repeated = oracle(raw)[1]
    assert may_repeat_key(raw, orjson.loads(raw)) or not repeated
    if r"\\u0022" not in text:
        assert may_repeat_key(raw, orjson.loads(raw)) == repeated
    assert ("duplicate-key" in only(raw)[1]) == repeated


CONTENTS = ["a", r"\"", r"\u0022", r"\\u0022", r"\"\u0022", 4 * r"\u0022"]
MESSAGES = st.builds(
    '{{"role":"{}",{}"content":"{}"{}}}'.format,
    st.sampled_from(["user", "assistant"]),
    st.sampled_from(["", '"role":"a",', r'"\u0072ole":"",', r'"content":"\u0022\u0022",']),
    st.sampled_from(CONTENTS),
    st.sampled_from(["", ',"content":"b"', r',"content":"\"\u0022"', ',"role":"assistant"']),
)

MASKED = r'{"role":"assistant","content":"a","content":"\u0022\u0022\u0022\u0022"}'


@given(messages=st.lists(MESSAGES, min_size=1, max_size=3), more=st.sampled_from(["", '"a":1,']))
@example(messages=['{"role":"assistant","content":"a"}'], more='"messages":[],')
@example(messages=[MASKED], more="")
def test_a_plain_chat_line_repeats_no_key(messages: list[str], more: str) -> None:
    raw = f'{{{more}"messages":[{",".join(messages)}]}}'.encode()
    turns, quotes = plain_turns(orjson.loads(raw))
    if turns and is_plain_chat(raw, len(turns), quotes):
        assert not oracle(raw)[1]
        assert not may_repeat_key(raw, orjson.loads(raw))


def test_records_too_deep_to_be_written_again_are_read() -> None:
    deep = b'{"a":' * 400 + b'"x"' + b"}" * 400
    record, kinds, _ = only(deep)
    assert record == orjson.loads(deep)
    assert kinds == []


# -- what each problem says -----------------------------------------------------------------------


def test_byte_order_mark_is_a_problem_and_the_record_is_read() -> None:
    assert only(b'\xef\xbb\xbf{"a": 1}\n')[:2] == ({"a": 1}, ["byte-order-mark"])


def test_duplicate_key_is_named_by_its_path() -> None:
    record, kinds, details = only(
        b'{"messages": [{"role": "user", "content": "a", "content": "z"}]}'
    )
    assert record == {"messages": [{"role": "user", "content": "z"}]}
    assert (kinds, details) == (["duplicate-key"], ["messages[0].content"])


def test_the_outermost_of_nested_duplicates_is_named() -> None:
    assert only(b'{"x": {"a": {"b": 1, "b": 2}, "a": 3}}')[2] == ["x.a"]


def test_keys_that_are_not_plain_words_stay_out_of_messages() -> None:
    assert only(b'{"a b\\u001b[31m": 1, "a b\\u001b[31m": 2}')[2] == ["(key)"]


@pytest.mark.parametrize("number", [b"NaN", b"-Infinity", b"1e999", b"9" * 400, b"9" * 5000])
def test_numbers_that_are_not_finite_are_kept_and_reported(number: bytes) -> None:
    record, kinds, _ = only(b'{"a": ' + number + b"}")
    assert record is not None
    assert kinds == ["non-finite-number"]


def test_lone_surrogate_is_kept_and_placed() -> None:
    record, kinds, details = only(b'{"m": [{"content": "cut \\ud83d"}]}')
    assert record == {"m": [{"content": "cut \ud83d"}]}
    assert (kinds, details) == (["lone-surrogate"], ["\\ud83d in m[0].content"])


def test_broken_utf8_is_placed_in_the_file() -> None:
    lines = read(b'{"a": 1}\n{"a": "caf\xe9"}\n')
    assert lines[1].problems[0].detail == "byte 0xe9 at file offset 19 is not UTF-8"
    assert lines[1].record is None


def test_truncated_last_line_says_so() -> None:
    record, kinds, details = only(b'{"messages": [{"role": "us')
    assert (record, kinds) == (None, ["invalid-json"])
    assert details[0].startswith("cut off")


def test_deep_nesting_is_a_finding() -> None:
    assert only(b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}")[:2] == (None, ["invalid-json"])


def test_what_only_the_strict_parser_refuses_is_invalid(monkeypatch: pytest.MonkeyPatch) -> None:
    def lenient(text: str, **hooks: Any) -> dict[str, Any]:
        return {}

    monkeypatch.setattr(json, "loads", lenient)  # newer Pythons read any depth
    record, kinds, details = only(b'{"a":' + b"[" * 2000 + b"]" * 2000 + b"}")
    assert (record, kinds) == (None, ["invalid-json"])
    assert details[0]


@pytest.mark.parametrize("text", ["[1]", "null", '"x"', "3", "true"])
def test_a_line_that_is_no_object_is_invalid(text: str) -> None:
    assert only(text.encode())[:2] == (None, ["not-an-object"])


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_wide_encodings_are_one_finding_for_the_file(encoding: str) -> None:
    data = ('{"a": 1}\n' * 1000).encode(encoding)
    record, kinds, details = only(data)
    assert (record, kinds) == (None, ["not-utf8"])
    assert encoding[:6].upper() in details[0]


def test_long_lines_are_skipped_and_the_rest_is_read() -> None:
    long = b'{"a": "' + b"x" * 50 + b'"}\r\n'
    lines = read(b'{"a":1}\n' + long + b'{"b": "123456"}\r\n{"c":1}', max_line_bytes=15)
    assert [(line.number, line.record) for line in lines] == [
        (1, {"a": 1}),
        (2, None),
        (3, {"b": "123456"}),
        (4, {"c": 1}),
    ]
    assert [problem.kind for problem in lines[1].problems] == ["line-too-long"]
    assert lines[2].offset == 8 + len(long)


def test_memory_does_not_grow_with_a_line_without_end() -> None:
    class Endless(io.RawIOBase):
        left = 64 << 20

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            size = min(len(buffer), self.left)
            buffer[:size] = b"x" * size
            self.left -= size
            return size

    tracemalloc.start()
    (line,) = read_jsonl(io.BufferedReader(Endless()), max_line_bytes=1 << 20)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [problem.kind for problem in line.problems] == ["line-too-long"]
    assert peak < 8 << 20
