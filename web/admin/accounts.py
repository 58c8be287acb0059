"""Making and changing accounts. Raises FieldError."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.auth import names, passwords
from web.db import now
from web.kit import audit
from web.kit.i18n import gettext as _
from web.kit.refusals import FieldError
from web.models import Technician, User, UserRole

_ADDRESS = re.compile(r"[!-~]+@[A-Za-z0-9.-]+")  # one, in ASCII, without spaces: other ones a plain mail server refuses


def create(
    session: Session,
    *,
    username: str,
    name: str,
    role: UserRole,
    password: str,
    technician_id: int | None = None,
    team_id: int | None = None,
    email: str = "",
    initial_days: int | None = None,
) -> User:
    """Add an account. A technician's must name a staff row that no other account has.

    `initial_days`: the password is only for the first login, and for so many days; None: it is the user's own.
    """
    names.check(session, username)
    _check(session, None, name, email, role, technician_id)
    user = User(
        username=username,
        name=name,
        role=role,
        technician_id=technician_id if role is UserRole.TECHNICIAN else None,
        team_id=team_id if role is UserRole.MANAGER else None,
        email=email,
        password_hash=passwords.hashed(password),
        must_change_password=initial_days is not None,
        initial_until=now() + timedelta(days=initial_days) if initial_days is not None else None,
    )
    session.add(user)
    session.flush()
    audit.record(session, "user-added", "user", user.id, name=username, role=role.value)
    return user


def update(
    session: Session,
    user: User,
    *,
    by_id: int,
    name: str,
    role: UserRole,
    active: bool,
    technician_id: int | None,
    team_id: int | None,
    email: str = "",
) -> None:
    """Change an account; a change of rights ends its sessions. Nobody takes his own rights away."""
    if user.id == by_id and (not active or role is not UserRole.ADMIN):
        raise FieldError("role", _("不能停用自己，也不能取消自己的管理员身份。"))
    _check(session, user.id, name, email, role, technician_id)
    rights = (role, active, technician_id if role is UserRole.TECHNICIAN else None, team_id)
    if rights != (user.role, user.active, user.technician_id, user.team_id):
        user.session_epoch += 1
    user.name, user.role, user.active, user.email = name, role, active, email
    user.technician_id = technician_id if role is UserRole.TECHNICIAN else None
    user.team_id = team_id if role is UserRole.MANAGER else None
    audit.record(session, "user-changed", "user", user.id, role=role.value, active=active)


def _check(
    session: Session, user_id: int | None, name: str, email: str, role: UserRole, technician_id: int | None
) -> None:
    if not 1 <= len(name) <= 64:
        raise FieldError("name", _("请填写这一项。"))
    if not name.isprintable():
        raise FieldError("name", _("姓名里有换行或不可见的字符，请重新填写。"))
    if email and (not _ADDRESS.fullmatch(email) or set(email) & set('"(),:;<>[\\]') or email.count("@") != 1):
        raise FieldError("email", _("这不是一个邮箱地址，请写成 name@example.com。"))
    if role is not UserRole.TECHNICIAN:
        return
    if technician_id is None or session.get(Technician, technician_id) is None:
        raise FieldError("technician_id", _("请填写这一项。"))
    other = session.scalar(select(User.id).where(User.technician_id == technician_id))
    if other is not None and other != user_id:
        raise FieldError("technician_id", _("这位技师已经有账号了。"))
