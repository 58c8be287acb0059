"""Who is asking: the session names a user, every request loads him afresh."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

from flask import Flask, g, session
from flask_login import LoginManager, UserMixin, current_user, login_user
from sqlalchemy import select

from web.db import now
from web.kit.site import reader, site
from web.kit.values import whole
from web.models import User, UserRole

manager = LoginManager()


@dataclass(frozen=True)
class Viewer(UserMixin):  # type: ignore[misc]  # Flask-Login has no types
    """The user of a request, as the pages know him."""

    id: int
    username: str
    name: str
    role: UserRole
    technician_id: int | None
    team_id: int | None
    epoch: int
    must_change_password: bool
    second_factor: bool
    preferences: dict[str, Any] = field(default_factory=dict)

    def get_id(self) -> str:
        """Return what the session keeps: ends to be valid when the user's epoch is raised."""
        return f"{self.id}.{self.epoch}"


def viewer_of(user: User) -> Viewer:
    return Viewer(
        user.id,
        user.username,
        user.name,
        user.role,
        user.technician_id,
        user.team_id,
        user.session_epoch,
        user.must_change_password,
        bool(user.second_factor_salt),
        user.preferences or {},
    )


def viewer() -> Viewer:
    """Return the logged-in user of the request; only for views that the access table does not leave public."""
    if not current_user.is_authenticated:
        raise RuntimeError("nobody is logged in")
    return cast(Viewer, current_user._get_current_object())


def sign_in(user: User, *, by_company: bool = False) -> None:
    """Begin a session of the user; nothing stays of whoever sat here before."""
    session.clear()
    session.permanent = True
    session["began"] = int(now().timestamp())
    if by_company:
        session["company"] = True
    login_user(viewer_of(user))


def sign_in_again(user: User) -> None:
    """Go on after the viewer's own act has ended his sessions; who came by the company's login stays so, no longer."""
    began, by_company = session.get("began"), came_by_company()
    sign_in(user, by_company=by_company)
    if by_company and began is not None:
        session["began"] = began


def came_by_company() -> bool:
    """Whether the request's session was begun by the company's login."""
    return bool(session.get("company"))


def look_nobody_up() -> None:
    """Whoever is not known yet stays unknown for the rest of the request: the database does not answer."""
    if "_login_user" not in g:  # Flask-Login's own place
        manager._update_request_context_with_user()


@manager.user_loader  # type: ignore[untyped-decorator]
def _load(kept: str) -> Viewer | None:
    written, _, epoch = kept.partition(".")
    number = whole(written)
    # a cookie of before there was this limit: its life begins now
    began = session.setdefault("began", int(now().timestamp()))
    if number is None or now().timestamp() - began > site().web.session_hours * 3600:
        return None
    user = reader().scalar(select(User).where(User.id == number, User.active))
    return viewer_of(user) if user is not None and str(user.session_epoch) == epoch else None


def init(app: Flask) -> None:
    """Let Flask-Login know users."""
    manager.init_app(app)
