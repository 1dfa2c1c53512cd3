"""National numbers of persons, by shape and check digits.

Check digits and dates of birth are python-stdnum's (LGPL-2.1 or later, no dependencies; used
unchanged, as a library, which leaves our own licence as it is). It follows the rules of each
country, which a table of ours would not, and is imported when a line has a number of a matching
shape, which few have. It has no British insurance number: that one has no check digit, only
forbidden letters.

A number whose letters, grouping or check digits make an accident rare is personal data by itself;
a weaker one only beside a word that says so (``BSN: 111222333``).
"""

from __future__ import annotations

import functools
import importlib
import re
from collections.abc import Iterator
from typing import NamedTuple

from ftgate.content.patterns import lazy

_BEFORE = r"(?:(?<![A-Za-z0-9_./#+-])|(?<=\\[nrt]))"
_AFTER = r"(?![A-Za-z0-9_^]|[-.,/*][0-9]|[.*][a-z])"
# Four digits, four digits, four digits: the numbers of a table are no one's.
NO_COLUMN, NO_ROW = r"(?<![0-9][ \n])", r"(?![ \n][0-9A-F]{4})"
_WORD_START = r"(?:(?<![a-z])|(?<=\\[nrt]))"
FEWEST_DIGITS = 9  # of a number that is digits alone
NEARBY = 40  # characters in which the word may stand before the number


class _Shape(NamedTuple):
    """``module`` of stdnum validates what ``pattern`` finds, near ``word`` if there is one.

    ``digits`` is how many the pattern has at least: most candidates have fewer.
    """

    name: str
    module: str
    pattern: str
    word: str = ""
    digits: int = 0


