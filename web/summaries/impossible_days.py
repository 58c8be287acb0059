"""Recordings whose day cannot be: on nobody's scorecard until somebody corrects it, and shown on the queue page till then."""

from __future__ import annotations

from sqlalchemy import select

from web.db import Database
from web.kit.aside import Batch
from web.kit.calendar import POSSIBLE
from web.models import Recording
from web.summaries.judged import recorded_in

STEP = "dates"


def tell(db: Database) -> None:
    """Set aside those that there are, forget those that were corrected."""
    batch = Batch(db, STEP)
    with db.reading() as session:
        rows = session.execute(
            select(Recording.id, Recording.original_name, Recording.recorded_on).where(
                Recording.deleted_at.is_(None), ~recorded_in(POSSIBLE)
            )
        ).all()
    batch.forget_others(row.id for row in rows)
    for row in rows:
        if str(row.id) not in batch.known:
            why = f"录音日期 {row.recorded_on} 不可能，没有计入评分卡；请在录音 {row.id} 的资料里改正时间"
            batch.put(row.id, row.original_name, why, again=False)
