"""Sessions and who may see what of them: the one rule of what stays hidden until one has handed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from web.db import now
from web.kit import audit
from web.kit.access import OFFICE, visible
from web.kit.counts import counted
from web.kit.login import Viewer
from web.kit.paging import Paging, paging
from web.kit.refusals import GoneError
from web.models import (
    CalibrationAgreement,
    CalibrationRater,
    CalibrationRecording,
    CalibrationSession,
    NoticeKind,
    Recording,
    User,
)
from web.notices.tell import tell

PAGE = 20


@dataclass(frozen=True, slots=True)
class RaterLine:
    user_id: int
    name: str
    handed_in_at: datetime | None


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A session in the list. `mine`: the viewer takes part; `waits`: he still has to hand in."""

    id: int
    title: str
    standard_id: str
    lead: str
    due_on: date
    created_at: datetime
    closed_at: datetime | None
    recordings: int
    raters: int
    handed_in: int
    agreed: int
    mine: bool
    waits: bool


def session_for(session: Session, viewer: Viewer, session_id: int) -> CalibrationSession:
    """A session that the viewer leads, could lead or takes part in. Raises GoneError."""
    row = session.get(CalibrationSession, session_id)
    if row is None or (viewer.role not in OFFICE and rater(session, viewer, session_id) is None):
        raise GoneError
    return row


def rater(session: Session, viewer: Viewer, session_id: int) -> CalibrationRater | None:
    """The viewer's part in a session."""
    return session.get(CalibrationRater, (session_id, viewer.id))


def may_compare(row: CalibrationSession, own: CalibrationRater | None) -> bool:
    """Whether answers of others and the machine's verdicts are shown: once one has handed in, or the session is closed."""
    return row.closed_at is not None or (own is not None and own.handed_in_at is not None)


def recordings(session: Session, viewer: Viewer, session_id: int) -> list[CalibrationRecording]:
    """What is judged in a session, without what the viewer may not see or was deleted since."""
    statement = (
        select(CalibrationRecording)
        .join(Recording, Recording.id == CalibrationRecording.recording_id)
        .where(CalibrationRecording.session_id == session_id)
        .order_by(CalibrationRecording.position)
    )
    return list(session.scalars(visible(statement, viewer)))


def raters(session: Session, session_id: int) -> tuple[RaterLine, ...]:
    statement = (
        select(User.id.label("user_id"), User.name, CalibrationRater.handed_in_at)
        .join(CalibrationRater, CalibrationRater.user_id == User.id)
        .where(CalibrationRater.session_id == session_id)
        .order_by(User.id)
    )
    return tuple(RaterLine(**row._asdict()) for row in session.execute(statement))


def sessions(session: Session, viewer: Viewer, mine_only: bool, wanted: int) -> tuple[tuple[SessionLine, ...], Paging]:
    """A page of sessions, those that wait for the viewer first; a manager's are those that he takes part in."""
    own = aliased(CalibrationRater)
    statement: Select[Any] = select(CalibrationSession.id).outerjoin(
        own, (own.session_id == CalibrationSession.id) & (own.user_id == viewer.id)
    )
    waits = own.user_id.is_not(None) & own.handed_in_at.is_(None) & CalibrationSession.closed_at.is_(None)
    if mine_only:
        statement = statement.where(waits)
    elif viewer.role not in OFFICE:
        statement = statement.where(own.user_id.is_not(None))
    total = session.scalar(select(func.count()).select_from(statement.subquery())) or 0
    place = paging(wanted, total, PAGE)
    lead = aliased(User)
    of_session = CalibrationSession.id
    listed = (
        statement.with_only_columns(
            *(getattr(CalibrationSession, name) for name in ("id", "title", "standard_id", "due_on", "created_at")),
            CalibrationSession.closed_at,
            lead.name.label("lead"),
            _count(CalibrationRecording, of_session).label("recordings"),
            _count(CalibrationRater, of_session).label("raters"),
            _count(CalibrationRater, of_session, CalibrationRater.handed_in_at.is_not(None)).label("handed_in"),
            _count(CalibrationAgreement, of_session).label("agreed"),
            own.user_id.is_not(None).label("mine"),
            waits.label("waits"),
        )
        .join(lead, lead.id == CalibrationSession.lead_id)
        .order_by(waits.desc(), CalibrationSession.closed_at.is_not(None), CalibrationSession.id.desc())
    )
    rows = session.execute(listed.limit(PAGE).offset(place.offset))
    return tuple(SessionLine(**{**row._asdict(), "waits": bool(row.waits)}) for row in rows), place


@counted("calibration.index", show="mine")
def _waiting(viewer: Viewer) -> Select[Any]:
    return (
        select(CalibrationRater.session_id)
        .join(CalibrationSession, CalibrationSession.id == CalibrationRater.session_id)
        .where(
            CalibrationRater.user_id == viewer.id,
            CalibrationRater.handed_in_at.is_(None),
            CalibrationSession.closed_at.is_(None),
        )
    )


def close(session: Session, viewer: Viewer, row: CalibrationSession) -> None:
    """End the judging, for those too who have not handed in; once more changes nothing."""
    if row.closed_at is not None:
        return
    row.closed_at, row.closed_by_id = now(), viewer.id
    users = [one.user_id for one in raters(session, row.id)]
    handed_in = sum(one.handed_in_at is not None for one in raters(session, row.id))
    audit.record(session, "calibration-closed", "calibration", row.id, count=handed_in)
    tell(session, NoticeKind.CALIBRATION_CLOSED, [*users, row.lead_id], by=viewer.id, calibration=row.id)


def _count(table: Any, of_session: Any, *which: Any) -> Any:
    return select(func.count()).where(table.session_id == of_session, *which).scalar_subquery()
