"""Exact numbers in, readable numbers out.

Cash flows are added up as rationals, because the payback limit is strict (``exactly 6.0 months``
fails) and a labelling bill such as 500 x 5 / 60 x $50 has no finite decimal form. Amounts enter and
leave as Decimal.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from math import lcm

Number = int | Decimal | Fraction

# Enough for a cent in a trillion with 30 digits to spare, whatever the caller's context is.
_CONTEXT = Context(prec=40)


def to_decimal(value: Fraction) -> Decimal:
    """The decimal nearest to a rational, to 40 significant digits and without trailing zeros."""
    return _CONTEXT.divide(Decimal(value.numerator), Decimal(value.denominator))


def rounded(value: Fraction, places: int = 6) -> Decimal:
    """A rational as a short decimal: a millionth of a dollar is below every price unit."""
    scale = 10**places
    return _CONTEXT.divide(Decimal(round(value * scale)), Decimal(scale))


def total(values: Iterable[Fraction]) -> Fraction:
    """Exact sum, zero when empty.

    Over one denominator: a sum of rationals one by one is reduced after each of them.
    """
    found = list(values)
    one = lcm(*(value.denominator for value in found))
    return Fraction(sum(value.numerator * (one // value.denominator) for value in found), one)


def exp(value: Fraction) -> Fraction:
    """e to the power of a rational, to 40 significant digits; less than 1e-40 is nothing.

    As a rational e to the minus a million has half a million digits, which every sum would carry.
    """
    if value < -93:
        return Fraction(0)
    return Fraction(_CONTEXT.exp(to_decimal(value)))


def power(base: Fraction, exponent: int) -> Fraction:
    """An integer power to 40 significant digits: exact ones grow by digits every month."""
    if not exponent:
        return Fraction(1)  # also of zero, which Decimal leaves undefined
    return Fraction(_CONTEXT.power(to_decimal(base), exponent))


def root(value: Fraction, degree: int) -> Fraction:
    """A positive root to 40 significant digits."""
    return Fraction(_CONTEXT.power(to_decimal(value), to_decimal(Fraction(1, degree))))


def usd_text(value: Number) -> str:
    """Dollars in the style of reports: ``$1,241``, ``$12.00``, ``$0.47``, ``$0.091``, ``$0.00041``.

    From $1,000 on cents are noise; below ten cents two digits that mean something remain.
    """
    amount = to_decimal(Fraction(value))
    sign, size = "-" if amount < 0 else "", abs(amount)
    if size >= 1000:
        step = Decimal(1)
    elif size == 0 or size >= Decimal("0.095"):
        step = Decimal("0.01")
    else:
        step = Decimal(1).scaleb(size.adjusted() - 1)
    return f"{sign}${size.quantize(step, rounding=ROUND_HALF_UP):,f}"


def rate_text(value: Number) -> str:
    """A price or wage of the plan with every digit it has, two decimals at least: ``$0.00125``."""
    whole, _, digits = number_text(value).partition(".")
    return f"${whole}.{digits:0<2}"


def money_text(value: Number) -> str:
    """Dollars and cents for a table's column, without the sign of the currency."""
    return f"{to_decimal(Fraction(value)):,.2f}"


def exact_text(value: Number) -> str:
    """A threshold with nine significant digits: a flip point is read to the last of them."""
    number = to_decimal(Fraction(value))
    places = max(0, 8 - number.adjusted()) if number else 0
    text = f"{number:,.{places}f}"
    return text.rstrip("0").rstrip(".") if places else text


def count_text(value: Number) -> str:
    """A count with thousands separators; up to one decimal when it is not whole."""
    number = Fraction(value)
    if number.denominator == 1:
        return f"{number.numerator:,}"
    return f"{to_decimal(number):,.1f}".removesuffix(".0")


def calls_text(value: Number) -> str:
    """``1 call``, ``173,416 calls``."""
    return f"{count_text(value)} call{'' if value == 1 else 's'}"


def number_text(value: Number) -> str:
    """A plain number as people write it: no exponent, no trailing zeros, six decimals at most."""
    text = f"{to_decimal(Fraction(value)):,.6f}"
    return text.rstrip("0").rstrip(".")


def percent_text(ratio: Number) -> str:
    """A share of 0-1 as a percentage without trailing zeros: ``5%``, ``5.948%``."""
    text = f"{to_decimal(Fraction(ratio) * 100):.3f}"
    return f"{text.rstrip('0').rstrip('.')}%"


def months_text(months: Number | None) -> str:
    """Months with enough digits not to lie: ``6.8 months``, ``0.039 months``, ``never``."""
    if months is None:
        return "never"
    value = to_decimal(Fraction(months))
    # 5.97 must not print as the limit that it stays below, nor 0.13 as nothing.
    places = 3 if abs(value) < 1 else 1 if round(value, 1) % 1 else 2
    text = f"{value:,.{places}f}"
    return f"{text.rstrip('0').rstrip('.')} months"