_ELEVEN = r"[0-9]{11}"
_LETTERED = (
    _Shape("Spanish DNI", "es.dni", r"[0-9]{8}-?[A-HJ-NP-TV-Z]"),
    _Shape("Spanish NIE", "es.nie", r"[XYZ]-?[0-9]{7}-?[A-HJ-NP-TV-Z]"),
    _Shape(
        "Italian codice fiscale",
        "it.codicefiscale",
        r"[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]",
    ),
    _Shape("Finnish personal code", "fi.hetu", r"[0-9]{6}[-+A-FU-Y][0-9]{3}[0-9A-Y]"),
    _Shape("Mexican CURP", "mx.curp", r"[A-Z]{4}[0-9]{6}[HM][A-Z]{5}[0-9A-Z][0-9]"),
    _Shape("Chilean RUT", "cl.rut", r"[0-9]{1,2}\.[0-9]{3}\.[0-9]{3}-[0-9Kk]"),
)
_DIGITS = (
    _Shape("US social security number", "us.ssn", r"[0-9]{3}-[0-9]{2}-[0-9]{4}", digits=9),
    _Shape(
        "US social security number",
        "us.ssn",
        r"[0-9]{9}|[0-9]{3} [0-9]{2} [0-9]{4}",
        r"ssn|social security",
        digits=9,
    ),
    _Shape(
        "French NIR",
        "fr.nir",
        r"[12] ?[0-9]{2} ?[0-9]{2} ?(?:[0-9]{2}|2[AB]) ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}",
        digits=13,
    ),
    _Shape(
        "German tax id",
        "de.idnr",
        rf"{_ELEVEN}|[0-9]{{2}} [0-9]{{3}} [0-9]{{3}} [0-9]{{3}}",
        digits=11,
    ),
    _Shape(
        "Brazilian CPF",
        "br.cpf",
        rf"{_ELEVEN}|[0-9]{{3}}\.[0-9]{{3}}\.[0-9]{{3}}-[0-9]{{2}}",
        digits=11,
    ),
    _Shape(
        "Brazilian CNPJ", "br.cnpj", r"[0-9]{2}\.[0-9]{3}\.[0-9]{3}/[0-9]{4}-[0-9]{2}", digits=14
    ),
    _Shape(
        "Indian Aadhaar",
        "in_.aadhaar",
        NO_COLUMN + r"[2-9][0-9]{3}(?P<gap>[ -])[0-9]{4}(?P=gap)[0-9]{4}" + NO_ROW,
        digits=12,
    ),
    _Shape("Indian Aadhaar", "in_.aadhaar", r"[2-9][0-9]{11}", r"aadh?aar|uidai|आधार", digits=12),
    _Shape("Chinese resident id", "cn.ric", r"[1-9][0-9]{16}[0-9Xx]", digits=17),
    _Shape(
        "Dutch BSN",
        "nl.bsn",
        r"[0-9]{9}|[0-9]{4}\.[0-9]{2}\.[0-9]{3}",
        r"bsn|burgerservice|sofi.?nummer",
        digits=9,
    ),
    _Shape("Polish PESEL", "pl.pesel", _ELEVEN, digits=11),
    _Shape("Swedish personnummer", "se.personnummer", r"(?:19|20)?[0-9]{6}[-+][0-9]{4}", digits=10),
    _Shape(
        "Swedish personnummer",
        "se.personnummer",
        r"(?:[0-9]{2})?[0-9]{10}",
        r"person.?n(?:umme)?r",
        digits=10,
    ),
    _Shape(
        "Belgian national number",
        "be.nn",
        r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}-[0-9]{3}\.[0-9]{2}",
        digits=11,
    ),
    _Shape("Danish CPR number", "dk.cpr", r"[0-9]{6}-?[0-9]{4}", r"cpr|person.?nummer", digits=10),
    _Shape("Norwegian birth number", "no.fodselsnummer", r"[0-9]{6} ?[0-9]{5}", digits=11),
    _Shape(
        "Portuguese NIF",
        "pt.nif",
        r"[0-9]{3} ?[0-9]{3} ?[0-9]{3}",
        r"nif(?![a-z])|contribuinte",
        digits=9,
    ),
    _Shape(
        "Swiss social security number", "ch.ssn", r"756\.?[0-9]{4}\.?[0-9]{4}\.?[0-9]{2}", digits=13
    ),
    _Shape("Turkish id number", "tr.tckimlik", r"[1-9][0-9]{10}", digits=11),
    _Shape("Romanian CNP", "ro.cnp", r"[1-9][0-9]{12}", r"cnp", digits=13),
    _Shape("South African id", "za.idnr", r"[0-9]{13}", r"id(?![a-z])|identity", digits=13),
    _Shape("Korean resident number", "kr.rrn", r"[0-9]{6}-[1-4][0-9]{6}", digits=13),
    _Shape("Czech birth number", "cz.rc", r"[0-9]{6}/[0-9]{3,4}", digits=9),
    _Shape(
        "Canadian SIN",
        "ca.sin",
        r"[0-9]{3}(?P<gap>[ -]?)[0-9]{3}(?P=gap)[0-9]{3}",
        r"sin(?![a-z])|social insurance",
        digits=9,
    ),
    _Shape(
        "Australian tax file number",
        "au.tfn",
        r"[0-9]{3} ?[0-9]{3} ?[0-9]{2,3}",
        r"tfn(?![a-z])|tax file",
        digits=8,
    ),
    _Shape(
        "British NHS number",
        "gb.nhs",
        r"[0-9]{3}(?P<gap>[ -]?)[0-9]{3}(?P=gap)[0-9]{4}",
        r"nhs(?![a-z])",
        digits=10,
    ),
)


def _any(shapes: tuple[_Shape, ...]) -> re.Pattern[str]:
    """One pattern for "one of these shapes is there", which they mostly are not."""
    each = (
        shape.pattern.replace("<gap>", f"<gap{at}>").replace("=gap)", f"=gap{at})")
        for at, shape in enumerate(shapes)
    )
    return lazy(f"{_BEFORE}(?:{'|'.join(each)}){_AFTER}")


