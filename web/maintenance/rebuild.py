"""Everything that is computed from recordings, computed anew: after a restore, a repair by hand, or a doubt.

What rests on a signature stays as it is: a signed recording keeps its score, a published month its document.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from web.db import now
from web.intake import findable, rows
from web.kit.aside import Batch
from web.kit.site import Site
from web.links import keep as links
from web.models import Recording, RecordingState, ReviewState
from web.summaries import keep

STEP = "rebuild recordings"
PIECE = 50  # recordings a transaction: others write in between


def rebuild(here: Site) -> Iterator[tuple[str, int]]:
    """Give what has been computed anew and of how many: recordings | orders | summaries | search. Failing rows are set aside."""
    with here.db.reading() as session:
        judged = select(Recording.id).where(
            Recording.state == RecordingState.JUDGED,
            Recording.review_state != ReviewState.SIGNED,
            Recording.deleted_at.is_(None),
        )
        ids = session.scalars(judged.order_by(Recording.id)).all()
    batch = Batch(here.db, STEP)
    batch.forget_others(ids)
    yield "recordings", batch.each(ids, rows.refresh, PIECE, "录音 {}".format)
    yield "orders", links.refresh_all(here.db, now(), links.policy_of(here.web))
    yield "summaries", keep.rebuild(here.db)
    with here.db.writing() as session:
        spoken = findable.everything(session)
    yield "search", findable.fill(here.db, spoken)
