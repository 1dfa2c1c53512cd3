"""Which of many lines may have a secret or personal data: one look at all of them, in numpy.

Bytes are compared 16 and more at a time, so a line costs a quarter of what
:mod:`~ftgate.content.secrets` needs to find out that there is nothing. What is told here is
necessary, not sufficient: each line named goes there. Small sets do without, for loading numpy
costs more than looking at them.

A key or token is drawn at random, so in 16 characters of it without a space small letters, capitals
and digits take turns three times at least: of 32 hexadecimal digits all but one in a million do.
Amazon's short ids, of capitals with few digits, are told by how they begin.
"""

from __future__ import annotations

import string
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ftgate.content import personal, secrets
from ftgate.content.secret_shapes import ASSIGNMENT

_WORD = 16  # characters of a token in which turns are counted
_TURNS = 3
_DIGITS = 6  # or more, with no more than two characters between any two, are worth a look
_BEFORE, _AFTER = 160, 48  # bytes around them: a number is known by the word before it, too
_URL_BYTES = 310  # from the "://" to the "@"
_EDGE = b"\n" * 64

Flags = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.intp]


def suspects(lines: Sequence[bytes]) -> tuple[set[int], set[int]]:
    """Indices of the lines that may have a secret, and of those that may have personal data."""
    data, codes, ends = _joined(lines)
    if escapes := _lines(_escapes(codes), ends):
        read = (secrets.unescaped(line) if at in escapes else line for at, line in enumerate(lines))
        data, codes, ends = _joined(list(read))
    digits = _at((codes - 48) < 10)
    before, after = codes[digits - 1], codes[digits + 1]
    mails, links = _addresses(data)
    hidden = _tokens(codes, digits, before, after) + _key_ids(codes) + _passwords(data, codes)
    private = _numbers(data, codes, digits, _JOINS[before], _JOINS[after])
    return _lines(hidden + links, ends), _lines(private + mails, ends)


def _joined(lines: Sequence[bytes]) -> tuple[bytes, Bytes, Places]:
    """The lines as one, its bytes as numbers, and where each line ends."""
    data = b"".join((_EDGE, *lines, _EDGE))
    return data, np.frombuffer(data, np.uint8), np.cumsum([*map(len, lines)]) + len(_EDGE)


def _lines(places: list[int], ends: Places) -> set[int]:
    return set(ends.searchsorted(places, side="right").tolist()) if places else set()


def _at(flags: Flags) -> Places:
    return flags.nonzero()[0]


def _escapes(codes: Bytes) -> list[int]:
    """Where an ASCII character is written as ``\\/`` or ``\\u0040``."""
    at = _at(codes == 92)
    second = codes[at + 1]
    coded = at[second == 117]
    ascii_only = (codes[coded + 2] == 48) & (codes[coded + 3] == 48) & (codes[coded + 4] - 50 < 6)
    return [*at[second == 47].tolist(), *coded[ascii_only].tolist()]


def _tokens(codes: Bytes, digits: Places, before: Bytes, after: Bytes) -> list[int]:
    """Where 16 characters of a token may be that look random.

    ``before`` and ``after`` are the characters on both sides of the ``digits``.
    """
    capitals = _at((codes[:-1] >= 97) & ((codes[1:] - 65) < 26))  # behind small letters
    turns = np.concatenate((digits[_LETTERS[before]] - 1, digits[_LETTERS[after]], capitals))
    turns.sort()
    near = turns[_TURNS - 1 :] - turns[: 1 - _TURNS] < _WORD
    places = turns[: 1 - _TURNS][near]
    around = _IN_WORD[codes[places[:, None] + np.arange(1 - _WORD, _WORD)]]
    for step in (1, 2, 4, 8):
        around = around[:, :-step] & around[:, step:]
    return [*places[around.any(axis=1)].tolist()]


def _key_ids(codes: Bytes) -> list[int]:
    """Where an id of an Amazon key may begin: with AKIA or ASIA."""
    third = _at(codes == 73)
    third = third[(codes[third + 1] == 65) & (codes[third - 2] == 65)]
    second = codes[third - 1]
    return [*third[(second == 75) | (second == 83)].tolist()]


def _passwords(data: bytes, codes: Bytes) -> list[int]:
    """Where something is given to a name such as "password", "passphrase", "passcode" or "pwd"."""
    lowered = codes | 32
    s = lowered == 115
    double = _at(s[:-1] & s[1:])
    third = lowered[double + 2]
    double = double[(third == 119) | (third == 112) | (third == 99)]
    short = _at((lowered[:-1] == 112) & (lowered[1:] == 119))
    places = (double - 2).tolist() + short.tolist()
    return [at for at in places if ASSIGNMENT.match(data, at)]


def _addresses(data: bytes) -> tuple[list[int], list[int]]:
    """Where the @ of e-mail addresses is, and that of URLs that may have a password."""
    mails, links = [], []
    at = -1
    while (at := data.find(b"@", at + 1)) >= 0:
        if personal.has_address(data, at):
            mails.append(at)
        if data.rfind(b"://", at - _URL_BYTES, at) >= 0:
            links.append(at)
    return mails, links


def _numbers(data: bytes, codes: Bytes, digits: Places, joins: Flags, joined: Flags) -> list[int]:
    """Where numbers are that may belong to a person.

    ``joins`` and ``joined`` tell whether what is before, and after, a digit may group a number.
    """
    if len(digits) < _DIGITS:
        return []
    chained = joined[:-1] & joins[1:] & (digits[1:] - digits[:-1] <= 3)
    many = _all_of(chained, _DIGITS - 1)
    few = digits[:-3][digits[3:] - digits[:-3] == 4]  # 85T10 of an Italian code, whose others
    few = few[(codes[few + 2] - 65) < 26]  # may be letters
    places = np.concatenate((digits[: len(many)][many], few))
    places.sort()
    found: list[int] = []
    for near in np.split(places, _at(places[1:] - places[:-1] > _AFTER // 2) + 1):
        if len(near) and _has_number(data, int(near[0]), int(near[-1])):
            found += near.tolist()
    return found


def _among(characters: str) -> Flags:
    """By the code of each byte whether it is one of these."""
    return np.array([chr(code) in characters for code in range(256)])


_IN_WORD = np.array([code != 32 for code in secrets.RUNS])
_LETTERS = _among(string.ascii_letters)
_JOINS = _among(string.digits + string.ascii_uppercase + " -.()/")


def _all_of(flags: Flags, count: int) -> Flags:
    """Flags of the places from which on so many neighbours have a flag."""
    found = flags[: len(flags) + 1 - count].copy()
    for step in range(1, count):
        found &= flags[step : len(found) + step]
    return found


def _has_number(data: bytes, first: int, last: int) -> bool:
    """Whether a look at a piece of a line finds a number, or cannot tell."""
    if not personal.may_have(data[first - _WORD : last + _AFTER]):
        return False
    around = data[max(0, first - _BEFORE) : last + _AFTER]
    if b"\\u" in around:
        return True
    text = around.replace(b'": "', b": ").replace(b'":"', b": ").decode("utf-8", "replace")
    return next(personal.find(text), None) is not None
