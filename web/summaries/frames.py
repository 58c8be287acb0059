"""From the stored summaries to the frames of the arithmetic: a handful of queries a page, whatever the archive's size."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import Select, case, func, select, union_all
from sqlalchemy.orm import Session

from web.figures.frames import DAY_KEYS, DAY_SUMS, ITEM_COUNTS, ITEM_KEYS, ITEMS, TECHNICIANS
from web.kit.calendar import Span, period_named
from web.kit.login import Viewer
from web.models import ALL_KINDS, ItemPeriod, ScorePeriod, Team, Technician, UserRole, WorkOrder
from web.summaries.query import ScorecardQuery
from web.summaries.remembered import remembered

Rows = Select[*tuple[Any, ...]]


def technicians(session: Session) -> pd.DataFrame:
    """Everybody; `active` stays a condition to choose by though there is nobody."""
    columns = (Technician.id, Technician.staff_no, Technician.name, Technician.team_id, Team.name, Technician.active)
    everybody = select(*columns).outerjoin(Team, Team.id == Technician.team_id)
    return _frame(session, everybody, TECHNICIANS).astype({"active": bool})


def team_shown(viewer: Viewer, query: ScorecardQuery) -> int | None:
    """The team to which a page is narrowed: a manager's own, else the one asked for (None: all)."""
    if viewer.role is UserRole.MANAGER and viewer.team_id is not None:
        return viewer.team_id
    return query.team_id


def members(people: pd.DataFrame, team_id: int | None) -> frozenset[int]:
    """The ids of a team's technicians (all where the team is None)."""
    own = people if team_id is None else people[people["team_id"] == team_id]
    return frozenset(int(i) for i in own["id"])


@remembered
def days(session: Session, names: tuple[str, ...], query: ScorecardQuery, people: frozenset[int]) -> pd.DataFrame:
    """The sums of these months or weeks, of these technicians; `day` is the first of each."""
    columns = [getattr(ScorePeriod, name) for name in (*DAY_KEYS[1:], *DAY_SUMS)]
    rows = select(ScorePeriod.period, *columns).where(*_scores_of(names, query, people))
    frame = _frame(session, rows, ["day", *DAY_KEYS[1:], *DAY_SUMS])
    firsts = {name: period_named(name).first for name in names}
    return frame.assign(day=frame["day"].map(firsts).astype("object"))


@remembered
def days_of(session: Session, spans: tuple[Span, ...], query: ScorecardQuery, people: frozenset[int]) -> pd.DataFrame:
    """The sums of whole spans that share no period, each under its first day: a year is as many rows as a week."""
    keys = [getattr(ScorePeriod, name) for name in DAY_KEYS[1:]]
    sums = [func.sum(getattr(ScorePeriod, name)) for name in DAY_SUMS]
    number = case(*((ScorePeriod.period.in_(span.names), place) for place, span in enumerate(spans)))
    names = [name for span in spans for name in span.names]
    rows = select(*keys, *sums, number).where(*_scores_of(names, query, people)).group_by(number, *keys)
    frame = _frame(session, rows, [*DAY_KEYS[1:], *DAY_SUMS, "day"])
    firsts = {place: span.period.first for place, span in enumerate(spans)}
    return frame.assign(day=frame["day"].map(firsts).astype("object"))


