"""Secrets and personal data in one record: kinds and masked fingerprints, never the text.

Nearly every line has neither, so the price of the search is that of finding out that there is
nothing: :func:`inspect` looks at the bytes of the line with a few operations that run in C
(``translate`` into classes of characters, then ``in``) and parses only lines that may have
something. What is found there is confirmed by shape, checksum and a test for placeholders.

Why not a library: detect-secrets takes 25 s of CPU for 20 MB of JSON Lines and misses OpenAI's
project keys; gitleaks is a Go program, whose rule file (MIT) served as a checklist of kinds;
presidio needs a language model, 320 MB in all. Engines such as hyperscan and google-re2 are
binary wheels, which a hook can do without at this speed (``benchmarks/bench_secrets.py``). Check
digits of national numbers come from python-stdnum (:mod:`ftgate.content.national`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ftgate.content import personal
from ftgate.content.masks import PASSWORD, PERSONAL, SECRET, by_weight, masked_secret, masked_value
from ftgate.content.patterns import lazy, lazy_bytes
from ftgate.content.secret_shapes import (
    AWS_SECRET,
    DISCORD,
    KEY_NAMES,
    PASSWORD_NAMES,
    PLACES,
    TOKENS,
    assignments,
)
from ftgate.content.walk import texts
from ftgate.model import Example, Problem

_WORD = b"x" * 16  # tokens, keys and whatever is random have a run of so many characters
RUNS = bytes(
    32 if code <= 32 or code >= 127 or chr(code) in "\"'`<>,;|(){}[]\\" else 120
    for code in range(256)
)
_DIGIT = lazy_bytes(rb"[0-9]")
# "password", "passphrase", "passcode" and "pwd" have three of these letters, English words do not.
_PASSWORD = b"ppp"
_PASSWORD_LETTERS = bytes(112 if chr(code) in "pPsSwWcCdD" else 32 for code in range(256))
_AWS = ("AKIA", "ASIA")
_NEEDLES = lazy_bytes(b"|".join(sorted({re.escape(shape.needle.encode()) for shape in TOKENS})))
_PLACES = tuple({shape.needle.encode(): 0 for shape in PLACES if "://" not in shape.needle})
_URL = lazy_bytes(rb"://[^\s/@\"]{0,100}:[^\s/@\"]{3,200}@")
# Conversations about generating passwords show some, and these are nobody's.
_GENERATOR = lazy_bytes(rb"generat|random|strong password", re.IGNORECASE)
_ESCAPED = lazy_bytes(rb"\\(?:u00|/)")
_IMAGE = lazy(r"data:[a-z]+/[a-z0-9.+-]+;base64,")
_NEARBY = 300  # characters between an AWS key id and its secret


def inspect(raw: bytes, example: Example) -> list[Problem]:
    """Problems of the kinds ``secret`` and ``personal-data`` of one record; never raises.

    ``raw`` is the record's line, ``example`` is read where the line is not JSON. Each distinct
    value is one problem, with the place where it stands first; those of least weight, e-mail
    addresses, stand last. ``detail`` is the kind, and for a secret its first four characters, its
    length and 32 bits of its SHA-256. Passwords and personal data show less, because from a digest
    they could be guessed: there are only a billion social security numbers.
    """
    line = unescaped(raw)
    return _look(raw, line, example, may_have(line), personal.may_have(line))


def inspect_suspect(raw: bytes, example: Example, *, secret: bool, private: bool) -> list[Problem]:
    """The same for a line of which is known that it may have a ``secret``, or ``private`` data."""
    line = unescaped(raw)
    return _look(raw, line, example, secret and may_have(line), private)


def _look(raw: bytes, line: bytes, example: Example, secret: bool, private: bool) -> list[Problem]:
    if not secret and not private:
        return []
    found: dict[str, Problem] = {}
    for path, text in texts(raw, example):
        if _IMAGE.match(text):
            continue
        if secret:
            for name, value in _secrets(text):
                if name == PASSWORD and _GENERATOR.search(line):
                    continue
                found.setdefault(value, Problem(SECRET, masked_secret(name, value), path))
        if private:
            for name, value in personal.find(text):
                found.setdefault(value, Problem(PERSONAL, masked_value(name, value), path))
    return sorted(found.values(), key=by_weight)


def unescaped(raw: bytes) -> bytes:
    """The line with ASCII characters as themselves; ``\\/`` and ``\\u0040`` are legal JSON too."""
    if not _ESCAPED.search(raw):
        return raw
    line = raw.replace(b"\\/", b"/")
    if b"\\u00" not in line:
        return line
    return re.sub(rb"\\u00([2-7][0-9a-fA-F])", lambda found: bytes([int(found[1], 16)]), line)


def may_have(line: bytes) -> bool:
    """Whether a line without escapes may have a secret; wrong on the safe side only."""
    if b"@" in line and b"://" in line and _URL.search(line):
        return True
    if _PASSWORD in line.translate(_PASSWORD_LETTERS) and _assigns(line, PASSWORD_NAMES):
        return True
    words = _words(line)
    if not words:
        return False
    has_digit = _DIGIT.search(words) is not None
    if (has_digit or words != words.lower()) and _has_token(words):
        return True
    if not has_digit:  # what is random beside a key's name has some
        return False
    return any(place in line for place in _PLACES) or _assigns(line, KEY_NAMES)


def _has_token(words: bytes) -> bool:
    text = words.decode("latin-1")
    if _NEEDLES.search(words):
        for shape in TOKENS:
            if shape.needle in text and shape.pattern.search(text):
                return True
    return text.count(".") > 1 and next(_discord(text), None) is not None


def _assigns(line: bytes, names: tuple[bytes, ...]) -> bool:
    return next(assignments(line, line.lower(), names), None) is not None


def _words(line: bytes) -> bytes:
    """The runs of 16 characters or more that could be a token, a key or a random value."""
    classes = line.translate(RUNS)
    start = classes.find(_WORD)
    runs = []
    while start >= 0:
        end = classes.find(b" ", start)
        end = end if end >= 0 else len(line)
        escape = line[start - 1 : start] == b"\\"  # of "\\nsk-..." the n is not of the word
        runs.append(line[start - escape : end])
        start = classes.find(_WORD, end)
    return b" ".join(runs)


def _discord(text: str) -> Iterator[tuple[str, str]]:
    for match in DISCORD.pattern.finditer(text):
        if DISCORD.test(match):
            yield DISCORD.name, match[0]


def _secrets(text: str) -> Iterator[tuple[str, str]]:
    """``(name, value)`` of every secret in a text; no value is told twice."""
    told: list[str] = []
    for name, value in _candidates(text):
        if not any(value in known or known in value for known in told):
            told.append(value)
            yield name, value


def _candidates(text: str) -> Iterator[tuple[str, str]]:
    """The shape of a vendor first, then what stands around a secret, then an assignment."""
    for shape in (*TOKENS, *PLACES):
        if shape.needle in text:
            for match in shape.pattern.finditer(text):
                if shape.test(match):
                    yield shape.name, match[0]
                    if shape.needle in _AWS:
                        yield from _beside(text, match)
    yield from _discord(text)
    data = text.encode("utf-8", "surrogatepass")
    yield from assignments(data, data.lower())


def _beside(text: str, key: re.Match[str]) -> Iterator[tuple[str, str]]:
    """The secret half of an AWS access key."""
    nearby = text[max(0, key.start() - _NEARBY) : key.end() + _NEARBY]
    for match in AWS_SECRET.pattern.finditer(nearby):
        if AWS_SECRET.test(match):
            yield AWS_SECRET.name, match[1]
