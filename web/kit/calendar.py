"""Months and ISO weeks: their names, their days, and spans of them. The one place where months are counted.

Days lie in `POSSIBLE`: a mistyped year can be computed with, but neither shown on an axis nor summed up by months.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
WEEK = re.compile(r"[0-9]{4}-W[0-9]{2}")
YESTERDAY, WEEK_SO_FAR = "yesterday", "week"  # days that move with today: what is kept of them stays so
_DAY, _WEEK = dt.timedelta(days=1), dt.timedelta(days=7)


class Grain(StrEnum):
    """Width of a period of a trend."""

    WEEK = "week"  # ISO 8601: Monday to Sunday; the first days of January may belong to the last year's W52 or W53
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both included."""

    first: dt.date
    last: dt.date

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise ValueError(f"a period must not end before it begins, got {self.first} .. {self.last}")

    @property
    def end(self) -> dt.date:
        """The first day after it: the period is [first, end)."""
        return self.last + _DAY

    def widened(self, grain: Grain) -> Period:
        """The whole months or weeks that it touches."""
        return Period(whole(self.first, grain).first, whole(self.last, grain).last)


@dataclass(frozen=True, slots=True)
class Span:
    """A period of whole months or whole weeks; `code` is what an address calls it (2026-11, 2026-W47, 12w, 2026)."""

    code: str
    period: Period
    grain: Grain

    @property
    def names(self) -> list[str]:
        """Its months or weeks, in order."""
        return period_names(self.period, self.grain)

    @property
    def before(self) -> Span:
        """The span just before, of as many months or weeks."""
        count, last = len(self.names), self.period.first - _DAY
        if self.grain is Grain.MONTH:
            return Span("", Period(months_before(self.period.first, count), last), self.grain)
        return Span("", weeks_until(last, count), self.grain)


POSSIBLE = Period(dt.date(1990, 1, 1), dt.date(2199, 12, 31))  # the first digital recorders were sold in the nineties
COUNTED = Period(dt.date(1900, 1, 1), dt.date(2250, 12, 31))  # the first possible span is compared with one before it


def month_of(day: dt.date) -> Period:
    return Period(day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1]))


def week_of(day: dt.date) -> Period:
    monday = day - dt.timedelta(days=day.weekday())
    return Period(monday, monday + _WEEK - _DAY)


def whole(day: dt.date, grain: Grain) -> Period:
    return month_of(day) if grain is Grain.MONTH else week_of(day)


def weeks_until(last: dt.date, count: int) -> Period:
    """So many times seven days; whole weeks where `last` is a Sunday."""
    return Period(last + _DAY - count * _WEEK, last)


def months_before(day: dt.date, count: int) -> dt.date:
    """The first day of the month so many before the day's (0: its own; negative: after it)."""
    year, month = divmod(day.year * 12 + day.month - 1 - count, 12)
    return dt.date(year, month + 1, 1)


def period_name(day: dt.date, grain: Grain) -> str:
    """2026-11 or 2026-W47."""
    if grain is Grain.MONTH:
        return f"{day.year:04d}-{day.month:02d}"
    year, week, _ = day.isocalendar()
    return f"{year:04d}-W{week:02d}"


def period_named(name: str) -> Period:
    """The days of 2026-11 or 2026-W47; raises ValueError where there is no such month or week in `COUNTED`."""
    if WEEK.fullmatch(name):
        return week_of(_checked(dt.date.fromisocalendar(int(name[:4]), int(name[6:]), 1), COUNTED))
    if MONTH.fullmatch(name):
        return month_of(_checked(dt.date(int(name[:4]), int(name[5:]), 1), COUNTED))
    raise ValueError(f"not a month or week: {name!r:.20}")


def period_names(period: Period, grain: Grain) -> list[str]:
    """The names of all months or weeks that the period touches, in order."""
    names, day = [], period.first
    while day <= period.last:
        names.append(period_name(day, grain))
        day = whole(day, grain).end
    return names


def month_days(month: str) -> Period | None:
    """The days of YYYY-MM, None for anything else."""
    try:
        return period_asked(month) if MONTH.fullmatch(month) else None
    except ValueError:
        return None


def period_asked(name: str) -> Period:
    """`period_named` for what an address asks: raises ValueError for one that begins outside `POSSIBLE`."""
    period = period_named(name)
    _checked(period.first)
    return period


def day_named(text: str) -> dt.date:
    """The day of 2026-11-24 in `POSSIBLE`. Raises ValueError."""
    return _checked(dt.date.fromisoformat(text))


def _checked(day: dt.date, within: Period = POSSIBLE) -> dt.date:
    if not within.first <= day <= within.last:
        raise ValueError(f"{day} is not in {within.first} .. {within.last}")
    return day


def relative_days(name: str, today: dt.date) -> Period | None:
    """The days that people call yesterday and week (this week, until today); None for anything else."""
    if name == YESTERDAY:
        return Period(today - _DAY, today - _DAY)
    return Period(week_of(today).first, today) if name == WEEK_SO_FAR else None


def months_over(today: dt.date, since: dt.date, most: int) -> list[str]:
    """The months that are over, back to the one of `since`, newest first."""
    names: list[str] = []
    first = months_before(today, 1)
    while len(names) < most and month_of(first).last >= since:
        names.append(period_name(first, Grain.MONTH))
        first = months_before(first, 1)
    return names


def today_in(zone: ZoneInfo, moment: dt.datetime) -> dt.date:
    """The day that people in the zone call today."""
    return moment.astimezone(zone).date()
