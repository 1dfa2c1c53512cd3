"""Months and dates: a model's life counts in whole months."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from fractions import Fraction


def add_months(start: date, months: int) -> date:
    """The same day ``months`` later, or the last day of a shorter month."""
    year, month = divmod(start.month - 1 + months, 12)
    year, month = start.year + year, month + 1
    return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))


def whole_months(start: date, end: date) -> int:
    """Whole months from ``start`` that are over when ``end`` comes; begun ones do not count."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if months > 0 and add_months(start, months) > end:
        months -= 1
    return max(0, months)


def date_after(start: date, months: Fraction) -> date | None:
    """The day on which ``months`` have passed, rounded up; None beyond the calendar."""
    whole, part = divmod(months, 1)
    if start.year + whole // 12 + 1 >= date.max.year:
        return None
    begin, end = add_months(start, int(whole)), add_months(start, int(whole) + 1)
    days = part * (end - begin).days
    return begin + timedelta(days=-(-days.numerator // days.denominator))
