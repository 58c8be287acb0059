"""Notices by mail: of each kind one mail a day at most, with as many notices as wait unread; never within a request.

The notices are marked before the mail leaves and unmarked where it surely did not: killed between the two, the worker
sends one mail too few rather than the same again and again.
"""

from __future__ import annotations

import datetime as dt
import logging
import smtplib
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

from flask import current_app, render_template, url_for
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from web.db import now
from web.kit.i18n import gettext as _
from web.kit.i18n import speaking
from web.kit.site import Site
from web.kit.smtp import connection, message, server
from web.models import Notice, NoticeKind, User
from web.notices.words import kind_names

log = logging.getLogger(__name__)
ONCE = dt.timedelta(days=1)  # from one mail of a kind to the next
NEWS = dt.timedelta(days=3)  # what is older is no news
MOST = 500  # mails a run


@dataclass(frozen=True, slots=True)
class Due:
    """A mail that is due."""

    user_id: int
    name: str
    address: str
    kind: NoticeKind
    notices: tuple[int, ...]
    preferences: Mapping[str, Any]


def declined(user: User) -> frozenset[str]:
    """The kinds that a user does not want by mail."""
    return frozenset((user.preferences or {}).get("no_mail", ()))


def send_due(here: Site, moment: dt.datetime | None = None) -> int:
    """Send what is due; return how many mails went out. What fails is logged and tried at the next call."""
    if not here.web.smtp_url:
        return 0
    moment = moment or now()
    with here.db.reading() as session:
        waiting = due(session, moment)
    if not waiting:
        return 0
    sent = 0
    try:
        with connection(server(here.web.smtp_url)) as smtp:
            for mail in waiting:
                sent += _send(here, smtp, mail, moment)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        log.warning("notices could not be mailed, it is tried again: %s", error)
    return sent


def due(session: Session, moment: dt.datetime) -> list[Due]:
    """The mails that wait, by user and kind."""
    rows = session.execute(
        select(Notice.id, Notice.kind, User)
        .join(User, User.id == Notice.user_id)
        .where(
            Notice.at > moment - NEWS,
            Notice.read_at.is_(None),
            Notice.mailed_at.is_(None),
            User.active,
            User.email != "",
        )
        .order_by(Notice.id)
    ).all()
    recent = {
        (user, kind)
        for user, kind in session.execute(
            select(Notice.user_id, Notice.kind)
            .where(Notice.at > moment - NEWS - ONCE)
            .group_by(Notice.user_id, Notice.kind)
            .having(func.max(Notice.mailed_at) > moment - ONCE)
        )
    }
    found: dict[tuple[int, NoticeKind], list[int]] = {}
    users: dict[int, User] = {}
    for notice_id, kind, user in rows:
        if kind.value not in declined(user) and (user.id, kind) not in recent:
            found.setdefault((user.id, kind), []).append(notice_id)
            users[user.id] = user
    return [
        Due(user_id, users[user_id].name, users[user_id].email, kind, tuple(ids), users[user_id].preferences or {})
        for (user_id, kind), ids in list(found.items())[:MOST]
    ]


def compose(here: Site, mail: Due) -> EmailMessage:
    """No names of others and no private words: what it is about stands on the site."""
    with current_app.test_request_context(base_url=here.web.public_url), speaking(mail.preferences):
        subject = _("听检：%(what)s（%(n)s 条）", what=kind_names()[mail.kind], n=len(mail.notices))
        text, html = (
            render_template(
                f"notices/mail.{form}",
                name=mail.name,
                what=kind_names()[mail.kind],
                number=len(mail.notices),
                address=url_for("notices.index", _external=True),
            )
            for form in ("txt", "html")
        )
    return message(here.web.mail_from, mail.address, subject, text, html)


def _send(here: Site, smtp: smtplib.SMTP, mail: Due, moment: dt.datetime) -> bool:
    """Raises where the server is at fault: then the others wait as well."""
    if not _mark(here, mail, moment):
        return False  # another worker was first
    try:
        smtp.send_message(compose(here, mail))
        return True
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPNotSupportedError, ValueError) as error:
        log.warning("a notice by mail was refused for user %d: %s", mail.user_id, type(error).__name__)
        return False  # it stays marked: this address would be refused again
    except (OSError, smtplib.SMTPException):
        _mark(here, mail, None)
        raise


def _mark(here: Site, mail: Due, moment: dt.datetime | None) -> bool:
    """Mark the notices as mailed (None: unmark them); False where they are marked already."""
    change = update(Notice).where(Notice.id.in_(mail.notices)).values(mailed_at=moment)
    if moment is not None:
        change = change.where(Notice.mailed_at.is_(None))
    with here.db.writing() as session:
        return bool(session.execute(change).rowcount)  # type: ignore[attr-defined]  # of a CursorResult
