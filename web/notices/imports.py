"""Noticing that somebody's uploads are done: the last of the recordings that he sent has been judged, or has failed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from web.kit.site import Site
from web.models import NoticeKind, Recording, RecordingState, SiteValue
from web.notices.tell import tell

NAME = "uploads_told"  # site value: {"floor": id up to which all is told, "users": {user: id up to which he is told}}
MOST = 20_000  # recordings looked at at once
_AT_WORK = (RecordingState.QUEUED, RecordingState.RUNNING)
_FAILED = (RecordingState.FAILED, RecordingState.SET_ASIDE)


@dataclass(slots=True)
class _Uploads:
    """What a user has sent since he was last told."""

    last: int = 0
    recordings: int = 0
    failed: int = 0
    at_work: int = 0


def look(here: Site) -> None:
    """Tell users whose uploads are done; what was there before the first look is no news."""
    with here.db.reading() as session:
        newest = session.scalar(select(func.max(Recording.id))) or 0
        told = session.get(SiteValue, NAME)
        if told is not None and told.value["floor"] >= newest:
            return
    with here.db.writing() as session:
        told = session.get(SiteValue, NAME)
        if told is None:
            session.add(SiteValue(name=NAME, value={"floor": newest, "users": {}}))
        else:
            told.value = _told(session, told.value["floor"], told.value["users"])


def _told(session: Session, floor: int, marks: dict[str, int]) -> dict[str, object]:
    uploads: dict[int, _Uploads] = {}
    rows = session.execute(
        select(Recording.id, Recording.uploaded_by_id, Recording.state)
        .where(Recording.id > floor)
        .order_by(Recording.id)
        .limit(MOST)
    ).all()
    for number, user, state in rows:
        if user is None or number <= marks.get(str(user), floor):
            continue
        one = uploads.setdefault(user, _Uploads())
        one.last, one.recordings = number, one.recordings + 1
        one.failed += state in _FAILED
        one.at_work += state in _AT_WORK
    for user, one in uploads.items():
        if not one.at_work:
            tell(session, NoticeKind.IMPORT_FINISHED, [user], recordings=one.recordings, failed=one.failed)
            marks = {**marks, str(user): one.last}
    if any(one.at_work for one in uploads.values()) or not rows:
        return {"floor": floor, "users": marks}
    return {"floor": rows[-1].id, "users": {}}
