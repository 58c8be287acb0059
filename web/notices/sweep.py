"""Notices are kept for their days, read or not."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete

from web.db import now
from web.kit.site import Site
from web.models import Notice


def sweep(here: Site, moment: dt.datetime | None = None) -> None:
    oldest = (moment or now()) - dt.timedelta(days=here.web.notice_days)
    with here.db.writing() as session:
        session.execute(delete(Notice).where(Notice.at < oldest))
