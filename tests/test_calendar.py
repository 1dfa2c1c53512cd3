"""Months and dates, against the calendar of the standard library."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from fractions import Fraction

import pytest

from ftgate.economics.calendar import add_months, begun_months, date_after, whole_months

DAYS = [date(2023, 12, 1) + timedelta(days=days) for days in range(430)]  # a leap year in between


def same_day(start: date, months: int) -> date:
    """One month after the other, then back to the day as far as the month has it."""
    first = start.replace(day=1)
    for _ in range(months):
        first = (first + timedelta(days=31)).replace(day=1)
    last = calendar.monthrange(first.year, first.month)[1]
    return first.replace(day=min(start.day, last))


@pytest.mark.parametrize("months", [0, 1, 2, 11, 12, 25, 59])
def test_months_are_added_as_a_calendar_has_them(months: int) -> None:
    assert [add_months(day, months) for day in DAYS] == [same_day(day, months) for day in DAYS]


@pytest.mark.parametrize(("year", "last"), [(1900, 28), (2000, 29), (2100, 28), (2096, 29)])
def test_centuries_are_leap_years_every_fourth_time(year: int, last: int) -> None:
    assert add_months(date(year, 1, 31), 1) == date(year, 2, last)


def test_the_calendar_ends() -> None:
    assert add_months(date(9999, 11, 30), 1) == date(9999, 12, 30)
    assert add_months(date(9999, 12, 30), 1) == date.max


def test_months_are_whole_when_they_are_over_and_begun_before() -> None:
    for start in DAYS[::7]:
        for months in (1, 2, 13):
            end = same_day(start, months)
            day = timedelta(days=1)
            assert [whole_months(start, end + shift * day) for shift in (-1, 0, 1)] == [
                months - 1,
                months,
                months,
            ]
            assert [begun_months(start, end + shift * day) for shift in (0, 1)] == [
                months,
                months + 1,
            ]
        assert whole_months(start, start) == begun_months(start, start) == 0
        assert whole_months(start, start - timedelta(days=400)) == 0


def test_a_part_of_a_month_is_rounded_up_to_a_day() -> None:
    start = date(2026, 1, 31)
    assert date_after(start, Fraction(0)) == start
    assert date_after(start, Fraction(1)) == date(2026, 2, 28)
    assert date_after(start, Fraction(1, 2)) == date(2026, 2, 14)
    assert date_after(start, Fraction(15, 28)) == date(2026, 2, 15)
    assert date_after(start, Fraction(1, 1000)) == date(2026, 2, 1)
    assert date_after(date(9990, 1, 1), Fraction(90)) == date(9997, 7, 1)
    assert date_after(date(9990, 1, 1), Fraction(95)) == date(9997, 12, 1)
    assert date_after(date(9990, 1, 1), Fraction(96)) is None
