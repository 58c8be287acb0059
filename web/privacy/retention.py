"""How long what is kept: sound, words and scores each have their days, counted from the day a recording was taken in.

That day is the site's own clock: a date that a file states can be wrong or made up.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from web.db import now as present
from web.intake import removal
from web.intake.erasure import erase_audio, erase_quotes, erase_words
from web.kit import audit
from web.kit.site import Site
from web.models import APPEAL_WAITS, Appeal, Job, LegalHold, Recording
from web.queue import ACTIVE

log = logging.getLogger(__name__)
AT_ONCE = 50  # recordings a transaction: others get to write in between
MOST = 200  # batches a day: the rest follows tomorrow


@dataclass(frozen=True, slots=True)
class Class:
    """What goes when its days are over. `there`: whether a recording still has it."""

    name: str
    days: int
    there: ColumnElement[bool]
    erase: Callable[[Session, Recording, datetime], object]


def classes(here: Site) -> tuple[Class, ...]:
    web = here.web
    return (
        Class("score", web.keep_score_days, Recording.id.is_not(None), _whole),
        Class("transcript", web.keep_transcript_days, Recording.words_erased_at.is_(None), erase_words),
        Class("audio", web.keep_audio_days, Recording.stored_key != "", erase_audio),
    )


def expire(here: Site, now: datetime | None = None) -> dict[str, int]:
    """Erase what is over its days; return how many recordings lost what. One that fails is told and left for tomorrow."""
    moment = now or present()
    return {one.name: _expire(here, one, moment) for one in classes(here) if one.days}


def _expire(here: Site, one: Class, now: datetime) -> int:
    done, failed = 0, set[int]()
    for _ in range(MOST):
        with here.db.reading() as session:
            ids = session.scalars(
                select(Recording.id)
                .where(over(one, now), Recording.id.not_in(sorted(failed)))
                .order_by(Recording.id)
                .limit(AT_ONCE)
            ).all()
        if not ids:
            break
        if one.name != "audio":
            with here.db.writing() as session:
                erase_quotes(session, set(ids))
        for number in ids:
            try:
                done += _erase(here, one, number, now)
            except Exception:
                log.exception("the %s of recording %d could not be erased", one.name, number)
                failed.add(number)
    return done


def _erase(here: Site, one: Class, number: int, now: datetime) -> bool:
    with here.db.writing() as session:
        row = session.scalar(select(Recording).where(Recording.id == number, over(one, now)))
        if row is None:  # held, appealed against or gone meanwhile
            return False
        one.erase(session, row, now)
        audit.record(session, "retention-expired", "recording", number, what=one.name, days=one.days)
        return True


def over(one: Class, now: datetime) -> ColumnElement[bool]:
    """The recordings whose days are over, and that nothing keeps: no hold, no open appeal, no work on them."""
    kept = (
        exists().where(LegalHold.recording_id == Recording.id)
        | exists().where(Appeal.recording_id == Recording.id, Appeal.state.in_(APPEAL_WAITS))
        | exists().where(Job.recording_id == Recording.id, Job.state.in_(ACTIVE))
    )
    due = Recording.uploaded_at < now - timedelta(days=one.days)
    return due & Recording.deleted_at.is_(None) & one.there & ~kept


def _whole(session: Session, row: Recording, now: datetime) -> None:
    removal.remove(session, row.id, now, signed=True)
