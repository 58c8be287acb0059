"""The list of a user's notices, with what each is about as he may see it now."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select, true, update
from sqlalchemy.orm import Session, aliased

from web.db import now
from web.kit.access import visible
from web.kit.counts import counted
from web.kit.login import Viewer
from web.kit.paging import Paging, paging
from web.kit.standards import standard
from web.models import Notice, Recording, Technician, User
from web.notices.words import sentence, target

PAGE = 30


@dataclass(frozen=True, slots=True)
class NoticeLine:
    id: int
    at: dt.datetime
    text: str
    unread: bool


@dataclass(frozen=True, slots=True)
class NoticePage:
    lines: tuple[NoticeLine, ...]
    place: Paging
    unread: int


@counted("notices.index", show="unread")
def _unread(viewer: Viewer) -> Select[Any]:
    return select(Notice.id).where(Notice.user_id == viewer.id, Notice.read_at.is_(None))


def notices(
    session: Session, viewer: Viewer, wanted: int, zone: ZoneInfo, lexicons: Path, *, unread_only: bool = False
) -> NoticePage:
    """A page of them, the newest first; two queries."""
    unread = func.count().filter(Notice.read_at.is_(None))
    total, waiting = session.execute(select(func.count(), unread).where(Notice.user_id == viewer.id)).one()
    place = paging(wanted, waiting if unread_only else total, PAGE)
    by = aliased(User)
    rows = session.execute(
        select(Notice, Recording.recorded_at, Recording.standard_id, Technician.name, by.name.label("by"))
        .outerjoin(Recording, Recording.id == Notice.recording_id)
        .outerjoin(Technician, Technician.id == Recording.technician_id)
        .outerjoin(by, by.id == Notice.by_id)
        .where(Notice.user_id == viewer.id, Notice.read_at.is_(None) if unread_only else true())
        .order_by(Notice.id.desc())
        .limit(PAGE)
        .offset(place.offset)
    )
    return NoticePage(tuple(_line(row, zone, lexicons) for row in rows), place, waiting)


def _line(row: Any, zone: ZoneInfo, lexicons: Path) -> NoticeLine:
    notice = row.Notice
    item_id = notice.facts.get("item", "")
    info = standard(lexicons, row.standard_id) if item_id else None
    item = info.item(item_id) if info else None
    when = row.recorded_at.astimezone(zone).strftime("%Y-%m-%d %H:%M") if row.recorded_at else ""
    text = sentence(
        notice.kind,
        notice.facts,
        by=row.by or "",
        technician=row.name or "",
        clause=item.text if item else item_id,
        when=when,
    )
    return NoticeLine(notice.id, notice.at, text, notice.read_at is None)


def opened(session: Session, viewer: Viewer, notice_id: int) -> str | None:
    """Mark a notice as read; return the page that it leads to, None where the viewer has no such notice."""
    notice = session.get(Notice, notice_id)
    if notice is None or notice.user_id != viewer.id:
        return None
    notice.read_at = notice.read_at or now()
    seen = session.scalar(visible(select(Recording.id), viewer).where(Recording.id == notice.recording_id))
    return target(notice.kind, notice.facts, seen, viewer.role)


def read_all(session: Session, viewer: Viewer) -> None:
    """Mark all of the viewer's notices as read."""
    unread = update(Notice).where(Notice.user_id == viewer.id, Notice.read_at.is_(None))
    session.execute(unread.values(read_at=now()))
