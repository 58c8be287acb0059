"""The log of deliveries is kept for its days, whatever became of them."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete, select

from web.db import now
from web.kit.site import Site
from web.kit.turns import in_turns
from web.models import HookAttempt, HookDelivery

KEPT = dt.timedelta(days=30)
AT_ONCE = 500


def sweep(here: Site, moment: dt.datetime | None = None) -> int:
    """Remove what is older; return how many deliveries."""
    oldest = (moment or now()) - KEPT
    with here.db.reading() as session:
        ids = session.scalars(
            select(HookDelivery.id).where(HookDelivery.at < oldest, HookDelivery.begun_at < oldest)
        ).all()
    for part in in_turns(ids, AT_ONCE):
        with here.db.writing() as session:
            session.execute(delete(HookAttempt).where(HookAttempt.delivery_id.in_(part)))
            session.execute(delete(HookDelivery).where(HookDelivery.id.in_(part)))
    return len(ids)
