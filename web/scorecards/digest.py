"""The week of a manager: who moved beyond chance, new forbidden phrases, calls overdue, suspicions, months to publish.

Compared are the last four whole weeks with the four before: a single week is too little to tell anything from chance.
Each standard is compared for itself: whoever got other jobs than before has not become better or worse.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from web.kit.access import visible
from web.kit.login import Viewer
from web.kit.standards import StandardInfo
from web.links.queries import DueCall, due_calls
from web.models import (
    ALL_KINDS,
    ItemPeriod,
    PublishedMonth,
    Recording,
    RecordingState,
    ReviewState,
    ScorePeriod,
    Technician,
    UserRole,
    Verdict,
)
from web.scorecards import frames
from web.scorecards.asked import Asked, Span
from web.scorecards.figures.frames import ITEMS, Grain, Period, Reviewed, Selection, within
from web.scorecards.figures.movers import Measure, Mover, item_movers, movers
from web.scorecards.technician_page import Quote

WEEKS = 4
MOST_MOVERS, MOST_QUOTES, MOST_CALLS, MOST_MONTHS = 12, 12, 12, 3
LATE_DAYS = 14  # a recording that came in later than this after its day is no news


@dataclass(frozen=True, slots=True)
class Moved:
    """A mover with the words to tell it by; `text` is the clause, "" for score and forbidden phrases."""

    mover: Mover
    name: str
    standard_id: str
    standard: str
    text: str


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
    def quiet(self) -> bool:
        """Whether there is nothing to do or to look at."""
        return not (self.moved or self.quotes or self.overdue or self.suspicions or self.months)


def last_weeks(today: dt.date, weeks: int = WEEKS) -> Span:
    """Return the whole weeks that ended before today."""
    sunday = today - dt.timedelta(days=today.weekday() + 1)
    return Span("", Period(sunday - dt.timedelta(days=7 * weeks - 1), sunday), Grain.WEEK)


def digest(
    session: Session, viewer: Viewer, today: dt.date, standards: tuple[StandardInfo, ...], minimum: int
) -> Digest:
    """Return the digest of what the viewer is answerable for; ten queries."""
    span = last_weeks(today)
    week = Period(span.period.last - dt.timedelta(days=6), span.period.last)
    asked = Asked(span)
    people = frames.technicians(session)
    team = frames.teams_of(viewer, asked)
    members = frames.members(people, team)
    days = frames.days(session, span.before.names + span.names, asked, members)
    moved = _moved(session, days, people, members, asked, standards, minimum)
    inside = within(days, span.period)
    quotes, quotes_count = _quotes(session, viewer, week, standards)
    overdue = [call for call in due_calls(session, viewer, today) if call.overdue]
    return Digest(
        week,
        span,
        span.before,
        int(inside["technician_id"].nunique()),
        int(inside["recordings"].sum()),
        tuple(moved[:MOST_MOVERS]),
        len(moved),
        quotes,
        quotes_count,
        tuple(overdue[:MOST_CALLS]),
        len(overdue),
        _suspicions(session, viewer),
        _months(session, viewer, today),
    )


def _moved(
    session: Session,
    days: pd.DataFrame,
    people: pd.DataFrame,
    members: frozenset[int],
    asked: Asked,
    standards: tuple[StandardInfo, ...],
    minimum: int,
) -> list[Moved]:
    span, before = asked.span, asked.span.before
    counted = pd.concat([_items(session, s, members, minimum) for s in (span, before)], ignore_index=True)
    names = {int(i): str(name) for i, name in zip(people["id"], people["name"], strict=True)}
    found = []
    heard = set(days["standard_id"])
    for info in (s for s in standards if s.id in heard):
        chosen = Selection(Reviewed.ALL, info.id, None, members)
        own = movers(days, span.period, before.period, chosen, minimum)
        own += item_movers(
            counted[counted["standard_id"] == info.id], span.names[:1], before.names[:1], chosen, minimum
        )
        texts = {i.id: i.text for i in info.items}
        found += [
            Moved(m, names.get(m.technician_id, ""), info.id, info.title, texts.get(m.item_id, m.item_id)) for m in own
        ]
    order = list(Measure)
    return sorted(
        found,
        key=lambda m: (m.mover.better, order.index(m.mover.measure), -abs(m.mover.change.value or 0.0), m.name),
    )


def _items(session: Session, span: Span, members: frozenset[int], minimum: int) -> pd.DataFrame:
    """Return met and missed of each technician and clause with enough of them to be compared."""
    keys = [ItemPeriod.technician_id, ItemPeriod.standard_id, ItemPeriod.item_id]
    met, missed = func.sum(ItemPeriod.met), func.sum(ItemPeriod.missed)
    wanted = (
        select(*keys, met, missed)
        .where(
            ItemPeriod.period.in_(span.names),
            ItemPeriod.job_kind == ALL_KINDS,
            ItemPeriod.technician_id.in_(members),
        )
        .group_by(*keys)
        .having(met + missed >= minimum)
    )
    name = span.names[0]
    rows = [(name, *row[:3], "", False, row[3], row[4], 0, 0, 0, 0.0) for row in session.execute(wanted)]
    return pd.DataFrame(rows, columns=ITEMS)


def _quotes(
    session: Session, viewer: Viewer, week: Period, standards: tuple[StandardInfo, ...]
) -> tuple[tuple[Quote, ...], int]:
    """Return the forbidden phrases of recordings that came in since the week began, newest first, and their number."""
    new = and_(
        Recording.recorded_on >= week.first - dt.timedelta(days=LATE_DAYS),
        Recording.uploaded_at >= dt.datetime.combine(week.first, dt.time.min, dt.UTC),
        Recording.state == RecordingState.JUDGED,
        Verdict.kind == "forbidden",
        Verdict.final == "missed",
    )
    joined = select(Recording.id).join(Verdict, Verdict.recording_id == Recording.id).where(new)
    count = session.scalar(select(func.count()).select_from(visible(joined, viewer).subquery())) or 0
    wanted = (
        select(
            Recording.id,
            Recording.recorded_at,
            Recording.review_state,
            Verdict.standard_id,
            Verdict.item_id,
            Verdict.evidence,
            Technician.name,
        )
        .join(Verdict, Verdict.recording_id == Recording.id)
        .outerjoin(Technician, Technician.id == Recording.technician_id)
        .where(new)
        .order_by(Recording.recorded_at.desc(), Recording.id, Verdict.position)
        .limit(MOST_QUOTES)
    )
    texts = {(s.id, i.id): i.text for s in standards for i in s.items}
    found = []
    for number, at, state, standard_id, item_id, evidence, name in session.execute(visible(wanted, viewer)):
        hit: dict[str, Any] = next((h for h in evidence if not h.get("suspicion")), {})
        found.append(
            Quote(
                number,
                at,
                standard_id,
                item_id,
                texts.get((standard_id, item_id), item_id),
                hit.get("start_s"),
                hit.get("quote", ""),
                name or "",
                reviewed=state is ReviewState.SIGNED,
            )
        )
    return tuple(found), count


def _suspicions(session: Session, viewer: Viewer) -> int:
    """Return how many recordings hold a suspicion that nobody has decided: the list with flag=suspicion."""
    wanted = select(Recording.id).where(Recording.suspicion_count > 0, Recording.state == RecordingState.JUDGED)
    return session.scalar(select(func.count()).select_from(visible(wanted, viewer).subquery())) or 0


def _months(session: Session, viewer: Viewer, today: dt.date) -> tuple[str, ...]:
    """Return the last months that are over, have recordings and are not published; for those who may publish."""
    if viewer.role is not UserRole.ADMIN and not (viewer.role is UserRole.MANAGER and viewer.team_id is None):
        return ()
    names = []
    first = today.replace(day=1)
    for _ in range(MOST_MONTHS):
        first = (first - dt.timedelta(days=1)).replace(day=1)
        names.append(f"{first:%Y-%m}")
    heard = set(session.scalars(select(ScorePeriod.period).where(ScorePeriod.period.in_(names)).distinct()))
    done = set(session.scalars(select(PublishedMonth.month).where(PublishedMonth.month.in_(names))))
    return tuple(sorted(heard - done))
