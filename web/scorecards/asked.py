"""What a scorecard page is asked for: period, team, standard, job kind, signed only or all."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from web.scorecards.figures.frames import Grain, Period, Reviewed, period_name, periods

WEEKS = 12
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_WEEK = re.compile(r"(\d{4})-W(\d{2})")
_SPAN = re.compile(r"(\d{1,2})w")


@dataclass(frozen=True, slots=True)
class Span:
    """A period of whole months or whole weeks: `names` are its months (or weeks), `before` the span to compare with."""

    code: str  # 2026-11 | 2026-W47 | 12w | 2026
    period: Period
    grain: Grain

    @property
    def names(self) -> list[str]:
        """The months or weeks, in order."""
        return periods(self.period, self.grain)

    @property
    def before(self) -> Span:
        """The span just before, of as many months or weeks."""
        if self.grain is Grain.MONTH:
            first = self.period.first
            for _ in self.names:
                first = (first - dt.timedelta(days=1)).replace(day=1)
            return Span("", Period(first, self.period.first - dt.timedelta(days=1)), self.grain)
        return Span("", self.period.before(), self.grain)


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of a page; empty values ask nothing."""

    span: Span
    team_id: int | None = None
    standard_id: str = ""
    job_kind: str = ""
    reviewed: Reviewed = Reviewed.ALL
    sort: str = ""
    grain: Grain = Grain.WEEK

    @classmethod
    def read(cls, arguments: Mapping[str, str], today: dt.date) -> Asked:
        """Return what an address asks; values that make no sense are as if left out."""
        team = arguments.get("team", "")
        reviewed = arguments.get("reviewed", "")
        grain = arguments.get("grain", "")
        kind = arguments.get("kind", "")[:32]
        span = span_of(arguments.get("period", ""), today)
        return cls(
            _whole_months(span) if kind else span,  # single job kinds are summed by month only
            int(team) if team.isascii() and team.isdigit() and len(team) < 12 else None,
            arguments.get("standard", "")[:64],
            kind,
            Reviewed(reviewed) if reviewed in set(Reviewed) else Reviewed.ALL,
            arguments.get("sort", "")[:32],
            Grain.MONTH if kind else Grain(grain) if grain in set(Grain) else Grain.WEEK,
        )

    def address(self, **changed: object) -> str:
        """Return the query string that asks the same, with changes."""
        values: dict[str, object] = {
            "period": self.span.code,
            "team": self.team_id,
            "standard": self.standard_id,
            "kind": self.job_kind,
            "reviewed": self.reviewed.value if self.reviewed is not Reviewed.ALL else "",
            "sort": self.sort,
            "grain": self.grain.value if self.grain is not Grain.WEEK else "",
        }
        return urlencode({k: v for k, v in {**values, **changed}.items() if v not in (None, "")})


def span_of(code: str, today: dt.date) -> Span:
    """Return the span that a code names; anything else is the last twelve weeks, this one included."""
    try:
        if found := _MONTH.fullmatch(code):
            return _months(code, dt.date(int(found[1]), int(found[2]), 1), 1)
        if found := _WEEK.fullmatch(code):
            monday = dt.date.fromisocalendar(int(found[1]), int(found[2]), 1)
            return Span(code, Period(monday, monday + dt.timedelta(days=6)), Grain.WEEK)
        if code.isascii() and code.isdigit() and 2000 <= int(code) <= 2999:
            return _months(code, dt.date(int(code), 1, 1), 12)
        weeks = int(found[1]) if (found := _SPAN.fullmatch(code)) else WEEKS
    except ValueError:
        weeks = WEEKS
    weeks = min(max(weeks, 1), 53)
    sunday = today + dt.timedelta(days=6 - today.weekday())
    return Span(f"{weeks}w", Period(sunday - dt.timedelta(days=7 * weeks - 1), sunday), Grain.WEEK)


def choices(today: dt.date) -> list[tuple[str, str, str]]:
    """Return (code, group, name) of the spans that the pages offer; groups are span | month | week | year."""
    found = [(f"{n}w", "span", str(n)) for n in (4, 12, 26)]
    first = today.replace(day=1)
    for _ in range(6):
        found.append((period_name(first, Grain.MONTH), "month", period_name(first, Grain.MONTH)))
        first = (first - dt.timedelta(days=1)).replace(day=1)
    monday = today - dt.timedelta(days=today.weekday())
    for back in range(4):
        week = period_name(monday - dt.timedelta(weeks=back), Grain.WEEK)
        found.append((week, "week", (monday - dt.timedelta(weeks=back)).isoformat()))
    found += [(str(today.year - back), "year", str(today.year - back)) for back in range(2)]
    return found


def first_day(name: str) -> dt.date:
    """Return the first day of a month or ISO week."""
    if "W" in name:
        return dt.date.fromisocalendar(int(name[:4]), int(name[6:]), 1)
    return dt.date(int(name[:4]), int(name[5:]), 1)


def _whole_months(span: Span) -> Span:
    """Return the months that a span of weeks touches, under its code."""
    if span.grain is Grain.MONTH:
        return span
    names = periods(span.period, Grain.MONTH)
    return _months(span.code, first_day(names[0]), len(names))


def _months(code: str, first: dt.date, count: int) -> Span:
    after = first
    for _ in range(count):
        after = (after.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
    return Span(code, Period(first, after - dt.timedelta(days=1)), Grain.MONTH)
