"""From the stored summaries to the frames of the arithmetic: a handful of queries a page, whatever the archive's size."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

import pandas as pd
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from web.kit.login import Viewer
from web.models import ALL_KINDS, ItemPeriod, ScorePeriod, Team, Technician, UserRole, WorkOrder
from web.scorecards.asked import Asked, Span, first_day
from web.scorecards.figures.frames import DAY_KEYS, DAY_SUMS, ITEM_COUNTS, ITEM_KEYS, ITEMS, TECHNICIANS, Period

Rows = Select[*tuple[Any, ...]]


def technicians(session: Session) -> pd.DataFrame:
    """Return all technicians with their teams."""
    return _frame(
        session,
        select(
            Technician.id, Technician.staff_no, Technician.name, Technician.team_id, Team.name, Technician.active
        ).outerjoin(Team, Team.id == Technician.team_id),
        TECHNICIANS,
    )


def teams_of(viewer: Viewer, asked: Asked) -> int | None:
    """Return the team to which a page is narrowed: a manager's own, else the one asked for (None: all)."""
    if viewer.role is UserRole.MANAGER and viewer.team_id is not None:
        return viewer.team_id
    return asked.team_id


def members(people: pd.DataFrame, team_id: int | None) -> frozenset[int]:
    """Return the ids of a team's technicians (all where the team is None)."""
    own = people if team_id is None else people[people["team_id"] == team_id]
    return frozenset(int(i) for i in own["id"])


def days(session: Session, names: list[str], asked: Asked, people: Collection[int] | None = None) -> pd.DataFrame:
    """Return the sums of these months or weeks, of these technicians (None: all); `day` is the first of each."""
    columns = [getattr(ScorePeriod, name) for name in (*DAY_KEYS[1:], *DAY_SUMS)]
    wanted = select(ScorePeriod.period, *columns).where(
        ScorePeriod.period.in_(names), ScorePeriod.job_kind == (asked.job_kind or ALL_KINDS)
    )
    if people is not None:
        wanted = wanted.where(ScorePeriod.technician_id.in_(people))
    frame = _frame(session, wanted, ["day", *DAY_KEYS[1:], *DAY_SUMS])
    firsts = {name: first_day(name) for name in names}
    return frame.assign(day=frame["day"].map(firsts).astype("object"))


def days_of(session: Session, spans: list[Span], asked: Asked, people: Collection[int]) -> pd.DataFrame:
    """Return the sums of whole spans, each under its first day: a year is as many rows as a week."""
    keys = [getattr(ScorePeriod, name) for name in DAY_KEYS[1:]]
    sums = [func.sum(getattr(ScorePeriod, name)) for name in DAY_SUMS]
    parts = []
    for span in spans:
        wanted = (
            select(*keys, *sums)
            .where(
                ScorePeriod.period.in_(span.names),
                ScorePeriod.job_kind == (asked.job_kind or ALL_KINDS),
                ScorePeriod.technician_id.in_(people),
            )
            .group_by(*keys)
        )
        part = _frame(session, wanted, [*DAY_KEYS[1:], *DAY_SUMS])
        parts.append(part.assign(day=pd.Series([span.period.first] * len(part), dtype="object")))
    return pd.concat(parts, ignore_index=True)


def items(
    session: Session,
    names: list[str],
    asked: Asked,
    people: Collection[int] | None = None,
    *,
    over_time: bool = False,
) -> pd.DataFrame:
    """Return the counts of verdicts of these months or weeks, of the job kind asked for or of all together.

    They are added up over the periods, and all rows stand under the first one's name; `over_time`: over the technicians
    instead, under one of their ids. The database adds up a year of 100,000 recordings faster than pandas reads it.
    """
    keys = [ItemPeriod.standard_id, ItemPeriod.item_id, ItemPeriod.reviewed]
    kept: Any = ItemPeriod.period if over_time else ItemPeriod.technician_id
    lost: Any = func.min(ItemPeriod.technician_id if over_time else ItemPeriod.period)
    sums = [func.sum(getattr(ItemPeriod, name)) for name in (*ITEM_COUNTS, "credit_sum")]
    wanted = (
        select(kept, lost, *keys, *sums)
        .where(ItemPeriod.period.in_(names), ItemPeriod.job_kind == (asked.job_kind or ALL_KINDS))
        .group_by(kept, *keys)
    )
    if asked.standard_id:
        wanted = wanted.where(ItemPeriod.standard_id == asked.standard_id)
    if people is not None:
        wanted = wanted.where(ItemPeriod.technician_id.in_(people))
    first = ["period", "technician_id"] if over_time else ["technician_id", "period"]
    columns = [*first, "standard_id", "item_id", "reviewed", *ITEM_COUNTS, "credit_sum"]
    frame = _frame(session, wanted, columns).assign(job_kind=asked.job_kind)
    if not over_time and len(frame):
        frame["period"] = names[0]
    return frame[ITEMS]


def orders(
    session: Session, period: Period, asked: Asked, zone: Any, technician_id: int | None = None
) -> dict[int, int]:
    """Return the number of work orders in the period by technician: by appointment, else by completion."""
    begin = dt.datetime.combine(period.first, dt.time.min, zone)
    end = dt.datetime.combine(period.last + dt.timedelta(days=1), dt.time.min, zone)
    other = func.coalesce(WorkOrder.finished_at, WorkOrder.created_at)
    unplanned = WorkOrder.appointment_at.is_(None) & (other >= begin) & (other < end)
    wanted = (
        select(WorkOrder.technician_id, func.count())
        .where(
            WorkOrder.technician_id.is_not(None),
            unplanned | ((WorkOrder.appointment_at >= begin) & (WorkOrder.appointment_at < end)),
        )
        .group_by(WorkOrder.technician_id)
    )
    if technician_id is not None:
        wanted = wanted.where(WorkOrder.technician_id == technician_id)
    if asked.job_kind:
        wanted = wanted.where(WorkOrder.job_kind == asked.job_kind)
    return {int(i): int(n) for i, n in session.execute(wanted) if i is not None}


def job_kinds(session: Session) -> tuple[str, ...]:
    """Return the job kinds that occur."""
    return tuple(
        session.scalars(
            select(ScorePeriod.job_kind)
            .where(ScorePeriod.job_kind.not_in(["", ALL_KINDS]))
            .distinct()
            .order_by(ScorePeriod.job_kind)
        )
    )


def standards_heard(session: Session, span: Span) -> dict[str, int]:
    """Return the number of recordings by standard in the span, most first."""
    total = func.sum(ScorePeriod.recordings)
    wanted = (
        select(ScorePeriod.standard_id, total)
        .where(ScorePeriod.period.in_(span.names), ScorePeriod.job_kind == ALL_KINDS)
        .group_by(ScorePeriod.standard_id)
        .order_by(total.desc(), ScorePeriod.standard_id)
    )
    return {str(i): int(n) for i, n in session.execute(wanted)}


def _frame(session: Session, wanted: Rows, columns: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame([tuple(row) for row in session.execute(wanted)], columns=columns)
    for name in ITEM_KEYS:  # an empty frame's columns have no type of their own
        if name in frame and not len(frame):
            frame[name] = frame[name].astype("object")
    return frame
