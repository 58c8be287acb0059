"""Whose a review is: take it, give it back, give it to a colleague, take it over. Belongs into a writing transaction.

None of this changes the recording's revision: a form that is open keeps its hold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, aliased

from web.db import now
from web.kit import audit
from web.kit.access import OFFICE, visible
from web.kit.i18n import gettext as _
from web.kit.login import Viewer
from web.kit.refusals import InvalidError
from web.kit.site import today
from web.models import Handover, NoticeKind, Recording, ReviewState, TeamReviewer, User, UserRole
from web.notices.tell import tell

TAKE, OVER, GIVE, BACK = "take", "over", "give", "back"
ACTS = (TAKE, OVER, GIVE, BACK)


@dataclass(slots=True)
class Handed:
    """What became of a selection: `kept` are those of a colleague, `signed` those that no longer wait for a review.

    `over`: how many were taken over, by whose they were.
    """

    done: int = 0
    kept: int = 0
    signed: int = 0
    over: Counter[int] = field(default_factory=Counter)


def reviewers(session: Session) -> tuple[tuple[int, str], ...]:
    """Who can be given reviews: (id, name), QA before admins."""
    statement = select(User.id, User.name).where(User.active, User.role.in_(OFFICE))
    return tuple((i, name) for i, name in session.execute(statement.order_by(User.role.desc(), User.name, User.id)))


def hand(session: Session, viewer: Viewer, ids: Sequence[int], act: str, to: int | None, handed: Handed) -> None:
    """Do an act of `ACTS` to recordings; `to` counts for `GIVE`. What it came to is added to `handed`.

    `TAKE` and `GIVE` leave alone what is a colleague's (an admin gives it all the same), `BACK` all that is not one's own.
    Raises InvalidError for somebody who reviews nothing.
    """
    receiver = {TAKE: viewer.id, OVER: viewer.id, GIVE: to, BACK: None}[act]
    if act == GIVE and receiver not in dict(reviewers(session)):
        raise InvalidError(_("请选择一位质检员。"))
    taken: dict[int, list[int]] = {}
    day, names = today(), dict(session.execute(select(User.id, User.name).where(User.role.in_(OFFICE))).all())
    for row in session.scalars(visible(select(Recording).where(Recording.id.in_(ids)), viewer)):
        holder = row.reviewer_id if _holds(row, day) else None
        if row.review_state is ReviewState.SIGNED:
            handed.signed += 1
        elif not _may(viewer, act, holder, receiver):
            handed.kept += 1
        elif (holder, row.reserved_on) != (receiver, None) or act == BACK:
            row.reviewer_id, row.reserved_on = receiver, None
            over = holder not in (None, viewer.id, receiver)
            if over:
                handed.over[holder or 0] += 1
                taken.setdefault(holder or 0, []).append(row.id)
                session.add(Handover(recording_id=row.id, from_id=holder, to_id=receiver or viewer.id, by_id=viewer.id))
            word = "review-taken-over" if over and act == OVER else f"review-{act}"
            moved: dict[str, Any] = {"from": names.get(holder or 0, ""), "to": names.get(receiver or 0, "")}
            audit.record(session, word, "recording", row.id, **moved)
            handed.done += 1
    for holder, rows in taken.items():  # one notice, however many they are
        one = rows[0] if len(rows) == 1 else None
        tell(session, NoticeKind.TAKEN_OVER, [holder], by=viewer.id, recording=one, recordings=len(rows))


def _may(viewer: Viewer, act: str, holder: int | None, receiver: int | None) -> bool:
    if act == BACK:
        return holder == viewer.id or (viewer.role is UserRole.ADMIN and holder is not None)
    return act == OVER or holder in (None, viewer.id, receiver) or (act == GIVE and viewer.role is UserRole.ADMIN)


def _holds(row: Recording, day: date) -> bool:
    """As `desk.held` asks the database."""
    return row.reviewer_id is not None and (
        row.reserved_on is None or row.reserved_on >= day or row.review_state is ReviewState.STARTED
    )


@dataclass(frozen=True, slots=True)
class Told:
    """So many recordings that were the viewer's are another's since `at`."""

    count: int
    to: str
    by: str
    at: datetime


def told(session: Session, viewer: Viewer) -> tuple[Told, ...]:
    """What others did with the viewer's recordings and he has not ticked off, the latest first; one query."""
    by = aliased(User)
    statement = (
        select(func.count(), User.name, by.name, func.max(Handover.at))
        .select_from(Handover)
        .join(User, User.id == Handover.to_id)
        .join(by, by.id == Handover.by_id)
        .where(Handover.from_id == viewer.id, Handover.seen_at.is_(None))
        .group_by(User.name, by.name)
        .order_by(func.max(Handover.at).desc())
    )
    return tuple(Told(*row) for row in session.execute(statement))


def tick_off(session: Session, viewer: Viewer) -> None:
    session.execute(
        update(Handover).where(Handover.from_id == viewer.id, Handover.seen_at.is_(None)).values(seen_at=now())
    )


def team_reviewers(session: Session) -> dict[int, int]:
    """The reviewer of each team that has one."""
    return dict(session.execute(select(TeamReviewer.team_id, TeamReviewer.user_id)).all())


def give_team(session: Session, team_id: int, user_id: int | None) -> None:
    """Have a team's recordings come into the share of one reviewer; None: of anybody. Raises InvalidError."""
    if user_id is not None and user_id not in dict(reviewers(session)):
        raise InvalidError(_("请选择一位质检员。"))
    row = session.get(TeamReviewer, team_id)
    if (row.user_id if row else None) == user_id:
        return
    if user_id is None:
        session.delete(row)
    elif row is None:
        session.add(TeamReviewer(team_id=team_id, user_id=user_id))
    else:
        row.user_id = user_id
    name = session.scalar(select(User.name).where(User.id == user_id)) or ""
    audit.record(session, "team-reviewer", "team", team_id, to=name)
