"""Whether a string was drawn at random, as keys are, or written by somebody, as fillers are."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter

from ftgate.content.patterns import lazy

# Documentation says "put your key here" in these ways. A random key of 50 letters and digits
# contains a given word of five letters in one case of half a million.
_WORDS = lazy(
    r"example|placeholder|your|redact|dummy|sample|change[-_]?(?:me|this)|replace|insert|"
    r"foobar|secret[-_]?key|api[-_]?key|access[-_]?token|goes[-_]?here|not[-_]?a?[-_]?real|xxxx|"
    r"deadbeef|qwerty|my[-_]?(?:test|secret|token|key)|test[-_]?(?:secret|token|key)",
    re.IGNORECASE,
)
_PASSWORD_WORDS = lazy(
    r"pass|p[a@4][s5$]{2}|pwd|secret|s3cr|admin|adm1n|root|user|test|guest|default|example|demo|"
    r"change|your|word|w0rd|hidden|redact|qwerty|hunter|welcome|letmein|postgres|mysql|mongo|redis|"
    r"abc|123|xxx|\*\*|\.\.\.|%s|%\(|\$\{|\$\(|\{\{|\[|<|>",
    re.IGNORECASE,
)
_REPEATED = lazy(r"(.)\1{5}")
_IDENTIFIER_PARTS = lazy(r"[-_./:]+")
_WORD_OR_NUMBER = lazy(r"[A-Za-z]{0,14}|[0-9]{0,14}")
_LETTER_DIGIT = lazy(r"[A-Za-z][0-9]")
_DIGIT_LETTER = lazy(r"[0-9][A-Za-z]")
_UUID = lazy(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SHORT_DIGEST = lazy("[0-9a-fA-F]{16,23}")
_CLASSES = (lazy("[a-z]"), lazy("[A-Z]"), lazy("[0-9]"), lazy("[^a-zA-Z0-9]"))
_SEQUENCE = 6
_MIN_DISTINCT = 8
_MIN_BITS = 3.0
_RESTLESS = 0.45  # 0.62 in random letters and digits, 0.33 in camelCase of words of six letters
_RESTLESS_PASSWORD = 0.4  # what is assigned to a password is less often a name in a program
_SYLLABLES = lazy("[a-z]{5}")
_DIGIT = lazy("[0-9]")


def entropy(text: str) -> float:
    """Shannon entropy in bits per character; 0 for an empty text."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())


def is_placeholder(text: str) -> bool:
    """Words of documentation, one character again and again, or ``123456``, ``abcdef``."""
    return bool(_WORDS.search(text) or _REPEATED.search(text)) or _counts_up(text.lower())


def looks_random(text: str) -> bool:
    """True for the random part of a key, of 16 characters or more.

    Eight distinct characters and three bits per character: a key of 16 characters drawn from 32
    has fewer in less than one case of ten thousand, words and fillers mostly have.
    """
    return (
        len(set(text)) >= _MIN_DISTINCT and entropy(text) >= _MIN_BITS and not is_placeholder(text)
    )


def is_random_value(text: str) -> bool:
    """Like :func:`looks_random`, for a value that no prefix of a vendor vouches for.

    Letters and digits have to alternate, or small and capital letters more often than in
    ``camelCase``: names in programs, paths and dates do neither.
    """
    if len(text) < 16 or not looks_random(text):
        return False
    if _UUID.fullmatch(text) or _SHORT_DIGEST.fullmatch(text):
        return False
    if all(_WORD_OR_NUMBER.fullmatch(part) for part in _IDENTIFIER_PARTS.split(text)):
        return False
    if len(_LETTER_DIGIT.findall(text)) >= 2 and _DIGIT_LETTER.search(text):
        return True
    return _DIGIT.search(text) is not None and _changes(text) >= _RESTLESS * len(text)


def _changes(text: str) -> int:
    """How often the next character is of another class: small, capital, digit, sign."""
    classes = [(char.islower(), char.isupper(), char.isdigit()) for char in text]
    return sum(before != here for before, here in itertools.pairwise(classes))


def is_random_password(text: str) -> bool:
    """True for a password of a generator; a word with a number is what examples are made of."""
    if len(text) < 8 or _PASSWORD_WORDS.search(text) or is_placeholder(text):
        return False
    restless = len(text) >= 12 and _changes(text) >= _RESTLESS_PASSWORD * len(text)
    if restless and not text.isalpha():
        return len(set(text)) >= _MIN_DISTINCT
    if len(set(text)) * 3 < len(text) * 2 or _SYLLABLES.search(text):
        return False
    return sum(pattern.search(text) is not None for pattern in _CLASSES) >= 3


def is_used_password(text: str) -> bool:
    """True for the password inside of a URL, unless it is a stock word or a variable."""
    if len(text) < 6 or len(set(text)) < 5 or _PASSWORD_WORDS.search(text):
        return False
    is_word = text.isalpha() and text[1:].islower()
    return not is_word and not is_placeholder(text)


def _counts_up(text: str) -> bool:
    run = 1
    for before, here in itertools.pairwise(text):
        run = run + 1 if ord(here) - ord(before) == 1 else 1
        if run >= _SEQUENCE:
            return True
    return False
