"""Messages for groups: written with what happened, sent by the worker, kept until they are taken.

One that fails is set aside with its reason (`web/kit/aside.py`) and tried again, a minute later at first, an hour at
last; after a day it is no news any more. A worker claims it before it is sent, so that two do not both send it; one that
dies in between leaves it to be sent again.
"""

from __future__ import annotations

import datetime as dt

from flask import current_app, request
from sqlalchemy import delete, or_, select, update

from web.db import now
from web.kit.aside import Batch
from web.kit.site import Site
from web.models import GroupMessage, UserRole
from web.notices import robots
from web.notices.tell import channels
from web.notices.words import group_text, kind_names, target

STEP = "groups"
NEWS = dt.timedelta(days=1)
CLAIM = dt.timedelta(minutes=2)  # longer than any robot may take
MOST = 8  # a run and channel, every half minute: robots take 20 a minute


def deliver(here: Site, moment: dt.datetime | None = None) -> int:
    """Send what waits; return how many messages were taken."""
    moment = moment or now()
    with here.db.reading() as session:
        waiting = {row.id: row for row in session.scalars(select(GroupMessage).order_by(GroupMessage.id))}
    if not waiting:
        return 0
    batch = Batch(here.db, STEP, moment)
    batch.forget_others(waiting)
    configured, taken = channels(), dict.fromkeys(channels(), 0)
    for number in batch.due(waiting):
        row = waiting[number]
        if row.at < moment - NEWS or row.channel not in configured:
            _forget(here, batch, number)
        elif taken[row.channel] < MOST and _claim(here, number, moment):
            taken[row.channel] += 1
            with batch.row(number, kind_names()[row.kind]):
                try:
                    _send(here, row, moment)
                except Exception:
                    _release(here, number)
                    raise
                _forget(here, batch, number)
    return sum(taken.values())


def _send(here: Site, row: GroupMessage, moment: dt.datetime) -> None:
    with current_app.test_request_context(base_url=here.web.public_url):
        path = target(row.kind, row.facts, None, UserRole.QA)
        text = group_text(row.kind, row.facts, request.host_url.rstrip("/") + path)
    url = here.web.wecom_url
    if row.channel == "dingtalk":
        url = robots.signed(here.web.dingtalk_url, here.web.dingtalk_secret, int(moment.timestamp() * 1000))
    robots.post(url, text, private=here.web.private_webhooks)


def _claim(here: Site, number: int, moment: dt.datetime) -> bool:
    free = or_(GroupMessage.claimed_at.is_(None), GroupMessage.claimed_at < moment - CLAIM)
    claim = update(GroupMessage).where(GroupMessage.id == number, free).values(claimed_at=moment)
    with here.db.writing() as session:
        return bool(session.execute(claim).rowcount)  # type: ignore[attr-defined]  # of a CursorResult


def _release(here: Site, number: int) -> None:
    with here.db.writing() as session:
        session.execute(update(GroupMessage).where(GroupMessage.id == number).values(claimed_at=None))


def _forget(here: Site, batch: Batch, number: int) -> None:
    with here.db.writing() as session:
        session.execute(delete(GroupMessage).where(GroupMessage.id == number))
    batch.forget([str(number)])