@remembered
def items(
    session: Session,
    names: tuple[str, ...],
    query: ScorecardQuery,
    people: frozenset[int] | None = None,
    *,
    over_time: bool = False,
) -> pd.DataFrame:
    """The counts of verdicts of these months or weeks, of the job kind asked for or of all together.

    They are added up over the periods, and all rows stand under the first one's name; `over_time`: over the technicians
    instead, under one of their ids. The database adds up a year of 100,000 recordings faster than pandas reads it.
    """
    keys = [ItemPeriod.standard_id, ItemPeriod.item_id, ItemPeriod.reviewed]
    kept: Any = ItemPeriod.period if over_time else ItemPeriod.technician_id
    lost: Any = func.min(ItemPeriod.technician_id if over_time else ItemPeriod.period)
    sums = [func.sum(getattr(ItemPeriod, name)) for name in (*ITEM_COUNTS, "credit_sum")]
    rows = (
        select(kept, lost, *keys, *sums)
        .where(ItemPeriod.period.in_(names), ItemPeriod.job_kind == (query.job_kind or ALL_KINDS))
        .group_by(kept, *keys)
    )
    if query.standard_id:
        rows = rows.where(ItemPeriod.standard_id == query.standard_id)
    if people is not None:
        rows = rows.where(ItemPeriod.technician_id.in_(people))
    first = ["period", "technician_id"] if over_time else ["technician_id", "period"]
    columns = [*first, "standard_id", "item_id", "reviewed", *ITEM_COUNTS, "credit_sum"]
    frame = _frame(session, rows, columns).assign(job_kind=query.job_kind)
    if not over_time and len(frame):
        frame["period"] = names[0]
    return frame[ITEMS]


def orders(session: Session, query: ScorecardQuery, zone: ZoneInfo, technician_id: int | None = None) -> dict[int, int]:
    """The number of work orders in the period by technician: by appointment, else by completion."""
    begin, end = (
        dt.datetime.combine(day, dt.time.min, zone) for day in (query.span.period.first, query.span.period.end)
    )
    other = func.coalesce(WorkOrder.finished_at, WorkOrder.created_at)
    unplanned = WorkOrder.appointment_at.is_(None) & (other >= begin) & (other < end)
    planned = (WorkOrder.appointment_at >= begin) & (WorkOrder.appointment_at < end)
    parts = []
    for chosen in (planned, unplanned):  # two statements in one: joined by OR they would read the whole table
        part = select(WorkOrder.technician_id.label("who"), func.count().label("count")).where(
            chosen, WorkOrder.technician_id.is_not(None)
        )
        if technician_id is not None:
            part = part.where(WorkOrder.technician_id == technician_id)
        if query.job_kind:
            part = part.where(WorkOrder.job_kind == query.job_kind)
        parts.append(part.group_by(WorkOrder.technician_id))
    both = union_all(*parts).subquery()
    rows = session.execute(select(both.c.who, func.sum(both.c.count)).group_by(both.c.who))
    return {int(who): int(count) for who, count in rows}


@remembered
def job_kinds(session: Session) -> tuple[str, ...]:
    return tuple(
        session.scalars(
            select(ScorePeriod.job_kind)
            .where(ScorePeriod.job_kind.not_in(["", ALL_KINDS]))
            .distinct()
            .order_by(ScorePeriod.job_kind)
        )
    )


@remembered
def standards_heard(session: Session, span: Span) -> dict[str, int]:
    """The number of recordings by standard in the span, most first."""
    total = func.sum(ScorePeriod.recordings)
    rows = (
        select(ScorePeriod.standard_id, total)
        .where(ScorePeriod.period.in_(span.names), ScorePeriod.job_kind == ALL_KINDS)
        .group_by(ScorePeriod.standard_id)
        .order_by(total.desc(), ScorePeriod.standard_id)
    )
    return {str(i): int(n) for i, n in session.execute(rows)}


def _scores_of(names: Sequence[str], query: ScorecardQuery, people: Collection[int]) -> tuple[Any, ...]:
    return (
        ScorePeriod.period.in_(names),
        ScorePeriod.job_kind == (query.job_kind or ALL_KINDS),
        ScorePeriod.technician_id.in_(people),
    )


def _frame(session: Session, rows: Rows, columns: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame([tuple(row) for row in session.execute(rows)], columns=columns)
    for name in ITEM_KEYS:  # an empty frame's columns have no type of their own
        if name in frame and not len(frame):
            frame[name] = frame[name].astype("object")
    return frame
