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

import itertools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ftgate.content import personal, secrets

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
    if escapes := _lines(_escapes(codes).tolist(), ends):
        read = (secrets.unescaped(line) if at in escapes else line for at, line in enumerate(lines))
        data, codes, ends = _joined(list(read))
    digits = (codes - 48) < 10
    mails, links = _addresses(data, codes)
    hidden = (*_tokens(codes, digits), *_passwords(codes).tolist(), *links)
    return _lines(hidden, ends), _lines((*_numbers(data, codes, digits), *mails), ends)


def _lines(places: Sequence[int], ends: Places) -> set[int]:
    return set(np.searchsorted(ends, places, side="right").tolist())


def _joined(lines: Sequence[bytes]) -> tuple[bytes, Bytes, Places]:
    """The lines as one, its bytes as numbers, and where each line ends."""
    data = _EDGE + b"".join(lines) + _EDGE
    return data, np.frombuffer(data, np.uint8), np.cumsum([*map(len, lines)]) + len(_EDGE)


def _escapes(codes: Bytes) -> Places:
    """Where an ASCII character is written as ``\\/`` or ``\\u0040``."""
    at = np.flatnonzero(codes == 92)
    second = codes[at + 1]
    coded = at[second == 117]
    ascii_only = (codes[coded + 2] == 48) & (codes[coded + 3] == 48) & (codes[coded + 4] - 50 < 6)
    return np.concatenate((at[second == 47], coded[ascii_only]))


def _tokens(codes: Bytes, digits: Flags) -> list[int]:
    """Where 16 characters of a token may be that look random, or a key id of Amazon's."""
    capitals = (codes - 65) < 26
    letters = ((codes | 32) - 97) < 26
    turns = digits[:-1] & letters[1:]
    turns |= letters[:-1] & digits[1:]
    turns |= (capitals[:-1] < letters[:-1]) & capitals[1:]
    at = np.flatnonzero(turns)
    near = at[_TURNS - 1 :] - at[: 1 - _TURNS] < _WORD
    places = at[: 1 - _TURNS][near]
    around = _IN_WORD[codes[places[:, None] + np.arange(-_WORD, 2 * _WORD)]]
    for step in (1, 2, 4, 8):
        around = around[:, :-step] & around[:, step:]
    amazon = np.flatnonzero((codes[:-1] == 73) & (codes[1:] == 65))  # AKIA, ASIA
    before = codes[amazon - 1]
    amazon = amazon[(codes[amazon - 2] == 65) & ((before == 75) | (before == 83))]
    return [*places[around.any(axis=1)].tolist(), *amazon.tolist()]


_IN_WORD = np.array([secrets.RUNS[code] != 32 for code in range(256)])


def _passwords(codes: Bytes) -> Places:
    """Where "password", "passphrase", "passcode" and "pwd" are, and words with such a middle."""
    lowered = codes | 32
    s = lowered == 115
    double = np.flatnonzero(s[:-1] & s[1:])
    short = np.flatnonzero((lowered[:-1] == 112) & (lowered[1:] == 119))
    third = lowered[double + 2]
    double = double[(third == 119) | (third == 112) | (third == 99)]
    return np.concatenate((double, short[lowered[short + 2] == 100]))


def _addresses(data: bytes, codes: Bytes) -> tuple[list[int], list[int]]:
    """Where the @ of e-mail addresses is, and that of URLs that may have a password."""
    mails, links = [], []
    for at in np.flatnonzero(codes == 64).tolist():
        if personal.has_address(data, at):
            mails.append(at)
        if data.rfind(b"://", at - _URL_BYTES, at) >= 0:
            links.append(at)
    return mails, links


def _numbers(data: bytes, codes: Bytes, digits: Flags) -> list[int]:
    """Where numbers are that may belong to a person."""
    at = np.flatnonzero(digits)
    if len(at) < _DIGITS:
        return []
    gap = at[1:] - at[:-1]
    joined = _JOINS[codes[at + 1]][:-1] & _JOINS[codes[at - 1]][1:] & (gap <= 3)
    many = _all_of(joined, _DIGITS - 1)
    few = at[:-3][at[3:] - at[:-3] == 4]  # 85T10 of an Italian code, whose others may be letters
    few = few[(codes[few + 2] - 65) < 26]
    places = np.union1d(at[: len(many)][many], few)
    starts = np.flatnonzero(np.diff(places, prepend=-_AFTER) > _AFTER // 2).tolist()
    found: list[int] = []
    for start, end in itertools.pairwise([*starts, len(places)]):
        if _has_number(data, int(places[start]), int(places[end - 1])):
            found += places[start:end].tolist()
    return found


_JOINS = np.array(
    [chr(code) in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ -.()/" for code in range(256)]
)


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
