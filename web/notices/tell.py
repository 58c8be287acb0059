"""Telling people what happened. Belongs into the transaction of what happened: told is what was stored, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.kit.site import site
from web.models import GroupMessage, Notice, NoticeKind, User, UserRole

CHANNELS = ("wecom", "dingtalk")
GROUPED = (NoticeKind.APPEAL_FILED, NoticeKind.MONTH_PUBLISHED)  # what a whole group is told


def tell(
    session: Session,
    kind: NoticeKind,
    users: Iterable[int],
    *,
    by: int | None = None,
    recording: int | None = None,
    **facts: Any,
) -> None:
    """Tell each of the users, but for the one whose act it was; and the groups, where it is for them."""
    told = [
        Notice(user_id=user, kind=kind, by_id=by, recording_id=recording, facts=facts)
        for user in dict.fromkeys(users)
        if user != by
    ]
    session.add_all(told)
    if kind in GROUPED:
        session.add_all(GroupMessage(channel=channel, kind=kind, facts=facts) for channel in channels())


def channels() -> tuple[str, ...]:
    """The groups that the site is set to tell."""
    return tuple(channel for channel in CHANNELS if getattr(site().web, f"{channel}_url"))


def with_role(session: Session, *roles: UserRole) -> list[int]:
    """The active users of these roles."""
    return list(session.scalars(select(User.id).where(User.active, User.role.in_(roles)).order_by(User.id)))


def of_technician(session: Session, technician_id: int | None) -> list[int]:
    """The active user that a technician logs in as, if any."""
    if technician_id is None:
        return []
    return list(session.scalars(select(User.id).where(User.active, User.technician_id == technician_id)))
