"""The digest by mail: on Mondays from eight o'clock, once to each manager who has an address and did not decline."""

from __future__ import annotations

import datetime as dt
import logging
import smtplib
from email.message import EmailMessage

from flask import current_app, render_template
from sqlalchemy import select

from web.db import Database, now
from web.digest.week import digest
from web.kit.aside import Batch
from web.kit.calendar import Grain, period_name
from web.kit.i18n import gettext as _
from web.kit.i18n import speaking
from web.kit.login import Viewer, viewer_of
from web.kit.site import Site
from web.kit.smtp import connection, message, server
from web.kit.standards import standards
from web.models import SiteValue, User, UserRole

log = logging.getLogger(__name__)
HOUR = 8  # in the site's zone
# what a server or smtplib says of one mail; anything else concerns the connection
_THIS_MAIL = (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPNotSupportedError, ValueError)
STEP = "digest"
KEPT = "digest"  # site value: {"week": "2026-W48", "users": [ids to whom it was sent, or is just being sent]}


def compose(here: Site, viewer: Viewer, address: str, today: dt.date) -> EmailMessage:
    """The viewer's mail; links begin with the site's public address."""
    with (
        current_app.test_request_context(base_url=here.web.public_url),
        speaking(viewer.preferences),
        here.db.reading() as session,
    ):
        week = digest(session, viewer, today, standards(here.lexicons), here.web.min_recordings)
        subject = _("听检周报 %(first)s 至 %(last)s", first=week.week.first, last=week.week.last)
        text, html = (render_template(f"digest/mail.{kind}", digest=week, name=viewer.name) for kind in ("txt", "html"))
    return message(here.web.mail_from, address, subject, text, html)


def wanting(here: Site) -> list[tuple[Viewer, str]]:
    """The managers who get the mail, with their addresses."""
    with here.db.reading() as session:
        users = session.scalars(
            select(User).where(User.active, User.role == UserRole.MANAGER, User.email != "").order_by(User.id)
        )
        return [(viewer_of(u), u.email) for u in users if (u.preferences or {}).get("digest", True) is not False]


def send_due(here: Site, moment: dt.datetime | None = None) -> int:
    """Send what is due on a Monday; return how many mails went out. What fails is logged and tried at the next call.

    A user is noted before the mail leaves and struck out where it surely did not: killed between the two, the worker
    sends one mail too few rather than the same every few minutes.
    """
    local = (moment or now()).astimezone(here.zone)
    if not here.web.smtp_url or local.weekday() != 0 or local.hour < HOUR:
        return 0
    week = period_name(local.date(), Grain.WEEK)
    waiting = [one for one in wanting(here) if one[0].id not in _noted(here.db, week)]
    return _send(here, week, waiting, local) if waiting else 0


def _send(here: Site, week: str, waiting: list[tuple[Viewer, str]], moment: dt.datetime) -> int:
    sent = 0
    try:
        with connection(server(here.web.smtp_url)) as smtp:
            batch = Batch(here.db, STEP, moment)
            due = set(batch.due(viewer.id for viewer, _address in waiting))
            for viewer, address in waiting:
                if viewer.id not in due:
                    continue
                mail = None
                with batch.row(viewer.id, viewer.name or viewer.username):
                    mail = compose(here, viewer, address, moment.date())
                if mail is not None and _note(here.db, week, viewer.id):  # else another worker was first
                    sent += _sent(here, smtp, batch, week, viewer, mail)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        log.warning("the digest could not be sent, it is tried again within the day: %s", error)
    return sent


def _sent(here: Site, smtp: smtplib.SMTP, batch: Batch, week: str, viewer: Viewer, mail: EmailMessage) -> bool:
    """Raises where the server is at fault: then the others wait as well."""
    try:
        smtp.send_message(mail)
        return True
    except _THIS_MAIL as error:
        _strike(here.db, week, viewer.id)
        log.warning("the digest for %r was refused, it is tried again within the day: %r", viewer.username, error)
        batch.put(viewer.id, viewer.name or viewer.username, f"邮件服务器不收这封周报（{error}）；请检查邮箱地址")
        return False
    except (OSError, smtplib.SMTPException):
        _strike(here.db, week, viewer.id)
        raise


def _noted(db: Database, week: str) -> list[int]:
    with db.reading() as session:
        kept = session.get(SiteValue, KEPT)
        return list(kept.value["users"]) if kept is not None and kept.value["week"] == week else []


def _note(db: Database, week: str, user_id: int) -> bool:
    """Note a user; return False where he was noted already."""
    with db.writing() as session:
        kept = session.get(SiteValue, KEPT)
        users = list(kept.value["users"]) if kept is not None and kept.value["week"] == week else []
        if user_id in users:
            return False
        session.merge(SiteValue(name=KEPT, value={"week": week, "users": [*users, user_id]}))
        return True


def _strike(db: Database, week: str, user_id: int) -> None:
    with db.writing() as session:
        kept = session.get(SiteValue, KEPT)
        if kept is not None and kept.value["week"] == week:
            kept.value = {"week": week, "users": [i for i in kept.value["users"] if i != user_id]}
