"""What ⌘K finds in the database: people, work orders, recordings. A few short queries, a few rows of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from web.intake.private import hide
from web.kit.access import may, reads_private, visible
from web.kit.login import Viewer
from web.kit.pages import local_time
from web.kit.values import whole
from web.models import Recording, Team, Technician, WorkOrder

EACH = 5  # rows of a group
LOOKED_AT = 50  # of recordings whose names the viewer reads masked: what he does not read does not answer
MOST_LETTERS = 64

Entry = dict[str, str]


def groups(session: Session, viewer: Viewer, written: str) -> list[dict[str, Any]]:
    """The groups that have something, each {"name", "entries": [{"title", "note", "url"}]}."""
    words = written.strip()[:MOST_LETTERS]
    if not words:
        return []
    orders = _orders(session, viewer, words)
    found = (
        (_("人员"), _people(session, viewer, words)),
        (_("工单"), [_order(viewer, row) for row in orders]),
        (_("录音"), _recordings(session, viewer, words, [row.id for row in orders])),
    )
    return [{"name": name, "entries": entries} for name, entries in found if entries]


def _people(session: Session, viewer: Viewer, words: str) -> list[Entry]:
    if not may(viewer, "scorecards.technician"):
        return []
    statement = (
        select(Technician.id, Technician.name, Technician.staff_no, Team.name.label("team"))
        .outerjoin(Team, Team.id == Technician.team_id)
        .where(
            or_(
                Technician.name.contains(words, autoescape=True),
                Technician.staff_no.startswith(words, autoescape=True),
            )
        )
        .order_by(Technician.active.desc(), Technician.staff_no)
        .limit(EACH)
    )
    if viewer.team_id is not None:
        statement = statement.where(Technician.team_id == viewer.team_id)
    return [
        _entry(row.name, f"{row.staff_no} {row.team or ''}", "scorecards.technician", technician_id=row.id)
        for row in session.execute(statement)
    ]


def _orders(session: Session, viewer: Viewer, words: str) -> Sequence[Row[Any]]:
    """Orders by their number; who may not open every order finds those of which he sees a recording."""
    columns: list[Any] = [WorkOrder.id, WorkOrder.order_no, WorkOrder.job_kind]
    statement = select(*columns).where(WorkOrder.order_no.contains(words, autoescape=True))
    if not may(viewer, "staff.order"):
        of = select(Recording.id).where(Recording.work_order_id == WorkOrder.id)
        statement = statement.where(visible(of, viewer).correlate(WorkOrder).exists())
    return session.execute(statement.order_by(WorkOrder.order_no).limit(EACH)).all()


def _order(viewer: Viewer, row: Row[Any]) -> Entry:
    if may(viewer, "staff.order"):
        return _entry(row.order_no, row.job_kind, "staff.order", order_id=row.id)
    return _entry(row.order_no, row.job_kind, "recordings.index", order=row.id)


def _recordings(session: Session, viewer: Viewer, words: str, orders: Sequence[int]) -> list[Entry]:
    """Recordings by their number, their file's name, their order's number."""
    named = or_(Recording.original_name.contains(words, autoescape=True), Recording.work_order_id.in_(orders))
    statement = visible(
        select(Recording.id, Recording.original_name, Recording.recorded_at, Technician.name, WorkOrder.order_no)
        .outerjoin(Technician, Technician.id == Recording.technician_id)
        .outerjoin(WorkOrder, WorkOrder.id == Recording.work_order_id),
        viewer,
    )
    rows: list[Any] = []
    if (number := whole(words.removeprefix("#"))) is not None:
        rows += session.execute(statement.where(Recording.id == number)).all()
    private = reads_private(viewer)
    newest = statement.where(named).order_by(Recording.recorded_at.desc(), Recording.id.desc())
    rows += session.execute(newest.limit(EACH if private else LOOKED_AT)).all()
    made: dict[int, Entry] = {}
    for number, name, at, technician, order_no in rows:
        shown = name if private else hide(name)
        known = (shown, order_no or "", str(number))
        if any(words.casefold() in one.casefold() or words == f"#{number}" for one in known):
            note = " · ".join(part for part in (technician, order_no, local_time(at)) if part)
            made.setdefault(number, _entry(f"#{number} {shown}", note, "recordings.show", recording_id=number))
    return list(made.values())[:EACH]


def _entry(title: str, note: str, endpoint: str, **values: Any) -> Entry:
    return {"title": title, "note": note.strip(), "url": url_for(endpoint, **values)}
