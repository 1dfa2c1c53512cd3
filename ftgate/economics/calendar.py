"""Months and dates: a model's life counts in whole months."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def add_months(start: date, months: int) -> date:
    """The same day ``months`` later, or the last day of a shorter month or of the calendar."""
    years, month = divmod(start.month - 1 + months, 12)
    year, month = start.year + years, month + 1
    if year > date.max.year:
        return date.max
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    last = 29 if month == 2 and leap else _DAYS[month - 1]
    return date(year, month, min(start.day, last))


def whole_months(start: date, end: date) -> int:
    """Whole months from ``start`` that are over when ``end`` comes; begun ones do not count."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if months > 0 and add_months(start, months) > end:
        months -= 1
    return max(0, months)


def begun_months(start: date, end: date) -> int:
    """Months from ``start`` that have begun before ``end``, the last one counted as a whole."""
    whole = whole_months(start, end)
    return whole + (add_months(start, whole) < end)


def date_after(start: date, months: Fraction) -> date | None:
    """The day on which ``months`` have passed, rounded up; None beyond the calendar."""
    whole, part = divmod(months, 1)
    if start.year + whole // 12 + 1 >= date.max.year:
        return None
    begin, end = add_months(start, int(whole)), add_months(start, int(whole) + 1)
    days = part * (end - begin).days
    return begin + timedelta(days=-(-days.numerator // days.denominator))
