"""Months and ISO weeks."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.kit.calendar import (
    Grain,
    Period,
    Span,
    month_days,
    month_of,
    months_before,
    months_over,
    period_name,
    period_named,
    period_names,
    week_of,
    weeks_until,
)

days = st.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 31))


def test_names_of_months_and_iso_weeks() -> None:
    assert period_name(dt.date(2027, 1, 3), Grain.WEEK) == "2026-W53"
    assert period_name(dt.date(2027, 1, 3), Grain.MONTH) == "2027-01"
    assert period_named("2026-W53") == Period(dt.date(2026, 12, 28), dt.date(2027, 1, 3))
    with pytest.raises(ValueError, match="before it begins"):
        Period(dt.date(2026, 1, 2), dt.date(2026, 1, 1))


@given(days, st.sampled_from(Grain))
def test_a_day_lies_in_the_month_or_week_of_its_name(day: dt.date, grain: Grain) -> None:
    period = period_named(period_name(day, grain))
    assert period.first <= day < period.end
    assert period_names(period, grain) == [period_name(day, grain)]


@given(days, st.integers(0, 30))
def test_months_are_counted_backwards_one_by_one(day: dt.date, count: int) -> None:
    first = day.replace(day=1)
    for _ in range(count):
        first = month_of(first - dt.timedelta(days=1)).first
    assert months_before(day, count) == first


@pytest.mark.parametrize(
    ("grain", "period", "before"),
    [
        (Grain.MONTH, ("2026-11-01", "2026-11-30"), ("2026-10-01", "2026-10-31")),
        (Grain.MONTH, ("2026-03-01", "2026-03-31"), ("2026-02-01", "2026-02-28")),
        (Grain.MONTH, ("2026-01-01", "2026-12-31"), ("2025-01-01", "2025-12-31")),
        (Grain.WEEK, ("2026-11-16", "2026-11-22"), ("2026-11-09", "2026-11-15")),
        (Grain.WEEK, ("2027-02-01", "2027-02-28"), ("2027-01-04", "2027-01-31")),  # four weeks that are a month
    ],
)
def test_the_span_before_has_as_many_months_or_weeks(
    grain: Grain, period: tuple[str, str], before: tuple[str, str]
) -> None:
    now, then = (Period(*map(dt.date.fromisoformat, pair)) for pair in (period, before))
    assert Span("", now, grain).before.period == then


def test_whole_weeks_and_months_around_a_day() -> None:
    tuesday = dt.date(2026, 11, 24)
    assert week_of(tuesday) == Period(dt.date(2026, 11, 23), dt.date(2026, 11, 29))
    assert weeks_until(dt.date(2026, 11, 22), 2) == Period(dt.date(2026, 11, 9), dt.date(2026, 11, 22))
    assert Period(tuesday, dt.date(2026, 12, 1)).widened(Grain.MONTH) == Period(
        dt.date(2026, 11, 1), dt.date(2026, 12, 31)
    )


def test_months_that_are_over() -> None:
    assert months_over(dt.date(2026, 11, 1), dt.date(2026, 9, 30), 24) == ["2026-10", "2026-09"]
    assert months_over(dt.date(2026, 11, 30), dt.date(2026, 1, 1), 2) == ["2026-10", "2026-09"]
    assert months_over(dt.date(2026, 11, 30), dt.date(2026, 11, 1), 24) == []


@pytest.mark.parametrize("text", ["", "2026-13", "2026-1", "2026-W10", "0999-01", "2026-11-01"])
def test_what_is_no_month_has_no_days(text: str) -> None:
    assert month_days(text) is None
    assert month_days("2026-02") == Period(dt.date(2026, 2, 1), dt.date(2026, 2, 28))
