"""Seeded mutation: bytes, lines, JSON values and ``key = value`` lines of known inputs.

The same seed gives the same inputs on every machine.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Sequence
from typing import Any

MAX_BYTES = 100_000
"""Of one input: what is larger is tested by hand, in ``tests/test_hostile_files.py``."""

_TOKENS = (
    *(b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff\x00", b"\r\n", b"\r", b"\n\n"),
    *(b"\xed\xa0\x80", b"\xc0\xaf", b"\xe2\x80\xa8", b"\xc2\x85", b"\xf4\x90\x80\x80", b"\x1b[2J"),
    *(b'"', b"\\", b'\\"', b"\\u0022", b"\\ud800", b"\\udc00", b"\\u0000", b"\\x", b"'", b"`"),
    *(b"{", b"}", b"[", b"]", b"[[", b"]]", b":", b",", b",,", b"{}", b"[]", b"//", b"/*", b"*/"),
    *(b"NaN", b"-Infinity", b"1e999", b"-0", b"1e-999", b"null", b"true", b"0x1f", b"1_000"),
    *(b"9" * 400, b"9" * 5000, b"1.5", b"-1", b"18446744073709551616", b"1979-05-27", b"25:61"),
    *(b"{{", b"}}", b"{%", b"%}", b"{#", b"${", b"{{{", b"{{#x}}", b"{{/x}}", b"{% raw %}", b"---"),
    *(b"&a ", b"*a", b"<<: *a", b"!!python/object:os.system", b"!!binary", b"|", b">", b"? ", b"%"),
    *(b"file://../../etc/passwd", b"file://**", b"file://\x00", b"system:", b"user:\n", b"# "),
    *(b"ftgate: ignore[FT601]", b"<!-- ", b"-->", b"\\n", b"\t", b" ", b"=", b"'''", b'"""'),
    *(b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"PAR1", b"PK\x03\x04", b"outs:\n- md5: a", b"%YAML"),
)
_DEEP = 3000
_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2**63, 2**64, -(10**30), 0.5, 1e308, -1e-320),
    *(float("nan"), float("inf"), "", " ", "\0", "\ud800", "a\u202eb", "\u2028", "x" * 3000),
    *([], {}, [[]], [None], [{}], {"": None}, {"role": 1}, {"content": []}, {"text": None}),
    *([1, "a", None, {}], "1.5", "-1", "1e999", "NaN", "2026-13-45", "0001-01-01", "9999-12-31"),
    *("assistant", "system", "tool", "user", "model", "{{x}}", "{x}", "data:image/png;base64,AAA"),
    *("messages", '{"a": 1}', "[", "{", "https://example.com/a.png", "2026-11-22", "train"),
)
_SETTING = re.compile(rb"(?m)^([ \t]*[\w.\"-]+[ \t]*[=:][ \t]*)(.*)$")


def mutated(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    """``data`` after one to five changes; parts of ``others`` may get into it."""
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 5))):
        data = rng.choices(_CHANGES, _WEIGHTS)[0](data, others, rng)[:MAX_BYTES]
    return data


def _flip(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    del others
    if not data:
        return bytes([rng.randrange(256)])
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8))):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _insert(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    del others
    at = rng.randint(0, len(data))
    return data[:at] + rng.choice(_TOKENS) * rng.choice((1, 1, 1, 1, 2, 40)) + data[at:]


def _replace(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    start, end = _range(data, rng)
    return data[:start] + rng.choice(_TOKENS) + data[end:]


def _delete(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    start, end = _range(data, rng)
    return data[:start] + data[end:]


def _repeat(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    start, end = _range(data, rng)
    return data[:end] + data[start:end] * rng.choice((1, 2, 20, 500)) + data[end:]


def _splice(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    other = rng.choice(others) if others else data
    start, end = _range(other, rng)
    at = rng.randint(0, len(data))
    return data[:at] + other[start:end] + data[at:]


def _cut(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    return data[: rng.randint(0, len(data))]


def _lines(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    lines = data.split(b"\n")
    rng.shuffle(lines)
    return b"\n".join(lines)


def _encode(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    codec = rng.choice(("utf-16", "utf-16-le", "utf-32", "utf-32-be", "utf-8-sig", "utf-7"))
    return data.decode("utf-8", "replace").encode(codec)


def _setting(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    """Another value for one line of TOML or YAML."""
    found = list(_SETTING.finditer(data))
    if not found:
        return _insert(data, others, rng)
    line = rng.choice(found)
    value = rng.choice((_json_text(rng.choice(_VALUES), rng), rng.choice(found)[2]))
    return data[: line.start(2)] + value + data[line.end(2) :]


def _json(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    """One value, key or member changed in one line, or in the whole document."""
    lines = data.split(b"\n")
    at = rng.randrange(len(lines))
    try:
        whole = json.loads(lines[at])
    except (ValueError, RecursionError):
        try:
            whole, lines, at = json.loads(data), [b""], 0
        except (ValueError, RecursionError):
            return _insert(data, others, rng)
    box = [whole]
    _change(box, rng)
    lines[at] = _json_text(box[0], rng)
    return b"\n".join(lines)


def _change(box: list[Any], rng: random.Random) -> None:
    """Change one place of the value in ``box``."""
    holder, key = rng.choice(_places(box))
    kind = rng.randrange(6)
    if kind == 0 and isinstance(holder, dict):
        holder[_key(rng)] = holder.pop(key)
    elif kind == 1 and holder is not box:
        del holder[key]
    elif kind == 2:
        other, place = rng.choice(_places(box))
        holder[key] = json.loads(json.dumps(other[place]))
    elif kind == 3 and isinstance(holder, list) and holder is not box:
        holder.extend([holder[key]] * rng.choice((1, 3, 200)))
    elif kind == 4:
        holder[key] = rng.choice(([holder[key]], {_key(rng): holder[key]}, str(holder[key])[:99]))
    else:
        holder[key] = rng.choice(_VALUES)


def _key(rng: random.Random) -> str:
    return str(rng.choice([*_VALUES, "weight", "name", "tool_calls", "function", "arguments"]))[:99]


def _places(box: list[Any]) -> list[tuple[Any, Any]]:
    """Every (container, key) of the value, at most a few thousand."""
    found: list[tuple[Any, Any]] = []
    stack: list[Any] = [box]
    while stack and len(found) < 2000:
        node = stack.pop()
        pairs = list(node.items() if isinstance(node, dict) else enumerate(node))
        found += [(node, key) for key, _ in pairs]
        stack += [value for _, value in pairs if isinstance(value, (dict, list)) and value]
    return found


def _json_text(value: Any, rng: random.Random) -> bytes:
    text = json.dumps(value)
    if rng.random() < 0.02:
        text = text.replace("[]", "[" * _DEEP + "]" * _DEEP)
    if rng.random() < 0.02:
        text = text.replace(": ", ": 1, ", 1).replace("{", '{"a": 0, "a": 1, ', 1)
    return text.encode()


def _range(data: bytes, rng: random.Random) -> tuple[int, int]:
    start = rng.randint(0, len(data))
    return start, min(len(data), start + rng.choice((1, 2, 4, 16, 64, 512)))


_Change = Callable[[bytes, Sequence[bytes], random.Random], bytes]
_CHANGES: tuple[_Change, ...]
_CHANGES = (_json, _setting, _insert, _replace, _flip, _delete, _splice, _repeat, _cut, _lines)
_CHANGES += (_encode,)
_WEIGHTS = (12, 5, 4, 3, 3, 3, 3, 2, 1, 1, 0.5)
