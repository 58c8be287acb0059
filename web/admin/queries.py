"""What the admin pages show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from web.admin.log_names import detail_words
from web.admin.log_objects import Named, Names, clause_of
from web.kit.paging import Paging, paging
from web.kit.standards import StandardInfo
from web.models import AuditEntry, Identity, Team, Technician, User, UserRole

MOST_WAITING = 200


@dataclass(frozen=True, slots=True)
class UserLine:
    """A line of the accounts page."""

    id: int
    username: str
    name: str
    role: UserRole
    technician: str
    team: str
    active: bool
    second_factor: bool
    by_company: bool
    last_login_at: datetime | None


@dataclass(frozen=True, slots=True)
class CompanyPerson:
    """A person of the company's login provider, as its page names him; `made`: the account was made for him."""

    id: int
    who: str
    issuer: str
    made: bool
    last: datetime


@dataclass(frozen=True, slots=True)
class CompanyLogin:
    """Who opens an account by the company's login, and else who waits for one, newest first."""

    linked: CompanyPerson | None
    waiting: tuple[CompanyPerson, ...]


@dataclass(frozen=True, slots=True)
class AuditLine:
    id: int
    at: datetime
    username: str
    action: str
    object_kind: str
    object: Named
    detail: str
    address: str


@dataclass(frozen=True, slots=True)
class AuditPage:
    """A page of the audit log, newest first."""

    lines: tuple[AuditLine, ...]
    paging: Paging
    actions: tuple[str, ...]


def users(session: Session) -> tuple[UserLine, ...]:
    """Return all accounts: active ones first, then by role and name."""
    rows = session.execute(
        select(User, Technician.name, Technician.staff_no, Team.name, Identity.id)
        .outerjoin(Technician, Technician.id == User.technician_id)
        .outerjoin(Team, Team.id == User.team_id)
        .outerjoin(Identity, Identity.user_id == User.id)
        .order_by(User.active.desc(), User.role, User.username)
    )
    return tuple(
        UserLine(
            user.id,
            user.username,
            user.name,
            user.role,
            f"{technician}（{staff_no}）" if technician else "",
            team or "",
            user.active,
            bool(user.second_factor_salt),
            identity is not None,
            user.last_login_at,
        )
        for user, technician, staff_no, team, identity in rows
    )


def company_login(session: Session, user_id: int, issuer: str) -> CompanyLogin:
    """Return who opens the account; where nobody does, who of this issuer waits."""
    of_this = Identity.issuer == issuer if issuer else true()
    linked = session.scalar(select(Identity).where(Identity.user_id == user_id, of_this))
    if linked is not None or not issuer:
        return CompanyLogin(_company_person(linked) if linked else None, ())
    waiting = session.scalars(
        select(Identity)
        .where(Identity.user_id.is_(None), Identity.issuer == issuer)
        .order_by(Identity.last_at.desc(), Identity.id)
        .limit(MOST_WAITING)
    )
    return CompanyLogin(None, tuple(_company_person(one) for one in waiting))


def _company_person(row: Identity) -> CompanyPerson:
    names = dict.fromkeys(one for one in (row.name, row.username) if one)
    who = "，".join(names) or row.subject
    return CompanyPerson(row.id, who, row.issuer, row.made_account, row.last_at)


def audit_page(
    session: Session,
    zone: ZoneInfo,
    standards: Sequence[StandardInfo],
    *,
    wanted: int,
    action: str,
    username: str,
    day: date | None,
) -> AuditPage:
    """Return a page of the log, narrowed by action, user name and day (in the site's zone)."""
    statement = select(AuditEntry)
    if action:
        statement = statement.where(AuditEntry.action == action)
    if username:
        statement = statement.where(AuditEntry.username == username)
    if day is not None:
        begin = datetime.combine(day, time.min, zone)
        statement = statement.where(AuditEntry.at >= begin, AuditEntry.at < begin + timedelta(days=1))
    total = session.scalar(select(func.count()).select_from(statement.subquery())) or 0
    place = paging(wanted, total)
    rows = session.scalars(statement.order_by(AuditEntry.id.desc()).limit(place.size).offset(place.offset)).all()
    names = Names(session, rows, standards)
    lines = tuple(_line(e, names.of(e), standards) for e in rows)
    actions = tuple(session.scalars(select(AuditEntry.action).distinct().order_by(AuditEntry.action)))
    return AuditPage(lines, place, actions)


def _line(entry: AuditEntry, what: Named, standards: Sequence[StandardInfo]) -> AuditLine:
    detail = dict(entry.detail or {})
    if "item" in detail:
        detail["item"] = clause_of(standards, what.standard_id, str(detail["item"]))
    words = detail_words(detail)
    return AuditLine(entry.id, entry.at, entry.username, entry.action, entry.object_kind, what, words, entry.address)
