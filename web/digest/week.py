"""The week of a manager: who moved beyond chance, new forbidden phrases, calls overdue, suspicions, months to publish.

Compared are the last four whole weeks with the four before: a single week is too little to tell anything from chance.
Each standard is compared for itself: whoever got other jobs than before has not become better or worse.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd
from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from web.digest.behind import behind, recordings_said
from web.figures.frames import ITEM_COUNTS, ITEMS, Reviewed, Selection, within
from web.figures.movers import Measure, Mover, item_movers, movers
from web.kit.access import visible
from web.kit.calendar import Grain, Period, Span, months_before, period_name, week_of, weeks_until
from web.kit.login import Viewer
from web.kit.sound import silence
from web.kit.standards import StandardInfo
from web.links.queries import DueCall, due_calls
from web.models import (
    ALL_KINDS,
    ItemPeriod,
    PublishedMonth,
    Recording,
    RecordingState,
    ScorePeriod,
    Technician,
    UserRole,
    Verdict,
)
from web.scorecards.quotes import Quote, clauses_of, forbidden_quote
from web.summaries import frames
from web.summaries.query import ScorecardQuery
from web.summaries.remembered import remembered

WEEKS = 4
MOST_MOVERS, MOST_QUOTES, MOST_CALLS, MOST_MONTHS = 12, 12, 12, 3
LATE_DAYS = 14  # a recording that came in later than this after its day is no news


@dataclass(frozen=True, slots=True)
class Moved:
    """A mover with the words to tell it by; `text` is the clause, "" for score and forbidden phrases.

    `recordings`: those with a score, with forbidden phrases, or that missed the clause, by what moved.
    """

    mover: Mover
    name: str
    standard_id: str
    standard: str
    text: str
    recordings: int = 0  # that the list behind it holds


@dataclass(frozen=True, slots=True)
class Digest:
    """All that page and mail tell. Counts tell how many there are where the tuple holds the first only."""

    week: Period  # the last whole week
    span: Span
    before: Span
    people: int  # technicians with recordings in the span
    recordings: int
    moved: tuple[Moved, ...]
    moved_count: int
    quotes: tuple[Quote, ...]
    quotes_count: int
    overdue: tuple[DueCall, ...]
    overdue_count: int
    suspicions: int  # recordings with a suspicion that nobody has decided
    months: tuple[str, ...]

    @property
    def query(self) -> ScorecardQuery:
        """What the figures of the span are asked for."""
        return ScorecardQuery(self.span)

    @property
    def quiet(self) -> bool:
        """Nothing to do or to look at."""
        return not (self.moved or self.quotes or self.overdue or self.suspicions or self.months)


def last_weeks(today: dt.date, weeks: int = WEEKS) -> Span:
    """The whole weeks that ended before today."""
    return Span("", weeks_until(week_of(today).first - dt.timedelta(days=1), weeks), Grain.WEEK)


def digest(session: Session, viewer: Viewer, today: dt.date, standards: Sequence[StandardInfo], minimum: int) -> Digest:
    """The digest of what the viewer is answerable for; ten queries."""
    span = last_weeks(today)
    week = week_of(span.period.last)
    query = ScorecardQuery(span)
    people = frames.technicians(session)
    members = frames.members(people, frames.team_shown(viewer, query))
    days = _days(session, query, members)
    names = {int(i): str(name) for i, name in zip(people["id"], people["name"], strict=True)}
    moved = _moved(session, query, tuple(names.items()), members, tuple(standards), minimum)
    inside = within(days, span.period)
    quotes, quotes_count = _quotes(session, viewer, week, standards)
    overdue = [call for call in due_calls(session, viewer, today) if call.overdue]
    return Digest(
        week=week,
        span=span,
        before=span.before,
        people=int(inside["technician_id"].nunique()),
        recordings=int(inside["recordings"].sum()),
        moved=tuple(moved[:MOST_MOVERS]),
        moved_count=len(moved),
        quotes=quotes,
        quotes_count=quotes_count,
        overdue=tuple(overdue[:MOST_CALLS]),
        overdue_count=len(overdue),
        suspicions=_suspicions(session, viewer),
        months=_months(session, viewer, today),
    )


@remembered
def _moved(
    session: Session,
    query: ScorecardQuery,
    people: tuple[tuple[int, str], ...],
    members: frozenset[int],
    standards: tuple[StandardInfo, ...],
    minimum: int,
) -> list[Moved]:
    span, before, names = query.span, query.span.before, dict(people)
    days = _days(session, query, members)
    counted = _items(session, span, members, minimum)
    heard = set(days["standard_id"])
    moved = []
    for info in (s for s in standards if s.id in heard):
        chosen = Selection(Reviewed.ALL, info.id, None, members)
        items = counted[counted["standard_id"] == info.id]
        own = (
            *movers(days, span.period, before.period, chosen, minimum),
            *item_movers(items, span.names[:1], before.names[:1], chosen, minimum),
        )
        texts = {i.id: i.text for i in info.items}
        moved += [
            Moved(
                mover=m,
                name=names.get(m.technician_id, ""),
                standard_id=info.id,
                standard=info.title,
                text=texts.get(m.item_id, m.item_id),
            )
            for m in own
        ]
    order, said = list(Measure), recordings_said(session, query, [m.mover for m in moved])
    return sorted(
        (replace(m, recordings=behind(m.mover, m.standard_id, said)) for m in moved),
        key=lambda m: (m.mover.better, order.index(m.mover.measure), -abs(m.mover.change.value or 0.0), m.name),
    )


def _days(session: Session, query: ScorecardQuery, members: frozenset[int]) -> pd.DataFrame:
    return frames.days(session, tuple(query.span.before.names + query.span.names), query, members)


def _items(session: Session, span: Span, members: frozenset[int], minimum: int) -> pd.DataFrame:
    """Met and missed of each technician and clause with enough of them to be compared, in the span and in that before.

    Each stands under the first period of its span.
    """
    name = case((ItemPeriod.period.in_(span.names), span.names[0]), else_=span.before.names[0])
    keys = [ItemPeriod.technician_id, ItemPeriod.standard_id, ItemPeriod.item_id]
    met, missed = func.sum(ItemPeriod.met), func.sum(ItemPeriod.missed)
    rows = session.execute(
        select(name, *keys, met, missed)
        .where(
            ItemPeriod.period.in_([*span.names, *span.before.names]),
            ItemPeriod.job_kind == ALL_KINDS,
            ItemPeriod.technician_id.in_(members),
        )
        .group_by(name, *keys)
        .having(met + missed >= minimum)
    )
    others = [0] * (len(ITEM_COUNTS) - 2)  # nobody asks for them
    return pd.DataFrame([(*row[:4], "", False, *row[4:], *others, 0.0) for row in rows], columns=ITEMS)


def _quotes(
    session: Session, viewer: Viewer, week: Period, standards: Sequence[StandardInfo]
) -> tuple[tuple[Quote, ...], int]:
    """The forbidden phrases of recordings that came in since the week began, newest first, and their number."""
    new = and_(
        Recording.recorded_on >= week.first - dt.timedelta(days=LATE_DAYS),
        Recording.uploaded_at >= dt.datetime.combine(week.first, dt.time.min, dt.UTC),
        Recording.state == RecordingState.JUDGED,
        Verdict.kind == "forbidden",
        Verdict.final == "missed",
    )
    joined = select(Recording.id).join(Verdict, Verdict.recording_id == Recording.id).where(new)
    count = session.scalar(select(func.count()).select_from(visible(joined, viewer).subquery())) or 0
    newest = (
        select(
            Recording.id,
            Recording.recorded_at,
            Recording.review_state,
            Verdict.standard_id,
            Verdict.item_id,
            Verdict.evidence,
            Technician.name,
            silence(viewer),
        )
        .join(Verdict, Verdict.recording_id == Recording.id)
        .outerjoin(Technician, Technician.id == Recording.technician_id)
        .where(new)
        .order_by(Recording.recorded_at.desc(), Recording.id, Verdict.position)
        .limit(MOST_QUOTES)
    )
    clauses = clauses_of(standards)
    rows = session.execute(visible(newest, viewer)).mappings()
    return tuple(forbidden_quote(row, clauses, row["name"] or "") for row in rows), count


def _suspicions(session: Session, viewer: Viewer) -> int:
    """How many recordings hold a suspicion that nobody has decided: the list with flag=suspicion."""
    wanted = select(Recording.id).where(Recording.suspicion_count > 0, Recording.state == RecordingState.JUDGED)
    return session.scalar(select(func.count()).select_from(visible(wanted, viewer).subquery())) or 0


def _months(session: Session, viewer: Viewer, today: dt.date) -> tuple[str, ...]:
    """The last months that are over, have recordings and are not published; for those who may publish."""
    if viewer.role is not UserRole.ADMIN and not (viewer.role is UserRole.MANAGER and viewer.team_id is None):
        return ()
    names = [period_name(months_before(today, back), Grain.MONTH) for back in range(1, MOST_MONTHS + 1)]
    heard = set(session.scalars(select(ScorePeriod.period).where(ScorePeriod.period.in_(names)).distinct()))
    done = set(session.scalars(select(PublishedMonth.month).where(PublishedMonth.month.in_(names))))
    return tuple(sorted(heard - done))
