"""Whose account a person of the provider has, and what his groups change of it.

Found by (issuer, subject). The first time an account is his by an admin's act, or by the staff number or user name that a
claim named in the settings vouches for; never by an e-mail, and never an admin's: who could choose such a value would be him.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.admin import accounts
from web.auth import names
from web.db import now
from web.kit import audit
from web.kit.refusals import FieldError
from web.models import Identity, Team, Technician, User, UserRole, username_key
from web.oidc.people import Person
from web.oidc.rules import EVERY_TEAM, Rules


@dataclass(frozen=True, slots=True)
class Placed:
    """The account that opens, or why none does (`pages.why_words` has the words)."""

    user_id: int | None
    why: str = ""
    about: str = ""


class _NoError(Exception):
    def __init__(self, why: str, about: str = "") -> None:
        super().__init__(why)
        self.why, self.about = why, about


def place(session: Session, person: Person, rules: Rules) -> Placed:
    """Find, claim or make the person's account and give it the role of his groups; in a writing transaction.

    Who is in no group any more is out at once: his sessions end. What is refused is logged.
    """
    identity = session.scalar(
        select(Identity)
        .where(Identity.issuer == person.issuer, Identity.subject == person.subject)
        .with_for_update(of=Identity)
    )
    try:
        user = _placed(session, identity, person, rules)
    except _NoError as no:
        known = identity.user_id if identity else None
        who = person.username or person.subject
        audit.record(session, "company-refused", "user", known or "", why=no.why, person=who, told=no.about)
        return Placed(None, no.why, no.about)
    return Placed(user.id)


def has_person(session: Session, user_id: int, issuer: str) -> bool:
    """Whether somebody of that issuer opens the account."""
    found = select(Identity.id).where(Identity.user_id == user_id, Identity.issuer == issuer)
    return session.scalar(found) is not None


def link(session: Session, identity: Identity, user: User, *, how: str) -> None:
    """Let the person open the account from now on, and nobody's password; its sessions end.

    A link of an issuer of earlier gives way.
    """
    for earlier in session.scalars(select(Identity).where(Identity.user_id == user.id, Identity.id != identity.id)):
        earlier.user_id, earlier.made_account = None, False
    session.flush()
    identity.user_id, identity.made_account = user.id, how == "made"
    user.must_change_password, user.initial_until = False, None
    if how != "made":
        user.session_epoch += 1
    audit.record(
        session, "company-linked", "user", user.id, person=identity.username, subject=identity.subject, how=how
    )


def unlink(session: Session, identity: Identity, user: User) -> None:
    """Let the password open the account again; the person waits for an admin. Sessions end."""
    identity.user_id, identity.made_account = None, False
    user.session_epoch += 1
    audit.record(session, "company-unlinked", "user", user.id, person=identity.username, subject=identity.subject)


def _placed(session: Session, identity: Identity | None, person: Person, rules: Rules) -> User:
    user = session.get_one(User, identity.user_id) if identity and identity.user_id else None
    if person.role is None:
        if user is not None:
            user.session_epoch += 1
        raise _NoError("no-role")
    technician = _technician(session, person)
    if identity is None:
        identity = Identity(issuer=person.issuer, subject=person.subject)
        session.add(identity)
        session.flush()
    identity.username, identity.name, identity.last_at = person.username, person.name, now()
    known = user is not None
    user = user or _claimed(session, person, technician)
    if user is None and person.role is UserRole.TECHNICIAN and rules.staff_claim and technician is None:
        raise _NoError("no-staff", person.staff_no)
    if user is None:
        user = _made(session, person, technician, rules)
        link(session, identity, user, how="made")
        return user
    if not user.active:
        raise _NoError("inactive")
    _follow(session, user, person, technician)
    if not known:
        link(session, identity, user, how="claim")
    return user


def _technician(session: Session, person: Person) -> Technician | None:
    if not person.staff_no:
        return None
    found = session.scalar(select(Technician).where(Technician.staff_no == person.staff_no))
    return found if found is not None and found.active else None


def _claimed(session: Session, person: Person, technician: Technician | None) -> User | None:
    """The account that the claims named in the settings vouch for."""
    found = []
    if technician is not None:
        found.append(session.scalar(select(User).where(User.technician_id == technician.id)))
    if person.known_as:
        found.append(session.scalar(select(User).where(User.username_key == username_key(person.known_as))))
    users = {user.id: user for user in found if user is not None}
    if not users:
        return None
    if len(users) > 1:
        raise _NoError("two-accounts")
    (user,) = users.values()
    if user.role is UserRole.ADMIN:
        raise _NoError("admins-account")
    if has_person(session, user.id, person.issuer):
        raise _NoError("anothers-account")
    return user


def _made(session: Session, person: Person, technician: Technician | None, rules: Rules) -> User:
    if not rules.create:
        raise _NoError("unknown")
    role, technician_id, team_id = _rights(session, None, person, technician)
    try:
        return accounts.create(
            session,
            username=_free_name(session, person),
            name=person.name or person.subject[:64],
            role=role,
            password=secrets.token_urlsafe(32),  # nobody's
            technician_id=technician_id,
            team_id=team_id,
        )
    except FieldError as error:
        raise _NoError("unfit", error.words) from None


def _free_name(session: Session, person: Person) -> str:
    """What the provider calls him, where that can be a user name; a taken one is not taken twice."""
    for name in (
        person.username,
        "sso-" + hashlib.sha256(f"{person.issuer} {person.subject}".encode()).hexdigest()[:12],
    ):
        try:
            names.check(session, name)
        except FieldError:
            if name and session.scalar(select(User.id).where(User.username_key == username_key(name))) is not None:
                raise _NoError("taken", name) from None
            continue
        return name
    raise _NoError("taken", person.username)


def _follow(session: Session, user: User, person: Person, technician: Technician | None) -> None:
    """Give the account what the groups say now; a change ends its sessions and is logged."""
    role, technician_id, team_id = _rights(session, user, person, technician)
    if (role, technician_id, team_id) == (user.role, user.technician_id, user.team_id):
        return
    try:
        accounts.update(
            session,
            user,
            by_id=0,  # nobody of the site
            name=user.name,
            role=role,
            active=True,
            technician_id=technician_id,
            team_id=team_id,
            email=user.email,
        )
    except FieldError as error:
        raise _NoError("unfit", error.words) from None


def _rights(
    session: Session, user: User | None, person: Person, technician: Technician | None
) -> tuple[UserRole, int | None, int | None]:
    role = person.role
    if role is None:
        raise _NoError("no-role")
    if role is UserRole.TECHNICIAN:
        number = technician.id if technician else (user.technician_id if user and not person.staff_no else None)
        if number is None:
            raise _NoError("no-staff", person.staff_no)
        return role, number, None
    if role is UserRole.MANAGER:
        return role, None, _team(session, user, person)
    return role, None, None


def _team(session: Session, user: User | None, person: Person) -> int | None:
    if person.team is None:
        return user.team_id if user and user.role is UserRole.MANAGER else None
    if not person.team:
        raise _NoError("no-team")
    if person.team == EVERY_TEAM:
        return None
    team_id = session.scalar(select(Team.id).where(Team.name == person.team))
    if team_id is None:
        raise _NoError("no-such-team", person.team)
    return team_id