_SOME_DIGITS, _SOME_LETTERED = _any(_DIGITS), _any(_LETTERED)
_SOME_WORD = lazy("|".join(shape.word for shape in _DIGITS if shape.word), re.IGNORECASE)
NINO = "British national insurance number"
IBAN = "IBAN"
NAMES = frozenset({NINO, IBAN, *(shape.name for shape in (*_LETTERED, *_DIGITS))})
_NINO = lazy(
    _BEFORE + r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]"
    r"( ?)(?!123456|(?:00){3})[0-9]{2}\1[0-9]{2}\1[0-9]{2}\1[A-D]" + _AFTER
)
_IBAN = lazy(_BEFORE + r"[A-Z]{2}[0-9]{2}(?:[ -]?[A-Z0-9]){11,30}(?![A-Za-z0-9])")
_YEAR = lazy("(?:19|20)[0-9]{2}")
# Letters and digits of an account number: SWIFT, IBAN registry, release 101.
_IBAN_LENGTHS = {
    country: length
    for length, countries in (
        (15, "NO"),
        (16, "BE"),
        (18, "DK FI FK FO GL NL SD"),
        (19, "MK SI"),
        (20, "AT BA EE KZ LT LU MN XK"),
        (21, "CH HR LI LV"),
        (22, "BG BH CR DE GB GE IE ME RS VA"),
        (23, "AE GI IL IQ OM SO TL"),
        (24, "AD CZ ES MD PK RO SA SE SK TN VG"),
        (25, "LY PT ST"),
        (26, "IS TR"),
        (27, "BI DJ FR GR IT MC MR SM"),
        (28, "AL AZ BY CY DO GT HN HU LB NI PL SV"),
        (29, "BR EG PS QA UA"),
        (30, "JO KW MU YE"),
        (31, "MT SC"),
        (32, "LC"),
        (33, "RU"),
    )
    for country in countries.split()
}
_FILLERS = ("123456789", "987654321", "012345678")


def find_digits(text: str, start: int, end: int) -> Iterator[tuple[str, str]]:
    """``(name, number)`` of the numbers of digits alone between two places."""
    return _find(_DIGITS, _SOME_DIGITS, text, start, end)


def find_lettered(text: str, start: int, end: int) -> Iterator[tuple[str, str]]:
    """``(name, number)`` of bank accounts and the numbers with letters, or other signs, in them."""
    for match in _NINO.finditer(text, start, end):
        yield NINO, match[0]
    for match in _IBAN.finditer(text, start, end):
        account = _account(match[0])
        if account:
            yield IBAN, account
    yield from _find(_LETTERED, _SOME_LETTERED, text, start, end)


def _find(
    shapes: tuple[_Shape, ...], some: re.Pattern[str], text: str, start: int, end: int
) -> Iterator[tuple[str, str]]:
    if not some.search(text, start, end):
        return
    digits = sum(map(str.isdigit, text[start:end]))
    has_word = _SOME_WORD.search(text, max(0, start - NEARBY), end) is not None
    for shape in shapes:
        if digits < shape.digits or (shape.word and not has_word):
            continue
        for match in _numbers(shape.pattern).finditer(text, start, end):
            near = not shape.word or _word(shape.word).search(text, *before(match))
            if near and _is_valid(shape.module, match["number"]):
                yield shape.name, match["number"]


@functools.cache
def _numbers(pattern: str) -> re.Pattern[str]:
    return re.compile(f"{_BEFORE}(?P<number>{pattern}){_AFTER}")


@functools.cache
def _word(pattern: str) -> re.Pattern[str]:
    return re.compile(_WORD_START + f"(?:{pattern})", re.IGNORECASE)


def before(match: re.Match[str]) -> tuple[int, int]:
    """Where the word may stand that says what a number is."""
    return max(0, match.start() - NEARBY), match.start()


def _is_valid(module: str, number: str) -> bool:
    digits = "".join(filter(str.isdigit, number))
    if are_years(number):
        return False
    if len(set(digits)) < 3 or digits.startswith(_FILLERS):
        return False
    try:
        return bool(importlib.import_module(f"stdnum.{module}").is_valid(number))
    except LookupError:  # cn.ric of a province whose county it does not know (python-stdnum 2.2)
        return False


def are_years(number: str) -> bool:
    """True for groups of digits such as ``1987-1991`` and ``2003 2004 2004``."""
    groups = re.findall("[0-9]+", number)
    return len(groups) > 1 and all(_YEAR.fullmatch(group) for group in groups)


def _account(candidate: str) -> str:
    """The IBAN with which a run of capitals and digits begins, or ""."""
    number = re.sub("[ -]", "", candidate)[: _IBAN_LENGTHS.get(candidate[:2], 0)]
    if len(number) < _IBAN_LENGTHS.get(candidate[:2], 1):
        return ""
    from stdnum import iban

    # Check digits inside of the account are the bank's affair, and not all keep to the rule.
    return number if iban.is_valid(number, check_country=False) else ""
