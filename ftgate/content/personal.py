"""Personal data in a text: e-mail addresses, phone numbers, payment cards, national numbers.

Names and addresses are out of reach without a language model. IP addresses are left alone: in
training data they are nearly always those of examples and logs. A phone number without country
code is known by the way its country groups it, or by a word before it; digits alone are not a
phone number. The phonenumbers library would judge more forms, but needs to be told the country.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ftgate.content import national
from ftgate.content.domains import is_address_domain
from ftgate.content.masks import EMAIL
from ftgate.content.patterns import lazy, lazy_bytes

PHONE = "phone number"
CARD = "payment card number"

_CLASSES = bytes(
    48 if 48 <= code <= 57 else 65 if 65 <= code <= 90 else code for code in range(256)
)
_COARSE = _CLASSES.replace(b"A", b"0")  # digits and capitals are one class
_SEPARATORS = b" -.()/"
_DIGITS = b"00000000"  # no phone number, card or account has fewer, once it is written together
_NINO, _NIE, _FISCALE = b"AA000000A", b"A0000000A", b"AAAAAA00A00"  # some with letters have fewer

_EMAIL = lazy(
    r"(?<![A-Za-z0-9._%+@:/-])(?:\\[nrt])?([A-Za-z0-9_][A-Za-z0-9._%+'-]{0,63})"
    r"@((?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,18})(?![A-Za-z0-9@(]|\.[A-Za-z0-9]|:[a-z]+/)"
)
_LOCAL_PLACEHOLDERS = frozenset(
    "git hg svn noreply no-reply you your your.name yourname your_name your-name your.email"
    " youremail your_email name user username email someone somebody example test xxx foo bar"
    " foobar first.last firstname.lastname".split()
)

_START = r"(?:(?<![A-Za-z0-9_./#+-])|(?<=\\[nrt]))"
_STOP = r"(?![A-Za-z0-9_^]|[-.,/*][0-9]|[.*][a-z])"
_CARD = lazy(
    _START + national.NO_COLUMN + r"(?:[0-9]{4}([ -])[0-9]{4}\1[0-9]{4}\1[0-9]{4}(?:\1[0-9]{3})?"
    r"|3[47][0-9]{2}([ -])[0-9]{6}\2[0-9]{5}|3[0689][0-9]{2}([ -])[0-9]{6}\3[0-9]{4}"
    r"|[0-9]{14,16}|[0-9]{19})" + national.NO_ROW + _STOP
)
_ISSUED = lazy(
    r"4[0-9]{15}|5[1-5][0-9]{14}|2(?:22[1-9]|2[3-9][0-9]|[3-6][0-9]{2}|7[01][0-9]|720)[0-9]{12}"
    r"|3[47][0-9]{13}|3(?:0[0-5]|[689][0-9])[0-9]{11}|(?:6011|64[4-9][0-9]|65[0-9]{2})[0-9]{12}"
    r"|35(?:2[89]|[3-8][0-9])[0-9]{12}|62[0-9]{14}(?:[0-9]{3})?|220[0-4][0-9]{12}"
    r"|(?:5018|5020|5038|6304|6759|676[1-3])[0-9]{12}"
)
# What payment services publish for trying out a shop.
_TEST_CARDS = frozenset(
    "4111111111111111 4012888888881881 4222222222222220 4917610000000000 4532111111111112"
    " 5555555555554444 5105105105105100 5454545454545454 5200828282828210 2223003122003222"
    " 2223000048400011 2222400070000005 378282246310005 371449635398431 378734493671000"
    " 6011111111111117 6011000990139424 6011981111111113 30569309025904 38520000023237"
    " 36227206271667 3530111333300000 3566002020360505 6200000000000005 6205500000000000004"
    " 4539578763621486 4916338506082832 4485275742308327".split()
)
_COUNTRY = lazy(
    r"1|7|2(?:0|7|1[1-3689]|[2-6][0-9]|9[01789])|3(?:[0-469]|5[0-9]|7[0-8]|8[0-35-79])"
    r"|4(?:[013-9]|2[013])|5(?:[1-8]|0[0-9]|9[0-9])|6(?:[0-6]|7[02-9]|8[0-35-9]|9[0-2])"
    r"|8(?:[1246]|5[02356]|80)|9(?:[0-58]|6[0-8]|7[1-7]|9[2-68])"
)
_INTERNATIONAL = lazy(
    r"(?:(?<![A-Za-z0-9_.+)])|(?<=\\[nrt]))\+[1-9](?:[ ().-]{0,2}[0-9]){7,14}"
    r"(?![0-9A-Za-z]|[.,/][0-9])"
)
_NANP = lazy(
    _START + r"(?:1[ .-])?(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}([-.]))"
    r"(?P<exchange>[2-9][0-9]{2})(?(1)\1|[-. ])(?P<line>[0-9]{4})" + _STOP
)
_NATIONAL = lazy(
    _START
    + r"(?:\((?!(?:19|20)[0-9]{2}\))0?[1-9][0-9]{1,3}\)[ -]?[0-9]{2,5}(?:[ -][0-9]{2,5}){1,3}"
    r"|\(0[1-9][0-9]{1,3}\)[ -]?[0-9]{5,8}"
    r"|0[1-9][0-9]?-[0-9]{4}-[0-9]{4}|0[1-9][0-9]{1,2}-[0-9]{3}-[0-9]{4}"
    r"|1[3-9][0-9]([ -])[0-9]{4}\1[0-9]{4}"
    r"|07[0-9]{3} [0-9]{3} ?[0-9]{3}|04[0-9]{2} [0-9]{3} [0-9]{3}"
    r"|0[1-9]([ .-])[0-9]{2}\2[0-9]{2}\2[0-9]{2}\2[0-9]{2}|0[1-9][0-9]{1,3}[/-][0-9]{6,8}"
    r"|0[12][0-9] [0-9]{4} [0-9]{4}|01[0-9]{3} [0-9]{6}"
    r"|8 ?\([0-9]{3}\) ?[0-9]{3}-[0-9]{2}-[0-9]{2})(?! ?[0-9])" + _STOP
)
_TOLL_FREE = frozenset("800 833 844 855 866 877 888 900".split())
# The second half are words of other meanings too: with them the number must follow at once.
_PHONE_WORD = lazy(
    r"(?:(?<![a-z])|(?<=\\[nrt]))(?:(?:tel|phone|fax|whatsapp|sms|telefon|teléfono|móvil|celular|telefone"
    r"|téléphone|telefoon|telefono|cellulare|điện thoại)"
    r"|(?:call|mobile|mobil|cell|handy|portable|dial|text|ring)[^0-9A-Za-z]{0,3}"
    r"(?:(?:is|number|nummer|no|nr|at|on|me|us|him|her|them|back)[^0-9A-Za-z]{1,3}){0,3}\Z)"
    r"|телефон|тел\.|звон|電話|电话|手机|手機|전화|연락처|휴대폰|هاتف|جوال|फ़ोन|फोन|मोबाइल|โทร",
    re.IGNORECASE,
)
# One of these is in each of them that is written in ASCII.
_PHONE_LETTERS = (
    *("tel", "phone", "fax", "whatsapp", "sms", "cel"),
    *("call", "mobil", "handy", "portable", "dial", "text", "ring"),
)
_SAID = lazy(_START + r"(?:00|\()?[0-9](?:[ ()./-]{0,2}[0-9]){7,13}" + _STOP)

# Where numbers stand: digits and what groups them. Everything else is looked for in there.
_WINDOW = lazy(r"[0-9](?:[ ()./-]{0,2}[0-9A-Z]){5,}")
_FEWEST_DIGITS = 8  # of a number that is digits alone
_TAIL = 5  # what must not follow: another digit behind a dot, another column of a table
_LEAD = 10  # letters, brackets and plus signs before the first digit


def kinds() -> frozenset[str]:
    """Names of everything that :func:`find` finds."""
    return frozenset({EMAIL, PHONE, CARD, *national.NAMES})


def may_have(line: bytes) -> bool:
    """Whether a line of JSON may have personal data; quick, and wrong on the safe side only."""
    if b"@" in line and _EMAIL_BYTES.search(line):
        return True
    if _DIGITS not in line.translate(_COARSE, _SEPARATORS):  # nearly always, in one search
        return False
    joined = line.translate(_CLASSES, _SEPARATORS)
    return _DIGITS in joined or _NINO in joined or _NIE in joined or _FISCALE in joined


def has_address(line: bytes, at: int) -> bool:
    """Whether the @ at this place may be that of an e-mail address."""
    return _EMAIL_BYTES.match(line, max(0, at - 1)) is not None


_EMAIL_BYTES = lazy_bytes(rb"[A-Za-z0-9_]@[A-Za-z0-9-]{1,63}\.[A-Za-z0-9]")


def find(text: str) -> Iterator[tuple[str, str]]:
    """``(kind, value)`` of personal data in a text; a value that is two kinds is told once."""
    if "@" in text:
        for match in _EMAIL.finditer(text):
            if match[1].lower() not in _LOCAL_PLACEHOLDERS and is_address_domain(match[2]):
                yield EMAIL, f"{match[1]}@{match[2]}"
    told: list[str] = []
    for name, value in _numbers(text):
        digits = re.sub("[^0-9A-Za-z]", "", value)
        if not any(digits in known or known in digits for known in told):
            told.append(digits)
            yield name, value


def _numbers(text: str) -> Iterator[tuple[str, str]]:
    for match in _WINDOW.finditer(text):
        start, end = max(0, match.start() - _LEAD), match.end() + _TAIL
        alone = match[0].isdigit()
        size = len(match[0]) if alone else sum(map(str.isdigit, match[0]))
        if size >= _FEWEST_DIGITS:
            if size >= national.FEWEST_DIGITS:
                yield from _cards(text, start, end)
                yield from national.find_digits(text, start, end)
            yield from _phones(text, start, end, grouped=not alone)
        if not alone or text[max(0, match.start() - 1)].isupper():
            yield from national.find_lettered(text, start, end)


def _cards(text: str, start: int, end: int) -> Iterator[tuple[str, str]]:
    for match in _CARD.finditer(text, start, end):
        if _is_card(re.sub("[ -]", "", match[0])):
            yield CARD, match[0]


def _phones(text: str, start: int, end: int, *, grouped: bool) -> Iterator[tuple[str, str]]:
    """Digits that are not ``grouped`` are a number behind a plus sign or a word only."""
    if "+" in text[start:end]:
        for match in _INTERNATIONAL.finditer(text, start, end):
            if _is_international(match[0]):
                yield PHONE, match[0]
    if grouped:
        yield from _grouped_phones(text, start, end)
    if _may_be_called_phone(text, max(0, start - national.NEARBY), end):
        for match in _SAID.finditer(text, start, end):
            if _is_called_phone(text, *national.before(match)) and _is_national(match[0]):
                yield PHONE, match[0]


def _grouped_phones(text: str, start: int, end: int) -> Iterator[tuple[str, str]]:
    for match in _NANP.finditer(text, start, end):
        if _is_nanp(re.sub("[^0-9]", "", match[0])[-10:]):
            yield PHONE, match[0]
    for match in _NATIONAL.finditer(text, start, end):
        if _is_national(match[0]):
            yield PHONE, match[0]


def _is_called_phone(text: str, start: int, end: int) -> bool:
    """Whether a word between two places says that a phone number follows."""
    said = _may_be_called_phone(text, start, end)
    return said and _PHONE_WORD.search(text, start, end) is not None


def _may_be_called_phone(text: str, start: int, end: int) -> bool:
    """The same, twenty times as fast, and wrong on the safe side only."""
    said = text[start:end]
    return not said.isascii() or any(map(said.lower().__contains__, _PHONE_LETTERS))


def _is_card(digits: str) -> bool:
    if not _ISSUED.fullmatch(digits) or digits in _TEST_CARDS:
        return False
    # Stripe's and Adyen's test cards; four zeros in the account are on no real card of theirs.
    if digits.startswith(("424242", "400000", "400005", "555555")) or len(set(digits)) < 5:
        return False
    return _luhn(digits)


def _luhn(digits: str) -> bool:
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[::-2])) + sum(doubled)) % 10 == 0


def _is_international(number: str) -> bool:
    digits = re.sub("[^0-9]", "", number)
    if re.fullmatch(r"\+[0-9]+\.[0-9]+", number):  # what is added to something
        return False
    if _is_filler(digits) or not 9 <= len(digits) <= 15:
        return False
    if digits[0] == "1":
        return len(digits) == 11 and _is_nanp(digits[1:])
    if digits.startswith("44") and _is_drama(digits[2:].removeprefix("0")):
        return False
    return _COUNTRY.match(digits) is not None


def _is_nanp(digits: str) -> bool:
    """Area and exchange are 2-9 first and not N11; 555 is for films, and what is toll-free
    belongs to a company."""
    area, exchange = digits[:3], digits[3:6]
    if "555" in (area, exchange) or area in _TOLL_FREE or area[1:] == "11" or exchange[1:] == "11":
        return False
    return area[0] in "23456789" and exchange[0] in "23456789" and not _is_filler(digits)


def _is_national(number: str) -> bool:
    digits = re.sub("[^0-9]", "", number)
    groups = re.findall("[0-9]+", number)
    if national.are_years(number) or any(len(group) == 1 for group in groups[1:]):
        return False
    if not 8 <= len(digits) <= 14 or _is_filler(digits) or _is_drama(digits.removeprefix("0")):
        return False
    if (len(digits) == 10 and digits[3:6] == "555") or digits.startswith("1555"):
        return False
    pairs = len(groups) > 3 and len(set(map(len, groups))) == 1
    return not (pairs and groups == sorted(groups))


def _is_drama(digits: str) -> bool:
    """Numbers that Ofcom keeps for drama: London, mobile, no area."""
    return digits.startswith(("2079460", "7700900", "1632960"))


def _is_filler(digits: str) -> bool:
    if len(set(digits)) < 4 or re.search(r"(.)\1{5}", digits):
        return True
    return any(run in digits for run in ("1234567", "2345678", "7654321", "9876543", "123456"))
