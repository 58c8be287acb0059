"""Publishing a month: checked before, stored once, never changed. A correction is a new edition with its difference."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from web.db import now
from web.kit import audit
from web.kit.site import Site
from web.models import PublishedMonth, Recording, RecordingState, Verdict
from web.scorecards import frames
from web.scorecards.asked import Asked, span_of
from web.scorecards.difference import Difference, difference, explain
from web.scorecards.month_document import Body, digest, month_document

MOST_NOTE = 500
MONTH = re.compile(r"[12]\d{3}-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Draft:
    """A month as it would be published now.

    `refusal`: "" | open (the month is not over) | empty (nothing was judged) | same (nothing changed since the last
    edition). The counts are what one should know before: they warn, they do not refuse.
    """

    month: str
    first: dt.date
    last: dt.date
    edition: int
    refusal: str
    recordings: int = 0
    technicians: int = 0
    unsigned: int = 0
    suspicions: int = 0  # recordings with a suspicion that nobody has heard
    waiting: int = 0  # recordings that are not judged yet, or could not be
    unanswered: int = 0  # link items still pending
    digest: str = ""
    body: Body | None = None
    difference: Difference | None = None


def month_days(month: str) -> tuple[dt.date, dt.date] | None:
    """Return the first and the last day of YYYY-MM, None for anything else."""
    if not MONTH.fullmatch(month):
        return None
    first = dt.date.fromisoformat(f"{month}-01")
    return first, (first.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)


def months_over(session: Session, today: dt.date, most: int = 24) -> list[str]:
    """Return the months that are over and have recordings since, newest first."""
    first = session.scalar(
        select(func.min(Recording.recorded_on)).where(
            Recording.state == RecordingState.JUDGED, Recording.deleted_at.is_(None)
        )
    )
    found: list[str] = []
    last = today.replace(day=1) - dt.timedelta(days=1)
    while first is not None and last >= first and len(found) < most:
        found.append(f"{last:%Y-%m}")
        last = last.replace(day=1) - dt.timedelta(days=1)
    return found


def draft(session: Session, here: Site, month: str, today: dt.date) -> Draft:
    """Return what publishing would store. Raises ValueError for what is not YYYY-MM."""
    days = month_days(month)
    if days is None:
        raise ValueError(f"not a month: {month}")
    last = _last(session, month)
    edition = 1 if last is None else last.edition + 1
    if today <= days[1]:
        return Draft(month, *days, edition, "open")
    asked = Asked(span_of(month, today))
    orders = frames.orders(session, asked.span.period, asked, here.zone)
    body = month_document(session, month, days, here.web.timezone, orders, here.web.min_recordings)
    if not body["recordings"] and last is None:
        return Draft(month, *days, edition, "empty")
    found: Difference = {}
    if last is not None:
        found = difference(last.body, body)
        explain(session, found, last.published_at)
    return Draft(
        month,
        *days,
        edition,
        "same" if last is not None and not found else "",
        len(body["recordings"]),
        len(body["technicians"]),
        sum(not r["signed"] for r in body["recordings"]),
        *_unsettled(session, *days),
        digest(body),
        body,
        found,
    )


def publish(session: Session, made: Draft, user_id: int, note: str) -> PublishedMonth:
    """Store the draft as the month's next edition; belongs into the writing transaction that made the draft.

    Raises ValueError for a draft that was refused, and for a correction (edition 2 and later) without its reason.
    """
    if made.refusal or made.body is None:
        raise ValueError(f"{made.month} cannot be published: {made.refusal}")
    if made.edition > 1 and not note:
        raise ValueError("a correction needs a reason")
    row = PublishedMonth(
        month=made.month,
        edition=made.edition,
        published_at=now(),
        published_by_id=user_id,
        note=note[:MOST_NOTE],
        body=made.body,
        difference=made.difference or {},
    )
    session.add(row)
    session.flush()
    audit.record(session, "month-published", "month", made.month, edition=made.edition, digest=made.digest)
    return row


def _last(session: Session, month: str) -> PublishedMonth | None:
    found: PublishedMonth | None = session.scalar(
        select(PublishedMonth).where(PublishedMonth.month == month).order_by(PublishedMonth.edition.desc()).limit(1)
    )
    return found


def _unsettled(session: Session, first: dt.date, last: dt.date) -> tuple[int, int, int]:
    """Return recordings with unheard suspicions, recordings not judged, link items pending."""
    judged: Any = Recording.state == RecordingState.JUDGED
    own = (Recording.deleted_at.is_(None), Recording.recorded_on >= first, Recording.recorded_on <= last)
    count = select(func.count()).select_from(Recording).where(*own)
    pending = (
        select(func.count())
        .select_from(Verdict)
        .join(Recording, Recording.id == Verdict.recording_id)
        .where(*own, judged, Verdict.how == "link", Verdict.final.is_(None))
    )
    return (
        session.scalar(count.where(judged, Recording.suspicion_count > 0)) or 0,
        session.scalar(count.where(~judged)) or 0,
        session.scalar(pending) or 0,
    )
