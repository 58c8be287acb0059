"""Keeping the counts of customers' words: by team, so that a page adds up a few thousand rows instead of the archive.

A team is what changes without a recording changing: `follow_teams` remembers who was in which and counts anew.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, Integer, String, cast, delete, func, insert, literal, select
from sqlalchemy.orm import Session

from web.db import Database
from web.kit.calendar import POSSIBLE, Grain, period_name, period_named
from web.models import (
    ALL_KINDS,
    CustomerWord,
    Recording,
    SiteValue,
    Technician,
    WordPeriod,
    WorkOrder,
)
from web.summaries import remembered
from web.summaries.judged import judged_in

NO_TEAM = 0
TEAMS_KEPT = "word_teams"  # site value: {technician id: team id} as counted


def put(session: Session, names: Collection[str], team_id: int | None) -> None:
    """Count the words of these months and weeks of one team anew, in the caller's writing transaction."""
    team = team_id or NO_TEAM
    session.execute(delete(WordPeriod).where(WordPeriod.period.in_(names), WordPeriod.team_id == team))
    for name in names:
        _count(session, name, Technician.team_id.is_(None) if team_id is None else Technician.team_id == team_id)


def put_of(session: Session, technician_id: int, names: Collection[str]) -> None:
    """Count the words of these months and weeks anew for the technician's team."""
    put(session, names, session.scalar(select(Technician.team_id).where(Technician.id == technician_id)))


def rebuild(db: Database) -> None:
    """Count everything anew, a month or week a transaction: others write in between."""
    with db.reading() as session:
        teams = _teams(session)
        days = session.scalars(
            select(Recording.recorded_on).where(judged_in(POSSIBLE), Recording.technician_id.is_not(None)).distinct()
        ).all()
        kept = set(session.scalars(select(WordPeriod.period).distinct()))
    names = {period_name(day, grain) for day in days for grain in Grain}
    for name in sorted(names | kept):
        with db.writing() as session:
            session.execute(delete(WordPeriod).where(WordPeriod.period == name))
            if name in names:
                _count(session, name)
            remembered.changed(session)
    with db.writing() as session:
        session.merge(SiteValue(name=TEAMS_KEPT, value=teams))
        remembered.changed(session)


def follow_teams(db: Database) -> bool:
    """Count everything anew where somebody has changed teams, or nothing was ever counted; return whether it was."""
    with db.reading() as session:
        kept = session.get(SiteValue, TEAMS_KEPT)
        if kept is not None and kept.value == _teams(session):
            return False
    rebuild(db)
    return True


def _teams(session: Session) -> dict[str, int | None]:
    return {str(i): team for i, team in session.execute(select(Technician.id, Technician.team_id))}


def _count(session: Session, name: str, *only: ColumnElement[bool]) -> None:
    """Add the rows of one month or week: over all job kinds and, for a month, of each kind."""
    kind = func.coalesce(WorkOrder.job_kind, "")
    for by_kind in (False,) if "W" in name else (False, True):
        one_kind = kind if by_kind else cast(literal(ALL_KINDS), String(32))
        team = func.coalesce(Technician.team_id, cast(literal(NO_TEAM), Integer))
        keys = [one_kind, team, Recording.standard_id, CustomerWord.word]
        counted = (
            select(cast(literal(name), String(8)), *keys, func.count(), func.sum(CustomerWord.count))
            .select_from(Recording)
            .join(Technician, Technician.id == Recording.technician_id)
            .join(CustomerWord, CustomerWord.recording_id == Recording.id)
            .outerjoin(WorkOrder, WorkOrder.id == Recording.work_order_id)
            .where(judged_in(period_named(name)), *only)
            .group_by(*keys[1:], *([kind] if by_kind else []))
        )
        columns = ["period", "job_kind", "team_id", "standard_id", "word", "recordings", "said"]
        session.execute(insert(WordPeriod).from_select(columns, counted))
