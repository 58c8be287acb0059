"""Publishing a month: checked before, stored once, never changed. A correction is a new edition with its difference."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from web.db import now
from web.hooks import outbox
from web.kit import audit
from web.kit.calendar import Period, month_days, months_over
from web.kit.site import Site
from web.models import NoticeKind, PublishedMonth, Recording, RecordingState, UserRole, Verdict
from web.months.difference import Difference, difference, explain
from web.months.document import Body, digest, month_document
from web.notices.tell import tell, with_role
from web.summaries import frames
from web.summaries.judged import included, judged_in, recorded_in
from web.summaries.query import ScorecardQuery, month_span

MOST_NOTE = 500


class OvertakenError(Exception):
    """Somebody else has published the edition that a draft was made for."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A month as it would be published now.

    `refusal`: "" | open (the month is not over) | empty (nothing was judged) | same (nothing changed since the last
    edition). The counts are what one should know before: they warn, they do not refuse.
    """

    month: str
    days: Period
    edition: int
    seen_at: dt.datetime  # what changed later is not in it
    refusal: str = ""
    recordings: int = 0
    technicians: int = 0
    unsigned: int = 0
    suspicions: int = 0  # recordings with a suspicion that nobody has heard
    waiting: int = 0  # recordings that are not judged yet, or could not be
    unanswered: int = 0  # link items still pending
    digest: str = ""
    body: Body | None = None
    difference: Difference | None = None


def publishable(session: Session, today: dt.date, most: int = 24) -> list[str]:
    """The months that are over and have recordings since, newest first."""
    first = session.scalar(
        select(func.min(Recording.recorded_on)).where(
            Recording.state == RecordingState.JUDGED, Recording.deleted_at.is_(None)
        )
    )
    return [] if first is None else months_over(today, first, most)


def settled_draft(here: Site, month: str, today: dt.date) -> Draft:
    """The draft as of one moment, made without keeping anybody from writing."""
    with here.db.reading() as session:
        if not here.db.is_sqlite:  # where each statement of a transaction would see another moment
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        return draft(session, here, month, today)


def draft(session: Session, here: Site, month: str, today: dt.date) -> Draft:
    """What publishing would store. Raises ValueError for what is not YYYY-MM."""
    days, seen_at = month_days(month), now()
    if days is None:
        raise ValueError(f"not a month: {month}")
    last = _last(session, month)
    made = Draft(month=month, days=days, edition=1 if last is None else last.edition + 1, seen_at=seen_at)
    if today <= days.last:
        return replace(made, refusal="open")
    orders = frames.orders(session, ScorecardQuery(month_span(month)), here.zone)
    body = month_document(session, month, days, here.web.timezone, orders, here.web.min_recordings)
    if not body["recordings"] and last is None:
        return replace(made, refusal="empty")
    changes: Difference = {}
    if last is not None:
        changes = difference(last.body, body)
        explain(session, changes, last.published_at)
    suspicions, waiting, unanswered = _unsettled(session, days)
    return replace(
        made,
        refusal="same" if last is not None and not changes else "",
        recordings=len(body["recordings"]),
        technicians=len(body["technicians"]),
        unsigned=sum(not r["signed"] for r in body["recordings"]),
        suspicions=suspicions,
        waiting=waiting,
        unanswered=unanswered,
        digest=digest(body),
        body=body,
        difference=changes,
    )


def publish(session: Session, made: Draft, user_id: int, note: str) -> PublishedMonth:
    """Store a settled draft as the month's next edition, as of the moment when it was made.

    Raises ValueError for a draft that was refused, and for a correction (edition 2 and later) without its reason;
    OvertakenError where somebody else has published this edition meanwhile.
    """
    if made.refusal or made.body is None:
        raise ValueError(f"{made.month} cannot be published: {made.refusal}")
    if made.edition > 1 and not note:
        raise ValueError("a correction needs a reason")
    last = session.scalar(select(func.max(PublishedMonth.edition)).where(PublishedMonth.month == made.month)) or 0
    if made.edition != last + 1:
        raise OvertakenError(made.month)
    row = PublishedMonth(
        month=made.month,
        edition=made.edition,
        published_at=made.seen_at,
        published_by_id=user_id,
        note=note[:MOST_NOTE],
        body=made.body,
        difference=made.difference or {},
    )
    session.add(row)
    session.flush()
    audit.record(session, "month-published", "month", made.month, edition=made.edition, digest=made.digest)
    everybody = with_role(session, *UserRole)
    tell(session, NoticeKind.MONTH_PUBLISHED, everybody, by=user_id, month=made.month, edition=made.edition)
    outbox.month_published(session, row)
    return row


def _last(session: Session, month: str) -> PublishedMonth | None:
    return session.scalar(
        select(PublishedMonth).where(PublishedMonth.month == month).order_by(PublishedMonth.edition.desc()).limit(1)
    )


def _unsettled(session: Session, days: Period) -> tuple[int, int, int]:
    """Recordings with unheard suspicions, recordings not judged, link items pending."""
    judged: Any = Recording.state == RecordingState.JUDGED
    own = (Recording.deleted_at.is_(None), recorded_in(days), included())
    count = select(func.count()).select_from(Recording).where(*own)
    pending = (
        select(func.count())
        .select_from(Verdict)
        .join(Recording, Recording.id == Verdict.recording_id)
        .where(*own, judged, Verdict.how == "link", Verdict.final.is_(None))
    )
    return (
        session.scalar(count.where(judged_in(days), Recording.suspicion_count > 0)) or 0,
        session.scalar(count.where(~judged)) or 0,
        session.scalar(pending) or 0,
    )
