"""What a scorecard page is asked for: period, team, standard, job kind, signed only or all."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from web.figures.frames import Reviewed, Selection
from web.kit.calendar import (
    MONTH,
    WEEK,
    Grain,
    Period,
    Span,
    day_named,
    months_before,
    period_asked,
    period_name,
    period_named,
    week_of,
    weeks_until,
)
from web.kit.values import whole

WEEKS = 12
_YEAR = re.compile(r"[0-9]{4}")
_SPAN = re.compile(r"([0-9]{1,2})w")


@dataclass(frozen=True, slots=True)
class ScorecardQuery:
    """The filters of a page; empty values filter nothing."""

    span: Span
    team_id: int | None = None
    standard_id: str = ""
    job_kind: str = ""
    reviewed: Reviewed = Reviewed.ALL
    sort: str = ""
    grain: Grain = Grain.WEEK

    @classmethod
    def read(cls, arguments: Mapping[str, str], today: dt.date) -> ScorecardQuery:
        """Read an address's arguments; values that make no sense are as if left out."""
        reviewed = arguments.get("reviewed", "")
        grain = arguments.get("grain", "")
        kind = arguments.get("kind", "")[:32]
        span = span_of(arguments.get("period", ""), today)
        return cls(
            # single job kinds are summed by month only
            span=Span(span.code, span.period.widened(Grain.MONTH), Grain.MONTH) if kind else span,
            team_id=whole(arguments.get("team", "")),
            standard_id=arguments.get("standard", "")[:64],
            job_kind=kind,
            reviewed=Reviewed(reviewed) if reviewed in set(Reviewed) else Reviewed.ALL,
            sort=arguments.get("sort", "")[:32],
            grain=Grain.MONTH if kind else Grain(grain) if grain in set(Grain) else Grain.WEEK,
        )

    def signed_only(self) -> ScorecardQuery:
        """The same of signed recordings: what only a machine said accuses nobody on his own page."""
        return replace(self, reviewed=Reviewed.SIGNED)

    def selection(self, technician_ids: frozenset[int] | None = None) -> Selection:
        """The same filters for the frames of the arithmetic."""
        return Selection(self.reviewed, self.standard_id or None, self.job_kind or None, technician_ids)

    def address(self, **changed: object) -> str:
        """The query string that asks the same, with changes."""
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
    """The span that a code names; anything else is the last twelve weeks, this one included."""
    weeks = WEEKS
    try:
        if MONTH.fullmatch(code):
            return Span(code, period_asked(code), Grain.MONTH)
        if WEEK.fullmatch(code):
            return Span(code, period_asked(code), Grain.WEEK)
        if _YEAR.fullmatch(code):
            return Span(code, Period(day_named(f"{code}-01-01"), dt.date(int(code), 12, 31)), Grain.MONTH)
        if match := _SPAN.fullmatch(code):
            weeks = int(match[1])
    except ValueError:
        pass
    weeks = min(max(weeks, 1), 53)
    return Span(f"{weeks}w", weeks_until(week_of(today).last, weeks), Grain.WEEK)


def month_span(month: str) -> Span:
    """The span of YYYY-MM; raises ValueError for what is none."""
    return Span(month, period_named(month), Grain.MONTH)


def span_choices(today: dt.date) -> list[tuple[str, str, str]]:
    """(code, group, name) of the spans that the pages offer; groups are span | month | week | year."""
    choices = [(f"{n}w", "span", str(n)) for n in (4, 12, 26)]
    for back in range(6):
        month = period_name(months_before(today, back), Grain.MONTH)
        choices.append((month, "month", month))
    for back in range(4):
        monday = week_of(today).first - dt.timedelta(weeks=back)
        choices.append((period_name(monday, Grain.WEEK), "week", monday.isoformat()))
    return choices + [(str(today.year - back), "year", str(today.year - back)) for back in range(2)]
